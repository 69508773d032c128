//! Data that a step loses.

use serde_json::Value;

use super::{Action, Change, Context, Step, is_revision};

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
    let Some(arn) = observed.task_definition() else {
        return Vec::new();
    };
    let mut revisions = context
        .observed
        .latest
        .values()
        .chain(context.observed.in_use.values());
    let Some(revision) = revisions.find(|it| is_revision(&it.arn, arn)) else {
        return Vec::new();
    };
    temporary(&revision.body)
}

/// The volumes of a task definition that do not survive its tasks.
#[must_use]
pub fn temporary(task_definition: &Value) -> Vec<String> {
    let volumes = task_definition["volumes"].as_array().into_iter().flatten();
    volumes
        .filter(|it| !survives(it))
        .filter_map(|it| it["name"].as_str().map(str::to_owned))
        .collect()
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
        "taskDefinition" => true,
        path if STARTS_ANEW.iter().any(|it| path.starts_with(it)) => true,
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
const STARTS_ANEW: [&str; 7] = [
    "capacityProviderStrategy",
    "loadBalancers",
    "networkConfiguration",
    "platformVersion",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "volumeConfigurations",
];

fn survives(volume: &Value) -> bool {
    let docker = &volume["dockerVolumeConfiguration"];
    let elsewhere = [
        "efsVolumeConfiguration",
        "fsxWindowsFileServerVolumeConfiguration",
        "s3filesVolumeConfiguration",
    ];
    volume["host"]["sourcePath"].is_string()
        || (docker.is_object() && docker["scope"] == "shared")
        || elsewhere.iter().any(|it| volume[it].is_object())
}
