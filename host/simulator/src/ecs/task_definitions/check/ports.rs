//! The port mappings of all containers together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::super::arguments::{list, text};
use super::rules;
use crate::refusal::Refusal;

/// Host ports that ECS keeps for ssh, docker and the agent (aws-facts §1.2).
const RESERVED: [i64; 6] = [22, 2375, 2376, 51678, 51679, 51680];

pub(super) fn check(containers: &[Value], mode: &str) -> Result<(), Refusal> {
    let mut taken = BTreeSet::new();
    for container in containers {
        let name = text(container, "name").unwrap_or_default();
        let mappings = list(container, "portMappings");
        if mode == "none" && !mappings.is_empty() {
            return Err(rules::PORTS_WITHOUT_NETWORK.refusal());
        }
        let mut protocols = BTreeMap::new();
        for mapping in mappings {
            let protocol = text(mapping, "protocol").unwrap_or("tcp");
            one(mapping, name, mode, protocol)?;
            let Some(port) = mapping["containerPort"].as_i64() else {
                continue;
            };
            if protocols
                .insert(port, protocol)
                .is_some_and(|it| it != protocol)
            {
                return Err(rules::PORT_TWO_PROTOCOLS.with(&[&port]));
            }
            let host_port = host_port(mapping, mode).unwrap_or(0);
            if host_port != 0 && !taken.insert((host_port, protocol)) {
                return Err(rules::HOST_PORT_TWICE.with(&[&protocol.to_uppercase(), &host_port]));
            }
        }
    }
    Ok(())
}

/// Whether the container's port is that of its host or of the task's interface.
fn is_fixed(mode: &str) -> bool {
    mode == "awsvpc" || mode == "host"
}

/// The host port that a mapping asks for: said, or the same as the container's.
fn host_port(mapping: &Value, mode: &str) -> Option<i64> {
    let same = || mapping["containerPort"].as_i64().filter(|_| is_fixed(mode));
    mapping["hostPort"].as_i64().or_else(same)
}

fn one(mapping: &Value, name: &str, mode: &str, protocol: &str) -> Result<(), Refusal> {
    if !["tcp", "udp"].contains(&protocol) {
        return Err(rules::PROTOCOL.with(&[&name]));
    }
    let port = mapping["containerPort"].as_i64();
    let has_range = text(mapping, "containerPortRange").is_some();
    if !has_range && !port.is_some_and(|it| (1..=65_535).contains(&it)) {
        return Err(rules::PORT_RANGE.with(&[&name]));
    }
    if has_range && mapping["hostPort"].as_i64().is_some_and(|it| it != 0) {
        return Err(rules::HOST_PORT_WITH_RANGE.with(&[&name]));
    }
    let host_port = host_port(mapping, mode);
    if host_port.is_some_and(|it| !(0..=65_535).contains(&it)) {
        return Err(rules::HOST_PORT_RANGE.with(&[&name]));
    }
    if let Some(reserved) = host_port.filter(|it| RESERVED.contains(it) && mode != "awsvpc") {
        return Err(rules::HOST_PORT_RESERVED.with(&[&reserved]));
    }
    if is_fixed(mode) && host_port != port {
        return Err(rules::HOST_PORT_DIFFERS.with(&[&mode]));
    }
    if let Some(label) = text(mapping, "name") {
        let is_fit =
            |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-' || it == b'_';
        if label.len() > 64 || label.starts_with('-') || !label.bytes().all(is_fit) {
            return Err(rules::PORT_NAME.with(&[&name]));
        }
    }
    Ok(())
}
