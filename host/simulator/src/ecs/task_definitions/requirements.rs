//! The attributes that an instance must have for a task definition (`requiresAttributes`).

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::arguments::{list, text};
use super::containers;

/// Their names, sorted. What agents of every instance have is told as well, as AWS does.
pub(crate) fn attributes(body: &Value) -> Vec<String> {
    let mut needed = BTreeSet::new();
    let mut needs = |name: &str| {
        needed.insert(format!("com.amazonaws.ecs.capability.{name}"));
    };
    let mut others = Vec::new();
    needs("docker-remote-api.1.18");
    for container in containers(body) {
        if let Some(driver) = container["logConfiguration"]["logDriver"].as_str() {
            needs(&format!("logging-driver.{driver}"));
        }
        if container["privileged"] == true {
            needs("privileged-container");
        }
        if container.get("memoryReservation").is_some() {
            needs("docker-remote-api.1.21");
        }
        if !list(container, "secrets").is_empty() {
            for secret in list(container, "secrets") {
                let from = secret["valueFrom"].as_str().unwrap_or_default();
                let kind = if from.contains(":secretsmanager:") {
                    "asm"
                } else {
                    "ssm"
                };
                others.push(format!(
                    "ecs.capability.secrets.{kind}.environment-variables"
                ));
            }
        }
        if text(container, "image").is_some_and(|it| it.contains(".dkr.ecr.")) {
            needs("ecr-auth");
        }
        if container.get("healthCheck").is_some() {
            others.push("ecs.capability.container-health-check".into());
        }
    }
    if text(body, "taskRoleArn").is_some() {
        needs("task-iam-role");
    }
    if text(body, "networkMode") == Some("awsvpc") {
        others.push("ecs.capability.task-eni".into());
    }
    if list(body, "volumes")
        .iter()
        .any(|it| it.get("efsVolumeConfiguration").is_some())
    {
        others.push("ecs.capability.efs".into());
    }
    if text(body, "executionRoleArn").is_some() {
        others.push("ecs.capability.execution-role-awslogs".into());
    }
    needed.extend(others);
    needed.into_iter().collect()
}
