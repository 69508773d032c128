//! Paths: AWS's spelling, the contract's, and what recipes make of it.

use std::fmt::Write as _;

use crate::model::coverage::{has_typed, is_open};
use crate::model::shape;
use crate::request::Operation;

/// One step of a path like `a.b[0]["key"]`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step<'a> {
    /// `.name`.
    Member(&'a str),
    /// `[3]`, and `[]` for any.
    Element(&'a str),
    /// `["name"]`, and `{}` for any: a key that the user chose.
    Key(&'a str),
}

/// Splits a path into its steps; whatever cannot be understood stays a member.
pub(super) fn steps(path: &str) -> Vec<Step<'_>> {
    let mut found = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (step, behind) = first_step(rest);
        found.extend(step);
        rest = behind;
    }
    found
}

fn first_step(path: &str) -> (Option<Step<'_>>, &str) {
    if let Some((key, rest)) = path.strip_prefix("[\"").and_then(|it| it.split_once("\"]")) {
        return (Some(Step::Key(key)), rest);
    }
    if let Some(rest) = path.strip_prefix("{}") {
        return (Some(Step::Key("")), rest);
    }
    if let Some((index, rest)) = path.strip_prefix('[').and_then(|it| it.split_once(']')) {
        return (Some(Step::Element(index)), rest);
    }
    if let Some(rest) = path.strip_prefix('.') {
        return (None, rest);
    }
    // The first character was none of those above, so something is always taken.
    let end = path
        .char_indices()
        .skip(1)
        .find(|(_, it)| matches!(it, '.' | '[' | '{'))
        .map_or(path.len(), |it| it.0);
    (Some(Step::Member(&path[..end])), &path[end..])
}

fn push(path: &mut String, step: &Step<'_>, spell: impl Fn(&str) -> String) {
    // Writing to a string cannot fail.
    let _ = match step {
        Step::Member(name) if path.is_empty() => write!(path, "{}", spell(name)),
        Step::Member(name) => write!(path, ".{}", spell(name)),
        Step::Element(index) => write!(path, "[{index}]"),
        Step::Key(key) => write!(path, "[\"{key}\"]"),
    };
}

/// `SSLCertificateId`, `ssl_certificate_id` → `ssl-certificate-id`.
fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut spelt = String::with_capacity(name.len() + 4);
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|it| letters[it]);
        let after = letters.get(index + 1);
        let begins = before.is_some_and(|it| it.is_lowercase() || it.is_ascii_digit())
            || (before.is_some_and(char::is_uppercase)
                && after.is_some_and(|it| it.is_lowercase()));
        if letter.is_uppercase() && begins {
            spelt.push('-');
        }
        spelt.extend(if *letter == '_' { '-' } else { *letter }.to_lowercase());
    }
    spelt
}

/// What the body of an operation is called in the contract.
pub(super) fn root(operation: Operation) -> &'static str {
    match operation {
        Operation::RegisterTaskDefinition | Operation::DeregisterTaskDefinition => {
            "task-definition"
        }
        _ if operation.is_of_elb() => "load-balancer",
        _ => "service",
    }
}

/// Where a recipe says the field at `path` of a request body.
///
/// `containerDefinitions[0].ulimits[1].softLimit` of `RegisterTaskDefinition` is
/// `task-definition.container-definitions[0].ulimits[1].soft-limit`. What the
/// contract does not type is said in the `extra` of the innermost record that
/// has one, in AWS's spelling: `task-definition.container-definitions[0].extra.hostname`.
pub fn contract_path(operation: Operation, path: &str) -> String {
    let steps = steps(path);
    let mut spelt = root(operation).to_owned();
    let mut pattern = spelt.clone();
    let mut open = (spelt.clone(), 0);
    let mut shape = shape::request(operation);
    for (index, step) in steps.iter().enumerate() {
        shape = shape
            .and_then(|it| it.below(step))
            .filter(|it| has_typed(it));
        if shape.is_none() {
            let mut extra = format!("{}.extra", open.0);
            steps[open.1..]
                .iter()
                .for_each(|it| push(&mut extra, it, str::to_owned));
            return extra;
        }
        push(&mut spelt, step, contract_name);
        push(&mut pattern, &step.any(), contract_name);
        if is_open(&pattern) {
            open = (spelt.clone(), index + 1);
        }
    }
    spelt
}

impl Step<'_> {
    /// The same step to any element or key.
    fn any(self) -> Self {
        match self {
            Self::Member(name) => Self::Member(name),
            Self::Element(_) => Self::Element(""),
            Self::Key(_) => Self::Key(""),
        }
    }
}

fn contract_name(name: &str) -> String {
    if name == "LoadBalancerAttributes" {
        "attributes".to_owned()
    } else {
        kebab(name)
    }
}

/// Reads a path as a recipe spelt it, and spells it as the contract does.
///
/// JavaScript says `taskDefinition.containerDefinitions[0]` and Python
/// `task_definition.container_definitions[0]`. Below `extra` the names are AWS's
/// and stay as they are.
pub fn normalise_path(path: &str) -> String {
    let mut spelt = String::with_capacity(path.len() + 8);
    let mut in_extra = false;
    for step in steps(path.trim()) {
        match step {
            Step::Member(index) if index.bytes().all(|it| it.is_ascii_digit()) => {
                push(&mut spelt, &Step::Element(index), str::to_owned);
            }
            _ if in_extra => push(&mut spelt, &step, str::to_owned),
            _ => push(&mut spelt, &step, kebab),
        }
        in_extra |= step == Step::Member("extra");
    }
    spelt
}

#[cfg(test)]
mod tests;
