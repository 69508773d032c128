//! What an author should mend: a recipe is tried as its users would, without one of them: on its defaults, and with one argument after the
//! other beside them.

use std::time::{Duration, Instant};

use anyhow::Result;
use host_core::codes::policy::{LIMIT, NOT_GRANTED, UNDECLARED};
use host_core::codes::{Problem, lint as codes, parameters};
use host_core::desired::DesiredTarget;
use host_core::diag::{Diagnostic, has_errors};
use host_core::lint::{Variant, example, of_blueprint, of_manifest, variants};
use host_core::policy;
use host_core::spec::{Dependency, Target};

use super::blueprint::{self, Input, Loaded, Rendered};
use super::examples;
use crate::component::{LoadOptions, RecipeError};

/// Where a recipe is tried: nowhere.
const REGION: &str = "us-east-1";
const CLUSTER: &str = "default";

/// How long one argument after the other is tried. A render takes a part of a millisecond.
const PATIENCE: Duration = Duration::from_secs(10);

/// A recipe, or why it is none.
///
/// # Errors
/// It cannot be asked for a reason that is not the recipe's.
pub fn load(input: Input, options: &LoadOptions) -> Result<Result<Loaded, Diagnostic>> {
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
        match render(loaded)? {
            Ok(own) => {
                let more = try_variants(loaded, &own, PATIENCE)?;
                found.extend(own.into_iter().chain(more));
            }
            Err(stopped) => found.push(stopped),
        }
    }
    drop_twice_told(&mut found);
    found.sort_by_key(|it| it.severity);
    Ok(host_core::bounds::curb(found))
}

/// Of memory the recipe itself may know more than our table does.
fn drop_twice_told(found: &mut Vec<Diagnostic>) {
    let is_own = |it: &Diagnostic| it.code == Some(parameters::OWN) && it.path.ends_with("memory");
    if found.iter().any(is_own) {
        found.retain(|it| it.code != Some(codes::LITTLE_MEMORY));
    }
}

/// Thinks of a value for whatever has to be given and was not.
fn give_examples(loaded: &mut Loaded) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, parameter) in examples::missing(loaded) {
        match example(&parameter) {
            Some(given) => {
                loaded.input.given.insert(parameter.name, given);
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

/// What only shows with one argument or the other: traps, chance, and capabilities that are not declared. That a recipe
/// finds fault with an argument is its right. `own` is what was found without any.
fn try_variants(
    loaded: &mut Loaded,
    own: &[Diagnostic],
    patience: Duration,
) -> Result<Vec<Diagnostic>> {
    let all = variants(&loaded.manifest.parameters, &loaded.input.given);
    let begun = Instant::now();
    let mut found: Vec<Diagnostic> = Vec::new();
    for (index, variant) in all.iter().enumerate() {
        if begun.elapsed() > patience {
            let message = format!("{index} of {} arguments were tried", all.len());
            found.push(Diagnostic::warning("", message).code(codes::NOT_ALL_TRIED));
            break;
        }
        let told = try_one(loaded, variant)?;
        let is_stopped = told.iter().any(|it| it.path.is_empty());
        for finding in told {
            let is_new = |it: &Diagnostic| (&it.path, it.code) != (&finding.path, finding.code);
            if own.iter().chain(&found).all(is_new) {
                let message = format!("with `--set {}`: {}", variant.typed(), finding.message);
                found.push(Diagnostic { message, ..finding });
            }
        }
        // Whoever is stopped at one limit is at the next argument too, and each takes seconds.
        if is_stopped {
            break;
        }
    }
    Ok(found)
}

fn try_one(loaded: &mut Loaded, variant: &Variant) -> Result<Vec<Diagnostic>> {
    let name = &variant.parameter;
    let given = &mut loaded.input.given;
    given.insert(name.clone(), variant.value.clone());
    let rendered = render_alone(loaded);
    loaded.input.given.remove(name);
    match rendered {
        Ok(rendered) => {
            let all = rendered.into_iter().flat_map(|it| it.findings);
            Ok(all.filter(|it| it.code == Some(UNDECLARED)).collect())
        }
        Err(error) => finding(error).map(|it| vec![it]),
    }
}

/// What is found with the recipe's defaults, or why it gives nothing at all.
fn render(loaded: &Loaded) -> Result<Result<Vec<Diagnostic>, Diagnostic>> {
    let rendered = match render_alone(loaded) {
        Ok(rendered) => rendered,
        Err(error) => return Ok(Err(tell_apart(loaded, finding(error)?))),
    };
    let mut found = Vec::new();
    for one in rendered {
        found.extend(of_blueprint(&one.desired));
        // What a user grants is no matter of the author's.
        let is_users = |it: &Diagnostic| [NOT_GRANTED, LIMIT].map(Some).contains(&it.code);
        found.extend(one.findings.into_iter().filter(|it| !is_users(it)));
    }
    Ok(Ok(found))
}

fn render_alone(loaded: &Loaded) -> Result<Vec<Rendered>> {
    let target = DesiredTarget {
        region: REGION.to_owned(),
        cluster: CLUSTER.to_owned(),
        ..DesiredTarget::default()
    };
    let alone = std::slice::from_ref(loaded);
    blueprint::render_all(alone, &target, &examples::endpoints(alone))
}

/// Two results for the same arguments: was it the tokens, which were spelt differently, or chance?
fn tell_apart(loaded: &Loaded, finding: Diagnostic) -> Diagnostic {
    if finding.code != Some(parameters::NOT_DETERMINISTIC) {
        return finding;
    }
    let (arguments, _) =
        host_core::params::resolve(&loaded.manifest.parameters, &loaded.input.given);
    let endpoints = examples::endpoints(std::slice::from_ref(loaded));
    let dependencies: Vec<Dependency> = endpoints
        .into_iter()
        .map(|(name, (address, port))| Dependency {
            name,
            address,
            port: port.into(),
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
