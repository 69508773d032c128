//! A blueprint that is all right, and ways to spoil it.
#![expect(
    clippy::needless_pass_by_value,
    reason = "tables of cases read better without borrows"
)]

use expect_test::Expect;
use serde_json::{Value, json};

use crate::desired::{DesiredLoadBalancer, DesiredService, DesiredTarget};
use crate::diag::Diagnostic;

/// The bodies of a plain redis behind a classic load balancer, by the names of `host render`.
pub(super) fn redis() -> Value {
    json!({
        "taskDefinition": {
            "family": "redis",
            "containerDefinitions": [{
                "name": "app-redis",
                "image": "redis",
                "cpu": 128,
                "memory": 128,
                "essential": true,
                "portMappings": [{ "containerPort": 6379, "hostPort": 6379, "protocol": "tcp" }],
                "mountPoints": [{ "sourceVolume": "data", "containerPath": "/data", "readOnly": false }],
            }],
            "volumes": [{ "name": "data" }],
        },
        "loadBalancer": {
            "LoadBalancerName": "redis-elb",
            "Scheme": "internal",
            "Listeners": [{ "Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 6379 }],
        },
        "healthCheck": {
            "Target": "TCP:6379",
            "Interval": 10,
            "Timeout": 5,
            "UnhealthyThreshold": 2,
            "HealthyThreshold": 2,
        },
        "service": {
            "serviceName": "redis-service",
            "loadBalancers": [{ "loadBalancerName": "redis-elb", "containerName": "app-redis", "containerPort": 6379 }],
            "desiredCount": 1,
            "deploymentConfiguration": { "minimumHealthyPercent": 0, "maximumPercent": 100 },
            "availabilityZoneRebalancing": "DISABLED",
            "healthCheckGracePeriodSeconds": 120,
        },
    })
}

/// The redis without its load balancer.
pub(super) const ALONE: [(&str, Value); 4] = [
    ("/loadBalancer", Value::Null),
    ("/healthCheck", Value::Null),
    ("/service/loadBalancers", Value::Null),
    ("/service/healthCheckGracePeriodSeconds", Value::Null),
];

/// Checks what is found in the redis after `changes`: a JSON pointer each, and
/// the value that is put there. Null takes away, and `-` appends to a list.
#[track_caller]
pub(super) fn check<const N: usize>(changes: [(&str, Value); N], expected: Expect) {
    expected.assert_eq(&tell(&super::validate(&changed(&changes), None)));
}

/// The same without a load balancer.
#[track_caller]
pub(super) fn check_alone<const N: usize>(changes: [(&str, Value); N], expected: Expect) {
    let changes: Vec<_> = ALONE.into_iter().chain(changes).collect();
    expected.assert_eq(&tell(&super::validate(&changed(&changes), None)));
}

/// The same as [`check`], in a target.
#[track_caller]
pub(super) fn check_in<const N: usize>(
    target: &DesiredTarget,
    changes: [(&str, Value); N],
    expected: Expect,
) {
    expected.assert_eq(&tell(&super::validate(&changed(&changes), Some(target))));
}

/// Checks that nothing is found after `changes`.
#[track_caller]
pub(super) fn passes<const N: usize>(changes: [(&str, Value); N]) {
    assert_eq!(tell(&super::validate(&changed(&changes), None)), "");
}

/// The same without a load balancer.
#[track_caller]
pub(super) fn passes_alone<const N: usize>(changes: [(&str, Value); N]) {
    let changes: Vec<_> = ALONE.into_iter().chain(changes).collect();
    assert_eq!(tell(&super::validate(&changed(&changes), None)), "");
}

pub(super) fn changed(changes: &[(&str, Value)]) -> DesiredService {
    let mut bodies = redis();
    for (pointer, value) in changes {
        put(&mut bodies, pointer, value.clone());
    }
    let mut take = |name: &str| bodies.as_object_mut().unwrap().remove(name);
    let (create, health_check, attributes) = (
        take("loadBalancer"),
        take("healthCheck"),
        take("attributes"),
    );
    DesiredService {
        name: "redis".to_owned(),
        task_definition: take("taskDefinition"),
        service: take("service"),
        load_balancer: create.map(|create| DesiredLoadBalancer {
            create,
            health_check: health_check.unwrap_or_else(|| json!({})),
            attributes,
        }),
        ..DesiredService::default()
    }
}

/// Puts `value` where `pointer` leads, and makes objects on the way.
fn put(body: &mut Value, pointer: &str, value: Value) {
    let (way, last) = pointer.rsplit_once('/').unwrap();
    let mut place = body;
    for step in way.split('/').skip(1) {
        place = match step.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[step],
        };
        if place.is_null() {
            *place = json!({});
        }
    }
    match (place, last.parse::<usize>(), value) {
        (Value::Object(members), _, Value::Null) => {
            assert!(
                members.remove(last).is_some(),
                "nothing to take away at `{pointer}`"
            );
        }
        (Value::Array(elements), _, value) if last == "-" => elements.push(value),
        (Value::Array(elements), Ok(index), value) => elements[index] = value,
        (place, _, value) => place[last] = value,
    }
}

fn tell(found: &[Diagnostic]) -> String {
    let line =
        |it: &Diagnostic| format!("{}: {it}", if it.is_error() { "error" } else { "warning" });
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}
