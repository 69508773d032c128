//! `extra`: AWS's own JSON, laid over the object of a typed record.

use serde_json::{Map, Value};

use super::EXTRA_LIMIT;
use crate::diag::Diagnostic;

/// How AWS spells the fields of an object.
#[derive(Clone, Copy)]
pub(super) enum Case {
    /// ECS: `memoryReservation`.
    Camel,
    /// Classic ELB: `LoadBalancerName`.
    Pascal,
}

/// What the target and the plan decide; a recipe cannot say it.
const OWNED: [&str; 8] = [
    "cluster",
    "taskDefinition",
    "clientToken",
    "role",
    "launchType",
    "Subnets",
    "SecurityGroups",
    "AvailabilityZones",
];

/// The same, further down.
const OWNED_DEEPER: [[&str; 3]; 2] = [
    ["networkConfiguration", "awsvpcConfiguration", "subnets"],
    [
        "networkConfiguration",
        "awsvpcConfiguration",
        "securityGroups",
    ],
];

/// Lays `extra` over `body`. What may not be in it is a finding and is left out.
pub(super) fn overlay(
    body: &mut Map<String, Value>,
    extra: Option<&str>,
    case: Case,
    fields: &[&str],
    at: &str,
    findings: &mut Vec<Diagnostic>,
) {
    let Some(text) = extra else { return };
    let at = format!("{at}.extra");
    let members = match parse(text) {
        Ok(members) => members,
        Err(message) => {
            let hint = "`extra` is the text of one JSON object in AWS's own names, such as `{\"hostname\": \"cache\"}`";
            findings.push(Diagnostic::error(at, message).hint(hint));
            return;
        }
    };
    for (key, value) in members {
        let path = format!("{at}.{key}");
        if let Some(field) = fields.iter().find(|field| spell(field, case) == key) {
            let field = field.replace('_', "-");
            let message = format!("`{key}` is typed by the contract");
            findings.push(
                Diagnostic::error(path, message)
                    .hint(format!("set the field `{field}` beside `extra` instead")),
            );
        } else if let Some(owned) = owned(&key, &value) {
            findings.push(
                Diagnostic::error(path, format!("`{owned}` belongs to the target and cannot be said by a recipe"))
                    .hint("leave it out; whoever runs the recipe sets it by flags or `[target]` in `host.toml`"),
            );
        } else if let Some(null) = find_null(&value, &path) {
            findings.push(
                Diagnostic::error(null, "is null, and there is nothing to remove")
                    .hint("leave the field out"),
            );
        } else {
            body.insert(key, value);
        }
    }
}

fn parse(text: &str) -> Result<Map<String, Value>, String> {
    if text.len() > EXTRA_LIMIT {
        return Err(format!(
            "has {} bytes, and {EXTRA_LIMIT} are allowed",
            text.len()
        ));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err("is not a JSON object".to_owned()),
        Err(error) => Err(format!("is not JSON: {error}")),
    }
}

fn owned(key: &str, value: &Value) -> Option<String> {
    if OWNED.contains(&key) {
        return Some(key.to_owned());
    }
    let [.., last] = OWNED_DEEPER
        .into_iter()
        .find(|path| path[0] == key && value[path[1]].get(path[2]).is_some())?;
    Some(last.to_owned())
}

fn find_null(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::Null => Some(path.to_owned()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| find_null(item, &format!("{path}[{index}]"))),
        Value::Object(members) => members
            .iter()
            .find_map(|(key, item)| find_null(item, &format!("{path}.{key}"))),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// AWS's spelling of a field of the contract: `memory_reservation` → `memoryReservation`.
fn spell(field: &str, case: Case) -> String {
    let mut upper = matches!(case, Case::Pascal);
    let mut name = String::with_capacity(field.len());
    for character in field.chars() {
        if character == '_' {
            upper = true;
        } else if upper {
            name.extend(character.to_uppercase());
            upper = false;
        } else {
            name.push(character);
        }
    }
    name
}
