//! From nothing to a steady service, without a single flag.

use serde_json::{Value, json};

use super::tag_names;
use crate::harness::{Call, Sandbox, StandIn};

fn position(calls: &[Call], operation: &str) -> usize {
    calls
        .iter()
        .position(|it| it.operation == operation)
        .unwrap_or_else(|| panic!("`{operation}` was not called"))
}

#[test]
fn one_recipe_is_all_that_is_needed() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);

    // The plan shows everything and changes nothing.
    let (plan, writes) =
        stand_in.writes_of(|| sandbox.host(&["plan", "recipes/redis.wasm", "--detailed-exitcode"]));
    let plan = plan.ends_with(2);
    assert_eq!(writes, [""; 0]);
    assert!(
        plan.stdout.contains("+ create  load balancer redis-elb"),
        "{plan}"
    );
    assert!(
        plan.stdout
            .contains("Plan: 3 to create, 0 to update, 0 to delete."),
        "{plan}"
    );
    let (dry, writes) =
        stand_in.writes_of(|| sandbox.host(&["run", "recipes/redis.wasm", "--dry-run"]));
    assert_eq!((dry.ends_with(0).stdout, writes), (plan.stdout, Vec::new()));

    // stdout is the endpoint and nothing else.
    let (run, calls) =
        stand_in.calls_of(|| sandbox.host(&["run", "recipes/redis.wasm"]).ends_with(0));
    assert_eq!(
        run.stdout,
        "redis  redis-elb.us-east-1.elb.amazonaws.com:80\n"
    );
    let run = run.says(&[
        "created service redis-service",
        "redis is steady",
        "none is named: the load balancer gets the VPC's default group",
    ]);

    // What the service needs was there before it, and it was looked at until it held.
    let create = position(&calls, "CreateService");
    for before in [
        "RegisterTaskDefinition",
        "CreateLoadBalancer",
        "ConfigureHealthCheck",
        "DescribeContainerInstances",
    ] {
        assert!(
            position(&calls, before) < create,
            "{before} came after CreateService"
        );
    }
    assert!(
        calls[create..]
            .iter()
            .filter(|it| it.operation == "DescribeServices")
            .count()
            >= 2,
        "{run}"
    );
    assert_eq!(
        calls.last().map(|it| it.operation.as_str()),
        Some("TagResource"),
        "what was seen steady is written down last"
    );

    // The subnet is that of the cluster's instance; the service names its own revision.
    let balancer = stand_in.last("CreateLoadBalancer");
    assert_eq!(
        (&balancer["Subnets.member.1"], &balancer["Scheme"]),
        (&"subnet-39706b4e".into(), &"internal".into())
    );
    assert_eq!(balancer.get("SecurityGroups.member.1"), None);
    let service = stand_in.last("CreateService");
    assert_eq!(service["cluster"], "searchapp");
    assert!(
        service["taskDefinition"]
            .as_str()
            .is_some_and(|it| it.ends_with(":task-definition/redis:1")),
        "{service}"
    );
    assert_eq!(
        service["deploymentConfiguration"],
        json!({"minimumHealthyPercent": 0, "maximumPercent": 100})
    );

    // All three carry our tags.
    let ours = [
        "host:applied",
        "host:digest",
        "host:recipe",
        "host:service",
        "host:stack",
    ];
    assert_eq!(tag_names(&service["tags"]), ours);
    assert_eq!(
        tag_names(&stand_in.last("RegisterTaskDefinition")["tags"]),
        ours
    );
    let described = stand_in.elb(
        "DescribeTags",
        &[("LoadBalancerNames.member.1", "redis-elb")],
    );
    for tag in ours {
        assert!(
            described.contains(&format!("<Key>{tag}</Key>")),
            "{described}"
        );
    }

    // Again: nothing to do, nothing sent, the same endpoint.
    let (again, writes) = stand_in.writes_of(|| sandbox.host(&["run", "recipes/redis.wasm"]));
    let again = again.ends_with(0).says(&["No changes.", "redis is steady"]);
    assert_eq!((again.stdout, writes), (run.stdout, Vec::new()));
    sandbox
        .host(&["plan", "recipes/redis.wasm", "--detailed-exitcode"])
        .ends_with(0);
}

#[test]
fn everything_the_user_names_is_used() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in)
        .set("RECIPE_HOST_SECURITY_GROUP", "sg-c70ff2a1")
        .set("RECIPE_HOST_SERVICE_ROLE", "ecsServiceRole");
    let flags = [
        "--cluster",
        "searchapp",
        "--subnet",
        "subnet-39706b4e",
        "--stack",
        "pull-42",
        "--set",
        "name=cache",
    ];
    let line = [&["run", "recipes/redis.wasm", "--no-wait"][..], &flags].concat();
    let (run, calls) = stand_in.calls_of(|| sandbox.host(&line).ends_with(0));
    assert!(!run.stderr.contains("none is named"), "{run}");
    let asked = |operation: &str| calls.iter().any(|it| it.operation == operation);
    assert!(!asked("ListClusters"), "what is named is not asked for");
    // Once, and only to see whether they have room.
    let reads = calls
        .iter()
        .filter(|it| it.operation == "ListContainerInstances");
    assert_eq!(reads.count(), 1);
    assert_eq!(
        stand_in.last("CreateLoadBalancer")["SecurityGroups.member.1"],
        "sg-c70ff2a1"
    );
    let service = stand_in.last("CreateService");
    assert_eq!(
        (&service["role"], &service["serviceName"]),
        (&"ecsServiceRole".into(), &"cache-service".into())
    );
    let tags = service["tags"].as_array().unwrap();
    assert!(
        tags.contains(&json!({"key": "host:stack", "value": "searchapp/pull-42"})),
        "{tags:?}"
    );
    assert!(
        tags.contains(&json!({"key": "host:service", "value": "cache"})),
        "{tags:?}"
    );
}

#[test]
fn the_document_for_programs_says_all_of_it() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let planned = sandbox
        .host(&["plan", "recipes/redis.wasm", "--output", "json"])
        .ends_with(0)
        .json();
    assert_eq!(planned["schema_version"], 1);
    assert_eq!(
        planned["plan"]["summary"],
        json!({"create": 3, "update": 0, "delete": 0, "no_op": 0, "blocked": 0, "drifted": 0})
    );

    let run = sandbox
        .host(&["run", "recipes/redis.wasm", "--output", "json", "-q"])
        .ends_with(0);
    assert_eq!(run.stderr, "");
    let document = run.json();
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "schema_version",
            "plan",
            "permissions",
            "findings",
            "outcome",
            "waited",
            "endpoints"
        ]
    );
    let steps = document["outcome"]["steps"].as_array().unwrap();
    let results: Vec<(&str, &str)> = steps
        .iter()
        .map(|it| (it["id"].as_str().unwrap(), it["result"].as_str().unwrap()))
        .collect();
    assert_eq!(
        results,
        [
            ("redis/task-definition", "done"),
            ("redis/load-balancer", "done"),
            ("redis/service", "done")
        ]
    );
    assert_eq!(document["waited"][0]["result"], "steady");
    let endpoint = json!({
        "service": "redis", "name": "redis", "address": "redis-elb.us-east-1.elb.amazonaws.com", "port": 80, "scheme": "redis",
    });
    assert_eq!(document["endpoints"], json!([endpoint]));
    let severities: Vec<&Value> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["severity"])
        .collect();
    assert_eq!(severities, ["warning", "warning"]);
}
