//! Whether a request is one that the AWS model describes.

use serde_json::{Map, Value};

use crate::bounds::{FINDINGS, curb_texts};
use crate::codes;
use crate::diag::{Diagnostic, Severity};
use crate::model::SOURCE;
use crate::model::path::contract_path;
use crate::model::shape::{self, Field, Kind, Shape};
use crate::request::Operation;

/// Compares a body, or the part of one that is at `at`, with the model.
///
/// Wrong types and `null` are errors. Fields and enum values that the model does
/// not have are warnings: AWS grows faster than hosts are updated. A body has
/// room for thousands of either, so of each the first [`FINDINGS`] are told,
/// and the others counted.
pub fn check(operation: Operation, at: &str, body: &Value) -> Vec<Diagnostic> {
    let mut check = Check {
        operation,
        found: Vec::new(),
        seen: Seen::default(),
    };
    check.value(shape::find(operation, at), at, body);
    check.end(at)
}

struct Check {
    operation: Operation,
    /// The first of all that was seen.
    found: Vec<Diagnostic>,
    seen: Seen,
}

/// How many of each there were.
#[derive(Default)]
struct Seen {
    errors: usize,
    warnings: usize,
}

impl Seen {
    /// Counts one, and says how many of its kind that makes.
    fn count(&mut self, severity: Severity) -> usize {
        let number = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        *number += 1;
        *number
    }
}

impl Check {
    /// Below what the model does not know `shape` is absent, and only `null` is looked for.
    fn value(&mut self, shape: Option<&Shape>, at: &str, value: &Value) {
        match (shape, value) {
            (_, Value::Null) => self.null(at),
            (Some(Shape::Leaf(field)), _) => self.leaf(field, at, value),
            (Some(Shape::Object(known)), Value::Object(members)) => {
                for (name, value) in members {
                    let path = join(at, name);
                    let below = known.get(name.as_str());
                    if below.is_none() && !value.is_null() {
                        self.unknown(&path, name, known.keys());
                    }
                    self.value(below, &path, value);
                }
            }
            (Some(Shape::List(shape)), Value::Array(elements)) => {
                self.elements(Some(shape), at, elements);
            }
            (None, Value::Array(elements)) => self.elements(None, at, elements),
            (None, Value::Object(members)) => {
                members
                    .iter()
                    .for_each(|(name, value)| self.value(None, &join(at, name), value));
            }
            (Some(Shape::Object(_)), _) => self.wrong_type(at, "an object", value),
            (Some(Shape::List(_)), _) => self.wrong_type(at, "a list", value),
            (None, _) => {}
        }
    }

    fn elements(&mut self, shape: Option<&Shape>, at: &str, elements: &[Value]) {
        for (index, element) in elements.iter().enumerate() {
            self.value(shape, &format!("{at}[{index}]"), element);
        }
    }

    fn leaf(&mut self, field: &Field, at: &str, value: &Value) {
        match (field.kind, value) {
            (Kind::Text, Value::String(text)) => self.word(field, at, text),
            (Kind::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {
                if number.as_i64().is_none_or(|it| i32::try_from(it).is_err()) {
                    self.too_big(at, number);
                }
            }
            (Kind::Map, Value::Object(members)) => self.texts(at, members),
            (Kind::Double, Value::Number(_))
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Document, _) => {}
            (Kind::Text, _) => self.wrong_type(at, "text", value),
            (Kind::Integer, _) => self.wrong_type(at, "a whole number", value),
            (Kind::Double, _) => self.wrong_type(at, "a number", value),
            (Kind::Boolean, _) => self.wrong_type(at, "true or false", value),
            (Kind::Map, _) => self.wrong_type(at, "an object", value),
        }
    }

    fn texts(&mut self, at: &str, members: &Map<String, Value>) {
        for (key, value) in members {
            let path = format!("{at}[\"{key}\"]");
            match value {
                Value::String(_) => {}
                Value::Null => self.null(&path),
                _ => self.wrong_type(&path, "text", value),
            }
        }
    }

    fn word(&mut self, field: &Field, at: &str, text: &str) {
        if field.values.is_empty() || field.values.contains(&text) {
            return;
        }
        let message = format!(
            "`{text}` is not among the values that this host's copy of the AWS model ({SOURCE}) knows"
        );
        self.push(
            warning,
            at,
            message,
            format!("it knows {}", list(&field.values)),
        );
    }

    fn unknown<'a>(&mut self, at: &str, name: &str, known: impl Iterator<Item = &'a &'static str>) {
        let message = format!(
            "`{name}` is not in this host's copy of the AWS model ({SOURCE}); it is sent as it is"
        );
        let hint = match known.copied().find(|it| plain(it) == plain(name)) {
            Some(meant) => format!("AWS spells it `{meant}`"),
            None => "check the spelling, unless AWS has added it since".to_owned(),
        };
        self.push(warning, at, message, hint);
    }

    fn null(&mut self, at: &str) {
        let message = "is `null`, which AWS requests do not have".to_owned();
        self.push(error, at, message, "leave the field out".to_owned());
    }

    fn wrong_type(&mut self, at: &str, wanted: &str, value: &Value) {
        let message = format!("must be {wanted}, but is {}", kind(value));
        self.push(error, at, message, format!("write it as {wanted}"));
    }

    /// A recipe's −1 arrives as 4294967295, so the hint says what it most likely was.
    fn too_big(&mut self, at: &str, number: &serde_json::Number) {
        let message =
            format!("is {number}, but AWS takes whole numbers of 32 bits, 2147483647 at most");
        let hint = match number.as_u64().and_then(|it| u32::try_from(it).ok()) {
            Some(wrapped) => format!(
                "give a smaller number; {} in the recipe arrives like this",
                wrapped.cast_signed()
            ),
            None => "give a number in that range".to_owned(),
        };
        self.push(error, at, message, hint);
    }

    fn push(
        &mut self,
        make: fn(String, String) -> Diagnostic,
        at: &str,
        message: String,
        hint: String,
    ) {
        let mut finding = make(contract_path(self.operation, at), message).hint(hint);
        if self.seen.count(finding.severity) <= FINDINGS {
            curb_texts(&mut finding);
            self.found.push(finding);
        }
    }

    /// The findings, with one for each kind that there were too many of.
    fn end(mut self, at: &str) -> Vec<Diagnostic> {
        let kinds = [
            (Severity::Error, self.seen.errors, "are wrong"),
            (Severity::Warning, self.seen.warnings, "are not known"),
        ];
        for (severity, number, what) in kinds {
            let more = number.saturating_sub(FINDINGS);
            if more > 0 {
                self.found.push(Diagnostic {
                    severity,
                    code: Some(codes::blueprint::FIELD),
                    path: contract_path(self.operation, at),
                    message: format!("{more} more of its fields and values {what}"),
                    hint: Some("mend those that are told, to see the others".to_owned()),
                    needs: None,
                });
            }
        }
        self.found
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() {
        name.to_owned()
    } else {
        format!("{at}.{name}")
    }
}

/// A name without what spellings differ in.
fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|it| it.to_ascii_lowercase())
        .collect()
}

fn list(words: &[&str]) -> String {
    words
        .iter()
        .map(|it| format!("`{it}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn error(path: impl Into<String>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(path, message).code(codes::blueprint::FIELD)
}

fn warning(path: impl Into<String>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(path, message).code(codes::blueprint::FIELD)
}

#[cfg(test)]
mod tests;
