//! Tasks.

use serde_json::{Value, json};

use super::arguments::{
    self, cluster, cluster_mut, includes, missing, revision, tags_value, text, texts,
};
use super::container_instances::MOST_AT_ONCE;
use super::rules::{clusters as cluster_rules, services as service_rules, tasks as rules};
use super::{paging, services};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::scheduler;
use crate::world::{Cluster, Revision, RevisionStatus, Stop, StopCode, Task, TaskStatus, World};

pub(super) fn describe(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = cluster(call.world, call.input)?;
    let asked = texts(call.input, "tasks");
    if asked.is_empty() {
        return Err(rules::NONE.refusal());
    }
    if asked.len() > 100 {
        return Err(rules::MANY.refusal());
    }
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let id = arguments::last(reference);
        match found.tasks.get(id) {
            Some(task) => tasks.push(shown(call.world, found, task, includes(call.input, "TAGS"))),
            None => failures.push(missing(
                &call.world.ecs_arn(&format!("task/{}/{id}", found.name)),
            )),
        }
    }
    Ok(json!({"tasks": tasks, "failures": failures}))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = cluster(call.world, call.input)?;
    let of = |name: &str| text(call.input, name);
    let others = ["serviceName", "family", "containerInstance"];
    if of("startedBy").is_some() && others.iter().any(|it| of(it).is_some()) {
        return Err(rules::STARTED_BY.refusal());
    }
    let wants_stopped = match of("desiredStatus") {
        None | Some("RUNNING" | "PENDING") => false,
        Some("STOPPED") => true,
        Some(other) => return Err(rules::STATUS.with(&[&other])),
    };
    // AWS documents that no task is ever desired to be PENDING.
    let never = of("desiredStatus") == Some("PENDING");
    if let Some(name) = of("serviceName").map(arguments::last)
        && !found.services.contains_key(name)
    {
        return Err(service_rules::NOT_FOUND.refusal());
    }
    let is_wanted = |it: &&Task| {
        let is = |wanted: Option<&str>, of: Option<&str>| {
            wanted.is_none_or(|it| Some(arguments::last(it)) == of)
        };
        let family = arguments::last(&it.revision)
            .rsplit_once(':')
            .map(|(family, _)| family);
        it.is_stopping == wants_stopped
            && is(of("serviceName"), it.service.as_deref())
            && is(of("family"), family)
            && is(of("containerInstance"), it.instance.as_deref())
            && of("startedBy").is_none_or(|wanted| it.started_by.as_deref() == Some(wanted))
    };
    let tasks = found.tasks.values().filter(|it| !never && is_wanted(it));
    let arns: Vec<String> = tasks.map(|it| it.arn.clone()).collect();
    paging::page(call.input, "taskArns", &arns, 100, 100)
}

/// The ACTIVE revision that RunTask and StartTask name.
fn runnable<'a>(world: &'a World, input: &Value) -> Result<&'a Revision, Refusal> {
    let reference = arguments::required(input, "taskDefinition", &service_rules::DEFINITION_EMPTY)?;
    let found =
        revision(world, reference).ok_or_else(|| service_rules::DEFINITION_NOT_FOUND.refusal())?;
    if found.status != RevisionStatus::Active {
        return Err(rules::DEFINITION_INACTIVE.refusal());
    }
    services::network(world, input, found)?;
    Ok(found)
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = cluster(call.world, call.input)?;
    let name = found.name.clone();
    let is_empty = found.instances.is_empty();
    services::launch(call.input)?;
    let revision = runnable(call.world, call.input)?;
    services::supported(call.input, revision)?;
    services::placement(call.input)?;
    let arn = revision.arn.clone();
    let tags = arguments::tags(call.input)?;
    let count = call.input["count"].as_i64().unwrap_or(1);
    if !(1..=10).contains(&count) {
        return Err(rules::COUNT.refusal());
    }
    if is_empty {
        return Err(rules::NO_INSTANCES.refusal());
    }
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for _ in 0..count {
        match scheduler::place(call.world, &name, &arn, None) {
            Ok(instance) => {
                let order = scheduler::Order {
                    cluster: &name,
                    revision: &arn,
                    instance: &instance,
                    service: None,
                };
                let id = scheduler::start(call.world, call.script, &order);
                tasks.push(adorn(call, &name, &id, tags.clone()));
            }
            Err(reasons) => failures.extend(reasons.into_iter().map(|it| {
                let mut failure = json!({"reason": it.why.code()});
                if let Some(instance) = it.instance {
                    failure["arn"] = instance.into();
                }
                failure
            })),
        }
    }
    Ok(json!({"tasks": tasks, "failures": failures}))
}

pub(super) fn start(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = cluster(call.world, call.input)?;
    let name = found.name.clone();
    let arn = runnable(call.world, call.input)?.arn.clone();
    let tags = arguments::tags(call.input)?;
    let asked = texts(call.input, "containerInstances");
    if asked.is_empty() {
        return Err(rules::START_EMPTY.refusal());
    }
    if asked.len() > MOST_AT_ONCE {
        return Err(cluster_rules::TOO_MANY_AT_ONCE.refusal());
    }
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let id = arguments::last(reference);
        if !call.world.clusters[&name].instances.contains_key(id) {
            failures.push(missing(
                &call
                    .world
                    .ecs_arn(&format!("container-instance/{name}/{id}")),
            ));
            continue;
        }
        match scheduler::fits(call.world, &name, &arn, id) {
            Ok(()) => {
                let order = scheduler::Order {
                    cluster: &name,
                    revision: &arn,
                    instance: id,
                    service: None,
                };
                let id = scheduler::start(call.world, call.script, &order);
                tasks.push(adorn(call, &name, &id, tags.clone()));
            }
            Err(why) => failures.push(json!({
                "arn": call.world.clusters[&name].instances[id].arn,
                "reason": why.code(),
            })),
        }
    }
    Ok(json!({"tasks": tasks, "failures": failures}))
}

/// Gives a new task what the request says of it, and shows it.
fn adorn(call: &mut Call<'_>, cluster: &str, id: &str, tags: crate::world::Tags) -> Value {
    if let Some(task) = call
        .world
        .clusters
        .get_mut(cluster)
        .and_then(|it| it.tasks.get_mut(id))
    {
        task.tags = tags;
        task.overrides = call.input["overrides"].clone();
        task.started_by = text(call.input, "startedBy").map(str::to_owned);
        if let Some(group) = text(call.input, "group") {
            task.group = group.to_owned();
        }
    }
    let found = &call.world.clusters[cluster];
    shown(call.world, found, &found.tasks[id], true)
}

pub(super) fn stop(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let now = call.world.now;
    let found = cluster_mut(call.world, call.input)?;
    let id = arguments::last(text(call.input, "task").unwrap_or_default());
    let task = found
        .tasks
        .get_mut(id)
        .ok_or_else(|| rules::NOT_FOUND.refusal())?;
    // Stopping twice is no error, and the first reason stays.
    if !task.is_stopping {
        task.is_stopping = true;
        task.stopping = Some(now);
        task.stop = Some(Stop {
            code: StopCode::UserInitiated,
            reason: text(call.input, "reason")
                .unwrap_or("Task stopped by user")
                .to_owned(),
        });
    }
    let found = cluster(call.world, call.input)?;
    Ok(json!({"task": shown(call.world, found, &found.tasks[id], false)}))
}

/// A task as it is described.
fn shown(world: &World, cluster: &Cluster, task: &Task, with_tags: bool) -> Value {
    let body = world.revision(&task.revision).map(|it| &it.body);
    let is_stopped = task.status == TaskStatus::Stopped;
    let containers = task.containers.iter().map(|it| {
        let mut container = json!({
            "containerArn": world.ecs_arn(&format!("container/{}/{}/{}", cluster.name, task.id, it.name)),
            "taskArn": task.arn,
            "name": it.name,
            "image": it.image,
            "lastStatus": it.status,
            "networkBindings": it.bindings,
            "networkInterfaces": [],
            "healthStatus": "UNKNOWN",
        });
        if let Some(code) = it.exit_code {
            container["exitCode"] = code.into();
        }
        if let Some(reason) = &it.reason {
            container["reason"] = reason.as_str().into();
        }
        container
    });
    let mut shown = json!({
        "taskArn": task.arn,
        "clusterArn": cluster.arn,
        "taskDefinitionArn": task.revision,
        "group": task.group,
        "lastStatus": task.status,
        "desiredStatus": if task.is_stopping { "STOPPED" } else { "RUNNING" },
        "launchType": "EC2",
        "containers": containers.collect::<Vec<_>>(),
        "overrides": if task.overrides.is_object() { task.overrides.clone() } else { json!({"containerOverrides": []}) },
        "attachments": [],
        "healthStatus": "UNKNOWN",
        "version": task.status as u32 + 1,
        "createdAt": task.created.seconds(),
        "tags": if with_tags { tags_value(&task.tags) } else { json!([]) },
    });
    let size = |name: &str| {
        let containers = body.map_or(&[][..], |it| arguments::list(it, "containerDefinitions"));
        let all: i64 = containers.iter().filter_map(|it| it[name].as_i64()).sum();
        let of_task = body.and_then(|it| text(it, name)).map(str::to_owned);
        of_task.unwrap_or_else(|| all.to_string())
    };
    shown["cpu"] = size("cpu").into();
    shown["memory"] = size("memory").into();
    if let Some(instance) = task
        .instance
        .as_ref()
        .and_then(|it| cluster.instances.get(it))
    {
        shown["containerInstanceArn"] = instance.arn.as_str().into();
        shown["availabilityZone"] = instance.zone.as_str().into();
        shown["connectivity"] = "CONNECTED".into();
    }
    if let Some(by) = &task.started_by {
        shown["startedBy"] = by.as_str().into();
    }
    if let Some(stop) = &task.stop {
        shown["stopCode"] = json!(stop.code);
        shown["stoppedReason"] = stop.reason.as_str().into();
    }
    for (name, at) in [
        ("startedAt", task.started),
        ("stoppingAt", task.stopping),
        ("stoppedAt", task.stopped),
    ] {
        if let Some(at) = at {
            shown[name] = at.seconds().into();
        }
    }
    if is_stopped {
        shown["executionStoppedAt"] = task.stopped.unwrap_or(task.created).seconds().into();
    }
    shown
}
