//! Which containers of a task come before which: `dependsOn`, and `links`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::super::arguments::{list, text, texts};
use super::rules;
use crate::refusal::Refusal;

/// Names of containers that a container comes after, by its own.
type After<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// That names are unique, and that links lead somewhere, was seen before.
pub(super) fn check(all: &[Value]) -> Result<(), Refusal> {
    let named: BTreeMap<&str, &Value> = all.iter().map(|it| (name(it), it)).collect();
    for (name, one) in &named {
        for wanted in list(one, "dependsOn") {
            let other = text(wanted, "containerName").unwrap_or_default();
            let Some(found) = named.get(other) else {
                return Err(rules::DEPENDENCY_UNKNOWN.with(&[name, &other]));
            };
            let ends = matches!(text(wanted, "condition"), Some("SUCCESS" | "COMPLETE"));
            if ends && found["essential"] != false {
                return Err(rules::DEPENDENCY_ESSENTIAL.refusal());
            }
        }
    }
    let dependencies = |it| {
        let wanted = list(it, "dependsOn").iter();
        wanted.filter_map(|it| text(it, "containerName")).collect()
    };
    if has_cycle(
        named
            .iter()
            .map(|(name, it)| (*name, dependencies(it)))
            .collect(),
    ) {
        return Err(rules::DEPENDENCY_CYCLE.refusal());
    }
    let links = |it| {
        let links = texts(it, "links").into_iter();
        links.filter_map(|it| it.split(':').next()).collect()
    };
    if has_cycle(named.iter().map(|(name, it)| (*name, links(it))).collect()) {
        return Err(rules::LINKS_CYCLE.refusal());
    }
    Ok(())
}

fn name(container: &Value) -> &str {
    text(container, "name").unwrap_or_default()
}

/// Whether some of them wait for each other: what waits for nothing is taken away until nothing is.
fn has_cycle(mut after: After<'_>) -> bool {
    loop {
        let waiting: BTreeSet<&str> = after.keys().copied().collect();
        let before = after.len();
        after.retain(|_, others| others.iter().any(|it| waiting.contains(it)));
        if after.len() == before {
            return before > 0;
        }
    }
}
