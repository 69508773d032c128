//! What the host says, as text and as JSON. Pure: values in, words out.
//!
//! Text is for people and may change; JSON is for programs, carries
//! [`SCHEMA_VERSION`] and only grows. The bodies that
//! `render` prints are AWS's own and carry no version.

use serde_json::{Value, json};

use crate::diag::Diagnostic;
use crate::plan::SCHEMA_VERSION;

pub mod blueprint;
pub mod dotenv;
pub mod emit;
pub mod endpoints;
pub mod found;
pub mod left;
pub mod lint;
pub mod lock;
pub mod manifest;
pub mod outdated;
pub mod permissions;
pub mod plan;
pub mod text;

/// The document of one command: `{"schema_version": 1, KEY: VALUE, …}`.
pub fn document<const N: usize>(members: [(&str, Value); N]) -> Value {
    let version = [("schema_version".to_owned(), SCHEMA_VERSION.into())];
    Value::Object(
        version
            .into_iter()
            .chain(members.map(|(key, value)| (key.to_owned(), value)))
            .collect(),
    )
}

/// A finding, with the service that it is about.
pub fn finding(service: &str, finding: &Diagnostic) -> Value {
    let mut value = json!({
        "service": service,
        "severity": finding.severity,
        "path": finding.path,
        "message": finding.message,
    });
    if let Some(code) = finding.code {
        value["code"] = json!(code);
    }
    if let Some(hint) = &finding.hint {
        value["hint"] = hint.as_str().into();
    }
    if let Some(grant) = &finding.needs {
        value["needs"] = grant.to_string().into();
    }
    value
}

/// `1 step`, `2 steps`.
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
