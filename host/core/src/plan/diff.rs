//! Differences, field by field.

use serde::Serialize;
use serde_json::Value;

use crate::normal::Flat;
use crate::tokens;

/// What is shown in place of a secret's ARN.
const HIDDEN: &str = "(secret)";

/// One leaf that is different.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// `containerDefinitions[searchapp-redis].memory`.
    pub path: String,
    /// What AWS has. Absent: nothing, or it does not say.
    pub before: Option<Value>,
    /// What should be. Absent: nothing.
    pub after: Option<Value>,
}

impl Change {
    /// A change that shows no secret.
    pub(super) fn new(path: &str, before: Option<&Value>, after: Option<&Value>) -> Self {
        let show = |value: &Value| {
            if is_secret(path) {
                return HIDDEN.into();
            }
            let mut value = value.clone();
            tokens::explain(&mut value);
            value
        };
        Self {
            path: path.to_owned(),
            before: before.map(show),
            after: after.map(show),
        }
    }
}

fn is_secret(path: &str) -> bool {
    path.ends_with(".valueFrom") || path.ends_with(".credentialsParameter")
}

/// Every leaf that is not the same on both sides, in the order of their paths.
pub(super) fn differences(before: &Flat, after: &Flat) -> Vec<Change> {
    let gone = before.iter().filter(|(path, _)| !after.contains_key(*path));
    let mut changes: Vec<Change> = gone
        .map(|(path, value)| Change::new(path, Some(value), None))
        .collect();
    for (path, value) in after {
        let old = before.get(path);
        if old != Some(value) {
            changes.push(Change::new(path, old, Some(value)));
        }
    }
    changes.sort_by(|one, other| one.path.cmp(&other.path));
    changes
}

/// Everything as new.
pub(super) fn all_set(after: &Flat) -> Vec<Change> {
    after
        .iter()
        .map(|(path, value)| Change::new(path, None, Some(value)))
        .collect()
}
