//! Container instances.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::arguments::{self, cluster, cluster_mut, includes, missing, tags_value, text, texts};
use super::paging;
use super::requirements;
use super::rules::clusters as rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::{Cluster, Instance, Reservation, Stop, StopCode, TaskStatus, World, free};

/// Instances in one call that changes them or starts tasks on them, by the model of both operations.
pub(super) const MOST_AT_ONCE: usize = 10;

/// What an instance can be.
const STATUSES: [&str; 5] = [
    "ACTIVE",
    "DRAINING",
    "REGISTERING",
    "DEREGISTERING",
    "REGISTRATION_FAILED",
];

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = cluster(call.world, call.input)?;
    let status = text(call.input, "status");
    if status.is_some_and(|it| !STATUSES.contains(&it)) {
        return Err(rules::INSTANCE_STATE.refusal());
    }
    let filter = text(call.input, "filter");
    if let Some(filter) = filter.filter(|it| !requirements::is_filter(it)) {
        return Err(rules::INSTANCE_FILTER.with(&[&filter]));
    }
    let wanted = found
        .instances
        .values()
        .filter(|it| status.is_none_or(|wanted| wanted == it.status))
        .filter(|it| {
            filter.is_none_or(|filter| requirements::passes(call.world, found, it, filter))
        });
    let arns: Vec<String> = wanted.map(|it| it.arn.clone()).collect();
    paging::page(call.input, "containerInstanceArns", &arns, 100, 100)
}

pub(super) fn describe(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = cluster(call.world, call.input)?;
    let asked = texts(call.input, "containerInstances");
    if asked.is_empty() {
        return Err(rules::INSTANCES_EMPTY.refusal());
    }
    if asked.len() > 100 {
        return Err(rules::TOO_MANY_INSTANCES.refusal());
    }
    let (mut instances, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let id = arguments::last(reference);
        match found.instances.get(id) {
            Some(instance) => {
                let mut shown = shown(call.world, found, instance);
                if includes(call.input, "TAGS") {
                    shown["tags"] = tags_value(&instance.tags);
                }
                instances.push(shown);
            }
            None => failures.push(missing(
                &call
                    .world
                    .ecs_arn(&format!("container-instance/{}/{id}", found.name)),
            )),
        }
    }
    Ok(json!({"containerInstances": instances, "failures": failures}))
}

pub(super) fn update_state(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let status = text(call.input, "status").unwrap_or_default();
    if !["ACTIVE", "DRAINING"].contains(&status) {
        return Err(rules::INSTANCE_STATE.refusal());
    }
    let asked = texts(call.input, "containerInstances");
    if asked.len() > MOST_AT_ONCE {
        return Err(rules::TOO_MANY_AT_ONCE.refusal());
    }
    let found = cluster_mut(call.world, call.input)?;
    let (mut changed, mut unknown) = (Vec::new(), Vec::new());
    for reference in asked {
        let id = arguments::last(reference);
        match found.instances.get_mut(id) {
            Some(instance) => {
                instance.status = status.to_owned();
                changed.push(id);
            }
            None => unknown.push(id),
        }
    }
    let name = found.name.clone();
    let found = &call.world.clusters[&name];
    let instances: Vec<Value> = changed
        .iter()
        .map(|id| shown(call.world, found, &found.instances[*id]))
        .collect();
    let failures: Vec<Value> = unknown
        .iter()
        .map(|id| {
            missing(
                &call
                    .world
                    .ecs_arn(&format!("container-instance/{name}/{id}")),
            )
        })
        .collect();
    Ok(json!({"containerInstances": instances, "failures": failures}))
}

pub(super) fn deregister(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = cluster(call.world, call.input)?;
    let id = arguments::last(text(call.input, "containerInstance").unwrap_or_default()).to_owned();
    let instance = found
        .instances
        .get(&id)
        .ok_or_else(|| rules::INSTANCE_NOT_FOUND.refusal())?;
    let is_here = |it: &&crate::world::Task| {
        it.status != TaskStatus::Stopped && it.instance.as_deref() == Some(&id)
    };
    if found.tasks.values().any(|it| is_here(&it)) && call.input["force"] != true {
        return Err(rules::INSTANCE_HAS_TASKS.refusal());
    }
    let mut shown = shown(call.world, found, instance);
    shown["status"] = "INACTIVE".into();
    let (ec2, now) = (instance.ec2.clone(), call.world.now);
    let found = cluster_mut(call.world, call.input)?;
    found.instances.remove(&id);
    for task in found
        .tasks
        .values_mut()
        .filter(|it| it.instance.as_deref() == Some(&id))
    {
        if task.status != TaskStatus::Stopped {
            // Nobody is there to stop it: it is as good as gone.
            task.status = TaskStatus::Stopped;
            task.is_stopping = true;
            task.stopping = Some(now);
            task.stopped = Some(now);
            task.due = None;
            for container in &mut task.containers {
                container.status = TaskStatus::Stopped;
                container.bindings.clear();
            }
            task.stop = Some(Stop {
                code: StopCode::TerminationNotice,
                reason: format!("Host EC2 (instance {ec2}) terminated."),
            });
        }
    }
    for balancer in call.world.balancers.values_mut() {
        balancer.instances.remove(&ec2);
    }
    Ok(json!({"containerInstance": shown}))
}

/// An instance as it is described.
fn shown(world: &World, cluster: &Cluster, instance: &Instance) -> Value {
    let tasks = |status: fn(TaskStatus) -> bool| {
        let here = cluster
            .tasks
            .values()
            .filter(|it| it.instance.as_deref() == Some(&instance.id));
        here.filter(|it| status(it.status)).count()
    };
    let all = Reservation {
        cpu: instance.cpu.into(),
        memory: instance.memory.into(),
        tcp: [22, 2375, 2376, 51678, 51679].into(),
        udp: BTreeSet::new(),
    };
    let left = free(world, cluster, instance);
    json!({
        "containerInstanceArn": instance.arn,
        "ec2InstanceId": instance.ec2,
        "version": 3,
        "versionInfo": {"agentVersion": "1.99.0", "agentHash": "5f1c1f0b", "dockerVersion": "DockerVersion: 25.0.6"},
        "registeredResources": resources(&all),
        "remainingResources": resources(&left),
        "status": instance.status,
        "agentConnected": instance.is_connected,
        "runningTasksCount": tasks(|it| it == TaskStatus::Running),
        "pendingTasksCount": tasks(|it| it < TaskStatus::Running),
        "registeredAt": instance.registered.seconds(),
        "attributes": attributes(world, cluster, instance),
        "attachments": [],
        "tags": [],
    })
}

fn resources(of: &Reservation) -> Value {
    let number = |name: &str, value: i64| json!({"name": name, "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": value});
    let ports = |name: &str, ports: &BTreeSet<u16>| {
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        json!({"name": name, "type": "STRINGSET", "doubleValue": 0.0, "longValue": 0, "integerValue": 0, "stringSetValue": ports})
    };
    json!([
        number("CPU", of.cpu),
        number("MEMORY", of.memory),
        ports("PORTS", &of.tcp),
        ports("PORTS_UDP", &of.udp)
    ])
}

/// What agents of a Linux instance say they can do.
const CAPABILITIES: [&str; 16] = [
    "com.amazonaws.ecs.capability.privileged-container",
    "com.amazonaws.ecs.capability.docker-remote-api.1.18",
    "com.amazonaws.ecs.capability.docker-remote-api.1.19",
    "com.amazonaws.ecs.capability.docker-remote-api.1.21",
    "com.amazonaws.ecs.capability.docker-remote-api.1.25",
    "com.amazonaws.ecs.capability.logging-driver.json-file",
    "com.amazonaws.ecs.capability.logging-driver.awslogs",
    "com.amazonaws.ecs.capability.logging-driver.syslog",
    "com.amazonaws.ecs.capability.task-iam-role",
    "com.amazonaws.ecs.capability.ecr-auth",
    "ecs.capability.container-health-check",
    "ecs.capability.execution-role-awslogs",
    "ecs.capability.secrets.asm.environment-variables",
    "ecs.capability.secrets.ssm.environment-variables",
    "ecs.capability.task-eni",
    "ecs.capability.efs",
];

/// The attributes of an instance: built in, of the agent, and put by somebody.
pub(crate) fn attributes(world: &World, cluster: &Cluster, instance: &Instance) -> Vec<Value> {
    let vpc = world
        .network
        .subnets
        .get(&instance.subnet)
        .map_or("", |it| &it.vpc);
    let built_in = [
        ("ecs.ami-id", "ami-0c5204531f799e0c6"),
        ("ecs.availability-zone", &instance.zone),
        ("ecs.cpu-architecture", "x86_64"),
        ("ecs.instance-type", &instance.kind),
        ("ecs.os-family", "LINUX"),
        ("ecs.os-type", "linux"),
        ("ecs.subnet-id", &instance.subnet),
        ("ecs.vpc-id", vpc),
    ];
    let put = cluster
        .attributes
        .iter()
        .filter(|it| it["targetId"] == instance.arn.as_str());
    let put = put.map(|it| {
        let mut shown = it.clone();
        if let Some(members) = shown.as_object_mut() {
            members.retain(|name, _| name == "name" || name == "value");
        }
        shown
    });
    let built_in = built_in
        .into_iter()
        .map(|(name, value)| json!({"name": name, "value": value}));
    let capable = CAPABILITIES.into_iter().map(|name| json!({"name": name}));
    let all = built_in.chain(capable).chain(put);
    let is_lacked = |it: &Value| {
        instance
            .lacks
            .iter()
            .any(|name| it["name"] == name.as_str())
    };
    all.filter(|it| !is_lacked(it)).collect()
}
