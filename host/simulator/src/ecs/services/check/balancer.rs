//! A service and its load balancer, and the role that registers instances there.

use serde_json::Value;

use super::super::super::arguments::{last, list, text};
use super::rules;
use crate::refusal::Refusal;
use crate::world::{Revision, World};

pub(super) fn check(
    world: &World,
    of: &Value,
    balancers: &[Value],
    revision: &Revision,
) -> Result<(), Refusal> {
    for entry in balancers {
        match (
            text(entry, "loadBalancerName"),
            text(entry, "targetGroupArn"),
        ) {
            (Some(_), Some(_)) => return Err(rules::BALANCER_EITHER.refusal()),
            // Network and application load balancers are not simulated: no target group has one.
            (None, group) => return Err(rules::TARGET_GROUP.with(&[&group.unwrap_or_default()])),
            (Some(name), None) => classic(world, of, entry, name, revision)?,
        }
    }
    if balancers.len() > 1 {
        return Err(rules::BALANCER_TWO.refusal());
    }
    Ok(())
}

fn classic(
    world: &World,
    of: &Value,
    entry: &Value,
    name: &str,
    revision: &Revision,
) -> Result<(), Refusal> {
    if of["deploymentConfiguration"]
        .get("deploymentCircuitBreaker")
        .is_some()
    {
        return Err(rules::BREAKER_CLASSIC.refusal());
    }
    if revision.body["networkMode"] == "awsvpc" {
        return Err(rules::CLASSIC_AWSVPC.refusal());
    }
    if let Some(kind) = text(of, "launchType").filter(|it| *it != "EC2") {
        return Err(rules::CLASSIC_FARGATE.with(&[&kind]));
    }
    let mut containers = list(&revision.body, "containerDefinitions").iter();
    if containers.any(|it| it.get("healthCheck").is_some()) {
        return Err(rules::CLASSIC_HEALTH_CHECK.refusal());
    }
    let port = host_port(entry, revision)?;
    let found = world
        .balancers
        .get(name)
        .ok_or_else(|| rules::BALANCER_NOT_FOUND.with(&[&name]))?;
    if !found
        .listeners
        .values()
        .any(|it| i64::from(it.instance_port) == port)
    {
        return Err(rules::LISTENER.with(&[&name, &port]));
    }
    Ok(())
}

/// The static host port behind which an entry's container is.
fn host_port(entry: &Value, revision: &Revision) -> Result<i64, Refusal> {
    let name = text(entry, "containerName");
    let name = name.ok_or_else(|| rules::BALANCER_CONTAINER_BLANK.refusal())?;
    let port = entry["containerPort"].as_i64().unwrap_or_default();
    let mut containers = list(&revision.body, "containerDefinitions").iter();
    let container = containers.find(|it| it["name"] == name);
    let container = container.ok_or_else(|| rules::BALANCER_CONTAINER.with(&[&name]))?;
    let mut mappings = list(container, "portMappings").iter();
    let mapping = mappings.find(|it| it["containerPort"] == port);
    let mapping = mapping.ok_or_else(|| rules::BALANCER_PORT.with(&[&name, &port]))?;
    let host_port = mapping["hostPort"].as_i64().filter(|it| *it != 0);
    host_port.ok_or_else(|| rules::HOST_PORT.with(&[&port]))
}

/// The ARN of the role that a new service gets (aws-facts §1.3).
pub(super) fn role(
    world: &World,
    input: &Value,
    balancers: &[Value],
    revision: &Revision,
) -> Result<String, Refusal> {
    let linked = format!(
        "arn:aws:iam::{}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        world.account
    );
    let Some(given) = text(input, "role") else {
        return Ok(linked);
    };
    let needs_linked = revision.body["networkMode"] == "awsvpc"
        || !list(input, "serviceRegistries").is_empty()
        || input["deploymentController"]["type"] == "EXTERNAL"
        || given == linked;
    if needs_linked {
        return Err(rules::ROLE_NEEDS_LINKED.refusal());
    }
    if balancers.is_empty() {
        return Err(rules::ROLE_WITHOUT_BALANCER.refusal());
    }
    let found = world.roles.get(last(given));
    let found =
        found.filter(|it| it.trusts.iter().any(|it| it == "ecs.amazonaws.com") && it.may_register);
    found
        .map(|it| it.arn.clone())
        .ok_or_else(|| rules::ROLE_UNUSABLE.refusal())
}
