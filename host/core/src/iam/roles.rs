//! Roles: those that calls pass on, and those that AWS makes for itself at the first use.
//!
//! Sources: the *API operations* table of the Service Authorization Reference for ECS says to which service each call
//! passes a role; *Using service-linked roles for Amazon ECS*, *Elastic Load Balancing service-linked role*.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Arns, Stack, Statement, condition};
use crate::tokens;

/// One statement for each service that roles are passed to, and one for the roles that AWS makes.
pub(super) fn statements(stack: &Stack, arns: &Arns<'_>) -> Vec<Statement> {
    let pass = |sid, roles: &BTreeSet<String>, to: &str| Statement {
        sid,
        effect: "Allow",
        action: vec!["iam:PassRole".to_owned()],
        resource: roles.iter().map(|it| arn(it, arns)).collect(),
        condition: condition("iam:PassedToService", "String", &[to.to_owned()]),
    };
    let all = [
        pass("RolesOfTasks", &stack.task_roles, "ecs-tasks.amazonaws.com"),
        pass("RolesOfServices", &stack.service_roles, "ecs.amazonaws.com"),
        linked(stack, arns),
    ];
    all.into_iter()
        .filter(|it| !it.resource.is_empty())
        .collect()
}

/// Each of these roles is in an account once: whoever creates the first load balancer or service makes it.
fn linked(stack: &Stack, arns: &Arns<'_>) -> Statement {
    let all = [
        (stack.is_linked, "ecs.amazonaws.com", "AWSServiceRoleForECS"),
        (
            !stack.balancers.is_empty(),
            "elasticloadbalancing.amazonaws.com",
            "AWSServiceRoleForElasticLoadBalancing",
        ),
    ];
    let needed = all.iter().filter(|it| it.0);
    let services: Vec<String> = needed.clone().map(|it| it.1.to_owned()).collect();
    let roles = needed.map(|(_, service, role)| format!("aws-service-role/{service}/{role}"));
    Statement {
        sid: "RolesThatAwsMakes",
        effect: "Allow",
        action: vec!["iam:CreateServiceLinkedRole".to_owned()],
        resource: roles.map(|it| arns.role(&it)).collect(),
        condition: condition("iam:AWSServiceName", "String", &services),
    }
}

/// The ARN of a role that is named by it, or by its name and path. Of one that is a secret nothing is said.
fn arn(role: &str, arns: &Arns<'_>) -> String {
    if !tokens::remaining(&Value::from(role)).is_empty() {
        arns.role("*")
    } else if role.starts_with("arn:") {
        role.to_owned()
    } else {
        arns.role(role.trim_start_matches('/'))
    }
}

/// Every `roleArn` of a service: of volumes, hooks, lattices and certificates, all of which are given to ECS.
pub(super) fn collect(body: &Value, found: &mut BTreeSet<String>) {
    match body {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(role) if name == "roleArn" => drop(found.insert(role.clone())),
                    other => collect(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|it| collect(it, found)),
        _ => {}
    }
}
