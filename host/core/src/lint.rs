//! What an author should mend, although the recipe runs.
//!
//! What stops a deployment is found where it stops one: arguments, manifests,
//! blueprints, capabilities. Here is the rest, all of it warnings, and what is
//! needed to try a recipe whose user is not there: examples of parameters.

use serde_json::Value;

use crate::codes::lint as codes;
use crate::desired::DesiredService;
use crate::diag::Diagnostic;
use crate::policy;
use crate::spec::{Manifest, ParameterType};

mod control;
mod example;
mod memory;
mod variants;

pub use example::example;
pub use variants::{Variant, variants};

/// Everything about a manifest that its readers will miss.
pub fn of_manifest(manifest: &Manifest) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut missing = |path: String, what: &str, hint: &str| {
        let finding = Diagnostic::warning(path, what).hint(hint);
        found.push(finding.code(codes::UNDOCUMENTED));
    };
    if manifest.summary.trim().is_empty() {
        missing(
            "manifest.summary".to_owned(),
            "is empty",
            "say in one line what the recipe runs: `host inspect` shows it first",
        );
    }
    for (index, it) in manifest.parameters.iter().enumerate() {
        if it.description.trim().is_empty() {
            missing(
                format!("manifest.parameters[{index}].description"),
                &format!("is empty: nobody learns what `{}` is for", it.name),
                "say what it does, and in which unit",
            );
        }
    }
    for (index, it) in manifest.endpoints.iter().enumerate() {
        if it.description.trim().is_empty() {
            missing(
                format!("manifest.endpoints[{index}].description"),
                &format!("is empty: nobody learns who connects to `{}`", it.name),
                "say what listens there",
            );
        }
    }
    for (index, it) in manifest.dependencies.iter().enumerate() {
        if it.description.trim().is_empty() {
            missing(
                format!("manifest.dependencies[{index}].description"),
                &format!("is empty: nobody learns what `{}` is needed for", it.name),
                "say what the recipe does with it",
            );
        }
    }
    found.extend(open_parameters(manifest));
    found.extend(control::of_texts(manifest));
    found
}

/// Parameters that ask for a secret in the open.
fn open_parameters(manifest: &Manifest) -> Vec<Diagnostic> {
    let is_open = |accepts: &ParameterType| {
        matches!(accepts, ParameterType::Text(_) | ParameterType::TextList(_))
    };
    let parameters = manifest.parameters.iter().enumerate();
    let open = parameters.filter(|(_, it)| is_open(&it.accepts) && policy::looks_secret(&it.name));
    let finding = |(index, it): (usize, &crate::spec::Parameter)| {
        Diagnostic::warning(
            format!("manifest.parameters[{index}].accepts"),
            format!(
                "`{}` looks like a secret, and is taken as a plain text",
                it.name
            ),
        )
        .hint("take a `secret`: the ARN of one, which the recipe sees as a token")
        .code(codes::PLAIN_SECRET)
    };
    open.map(finding).collect()
}

/// What is doubtful about the containers that come of the recipe's own defaults.
pub fn of_blueprint(desired: &DesiredService) -> Vec<Diagnostic> {
    let task = desired.task_definition.as_ref();
    let containers = task.and_then(|it| it["containerDefinitions"].as_array());
    let each = containers.into_iter().flatten().enumerate();
    each.flat_map(|(index, container)| {
        let path = format!("task-definition.container-definitions[{index}]");
        [
            of_image(&path, container),
            of_memory(&path, task, container),
        ]
    })
    .flatten()
    .collect()
}

fn of_image(path: &str, container: &Value) -> Option<Diagnostic> {
    let name = container["image"].as_str()?;
    let image = policy::Image::read(name);
    if image.is_pinned() {
        return None;
    }
    let (what, hint) = match image.tag() {
        None => (
            format!("`{name}` names no version: what runs changes from one start to the next"),
            format!("name one, such as `{name}:1.2.3`, or a digest, `{name}@sha256:…`"),
        ),
        Some("latest") => (
            format!("`{name}` is another image from one day to the next"),
            "name a version, or a digest".to_owned(),
        ),
        Some(_) => return None,
    };
    let finding = Diagnostic::warning(format!("{path}.image"), what);
    Some(finding.hint(hint).code(codes::UNPINNED))
}

fn of_memory(path: &str, task: Option<&Value>, container: &Value) -> Option<Diagnostic> {
    let image = policy::Image::read(container["image"].as_str()?);
    let known = memory::known(image.repository())?;
    let of_task = || task?["memory"].as_str()?.parse().ok();
    let given = container["memory"].as_u64().or_else(of_task)?;
    (given < known.least).then(|| {
        let what = format!(
            "is {given} MiB, and {} needs {} or more: {}",
            known.name, known.least, known.reason
        );
        Diagnostic::warning(format!("{path}.memory"), what)
            .hint(format!("make the default {} or more", known.least))
            .code(codes::LITTLE_MEMORY)
    })
}

#[cfg(test)]
mod tests;
