//! Tags, beside those that the host sets itself.

use crate::diag::Diagnostic;
use crate::ownership::COUNT as HOST_TAGS;
use crate::validate::place::Place;

const KEY_LIMIT: usize = 128;
const VALUE_LIMIT: usize = 256;
/// AWS keeps the first for itself, and the host the second.
const RESERVED: [&str; 2] = ["aws:", "host:"];

/// How an API spells tags, and how many it takes.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    limit: usize,
    key: &'static str,
    value: &'static str,
}

/// Task definitions and services.
pub(super) const ECS: Rules = Rules {
    limit: 50,
    key: "key",
    value: "value",
};
/// Classic load balancers.
pub(super) const ELB: Rules = Rules {
    limit: 10,
    key: "Key",
    value: "Value",
};

pub(super) fn check(body: &Place<'_>, member: &str, rules: Rules, found: &mut Vec<Diagnostic>) {
    let tags = body.items(member);
    let free = rules.limit - HOST_TAGS;
    if tags.len() > free {
        let message = format!(
            "has {} tags, and {free} are free: AWS takes {}, and the host needs {HOST_TAGS}",
            tags.len(),
            rules.limit
        );
        found.push(body.error(member, message, "leave some out"));
    }
    for tag in &tags {
        check_key(tag, rules.key, found);
        check_value(tag, rules.value, found);
    }
}

fn check_key(tag: &Place<'_>, member: &str, found: &mut Vec<Diagnostic>) {
    found.extend(tag.missing(member, "give the tag a key"));
    let Some(key) = tag.text(member).filter(|it| !it.is_empty()) else {
        return;
    };
    check_text(tag, member, key, KEY_LIMIT, found);
    let lower = key.to_lowercase();
    if let Some(prefix) = RESERVED.into_iter().find(|it| lower.starts_with(it)) {
        let message = format!("`{key}` begins with `{prefix}`, which is reserved");
        found.push(tag.error(member, message, "choose another key"));
    }
}

fn check_value(tag: &Place<'_>, member: &str, found: &mut Vec<Diagnostic>) {
    if let Some(value) = tag.text(member) {
        check_text(tag, member, value, VALUE_LIMIT, found);
    }
}

fn check_text(
    tag: &Place<'_>,
    member: &str,
    text: &str,
    limit: usize,
    found: &mut Vec<Diagnostic>,
) {
    let length = text.chars().count();
    if length > limit {
        let message = format!("has {length} characters, and AWS takes {limit}");
        found.push(tag.error(member, message, "shorten it"));
    }
    if let Some(letter) = text.chars().find(|it| !is_allowed(*it)) {
        let message = format!(
            "has the character {letter:?}; AWS takes letters, digits, spaces and `_.:/=+-@`"
        );
        found.push(tag.error(member, message, "leave it out"));
    }
}

/// AWS's `[\p{L}\p{Z}\p{N}_.:/=+\-@]`.
fn is_allowed(letter: char) -> bool {
    letter.is_alphabetic()
        || letter.is_numeric()
        || (letter.is_whitespace() && !letter.is_control())
        || "_.:/=+-@".contains(letter)
}

#[cfg(test)]
mod tests;
