//! Tags of load balancers.

use serde_json::{Value, json};

use super::arguments::{list, text, texts};
use super::rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::{Tags, World, is_tag_character};

/// A load balancer has fewer than other things of AWS (aws-facts §1.1).
const MOST: usize = 10;
/// Names in one DescribeTags.
const NAMES: usize = 20;

/// The tags with those of an input added.
pub(super) fn merge(old: &Tags, given: &[Value]) -> Result<Tags, Refusal> {
    let mut new = Tags::new();
    for tag in given {
        let (key, value) = (
            text(tag, "Key").unwrap_or_default(),
            text(tag, "Value").unwrap_or_default(),
        );
        let is_fit = |text: &str| text.chars().all(is_tag_character);
        let is_reserved = key.to_ascii_lowercase().starts_with("aws:");
        if !(1..=128).contains(&key.chars().count()) || !is_fit(key) || is_reserved {
            return Err(rules::TAG_KEY.with(&[&key]));
        }
        if value.chars().count() > 256 || !is_fit(value) {
            return Err(rules::TAG_VALUE.with(&[&key]));
        }
        if new.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(rules::TAG_TWICE.refusal());
        }
    }
    let mut all = old.clone();
    all.extend(new);
    if all.len() > MOST {
        Err(rules::TAG_TOO_MANY.refusal())
    } else {
        Ok(all)
    }
}

/// The load balancers of an input, all of which must exist.
fn names(world: &World, input: &Value) -> Result<Vec<String>, Refusal> {
    let names = texts(input, "LoadBalancerNames");
    if names.len() > NAMES {
        return Err(rules::TAGS_MANY_NAMES.with(&[&names.join(", ")]));
    }
    for name in &names {
        if !world.balancers.contains_key(name) {
            return Err(rules::NOT_FOUND.with(&[name]));
        }
    }
    Ok(names)
}

/// Changes the tags of the one load balancer that is named: the list may not be longer.
fn change(
    call: &mut Call<'_>,
    work: impl Fn(&Tags) -> Result<Tags, Refusal>,
) -> Result<Value, Refusal> {
    let names = texts(call.input, "LoadBalancerNames");
    let [name] = names.as_slice() else {
        return Err(rules::TAGS_ONE_NAME.refusal());
    };
    let found = call.world.balancers.get_mut(name);
    let found = found.ok_or_else(|| rules::NOT_FOUND.with(&[name]))?;
    found.tags = work(&found.tags)?;
    Ok(json!({}))
}

pub(super) fn add(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let input = call.input;
    change(call, |old| merge(old, list(input, "Tags")))
}

pub(super) fn remove(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let input = call.input;
    change(call, |old| {
        let mut left = old.clone();
        for tag in list(input, "Tags") {
            left.remove(text(tag, "Key").unwrap_or_default());
        }
        Ok(left)
    })
}

pub(super) fn describe(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let names = names(call.world, call.input)?;
    let one = |name: &String| {
        let tags = call.world.balancers[name].tags.iter();
        let tags: Vec<Value> = tags
            .map(|(key, value)| json!({"Key": key, "Value": value}))
            .collect();
        json!({"LoadBalancerName": name, "Tags": tags})
    };
    Ok(json!({"TagDescriptions": names.iter().map(one).collect::<Vec<_>>()}))
}
