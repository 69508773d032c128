//! The contract's values as JSON, in the contract's own spelling: field names in
//! kebab-case, a case with a payload as `{"case": payload}`, one without as its
//! name. Native only, so that a test can hold a component against its native build.

use std::io::Write;
use std::process::ExitCode;

use serde_json::{Value as Json, json};

use crate::{Argument, Blueprint, Dependency, Diagnostic, Manifest, Target, Value};

mod rendered;
mod shape;

pub use rendered::Rendered;
use shape::ToJson;

/// `describe` of a recipe, as [`crate::export!`] makes it.
pub type Describe = fn() -> Manifest;
/// `render` of a recipe, as [`crate::export!`] makes it.
pub type Render = fn(Vec<Argument>, Target, Vec<Dependency>) -> Result<Blueprint, Vec<Diagnostic>>;

/// The manifest as JSON.
#[must_use]
pub fn manifest(manifest: &Manifest) -> Json {
    manifest.to_json()
}

/// What `render` returned: `{"ok": blueprint}` or `{"err": [diagnostics]}`.
#[must_use]
pub fn outcome(outcome: &Result<Blueprint, Vec<Diagnostic>>) -> Json {
    match outcome {
        Ok(blueprint) => json!({ "ok": blueprint.to_json() }),
        Err(findings) => json!({ "err": findings.to_json() }),
    }
}

/// Arguments from JSON: `[{"name": "memory", "value": {"integer": 256}}]`.
///
/// # Errors
/// When the text is no JSON, or an argument is not of that form.
pub fn arguments(text: &str) -> Result<Vec<Argument>, String> {
    let list: Vec<Json> = serde_json::from_str(text)
        .map_err(|error| format!("the arguments are no JSON list: {error}"))?;
    list.iter().map(argument).collect()
}

/// The whole of an `examples/render-….rs`: reads a JSON list of arguments from
/// the command line (without one, no arguments) and prints
/// `{"manifest": …, "result": …}`.
#[must_use]
pub fn main(describe: Describe, render: Render) -> ExitCode {
    let text = std::env::args().nth(1).unwrap_or_else(|| "[]".to_owned());
    let (line, code) = match arguments(&text) {
        Ok(arguments) => {
            let result = render(arguments, Target::default(), Vec::new());
            let line = json!({ "manifest": manifest(&describe()), "result": outcome(&result) });
            (line.to_string(), ExitCode::SUCCESS)
        }
        Err(error) => (json!({ "error": error }).to_string(), ExitCode::FAILURE),
    };
    match writeln!(std::io::stdout(), "{line}") {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

fn argument(json: &Json) -> Result<Argument, String> {
    let form =
        || format!("`{json}` is not of the form {{\"name\": …, \"value\": {{\"integer\": …}}}}");
    let name = json.get("name").and_then(Json::as_str).ok_or_else(form)?;
    let cases = json
        .get("value")
        .and_then(Json::as_object)
        .ok_or_else(form)?;
    let mut cases = cases.iter();
    let (Some((case, payload)), None) = (cases.next(), cases.next()) else {
        return Err(form());
    };
    let value = value(case, payload).ok_or_else(form)?;
    Ok(Argument {
        name: name.to_owned(),
        value,
    })
}

fn value(case: &str, payload: &Json) -> Option<Value> {
    let text = || payload.as_str().map(str::to_owned);
    match case {
        "secret" => text().map(Value::Secret),
        "text" => text().map(Value::Text),
        "integer" => payload
            .as_i64()
            .and_then(|it| it.try_into().ok())
            .map(Value::Integer),
        "boolean" => payload.as_bool().map(Value::Boolean),
        "text-list" => {
            let items = payload
                .as_array()?
                .iter()
                .map(|it| it.as_str().map(str::to_owned));
            items.collect::<Option<_>>().map(Value::TextList)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::{boolean, choice, secret};
    use crate::{Recipe, tcp_service};

    #[test]
    fn arguments_of_every_type_are_read() {
        let text = r#"[
            {"name": "a", "value": {"secret": "token"}},
            {"name": "b", "value": {"text": "x"}},
            {"name": "c", "value": {"integer": -1}},
            {"name": "d", "value": {"boolean": true}},
            {"name": "e", "value": {"text-list": ["x", "y"]}}
        ]"#;
        let expected = [
            Value::Secret("token".to_owned()),
            Value::Text("x".to_owned()),
            Value::Integer(-1),
            Value::Boolean(true),
            Value::TextList(vec!["x".to_owned(), "y".to_owned()]),
        ];
        let values: Vec<_> = arguments(text)
            .expect("all are arguments")
            .into_iter()
            .map(|it| it.value)
            .collect();
        assert_eq!(values, expected);
    }

    #[test]
    fn what_is_no_argument_is_refused() {
        for text in [
            "{}",
            r#"[{"name": "a"}]"#,
            r#"[{"name": "a", "value": {"number": 1}}]"#,
            r#"[{"name": "a", "value": {"integer": 2147483648}}]"#,
            r#"[{"name": "a", "value": {"integer": 1, "text": "x"}}]"#,
            r#"[{"name": "a", "value": {"text-list": ["x", 1]}}]"#,
        ] {
            assert!(arguments(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_manifest_is_spelt_as_in_the_contract() {
        let recipe = tcp_service("cache", 1)
            .image("cache:1")
            .parameter(secret("key").required());
        let json = manifest(&recipe.describe());
        assert_eq!(json["rollback"], "manual");
        assert_eq!(json["capabilities"][5], "secrets");
        let parameter = |name: &str| {
            let all = json["parameters"].as_array().expect("a list");
            all.iter()
                .find(|it| it["name"] == name)
                .expect("the parameter")
                .clone()
        };
        assert_eq!(
            parameter("memory")["accepts"],
            json!({"integer": {"min": 6, "max": 33_554_432, "default": 128}})
        );
        let environment = json!({"text-list": {"max-items": 0, "pattern": null, "format": "key=value", "default": []}});
        assert_eq!(parameter("environment")["accepts"], environment);
        assert_eq!(parameter("key")["accepts"], "secret");
    }

    #[test]
    fn parameters_without_and_with_payload() {
        let accepts = |parameter: crate::Parameter| parameter.accepts.to_json();
        assert_eq!(accepts(boolean("b").into()), json!({ "boolean": null }));
        assert_eq!(
            accepts(choice("c", ["x"]).into()),
            json!({"choice": {"choices": ["x"], "default": null}})
        );
    }

    #[test]
    fn a_blueprint_is_spelt_as_in_the_contract() {
        let recipe = tcp_service("cache", 7).image("cache:1");
        let arguments = crate::Arguments::new(Vec::new(), &recipe.describe().parameters);
        let json = outcome(&recipe.render(&arguments, &Target::default(), &[]));
        let blueprint = &json["ok"];
        let port = json!({"container-port": 7, "host-port": 7, "protocol": "tcp", "name": null, "extra": null});
        assert_eq!(
            blueprint["task-definition"]["container-definitions"][0]["port-mappings"],
            json!([port])
        );
        assert_eq!(blueprint["load-balancer"]["classic"]["scheme"], "internal");
        assert_eq!(
            blueprint["endpoints"],
            json!([{"name": "cache", "load-balancer-port": 80}])
        );
        assert_eq!(blueprint["warnings"], json!([]));
    }

    #[test]
    fn findings_are_spelt_as_in_the_contract() {
        let finding = Diagnostic::error("parameters.a", "no").hint("yes");
        let json =
            json!([{"severity": "error", "path": "parameters.a", "message": "no", "hint": "yes"}]);
        assert_eq!(outcome(&Err(vec![finding])), json!({ "err": json }));
    }
}
