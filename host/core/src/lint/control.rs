//! Texts of a manifest that would do something else than be read.

use serde_json::Value;

use crate::codes::lint as codes;
use crate::diag::Diagnostic;
use crate::escape::escape;
use crate::spec::Manifest;

/// Texts with control characters, or such that nobody sees or that turn the direction: they are shown escaped.
pub(super) fn of_texts(manifest: &Manifest) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // A manifest is made of texts and numbers: it can always be written.
    let value = serde_json::to_value(manifest).unwrap_or_default();
    visit(&value, "manifest", &mut |path, text| {
        let shown = escape(text);
        if shown != text {
            found.push(
                Diagnostic::warning(
                    path,
                    "holds characters that are no text, and that users see escaped",
                )
                .hint("leave out control characters, line breaks, and what is not seen")
                .code(codes::CONTROL),
            );
        }
    });
    found
}

fn visit(value: &Value, path: &str, each: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => each(path, text),
        Value::Array(items) => {
            for (index, it) in items.iter().enumerate() {
                visit(it, &format!("{path}[{index}]"), each);
            }
        }
        Value::Object(members) => {
            for (name, it) in members {
                visit(it, &format!("{path}.{name}"), each);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
