//! `extra`: AWS's own JSON, laid over the object of a typed record.

use serde_json::{Map, Value};

use super::EXTRA_LIMIT;
use crate::codes;
use crate::diag::Diagnostic;
use crate::model::HOST_OWNED;
use crate::request::Operation;

/// The object of a request that an `extra` joins.
#[derive(Clone, Copy)]
pub(super) struct Place {
    operation: Operation,
    /// The path of the object in the request, with its separator. Only said
    /// where the host owns something below it.
    path: &'static str,
}

pub(super) const TASK: Place = Place {
    operation: Operation::RegisterTaskDefinition,
    path: "",
};
pub(super) const CLASSIC: Place = Place {
    operation: Operation::CreateLoadBalancer,
    path: "",
};
pub(super) const ATTRIBUTES: Place = Place {
    operation: Operation::ModifyLoadBalancerAttributes,
    path: "LoadBalancerAttributes.",
};
pub(super) const SERVICE: Place = Place {
    operation: Operation::CreateService,
    path: "",
};
pub(super) const SERVICE_BALANCER: Place = Place {
    operation: Operation::CreateService,
    path: "loadBalancers[].",
};
pub(super) const DEPLOYMENT: Place = Place {
    operation: Operation::CreateService,
    path: "deploymentConfiguration.",
};

impl Place {
    /// Classic ELB writes `LoadBalancerName` where ECS writes `memoryReservation`.
    fn begins_upper(self) -> bool {
        matches!(
            self.operation,
            Operation::CreateLoadBalancer | Operation::ModifyLoadBalancerAttributes
        )
    }
}

/// Lays `extra` over `body`. What may not be in it is a finding and is left out.
pub(super) fn overlay(
    body: &mut Map<String, Value>,
    extra: Option<&str>,
    place: Place,
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
            findings.push(error(at, message).hint(hint));
            return;
        }
    };
    for (key, value) in members {
        let path = format!("{at}.{key}");
        if let Some(field) = fields.iter().find(|field| spell(field, place) == key) {
            let field = field.replace('_', "-");
            let message = format!("`{key}` is typed by the contract");
            findings.push(
                error(path, message)
                    .hint(format!("set the field `{field}` beside `extra` instead")),
            );
        } else if let Some((owned, reason)) = owned(place, &key, &value) {
            findings.push(
                error(
                    path,
                    format!("`{owned}` cannot be said by a recipe: it {reason}"),
                )
                .hint("leave it out; the target is set by flags or by `[target]` in `host.toml`"),
            );
        } else if let Some(null) = find_null(&value, &path) {
            findings.push(
                error(null, "is null, and there is nothing to remove").hint("leave the field out"),
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

/// Whether `key` of the object at `place`, or something below it, is the host's to say.
fn owned(place: Place, key: &str, value: &Value) -> Option<(String, &'static str)> {
    let start = format!("{}{key}", place.path);
    HOST_OWNED.iter().find_map(|(operation, path, reason)| {
        let rest = path
            .strip_prefix(&start)
            .filter(|_| *operation == place.operation)?;
        let said = match rest.strip_prefix('.') {
            // Down the objects of what was said, to the leaf.
            Some(deeper) => deeper
                .trim_end_matches("[]")
                .split('.')
                .try_fold(value, |it, part| it.get(part))
                .is_some(),
            None => rest.is_empty() || rest == "[]",
        };
        let leaf = path.trim_end_matches("[]").rsplit('.').next()?;
        said.then(|| (leaf.to_owned(), *reason))
    })
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
fn spell(field: &str, place: Place) -> String {
    let mut upper = place.begins_upper();
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

fn error(path: impl Into<String>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(path, message).code(codes::blueprint::EXTRA)
}
