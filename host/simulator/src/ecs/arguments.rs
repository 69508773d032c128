//! Reading the members of an input, and what they refer to.

use serde_json::{Map, Value};

use super::rules::clusters as rules;
use crate::refusal::{Refusal, Rule};
use crate::world::{Cluster, Family, Revision, RevisionStatus, Tags, World, is_tag_character};

/// The text of a member; nothing where it is absent or empty.
pub(super) fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input[name].as_str().filter(|it| !it.is_empty())
}

/// The text of a member that must be there.
pub(super) fn required<'a>(input: &'a Value, name: &str, rule: &Rule) -> Result<&'a str, Refusal> {
    text(input, name).ok_or_else(|| rule.refusal())
}

/// The items of a list; none where it is absent.
pub(super) fn list<'a>(input: &'a Value, name: &str) -> &'a [Value] {
    input[name].as_array().map_or(&[], Vec::as_slice)
}

/// The texts of a list.
pub(super) fn texts<'a>(input: &'a Value, name: &str) -> Vec<&'a str> {
    list(input, name).iter().filter_map(Value::as_str).collect()
}

/// Whether a list of what to include has a word.
pub(super) fn includes(input: &Value, word: &str) -> bool {
    list(input, "include").iter().any(|it| it == word)
}

/// Whether a name has 1 to 255 letters, digits, `-` and `_` (aws-facts §1.1).
pub(super) fn is_name(name: &str) -> bool {
    (1..=255).contains(&name.len())
        && name
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_')
}

/// The last part of an ARN, or the whole of what is none.
pub(super) fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The name of the cluster that an input is about: `default` where it says nothing.
pub(super) fn cluster_name(input: &Value) -> &str {
    text(input, "cluster").map_or("default", last)
}

/// The cluster that an input is about.
///
/// # Errors
/// It does not exist or is INACTIVE.
pub(super) fn cluster<'a>(world: &'a World, input: &Value) -> Result<&'a Cluster, Refusal> {
    let found = world.clusters.get(cluster_name(input));
    found
        .filter(|it| it.is_active)
        .ok_or_else(|| rules::CLUSTER_NOT_FOUND.refusal())
}

/// The same, to change it.
///
/// # Errors
/// It does not exist or is INACTIVE.
pub(super) fn cluster_mut<'a>(
    world: &'a mut World,
    input: &Value,
) -> Result<&'a mut Cluster, Refusal> {
    let found = world.clusters.get_mut(cluster_name(input));
    found
        .filter(|it| it.is_active)
        .ok_or_else(|| rules::CLUSTER_NOT_FOUND.refusal())
}

/// The revision that `family`, `family:3` or an ARN names; a family alone is its latest ACTIVE one.
pub(super) fn revision<'a>(world: &'a World, reference: &str) -> Option<&'a Revision> {
    let name = last(reference);
    let (family, number) = match name.rsplit_once(':') {
        Some((family, number)) => (family, Some(number.parse::<u32>().ok()?)),
        None => (name, None),
    };
    let family: &Family = world.families.get(family)?;
    if let Some(number) = number {
        family.revisions.get(&number)
    } else {
        let mut newest_first = family.revisions.values().rev();
        newest_first.find(|it| it.status == RevisionStatus::Active)
    }
}

/// Reads the tags of an input: a list of `{key, value}`.
///
/// # Errors
/// A key or a value is not allowed, or a key comes twice.
pub(super) fn tags(input: &Value) -> Result<Tags, Refusal> {
    let mut tags = Tags::new();
    for tag in list(input, "tags") {
        let key = tag["key"].as_str().unwrap_or_default();
        let value = tag["value"].as_str().unwrap_or_default();
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(rules::TAG_RESERVED.with(&[&key]));
        }
        if !(1..=128).contains(&key.chars().count()) || !key.chars().all(is_tag_character) {
            return Err(rules::TAG_KEY.with(&[&key]));
        }
        if value.chars().count() > 256 || !value.chars().all(is_tag_character) {
            return Err(rules::TAG_VALUE.with(&[&key]));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(rules::TAG_TWICE.with(&[&key]));
        }
    }
    if tags.len() > 50 {
        return Err(rules::TAG_TOO_MANY.refusal());
    }
    Ok(tags)
}

/// Tags as ECS tells them.
pub(super) fn tags_value(tags: &Tags) -> Value {
    let each = tags
        .iter()
        .map(|(key, value)| serde_json::json!({"key": key, "value": value}));
    each.collect()
}

/// The members of an input of these names, as they were given.
pub(super) fn pick(input: &Value, names: &[&str]) -> Map<String, Value> {
    let given = |name: &&str| Some(((*name).to_owned(), input.get(*name)?.clone()));
    names.iter().filter_map(given).collect()
}

/// `{"arn": …, "reason": "MISSING"}`.
pub(super) fn missing(arn: &str) -> Value {
    serde_json::json!({"arn": arn, "reason": "MISSING"})
}
