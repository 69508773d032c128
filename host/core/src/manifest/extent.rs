//! Whether a manifest is of a size that can be checked, shown and worked with.

use super::finding;
use crate::bounds::{CHOICES, DECLARATIONS, MANIFEST, MATCHED, PARAMETERS, PATTERN, TEXT};
use crate::diag::Diagnostic;
use crate::lower::EXTRA_LIMIT;
use crate::spec::{Manifest, Parameter, ParameterType};

/// Finds what of a manifest is too much, before anything else looks at it: numbers first, then texts.
///
/// No finding repeats a text of the manifest.
pub fn check_extent(manifest: &Manifest) -> Vec<Diagnostic> {
    let too_many = check_numbers(manifest);
    if !too_many.is_empty() {
        return too_many;
    }
    let mut texts = Texts::default();
    texts.of_manifest(manifest);
    texts.end()
}

fn check_numbers(manifest: &Manifest) -> Vec<Diagnostic> {
    let lists = [
        ("parameters", manifest.parameters.len(), PARAMETERS),
        ("endpoints", manifest.endpoints.len(), DECLARATIONS),
        ("dependencies", manifest.dependencies.len(), DECLARATIONS),
        ("capabilities", manifest.capabilities.len(), DECLARATIONS),
    ];
    let of_manifest = lists
        .into_iter()
        .filter_map(|(path, number, limit)| too_many(path, number, limit));
    let of_parameters = manifest
        .parameters
        .iter()
        .take(PARAMETERS)
        .enumerate()
        .filter_map(|(index, it)| {
            let (member, number) = match &it.accepts {
                ParameterType::Choice(it) => ("choices", it.choices.len()),
                ParameterType::TextList(it) => ("default", it.default.len()),
                ParameterType::Secret
                | ParameterType::Text(_)
                | ParameterType::Integer(_)
                | ParameterType::Boolean(_) => return None,
            };
            too_many(
                &format!("parameters[{index}].accepts.{member}"),
                number,
                CHOICES,
            )
        });
    of_manifest.chain(of_parameters).collect()
}

fn too_many(path: &str, number: usize, limit: usize) -> Option<Diagnostic> {
    let message = || format!("has {number} entries, and {limit} are allowed");
    (number > limit).then(|| finding(path, message()))
}

/// The texts of a manifest, as they are gone through.
#[derive(Default)]
struct Texts {
    findings: Vec<Diagnostic>,
    /// Bytes of all so far.
    all: usize,
    /// Bytes of those that a pattern is matched against.
    matched: usize,
}

impl Texts {
    fn of_manifest(&mut self, manifest: &Manifest) {
        self.text("name", &manifest.name);
        self.text("version", &manifest.version);
        self.text("summary", &manifest.summary);
        for (index, it) in manifest.parameters.iter().enumerate() {
            self.of_parameter(&format!("parameters[{index}]"), it);
        }
        for (index, it) in manifest.endpoints.iter().enumerate() {
            let at = format!("endpoints[{index}]");
            self.text(&format!("{at}.name"), &it.name);
            self.text(&format!("{at}.scheme"), &it.scheme);
            self.text(&format!("{at}.description"), &it.description);
        }
        for (index, it) in manifest.dependencies.iter().enumerate() {
            let at = format!("dependencies[{index}]");
            self.text(&format!("{at}.name"), &it.name);
            self.text(&format!("{at}.description"), &it.description);
        }
        for (index, it) in manifest.capabilities.iter().enumerate() {
            self.text(&format!("capabilities[{index}]"), it);
        }
        if let Some(extra) = &manifest.extra {
            self.bytes("extra", extra.len(), EXTRA_LIMIT);
        }
    }

    fn of_parameter(&mut self, at: &str, parameter: &Parameter) {
        self.text(&format!("{at}.name"), &parameter.name);
        self.text(&format!("{at}.description"), &parameter.description);
        let at = format!("{at}.accepts");
        match &parameter.accepts {
            ParameterType::Secret | ParameterType::Integer(_) | ParameterType::Boolean(_) => {}
            ParameterType::Text(it) => {
                self.pattern(&at, it.pattern.as_deref());
                self.option(&format!("{at}.format"), it.format.as_deref());
                self.option(&format!("{at}.default"), it.default.as_deref());
                if let (Some(_), Some(default)) = (&it.pattern, &it.default) {
                    self.matched += default.len();
                }
            }
            ParameterType::Choice(it) => {
                for (index, it) in it.choices.iter().enumerate() {
                    self.text(&format!("{at}.choices[{index}]"), it);
                }
                self.option(&format!("{at}.default"), it.default.as_deref());
            }
            ParameterType::TextList(it) => {
                self.pattern(&at, it.pattern.as_deref());
                self.option(&format!("{at}.format"), it.format.as_deref());
                for (index, it) in it.default.iter().enumerate() {
                    self.text(&format!("{at}.default[{index}]"), it);
                }
            }
        }
    }

    fn text(&mut self, path: &str, text: &str) {
        self.bytes(path, text.len(), TEXT);
    }

    fn option(&mut self, path: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(path, text);
        }
    }

    fn pattern(&mut self, at: &str, pattern: Option<&str>) {
        if let Some(pattern) = pattern {
            self.bytes(&format!("{at}.pattern"), pattern.len(), PATTERN);
        }
    }

    fn bytes(&mut self, path: &str, number: usize, limit: usize) {
        self.all += number;
        if number > limit {
            let message = format!("has {number} bytes, and {limit} are allowed");
            self.findings.push(finding(path, message));
        }
    }

    fn end(mut self) -> Vec<Diagnostic> {
        if self.findings.is_empty() && self.all > MANIFEST {
            let message = format!(
                "its texts have {} bytes together, and {MANIFEST} are allowed",
                self.all
            );
            self.findings.push(finding("parameters", message));
        }
        if self.findings.is_empty() && self.matched > MATCHED {
            let message = format!(
                "the defaults that patterns have to match have {} bytes together, and {MATCHED} are allowed",
                self.matched
            );
            self.findings.push(finding("parameters", message));
        }
        crate::bounds::curb(self.findings)
    }
}

#[cfg(test)]
mod tests;
