//! Instances that somebody registers by hand.

use std::time::Duration;

use serde_json::{Value, json};

use super::arguments::{balancer, balancer_mut, list, text};
use super::rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::{LoadBalancer, Registration};

/// The ids of an input, each of an instance that exists.
fn read(call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    balancer(call.world, call.input)?;
    let ids = list(call.input, "Instances")
        .iter()
        .map(|it| text(it, "InstanceId").unwrap_or_default());
    let one = |id: &str| match call.world.instance_of(id) {
        Some(_) => Ok(id.to_owned()),
        None => Err(rules::INSTANCE.with(&[&id])),
    };
    ids.map(one).collect()
}

fn told(balancer: &LoadBalancer) -> Value {
    let there = balancer
        .instances
        .iter()
        .filter(|(_, it)| it.draining_until.is_none());
    json!({"Instances": there.map(|(id, _)| json!({"InstanceId": id})).collect::<Vec<_>>()})
}

pub(super) fn register(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let ids = read(call)?;
    let now = call.world.now;
    let balancer = balancer_mut(call.world, call.input)?;
    for id in ids {
        let is_there = balancer
            .instances
            .get(&id)
            .is_some_and(|it| it.draining_until.is_none());
        if !is_there {
            let new = Registration {
                since: now,
                next: now + Duration::from_secs(1),
                ..Registration::default()
            };
            balancer.instances.insert(id, new);
        }
    }
    Ok(told(balancer))
}

pub(super) fn deregister(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let ids = read(call)?;
    let now = call.world.now;
    let balancer = balancer_mut(call.world, call.input)?;
    let draining = &balancer.attributes.0["ConnectionDraining"];
    let drains = (draining["Enabled"] == true)
        .then(|| Duration::from_secs(draining["Timeout"].as_u64().unwrap_or(300)));
    for id in ids {
        match (drains, balancer.instances.get_mut(&id)) {
            (Some(time), Some(it)) => it.draining_until = it.draining_until.or(Some(now + time)),
            _ => {
                balancer.instances.remove(&id);
            }
        }
    }
    Ok(told(balancer))
}
