//! The ports that clients connect to: what breaks for them when a listener goes or speaks otherwise.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::desired::DesiredLoadBalancer;
use crate::observed::ObservedLoadBalancer;

/// The listeners that there are, each with its port.
pub(super) fn listening(observed: &ObservedLoadBalancer) -> impl Iterator<Item = (u64, &Value)> {
    let described = observed.description["ListenerDescriptions"].as_array();
    let listeners = described.into_iter().flatten().map(|it| &it["Listener"]);
    by_port(listeners)
}

fn by_port<'a>(
    listeners: impl Iterator<Item = &'a Value>,
) -> impl Iterator<Item = (u64, &'a Value)> {
    listeners.filter_map(|it| Some((it["LoadBalancerPort"].as_u64()?, it)))
}

/// Each port that clients cannot use as before, as a sentence. A further listener breaks nothing, nor does another
/// instance port: clients see neither.
pub(super) fn breaks(
    balancer: &DesiredLoadBalancer,
    observed: &ObservedLoadBalancer,
) -> Vec<String> {
    let before: BTreeMap<u64, &Value> = listening(observed).collect();
    let wanted = balancer.create["Listeners"].as_array();
    let after: BTreeMap<u64, &Value> = by_port(wanted.into_iter().flatten()).collect();
    let new: Vec<String> = after
        .keys()
        .filter(|it| !before.contains_key(it))
        .map(u64::to_string)
        .collect();
    let broken = |(port, listener): (&u64, &&Value)| match after.get(port) {
        None if new.is_empty() => Some(format!(
            "clients of port {port} have nowhere to connect: nothing listens there any more"
        )),
        None => Some(format!(
            "clients of port {port} must connect to {}",
            new.join(" or ")
        )),
        Some(wanted) => match (is_secure(listener), is_secure(wanted)) {
            (false, true) => Some(format!("clients of port {port} must speak TLS")),
            (true, false) => Some(format!("clients of port {port} must speak without TLS")),
            _ => None,
        },
    };
    before.iter().filter_map(broken).collect()
}

/// Whether clients speak TLS to a listener.
fn is_secure(listener: &Value) -> bool {
    let protocol = listener["Protocol"].as_str().unwrap_or_default();
    ["HTTPS", "SSL"]
        .iter()
        .any(|it| it.eq_ignore_ascii_case(protocol))
}
