//! Health checks and what they found.

use serde_json::{Value, json};

use super::arguments::{balancer, balancer_mut, list, text};
use super::rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::{HealthCheck, HealthState, LoadBalancer, Registration, World};

/// Reads a health check. The API takes all five members or none (aws-facts §1.5).
fn read(given: &Value) -> Result<HealthCheck, Refusal> {
    let number = |name: &str| {
        let number = given[name]
            .as_i64()
            .ok_or_else(|| rules::HEALTH_MISSING.with(&[&name]))?;
        Ok(u32::try_from(number).unwrap_or(0))
    };
    let target = text(given, "Target").ok_or_else(|| rules::HEALTH_MISSING.with(&[&"Target"]))?;
    check_target(target)?;
    let check = HealthCheck {
        target: target.to_owned(),
        interval: number("Interval")?,
        timeout: number("Timeout")?,
        unhealthy_threshold: number("UnhealthyThreshold")?,
        healthy_threshold: number("HealthyThreshold")?,
    };
    if !(5..=300).contains(&check.interval) {
        return Err(rules::HEALTH_INTERVAL.refusal());
    }
    if !(2..=60).contains(&check.timeout) {
        return Err(rules::HEALTH_TIMEOUT.refusal());
    }
    if check.timeout >= check.interval {
        return Err(rules::HEALTH_ORDER.refusal());
    }
    let thresholds = [check.unhealthy_threshold, check.healthy_threshold];
    if !thresholds.iter().all(|it| (2..=10).contains(it)) {
        return Err(rules::HEALTH_THRESHOLD.refusal());
    }
    Ok(check)
}

/// `TCP:6379`, `SSL:443`, `HTTP:80/health`, `HTTPS:443/`.
fn check_target(target: &str) -> Result<(), Refusal> {
    if target.len() > 1024 {
        return Err(rules::HEALTH_LONG.refusal());
    }
    let (protocol, rest) = target.split_once(':').unwrap_or((target, ""));
    let protocol = protocol.to_ascii_uppercase();
    // `parse` alone takes a sign.
    let is_port =
        |port: &str| !port.starts_with('+') && port.parse::<u16>().is_ok_and(|it| it != 0);
    match protocol.as_str() {
        "HTTP" | "HTTPS" => match rest.split_once('/') {
            Some((port, _)) if is_port(port) => Ok(()),
            _ => Err(rules::HEALTH_PATH.with(&[&protocol, &protocol])),
        },
        "TCP" | "SSL" if is_port(rest) => Ok(()),
        "TCP" | "SSL" => Err(rules::HEALTH_TARGET.refusal()),
        _ => Err(rules::HEALTH_PROTOCOL.refusal()),
    }
}

pub(super) fn configure(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let balancer = balancer_mut(call.world, call.input)?;
    balancer.health_check = read(&call.input["HealthCheck"])?;
    Ok(json!({"HealthCheck": call.input["HealthCheck"]}))
}

pub(super) fn describe(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = balancer(call.world, call.input)?;
    let asked: Vec<&str> = list(call.input, "Instances")
        .iter()
        .filter_map(|it| text(it, "InstanceId"))
        .collect();
    let states: Result<Vec<Value>, Refusal> = if asked.is_empty() {
        Ok(found
            .instances
            .iter()
            .map(|(id, it)| state(call.world, found, id, it))
            .collect())
    } else {
        let one = |id: &&str| match found.instances.get(*id) {
            Some(it) => Ok(state(call.world, found, id, it)),
            None if call.world.instance_of(id).is_some() => Ok(told(
                id,
                "OutOfService",
                "Instance",
                "Instance is not currently registered with the LoadBalancer.",
            )),
            None => Err(rules::INSTANCE.with(&[id])),
        };
        asked.iter().map(one).collect()
    };
    Ok(json!({"InstanceStates": states?}))
}

fn state(world: &World, balancer: &LoadBalancer, id: &str, of: &Registration) -> Value {
    let zone = world.instance_of(id).map(|(_, it)| it.zone.clone());
    if of.draining_until.is_some() {
        return told(
            id,
            "InService",
            "N/A",
            "Instance deregistration currently in progress.",
        );
    }
    if zone.is_some_and(|it| !balancer.zones.contains(&it)) {
        let why = "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.";
        return told(id, "OutOfService", "ELB", why);
    }
    match of.health {
        HealthState::InService => told(id, "InService", "N/A", "N/A"),
        HealthState::Registering => told(
            id,
            "OutOfService",
            "ELB",
            "Instance registration is still in progress.",
        ),
        HealthState::Failed => {
            let why = "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.";
            told(id, "OutOfService", "Instance", why)
        }
    }
}

fn told(id: &str, state: &str, reason: &str, description: &str) -> Value {
    json!({"InstanceId": id, "State": state, "ReasonCode": reason, "Description": description})
}
