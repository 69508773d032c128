//! The life of a task.

use std::time::Duration;

use serde_json::{Value, json};

use super::{registration, rollout, seconds};
use crate::script::{Behaviour, Script};
use crate::time::Time;
use crate::world::{Container, Stop, StopCode, Task, TaskStatus, World};

/// A task that is to be started.
pub(crate) struct Order<'a> {
    pub(crate) cluster: &'a str,
    /// The ARN of the revision.
    pub(crate) revision: &'a str,
    /// The id of the container instance.
    pub(crate) instance: &'a str,
    /// The service and its deployment.
    pub(crate) service: Option<(&'a str, &'a str)>,
}

/// From placement until it runs, where the script says nothing.
const STARTS_AFTER: f64 = 2.0;
/// From placement until it is clear that it cannot start.
const FAILS_AFTER: Duration = Duration::from_secs(3);
/// What a container needs to use up its memory.
const FILLS_AFTER: Duration = Duration::from_secs(1);
/// From the signal to stop until a container has ended.
const STOPS_AFTER: Duration = Duration::from_secs(2);

/// Starts a task on an instance where it fits. Gives its id.
pub(crate) fn start(world: &mut World, script: &Script, order: &Order<'_>) -> String {
    let id = world.ids.hex32();
    let body = world
        .revision(order.revision)
        .map(|it| it.body.clone())
        .unwrap_or_default();
    let containers: Vec<Container> = definitions(&body)
        .map(|it| Container {
            name: text(it, "name"),
            image: text(it, "image"),
            status: TaskStatus::Pending,
            ..Container::default()
        })
        .collect();
    let behaviours = containers.iter().map(|it| script.behaviour(&it.image));
    let starts = behaviours.map(|it| {
        if is_doomed(&it) {
            FAILS_AFTER
        } else {
            seconds(it.starts_after.unwrap_or(STARTS_AFTER))
        }
    });
    let family = order
        .revision
        .rsplit('/')
        .next()
        .and_then(|it| it.split(':').next())
        .unwrap_or_default();
    let task = Task {
        arn: world.ecs_arn(&format!("task/{}/{id}", order.cluster)),
        id: id.clone(),
        service: order.service.map(|(name, _)| name.to_owned()),
        started_by: order.service.map(|(_, deployment)| deployment.to_owned()),
        group: order.service.map_or_else(
            || format!("family:{family}"),
            |(name, _)| format!("service:{name}"),
        ),
        revision: order.revision.to_owned(),
        instance: Some(order.instance.to_owned()),
        status: TaskStatus::Pending,
        created: world.now,
        due: Some(world.now + starts.max().unwrap_or_default()),
        containers,
        ..Task::default()
    };
    if let Some(cluster) = world.clusters.get_mut(order.cluster) {
        cluster.tasks.insert(id.clone(), task);
    }
    id
}

fn definitions(body: &Value) -> impl Iterator<Item = &Value> {
    body["containerDefinitions"]
        .as_array()
        .into_iter()
        .flatten()
}

fn text(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_default().to_owned()
}

fn is_doomed(behaviour: &Behaviour) -> bool {
    behaviour.cannot_pull.is_some() || behaviour.cannot_start.is_some()
}

/// When tasks change by themselves.
pub(super) fn due(world: &World) -> Vec<Time> {
    let tasks = world.clusters.values().flat_map(|it| it.tasks.values());
    tasks
        .filter(|it| it.status != TaskStatus::Stopped)
        .filter_map(|it| it.due)
        .collect()
}

/// Moves on all tasks whose time has come. Says whether any has moved.
pub(super) fn play(world: &mut World, script: &Script) -> bool {
    let now = world.now;
    let is_ready = |it: &&Task| {
        let is_told_to_stop = it.is_stopping && it.status < TaskStatus::Deactivating;
        it.status != TaskStatus::Stopped
            && (is_told_to_stop || it.due.is_some_and(|due| due <= now))
    };
    let ready: Vec<(String, String)> = world
        .clusters
        .iter()
        .flat_map(|(name, cluster)| {
            let tasks = cluster.tasks.values().filter(is_ready);
            tasks.map(|it| (name.clone(), it.id.clone()))
        })
        .collect();
    for (cluster, id) in &ready {
        move_on(world, script, cluster, id);
    }
    !ready.is_empty()
}

fn move_on(world: &mut World, script: &Script, cluster: &str, id: &str) {
    let now = world.now;
    let Some(task) = world
        .clusters
        .get(cluster)
        .and_then(|it| it.tasks.get(id))
        .cloned()
    else {
        return;
    };
    let next = match task.status {
        it if it < TaskStatus::Running && task.is_stopping => finish(task, now, None),
        it if it < TaskStatus::Running => run(world, script, task),
        TaskStatus::Running if task.is_stopping => {
            let wait = registration::leave(world, cluster, &task);
            let status = if wait.is_zero() {
                TaskStatus::Stopping
            } else {
                TaskStatus::Deactivating
            };
            Task {
                status,
                due: Some(now + wait.max(STOPS_AFTER)),
                ..task
            }
        }
        TaskStatus::Running => end_container(world, script, task),
        _ => finish(task, now, Some(0)),
    };
    let has_failed =
        next.status == TaskStatus::Stopped && next.stop.as_ref().is_some_and(is_failure);
    let has_crashed = next.status == TaskStatus::Stopped
        && next
            .stop
            .as_ref()
            .is_some_and(|it| it.code == StopCode::EssentialContainerExited);
    if has_crashed && let Some(revision) = world.revision_mut(&next.revision) {
        revision.crashes += 1;
    }
    let (service, deployment) = (next.service.clone(), next.started_by.clone());
    let never_ran = next.started.is_none();
    let just_runs = next.status == TaskStatus::Running && next.started == Some(now);
    if next.status == TaskStatus::Stopped {
        registration::leave(world, cluster, &next);
    }
    if let Some(found) = world.clusters.get_mut(cluster) {
        found.tasks.insert(id.to_owned(), next);
    }
    if just_runs {
        registration::join(world, script, cluster, id);
    }
    if let (true, Some(service), Some(deployment)) = (has_failed, service, deployment) {
        rollout::note_failure(world, cluster, &service, &deployment, never_ran);
    }
}

/// Whether the task ended of itself.
fn is_failure(stop: &Stop) -> bool {
    matches!(
        stop.code,
        StopCode::EssentialContainerExited | StopCode::TaskFailedToStart
    ) || stop.reason.starts_with("Task failed ELB health checks")
}

/// A task that was to start: it runs, or it cannot.
fn run(world: &World, script: &Script, mut task: Task) -> Task {
    let now = world.now;
    for container in &mut task.containers {
        let behaviour = script.behaviour(&container.image);
        let why = match (&behaviour.cannot_pull, &behaviour.cannot_start) {
            (Some(why), _) => {
                format!("CannotPullContainerError: Error response from daemon: {why}")
            }
            (None, Some(why)) if names_error(why) => why.clone(),
            (None, Some(why)) => {
                format!("CannotStartContainerError: Error response from daemon: {why}")
            }
            (None, None) => continue,
        };
        container.reason = Some(why);
        task.stop = Some(Stop {
            code: StopCode::TaskFailedToStart,
            reason: "Task failed to start".into(),
        });
    }
    if task.stop.is_some() {
        return finish(task, now, None);
    }
    task.status = TaskStatus::Running;
    task.started = Some(now);
    let body = world.revision(&task.revision).map(|it| &it.body);
    for container in &mut task.containers {
        container.status = TaskStatus::Running;
        let definition =
            body.and_then(|it| definitions(it).find(|it| it["name"] == container.name.as_str()));
        let mappings = definition.and_then(|it| it["portMappings"].as_array());
        container.bindings = mappings.into_iter().flatten().map(binding).collect();
    }
    task.due = ending(world, script, &task).map(|(_, at)| at);
    task
}

/// Whether a text begins with the name of an error: `DockerTimeoutError: …`.
fn names_error(text: &str) -> bool {
    let name = text.split_once(": ").map(|(name, _)| name);
    name.is_some_and(|it| it.ends_with("Error") && it.chars().all(|it| it.is_ascii_alphabetic()))
}

fn binding(mapping: &Value) -> Value {
    json!({
        "bindIP": "0.0.0.0",
        "containerPort": mapping["containerPort"],
        // A dynamic port is any of the upper range.
        "hostPort": mapping["hostPort"].as_u64().filter(|it| *it != 0).unwrap_or(32_768),
        "protocol": mapping["protocol"].as_str().unwrap_or("tcp"),
    })
}

/// The container of a running task that ends first by itself, and when.
fn ending(world: &World, script: &Script, task: &Task) -> Option<(usize, Time)> {
    let started = task.started?;
    let running = task
        .containers
        .iter()
        .enumerate()
        .filter(|(_, it)| it.status == TaskStatus::Running);
    let ends = running.filter_map(|(index, container)| {
        let behaviour = script.behaviour(&container.image);
        let killed =
            is_too_small(world, task, container, &behaviour).then(|| started + FILLS_AFTER);
        let exits = behaviour
            .exits
            .filter(|it| it.times.is_none_or(|times| crashes(world, task) < times));
        let exits = exits.map(|it| started + seconds(it.after));
        Some((index, killed.into_iter().chain(exits).min()?))
    });
    ends.min_by_key(|(_, at)| *at)
}

/// How many tasks of the same revision have ended of themselves.
fn crashes(world: &World, task: &Task) -> u32 {
    world.revision(&task.revision).map_or(0, |it| it.crashes)
}

fn is_too_small(world: &World, task: &Task, container: &Container, behaviour: &Behaviour) -> bool {
    let body = world.revision(&task.revision).map(|it| &it.body);
    let definition =
        body.and_then(|it| definitions(it).find(|it| it["name"] == container.name.as_str()));
    let own = definition.and_then(|it| it["memory"].as_u64());
    let of_task = body
        .and_then(|it| it["memory"].as_str())
        .and_then(|it| it.parse().ok());
    let limit = own.or(of_task);
    matches!((behaviour.needs_memory, limit), (Some(needed), Some(limit)) if u64::from(needed) > limit)
}

/// One container of a running task has ended; with an essential one the task ends.
fn end_container(world: &World, script: &Script, mut task: Task) -> Task {
    let Some((index, _)) = ending(world, script, &task) else {
        task.due = None;
        return task;
    };
    let behaviour = script.behaviour(&task.containers[index].image);
    let is_killed = is_too_small(world, &task, &task.containers[index], &behaviour);
    let container = &mut task.containers[index];
    container.status = TaskStatus::Stopped;
    container.exit_code = Some(if is_killed {
        137
    } else {
        behaviour.exits.map_or(1, |it| it.code)
    });
    container.reason =
        is_killed.then(|| "OutOfMemoryError: Container killed due to memory usage".to_owned());
    let body = world.revision(&task.revision).map(|it| &it.body);
    let definition =
        body.and_then(|it| definitions(it).find(|it| it["name"] == container.name.as_str()));
    if definition.is_some_and(|it| it["essential"] == false) {
        task.due = ending(world, script, &task).map(|(_, at)| at);
        return task;
    }
    task.stop = Some(Stop {
        code: StopCode::EssentialContainerExited,
        reason: "Essential container in task exited".into(),
    });
    finish(task, world.now, Some(137))
}

/// A task that has ended. Containers that still ran end with `code`.
pub(super) fn finish(mut task: Task, now: Time, code: Option<i32>) -> Task {
    for container in &mut task.containers {
        if container.status == TaskStatus::Running {
            container.exit_code = code;
        }
        container.status = TaskStatus::Stopped;
        container.bindings.clear();
    }
    task.status = TaskStatus::Stopped;
    task.is_stopping = true;
    task.stopping = task.stopping.or(Some(now));
    task.stopped = Some(now);
    task.due = None;
    task
}
