//! Whether a request is one that the AWS model describes.

use serde_json::{Map, Value};

use crate::diag::Diagnostic;
use crate::model::SOURCE;
use crate::model::path::contract_path;
use crate::model::shape::{self, Field, Kind, Shape};
use crate::request::Operation;

/// Compares a body, or the part of one that is at `at`, with the model.
///
/// Wrong types and `null` are errors. Fields and enum values that the model does
/// not have are warnings: AWS grows faster than hosts are updated.
pub fn check(operation: Operation, at: &str, body: &Value) -> Vec<Diagnostic> {
    let mut check = Check {
        operation,
        found: Vec::new(),
    };
    check.value(shape::find(operation, at), at, body);
    check.found
}

struct Check {
    operation: Operation,
    found: Vec<Diagnostic>,
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
            Diagnostic::warning,
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
        self.push(Diagnostic::warning, at, message, hint);
    }

    fn null(&mut self, at: &str) {
        let message = "is `null`, which AWS requests do not have".to_owned();
        self.push(
            Diagnostic::error,
            at,
            message,
            "leave the field out".to_owned(),
        );
    }

    fn wrong_type(&mut self, at: &str, wanted: &str, value: &Value) {
        let message = format!("must be {wanted}, but is {}", kind(value));
        self.push(
            Diagnostic::error,
            at,
            message,
            format!("write it as {wanted}"),
        );
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
        self.push(Diagnostic::error, at, message, hint);
    }

    fn push(
        &mut self,
        make: fn(String, String) -> Diagnostic,
        at: &str,
        message: String,
        hint: String,
    ) {
        self.found
            .push(make(contract_path(self.operation, at), message).hint(hint));
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

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[expect(
        clippy::needless_pass_by_value,
        reason = "calls read better without borrows"
    )]
    fn check(operation: Operation, at: &str, body: Value, expected: Expect) {
        let found = super::check(operation, at, &body);
        let lines = found
            .iter()
            .map(|it| format!("{}: {it}", if it.is_error() { "error" } else { "warning" }));
        expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn what_the_model_describes_passes() {
        let body = json!({
            "family": "a",
            "networkMode": "awsvpc",
            "cpu": "256",
            "containerDefinitions": [{
                "memory": 2_147_483_647,
                "essential": true,
                "command": ["a"],
                "dockerLabels": { "any.key": "text" },
            }],
        });
        check(Operation::RegisterTaskDefinition, "", body, expect![[""]]);
        let deployment = json!({
            "canaryConfiguration": { "canaryPercent": 12.5 },
            "linearConfiguration": { "stepPercent": 10 },
            "lifecycleHooks": [{ "hookDetails": { "any": [1, "json"] } }],
        });
        check(
            Operation::CreateService,
            "deploymentConfiguration",
            deployment,
            expect![[""]],
        );
        check(
            Operation::ConfigureHealthCheck,
            "HealthCheck",
            json!({ "Interval": 10 }),
            expect![[""]],
        );
    }

    #[test]
    fn wrong_types_are_errors() {
        let body = json!({
            "cpu": 256,
            "containerDefinitions": [{ "memory": "1", "cpu": 1.5, "essential": 1, "command": ["a", 2], "dockerLabels": { "a.b": 1 } }],
            "volumes": {},
            "runtimePlatform": "LINUX",
        });
        check(
            Operation::RegisterTaskDefinition,
            "",
            body,
            expect![[r#"
            error: task-definition.cpu: must be text, but is a number
              hint: write it as text
            error: task-definition.container-definitions[0].memory: must be a whole number, but is text
              hint: write it as a whole number
            error: task-definition.container-definitions[0].cpu: must be a whole number, but is a fraction
              hint: write it as a whole number
            error: task-definition.container-definitions[0].essential: must be true or false, but is a number
              hint: write it as true or false
            error: task-definition.container-definitions[0].command[1]: must be text, but is a number
              hint: write it as text
            error: task-definition.container-definitions[0].docker-labels["a.b"]: must be text, but is a number
              hint: write it as text
            error: task-definition.volumes: must be a list, but is an object
              hint: write it as a list
            error: task-definition.extra.runtimePlatform: must be an object, but is text
              hint: write it as an object"#]],
        );
        let percent = json!({ "deploymentConfiguration": { "canaryConfiguration": { "canaryPercent": "9" } } });
        check(
            Operation::CreateService,
            "",
            percent,
            expect![[r#"
            error: service.deployment-configuration.extra.canaryConfiguration.canaryPercent: must be a number, but is text
              hint: write it as a number"#]],
        );
    }

    #[test]
    fn numbers_have_32_bits() {
        let numbers = json!([{ "memory": 2_147_483_648_u32 }, { "memory": u32::MAX }, { "memory": i64::MIN }]);
        check(
            Operation::RegisterTaskDefinition,
            "containerDefinitions",
            numbers,
            expect![[r#"
            error: task-definition.container-definitions[0].memory: is 2147483648, but AWS takes whole numbers of 32 bits, 2147483647 at most
              hint: give a smaller number; -2147483648 in the recipe arrives like this
            error: task-definition.container-definitions[1].memory: is 4294967295, but AWS takes whole numbers of 32 bits, 2147483647 at most
              hint: give a smaller number; -1 in the recipe arrives like this
            error: task-definition.container-definitions[2].memory: is -9223372036854775808, but AWS takes whole numbers of 32 bits, 2147483647 at most
              hint: give a number in that range"#]],
        );
    }

    #[test]
    fn null_is_an_error_everywhere() {
        let body = json!({
            "family": null,
            "containerDefinitions": [null, { "dockerLabels": { "a": null }, "nextYear": null }],
            "nextYear": { "a": [null] },
        });
        check(
            Operation::RegisterTaskDefinition,
            "",
            body,
            expect![[r#"
            error: task-definition.family: is `null`, which AWS requests do not have
              hint: leave the field out
            error: task-definition.container-definitions[0]: is `null`, which AWS requests do not have
              hint: leave the field out
            error: task-definition.container-definitions[1].docker-labels["a"]: is `null`, which AWS requests do not have
              hint: leave the field out
            error: task-definition.container-definitions[1].extra.nextYear: is `null`, which AWS requests do not have
              hint: leave the field out
            warning: task-definition.extra.nextYear: `nextYear` is not in this host's copy of the AWS model (botocore 1.43.11); it is sent as it is
              hint: check the spelling, unless AWS has added it since
            error: task-definition.extra.nextYear.a[0]: is `null`, which AWS requests do not have
              hint: leave the field out"#]],
        );
    }

    #[test]
    fn what_the_model_does_not_know_is_sent() {
        let body =
            json!({ "Hostname": "a", "ulimits": [{ "hard_limit": 1, "nextYear": { "deep": 1 } }] });
        check(
            Operation::RegisterTaskDefinition,
            "containerDefinitions[0]",
            body,
            expect![[r#"
            warning: task-definition.container-definitions[0].extra.Hostname: `Hostname` is not in this host's copy of the AWS model (botocore 1.43.11); it is sent as it is
              hint: AWS spells it `hostname`
            warning: task-definition.container-definitions[0].ulimits[0].extra.hard_limit: `hard_limit` is not in this host's copy of the AWS model (botocore 1.43.11); it is sent as it is
              hint: AWS spells it `hardLimit`
            warning: task-definition.container-definitions[0].ulimits[0].extra.nextYear: `nextYear` is not in this host's copy of the AWS model (botocore 1.43.11); it is sent as it is
              hint: check the spelling, unless AWS has added it since"#]],
        );
        let body = json!({ "networkMode": "Bridge", "requiresCompatibilities": ["EC2", "MOON"] });
        check(
            Operation::RegisterTaskDefinition,
            "",
            body,
            expect![[r#"
            warning: task-definition.network-mode: `Bridge` is not among the values that this host's copy of the AWS model (botocore 1.43.11) knows
              hint: it knows `bridge`, `host`, `awsvpc`, `none`
            warning: task-definition.extra.requiresCompatibilities[1]: `MOON` is not among the values that this host's copy of the AWS model (botocore 1.43.11) knows
              hint: it knows `EC2`, `FARGATE`, `EXTERNAL`, `MANAGED_INSTANCES`"#]],
        );
    }
}
