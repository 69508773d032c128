//! Stable codes of everything that is wrong, `H0123`, with what each means and what to do.
//!
//! A code is never given to something else, not even when nothing says it any more. `host/DIAGNOSTICS.md` is made from
//! this catalogue, and `host explain` prints from it.

use std::fmt;

use serde::{Serialize, Serializer};

pub mod blueprint;
pub mod lint;
pub mod parameters;
pub mod policy;
pub mod registry;
pub mod rollout;
pub mod saved;
pub mod target;

/// A stable code: `H0501`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "H{:04}", self.0)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why something is not done, with its code. Lines that begin with `hint: ` say what to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    pub code: Code,
    pub text: String,
}

impl Problem {
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
        }
    }

    /// The same with one more thing to do about it.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        self.text.push_str("\nhint: ");
        self.text.push_str(hint);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for Problem {}

/// What a code stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Entry {
    pub code: Code,
    /// In a line, without a full stop.
    pub title: &'static str,
    /// What it means and why it is so, in a few sentences.
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// The tables of this catalogue, in the order of their codes. Those of failed calls are the rows of [`crate::fault`].
const TABLES: &[&[Entry]] = &[parameters::ALL, blueprint::ALL, target::ALL, saved::ALL];

/// Every entry, in the order of the codes.
pub fn all() -> impl Iterator<Item = Entry> {
    let before = TABLES.iter().copied().flatten().copied();
    before
        .chain(crate::fault::entries())
        .chain(rollout::ALL.iter().copied())
        .chain(policy::ALL.iter().copied())
        .chain(lint::ALL.iter().copied())
        .chain(registry::ALL.iter().copied())
}

/// The entry of a code.
#[must_use]
pub fn find(code: Code) -> Option<Entry> {
    all().find(|it| it.code == code)
}

/// The page of all codes, `host/DIAGNOSTICS.md`.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Diagnostics\n\nEvery finding and every explained failure has a code that never changes its meaning: `error[H0205]: …` in text, \
         `\"code\": \"H0205\"` in JSON. `host explain H0205` prints what stands here. This page is made from the catalogue in \
         `host/core/src/codes` and the table of AWS's errors in `host/core/src/fault`.\n",
    );
    let mut area = "";
    for entry in all() {
        let heading = match entry.code.0 / 100 {
            1 => "Arguments and manifests",
            2 => "Blueprints",
            3 => "Targets",
            4 => "Calls to AWS",
            5 => "Rollouts",
            6 => "Permissions",
            7 => "What an author should mend",
            _ => "Recipes in registries",
        };
        if heading != area {
            page.extend(["\n## ", heading, "\n"]);
            area = heading;
        }
        let Entry {
            code,
            title,
            meaning,
            remedy,
        } = entry;
        let section = format!(
            "\n### {code}\n\n**{}.** {meaning}\n\n*What to do:* {remedy}\n",
            capital(title)
        );
        page.push_str(&section);
    }
    page
}

/// A sentence that begins with a capital.
fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_every_entry_says_something() {
        let all: Vec<Entry> = all().collect();
        for pair in all.windows(2) {
            assert!(
                pair[0].code < pair[1].code,
                "{} comes before {}",
                pair[0].code,
                pair[1].code
            );
        }
        for Entry {
            code,
            title,
            meaning,
            remedy,
        } in all
        {
            assert!(
                !title.is_empty() && !meaning.is_empty() && !remedy.is_empty(),
                "{code} says nothing"
            );
            assert!(!title.ends_with('.'), "{code}: a title has no full stop");
        }
    }

    #[test]
    fn a_code_reads_as_it_is_written() {
        let code = Code(7);
        let text = serde_json::to_string(&code).unwrap();
        assert_eq!(
            (text.as_str(), code.to_string().as_str()),
            ("\"H0007\"", "H0007")
        );
    }
}
