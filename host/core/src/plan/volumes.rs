//! Data that a step loses, and data that outlasts it.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::{Action, Change, Context, Step};
use crate::observed::{ObservedService, Revision};

/// The volumes of running tasks that do not survive them, where the step replaces or stops some of those tasks.
///
/// A volume by its name alone, or one of docker's with the scope `task`, is new for every task.
pub(super) fn lost(context: &Context<'_>, step: &Step) -> Vec<String> {
    let Some(observed) = context.observed.services.get(&step.name) else {
        return Vec::new();
    };
    let running = observed.body["runningCount"].as_u64();
    if running == Some(0) || !ends_tasks(step, running) {
        return Vec::new();
    }
    running_revision(context, observed).map_or_else(Vec::new, |it| temporary(&it.body))
}

/// The revision that a service runs, where it was read.
fn running_revision<'a>(context: &Context<'a>, service: &ObservedService) -> Option<&'a Revision> {
    context.observed.revision(service.task_definition()?)
}

/// The volumes of a task definition that do not survive its tasks.
#[must_use]
pub fn temporary(task_definition: &Value) -> Vec<String> {
    let volumes = task_definition["volumes"].as_array().into_iter().flatten();
    volumes
        .filter(|it| place(it).is_none())
        .filter_map(|it| it["name"].as_str().map(str::to_owned))
        .collect()
}

/// What a plan says of one of them.
#[must_use]
pub fn is_lost(volume: &str) -> String {
    format!("loses the data in volume {volume}: it is new for every task")
}

/// Whether tasks that run now end by it: another revision replaces them, and a count below theirs stops some.
fn ends_tasks(step: &Step, running: Option<u64>) -> bool {
    if step.action != Action::Update {
        return step.action == Action::Delete;
    }
    let is_forced = step
        .requests
        .iter()
        .any(|it| it.body["forceNewDeployment"] == true);
    let ends_by = |it: &Change| match it.path.as_str() {
        path if starts_anew(path) => true,
        "desiredCount" => {
            let wanted = it.after.as_ref().and_then(Value::as_u64);
            wanted
                .zip(running)
                .is_some_and(|(wanted, running)| wanted < running)
        }
        _ => false,
    };
    is_forced || step.changes.iter().any(ends_by)
}

/// Fields of UpdateService with which AWS starts all tasks anew (`aws-facts` §2).
const STARTS_ANEW: [&str; 9] = [
    "taskDefinition",
    "forceNewDeployment",
    "capacityProviderStrategy",
    "loadBalancers",
    "networkConfiguration",
    "platformVersion",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "volumeConfigurations",
];

/// Whether a step that makes or changes a service starts a deployment.
pub(crate) fn begins_deployment(step: &Step) -> bool {
    let fields = step.requests.iter().filter_map(|it| it.body.as_object());
    let mut fields = fields.flat_map(|it| it.keys());
    step.action == Action::Create || fields.any(|it| starts_anew(it))
}

/// Whether AWS starts all tasks anew for a change of that field, or of that leaf of it.
pub(crate) fn starts_anew(path: &str) -> bool {
    STARTS_ANEW.iter().any(|it| path.starts_with(it))
}

/// Data that outlasts the tasks that wrote it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Kept {
    /// The name of the volume in the task definition.
    pub volume: String,
    /// As people say it: `host path /srv/es on the container instances`, `EFS fs-1234:/`.
    pub place: String,
}

/// The volumes of a task definition whose data outlasts its tasks, but for those that no container can write to.
#[must_use]
pub fn kept(task_definition: &Value) -> Vec<Kept> {
    durable(task_definition, |mount| mount["readOnly"] != true)
}

/// Those of them that each container instance has one of its own of: a task on another instance sees other data.
#[must_use]
pub fn on_instances(task_definition: &Value) -> Vec<Kept> {
    let volumes = task_definition["volumes"].as_array().into_iter().flatten();
    let local: Vec<&Value> = volumes.filter(|it| is_on_instance(it)).collect();
    let mut kept = kept(task_definition);
    kept.retain(|it| {
        local
            .iter()
            .any(|volume| volume["name"] == it.volume.as_str())
    });
    kept
}

/// Whether the place of a volume that outlasts the tasks is one instance: a folder of it, or a volume of docker's own.
fn is_on_instance(volume: &Value) -> bool {
    let docker = &volume["dockerVolumeConfiguration"];
    match docker["driver"].as_str() {
        _ if docker.is_null() => volume["host"]["sourcePath"].is_string(),
        driver => matches!(driver, None | Some("" | "local")),
    }
}

/// What the tasks of one revision wrote and those of another do not see any more: no volume of it is in that place.
#[must_use]
pub fn left_behind(before: &Value, after: &Value) -> Vec<Kept> {
    let seen = durable(after, |_| true);
    let mut left = kept(before);
    left.retain(|it| seen.iter().all(|seen| seen.place != it.place));
    left
}

/// What a step does to durable data, as sentences for a plan: it gives a service another revision that looks elsewhere
/// for it, or makes it anew with one; or it stops some of the tasks that serve it.
pub(super) fn breaks(context: &Context<'_>, step: &Step) -> Vec<String> {
    let observed = context.observed.services.get(&step.name);
    let service = observed.filter(|it| !it.is_draining() && step.blocked.is_none());
    let running = service.and_then(|it| running_revision(context, it));
    let (Some(service), Some(running)) = (service, running) else {
        return Vec::new();
    };
    let wanted = context.desired.task_definition.as_ref();
    let left = wanted.map(|it| left_behind(&running.body, &context.revealed(it)));
    let left = left.iter().flatten().map(Kept::left);
    left.chain(out_of_service(step, service, &running.body))
        .collect()
}

/// Data on the instances of tasks that a lower count stops: no task serves it any more. Where none at all is wanted
/// that is meant.
fn out_of_service(step: &Step, service: &ObservedService, running: &Value) -> Option<String> {
    let count = |it: &&Change| it.path == "desiredCount" && step.action == Action::Update;
    let wanted = step.changes.iter().find(count)?.after.as_ref()?.as_u64()?;
    let stopped = service.body["runningCount"].as_u64()?.checked_sub(wanted)?;
    if stopped == 0 || wanted == 0 {
        return None;
    }
    let local = on_instances(running);
    let places: Vec<&str> = local.iter().map(|it| it.place.as_str()).collect();
    (!places.is_empty()).then(|| {
        format!(
            "stops {stopped} of {} tasks, and AWS chooses which: what they have at {} is served no more",
            stopped + wanted,
            places.join(" and ")
        )
    })
}

impl Kept {
    /// What a plan says where it is not used any more.
    #[must_use]
    pub fn left(&self) -> String {
        let Self { volume, place } = self;
        format!("leaves the data of {volume} at {place} behind")
    }
}

/// The durable volumes that some container mounts so.
fn durable(task_definition: &Value, mounts: impl Fn(&Value) -> bool) -> Vec<Kept> {
    let list = |of: &Value, key: &str| of[key].as_array().cloned().unwrap_or_default();
    let mounted: Vec<Value> = list(task_definition, "containerDefinitions")
        .iter()
        .flat_map(|it| list(it, "mountPoints"))
        .filter(mounts)
        .collect();
    let volumes = task_definition["volumes"].as_array().into_iter().flatten();
    volumes
        .filter(|volume| {
            mounted
                .iter()
                .any(|it| it["sourceVolume"] == volume["name"])
        })
        .filter_map(|it| {
            Some(Kept {
                volume: it["name"].as_str()?.to_owned(),
                place: place(it)?,
            })
        })
        .collect()
}

/// Whether it is named as sockets are: a way to another program, in which no data lies.
fn is_socket(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|ending| ending == "sock")
}

/// Where a volume lies that outlasts the tasks. Two volumes in one place are the same data.
fn place(volume: &Value) -> Option<String> {
    let text = |of: &Value, key: &str| of[key].as_str().unwrap_or_default().to_owned();
    let rooted = |root: String| match root.trim_end_matches('/') {
        "" => "/".to_owned(),
        root => root.to_owned(),
    };
    let by = |access_point: String| match access_point.as_str() {
        "" => String::new(),
        it => format!(" by access point {it}"),
    };
    if let Some(path) = volume["host"]["sourcePath"]
        .as_str()
        .filter(|it| !it.is_empty() && !is_socket(it))
    {
        let path = rooted(path.to_owned());
        return Some(format!("host path {path} on the container instances"));
    }
    let docker = &volume["dockerVolumeConfiguration"];
    if docker["scope"] == "shared" {
        // Docker calls it as the task definition does.
        let name = text(volume, "name");
        return Some(match docker["driver"].as_str() {
            None | Some("" | "local") => format!("docker volume {name} on the container instances"),
            Some(driver) => format!("docker volume {name} of driver {driver}"),
        });
    }
    let efs = &volume["efsVolumeConfiguration"];
    if efs.is_object() {
        let access_point = by(text(&efs["authorizationConfig"], "accessPointId"));
        let root = rooted(text(efs, "rootDirectory"));
        return Some(format!(
            "EFS {}:{root}{access_point}",
            text(efs, "fileSystemId")
        ));
    }
    let s3 = &volume["s3filesVolumeConfiguration"];
    if s3.is_object() {
        let access_point = by(text(s3, "accessPointArn"));
        let root = rooted(text(s3, "rootDirectory"));
        return Some(format!(
            "S3 files {}:{root}{access_point}",
            text(s3, "fileSystemArn")
        ));
    }
    let fsx = &volume["fsxWindowsFileServerVolumeConfiguration"];
    fsx.is_object().then(|| {
        let root = text(fsx, "rootDirectory");
        format!("FSx {}:{root}", text(fsx, "fileSystemId"))
    })
}
