//! Findings: what a recipe says about its arguments.

use crate::{Diagnostic, Severity};

impl Diagnostic {
    /// A finding that stops the deployment. `path` is in the contract's words,
    /// `parameters.memory`; empty means the whole recipe.
    #[must_use]
    pub fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            path: path.into(),
            message: message.into(),
            hint: None,
        }
    }

    /// A finding that is shown and stops nothing.
    #[must_use]
    pub fn warning(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            path: path.into(),
            message: message.into(),
            hint: None,
        }
    }

    /// The same finding with a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether it stops the deployment.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// One finding is enough to refuse, so `?` works where `render` returns many.
impl From<Diagnostic> for Vec<Diagnostic> {
    fn from(finding: Diagnostic) -> Self {
        vec![finding]
    }
}
