//! Services.

use serde_json::{Value, json};

use super::case::{Case, refused, try_all, with};

mod balancers;
mod creation;
mod names;
mod rollout;

pub(super) fn cases() -> Vec<Case> {
    let groups = [
        names::cases(),
        creation::cases(),
        rollout::cases(),
        balancers::cases(),
    ];
    groups.into_iter().flatten().collect()
}

/// What a good service runs; it fits any network mode.
fn definition() -> Value {
    json!({"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 64,
        "portMappings": [{"containerPort": 8080, "hostPort": 8080}]}]})
}

fn service() -> Value {
    json!({"cluster": "searchapp", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1})
}

fn balancer() -> Value {
    json!({"LoadBalancerName": "web-elb", "Scheme": "internal", "Subnets": ["subnet-39706b4e"],
        "Listeners": [{"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 8080}]})
}

/// A place of `loadBalancers`.
fn entry() -> Value {
    json!({"loadBalancerName": "web-elb", "containerName": "web", "containerPort": 8080})
}

/// Where tasks of `awsvpc` are.
fn network(subnet: &str) -> Value {
    json!({"awsvpcConfiguration": {"subnets": [subnet]}})
}

/// A service that differs from the good one is refused.
fn creation(rule: &'static str, others: Value, says: &str) -> Case {
    refused(rule, "CreateService", with(service(), others), says)
        .after("RegisterTaskDefinition", definition())
}

/// The same, where the good load balancer is.
fn creation_behind(rule: &'static str, others: Value, says: &str) -> Case {
    creation(rule, others, says).after("CreateLoadBalancer", balancer())
}

/// A change of a service is refused that was made as the good one with other members.
fn update(rule: &'static str, made: Value, others: Value, says: &str) -> Case {
    let input = with(json!({"cluster": "searchapp", "service": "web"}), others);
    refused(rule, "UpdateService", input, says)
        .after("RegisterTaskDefinition", definition())
        .after("CreateLoadBalancer", balancer())
        .after("CreateService", with(service(), made))
}

#[test]
fn rules_are_kept() {
    try_all(cases());
}
