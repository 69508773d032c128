//! What a manifest says that its recipe may ask for, in the words of grants.

use std::collections::BTreeMap;

use crate::bounds::curb;
use crate::codes::policy as codes;
use crate::diag::Diagnostic;
use crate::policy::ask::{Ask, Need};
use crate::policy::grant::{Grant, Unreadable, how_to_write, split};
use crate::policy::image::Image;
use crate::policy::kind::{Form, Kind};
use crate::policy::scope::Scope;
use crate::spec::Manifest;

/// A capability: a grant whose scope may be left out, and may hold `{parameter}` for the value of a parameter.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Capability {
    kind: Kind,
    /// As it is written; absent for any scope.
    scope: Option<String>,
}

impl Capability {
    /// Reads a capability as a manifest lists it.
    ///
    /// # Errors
    /// It is none: the word is unknown, or the scope has not the form of the word's.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let (kind, scope) = split(text)?;
        let capability = Self {
            kind,
            scope: scope.map(str::to_owned),
        };
        if capability.parameters()?.is_empty() && scope.is_some() {
            text.parse::<Grant>()?;
        } else if scope.is_some() && kind.form() == Form::Nothing {
            return Err(Unreadable {
                message: format!("`{text}` takes nothing after a colon"),
                hint: how_to_write(kind),
            });
        }
        Ok(capability)
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// What it allows, in a few words.
    pub fn allows(&self) -> &'static str {
        self.kind.allows()
    }

    /// The parameter that is all of the scope, and what stands behind it: how a path is mounted.
    pub(super) fn parameter(&self) -> Option<(&str, &str)> {
        let (name, behind) = self.scope.as_deref()?.strip_prefix('{')?.split_once('}')?;
        matches!(behind, "" | ":ro" | ":rw").then_some((name, behind))
    }

    /// The parameters whose values it speaks of.
    fn parameters(&self) -> Result<Vec<&str>, Unreadable> {
        let mut found = Vec::new();
        let mut rest = self.scope.as_deref().unwrap_or_default();
        while let Some((_, behind)) = rest.split_once('{') {
            let (name, behind) = behind.split_once('}').ok_or_else(|| Unreadable {
                message: format!("`{{{behind}` has no `}}`"),
                hint: "write `{parameter}` for the value of a parameter".to_owned(),
            })?;
            found.push(name);
            rest = behind;
        }
        Ok(found)
    }

    /// Whether it speaks of what is asked for, with these arguments.
    pub fn covers(&self, asked: &Grant, arguments: &BTreeMap<String, String>) -> bool {
        if self.kind != asked.kind() {
            return false;
        }
        let Some(scope) = &self.scope else {
            return true;
        };
        // A parameter that nobody gave asks for nothing.
        let Some(scope) = filled(scope, arguments) else {
            return false;
        };
        let grant = match self.kind {
            // An argument names an image with its tag.
            Kind::Image if self.scope.as_deref().is_some_and(|it| it.contains('{')) => {
                let image = Image::read(&scope);
                let scope = Scope::Image {
                    repository: image.repository,
                    digest: false,
                };
                Grant::new(self.kind, scope)
            }
            _ => format!("{}:{scope}", self.kind.word()).parse().ok(),
        };
        grant.is_some_and(|it| it.covers(asked))
    }
}

/// The scope with the values of the parameters that it names, if all of them have one.
fn filled(scope: &str, arguments: &BTreeMap<String, String>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = scope;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, behind) = behind.split_once('}')?;
        filled.push_str(before);
        filled.push_str(arguments.get(name)?);
        rest = behind;
    }
    filled.push_str(rest);
    Some(filled)
}

/// The capabilities of a manifest that cannot be read, or that speak of parameters that it does not have.
pub fn check_capabilities(manifest: &Manifest) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (index, text) in manifest.capabilities.iter().enumerate() {
        let problem = match Capability::read(text) {
            Err(problem) => Some(problem),
            Ok(capability) => {
                let is_missing =
                    |name: &&str| !manifest.parameters.iter().any(|it| it.name == *name);
                let names = capability.parameters().unwrap_or_default();
                names.into_iter().find(is_missing).map(|name| Unreadable {
                    message: format!("`{text}` speaks of `{name}`, which is no parameter"),
                    hint: "name a parameter of the manifest between the braces".to_owned(),
                })
            }
        };
        if let Some(Unreadable { message, hint }) = problem {
            let finding = Diagnostic::error(format!("manifest.capabilities[{index}]"), message);
            findings.push(finding.hint(hint).code(codes::CAPABILITY));
        }
    }
    curb(findings)
}

/// What is asked for and not declared. `arguments` are the values of the parameters as text.
///
/// How many tasks of which size is for whoever runs the recipe to choose, and is not declared.
pub fn undeclared(
    asks: &[Ask],
    manifest: &Manifest,
    arguments: &BTreeMap<String, String>,
) -> Vec<Diagnostic> {
    let declared = Declared::of(manifest, arguments);
    let found = asks.iter().filter(|it| !declared.covers(it));
    curb(found.map(Declared::refusal).collect())
}

/// What a manifest declares, for these values of its parameters.
pub(super) struct Declared<'a> {
    capabilities: Vec<Capability>,
    arguments: &'a BTreeMap<String, String>,
}

impl<'a> Declared<'a> {
    pub(super) fn of(manifest: &Manifest, arguments: &'a BTreeMap<String, String>) -> Self {
        let read = manifest.capabilities.iter();
        Self {
            capabilities: read.filter_map(|it| Capability::read(it).ok()).collect(),
            arguments,
        }
    }

    /// Whether an ask is declared, or has not to be.
    pub(super) fn covers(&self, ask: &Ask) -> bool {
        let Need::Grant(grant) = &ask.need else {
            return true;
        };
        let mut declared = self.capabilities.iter();
        grant.kind().is_limit() || declared.any(|it| it.covers(grant, self.arguments))
    }

    /// Says of an ask that it is not declared.
    pub(super) fn refusal(ask: &Ask) -> Diagnostic {
        let message = format!(
            "{} asks for {}, which the manifest does not declare",
            ask.asker,
            ask.words()
        );
        let grant = match &ask.need {
            Need::Grant(grant) => grant.to_string(),
            Need::Fixed { .. } | Need::Never(_) => String::new(),
        };
        Diagnostic::error(&ask.field, message)
            .hint(format!("no grant mends this, but the author of the recipe: add `{grant}` to `capabilities` of the manifest, with `{{parameter}}` where an argument decides"))
            .code(codes::UNDECLARED)
    }
}

#[cfg(test)]
mod tests;
