//! Without parameters, `host render` says what the tutorial types by hand, and a short written list beside it.

use std::fs;

use serde_json::{Value, json};

use super::bodies::differences;
use crate::harness::{Sandbox, root};

/// The target of the tutorial.
const TARGET: &str = r#"
[target]
cluster = "searchapp"
region = "us-east-1"
subnets = ["subnet-39706b4e"]
security-groups = ["sg-c70ff2a1"]
service-role = "ecsServiceRole"
"#;

/// What the bodies of CreateService say beyond the tutorial, and why.
const BEYOND: [&str; 4] = [
    // Not possible behind a classic load balancer, and AWS's default since 2025.
    r#"availabilityZoneRebalancing: - -> "DISABLED""#,
    // One instance and a static port: the old task stops before the new one starts.
    "deploymentConfiguration.maximumPercent: - -> 100",
    "deploymentConfiguration.minimumHealthyPercent: - -> 0",
    // A task gets this long to come up before a failing check stops it.
    "healthCheckGracePeriodSeconds: - -> 120",
];

fn file(path: &str) -> Value {
    let text = fs::read_to_string(root().join("examples/searchapp/tutorial").join(path))
        .expect("the tutorial's file is there");
    serde_json::from_str(&text).expect("the tutorial's file is JSON")
}

/// The body of the tutorial's `aws elb create-load-balancer` for a service.
fn load_balancer(name: &str) -> Value {
    let commands = fs::read_to_string(root().join("examples/searchapp/tutorial/commands"))
        .expect("the commands are there");
    let line = commands
        .lines()
        .find(|it| it.contains(&format!("--load-balancer-name {name}-elb")));
    let words: Vec<&str> = line
        .expect("the tutorial makes its load balancer")
        .split(' ')
        .collect();
    let flag = |flag: &str| {
        words[words
            .iter()
            .position(|it| *it == flag)
            .unwrap_or_else(|| panic!("no {flag}"))
            + 1]
    };
    let pair = |it: &str| {
        let (key, value) = it.split_once('=').expect("a listener is `Key=Value,…`");
        (
            key.to_owned(),
            value
                .parse::<u16>()
                .map_or_else(|_| value.into(), Value::from),
        )
    };
    json!({
        "LoadBalancerName": flag("--load-balancer-name"),
        "Listeners": [Value::Object(flag("--listeners").split(',').map(pair).collect())],
        "Subnets": [flag("--subnets")],
        "Scheme": flag("--scheme"),
        "SecurityGroups": [flag("--security-groups")],
    })
}

/// `family` is what the tutorial's service names; `port` is the service's.
fn check(name: &str, family: &str, port: u16) {
    let sandbox = Sandbox::new();
    sandbox.write("host.toml", TARGET);
    let rendered = sandbox
        .host(&["render", &format!("recipes/{name}.wasm")])
        .ends_with(0)
        .json();
    let keys: Vec<&String> = rendered
        .as_object()
        .expect("it is an object")
        .keys()
        .collect();
    assert_eq!(
        keys,
        ["taskDefinition", "loadBalancer", "healthCheck", "service"]
    );

    let task_definition = file(&format!("task-definitions/{name}.json"));
    assert_eq!(
        differences(&task_definition, &rendered["taskDefinition"]),
        [""; 0]
    );
    assert_eq!(
        differences(&load_balancer(name), &rendered["loadBalancer"]),
        [""; 0]
    );

    // In the tutorial the cluster is a flag, and the revision a number that was known from the call before.
    let mut beyond = BEYOND.map(str::to_owned).to_vec();
    beyond.push(r#"cluster: - -> "searchapp""#.to_owned());
    beyond.push(format!(r#"taskDefinition: "{family}:1" -> "{name}""#));
    beyond.sort();
    assert_eq!(
        differences(
            &file(&format!("services/{name}-service.json")),
            &rendered["service"]
        ),
        beyond
    );

    // AWS's own default needs five minutes until an instance is in service.
    let health_check = json!({
        "LoadBalancerName": format!("{name}-elb"),
        "HealthCheck": {"Target": format!("TCP:{port}"), "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2},
    });
    assert_eq!(
        differences(&health_check, &rendered["healthCheck"]),
        [""; 0]
    );
}

#[test]
fn elasticsearch_is_the_tutorials() {
    check("elasticsearch", "elasticsearch", 9200);
}

#[test]
fn memcached_is_the_tutorials() {
    check("memcached", "memcached", 11211);
}

#[test]
fn redis_is_the_tutorials_without_its_slip() {
    check("redis", "searchapp-redis", 6379);
}

/// `--emit aws-cli` writes the same bodies, one file each.
#[test]
fn emitted_files_are_what_render_prints() {
    let sandbox = Sandbox::new();
    sandbox.write("host.toml", TARGET);
    let names = ["redis", "memcached"];
    let paths = names.map(|it| format!("recipes/{it}.wasm"));
    let printed = sandbox
        .host(&["render", &paths[0], &paths[1]])
        .ends_with(0)
        .json();
    sandbox
        .host(&["render", &paths[0], &paths[1], "--emit", "aws-cli", "out"])
        .ends_with(0);
    for (name, printed) in names
        .iter()
        .zip(printed.as_array().expect("several recipes are a list"))
    {
        for (key, file) in [
            ("taskDefinition", "task-definition"),
            ("loadBalancer", "load-balancer"),
            ("healthCheck", "health-check"),
            ("service", "service"),
        ] {
            let written: Value =
                serde_json::from_str(&sandbox.read(&format!("out/{name}/{file}.json"))).unwrap();
            assert_eq!(written, printed[key], "{name}/{file}.json");
        }
    }
}

/// The example's own stack file gives the tutorial's three, and the fourth with its secret.
#[test]
fn the_example_renders_as_it_lies_there() {
    let stack = root().join("examples/searchapp/host.toml");
    let sandbox = Sandbox::new();
    let rendered = sandbox
        .host(&["render", stack.to_str().unwrap()])
        .ends_with(0)
        .json();
    let families: Vec<&Value> = rendered
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["taskDefinition"]["family"])
        .collect();
    assert_eq!(families, ["elasticsearch", "memcached", "mysql", "redis"]);
    let secret = &rendered[2]["taskDefinition"]["containerDefinitions"][0]["secrets"][0];
    assert_eq!(secret["name"], "MYSQL_ROOT_PASSWORD");
    assert!(
        !rendered.to_string().contains("arn:aws:secretsmanager"),
        "{secret}"
    );
}
