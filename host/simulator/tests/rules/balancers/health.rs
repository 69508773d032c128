//! Health checks, and the instances that they are about.

use serde_json::{Value, json};

use super::{changing, of_balancer};
use crate::rules::case::{Case, with};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = members();
    cases.extend(targets());
    cases.extend(numbers());
    cases.extend(instances());
    cases
}

fn check() -> Value {
    json!({
        "Target": "TCP:6379",
        "Interval": 30,
        "Timeout": 5,
        "UnhealthyThreshold": 2,
        "HealthyThreshold": 10,
    })
}

fn checking(rule: &'static str, members: Value, says: &str) -> Case {
    changing(
        rule,
        "ConfigureHealthCheck",
        json!({"HealthCheck": with(check(), members)}),
        says,
    )
}

fn members() -> Vec<Case> {
    let without = |name: &str, says| checking("elb-health-missing", json!({name: null}), says);
    vec![
        without(
            "Target",
            "ValidationError: HealthCheck Target must be specified",
        ),
        without(
            "Interval",
            "ValidationError: HealthCheck Interval must be specified",
        ),
        without(
            "Timeout",
            "ValidationError: HealthCheck Timeout must be specified",
        ),
        without(
            "UnhealthyThreshold",
            "ValidationError: HealthCheck UnhealthyThreshold must be specified",
        ),
        without(
            "HealthyThreshold",
            "ValidationError: HealthCheck HealthyThreshold must be specified",
        ),
    ]
}

fn targets() -> Vec<Case> {
    let target = |rule, target: &str, says| checking(rule, json!({"Target": target}), says);
    let port = |it: &str| {
        target(
            "elb-health-target",
            it,
            "ValidationError: HealthCheck Target must specify a port number",
        )
    };
    let protocol = |it: &str| {
        target(
            "elb-health-protocol",
            it,
            "ValidationError: HealthCheck Target must begin with one of HTTP, TCP, HTTPS, SSL",
        )
    };
    let path = |it: &str| {
        target(
            "elb-health-path",
            it,
            "ValidationError: HealthCheck HTTP Target must specify a port followed by a path that begins with a slash. e.g. HTTP:80/ping/this/path",
        )
    };
    let longest = format!("HTTP:80/{}", "a".repeat(1016));
    vec![
        port("TCP"),
        port("TCP:0"),
        port("TCP:65536").after(
            "ConfigureHealthCheck",
            of_balancer(json!({"HealthCheck": with(check(), json!({"Target": "TCP:65535"}))})),
        ),
        port("TCP:+80"),
        port("SSL:443/health"),
        protocol("UDP:53"),
        protocol("6379"),
        path("HTTP:80"),
        path("HTTP:/health"),
        path("HTTP:80health"),
        target(
            "elb-health-path",
            "HTTPS:443",
            "ValidationError: HealthCheck HTTPS Target must specify a port followed by a path that begins with a slash. e.g. HTTPS:80/ping/this/path",
        ),
        target(
            "elb-health-long",
            &format!("{longest}a"),
            "ValidationError: HealthCheck Target must not exceed 1024 characters",
        )
        .after(
            "ConfigureHealthCheck",
            of_balancer(json!({"HealthCheck": with(check(), json!({"Target": longest}))})),
        ),
    ]
}

fn numbers() -> Vec<Case> {
    let interval = |it: i64| {
        checking(
            "elb-health-interval",
            json!({"Interval": it, "Timeout": 2}),
            "ValidationError: HealthCheck interval must be between 5 and 300 seconds",
        )
    };
    let timeout = |it: i64| {
        checking(
            "elb-health-timeout",
            json!({"Interval": 300, "Timeout": it}),
            "ValidationError: HealthCheck timeout must be between 2 and 60 seconds",
        )
    };
    let threshold = |name: &str, it: i64| {
        checking(
            "elb-health-threshold",
            json!({name: it}),
            "ValidationError: HealthCheck thresholds must be between 2 and 10",
        )
    };
    let fits = |case: Case, members: Value| {
        let body = of_balancer(json!({"HealthCheck": with(check(), members)}));
        case.after("ConfigureHealthCheck", body)
    };
    vec![
        fits(interval(4), json!({"Interval": 5, "Timeout": 2})),
        fits(interval(301), json!({"Interval": 300, "Timeout": 60})),
        interval(-30),
        timeout(1),
        timeout(61),
        checking(
            "elb-health-order",
            json!({"Interval": 30, "Timeout": 30}),
            "ValidationError: HealthCheck timeout must be less than interval",
        ),
        threshold("UnhealthyThreshold", 1),
        threshold("UnhealthyThreshold", 11),
        threshold("HealthyThreshold", 1),
        threshold("HealthyThreshold", 11),
    ]
}

fn instances() -> Vec<Case> {
    let operations = [
        "RegisterInstancesWithLoadBalancer",
        "DeregisterInstancesFromLoadBalancer",
        "DescribeInstanceHealth",
    ];
    let one = |operation| {
        changing(
            "elb-instance",
            operation,
            json!({"Instances": [{"InstanceId": "i-00000000000000000"}]}),
            "InvalidInstance: Could not find EC2 instance i-00000000000000000.",
        )
    };
    operations.map(one).into()
}
