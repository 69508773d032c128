//! Differences, field by field.

use serde::Serialize;
use serde_json::Value;

use crate::model::{Kind, fields};
use crate::normal::Flat;
use crate::ownership::{self, Tags};
use crate::policy;
use crate::request::Operation;
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
    /// Whether somebody else changed it since the host last applied: what it applied then is what should be now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub drift: bool,
}

impl Change {
    /// A change that shows no secret.
    pub(super) fn new(path: &str, before: Option<&Value>, after: Option<&Value>) -> Self {
        let show = |value: &Value| {
            if is_secret(path) {
                return HIDDEN.into();
            }
            if policy::is_masked(path, value) {
                return policy::MASK.into();
            }
            let mut value = value.clone();
            tokens::explain(&mut value);
            value
        };
        Self {
            path: path.to_owned(),
            before: before.map(show),
            after: after.map(show),
            drift: false,
        }
    }
}

impl Change {
    /// The same, where it is known whether somebody else made the difference.
    pub(super) fn drifted(self, drift: bool) -> Self {
        Self { drift, ..self }
    }

    /// The same of a field of which AWS does not say what it is.
    pub(super) fn not_reported(self) -> Self {
        Self {
            before: Some("(not reported)".into()),
            ..self
        }
    }
}

/// Whether the value of a field is the ARN of a secret.
pub(crate) fn is_secret(path: &str) -> bool {
    path.ends_with(".valueFrom") || path.ends_with(".credentialsParameter")
}

/// Every leaf that is not the same on both sides, in the order of their paths.
pub(crate) fn differences(before: &Flat, after: &Flat) -> Vec<Change> {
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

/// What an update comes to, where its changes do not say it: an object taken over, or a note of what was applied.
pub(super) fn reason(adopts: bool, is_unchanged: bool) -> Option<String> {
    match (adopts, is_unchanged) {
        (true, _) => Some("taken over: it was not made by host".to_owned()),
        (false, true) => Some("writes down what the recipe sets".to_owned()),
        (false, false) => None,
    }
}

/// Everything as new.
pub(super) fn all_set(after: &Flat) -> Vec<Change> {
    after
        .iter()
        .map(|(path, value)| Change::new(path, None, Some(value)))
        .collect()
}

/// Whether our copy of the AWS model has this leaf, so that the SDK says what AWS has there.
pub(super) fn is_modelled(operation: Operation, path: &str) -> bool {
    let plain = ownership::plain(path);
    fields().iter().any(|field| {
        let known = field.path.replace("[]", "");
        field.operation == operation
            && match field.kind {
                Kind::Map => plain.starts_with(&known.replace("{}", ".")),
                Kind::Document => plain.starts_with(&known),
                Kind::Text | Kind::Integer | Kind::Double | Kind::Boolean => plain == known,
            }
    })
}

/// The recipe's own tags that are missing, different, or no longer said. Tags that others put there stay theirs.
pub(super) fn own_tags(list: &str, own: &Tags, observed: &Tags) -> Vec<Change> {
    let path = |key: &str| format!("{list}[{key}]");
    let said = own
        .iter()
        .filter(|(key, value)| observed.get(*key) != Some(value))
        .map(|(key, value)| (key, Some(value)));
    let gone = observed
        .keys()
        .filter(|key| ownership::is_own(key) && !own.contains_key(*key))
        .filter(|key| ownership::set_before(observed, &path(key)))
        .map(|key| (key, None));
    said.chain(gone)
        .map(|(key, value)| {
            let text = |it: &String| Value::from(it.as_str());
            let before = observed.get(key).map(text);
            Change::new(&path(key), before.as_ref(), value.map(text).as_ref())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_masked_on_both_sides() {
        let path = |name: &str| format!("containerDefinitions[web].environment[{name}].value");
        let (old, new) = (Value::from("hunter2"), Value::from("hunter3"));
        let change = Change::new(&path("DB_PASSWORD"), Some(&old), Some(&new));
        let mask = Some(Value::from(policy::MASK));
        assert_eq!((change.before, change.after), (mask.clone(), mask));
        let change = Change::new(&path("MODE"), Some(&old), Some(&new));
        assert_eq!((change.before, change.after), (Some(old), Some(new)));
    }
}
