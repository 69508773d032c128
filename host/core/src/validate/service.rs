//! The service, and how it goes together with its load balancer.

use crate::codes::blueprint;
use crate::diag::{Diagnostic, coded};
use crate::validate::containers::network_mode;
use crate::validate::health::seconds_until_out;
use crate::validate::names::check_ecs_name;
use crate::validate::place::{Place, list};
use crate::validate::ports::{protocol, static_host_port};
use crate::validate::{Balancer, Bodies};

/// The quota of tasks in a service.
const TASK_LIMIT: i64 = 5000;
/// The quota of target groups of a service.
const GROUP_LIMIT: usize = 5;
/// Most programs answer within this many seconds of their start.
const USUAL_START: i64 = 60;

pub(super) fn check(service: &Place<'_>, bodies: &Bodies<'_>, found: &mut Vec<Diagnostic>) {
    coded(blueprint::NAME, found, |found| {
        check_ecs_name(service, "serviceName", found);
    });
    coded(blueprint::DESIRED_COUNT, found, |found| {
        check_count(service, found);
    });
    coded(blueprint::LAUNCH, found, |found| {
        check_launch(service, bodies, found);
    });
    coded(blueprint::GRACE_PERIOD, found, |found| {
        check_grace_period(service, bodies.balancer.as_ref(), found);
    });
    coded(blueprint::ENTRIES, found, |found| {
        check_number_of_entries(service, bodies, found);
    });
    for entry in service.items("loadBalancers") {
        coded(blueprint::ENTRIES, found, |found| {
            check_entry(&entry, found);
        });
        if let Some(task) = &bodies.task {
            coded(blueprint::ENTRY_CONTAINER, found, |found| {
                check_container(&entry, task, bodies.balancer.as_ref(), found);
            });
        }
    }
    if bodies.is_classic() {
        coded(blueprint::CLASSIC, found, |found| {
            check_classic(service, bodies, found);
        });
    }
    coded(blueprint::INSTANCE_PORTS, found, |found| {
        check_instance_ports(bodies, found);
    });
}

pub(super) fn is_daemon(service: &Place<'_>) -> bool {
    service.text("schedulingStrategy") == Some("DAEMON")
}

/// Who carries out its rollouts: `ECS` where nothing is said.
pub(super) fn controller<'a>(service: &Place<'a>) -> &'a str {
    service
        .member("deploymentController")
        .and_then(|it| it.text("type"))
        .unwrap_or("ECS")
}

fn check_count(service: &Place<'_>, found: &mut Vec<Diagnostic>) {
    if !is_daemon(service) {
        found.extend(service.missing("desiredCount", "set it to the number of tasks"));
        found.extend(service.outside("desiredCount", 0..=TASK_LIMIT, "tasks"));
        return;
    }
    if service.has("desiredCount") {
        let message = "cannot be set for a `DAEMON`, which runs one task on each instance";
        found.push(service.error("desiredCount", message, "leave it out"));
    }
    let controller = controller(service);
    if controller != "ECS" {
        let message = format!("cannot be `DAEMON` with the deployment controller `{controller}`");
        found.push(service.error(
            "schedulingStrategy",
            message,
            "use `REPLICA`, or the controller `ECS`",
        ));
    }
}

/// The target's instances have to be among what the task definition is for.
fn check_launch(service: &Place<'_>, bodies: &Bodies<'_>, found: &mut Vec<Diagnostic>) {
    let Some(task) = bodies
        .task
        .as_ref()
        .filter(|_| !service.has("capacityProviderStrategy"))
    else {
        return;
    };
    let kinds = task.items("requiresCompatibilities");
    let kinds: Vec<_> = kinds.iter().filter_map(Place::as_text).collect();
    if !kinds.is_empty() && !kinds.contains(&"EC2") {
        let message = format!("has {}, and the target's instances are `EC2`", list(kinds));
        found.push(task.error(
            "requiresCompatibilities",
            message,
            "add `EC2`, or leave it out",
        ));
    }
}

fn check_grace_period(
    service: &Place<'_>,
    balancer: Option<&Balancer<'_>>,
    found: &mut Vec<Diagnostic>,
) {
    let member = "healthCheckGracePeriodSeconds";
    found.extend(service.outside(member, 0..=i64::from(i32::MAX), "seconds"));
    let Some(balancer) = balancer else {
        if service.has(member) && service.items("loadBalancers").is_empty() {
            let message = "is for services behind a load balancer";
            found.push(service.error(member, message, "leave it out"));
        }
        return;
    };
    let grace = if service.has(member) {
        service.number(member)
    } else {
        Some(0)
    };
    let (Some(grace), Some(out)) = (
        grace.filter(|it| *it >= 0),
        seconds_until_out(&balancer.health_check),
    ) else {
        return;
    };
    let window = grace + out;
    if window < USUAL_START {
        let message = format!(
            "leaves a task {window} seconds to answer before ECS stops it and starts another"
        );
        let hint = "set it to 120, or to what the slowest start takes";
        found.push(service.warning(member, message, hint));
    }
}

/// An entry leads to one load balancer, of one kind.
fn check_entry(entry: &Place<'_>, found: &mut Vec<Diagnostic>) {
    match (entry.has("loadBalancerName"), entry.has("targetGroupArn")) {
        (true, true) => {
            let message = "leads to a classic load balancer and to a target group at once";
            found.push(entry.error(
                "",
                message,
                "leave out `targetGroupArn`, or the blueprint's load balancer",
            ));
        }
        (false, false) => {
            let message = "leads to no load balancer";
            found.push(entry.error("", message, "set `load-balancer`, or leave the entry out"));
        }
        (true, false) | (false, true) => {}
    }
    found.extend(entry.missing("containerName", "name a container of the task definition"));
    found.extend(entry.missing(
        "containerPort",
        "name a container port of its port mappings",
    ));
    found.extend(entry.outside("containerPort", 1..=65_535, ""));
}

/// The container, its port, and the way from the load balancer to them.
fn check_container(
    entry: &Place<'_>,
    task: &Place<'_>,
    balancer: Option<&Balancer<'_>>,
    found: &mut Vec<Diagnostic>,
) {
    let Some(name) = entry.text("containerName").filter(|it| !it.is_empty()) else {
        return;
    };
    let containers = task.items("containerDefinitions");
    let Some(container) = containers.iter().find(|it| it.text("name") == Some(name)) else {
        let names = list(containers.iter().filter_map(|it| it.text("name")));
        let message =
            format!("`{name}` is not a container of the task definition, which has {names}");
        found.push(entry.error("containerName", message, "name one that is there"));
        return;
    };
    let Some(port) = entry
        .number("containerPort")
        .filter(|it| (1..=65_535).contains(it))
    else {
        return;
    };
    let mappings = container.items("portMappings");
    let Some(mapping) = mappings
        .iter()
        .find(|it| it.number("containerPort") == Some(port))
    else {
        let ports = list(mappings.iter().filter_map(|it| it.number("containerPort")));
        let message = format!("{port} is not a container port of `{name}`, which has {ports}");
        found.push(entry.error(
            "containerPort",
            message,
            format!("add a port mapping for {port}"),
        ));
        return;
    };
    if let Some(balancer) = balancer {
        check_way(mapping, network_mode(task), balancer, found);
    }
}

/// A classic load balancer reaches a task at a fixed port of its instance.
fn check_way(
    mapping: &Place<'_>,
    mode: &str,
    balancer: &Balancer<'_>,
    found: &mut Vec<Diagnostic>,
) {
    if protocol(mapping) == "udp" {
        let message = "must be `tcp` behind a classic load balancer";
        found.push(mapping.error(
            "protocol",
            message,
            "lead the load balancer to another port",
        ));
    }
    // The other modes are refused as a whole.
    if !matches!(mode, "bridge" | "host") {
        return;
    }
    let Some(port) = static_host_port(mapping, mode) else {
        // A number that nobody can read is a finding of its own.
        if mapping.number("hostPort") == Some(0) || !mapping.has("hostPort") {
            let hint = mapping
                .number("containerPort")
                .map_or_else(String::new, |it| format!("set it to {it}"));
            let message = "must be fixed: a classic load balancer cannot follow one that the instance chooses";
            found.push(mapping.error("hostPort", message, hint));
        }
        return;
    };
    let listeners = balancer.create.items("Listeners");
    let ports: Vec<_> = listeners
        .iter()
        .filter_map(|it| it.number("InstancePort"))
        .collect();
    if ports.len() == listeners.len() && !ports.is_empty() && !ports.contains(&port) {
        let message = format!(
            "no listener leads to the host port {port} of the service's container, but to {}",
            list(ports)
        );
        found.push(balancer.create.error(
            "Listeners",
            message,
            format!("set `instance-port` of a listener to {port}"),
        ));
    }
}

fn check_number_of_entries(service: &Place<'_>, bodies: &Bodies<'_>, found: &mut Vec<Diagnostic>) {
    let number = service.items("loadBalancers").len();
    if bodies.balancer.is_some() && number != 1 {
        let message = format!(
            "has {number} entries, and a service behind a classic load balancer has exactly one"
        );
        let hint = "name the one container and container port that the load balancer leads to";
        found.push(service.error("loadBalancers", message, hint));
    } else if number > GROUP_LIMIT {
        let message = format!("has {number} target groups, and AWS takes {GROUP_LIMIT}");
        found.push(service.error("loadBalancers", message, "leave some out"));
    }
}

/// What ECS refuses behind a classic load balancer.
fn check_classic(service: &Place<'_>, bodies: &Bodies<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(task) = &bodies.task {
        let mode = network_mode(task);
        if matches!(mode, "awsvpc" | "none") {
            let message = format!(
                "cannot be `{mode}` behind a classic load balancer, which leads to ports of instances"
            );
            found.push(task.error("networkMode", message, "use `bridge`"));
        }
    }
    let controller = controller(service);
    if controller == "CODE_DEPLOY" {
        let message = "`CODE_DEPLOY` does not work with classic load balancers";
        found.push(service.error("deploymentController", message, "leave it out"));
    }
    let Some(deployment) = service.member("deploymentConfiguration") else {
        return;
    };
    if deployment.has("deploymentCircuitBreaker") {
        let message = "must be absent behind a classic load balancer, even if it is off";
        found.push(deployment.error(
            "deploymentCircuitBreaker",
            message,
            "leave it out; the host watches rollouts itself",
        ));
    }
    if let Some(strategy) = deployment.text("strategy").filter(|it| *it != "ROLLING") {
        let message = format!("cannot be `{strategy}` behind a classic load balancer");
        found.push(deployment.error("strategy", message, "leave it out"));
    }
}

/// Listeners that lead to where no container is.
fn check_instance_ports(bodies: &Bodies<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(task), Some(balancer)) = (&bodies.task, &bodies.balancer) else {
        return;
    };
    let mode = network_mode(task);
    let containers = task.items("containerDefinitions");
    let mappings = containers.iter().flat_map(|it| it.items("portMappings"));
    let open: Vec<_> = mappings
        .filter_map(|it| static_host_port(&it, mode))
        .collect();
    // Without any, or with one listener, the way from the service has been looked at already.
    let listeners = balancer.create.items("Listeners");
    if open.is_empty() || listeners.len() < 2 {
        return;
    }
    for listener in listeners {
        if let Some(port) = listener
            .number("InstancePort")
            .filter(|it| !open.contains(it))
        {
            let message = format!(
                "{port} is not a host port of the task definition, which has {}",
                list(&open)
            );
            found.push(listener.warning(
                "InstancePort",
                message,
                "add a port mapping, or leave the listener out",
            ));
        }
    }
}

#[cfg(test)]
mod tests;
