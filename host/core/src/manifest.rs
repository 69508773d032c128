//! Whether a manifest keeps the contract's own rules.

use std::collections::BTreeSet;

use crate::codes;
use crate::diag::Diagnostic;
use crate::params::whole;
use crate::spec::{Manifest, Parameter, ParameterType};

mod extent;

pub use extent::check_extent;

/// Checks a manifest. Everything found is the author's to mend, and an error.
///
/// One that is too large is not looked at any further.
pub fn check(manifest: &Manifest) -> Vec<Diagnostic> {
    let too_large = check_extent(manifest);
    if !too_large.is_empty() {
        return too_large;
    }
    let mut findings = Vec::new();
    let mut find = |path: &str, message: String| findings.push(finding(path, message));
    if !is_name(&manifest.name) {
        find(
            "name",
            format!(
                "is `{}`, and `[a-z][a-z0-9-]*` of at most 63 characters is expected",
                manifest.name
            ),
        );
    }
    if !is_version(&manifest.version) {
        find(
            "version",
            format!(
                "is `{}`, and a version such as `1.2.0` is expected",
                manifest.version
            ),
        );
    }
    let mut seen = BTreeSet::new();
    for (index, parameter) in manifest.parameters.iter().enumerate() {
        let path = format!("parameters[{index}]");
        if !is_name(&parameter.name) {
            let message = format!(
                "is `{}`, and `[a-z][a-z0-9-]*` of at most 63 characters is expected",
                parameter.name
            );
            find(&format!("{path}.name"), message);
        } else if !seen.insert(&parameter.name) {
            find(
                &format!("{path}.name"),
                format!("`{}` stands twice", parameter.name),
            );
        }
        if let Some(message) = problem(parameter) {
            find(
                &format!("{path}.accepts"),
                format!("of `{}`: {message}", parameter.name),
            );
        }
    }
    for (index, endpoint) in manifest.endpoints.iter().enumerate() {
        if !is_name(&endpoint.name) {
            find(
                &format!("endpoints[{index}].name"),
                format!("is `{}`, and `[a-z][a-z0-9-]*` is expected", endpoint.name),
            );
        }
        // It becomes part of an URL in a file of variables.
        if !endpoint.scheme.is_empty() && !is_scheme(&endpoint.scheme) {
            find(
                &format!("endpoints[{index}].scheme"),
                format!(
                    "is `{}`, and `[a-z][a-z0-9+.-]*` is expected",
                    endpoint.scheme
                ),
            );
        }
    }
    for (index, dependency) in manifest.dependencies.iter().enumerate() {
        if !is_name(&dependency.name) {
            let message = format!(
                "is `{}`, and `[a-z][a-z0-9-]*` is expected",
                dependency.name
            );
            find(&format!("dependencies[{index}].name"), message);
        }
    }
    crate::bounds::curb(findings)
}

fn finding(path: &str, message: String) -> Diagnostic {
    Diagnostic::error(format!("manifest.{path}"), message)
        .code(codes::parameters::MANIFEST)
        .hint("this is for the author of the recipe to mend, in its `describe`")
}

fn problem(parameter: &Parameter) -> Option<String> {
    if parameter.required && crate::params::default(&parameter.accepts).is_some() {
        return Some("is required and has a default".to_owned());
    }
    match &parameter.accepts {
        ParameterType::Secret | ParameterType::Boolean(_) => None,
        ParameterType::Text(it) => {
            let pattern = it.pattern.as_deref()?;
            match whole(pattern) {
                Err(error) => Some(no_pattern(pattern, &error)),
                Ok(regex) => it
                    .default
                    .as_deref()
                    .filter(|text| !regex.is_match(text))
                    .map(|text| format!("the default `{text}` does not match `{pattern}`")),
            }
        }
        ParameterType::Integer(it) if it.min > it.max => {
            Some(format!("the bounds {}..{} are empty", it.min, it.max))
        }
        ParameterType::Integer(it) => it
            .default
            .filter(|number| !(it.min..=it.max).contains(number))
            .map(|number| format!("the default {number} is not within {}..{}", it.min, it.max)),
        ParameterType::Choice(it) if it.choices.is_empty() => {
            Some("there is nothing to choose".to_owned())
        }
        ParameterType::Choice(it) => it
            .default
            .as_ref()
            .filter(|word| !it.choices.contains(word))
            .map(|word| format!("the default `{word}` is not among the choices")),
        ParameterType::TextList(it) => {
            let pattern = it.pattern.as_deref()?;
            whole(pattern)
                .err()
                .map(|error| no_pattern(pattern, &error))
        }
    }
}

/// What is wrong with it stands in the last line; those before it show the place.
fn no_pattern(pattern: &str, error: &impl std::fmt::Display) -> String {
    let error = error.to_string();
    let why = error.lines().next_back().unwrap_or_default();
    let why = why.strip_prefix("error: ").unwrap_or(why);
    format!("the pattern `{pattern}` is none: {why}")
}

/// `[a-z][a-z0-9-]*`, at most 63 characters.
pub fn is_name(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|it: char| it.is_ascii_lowercase())
        && text
            .chars()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-')
}

/// The part of an URL before its `://`.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_lowercase())
        && text
            .chars()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || "+.-".contains(it))
}

/// Three numbers, and what semver allows after them. It becomes part of a tag.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    text.len() <= 64
        && text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "-+.".contains(it))
        && core.split('.').count() == 3
        && core
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|it| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ChoiceType, IntegerType, TextType};

    fn check_type(required: bool, accepts: ParameterType) -> Vec<String> {
        let parameter = Parameter {
            name: "p".into(),
            required,
            accepts,
            ..Parameter::default()
        };
        let manifest = Manifest {
            name: "redis".into(),
            version: "0.1.0".into(),
            parameters: vec![parameter],
            ..Manifest::default()
        };
        check(&manifest).into_iter().map(|it| it.message).collect()
    }

    #[test]
    fn names_and_versions() {
        for (name, version, count) in [
            ("redis", "1.0.0-rc.1", 0),
            ("Redis", "1.0.0", 1),
            ("", "1.0", 2),
            ("redis", "1.0.x", 1),
            ("redis", "1.0.0 b", 1),
        ] {
            let manifest = Manifest {
                name: name.into(),
                version: version.into(),
                ..Manifest::default()
            };
            assert_eq!(check(&manifest).len(), count, "{name} {version}");
        }
    }

    #[test]
    fn defaults_keep_their_own_bounds() {
        let text = |pattern: &str, default: &str| {
            ParameterType::Text(TextType {
                pattern: Some(pattern.into()),
                default: Some(default.into()),
                ..TextType::default()
            })
        };
        assert_eq!(check_type(false, text("[a-z]+", "abc")), [""; 0]);
        assert_eq!(
            check_type(false, text("[a-z]+", "a1")),
            ["of `p`: the default `a1` does not match `[a-z]+`"]
        );
        assert_eq!(
            check_type(true, text("[a-z]+", "abc")),
            ["of `p`: is required and has a default"]
        );
        assert_eq!(check_type(false, text("(", "")).len(), 1);
        let integer = |min, max, default| ParameterType::Integer(IntegerType { min, max, default });
        assert_eq!(check_type(false, integer(1, 3, Some(3))), [""; 0]);
        assert_eq!(
            check_type(false, integer(1, 3, Some(4))),
            ["of `p`: the default 4 is not within 1..3"]
        );
        assert_eq!(
            check_type(false, integer(3, 1, None)),
            ["of `p`: the bounds 3..1 are empty"]
        );
        let choice = ChoiceType {
            choices: vec!["a".into()],
            default: Some("b".into()),
        };
        assert_eq!(
            check_type(false, ParameterType::Choice(choice)),
            ["of `p`: the default `b` is not among the choices"]
        );
    }
}
