//! What happens from outside: calls that others send, and instances that AWS takes away.

use std::collections::BTreeMap;

use serde_json::Value;

use super::seconds;
use super::tasks::finish;
use crate::call::{call, find};
use crate::script::{Other, Script};
use crate::time::Time;
use crate::world::{Instance, Stop, StopCode, Task, TaskStatus, World};

/// When something of it happens.
pub(super) fn due(world: &World, script: &Script) -> Vec<Time> {
    let calls = awaited(world, script).into_iter().map(|(_, _, at)| at);
    let instances = world.clusters.values().flat_map(|it| it.instances.values());
    let ends = instances.filter_map(|it| it.ends.as_ref().map(|end| end.at));
    calls.chain(ends).collect()
}

/// The others that have not acted, each with what the account knows it by, and its time.
fn awaited<'a>(world: &World, script: &'a Script) -> Vec<(String, &'a Other, Time)> {
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    let others = script.others.iter().filter_map(|other| {
        // Its times are finite numbers, so that there is nothing that JSON cannot say.
        let said = serde_json::to_string(other).unwrap_or_default();
        let place = alike.entry(said.clone()).or_default();
        *place += 1;
        let key = format!("{said} {place}");
        let since = match &other.since {
            None => world.others.began,
            Some(operation) => *world.others.seen.get(operation)?,
        };
        let is_done = world.others.done.contains_key(&key);
        (!is_done).then(|| (key, other, since + seconds(other.after)))
    });
    others.collect()
}

/// Does what is due now. Says whether anything was.
pub(super) fn play(world: &mut World, script: &Script) -> bool {
    let now = world.now;
    let mut due = awaited(world, script);
    due.retain(|(_, _, at)| *at <= now);
    let has_acted = !due.is_empty();
    for (key, other, _) in due {
        let input = filled(world, &other.input);
        let refusal = find(&other.operation)
            .and_then(|(api, _)| call(world, script, api, &other.operation, &input).err());
        let refusal = refusal.map(|it| it.to_string());
        world.others.done.insert(key, refusal);
    }
    let has_taken = take_instances(world);
    has_acted || has_taken
}

/// The input with `$task` and `$container-instance` as the account has them now.
fn filled(world: &World, input: &Value) -> Value {
    match input {
        Value::String(text) if text == "$task" => {
            let mut tasks = world.clusters.values().flat_map(|it| it.tasks.values());
            let running = tasks.find(|it| it.status == TaskStatus::Running);
            running.map_or_else(|| input.clone(), |it| it.arn.as_str().into())
        }
        Value::String(text) if text == "$container-instance" => {
            let mut all = world.clusters.values().flat_map(|it| it.instances.values());
            all.next()
                .map_or_else(|| input.clone(), |it| it.arn.as_str().into())
        }
        Value::String(text) if text == "$instance" => {
            let mut all = world.clusters.values().flat_map(|it| it.instances.values());
            all.next()
                .map_or_else(|| input.clone(), |it| it.ec2.as_str().into())
        }
        Value::Array(items) => items.iter().map(|it| filled(world, it)).collect(),
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(name, it)| (name.clone(), filled(world, it)))
                .collect()
        }
        other => other.clone(),
    }
}

/// Takes away the instances whose time has come, and ends the tasks on them.
fn take_instances(world: &mut World) -> bool {
    let now = world.now;
    let mut is_changed = false;
    for cluster in world.clusters.values_mut() {
        let over = |it: &Instance| it.ends.as_ref().is_some_and(|end| end.at <= now);
        let taken: Vec<_> = cluster
            .instances
            .values()
            .filter(|it| over(it))
            .cloned()
            .collect();
        for instance in taken {
            let Some(end) = instance.ends else { continue };
            cluster.instances.remove(&instance.id);
            is_changed = true;
            let reason = match end.code {
                StopCode::SpotInterruption => "Your Spot Task was interrupted.".to_owned(),
                _ => format!("Host EC2 (instance {}) terminated.", instance.ec2),
            };
            let ours = cluster.tasks.values_mut().filter(|it| {
                it.instance.as_ref() == Some(&instance.id) && it.status != TaskStatus::Stopped
            });
            for task in ours {
                let stop = Stop {
                    code: end.code,
                    reason: reason.clone(),
                };
                let ended = Task {
                    stop: Some(stop),
                    ..task.clone()
                };
                *task = finish(ended, now, None);
            }
            for balancer in world.balancers.values_mut() {
                balancer.instances.remove(&instance.ec2);
            }
        }
    }
    is_changed
}
