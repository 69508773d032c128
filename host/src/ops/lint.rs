//! What an author should mend: a recipe is tried as its users would, without one of them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use host_core::codes::{Problem, lint as codes, parameters};
use host_core::desired::DesiredTarget;
use host_core::diag::{Diagnostic, has_errors};
use host_core::lint::{example, of_blueprint, of_manifest};
use host_core::policy;
use host_core::spec::{Argument, Dependency, Target, Value};

use super::blueprint::{self, Input, Live, Loaded, Rendered};
use crate::component::{LoadOptions, RecipeError};

/// Where a recipe is tried: nowhere.
const REGION: &str = "us-east-1";
const CLUSTER: &str = "default";

/// The port of whatever a recipe depends on.
const PORT: u16 = 80;

/// A recipe, or why it is none.
///
/// # Errors
/// It cannot be asked for a reason that is not the recipe's.
pub fn load(path: &Path, options: &LoadOptions) -> Result<Result<Loaded, Diagnostic>> {
    let input = Input {
        path: path.to_owned(),
        ..Input::default()
    };
    match blueprint::load(input, options) {
        Ok(loaded) => Ok(Ok(loaded)),
        Err(error) => finding(error).map(Err),
    }
}

/// Everything there is to say about a recipe, errors first.
///
/// # Errors
/// It cannot be tried for a reason that is not the recipe's.
pub fn check(loaded: &mut Loaded) -> Result<Vec<Diagnostic>> {
    let mut found = of_manifest(&loaded.manifest);
    found.extend(policy::check_capabilities(&loaded.manifest));
    found.extend(give_examples(loaded));
    if !has_errors(&found) {
        found.extend(render(loaded)?);
    }
    found.sort_by_key(|it| it.severity);
    Ok(host_core::bounds::curb(found))
}

/// Thinks of a value for whatever has to be given and was not.
fn give_examples(loaded: &mut Loaded) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, parameter) in loaded.manifest.parameters.iter().enumerate() {
        let is_missing = parameter.required
            && host_core::params::default(&parameter.accepts).is_none()
            && !loaded.input.given.contains_key(&parameter.name);
        if !is_missing {
            continue;
        }
        match example(parameter) {
            Some(given) => {
                loaded.input.given.insert(parameter.name.clone(), given);
            }
            None => found.push(
                Diagnostic::error(
                    format!("manifest.parameters[{index}]"),
                    format!(
                        "`{}` must be given, and no value for it could be thought of",
                        parameter.name
                    ),
                )
                .hint(format!(
                    "host lint {} --set {}=VALUE",
                    loaded.input.path.display(),
                    parameter.name
                ))
                .code(codes::NO_EXAMPLE),
            ),
        }
    }
    found
}

fn render(loaded: &Loaded) -> Result<Vec<Diagnostic>> {
    let target = DesiredTarget {
        region: REGION.to_owned(),
        cluster: CLUSTER.to_owned(),
        ..DesiredTarget::default()
    };
    let needed = loaded.manifest.dependencies.iter();
    let live: Live = needed
        .map(|it| (it.name.clone(), (format!("{}.invalid", it.name), PORT)))
        .collect();
    let rendered = match blueprint::render_all(std::slice::from_ref(loaded), &target, &live) {
        Ok(rendered) => rendered,
        Err(error) => return Ok(vec![tell_apart(loaded, finding(error)?)]),
    };
    let mut found = Vec::new();
    for one in rendered {
        found.extend(undeclared(&one));
        found.extend(of_blueprint(&one.desired));
        found.extend(one.findings);
    }
    Ok(found)
}

fn undeclared(rendered: &Rendered) -> Vec<Diagnostic> {
    let asks = policy::asks(policy::bodies(&rendered.desired));
    let arguments: BTreeMap<String, String> = rendered
        .arguments
        .iter()
        .map(|it| (it.name.clone(), text(it)))
        .collect();
    policy::undeclared(&asks, &rendered.manifest, &arguments)
}

fn text(argument: &Argument) -> String {
    match &argument.value {
        Value::Text(it) | Value::Secret(it) => it.clone(),
        Value::Integer(it) => it.to_string(),
        Value::Boolean(it) => it.to_string(),
        Value::TextList(it) => it.join(","),
    }
}

/// Two results for the same arguments: was it the tokens, which were spelt differently, or chance?
fn tell_apart(loaded: &Loaded, finding: Diagnostic) -> Diagnostic {
    if finding.code != Some(parameters::NOT_DETERMINISTIC) {
        return finding;
    }
    let (arguments, _) =
        host_core::params::resolve(&loaded.manifest.parameters, &loaded.input.given);
    let dependencies: Vec<Dependency> = loaded
        .manifest
        .dependencies
        .iter()
        .map(|it| Dependency {
            name: it.name.clone(),
            address: format!("{}.invalid", it.name),
            port: PORT.into(),
        })
        .collect();
    let target = Target {
        region: REGION.to_owned(),
        cluster: CLUSTER.to_owned(),
        extra: None,
    };
    let again = || {
        loaded
            .recipe
            .render(&arguments.list, &target, &dependencies)
    };
    if again() != again() {
        return finding;
    }
    let message = "gives another result when the tokens of secrets and addresses are spelt otherwise: it looks inside them";
    Diagnostic::error("", message)
        .hint("hand each on whole, as the value of a field or as a part of a text")
        .code(codes::LOOKS_INSIDE)
}

/// What is wrong with a recipe, as a finding about it. What is wrong with something else stays an error.
fn finding(error: anyhow::Error) -> Result<Diagnostic> {
    if let Some(wrong) = error.downcast_ref::<RecipeError>() {
        let finding = Diagnostic::error("", wrong.to_string()).code(wrong.code());
        return Ok(match wrong.hint() {
            Some(hint) => finding.hint(hint),
            None => finding,
        });
    }
    let Some(problem) = error
        .downcast_ref::<Problem>()
        .filter(|it| it.code != parameters::NO_FILE)
    else {
        return Err(error);
    };
    let mut lines = problem.text.lines();
    let message = lines.next().unwrap_or_default();
    let hints: Vec<&str> = lines.map(|it| it.trim_start_matches("hint: ")).collect();
    let finding = Diagnostic::error("", message).code(problem.code);
    Ok(if hints.is_empty() {
        finding
    } else {
        finding.hint(hints.join("\n"))
    })
}
