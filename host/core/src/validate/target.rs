//! Where the service goes: the cluster, the role, and what AWS takes of the network.

use crate::desired::DesiredTarget;
use crate::diag::Diagnostic;
use crate::ownership::{STACK, stack_tag};
use crate::validate::Bodies;
use crate::validate::containers::network_mode;
use crate::validate::names::is_ecs_name;
use crate::validate::place::Place;
use crate::validate::service::controller;

/// What the value of a tag holds.
const TAG_LIMIT: usize = 256;
/// The role that ECS makes and uses by itself.
const LINKED_ROLE: &str = "AWSServiceRoleForECS";
/// What one service may name in the network mode `awsvpc`.
const SUBNET_LIMIT: usize = 16;
const GROUP_LIMIT: usize = 5;

pub(super) fn check(target: &DesiredTarget, bodies: &Bodies<'_>, found: &mut Vec<Diagnostic>) {
    if !target.cluster.is_empty() && !is_ecs_name(&target.cluster) {
        let message = format!(
            "`{}` is not 1 to 255 letters, digits, `-` and `_`",
            target.cluster
        );
        found.push(
            Diagnostic::error("target.cluster", message)
                .hint("give the name of the cluster, or its whole ARN"),
        );
    }
    let tag = stack_tag(target).chars().count();
    if tag > TAG_LIMIT {
        let message = format!(
            "makes the tag `{STACK}` (`CLUSTER/STACK`) {tag} characters long, and AWS takes {TAG_LIMIT}"
        );
        found.push(
            Diagnostic::error("target.stack", message)
                .hint("name a shorter stack with `--stack`, or in `[target]`"),
        );
    }
    if let Some(role) = &target.service_role {
        check_role(role, bodies, found);
    }
    if bodies
        .task
        .as_ref()
        .is_some_and(|it| network_mode(it) == "awsvpc")
    {
        check_network("target.subnets", target.subnets.len(), SUBNET_LIMIT, found);
        check_network(
            "target.security-groups",
            target.security_groups.len(),
            GROUP_LIMIT,
            found,
        );
    }
}

fn check_network(path: &str, number: usize, limit: usize, found: &mut Vec<Diagnostic>) {
    if number > limit {
        let message = format!("has {number}, and AWS takes {limit} in the network mode `awsvpc`");
        found.push(Diagnostic::error(path, message).hint("leave some out"));
    }
}

fn check_role(role: &str, bodies: &Bodies<'_>, found: &mut Vec<Diagnostic>) {
    let path = "target.service-role";
    if role.contains(LINKED_ROLE) {
        let message =
            format!("`{role}` is the role that ECS uses by itself, and it refuses to be given it");
        found.push(Diagnostic::error(path, message).hint("leave it out"));
    } else if !is_role(role) {
        let message = format!("`{role}` is neither a role's name nor its ARN");
        found.push(
            Diagnostic::error(path, message)
                .hint("write it as `ecsServiceRole`, `/path/name` or `arn:aws:iam::…:role/name`"),
        );
    }
    // Without a load balancer no role is passed.
    let Some(service) = bodies
        .service
        .as_ref()
        .filter(|it| !it.items("loadBalancers").is_empty())
    else {
        return;
    };
    if let Some(reason) = linked_role_reason(service, bodies.task.as_ref()) {
        let message = format!("cannot be passed to a service {reason}, which uses ECS's own role");
        found.push(Diagnostic::error(path, message).hint("leave it out for this service"));
    }
}

/// Why ECS insists on its own role, if it does.
fn linked_role_reason(service: &Place<'_>, task: Option<&Place<'_>>) -> Option<&'static str> {
    if task.is_some_and(|it| network_mode(it) == "awsvpc") {
        return Some("in the network mode `awsvpc`");
    }
    if !service.items("serviceRegistries").is_empty() {
        return Some("with `serviceRegistries`");
    }
    if controller(service) == "EXTERNAL" {
        return Some("with the deployment controller `EXTERNAL`");
    }
    let groups = service
        .items("loadBalancers")
        .iter()
        .filter(|it| it.has("targetGroupArn"))
        .count();
    (groups > 1).then_some("with more than one target group")
}

/// A name, a name with its path, or an ARN.
fn is_role(role: &str) -> bool {
    let name = match role.strip_prefix("arn:") {
        Some(arn) => arn.split_once(":role/").map_or("", |(_, name)| name),
        None => role,
    };
    !name.is_empty()
        && !name.ends_with('/')
        && name
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "+=,.@_/-".contains(it))
}

#[cfg(test)]
mod tests;
