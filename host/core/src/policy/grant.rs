//! Grants as they are written in `host.toml`: a word, and how far it goes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::bounds::{NAME, list, shorten};
use crate::codes::policy as codes;
use crate::diag::Diagnostic;
use crate::escape::escape;
use crate::policy::kind::{Form, Kind};
use crate::policy::scope::Scope;

/// A permission: `host-path:/data:rw`. Also what a recipe asks for, and what its manifest says that it may ask for.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Grant {
    kind: Kind,
    scope: Scope,
}

/// Why a text is no grant.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Unreadable {
    /// One sentence that begins with the text in question.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl Grant {
    /// The grant of a kind that has nothing to say about how far.
    pub fn plain(kind: Kind) -> Self {
        Self {
            kind,
            scope: Scope::Nothing,
        }
    }

    /// A grant of a kind, if the scope has the form that the kind asks for.
    pub fn new(kind: Kind, scope: Scope) -> Option<Self> {
        let grant = Self { kind, scope };
        // What can be written and read again is a grant.
        (grant.to_string().parse().as_ref() == Ok(&grant)).then_some(grant)
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The path that it is about, if it is about one.
    pub(super) fn path(&self) -> Option<&str> {
        match &self.scope {
            Scope::Path { path, .. } => Some(path),
            _ => None,
        }
    }

    /// Whether whoever has this grant has all that `asked` asks for.
    pub fn covers(&self, asked: &Self) -> bool {
        self.kind == asked.kind && self.scope.covers(self.kind.form(), &asked.scope)
    }

    /// The part behind the word; nothing where the word says all.
    pub fn scope_text(&self) -> Option<String> {
        (self.scope != Scope::Nothing).then(|| self.scope.to_string())
    }
}

impl FromStr for Grant {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let (kind, rest) = split(text)?;
        let scope = match (kind.form(), rest) {
            (Form::Nothing, None) => Ok(Scope::Nothing),
            (_, None) => Err("does not say how far it goes".to_owned()),
            (form, Some(rest)) => Scope::read(form, rest),
        };
        let wrong = |problem| Unreadable {
            message: format!("`{}` {problem}", shown(text)),
            hint: how_to_write(kind),
        };
        let scope = scope.map_err(wrong)?;
        Ok(Self { kind, scope })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind.word())?;
        match self.scope {
            Scope::Nothing => Ok(()),
            ref scope => write!(formatter, ":{scope}"),
        }
    }
}

impl TryFrom<String> for Grant {
    type Error = Unreadable;

    fn try_from(text: String) -> Result<Self, Unreadable> {
        text.parse()
    }
}

impl From<Grant> for String {
    fn from(grant: Grant) -> Self {
        grant.to_string()
    }
}

/// The kind, and what stands after its colon.
pub(super) fn split(text: &str) -> Result<(Kind, Option<&str>), Unreadable> {
    let (word, rest) = match text.split_once(':') {
        Some((word, rest)) => (word, Some(rest)),
        None => (text, None),
    };
    let unknown = || {
        let near = Kind::near(word);
        Unreadable {
            message: format!("`{}` is no grant", shown(word)),
            hint: if near.is_empty() {
                "host/PERMISSIONS.md lists all that there are".to_owned()
            } else {
                format!("did you mean {}?", list(near))
            },
        }
    };
    Ok((Kind::find(word).ok_or_else(unknown)?, rest))
}

/// How a grant of a kind is written, in a sentence.
pub(super) fn how_to_write(kind: Kind) -> String {
    let widest = match kind.form() {
        Form::Name | Form::Setting | Form::Pattern | Form::Prefix => {
            ", in which `*` stands for any letters"
        }
        _ => "",
    };
    format!(
        "write it as `{}{}`{widest}",
        kind.word(),
        kind.form().sample()
    )
}

fn shown(text: &str) -> String {
    escape(&shorten(text, NAME)).into_owned()
}

/// Reads the grants of a service, as `host.toml` lists them. Those that cannot be read are findings.
pub fn read_grants<'a>(
    service: &str,
    texts: impl IntoIterator<Item = &'a str>,
) -> (Vec<Grant>, Vec<Diagnostic>) {
    let mut grants = Vec::new();
    let mut findings = Vec::new();
    for (index, text) in texts.into_iter().enumerate() {
        match text.parse() {
            Ok(grant) => grants.push(grant),
            Err(Unreadable { message, hint }) => {
                let finding =
                    Diagnostic::error(format!("services.{service}.grants[{index}]"), message);
                findings.push(finding.hint(hint).code(codes::GRANT));
            }
        }
    }
    (grants, findings)
}

#[cfg(test)]
mod tests;
