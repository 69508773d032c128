//! What tasks take of an instance.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Cluster, Instance, TaskStatus, World};

/// What a task takes, or what is left.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reservation {
    /// CPU units.
    pub cpu: i64,
    /// MiB.
    pub memory: i64,
    /// Host ports.
    pub tcp: BTreeSet<u16>,
    pub udp: BTreeSet<u16>,
}

/// Ports that ECS keeps for itself on every instance: ssh, docker and the agent.
const OWN_PORTS: [u16; 5] = [22, 2375, 2376, 51678, 51679];

/// What a task of a revision takes (aws-facts §1.2): the task's own size where it is said, else the sum of its containers,
/// of memory the reservation before the limit.
#[must_use]
pub fn reserved(body: &Value) -> Reservation {
    let mut taken = Reservation::default();
    let containers = body["containerDefinitions"].as_array();
    // With awsvpc a task has an address of its own, and its ports are not the instance's.
    let is_awsvpc = body["networkMode"] == "awsvpc";
    for container in containers.into_iter().flatten() {
        let number = |name: &str| container[name].as_i64();
        taken.cpu += number("cpu").unwrap_or(0);
        taken.memory += number("memoryReservation")
            .or_else(|| number("memory"))
            .unwrap_or(0);
        let mappings = container["portMappings"].as_array().filter(|_| !is_awsvpc);
        for mapping in mappings.into_iter().flatten() {
            let port = mapping["hostPort"]
                .as_u64()
                .and_then(|it| u16::try_from(it).ok());
            let Some(port) = port.filter(|it| *it != 0) else {
                continue;
            };
            if mapping["protocol"] == "udp" {
                taken.udp.insert(port);
            } else {
                taken.tcp.insert(port);
            }
        }
    }
    let of_task = |name: &str| body[name].as_str().and_then(|it| it.parse().ok());
    taken.cpu = of_task("cpu").unwrap_or(taken.cpu);
    taken.memory = of_task("memory").unwrap_or(taken.memory);
    taken
}

/// What is left of an instance: in `tcp` and `udp` the ports that are taken.
#[must_use]
pub fn free(world: &World, cluster: &Cluster, instance: &Instance) -> Reservation {
    let mut left = Reservation {
        cpu: instance.cpu.into(),
        memory: instance.memory.into(),
        tcp: OWN_PORTS.into(),
        udp: BTreeSet::new(),
    };
    let here = cluster.tasks.values().filter(|it| {
        it.status != TaskStatus::Stopped && it.instance.as_deref() == Some(&instance.id)
    });
    for task in here {
        if let Some(revision) = world.revision(&task.revision) {
            let taken = reserved(&revision.body);
            left.cpu -= taken.cpu;
            left.memory -= taken.memory;
            left.tcp.extend(taken.tcp);
            left.udp.extend(taken.udp);
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reservation_goes_before_the_limit_and_the_task_before_its_containers() {
        let container = json!({"cpu": 128, "memory": 256, "memoryReservation": 100, "portMappings": [
            {"containerPort": 53, "hostPort": 53, "protocol": "udp"}, {"containerPort": 80, "hostPort": 0},
            {"containerPort": 81, "hostPort": 8081},
        ]});
        let taken = reserved(&json!({"containerDefinitions": [container, {"memory": 28}]}));
        assert_eq!((taken.cpu, taken.memory), (128, 128));
        assert_eq!((taken.tcp, taken.udp), ([8081].into(), [53].into()));
        let taken =
            reserved(&json!({"cpu": "512", "memory": "1024", "containerDefinitions": [container]}));
        assert_eq!((taken.cpu, taken.memory), (512, 1024));
        let taken =
            reserved(&json!({"networkMode": "awsvpc", "containerDefinitions": [container]}));
        assert_eq!((taken.tcp, taken.udp), ([].into(), [].into()));
    }
}
