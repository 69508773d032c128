//! Containers, and what the task definition says of all of them together.

use crate::codes::blueprint;
use crate::diag::{Diagnostic, coded};
use crate::validate::names::{check_ecs_name, check_image, check_unique};
use crate::validate::place::Place;

/// The quota of containers in a task definition.
const CONTAINER_LIMIT: usize = 10;
/// Docker's own minimum, in MiB (20.10 and later).
const MEMORY_MINIMUM: i64 = 6;
const MAXIMUM: i64 = i32::MAX as i64;

pub(super) fn check(task: &Place<'_>, is_classic: bool, found: &mut Vec<Diagnostic>) {
    let containers = task.items("containerDefinitions");
    coded(blueprint::NAME, found, |found| {
        check_ecs_name(task, "family", found);
    });
    coded(blueprint::CONTAINERS, found, |found| {
        check_number_of(task, &containers, found);
    });
    coded(blueprint::CONTAINERS, found, |found| {
        check_unique(&containers, "name", "container", found);
    });
    coded(blueprint::TASK_SIZE, found, |found| {
        check_task_size(task, &containers, found);
    });
    let mode = network_mode(task);
    for container in &containers {
        coded(blueprint::NAME, found, |found| {
            check_ecs_name(container, "name", found);
        });
        coded(blueprint::IMAGE, found, |found| {
            check_image(container, found);
        });
        coded(blueprint::MEMORY, found, |found| {
            check_memory(container, task.has("memory"), found);
        });
        coded(blueprint::CONTAINER_HEALTH, found, |found| {
            check_health(container, is_classic, found);
        });
        coded(blueprint::LIMITS, found, |found| {
            check_limits(container, found);
        });
        coded(blueprint::VARIABLES, found, |found| {
            check_variables(container, found);
        });
        coded(blueprint::CONTAINER_NETWORK, found, |found| {
            check_network(container, mode, found);
        });
    }
    coded(blueprint::FARGATE, found, |found| {
        check_fargate(task, &containers, found);
    });
}

/// The network mode; AWS's default for Linux where none is said.
pub(super) fn network_mode<'a>(task: &Place<'a>) -> &'a str {
    task.text("networkMode").unwrap_or("bridge")
}

fn check_number_of(task: &Place<'_>, containers: &[Place<'_>], found: &mut Vec<Diagnostic>) {
    let number = containers.len();
    if number == 0 {
        found.push(task.error(
            "containerDefinitions",
            "is empty",
            "a task definition has at least one container",
        ));
    } else if number > CONTAINER_LIMIT {
        let message = format!("has {number} containers, and AWS takes {CONTAINER_LIMIT}");
        found.push(task.error("containerDefinitions", message, "split the task definition"));
    }
    if number > 0
        && containers
            .iter()
            .all(|it| it.flag("essential") == Some(false))
    {
        let message = "has no essential container, so nothing would say whether the task runs";
        found.push(task.error(
            "containerDefinitions",
            message,
            "set `essential` of one container to true",
        ));
    }
}

/// The cpu and memory of the whole task, which the API has as text.
fn check_task_size(task: &Place<'_>, containers: &[Place<'_>], found: &mut Vec<Diagnostic>) {
    let number = |name| task.text(name).and_then(|it| it.parse::<i64>().ok());
    if let Some(cpu) = number("cpu").filter(|it| !(128..=196_608).contains(it)) {
        let message = format!("must be 128 to 196608 CPU units, but is {cpu}");
        found.push(task.error(
            "cpu",
            message,
            "1024 units are one core; leave it out to have no limit for the task",
        ));
    }
    let Some(memory) = number("memory") else {
        return;
    };
    let reserved: i64 = containers
        .iter()
        .filter_map(|it| {
            it.number("memoryReservation")
                .or_else(|| it.number("memory"))
        })
        .sum();
    if reserved > memory {
        let message = format!("is {memory} MiB, but the containers together reserve {reserved}");
        found.push(task.error(
            "memory",
            message,
            format!("set it to {reserved} or more, or give the containers less"),
        ));
    }
}

fn check_memory(container: &Place<'_>, task_has_memory: bool, found: &mut Vec<Diagnostic>) {
    found.extend(container.outside("cpu", 0..=MAXIMUM, "CPU units"));
    let (memory, reservation) = (
        container.number("memory"),
        container.number("memoryReservation"),
    );
    if !task_has_memory && !container.has("memory") && !container.has("memoryReservation") {
        let message = "is missing, and so are `memory-reservation` and the task's `memory`";
        found.push(container.error("memory", message, "set one of the three, in MiB"));
    }
    found.extend(container.outside("memory", MEMORY_MINIMUM..=MAXIMUM, "MiB"));
    found.extend(container.outside("memoryReservation", MEMORY_MINIMUM..=MAXIMUM, "MiB"));
    if let (Some(memory), Some(reservation)) = (memory, reservation)
        && memory <= reservation
    {
        let message =
            format!("is {reservation} MiB, but must be less than `memory`, which is {memory}");
        found.push(container.error("memoryReservation", message, "lower it, or raise `memory`"));
    }
}

fn check_health(container: &Place<'_>, is_classic: bool, found: &mut Vec<Diagnostic>) {
    let Some(health) = container.member("healthCheck") else {
        return;
    };
    if is_classic {
        found.push(container.error(
            "healthCheck",
            "cannot be used behind a classic load balancer, which ECS asks instead",
            "leave it out, and set `load-balancer.health-check`",
        ));
    }
    if health.items("command").is_empty() {
        let hint = "give it `CMD` and arguments, or `CMD-SHELL` and one line";
        found.push(health.error("command", "is empty", hint));
    }
    found.extend(health.outside("interval", 5..=300, "seconds"));
    found.extend(health.outside("timeout", 2..=60, "seconds"));
    found.extend(health.outside("retries", 1..=10, "failures"));
    found.extend(health.outside("startPeriod", 0..=300, "seconds"));
}

fn check_limits(container: &Place<'_>, found: &mut Vec<Diagnostic>) {
    let limits = container.items("ulimits");
    coded(blueprint::CONTAINERS, found, |found| {
        check_unique(&limits, "name", "limit", found);
    });
    for limit in &limits {
        if let (Some(soft), Some(hard)) = (limit.number("softLimit"), limit.number("hardLimit"))
            && soft > hard
        {
            let message = format!("is {soft}, above the hard limit, which is {hard}");
            found.push(limit.error("softLimit", message, "raise `hard-limit`, or lower it"));
        }
    }
}

/// Names that stand twice in one of the two lists are found when they are still pairs.
fn check_variables(container: &Place<'_>, found: &mut Vec<Diagnostic>) {
    let (plain, secret) = (container.items("environment"), container.items("secrets"));
    for variable in plain.iter().chain(&secret) {
        found.extend(variable.missing("name", "give the variable a name"));
    }
    for variable in &secret {
        found.extend(variable.missing("valueFrom", "use the token of a secret parameter"));
        let name = variable.text("name").filter(|it| !it.is_empty());
        if let Some(name) =
            name.filter(|it| plain.iter().any(|other| other.text("name") == Some(it)))
        {
            let message = format!("`{name}` is in `environment` as well");
            found.push(variable.error("name", message, "keep one of the two"));
        }
    }
}

fn check_network(container: &Place<'_>, mode: &str, found: &mut Vec<Diagnostic>) {
    if mode != "bridge" && !container.items("links").is_empty() {
        let message = format!("work in the network mode `bridge` only, and this is `{mode}`");
        found.push(container.error("links", message, "leave them out, or use `bridge`"));
    }
    for name in ["hostname", "extraHosts"] {
        if mode == "awsvpc" && container.has(name) {
            let message = "cannot be used in the network mode `awsvpc`";
            found.push(container.error(name, message, "leave it out, or use `bridge`"));
        }
    }
}

fn check_fargate(task: &Place<'_>, containers: &[Place<'_>], found: &mut Vec<Diagnostic>) {
    let kinds = task.items("requiresCompatibilities");
    if !kinds.iter().any(|it| it.as_text() == Some("FARGATE")) {
        return;
    }
    let hint = "leave it out, or take `FARGATE` out of `requiresCompatibilities`";
    for container in containers
        .iter()
        .filter(|it| it.flag("privileged") == Some(true))
    {
        found.push(container.error("privileged", "does not exist on Fargate", hint));
    }
    for volume in task.items("volumes") {
        if volume.member("host").is_some_and(|it| it.has("sourcePath")) {
            found.push(volume.error("host", "does not exist on Fargate", hint));
        }
        if volume.has("dockerVolumeConfiguration") {
            found.push(volume.error(
                "dockerVolumeConfiguration",
                "does not exist on Fargate",
                hint,
            ));
        }
    }
}

#[cfg(test)]
mod tests;
