//! What AWS had when a plan was made, without what moves by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::desired::DesiredService;
use crate::digest;
use crate::normal::{Flat, flatten, generic};
use crate::observed::{Observed, ObservedLoadBalancer, ObservedService, Revision};
use crate::ownership::{STABLE, Tags};
use crate::plan::is_secret;
use crate::tokens::{self, Known};

/// How the leaf of a secret begins; its digest follows.
pub(super) const HIDDEN: &str = "(secret sha256:";

/// What stands for the subnets of the cluster's container instances, which are read only where something is created.
pub(super) const INSTANCES: &str = "container instances";

/// Fields of an object by their path.
pub type Leaves = Flat;

/// Objects by what they are called in a sentence: `service redis-service`, `task definition redis`.
///
/// Fields and not one digest, so that it can be said which of them moved.
pub type State = BTreeMap<String, Leaves>;

/// What DescribeServices says that changes without anybody changing the service.
///
/// Deployments are among it: one drains away after the other, and what a new one
/// is for stands in `taskDefinition` and the other fields.
const MOVES_OF_SERVICE: [&str; 10] = [
    "events",
    "deployments",
    "taskSets",
    "runningCount",
    "pendingCount",
    "createdAt",
    "createdBy",
    "currentServiceDeployment",
    "currentServiceRevisions",
    // Read into a map of its own.
    "tags",
];

/// The same of DescribeLoadBalancers: ECS registers and deregisters instances.
const MOVES_OF_LOAD_BALANCER: [&str; 3] = [
    "Instances",
    "CreatedTime",
    // Named by their ports instead of their place.
    "ListenerDescriptions",
];

/// What was read for a plan, as it is saved.
///
/// `endpoints` are the addresses of services that run already and that recipes of the call depend on;
/// `known` what tokens stand for, so that the ARN of a secret is never part of it.
pub fn state(
    observed: &Observed,
    desired: &[DesiredService],
    endpoints: &BTreeMap<String, (String, u16)>,
    known: &BTreeMap<String, Known>,
) -> State {
    let mut state = State::new();
    for (name, it) in &observed.services {
        // A count that the recipe leaves open is moved by autoscaling.
        let open = desired.iter().filter(|it| {
            let service = it.service.as_ref();
            service.is_some_and(|it| it["serviceName"] == name.as_str())
        });
        let open = open.flat_map(|it| &it.create_only).map(String::as_str);
        state.insert(format!("service {name}"), service(it, &open.collect()));
    }
    for (family, it) in &observed.latest {
        state.insert(format!("task definition {family}"), revision(it));
    }
    for it in observed.in_use.values() {
        state.insert(format!("task definition {}", it.short()), revision(it));
    }
    for (name, it) in &observed.load_balancers {
        state.insert(format!("load balancer {name}"), load_balancer(it));
    }
    if !observed.subnets.is_empty() {
        let subnets = Leaves::from([("subnets".to_owned(), json!(observed.subnets))]);
        state.insert(INSTANCES.to_owned(), subnets);
    }
    for (name, (address, port)) in endpoints {
        let leaves = [("address", json!(address)), ("port", json!(port))];
        let leaves = leaves.map(|(name, value)| (name.to_owned(), value));
        state.insert(format!("endpoint of {name}"), leaves.into());
    }
    let hidden: Known = known
        .values()
        .flatten()
        .filter(|(token, arn)| token.starts_with("{{secret:") && !arn.is_empty())
        .map(|(token, arn)| (arn.clone(), token.clone()))
        .collect();
    for leaves in state.values_mut() {
        conceal(leaves, &hidden);
    }
    state
}

fn service(observed: &ObservedService, open: &BTreeSet<&str>) -> Leaves {
    let mut body = generic(&observed.body);
    if let Some(members) = body.as_object_mut() {
        members.retain(|key, _| !MOVES_OF_SERVICE.contains(&key.as_str()));
    }
    let mut leaves = leaves(&body, &observed.tags);
    leaves.retain(|path, _| !open.contains(path.as_str()));
    leaves
}

/// What a revision says never changes, so its name says it all; it can be tagged.
fn revision(observed: &Revision) -> Leaves {
    leaves(&json!({"taskDefinitionArn": observed.arn}), &observed.tags)
}

fn load_balancer(observed: &ObservedLoadBalancer) -> Leaves {
    let mut body = generic(&observed.description);
    let listeners = body["ListenerDescriptions"]
        .as_array()
        .into_iter()
        .flatten();
    let listeners: Vec<Value> = listeners
        .map(|it| {
            let mut listener = it["Listener"].clone();
            if !it["PolicyNames"].is_null() {
                listener["PolicyNames"] = it["PolicyNames"].clone();
            }
            listener
        })
        .collect();
    if let Some(members) = body.as_object_mut() {
        members.retain(|key, _| !MOVES_OF_LOAD_BALANCER.contains(&key.as_str()));
        members.insert("Listeners".to_owned(), listeners.into());
        if let Some(attributes) = &observed.attributes {
            members.insert("LoadBalancerAttributes".to_owned(), generic(attributes));
        }
    }
    leaves(&body, &observed.tags)
}

/// The leaves of a body, sets of names in one order, and its tags but for the host's own note of what was seen steady.
fn leaves(body: &Value, tags: &Tags) -> Leaves {
    let tags = tags.iter().filter(|(key, _)| *key != STABLE);
    let tags: Map<String, Value> = tags
        .map(|(key, value)| (format!("tags.{key}"), value.as_str().into()))
        .collect();
    let mut leaves = flatten(body);
    for leaf in leaves.values_mut() {
        if let Some(items) = leaf.as_array_mut() {
            items.sort_by_cached_key(ToString::to_string);
        }
    }
    leaves.extend(tags);
    leaves
}

/// Puts a digest where a secret is referred to, and tokens in place of secrets that are known.
fn conceal(leaves: &mut Leaves, hidden: &Known) {
    for (path, leaf) in leaves.iter_mut() {
        if is_secret(path) {
            let digest = digest::sha256_hex(leaf.to_string().as_bytes());
            *leaf = format!("{HIDDEN}{digest})").into();
        } else {
            tokens::fill(leaf, hidden);
        }
    }
}
