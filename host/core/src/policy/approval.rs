//! What a recipe was granted, and what another version of it asks for beyond that.

use serde::{Deserialize, Serialize};

use crate::bounds::{curb, shorten};
use crate::codes::policy as codes;
use crate::diag::Diagnostic;
use crate::escape::escape;
use crate::policy::ask::Ask;
use crate::policy::grant::Grant;
use crate::policy::place::Place;

/// What the bytes of a recipe asked for when it was last let through.
///
/// It can be kept, or made again from what AWS has: the bodies that were applied
/// ask for what they asked for, and the tags name the recipe and its digest.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Approval {
    /// `sha256:…` of the recipe's bytes.
    pub digest: String,
    /// The recipe's own version.
    pub version: String,
    /// What it asked for, without what is free.
    pub grants: Vec<Grant>,
}

impl Approval {
    /// What a recipe that may run now asks for.
    pub fn new(digest: &str, version: &str, asks: &[Ask]) -> Self {
        let mut grants: Vec<Grant> = asks.iter().filter_map(Ask::grant).cloned().collect();
        grants.sort();
        grants.dedup();
        Self {
            digest: digest.to_owned(),
            version: version.to_owned(),
            grants,
        }
    }

    /// What is asked for beyond it. Nothing for the very same bytes: what those ask for is a matter of their arguments.
    pub fn beyond<'a>(&self, digest: &str, asks: &'a [Ask]) -> Vec<&'a Ask> {
        if digest == self.digest {
            return Vec::new();
        }
        self.newly(asks)
    }

    /// What is asked for and was not, whichever bytes ask.
    pub(super) fn newly<'a>(&self, asks: &'a [Ask]) -> Vec<&'a Ask> {
        let is_new = |asked: &Grant| !self.grants.iter().any(|it| it.covers(asked));
        let asks = asks.iter();
        asks.filter(|it| it.grant().is_some_and(is_new)).collect()
    }
}

/// A recipe that is about to be run in place of an approved one.
#[derive(Clone, Copy, Debug)]
pub struct Successor<'a> {
    /// Where its digest is to be written.
    pub place: &'a Place,
    pub version: &'a str,
    pub digest: &'a str,
    /// The digest that `granted-to` of the service names, which approves it whatever it asks for.
    pub granted_to: Option<&'a str>,
}

impl Successor<'_> {
    /// What to write so that it is approved.
    fn to_write(self) -> String {
        let line = Place::granted_to(self.digest);
        self.place.to_write(&line, self.granted_to.is_some())
    }
}

/// Stops a changed recipe that asks for more than the approved one, with the difference.
///
/// That the grants of `host.toml` are wide enough does not matter here: they were
/// written with another recipe in mind.
pub fn check_successor(before: &Approval, next: &Successor<'_>, asks: &[Ask]) -> Vec<Diagnostic> {
    if next.granted_to == Some(next.digest) {
        return Vec::new();
    }
    // Bytes that run, because they asked for no more, have not got what was granted to others by that.
    if next.granted_to.is_some() && before.digest == next.digest {
        let more = before.newly(asks).into_iter().cloned();
        return check_granted_to(next, &more.collect::<Vec<Ask>>());
    }
    // Equal versions are told apart by what they are.
    let told = |version: &str, digest: &str| {
        let version = escape(&shorten(version, 64)).into_owned();
        if before.version == next.version {
            format!("{version} ({})", short(digest))
        } else {
            version
        }
    };
    let (old, new) = (
        told(&before.version, &before.digest),
        told(next.version, next.digest),
    );
    let found = before.beyond(next.digest, asks).into_iter().map(|ask| {
        let message = format!("{new} newly asks for {}", ask.words());
        Diagnostic::error(&ask.field, message)
            .hint(format!("{old} did not; if {new} may, {}", next.to_write()))
            .code(codes::NEWLY_ASKS)
    });
    curb(found.collect())
}

/// The beginning of a digest: enough to tell two apart.
fn short(digest: &str) -> String {
    let digits = digest.strip_prefix("sha256:").unwrap_or(digest);
    let digits: String = digits.chars().take(12).collect();
    format!("sha256:{}…", escape(&digits))
}

/// Warns of grants that say not for which bytes they are. `uses` is what they let through.
pub(super) fn check_open(next: &Successor<'_>, uses: &[&Ask]) -> Option<Diagnostic> {
    let first = uses.first().filter(|_| next.granted_to.is_none())?;
    let more = match uses.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "the grant of {}{more} holds for whatever this recipe becomes",
        first.words()
    );
    Some(
        Diagnostic::warning("", message)
            .hint(next.to_write())
            .code(codes::OPEN_GRANTS),
    )
}

/// Stops a recipe that uses grants which name other bytes, where nothing runs yet that could say what those asked for.
pub fn check_granted_to(next: &Successor<'_>, asks: &[Ask]) -> Vec<Diagnostic> {
    let Some(named) = next.granted_to.filter(|it| *it != next.digest) else {
        return Vec::new();
    };
    let version = escape(&shorten(next.version, 64)).into_owned();
    let found = asks.iter().filter(|it| it.grant().is_some()).map(|ask| {
        let message = format!(
            "{version} asks for {}, and what is granted was granted to {named}",
            ask.words()
        );
        Diagnostic::error(&ask.field, message)
            .hint(format!(
                "this recipe is other bytes; if it may have the same, {}",
                next.to_write()
            ))
            .code(codes::NEWLY_ASKS)
    });
    curb(found.collect())
}

#[cfg(test)]
mod tests;
