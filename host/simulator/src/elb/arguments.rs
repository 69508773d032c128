//! Reading the members of an input, and the load balancer it is about.

use serde_json::Value;

use super::rules;
use crate::refusal::Refusal;
use crate::world::{LoadBalancer, World};

/// The text of a member; nothing where it is absent or empty.
pub(super) fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input[name].as_str().filter(|it| !it.is_empty())
}

/// The items of a list; none where it is absent.
pub(super) fn list<'a>(input: &'a Value, name: &str) -> &'a [Value] {
    input[name].as_array().map_or(&[], Vec::as_slice)
}

/// The texts of a list.
pub(super) fn texts(input: &Value, name: &str) -> Vec<String> {
    list(input, name)
        .iter()
        .filter_map(|it| it.as_str().map(str::to_owned))
        .collect()
}

fn name(input: &Value) -> &str {
    text(input, "LoadBalancerName").unwrap_or_default()
}

/// The load balancer of an input.
///
/// # Errors
/// There is none of that name.
pub(super) fn balancer<'a>(world: &'a World, input: &Value) -> Result<&'a LoadBalancer, Refusal> {
    let name = name(input);
    world
        .balancers
        .get(name)
        .ok_or_else(|| rules::NOT_FOUND.with(&[&name]))
}

/// The same, to change it.
///
/// # Errors
/// There is none of that name.
pub(super) fn balancer_mut<'a>(
    world: &'a mut World,
    input: &Value,
) -> Result<&'a mut LoadBalancer, Refusal> {
    let name = name(input);
    world
        .balancers
        .get_mut(name)
        .ok_or_else(|| rules::NOT_FOUND.with(&[&name]))
}
