//! Tags of everything that has an ARN.

use serde_json::{Value, json};

use super::arguments::{self, revision, tags_value, text, texts};
use super::rules::clusters as rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::{Tags, World};

/// The tags of the object that an ARN names.
fn of<'a>(world: &'a mut World, arn: &str) -> Result<&'a mut Tags, Refusal> {
    let prefix = world.ecs_arn("");
    let rest = arn
        .strip_prefix(prefix.as_str())
        .ok_or_else(|| rules::TAG_ARN.refusal())?;
    let (kind, name) = rest
        .split_once('/')
        .ok_or_else(|| rules::TAG_ARN.refusal())?;
    // `CLUSTER/NAME`; the old form of an ARN leaves the cluster out.
    let (cluster, last) = name.rsplit_once('/').unwrap_or(("default", name));
    let is_inactive = |name: &str| world.clusters.get(name).is_some_and(|it| !it.is_active);
    if kind == "cluster" && is_inactive(name) {
        return Err(rules::TAG_INACTIVE.refusal());
    }
    let found = match kind {
        "cluster" => world
            .clusters
            .get_mut(name)
            .filter(|it| it.is_active)
            .map(|it| &mut it.tags),
        "task-definition" => {
            let found = revision(world, name).map(|it| (it.family.clone(), it.number));
            let found = found.and_then(|(family, number)| {
                world.families.get_mut(&family)?.revisions.get_mut(&number)
            });
            found.map(|it| &mut it.tags)
        }
        "service" => world
            .clusters
            .get_mut(cluster)
            .and_then(|it| it.services.get_mut(last))
            .map(|it| &mut it.tags),
        "task" => world
            .clusters
            .get_mut(cluster)
            .and_then(|it| it.tasks.get_mut(last))
            .map(|it| &mut it.tags),
        "container-instance" => world
            .clusters
            .get_mut(cluster)
            .and_then(|it| it.instances.get_mut(last))
            .map(|it| &mut it.tags),
        _ => return Err(rules::TAG_ARN.refusal()),
    };
    found.ok_or_else(|| rules::TAG_TARGET.refusal())
}

fn arn(input: &Value) -> &str {
    text(input, "resourceArn").unwrap_or_default()
}

pub(super) fn tag(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let given = arguments::tags(call.input)?;
    let tags = of(call.world, arn(call.input))?;
    let mut all = tags.clone();
    all.extend(given);
    if all.len() > 50 {
        return Err(rules::TAG_TOO_MANY.refusal());
    }
    *tags = all;
    Ok(json!({}))
}

pub(super) fn untag(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let tags = of(call.world, arn(call.input))?;
    for key in texts(call.input, "tagKeys") {
        tags.remove(key);
    }
    Ok(json!({}))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, Refusal> {
    // ListTagsForResource has no ResourceNotFoundException in the model.
    let tags = of(call.world, arn(call.input)).map_err(|refusal| {
        if refusal.rule == rules::TAG_TARGET.name {
            rules::TAG_LIST_TARGET.refusal()
        } else {
            refusal
        }
    })?;
    Ok(json!({"tags": tags_value(tags)}))
}
