//! Classic load balancers.

use serde_json::{Value, json};

use super::case::{Case, refused, try_all, with};

mod attributes;
mod creation;
mod health;
mod listeners;
mod network;
mod policies;
mod tags;

pub(super) fn cases() -> Vec<Case> {
    [
        attributes::cases(),
        creation::cases(),
        health::cases(),
        listeners::cases(),
        network::cases(),
        policies::cases(),
        tags::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn rules_are_kept() {
    try_all(cases());
}

const SUBNET: &str = "subnet-39706b4e";
const CERTIFICATE: &str = "arn:aws:acm:us-east-1:387705308362:certificate/7d3f";

/// A listener of TCP whose two ports are the same.
fn listener(port: usize) -> Value {
    json!({"Protocol": "TCP", "LoadBalancerPort": port, "InstancePort": port})
}

/// A body that CreateLoadBalancer takes.
fn balancer() -> Value {
    json!({
        "LoadBalancerName": "redis-elb",
        "Listeners": [listener(6379)],
        "Scheme": "internal",
        "Subnets": [SUBNET],
    })
}

/// The body of an operation on the load balancer.
fn of_balancer(members: Value) -> Value {
    with(json!({"LoadBalancerName": "redis-elb"}), members)
}

/// A load balancer that cannot be made.
fn making(rule: &'static str, members: Value, says: &str) -> Case {
    refused(rule, "CreateLoadBalancer", with(balancer(), members), says)
}

/// An operation on the load balancer that is refused.
fn changing(rule: &'static str, operation: &'static str, members: Value, says: &str) -> Case {
    refused(rule, operation, of_balancer(members), says).after("CreateLoadBalancer", balancer())
}
