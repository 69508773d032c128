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

/// Whether a filter of ListContainerInstances is one that is known here: clauses joined by `and`, each about an attribute
/// or `agentConnected`.
pub(super) fn is_filter(filter: &str) -> bool {
    clauses(filter).all(|it| {
        let mut words = it.split_whitespace();
        let (subject, operator) = (words.next().unwrap_or_default(), words.next());
        let known = ["==", "equals", "!=", "not_equals", "in", "=~", "matches"];
        let is_about = subject.starts_with("attribute:") || subject == "agentConnected";
        is_about && operator.is_none_or(|it| known.contains(&it))
    })
}

/// Whether an instance passes a filter.
pub(super) fn passes(world: &World, cluster: &Cluster, instance: &Instance, filter: &str) -> bool {
    clauses(filter).all(|clause| {
        let Some(rest) = clause.strip_prefix("agentConnected") else {
            return holds(world, cluster, instance, clause);
        };
        let connected = instance.is_connected.to_string();
        match rest.trim().split_once(char::is_whitespace) {
            Some(("!=" | "not_equals", wanted)) => wanted.trim() != connected,
            Some((_, wanted)) => wanted.trim() == connected,
            None => instance.is_connected,
        }
    })
}

fn clauses(filter: &str) -> impl Iterator<Item = &str> {
    filter.split(" and ").map(str::trim)
}
