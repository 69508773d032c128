//! Whether an instance has what a task asks of it: attributes, and expressions over them.

use serde_json::Value;

use super::container_instances::attributes;
use super::task_definitions;
use crate::world::{Cluster, Instance, World};

/// Whether an instance has all attributes that a task definition requires.
pub(crate) fn are_met(world: &World, cluster: &Cluster, instance: &Instance, body: &Value) -> bool {
    let has = attributes(world, cluster, instance);
    task_definitions::attributes(body)
        .iter()
        .all(|name| has.iter().any(|it| it["name"] == name.as_str()))
}

/// Whether an expression of the cluster query language holds for an instance: `attribute:NAME` alone, or compared by
/// `==`, `!=`, `in [a, b]`, `=~ pattern`. An expression that is none of these holds nowhere.
pub(crate) fn holds(
    world: &World,
    cluster: &Cluster,
    instance: &Instance,
    expression: &str,
) -> bool {
    let mut words = expression.trim().splitn(3, char::is_whitespace);
    let Some(name) = words.next().and_then(|it| it.strip_prefix("attribute:")) else {
        return false;
    };
    let all = attributes(world, cluster, instance);
    let found = all.iter().find(|it| it["name"] == name);
    let value = found
        .and_then(|it| it["value"].as_str())
        .unwrap_or_default();
    let (operator, operand) = (words.next(), words.next().unwrap_or_default().trim());
    match operator {
        None => found.is_some(),
        Some("==" | "equals") => value == operand,
        Some("!=" | "not_equals") => value != operand,
        Some("in") => operand
            .trim_matches(['[', ']'])
            .split(',')
            .any(|it| it.trim() == value),
        Some("=~" | "matches") => {
            regex_lite::Regex::new(&format!("^(?:{operand})$")).is_ok_and(|it| it.is_match(value))
        }
        Some(_) => false,
    }
}
