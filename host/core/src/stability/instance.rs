//! What a container instance has left.

use std::collections::BTreeSet;

use serde_json::Value;

use super::ended::last_part;
use super::reservation::Reservation;

/// A container instance, as far as placement asks.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Instance {
    /// The last part of its ARN, by which events name it.
    pub(super) id: String,
    /// `i-…`.
    pub(super) ec2: String,
    /// Whether it takes tasks: it is ACTIVE.
    pub(crate) is_active: bool,
    pub(crate) is_connected: bool,
    /// MiB left, and in all.
    pub(crate) memory: (i64, i64),
    /// CPU units left, and in all.
    pub(crate) cpu: (i64, i64),
    /// Ports that are taken.
    pub(crate) ports: BTreeSet<u32>,
}

impl Instance {
    pub(crate) fn read(instance: &Value) -> Self {
        let amount = |list: &str, name: &str| {
            resource(&instance[list], name)["integerValue"]
                .as_i64()
                .unwrap_or_default()
        };
        let both = |name: &str| {
            (
                amount("remainingResources", name),
                amount("registeredResources", name),
            )
        };
        let ports = resource(&instance["remainingResources"], "PORTS")["stringSetValue"].as_array();
        let port = |it: &Value| it.as_str().and_then(|it| it.parse().ok());
        let arn = instance["containerInstanceArn"]
            .as_str()
            .unwrap_or_default();
        let id = last_part(arn);
        Self {
            id: id.to_owned(),
            ec2: instance["ec2InstanceId"].as_str().unwrap_or(id).to_owned(),
            is_active: instance["status"].as_str().is_none_or(|it| it == "ACTIVE"),
            is_connected: instance["agentConnected"].as_bool().unwrap_or(true),
            memory: both("MEMORY"),
            cpu: both("CPU"),
            ports: ports.into_iter().flatten().filter_map(port).collect(),
        }
    }

    /// Whether it has what a task takes. Attributes and constraints are not looked at.
    pub(crate) fn fits(&self, task: &Reservation) -> bool {
        self.is_active
            && self.is_connected
            && self.memory.0 >= task.memory.unwrap_or_default()
            && self.cpu.0 >= task.cpu.unwrap_or_default()
            && self.ports.is_disjoint(&task.ports)
    }

    /// Leaves what a task takes to it.
    pub(crate) fn take(&mut self, task: &Reservation) {
        self.memory.0 -= task.memory.unwrap_or_default();
        self.cpu.0 -= task.cpu.unwrap_or_default();
        self.ports.extend(&task.ports);
    }

    /// What is left of it, in a line.
    pub(super) fn line(&self) -> String {
        let ports: Vec<String> = self.ports.iter().map(u32::to_string).collect();
        let ports = if ports.is_empty() {
            "none".to_owned()
        } else {
            ports.join(", ")
        };
        let mut line = format!(
            "instance {}: {} of {} MiB of memory and {} of {} CPU units left; ports taken: {ports}",
            self.ec2, self.memory.0, self.memory.1, self.cpu.0, self.cpu.1
        );
        if !self.is_active {
            line += "; it takes no tasks";
        }
        if !self.is_connected {
            line += "; its agent is disconnected";
        }
        line
    }
}

fn resource<'a>(list: &'a Value, name: &str) -> &'a Value {
    let found = list
        .as_array()
        .into_iter()
        .flatten()
        .find(|it| it["name"] == name);
    found.unwrap_or(&Value::Null)
}
