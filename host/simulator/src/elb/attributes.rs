//! Attributes of load balancers.

use serde_json::{Value, json};

use super::arguments::{balancer, balancer_mut, list, text};
use super::rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::Attributes;

const DESYNC: &str = "elb.http.desyncmitigationmode";

/// What a new load balancer has.
pub(super) fn usual() -> Attributes {
    Attributes(json!({
        "CrossZoneLoadBalancing": {"Enabled": false},
        "AccessLog": {"Enabled": false},
        "ConnectionDraining": {"Enabled": false, "Timeout": 300},
        "ConnectionSettings": {"IdleTimeout": 60},
        "AdditionalAttributes": [{"Key": DESYNC, "Value": "defensive"}],
    }))
}

pub(super) fn describe(call: &mut Call<'_>) -> Result<Value, Refusal> {
    Ok(json!({"LoadBalancerAttributes": balancer(call.world, call.input)?.attributes.0}))
}

pub(super) fn modify(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let given = &call.input["LoadBalancerAttributes"];
    let balancer = balancer_mut(call.world, call.input)?;
    check(given)?;
    let attributes = &mut balancer.attributes.0;
    for (name, value) in given.as_object().into_iter().flatten() {
        if name == "AdditionalAttributes" {
            continue;
        }
        if let (Some(old), Some(new)) = (attributes[name].as_object_mut(), value.as_object()) {
            old.extend(new.clone());
        }
    }
    if let Some(mode) = list(given, "AdditionalAttributes")
        .iter()
        .find_map(|it| text(it, "Value"))
    {
        attributes["AdditionalAttributes"] = json!([{"Key": DESYNC, "Value": mode}]);
    }
    Ok(json!({"LoadBalancerName": balancer.name, "LoadBalancerAttributes": given}))
}

fn check(given: &Value) -> Result<(), Refusal> {
    let number = |group: &str, name: &str| given[group][name].as_i64();
    if number("ConnectionSettings", "IdleTimeout").is_some_and(|it| !(1..=4000).contains(&it)) {
        return Err(rules::IDLE_TIMEOUT.refusal());
    }
    if number("ConnectionDraining", "Timeout").is_some_and(|it| !(1..=3600).contains(&it)) {
        return Err(rules::DRAIN_TIMEOUT.refusal());
    }
    if number("AccessLog", "EmitInterval").is_some_and(|it| it != 5 && it != 60) {
        return Err(rules::LOG_INTERVAL.refusal());
    }
    let log = &given["AccessLog"];
    if log["Enabled"] == true && text(log, "S3BucketName").is_none() {
        return Err(rules::LOG_BUCKET.with(&[&""]));
    }
    for attribute in list(given, "AdditionalAttributes") {
        let key = text(attribute, "Key").unwrap_or_default();
        if key != DESYNC {
            return Err(rules::ATTRIBUTE.with(&[&key]));
        }
    }
    Ok(())
}
