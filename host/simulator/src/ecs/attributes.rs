//! Attributes that somebody puts on container instances, to place tasks by.

use serde_json::{Value, json};

use super::arguments::{self, cluster, cluster_mut, text};
use super::container_instances;
use super::rules::clusters as rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::Cluster;

/// Reads the attributes of an input, each with the ARN of its instance.
fn read(cluster: &Cluster, input: &Value) -> Result<Vec<Value>, Refusal> {
    let given = arguments::list(input, "attributes");
    if given.is_empty() {
        return Err(rules::ATTRIBUTES_EMPTY.refusal());
    }
    let one = |it: &Value| {
        let name = text(it, "name").unwrap_or_default();
        let is_fit = |it: u8| it.is_ascii_alphanumeric() || b"-_./".contains(&it);
        if !(1..=128).contains(&name.len()) || !name.bytes().all(is_fit) {
            return Err(rules::ATTRIBUTE_NAME.with(&[&name]));
        }
        let id = arguments::last(text(it, "targetId").unwrap_or_default());
        let target = cluster
            .instances
            .get(id)
            .ok_or_else(|| rules::ATTRIBUTE_TARGET.refusal())?;
        let mut attribute = json!({"name": name, "targetId": target.arn});
        if let Some(value) = text(it, "value") {
            attribute["value"] = value.into();
        }
        Ok(attribute)
    };
    given.iter().map(one).collect()
}

/// Custom attributes of one instance.
const MOST: usize = 10;

fn is_same(one: &Value, other: &Value) -> bool {
    (&one["name"], &one["targetId"]) == (&other["name"], &other["targetId"])
}

pub(super) fn put(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let given = read(cluster(call.world, call.input)?, call.input)?;
    let found = cluster_mut(call.world, call.input)?;
    let mut all = found.attributes.clone();
    all.retain(|it| !given.iter().any(|new| is_same(it, new)));
    all.extend(given.clone());
    let of = |target: &Value| all.iter().filter(|it| it["targetId"] == *target).count();
    if given.iter().any(|it| of(&it["targetId"]) > MOST) {
        return Err(rules::ATTRIBUTES_MANY.refusal());
    }
    found.attributes = all;
    Ok(json!({"attributes": given}))
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let given = read(cluster(call.world, call.input)?, call.input)?;
    let found = cluster_mut(call.world, call.input)?;
    found
        .attributes
        .retain(|it| !given.iter().any(|gone| is_same(it, gone)));
    Ok(json!({"attributes": given}))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = cluster(call.world, call.input)?;
    let (name, value) = (
        text(call.input, "attributeName"),
        text(call.input, "attributeValue"),
    );
    let mut all = Vec::new();
    for instance in found.instances.values() {
        for mut attribute in container_instances::attributes(call.world, found, instance) {
            let is_wanted = |wanted: Option<&str>, of: &Value| wanted.is_none_or(|it| of == it);
            if is_wanted(name, &attribute["name"]) && is_wanted(value, &attribute["value"]) {
                attribute["targetId"] = instance.arn.as_str().into();
                all.push(attribute);
            }
        }
    }
    Ok(json!({"attributes": all}))
}
