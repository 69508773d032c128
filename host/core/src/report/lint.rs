//! What `host lint` found.

use serde_json::{Value, json};

use super::text::{Line, Text, Tone};
use super::{count, finding};
use crate::diag::{Diagnostic, Severity};

/// One recipe as `lint` shows it.
#[derive(Clone, Debug)]
pub struct Linted<'a> {
    pub path: &'a str,
    /// Name and version, where the recipe could say them.
    pub recipe: Option<&'a str>,
    pub findings: &'a [Diagnostic],
}

impl Linted<'_> {
    fn count(&self, severity: Severity) -> usize {
        let of = |it: &&Diagnostic| it.severity == severity;
        self.findings.iter().filter(of).count()
    }

    fn verdict(&self) -> String {
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        match (errors, warnings) {
            (0, 0) => "nothing to mend".to_owned(),
            (0, _) => count(warnings, "warning"),
            (_, 0) => count(errors, "error"),
            _ => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
        }
    }
}

/// For people.
pub fn text(recipe: &Linted<'_>) -> Text {
    let name = recipe
        .recipe
        .map(|it| format!(" ({it})"))
        .unwrap_or_default();
    let mut text = Text::from(
        Line::new(Tone::Strong, format!("{}{name}", recipe.path))
            .and(Tone::Plain, format!(": {}", recipe.verdict())),
    );
    for it in recipe.findings {
        let code = it.code.map(|it| format!("[{it}]")).unwrap_or_default();
        let (tone, word) = match it.severity {
            Severity::Error => (Tone::Error, "error"),
            Severity::Warning => (Tone::Warning, "warning"),
        };
        let place = Some(&it.path).filter(|it| !it.is_empty());
        let place = place.map(|it| format!("{it}: ")).unwrap_or_default();
        text.push(
            Line::new(tone, format!("  {word}{code}"))
                .and(Tone::Plain, format!(": {place}{}", it.message)),
        );
        for hint in it.hint.iter().flat_map(|it| it.lines()) {
            text.push(Line::new(Tone::Hint, "    hint: ").and(Tone::Plain, hint));
        }
    }
    text
}

/// For programs.
pub fn json(recipe: &Linted<'_>) -> Value {
    let findings: Vec<Value> = recipe
        .findings
        .iter()
        .map(|it| {
            let mut value = finding("", it);
            if let Some(members) = value.as_object_mut() {
                members.shift_remove("service");
            }
            value
        })
        .collect();
    json!({
        "path": recipe.path,
        "recipe": recipe.recipe,
        "errors": recipe.count(Severity::Error),
        "warnings": recipe.count(Severity::Warning),
        "findings": findings,
    })
}
