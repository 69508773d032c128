//! Task definitions.

use serde_json::{Value, json};

use super::arguments::{self, includes, revision, tags_value, text, texts};
use super::paging;
use super::rules::definitions as rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::{Revision, RevisionStatus, TaskStatus, World};

mod check;
mod normal;
mod requirements;

pub(super) use requirements::attributes;

pub(super) fn register(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let tags = arguments::tags(call.input)?;
    check::check(call.input)?;
    let body = normal::normalise(call.input);
    let name = text(call.input, "family").unwrap_or_default();
    let now = call.world.now;
    let number = call.world.families.get(name).map_or(0, |it| it.last) + 1;
    let registered = Revision {
        arn: call
            .world
            .ecs_arn(&format!("task-definition/{name}:{number}")),
        family: name.to_owned(),
        number,
        status: RevisionStatus::Active,
        body,
        tags,
        registered: now,
        deregistered: None,
        crashes: 0,
    };
    let mut answer = json!({"taskDefinition": shown(&registered, &call.world.account)});
    if !registered.tags.is_empty() {
        answer["tags"] = tags_value(&registered.tags);
    }
    let family = call.world.families.entry(name.to_owned()).or_default();
    family.last = number;
    family.revisions.insert(number, registered);
    Ok(answer)
}

pub(super) fn describe(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let reference = arguments::required(call.input, "taskDefinition", &rules::REFERENCE_EMPTY)?;
    let found = revision(call.world, reference)
        .filter(|it| it.status == RevisionStatus::Active || is_in_use(call.world, &it.arn))
        .ok_or_else(|| rules::NOT_DESCRIBABLE.refusal())?;
    let mut answer = json!({"taskDefinition": shown(found, &call.world.account)});
    if includes(call.input, "TAGS") {
        answer["tags"] = tags_value(&found.tags);
    }
    Ok(answer)
}

/// Whether a task that has not stopped, or a service that is not gone, is of a revision: only then is one described
/// that is not ACTIVE (aws-facts §3).
fn is_in_use(world: &World, arn: &str) -> bool {
    world.clusters.values().any(|cluster| {
        let mut tasks = cluster.tasks.values();
        let mut deployments = cluster.services.values().flat_map(|it| &it.deployments);
        tasks.any(|it| it.status != TaskStatus::Stopped && it.revision == arn)
            || deployments.any(|it| it.revision == arn)
    })
}

pub(super) fn deregister(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let reference = arguments::required(call.input, "taskDefinition", &rules::REFERENCE_EMPTY)?;
    let (_, number) = arguments::last(reference)
        .rsplit_once(':')
        .ok_or_else(|| rules::NO_REVISION.refusal())?;
    if number.parse::<u32>().is_err() {
        return Err(rules::BAD_REVISION.with(&[&number]));
    }
    let found = revision(call.world, reference).ok_or_else(|| rules::NOT_DESCRIBABLE.refusal())?;
    let (family, number, now) = (found.family.clone(), found.number, call.world.now);
    let account = call.world.account.clone();
    let found = call
        .world
        .families
        .get_mut(&family)
        .and_then(|it| it.revisions.get_mut(&number));
    let found = found.ok_or_else(|| rules::NOT_DESCRIBABLE.refusal())?;
    // Deregistering twice is no error.
    if found.status == RevisionStatus::Active {
        found.status = RevisionStatus::Inactive;
        found.deregistered = Some(now);
    }
    Ok(json!({"taskDefinition": shown(found, &account)}))
}

/// Why one revision of several is not deleted: the call itself succeeds.
const NOT_DELETED_ACTIVE: &str = "The specified task definition is still in ACTIVE status. Please deregister the target and try again.";
const NOT_DELETED_UNKNOWN: &str = "The specified task definition does not exist. Specify a valid account, family, revision and try again.";

pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let asked = texts(call.input, "taskDefinitions");
    if asked.len() > 10 {
        return Err(rules::DELETE_TOO_MANY.refusal());
    }
    let (mut deleted, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let found =
            revision(call.world, reference).map(|it| (it.family.clone(), it.number, it.status));
        let Some((family, number, status)) = found else {
            let arn = call
                .world
                .ecs_arn(&format!("task-definition/{}", arguments::last(reference)));
            failures.push(json!({"arn": arn, "reason": NOT_DELETED_UNKNOWN}));
            continue;
        };
        if status == RevisionStatus::Active {
            let arn = call
                .world
                .ecs_arn(&format!("task-definition/{family}:{number}"));
            failures.push(json!({"arn": arn, "reason": NOT_DELETED_ACTIVE}));
            continue;
        }
        let account = call.world.account.clone();
        if let Some(found) = call
            .world
            .families
            .get_mut(&family)
            .and_then(|it| it.revisions.get_mut(&number))
        {
            found.status = RevisionStatus::DeleteInProgress;
            deleted.push(shown(found, &account));
        }
    }
    Ok(json!({"taskDefinitions": deleted, "failures": failures}))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let status = match text(call.input, "status") {
        None | Some("ACTIVE") => RevisionStatus::Active,
        Some("INACTIVE") => RevisionStatus::Inactive,
        Some("DELETE_IN_PROGRESS") => RevisionStatus::DeleteInProgress,
        Some(other) => return Err(rules::LIST_STATUS.with(&[&other])),
    };
    // In spite of its name it is the whole family.
    let family = text(call.input, "familyPrefix");
    let families = call
        .world
        .families
        .iter()
        .filter(|(name, _)| family.is_none_or(|it| it == *name));
    let revisions = families.flat_map(|(_, it)| it.revisions.values());
    let mut arns: Vec<String> = revisions
        .filter(|it| it.status == status)
        .map(|it| it.arn.clone())
        .collect();
    if text(call.input, "sort") == Some("DESC") {
        arns.reverse();
    }
    paging::page(call.input, "taskDefinitionArns", &arns, 100, 100)
}

pub(super) fn list_families(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let prefix = text(call.input, "familyPrefix").unwrap_or_default();
    let (active, inactive) = match text(call.input, "status") {
        Some("ACTIVE") => (true, false),
        Some("INACTIVE") => (false, true),
        None | Some("ALL") => (true, true),
        Some(other) => return Err(rules::LIST_STATUS.with(&[&other])),
    };
    let wanted = call.world.families.iter().filter(|(name, family)| {
        let is_active = family
            .revisions
            .values()
            .any(|it| it.status == RevisionStatus::Active);
        name.starts_with(prefix) && if is_active { active } else { inactive }
    });
    let names: Vec<String> = wanted.map(|(name, _)| name.clone()).collect();
    paging::page(call.input, "families", &names, 100, 100)
}

/// A revision as it is described.
fn shown(revision: &Revision, account: &str) -> Value {
    let mut shown = revision.body.clone();
    shown["taskDefinitionArn"] = revision.arn.as_str().into();
    shown["family"] = revision.family.as_str().into();
    shown["revision"] = revision.number.into();
    shown["status"] = json!(revision.status);
    shown["requiresAttributes"] = attributes(&revision.body)
        .into_iter()
        .map(|name| json!({"name": name}))
        .collect();
    shown["registeredAt"] = revision.registered.seconds().into();
    shown["registeredBy"] = format!("arn:aws:iam::{account}:root").into();
    if let Some(at) = revision.deregistered {
        shown["deregisteredAt"] = at.seconds().into();
    }
    shown
}

/// The containers of a body.
fn containers(body: &Value) -> &[Value] {
    arguments::list(body, "containerDefinitions")
}
