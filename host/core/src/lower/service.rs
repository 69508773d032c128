//! The body of CreateService, and what the host fills in where AWS's defaults would be wrong.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::overlay::{DEPLOYMENT, SERVICE, SERVICE_BALANCER, overlay};
use super::{GRACE_PERIOD_SECONDS, each, member, object, unique};
use crate::codes;
use crate::diag::Diagnostic;
use crate::spec::{DeploymentConfiguration, LoadBalancer, Service, ServiceLoadBalancer};

pub(super) fn lower_service(
    service: &Service,
    findings: &mut Vec<Diagnostic>,
) -> Map<String, Value> {
    let at = "service";
    let mut body = object(service);
    unique(&service.tags, &format!("{at}.tags"), findings);
    overlay(
        &mut body,
        service.extra.as_deref(),
        SERVICE,
        Service::FIELDS,
        at,
        findings,
    );
    each(
        &mut body,
        "loadBalancers",
        &service.load_balancers,
        |it, entry, index| {
            let at = format!("{at}.load-balancers[{index}]");
            overlay(
                it,
                entry.extra.as_deref(),
                SERVICE_BALANCER,
                ServiceLoadBalancer::FIELDS,
                &at,
                findings,
            );
        },
    );
    let deployment = service.deployment_configuration.as_ref();
    if let Some((it, deployment)) = member(&mut body, "deploymentConfiguration").zip(deployment) {
        let at = format!("{at}.deployment-configuration");
        overlay(
            it,
            deployment.extra.as_deref(),
            DEPLOYMENT,
            DeploymentConfiguration::FIELDS,
            &at,
            findings,
        );
    }
    body
}

/// Ties the service to the blueprint's load balancer, of whichever kind.
pub(super) fn join_load_balancer(
    body: &mut Map<String, Value>,
    service: &Service,
    load_balancer: &LoadBalancer,
    findings: &mut Vec<Diagnostic>,
) {
    match load_balancer {
        LoadBalancer::Classic(classic) => {
            for entry in body.get_mut("loadBalancers").and_then(Value::as_array_mut).into_iter().flatten() {
                entry["loadBalancerName"] = classic.load_balancer_name.clone().into();
            }
        }
        LoadBalancer::Other(text) => match target_groups(text) {
            Ok(groups) if service.load_balancers.is_empty() => {
                body.insert("loadBalancers".to_owned(), Value::Array(groups));
            }
            Ok(_) => findings.push(error(
                "service.load-balancers",
                "must be empty when `load-balancer` names target groups, which carry their containers themselves",
            )),
            Err(message) => findings.push(error("load-balancer.other", message).hint(
                "this host knows classic load balancers and \
                 `{\"targetGroups\": [{\"targetGroupArn\": …, \"containerName\": …, \"containerPort\": …}]}`",
            )),
        },
        LoadBalancer::Absent => {}
    }
}

fn target_groups(text: &str) -> Result<Vec<Value>, String> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
    let members = value.as_object().ok_or("is not a JSON object")?;
    if let Some(unknown) = members.keys().find(|key| *key != "targetGroups") {
        return Err(format!("sets `{unknown}`, which this host does not know"));
    }
    let groups = members
        .get("targetGroups")
        .and_then(Value::as_array)
        .filter(|groups| !groups.is_empty());
    groups
        .cloned()
        .ok_or_else(|| "has no list `targetGroups`".to_owned())
}

/// Fills what AWS's defaults would make wrong, and notes what only the creation needs.
pub(super) fn fill_service(
    body: &mut Map<String, Value>,
    classic: bool,
    create_only: &mut BTreeSet<String>,
) {
    let daemon = body
        .get("schedulingStrategy")
        .is_some_and(|it| it == "DAEMON");
    if !daemon && !body.contains_key("desiredCount") {
        body.insert("desiredCount".to_owned(), 1.into());
        create_only.insert("desiredCount".to_owned());
    }
    if classic {
        if !daemon && fill_deployment(body) && create_only.contains("desiredCount") {
            create_only.insert(MINIMUM.to_owned());
        }
        body.entry("healthCheckGracePeriodSeconds")
            .or_insert_with(|| GRACE_PERIOD_SECONDS.into());
    }
    let maximum = body
        .get("deploymentConfiguration")
        .and_then(|it| it["maximumPercent"].as_u64());
    if classic || maximum.is_some_and(|percent| percent <= 100) {
        // AWS's default is ENABLED, which it refuses with both.
        body.entry("availabilityZoneRebalancing")
            .or_insert_with(|| "DISABLED".into());
    }
}

/// The leaf that follows the number of tasks. In [`DesiredService::create_only`] where the recipe says neither the leaf
/// nor the number: an update then says it for the number that the service has.
///
/// [`DesiredService::create_only`]: crate::desired::DesiredService::create_only
pub(crate) const MINIMUM: &str = "deploymentConfiguration.minimumHealthyPercent";

/// `minimumHealthyPercent` with which one of so many tasks may be missing.
pub(crate) fn all_but_one(tasks: u64) -> u64 {
    let tasks = tasks.max(1);
    (tasks - 1) * 100 / tasks
}

/// Numbers with which a rollout on static host ports can go on: one task may be
/// missing, and none may be too many, because its port is taken.
///
/// Says whether the minimum is the host's.
fn fill_deployment(body: &mut Map<String, Value>) -> bool {
    let desired = body.get("desiredCount").and_then(Value::as_u64);
    let configuration = body
        .entry("deploymentConfiguration")
        .or_insert_with(|| json!({}));
    let Some(configuration) = configuration.as_object_mut() else {
        return false;
    };
    let is_said = configuration.contains_key("minimumHealthyPercent");
    if !is_said {
        let minimum = all_but_one(desired.unwrap_or(1));
        configuration.insert("minimumHealthyPercent".to_owned(), minimum.into());
    }
    configuration
        .entry("maximumPercent")
        .or_insert_with(|| 100.into());
    !is_said
}

pub(super) fn warn_of_downtime(service: &Value, findings: &mut Vec<Diagnostic>) {
    let minimum = service["deploymentConfiguration"]["minimumHealthyPercent"].as_u64();
    if service["desiredCount"] == 1 && minimum == Some(0) {
        let message = "with one task, an update stops it before it starts the new one: expect a brief downtime";
        let warning = Diagnostic::warning(DOWNTIME_PATH, message);
        findings.push(warning.code(codes::blueprint::ROLLOUT));
    }
}

const DOWNTIME_PATH: &str = "service.deployment-configuration";

/// Whether a finding says that an update stops the only task.
#[must_use]
pub fn is_downtime(finding: &Diagnostic) -> bool {
    let is_rollout = finding.code == Some(codes::blueprint::ROLLOUT);
    is_rollout && !finding.is_error() && finding.path == DOWNTIME_PATH
}

fn error(path: impl Into<String>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(path, message).code(codes::blueprint::OTHER_BALANCER)
}
