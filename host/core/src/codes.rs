//! Stable codes of everything that is wrong, `H0123`, with what each means and what to do.
//!
//! A code is never given to something else, not even when nothing says it any more. `host/DIAGNOSTICS.md` is made from
//! this catalogue, and `host explain` prints from it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub mod rollout;

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

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.strip_prefix('H').and_then(|it| it.parse().ok());
        number
            .map(Self)
            .ok_or_else(|| de::Error::custom(format!("`{text}` is no code such as H0501")))
    }
}

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

/// All tables, in the order of their codes.
pub const TABLES: &[&[Entry]] = &[rollout::ALL];

/// The entry of a code.
#[must_use]
pub fn find(code: Code) -> Option<&'static Entry> {
    TABLES.iter().copied().flatten().find(|it| it.code == code)
}
