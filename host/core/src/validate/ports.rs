//! Port mappings and network modes.

use crate::diag::Diagnostic;
use crate::validate::containers::network_mode;
use crate::validate::names::check_port_name;
use crate::validate::place::{Place, repeated};

/// Ports of the container instance itself: SSH, Docker and the ECS agent.
const RESERVED: [i64; 6] = [22, 2375, 2376, 51678, 51679, 51680];
/// Below this, ports are not given out by the instance's own system.
const EPHEMERAL: i64 = 32_768;
/// An instance keeps 100 ports, those of [`RESERVED`] among them.
const STATIC_LIMIT: usize = 100 - RESERVED.len();

pub(super) fn check(task: &Place<'_>, found: &mut Vec<Diagnostic>) {
    let mode = network_mode(task);
    let mut all = Vec::new();
    for container in task.items("containerDefinitions") {
        let mappings = container.items("portMappings");
        if mode == "none" && !mappings.is_empty() {
            let message = "cannot be used in the network mode `none`";
            found.push(container.error("portMappings", message, "leave them out, or use `bridge`"));
        }
        for mapping in &mappings {
            check_numbers(mapping, found);
            check_port_name(mapping, found);
            check_range(mapping, mode, found);
            check_host_port(mapping, mode, found);
        }
        check_protocols(&mappings, found);
        all.extend(mappings);
    }
    check_conflicts(task, &all, mode, found);
}

/// The port on the instance that a mapping always has, if it always has one.
pub(super) fn static_host_port(mapping: &Place<'_>, mode: &str) -> Option<i64> {
    let port = match mode {
        "bridge" => mapping.number("hostPort"),
        "host" => mapping.number("containerPort"),
        _ => None,
    };
    port.filter(|it| *it != 0)
}

/// `tcp` where nothing is said.
pub(super) fn protocol<'a>(mapping: &Place<'a>) -> &'a str {
    mapping.text("protocol").unwrap_or("tcp")
}

fn check_numbers(mapping: &Place<'_>, found: &mut Vec<Diagnostic>) {
    if !mapping.has("containerPortRange") {
        found.extend(mapping.outside("containerPort", 1..=65_535, ""));
    }
    found.extend(mapping.outside("hostPort", 0..=65_535, ""));
}

fn check_range(mapping: &Place<'_>, mode: &str, found: &mut Vec<Diagnostic>) {
    let Some(range) = mapping.text("containerPortRange") else {
        return;
    };
    let ends = range
        .split_once('-')
        .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    if !ends.is_some_and(|(first, last): (i64, i64)| 1 <= first && first < last && last <= 65_535) {
        let message = format!("`{range}` is not two ports from 1 to 65535, the lower one first");
        found.push(mapping.error("containerPortRange", message, "write it as `8000-8010`"));
    }
    if mapping.number("hostPort").is_some_and(|it| it != 0) {
        let message =
            "cannot be used with `containerPortRange`, whose host ports the instance chooses";
        found.push(mapping.error("hostPort", message, "leave it out"));
    }
    if mode == "host" {
        let message = "cannot be used in the network mode `host`";
        found.push(mapping.error(
            "containerPortRange",
            message,
            "list the ports, or use `bridge`",
        ));
    }
}

fn check_host_port(mapping: &Place<'_>, mode: &str, found: &mut Vec<Diagnostic>) {
    let (inside, outside) = (mapping.number("containerPort"), mapping.number("hostPort"));
    // Even 0, which elsewhere asks for any port: these modes have none to choose from.
    if let (Some(inside), Some(outside)) = (inside, outside)
        && matches!(mode, "host" | "awsvpc")
        && inside != outside
    {
        let message = format!(
            "is {outside}, but must be the container port, {inside}, in the network mode `{mode}`"
        );
        found.push(mapping.error("hostPort", message, "leave it out"));
    }
    let Some(port) = static_host_port(mapping, mode) else {
        return;
    };
    let member = if mode == "host" {
        "containerPort"
    } else {
        "hostPort"
    };
    if RESERVED.contains(&port) {
        let message = format!(
            "{port} is taken: instances keep 22, 2375, 2376 and 51678 to 51680 for themselves"
        );
        found.push(mapping.error(member, message, "choose another port"));
    } else if (EPHEMERAL..=65_535).contains(&port) {
        let message = format!(
            "{port} may be taken: instances give out ports from {EPHEMERAL} on by themselves"
        );
        found.push(mapping.warning(member, message, format!("choose a port below {EPHEMERAL}")));
    }
}

fn check_protocols(mappings: &[Place<'_>], found: &mut Vec<Diagnostic>) {
    for (mapping, earlier) in repeated(mappings, |it| {
        it.number("containerPort").filter(|it| *it != 0)
    }) {
        if protocol(mapping) != protocol(earlier) {
            let port = mapping.number("containerPort").unwrap_or_default();
            let message = format!(
                "{port} is already open for `{}`, and AWS takes one protocol for a port",
                protocol(earlier)
            );
            found.push(mapping.error(
                "protocol",
                message,
                "use another container port for one of the two",
            ));
        }
    }
}

/// What one instance cannot do for two mappings of a task at once.
fn check_conflicts(
    task: &Place<'_>,
    mappings: &[Place<'_>],
    mode: &str,
    found: &mut Vec<Diagnostic>,
) {
    let (member, what) = if mode == "bridge" {
        ("hostPort", "host port")
    } else {
        ("containerPort", "port")
    };
    // In the modes `host` and `awsvpc` the containers of a task share one network.
    let taken = |it: &Place<'_>| {
        it.number(member)
            .filter(|it| *it != 0)
            .map(|port| (port, protocol(it).to_owned()))
    };
    for (mapping, earlier) in repeated(mappings, taken) {
        let port = mapping.number(member).unwrap_or_default();
        let message = format!(
            "the {what} {port} is already taken by `{}`",
            earlier.contract_path()
        );
        found.push(mapping.error(member, message, "choose another port"));
    }
    let fixed = mappings
        .iter()
        .filter(|it| static_host_port(it, mode).is_some())
        .count();
    if fixed > STATIC_LIMIT {
        let message = format!(
            "{fixed} static host ports are more than an instance keeps ({STATIC_LIMIT} beside its own)"
        );
        found.push(task.error(
            "containerDefinitions",
            message,
            "leave out host ports, or split the task definition",
        ));
    }
}

#[cfg(test)]
mod tests;
