//! The attributes of a load balancer: those that the recipe sets, and those that it set before and sets no more.

use serde_json::{Map, Value, json};

use super::{ATTRIBUTES, name};
use crate::desired::DesiredLoadBalancer;
use crate::normal::{flatten, generic};
use crate::observed::ObservedLoadBalancer;
use crate::ownership;
use crate::plan::Change;
use crate::plan::diff::{differences, is_modelled};
use crate::request::{Operation, Request};

/// What AWS has where nobody set an attribute (`aws-facts` §1.5).
const DEFAULTS: [(&str, &str); 6] = [
    ("CrossZoneLoadBalancing.Enabled", "false"),
    ("ConnectionDraining.Enabled", "false"),
    ("ConnectionDraining.Timeout", "300"),
    ("ConnectionSettings.IdleTimeout", "60"),
    ("AccessLog.Enabled", "false"),
    (
        "AdditionalAttributes[elb.http.desyncmitigationmode].Value",
        "\"defensive\"",
    ),
];

/// Differences of the attributes that the recipe sets, and of those that it set before. All others are left as they are.
pub(super) fn changes(
    balancer: &DesiredLoadBalancer,
    observed: &ObservedLoadBalancer,
) -> Vec<Change> {
    let mut changes = dropped(balancer, observed);
    let (Some(desired), Some(reported)) = (&balancer.attributes, &observed.attributes) else {
        return changes;
    };
    let after = flatten(&generic(desired));
    let mut before = flatten(&generic(reported));
    before.retain(|path, _| after.contains_key(path));
    let mut set = differences(&before, &after);
    // What AWS knows it reports; of anything else the answer is silent, whatever there is.
    set.retain(|it| it.before.is_some() || is_known(&it.path) || !was_said(observed, &it.path));
    changes.extend(set);
    changes
}

/// Attributes that were set, are set no more, and go back to what AWS has by itself.
///
/// Where no attribute is set any more none is read, and the tag alone says what there was.
fn dropped(balancer: &DesiredLoadBalancer, observed: &ObservedLoadBalancer) -> Vec<Change> {
    let said = flatten(&generic(&json!(balancer.attributes)));
    let reported = observed.attributes.as_ref().map(|it| flatten(&generic(it)));
    let mut changes = Vec::new();
    for (path, default) in DEFAULTS {
        let default: Value = serde_json::from_str(default).unwrap_or_default();
        if said.contains_key(path) || !was_said(observed, path) {
            continue;
        }
        match reported.as_ref().map(|it| it.get(path)) {
            Some(now) if now.is_none_or(|it| *it == default) => {}
            Some(now) => changes.push(Change::new(path, now, Some(&default))),
            None => changes.push(Change::new(path, None, Some(&default)).not_reported()),
        }
    }
    // A time to drain for means nothing where nothing is drained.
    let drains = |it: &Change| it.path == "ConnectionDraining.Enabled";
    if changes.iter().any(drains) {
        changes.retain(|it| it.path != "ConnectionDraining.Timeout");
    }
    changes
}

/// Whether what there is now is AWS's default.
pub(super) fn is_default(change: &Change) -> bool {
    let default = DEFAULTS.iter().find(|(path, _)| *path == change.path);
    let default = default.and_then(|(_, it)| serde_json::from_str::<Value>(it).ok());
    default.is_some() && default == change.before
}

fn was_said(observed: &ObservedLoadBalancer, path: &str) -> bool {
    ownership::set_before(&observed.tags, &format!("{ATTRIBUTES}.{path}"))
}

/// Whether AWS reports it, by our copy of its model.
pub(super) fn is_known(path: &str) -> bool {
    let path = format!("{ATTRIBUTES}.{path}");
    is_modelled(Operation::ModifyLoadBalancerAttributes, &path)
}

/// The call that brings the attributes to what is wanted, where one is different: all that is said, and the defaults
/// of what is said no more.
pub(super) fn request(balancer: &DesiredLoadBalancer, changes: &[Change]) -> Option<Request> {
    let group = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
    let groups: Vec<String> = DEFAULTS.iter().map(|(path, _)| group(path)).collect();
    let said = balancer.attributes.as_ref().and_then(Value::as_object);
    let is_ours = |it: &&Change| {
        let group = group(&it.path);
        groups.contains(&group) || said.is_some_and(|it| it.contains_key(&group))
    };
    let changes: Vec<&Change> = changes.iter().filter(is_ours).collect();
    if changes.is_empty() {
        return None;
    }
    let mut body = said.cloned().unwrap_or_default();
    for (path, default) in DEFAULTS {
        let is_dropped = |it: &&&Change| it.path == path && !is_said(said, path);
        if changes.iter().any(|it| is_dropped(&it)) {
            let default = serde_json::from_str(default).unwrap_or_default();
            put(&mut body, path, default);
        }
    }
    Some(modify(balancer, &body.into()))
}

fn is_said(said: Option<&Map<String, Value>>, path: &str) -> bool {
    flatten(&generic(&json!(said))).contains_key(path)
}

/// Sets one attribute in the body of ModifyLoadBalancerAttributes.
fn put(body: &mut Map<String, Value>, path: &str, value: Value) {
    if let Some((group, field)) = path
        .split_once('.')
        .filter(|(group, _)| !group.contains('['))
    {
        body.entry(group).or_insert_with(|| json!({}))[field] = value;
    } else if let Some((group, rest)) = path.split_once('[')
        && let Some((key, _)) = rest.split_once(']')
        && let Some(list) = body
            .entry(group)
            .or_insert_with(|| json!([]))
            .as_array_mut()
    {
        list.push(json!({"Key": key, "Value": value}));
    }
}

/// The call that sets these attributes.
pub(super) fn modify(balancer: &DesiredLoadBalancer, attributes: &Value) -> Request {
    Request {
        operation: Operation::ModifyLoadBalancerAttributes,
        body: json!({"LoadBalancerName": name(balancer), ATTRIBUTES: attributes}),
    }
}
