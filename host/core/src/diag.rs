//! Findings: what is wrong, where, and what to do about it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::codes::Code;
use crate::policy::Grant;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing is deployed.
    #[default]
    Error,
    /// Shown, and deployed all the same.
    Warning,
}

/// One finding about arguments, a blueprint or the requests made from it.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Diagnostic {
    pub severity: Severity,
    /// What `host explain` explains. Recipes give none.
    #[serde(skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub code: Option<Code>,
    /// In the words of the contract: `task-definition.container-definitions[0].memory`.
    /// Empty means the whole recipe.
    pub path: String,
    /// One sentence that begins in lower case and has no full stop.
    pub message: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The grant that is missing, where that is what is wrong. Recipes name none.
    #[serde(skip_serializing_if = "Option::is_none", skip_deserializing)]
    pub needs: Option<Box<Grant>>,
}

impl Diagnostic {
    /// A finding that stops the deployment.
    pub fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code: None,
            path: path.into(),
            message: message.into(),
            hint: None,
            needs: None,
        }
    }

    /// A finding that is shown and stops nothing.
    pub fn warning(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            code: None,
            path: path.into(),
            message: message.into(),
            hint: None,
            needs: None,
        }
    }

    /// The same finding with a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same finding with the grant that would mend it.
    #[must_use]
    pub fn needs(mut self, grant: Grant) -> Self {
        self.needs = Some(Box::new(grant));
        self
    }

    /// The same finding with its stable code; one that it has already stays.
    #[must_use]
    pub fn code(mut self, code: Code) -> Self {
        self.code.get_or_insert(code);
        self
    }

    /// Whether it stops the deployment.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// `path: message`, and a `hint:` line where there is one.
impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        formatter.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(formatter, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// Whether any of the findings stops the deployment.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}

/// Does a check, and gives every finding that it adds a code.
pub(crate) fn coded(
    code: Code,
    found: &mut Vec<Diagnostic>,
    check: impl FnOnce(&mut Vec<Diagnostic>),
) {
    let before = found.len();
    check(found);
    for finding in &mut found[before..] {
        finding.code.get_or_insert(code);
    }
}
