//! A service as DescribeServices shows it.

use serde_json::{Value, json};

use super::super::arguments::{list, tags_value};
use crate::world::{Cluster, Deployment, Service, Task, TaskStatus, World};

pub(super) fn shown(world: &World, cluster: &str, service: &Service, with_tags: bool) -> Value {
    let found = &world.clusters[cluster];
    let is_classic = list(&service.body, "loadBalancers")
        .iter()
        .any(|it| it.get("loadBalancerName").is_some());
    let mut shown = service.body.clone();
    let deployments = service.deployments.iter().enumerate();
    let deployments: Vec<Value> = deployments
        .map(|(index, it)| deployment(found, service, it, index == 0, is_classic))
        .collect();
    let events = service.events.iter();
    let events = events
        .map(|it| json!({"id": it.id, "createdAt": it.created.seconds(), "message": it.message}));
    shown["serviceName"] = service.name.as_str().into();
    shown["serviceArn"] = service.arn.as_str().into();
    shown["clusterArn"] = found.arn.as_str().into();
    shown["status"] = json!(service.status);
    shown["desiredCount"] = service.desired.into();
    shown["runningCount"] = count(found, service, None, is_running).into();
    shown["pendingCount"] = count(found, service, None, is_pending).into();
    let revision = service.deployments.first().map(|it| &it.revision);
    if let Some(revision) = revision.or(service.last_revision.as_ref()) {
        shown["taskDefinition"] = revision.as_str().into();
    }
    shown["deployments"] = deployments.into();
    shown["events"] = events.collect();
    shown["createdAt"] = service.created.seconds().into();
    shown["createdBy"] = format!("arn:aws:iam::{}:root", world.account).into();
    if let Some(role) = &service.role {
        shown["roleArn"] = role.as_str().into();
    }
    if with_tags {
        shown["tags"] = tags_value(&service.tags);
    }
    shown
}

fn deployment(
    cluster: &Cluster,
    service: &Service,
    of: &Deployment,
    is_primary: bool,
    is_classic: bool,
) -> Value {
    let id = Some(of.id.as_str());
    let mut shown = json!({
        "id": of.id,
        "status": if is_primary { "PRIMARY" } else { "ACTIVE" },
        "taskDefinition": of.revision,
        "desiredCount": of.desired,
        "pendingCount": count(cluster, service, id, is_pending),
        "runningCount": count(cluster, service, id, is_running),
        "failedTasks": of.failed_tasks,
        "createdAt": of.created.seconds(),
        "updatedAt": of.updated.seconds(),
    });
    if let Some(kind) = service.body.get("launchType") {
        shown["launchType"] = kind.clone();
    }
    if let Some(network) = service.body.get("networkConfiguration") {
        shown["networkConfiguration"] = network.clone();
    }
    for (name, value) in &of.settings {
        shown[name] = value.clone();
    }
    // Behind a classic load balancer AWS tells no rollout state (aws-facts §5).
    if !is_classic {
        let (state, reason) = match &of.failure {
            Some(reason) => ("FAILED", reason.clone()),
            None if of.is_completed => {
                ("COMPLETED", format!("ECS deployment {} completed.", of.id))
            }
            None => (
                "IN_PROGRESS",
                format!("ECS deployment {} in progress.", of.id),
            ),
        };
        shown["rolloutState"] = state.into();
        shown["rolloutStateReason"] = reason.into();
    }
    shown
}

fn is_running(task: &Task) -> bool {
    task.status == TaskStatus::Running
}

fn is_pending(task: &Task) -> bool {
    task.status < TaskStatus::Running && !task.is_stopping
}

/// Tasks of a service, or of one of its deployments.
fn count(
    cluster: &Cluster,
    service: &Service,
    deployment: Option<&str>,
    is: fn(&Task) -> bool,
) -> usize {
    let ours = cluster
        .tasks
        .values()
        .filter(|it| it.service.as_deref() == Some(&service.name));
    ours.filter(|it| deployment.is_none_or(|id| it.started_by.as_deref() == Some(id)) && is(it))
        .count()
}
