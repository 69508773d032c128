//! What a task of a revision takes of an instance, and what its containers may use.

use std::collections::BTreeSet;

use serde_json::Value;

/// What a task takes of an instance. Absent: it is not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reservation {
    /// MiB.
    pub(crate) memory: Option<i64>,
    /// CPU units.
    pub(crate) cpu: Option<i64>,
    /// Host ports.
    pub(crate) ports: BTreeSet<u32>,
}

impl Reservation {
    /// Of the body of a task definition. A container that reserves memory softly takes that; else its limit.
    pub(crate) fn of(revision: &Value) -> Self {
        let sum = |amount: fn(&Value) -> Option<i64>| containers(revision).filter_map(amount).sum();
        let memory = |it: &Value| whole(&it["memoryReservation"]).or_else(|| whole(&it["memory"]));
        let port = |it: &Value| {
            let port = it["hostPort"].as_u64().filter(|it| *it > 0)?;
            u32::try_from(port).ok()
        };
        let mappings =
            containers(revision).flat_map(|it| it["portMappings"].as_array().into_iter().flatten());
        Self {
            memory: Some(whole(&revision["memory"]).unwrap_or_else(|| sum(memory))),
            cpu: Some(whole(&revision["cpu"]).unwrap_or_else(|| sum(|it| whole(&it["cpu"])))),
            ports: mappings.filter_map(port).collect(),
        }
    }
}

/// The MiB that a container may use at most: its own limit, else that of the task.
pub(super) fn memory_limit(revision: &Value, container: Option<&str>) -> Option<i64> {
    let own = self::container(revision, container).and_then(|it| whole(&it["memory"]));
    own.or_else(|| whole(&revision["memory"]))
}

/// The container of a name; else the only one.
pub(super) fn container<'a>(revision: &'a Value, name: Option<&str>) -> Option<&'a Value> {
    let mut all = containers(revision);
    match name {
        Some(name) => all.find(|it| it["name"] == name),
        None => all.next().filter(|_| all.next().is_none()),
    }
}

fn containers(revision: &Value) -> impl Iterator<Item = &Value> {
    let all = revision["containerDefinitions"].as_array();
    all.into_iter().flatten()
}

/// A number, which AWS gives as a text at the level of the task.
fn whole(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str().and_then(|it| it.parse().ok()))
        .filter(|it| *it > 0)
}
