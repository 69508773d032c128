//! What was not made by host, or not by this stack, is never touched.

use serde_json::json;

use crate::harness::{Sandbox, StandIn};

const LISTENER: [(&str, &str); 6] = [
    ("LoadBalancerName", "redis-elb"),
    ("Listeners.member.1.Protocol", "TCP"),
    ("Listeners.member.1.LoadBalancerPort", "80"),
    ("Listeners.member.1.InstanceProtocol", "TCP"),
    ("Listeners.member.1.InstancePort", "6379"),
    ("Subnets.member.1", "subnet-39706b4e"),
];

fn make_service(stand_in: &StandIn) {
    let container = json!({"name": "web", "image": "nginx", "memory": 64});
    stand_in.ecs(
        "RegisterTaskDefinition",
        &json!({"family": "web", "containerDefinitions": [container]}),
    );
    let service = json!({"cluster": "searchapp", "serviceName": "redis-service", "taskDefinition": "web:1", "desiredCount": 1});
    stand_in.ecs("CreateService", &service);
}

#[test]
fn services_and_load_balancers_of_others_stop_the_run() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    make_service(&stand_in);
    stand_in.elb("CreateLoadBalancer", &LISTENER);
    for verb in ["run", "plan"] {
        let (run, writes) = stand_in.writes_of(|| sandbox.host(&[verb, "recipes/redis.wasm"]));
        let run = run.ends_with(1).says(&[
            "the plan cannot be applied",
            "hint: take it over with `--adopt`",
        ]);
        for what in ["service `redis-service`", "load balancer `redis-elb`"] {
            assert!(
                run.everything()
                    .contains(&format!("! {what} exists and was not made by host")),
                "{run}"
            );
        }
        assert_eq!(writes, [""; 0], "{run}");
    }
    // Programs get the plan that says why.
    let run = sandbox
        .host(&["run", "recipes/redis.wasm", "--output", "json"])
        .ends_with(1);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).expect("one document");
    assert_eq!(document["plan"]["summary"]["blocked"], 2, "{run}");
    assert!(document["error"]["message"].is_string(), "{run}");
    // Another name leads past them.
    sandbox
        .host(&["run", "recipes/redis.wasm", "--set", "name=cache"])
        .ends_with(0);

    // They are listed and marked, and no verb deletes them.
    let listed = sandbox.host(&["list"]).ends_with(0);
    let line = listed
        .stdout
        .lines()
        .find(|it| it.contains("redis-service"))
        .unwrap_or_else(|| panic!("{listed}"));
    assert!(line.contains("(not made by host)"), "{listed}");
    let (_, writes) = stand_in.writes_of(|| sandbox.host(&["destroy", "redis", "--yes"]));
    assert_eq!(writes, [""; 0]);
    let (_, writes) = stand_in.writes_of(|| sandbox.host(&["destroy", "--yes"]).ends_with(0));
    assert!(
        writes.contains(&"DeleteService".to_owned()),
        "the stack's own service goes"
    );
    let both = json!({"cluster": "searchapp", "services": ["redis-service", "cache-service"]});
    let left = stand_in.ecs("DescribeServices", &both);
    let active = left["services"].as_array().unwrap().iter();
    let names: Vec<_> = active
        .filter(|it| it["status"] == "ACTIVE")
        .map(|it| &it["serviceName"])
        .collect();
    assert_eq!(names, ["redis-service"], "{left}");
    assert!(
        stand_in
            .elb("DescribeLoadBalancers", &[])
            .contains("redis-elb")
    );
}

#[test]
fn another_stack_is_another_owner() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    sandbox
        .host(&["run", "recipes/redis.wasm", "--no-wait", "--stack", "one"])
        .ends_with(0);
    let (run, writes) =
        stand_in.writes_of(|| sandbox.host(&["run", "recipes/redis.wasm", "--stack", "two"]));
    run.ends_with(1).says(&["belongs to stack searchapp/one"]);
    assert_eq!(writes, [""; 0]);
    let endpoints = sandbox.host(&["endpoints", "--stack", "two"]);
    assert_eq!(endpoints.stdout, "");
    let (_, writes) =
        stand_in.writes_of(|| sandbox.host(&["destroy", "redis", "--yes", "--stack", "two"]));
    assert_eq!(writes, [""; 0]);
    // It is another stack's, and is listed as such.
    let listed = sandbox
        .host(&["list", "--stack", "two", "--output", "json"])
        .ends_with(0)
        .json();
    let service = &listed["services"][0];
    assert_eq!(
        (&service["stack"], &service["ours"]),
        (&json!("searchapp/one"), &json!(false))
    );
}

/// A family of the same name is harmless: the next revision of it is ours, unless its newest is someone's.
#[test]
fn revisions_of_others_are_not_built_upon() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let container = json!({"name": "searchapp-redis", "image": "redis", "memory": 128});
    stand_in.ecs(
        "RegisterTaskDefinition",
        &json!({"family": "redis", "containerDefinitions": [container]}),
    );
    let (run, writes) = stand_in.writes_of(|| sandbox.host(&["run", "recipes/redis.wasm"]));
    run.ends_with(1)
        .says(&["task definition `redis:1` exists and was not made by host"]);
    assert_eq!(writes, [""; 0]);
}
