//! The calls that change a load balancer in place: each field has its own (`aws-facts` §2).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{configure, name, ports};
use crate::desired::DesiredLoadBalancer;
use crate::observed::ObservedLoadBalancer;
use crate::ownership;
use crate::plan::{Change, Context};
use crate::request::{Operation, Request};

/// The fields of CreateLoadBalancer and its followers that have a call of their own, in the order of these calls.
///
/// Clients are let in before they have somewhere to go, and checks come last: they are about the new instance port.
pub(super) const FIELDS: [&str; 4] = ["SecurityGroups", "Subnets", "Listeners", "HealthCheck"];

/// The field that a path is of: `Listeners[80].InstancePort` → `Listeners`.
pub(super) fn field(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or_default()
}

/// The calls, in order.
pub(super) fn requests(
    context: &Context<'_>,
    balancer: &DesiredLoadBalancer,
    observed: &ObservedLoadBalancer,
    changes: &[Change],
) -> Vec<Request> {
    let mut requests = Vec::new();
    for changed in FIELDS {
        if !changes.iter().any(|it| field(&it.path) == changed) {
            continue;
        }
        match changed {
            "SecurityGroups" => requests.push(call(
                balancer,
                Operation::ApplySecurityGroupsToLoadBalancer,
                &[("SecurityGroups", json!(context.target.security_groups))],
            )),
            "Subnets" => requests.extend(subnets(context, balancer, observed)),
            "Listeners" => requests.extend(listeners(balancer, observed, changes)),
            _ => requests.push(configure(balancer)),
        }
    }
    requests
}

/// One call about the load balancer.
fn call(balancer: &DesiredLoadBalancer, operation: Operation, fields: &[(&str, Value)]) -> Request {
    let mut body = json!({"LoadBalancerName": name(balancer)});
    for (field, value) in fields {
        body[*field] = value.clone();
    }
    Request { operation, body }
}

/// Attach first, then detach, so that there is always one. Where zones are in the way whoever sends them turns it round.
fn subnets(
    context: &Context<'_>,
    balancer: &DesiredLoadBalancer,
    observed: &ObservedLoadBalancer,
) -> Vec<Request> {
    let wanted: BTreeSet<&str> = context.target.subnets.iter().map(String::as_str).collect();
    let now = observed.description["Subnets"].as_array();
    let now: BTreeSet<&str> = now
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let of = |operation, names: Vec<&&str>| {
        (!names.is_empty()).then(|| call(balancer, operation, &[("Subnets", json!(names))]))
    };
    let attach = wanted.difference(&now).collect();
    let detach = now.difference(&wanted).collect();
    [
        of(Operation::AttachLoadBalancerToSubnets, attach),
        of(Operation::DetachLoadBalancerFromSubnets, detach),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A listener cannot be changed but for its certificate: it goes, and another takes its port.
fn listeners(
    balancer: &DesiredLoadBalancer,
    observed: &ObservedLoadBalancer,
    changes: &[Change],
) -> Vec<Request> {
    let listening: BTreeSet<u64> = ports::listening(observed).map(|(port, _)| port).collect();
    let wanted = balancer.create["Listeners"].as_array();
    let (mut gone, mut new, mut certificates) = (Vec::new(), Vec::new(), Vec::new());
    for port in changes
        .iter()
        .filter_map(|it| port(&it.path))
        .collect::<BTreeSet<u64>>()
    {
        let wanted = wanted
            .into_iter()
            .flatten()
            .find(|it| it["LoadBalancerPort"] == port);
        let of_port = |it: &&Change| self::port(&it.path) == Some(port);
        let is_certificate = |it: &Change| {
            it.path.ends_with(".SSLCertificateId") && it.before.is_some() && it.after.is_some()
        };
        match wanted {
            Some(wanted) if changes.iter().filter(of_port).all(is_certificate) => {
                certificates.push(call(
                    balancer,
                    Operation::SetLoadBalancerListenerSSLCertificate,
                    &[
                        ("LoadBalancerPort", json!(port)),
                        ("SSLCertificateId", wanted["SSLCertificateId"].clone()),
                    ],
                ));
                continue;
            }
            wanted => new.extend(wanted),
        }
        if listening.contains(&port) {
            gone.push(port);
        }
    }
    let delete = (!gone.is_empty()).then(|| {
        let ports = [("LoadBalancerPorts", json!(gone))];
        call(balancer, Operation::DeleteLoadBalancerListeners, &ports)
    });
    let create = (!new.is_empty()).then(|| {
        let listeners = [("Listeners", json!(new))];
        call(balancer, Operation::CreateLoadBalancerListeners, &listeners)
    });
    delete
        .into_iter()
        .chain(create)
        .chain(certificates)
        .collect()
}

/// The port of the listener that a path is about: `Listeners[80].InstancePort` → 80.
fn port(path: &str) -> Option<u64> {
    let item = path.strip_prefix("Listeners[")?.split(']').next()?;
    item.parse().ok()
}

/// Tags that are gone, then all that should be there. That comes last: a run that is killed before it leaves the tag
/// that says what was applied as it was.
pub(super) fn tags(
    context: &Context<'_>,
    balancer: &DesiredLoadBalancer,
    changes: &[Change],
    applied: String,
) -> Vec<Request> {
    let names = json!([name(balancer)]);
    let gone: Vec<Value> = changes
        .iter()
        .filter(|it| it.after.is_none())
        .filter_map(|it| it.path.strip_prefix("Tags[")?.strip_suffix(']'))
        .map(|key| json!({"Key": key}))
        .collect();
    let remove = (!gone.is_empty()).then(|| Request {
        operation: Operation::RemoveTags,
        body: json!({"LoadBalancerNames": names, "Tags": gone}),
    });
    let tags = ownership::write_elb(balancer.create.get("Tags"), &context.tags(applied));
    let add = Request {
        operation: Operation::AddTags,
        body: json!({"LoadBalancerNames": names, "Tags": tags}),
    };
    remove.into_iter().chain([add]).collect()
}
