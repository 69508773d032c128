//! How much of anything the host takes from a recipe.
//!
//! A recipe is foreign code. What it hands over is at most 4 MiB by the limit
//! of results, but work and words can be far more than what caused them: a
//! short pattern that is matched for minutes, a message that lists all
//! neighbours for each of thousands of entries. These numbers keep what a
//! recipe can cost in proportion. They are far above what good recipes need.

use crate::diag::{Diagnostic, Severity, has_errors};
use crate::escape::escape;

/// The most parameters of a manifest.
pub const PARAMETERS: usize = 100;

/// The most endpoints of a manifest, and the most dependencies, and the most capabilities.
pub const DECLARATIONS: usize = 64;

/// The most choices of a parameter, and the most items of the default of a list.
pub const CHOICES: usize = 100;

/// Bytes of the longest text in a manifest, and of the longest text that a pattern is matched against.
pub const TEXT: usize = 4 * 1024;

/// Bytes of all texts of a manifest together.
pub const MANIFEST: usize = 256 * 1024;

/// Bytes of the longest pattern.
pub const PATTERN: usize = 512;

/// Bytes of a compiled pattern: matching takes time that grows with it, times the text.
///
/// `[a-zA-Z0-9_.:/=+@-]{1,255}` needs 24 KiB.
pub const PATTERN_PROGRAM: usize = 64 * 1024;

/// Bytes of all texts that the patterns of one manifest are matched against before anything was given.
pub const MATCHED: usize = 16 * 1024;

/// The most entries of one list in a blueprint, where AWS itself takes more or says nothing.
pub const LIST: usize = 1000;

/// The most entries of all lists of a blueprint together.
pub const ENTRIES: usize = 5000;

/// Bytes of all `extra` of a blueprint together: a whole task definition has 64 KiB, and so has each `extra`.
pub const EXTRA: usize = 256 * 1024;

/// The most findings about one recipe that are told; the last of them counts the others.
pub const FINDINGS: usize = 100;

/// Bytes of each text of a finding.
pub const FINDING_TEXT: usize = 2 * 1024;

/// The most names that a message lists.
pub const NAMES: usize = 10;

/// Bytes of each name that a message lists or quotes: AWS's own names have 255 at most.
pub const NAME: usize = 255;

/// Puts findings within [`FINDINGS`] and [`FINDING_TEXT`].
///
/// Errors come before warnings where some have to go, and what counts the rest
/// is an error if one of the rest is: whoever looks for errors finds the same.
pub fn curb(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if findings.len() > FINDINGS {
        findings.sort_by_key(|it| it.severity);
        let rest = findings.split_off(FINDINGS - 1);
        findings.push(rest_of(&rest));
    }
    findings.iter_mut().for_each(curb_texts);
    findings
}

fn rest_of(rest: &[Diagnostic]) -> Diagnostic {
    let severity = if has_errors(rest) {
        Severity::Error
    } else {
        Severity::Warning
    };
    Diagnostic {
        severity,
        code: None,
        path: String::new(),
        message: format!("and {} more findings", rest.len()),
        hint: Some("mend those above, and run it again to see the others".to_owned()),
        needs: None,
    }
}

/// Cuts the texts of a finding to [`FINDING_TEXT`].
pub fn curb_texts(finding: &mut Diagnostic) {
    let hint = finding.hint.iter_mut();
    for text in [&mut finding.path, &mut finding.message]
        .into_iter()
        .chain(hint)
    {
        if text.len() > FINDING_TEXT {
            *text = shorten(text, FINDING_TEXT);
        }
    }
}

/// The text, or its beginning and `…`, in at most `limit` bytes of its own.
pub fn shorten(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let room = limit.saturating_sub('…'.len_utf8());
    format!("{}…", &text[..text.floor_char_boundary(room)])
}

/// A word of a stranger's as a message quotes it: no more than its beginning, in [`NAME`] bytes, and without what draws.
pub fn quoted(text: &str) -> String {
    escape(&shorten(text, NAME)).into_owned()
}

/// `` `a`, `b` and 3 more ``, or the word for nothing; [`NAMES`] at most, of [`NAME`] bytes at most.
pub fn list(names: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    let mut names = names.into_iter();
    let shown: Vec<String> = names
        .by_ref()
        .take(NAMES)
        .map(|it| format!("`{}`", shorten(&it.to_string(), NAME)))
        .collect();
    match (shown.is_empty(), names.count()) {
        (true, _) => "none".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
