//! From a blueprint to the requests that would make it.
//!
//! Typed fields and `extra` become one value here, in AWS's own names, and the
//! host adds what is its own to decide. Everything after this looks at that
//! value and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::codes;
use crate::desired::{DesiredLoadBalancer, DesiredService};
use crate::diag::Diagnostic;
use crate::spec::{Blueprint, Endpoint, LoadBalancer, Pair};

mod load_balancer;
mod overlay;
mod service;
mod task_definition;

use load_balancer::lower_classic;
pub use service::is_downtime;
pub(crate) use service::{MINIMUM, all_but_one};
use service::{fill_service, join_load_balancer, lower_service, warn_of_downtime};
use task_definition::lower_task_definition;

/// The largest `extra`, in bytes: the size of a whole task definition.
pub const EXTRA_LIMIT: usize = 64 * 1024;

/// The task definition has 120 seconds to come up before a failing check of the load balancer stops it.
///
/// AWS's default is 0, and a check that is quick enough for a good start stops
/// everything that needs longer to begin.
pub const GRACE_PERIOD_SECONDS: u32 = 120;

/// Who the blueprint belongs to.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// The name of the service in its stack.
    pub name: String,
    /// `redis@0.1.0`.
    pub recipe: String,
    /// Of a recipe in a registry or a layout: which content it is, `oci://ghcr.io/acme/redis:0.1.0@sha256:…`.
    pub source: Option<String>,
    /// `sha256:…`, of the recipe's bytes.
    pub digest: String,
    /// The endpoints of the manifest.
    pub endpoints: Vec<Endpoint>,
    /// Whether no parameter says how its objects are named.
    pub has_fixed_name: bool,
}

/// Lowers a blueprint. All findings come back, also where nothing can be made of a part.
pub fn lower(blueprint: &Blueprint, identity: &Identity) -> (DesiredService, Vec<Diagnostic>) {
    let mut findings = blueprint.warnings.clone();
    for finding in &mut findings {
        // What a recipe returns beside a blueprint is a warning, whatever it says.
        finding.severity = crate::diag::Severity::Warning;
        finding.path = crate::model::normalise_path(&finding.path);
    }
    let task_definition = blueprint
        .task_definition
        .as_ref()
        .map(|it| lower_task_definition(it, &mut findings));
    let load_balancer = match &blueprint.load_balancer {
        LoadBalancer::Classic(classic) => Some(lower_classic(classic, &mut findings)),
        LoadBalancer::Absent | LoadBalancer::Other(_) => None,
    };
    let mut create_only = BTreeSet::new();
    let service = blueprint.service.as_ref().map(|service| {
        let mut body = lower_service(service, &mut findings);
        join_load_balancer(&mut body, service, &blueprint.load_balancer, &mut findings);
        fill_service(&mut body, load_balancer.is_some(), &mut create_only);
        Value::Object(body)
    });
    if let Some(service) = service.as_ref().filter(|_| load_balancer.is_some()) {
        warn_of_downtime(service, &mut findings);
    }
    let endpoints = bind_endpoints(blueprint, identity, load_balancer.as_ref(), &mut findings);
    let desired = DesiredService {
        name: identity.name.clone(),
        recipe: identity.recipe.clone(),
        source: identity.source.clone(),
        digest: identity.digest.clone(),
        task_definition,
        load_balancer,
        service,
        create_only,
        endpoints,
        has_fixed_name: identity.has_fixed_name,
    };
    (desired, findings)
}

// --------------------------------------------------------------- endpoints

fn bind_endpoints(
    blueprint: &Blueprint,
    identity: &Identity,
    load_balancer: Option<&DesiredLoadBalancer>,
    findings: &mut Vec<Diagnostic>,
) -> BTreeMap<String, u16> {
    let ports: Vec<u64> = load_balancer
        .and_then(|it| it.create["Listeners"].as_array())
        .into_iter()
        .flatten()
        .filter_map(|listener| listener["LoadBalancerPort"].as_u64())
        .collect();
    let mut bound = BTreeMap::new();
    for (index, binding) in blueprint.endpoints.iter().enumerate() {
        let at = format!("endpoints[{index}]");
        if !identity
            .endpoints
            .iter()
            .any(|endpoint| endpoint.name == binding.name)
        {
            let message = format!("`{}` is no endpoint of the recipe's manifest", binding.name);
            findings.push(error(format!("{at}.name"), message));
        }
        match u16::try_from(binding.load_balancer_port) {
            Ok(port) if ports.contains(&port.into()) => {
                bound.insert(binding.name.clone(), port);
            }
            _ => {
                let message = format!("no listener has the port {}", binding.load_balancer_port);
                findings.push(
                    error(format!("{at}.load-balancer-port"), message)
                        .hint("bind the endpoint to the `load-balancer-port` of a listener"),
                );
            }
        }
    }
    // Where there is only one of each, there is nothing to say.
    if let ([], [endpoint], [port]) = (
        &blueprint.endpoints[..],
        &identity.endpoints[..],
        &ports[..],
    ) && let Ok(port) = u16::try_from(*port)
    {
        bound.insert(endpoint.name.clone(), port);
    }
    bound
}

// ------------------------------------------------------------------ pieces

/// The AWS object of a record, without its `extra`.
fn object(record: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(members)) => members,
        // Records of texts, numbers and lists are JSON objects and cannot fail to be.
        Ok(_) | Err(_) => Map::new(),
    }
}

fn member<'a>(body: &'a mut Map<String, Value>, key: &str) -> Option<&'a mut Map<String, Value>> {
    body.get_mut(key).and_then(Value::as_object_mut)
}

/// Visits the objects of a list together with the records they came from.
fn each<R>(
    body: &mut Map<String, Value>,
    key: &str,
    records: &[R],
    mut visit: impl FnMut(&mut Map<String, Value>, &R, usize),
) {
    let items = body
        .get_mut(key)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten();
    for (index, (item, record)) in items.zip(records).enumerate() {
        if let Some(members) = item.as_object_mut() {
            visit(members, record, index);
        }
    }
}

/// Finds names that stand twice in what AWS reads as a map.
fn unique(pairs: &[Pair], at: &str, findings: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    for (index, (name, _)) in pairs.iter().enumerate() {
        if !seen.insert(name) {
            let message = format!("`{name}` stands twice");
            findings.push(error(format!("{at}[{index}]"), message).hint("keep one of the two"));
        }
    }
}

fn error(path: impl Into<String>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(path, message).code(codes::blueprint::ENDPOINT)
}

#[cfg(test)]
mod tests;
