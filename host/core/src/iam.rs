//! The least that somebody must be allowed in AWS to carry out a verb on exactly this stack, as an IAM policy.
//!
//! It follows from the bodies that would be sent and from `iam/table.rs`, the one table of operations and permissions. What is
//! called by another name in AWS by now (a service that the recipe renamed) is not in it.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::desired::{DesiredService, DesiredTarget};
use crate::report::blueprint::bodies;

mod roles;
mod table;

pub use table::covers;
use table::{On, Row, TABLE, When};

/// What a policy is to allow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verb {
    /// `host plan`.
    Plan,
    /// `host run` and `host rollback`: what `plan` reads, every change, waiting, and turning back.
    Apply,
    /// `host destroy`.
    Destroy,
}

/// The most characters without white space that AWS takes in a managed policy.
pub const MOST: usize = 6144;

/// Where the stack is, as far as that is known without asking AWS.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Region (which must be known), name of the cluster (empty where nobody named it), and role.
    pub target: &'a DesiredTarget,
    pub account: Option<&'a str>,
}

/// One statement, which allows something.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    pub sid: &'static str,
    pub effect: &'static str,
    pub action: Vec<String>,
    pub resource: Vec<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub condition: Map<String, Value>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    pub version: &'static str,
    pub statement: Vec<Statement>,
}

impl Policy {
    /// Its characters as AWS counts them: white space is free.
    #[must_use]
    pub fn size(&self) -> usize {
        let text = json!(self).to_string();
        text.chars().filter(|it| !it.is_whitespace()).count()
    }
}

/// The least policy for a verb. `wide` allows any name in place of the stack's own, for stacks whose names are too many
/// for one policy.
#[must_use]
pub fn policy(desired: &[&DesiredService], place: &Place<'_>, verb: Verb, wide: bool) -> Policy {
    let arns = Arns::new(place);
    let stack = Stack::read(desired, place.target);
    let bit = match verb {
        Verb::Plan => table::PLAN,
        Verb::Apply => table::APPLY,
        Verb::Destroy => table::DESTROY,
    };
    let rows: Vec<&Row> = TABLE
        .iter()
        .filter(|it| it.verbs & bit != 0 && stack.holds.contains(&it.when))
        .collect();
    let kinds: BTreeSet<On> = rows.iter().map(|it| it.on).collect();
    let mut statement: Vec<Statement> = kinds
        .into_iter()
        .map(|on| Statement {
            sid: sid(on),
            effect: "Allow",
            action: rows
                .iter()
                .filter(|it| it.on == on)
                .map(|it| it.action.to_owned())
                .collect(),
            resource: stack.resources(on, &arns, wide),
            condition: match on {
                On::AnythingOfCluster => condition("ecs:cluster", "Arn", &[arns.cluster()]),
                _ => Map::new(),
            },
        })
        .filter(|it| !it.resource.is_empty())
        .collect();
    if verb == Verb::Apply {
        statement.extend(roles::statements(&stack, &arns));
    }
    Policy {
        version: "2012-10-17",
        statement,
    }
}

fn sid(on: On) -> &'static str {
    match on {
        On::Anything => "WhatHasNoResource",
        On::AnythingOfCluster => "ListsOfTheCluster",
        On::Cluster => "TheCluster",
        On::ContainerInstances => "ContainerInstances",
        On::Tasks => "Tasks",
        On::AllServices => "AllServices",
        On::Services => "Services",
        On::TaskDefinitions => "TaskDefinitions",
        On::LoadBalancers => "LoadBalancers",
    }
}

/// A condition on one key. `kind` is `Arn` or `String`; a value with a wildcard is compared as a pattern.
fn condition(key: &str, kind: &str, values: &[String]) -> Map<String, Value> {
    let is_pattern = values.iter().any(|it| it.contains('*'));
    let operator = format!("{kind}{}", if is_pattern { "Like" } else { "Equals" });
    let value = match values {
        [one] => json!(one),
        several => json!(several),
    };
    [(operator, json!({ key: value }))].into_iter().collect()
}

/// What the bodies name.
#[derive(Debug, Default)]
struct Stack {
    /// What is so of it, beside [`When::Always`].
    holds: Vec<When>,
    services: BTreeSet<String>,
    families: BTreeSet<String>,
    balancers: BTreeSet<String>,
    /// Roles that RegisterTaskDefinition gives to tasks.
    task_roles: BTreeSet<String>,
    /// Roles that CreateService and UpdateService give to ECS.
    service_roles: BTreeSet<String>,
    /// Whether ECS takes its service-linked role for a service.
    is_linked: bool,
}

impl Stack {
    fn read(desired: &[&DesiredService], target: &DesiredTarget) -> Self {
        let mut stack = Self {
            holds: vec![When::Always],
            ..Self::default()
        };
        if target.cluster.is_empty() {
            stack.holds.push(When::NoCluster);
        }
        for one in desired {
            let bodies = bodies(one, Some(target));
            let text = |body: &str, field: &str| {
                let value = bodies.get(body)?.get(field)?.as_str()?;
                Some(value.to_owned())
            };
            stack.services.extend(text("service", "serviceName"));
            stack.families.extend(text("taskDefinition", "family"));
            let balancer = text("loadBalancer", "LoadBalancerName");
            stack
                .holds
                .extend(balancer.as_ref().map(|_| When::Balancer));
            stack.balancers.extend(balancer);
            let attributes = bodies.get("attributes");
            stack.holds.extend(attributes.map(|_| When::Attributes));
            let listeners = bodies.get("loadBalancer").map(|it| &it["Listeners"]);
            let mut listeners = listeners.and_then(Value::as_array).into_iter().flatten();
            if listeners.any(|it| it.get("SSLCertificateId").is_some()) {
                stack.holds.push(When::Certificate);
            }
            for field in ["taskRoleArn", "executionRoleArn"] {
                stack.task_roles.extend(text("taskDefinition", field));
            }
            if let Some(service) = bodies.get("service") {
                let role = text("service", "role");
                stack.is_linked |= role.is_none();
                stack.service_roles.extend(role);
                roles::collect(service, &mut stack.service_roles);
            }
        }
        stack
    }

    /// Empty where the stack has nothing of the kind.
    fn resources(&self, on: On, arns: &Arns<'_>, wide: bool) -> Vec<String> {
        let each = |names: &BTreeSet<String>, arn: &dyn Fn(&str) -> String| match names.len() {
            0 => Vec::new(),
            _ if wide => vec![arn("*")],
            _ => names.iter().map(|it| arn(it)).collect(),
        };
        match on {
            On::Anything | On::AnythingOfCluster => vec!["*".to_owned()],
            On::Cluster => vec![arns.cluster()],
            On::ContainerInstances => vec![arns.inside("container-instance", "*")],
            On::Tasks => vec![arns.inside("task", "*")],
            On::AllServices => vec![arns.inside("service", "*")],
            On::Services => each(&self.services, &|it| arns.inside("service", it)),
            On::TaskDefinitions => each(&self.families, &|it| {
                arns.of("ecs", &format!("task-definition/{it}:*"))
            }),
            On::LoadBalancers => each(&self.balancers, &|it| {
                arns.of("elasticloadbalancing", &format!("loadbalancer/{it}"))
            }),
        }
    }
}

/// How things are called in this place.
#[derive(Debug)]
struct Arns<'a> {
    partition: &'static str,
    region: &'a str,
    /// `*` where it is not known.
    account: &'a str,
    /// `*` where it is not known.
    cluster: &'a str,
}

impl<'a> Arns<'a> {
    fn new(place: &Place<'a>) -> Self {
        let cluster = place.target.cluster.as_str();
        Self {
            partition: partition(&place.target.region),
            region: &place.target.region,
            account: place.account.unwrap_or("*"),
            cluster: if cluster.is_empty() { "*" } else { cluster },
        }
    }

    fn of(&self, service: &str, resource: &str) -> String {
        let Self {
            partition,
            region,
            account,
            ..
        } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    fn cluster(&self) -> String {
        self.of("ecs", &format!("cluster/{}", self.cluster))
    }

    fn inside(&self, kind: &str, name: &str) -> String {
        self.of("ecs", &format!("{kind}/{}/{name}", self.cluster))
    }

    /// IAM is in no region.
    fn role(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition, self.account)
    }
}

/// The part of AWS that a region is in, as ARNs call it.
fn partition(region: &str) -> &'static str {
    const OTHERS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    let found = OTHERS.iter().find(|(prefix, _)| region.starts_with(prefix));
    found.map_or("aws", |(_, name)| name)
}

#[cfg(test)]
mod tests;
