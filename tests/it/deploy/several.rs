//! Several recipes, names and stacks in one cluster.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::{Sandbox, StandIn};

#[test]
fn three_recipes_are_one_plan() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let paths = [
        "recipes/elasticsearch.wasm",
        "recipes/redis.wasm",
        "recipes/memcached.wasm",
    ];
    let (run, calls) =
        stand_in.calls_of(|| sandbox.host(&[&["run"][..], &paths].concat()).ends_with(0));
    assert_eq!(
        run.stdout,
        "elasticsearch  elasticsearch-elb.us-east-1.elb.amazonaws.com:80\n\
         redis          redis-elb.us-east-1.elb.amazonaws.com:80\n\
         memcached      memcached-elb.us-east-1.elb.amazonaws.com:80\n"
    );
    run.says(&["Plan: 9 to create, 0 to update, 0 to delete."]);
    // One round of reads for all of them, and no service is waited for before the others begin.
    let reads = calls.iter().take_while(|it| !it.write).count();
    let read = |operation: &str| {
        calls[..reads]
            .iter()
            .filter(|it| it.operation == operation)
            .count()
    };
    assert_eq!(
        (
            read("DescribeServices"),
            read("DescribeLoadBalancers"),
            read("DescribeTaskDefinition")
        ),
        (1, 1, 3)
    );
    let last_create = calls
        .iter()
        .rposition(|it| it.operation == "CreateService")
        .unwrap();
    let first_look = calls
        .iter()
        .position(|it| it.operation == "DescribeInstanceHealth")
        .unwrap();
    assert!(last_create < first_look);

    // One of them changes; the others are kept.
    let line = [&["run"][..], &paths, &["--set", "redis.memory=256"]].concat();
    let (run, calls) = stand_in.calls_of(|| sandbox.host(&line).ends_with(0));
    run.says(&["Plan: 0 to create, 2 to update, 0 to delete."]);
    let changed: BTreeSet<String> = calls
        .iter()
        .filter(|it| it.write)
        .map(|it| it.parameters.to_string())
        .collect();
    assert!(
        !changed.is_empty() && changed.iter().all(|it| it.contains("redis")),
        "{changed:?}"
    );
}

#[test]
fn two_of_a_kind_live_side_by_side() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    sandbox.write(
        "host.toml",
        "[services.sessions]\nrecipe = 'recipes/redis.wasm'\n[services.cache]\nrecipe = 'recipes/redis.wasm'\nparameters = { port = 6380 }\n",
    );
    let run = sandbox.host(&["run"]).ends_with(0);
    assert_eq!(
        run.stdout,
        "cache     cache-elb.us-east-1.elb.amazonaws.com:80\nsessions  sessions-elb.us-east-1.elb.amazonaws.com:80\n"
    );
    // A third by its name on the command line, in the same stack.
    sandbox
        .host(&[
            "run",
            "recipes/redis.wasm",
            "--set",
            "name=third",
            "--set",
            "port=6381",
        ])
        .ends_with(0);
    let listed = sandbox
        .host(&["list", "--output", "json"])
        .ends_with(0)
        .json();
    let names: Vec<_> = listed["services"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["name"], &it["ours"]))
        .collect();
    let ours = json!(true);
    assert_eq!(
        names,
        [
            (&json!("cache"), &ours),
            (&json!("sessions"), &ours),
            (&json!("third"), &ours)
        ]
    );
}

#[test]
fn a_host_port_that_is_taken_twice_is_found_before_anything_is_sent() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let line = [
        "run",
        "recipes/redis.wasm",
        "recipes/memcached.wasm",
        "--set",
        "redis.name=cache",
        "--set",
        "memcached.name=cache",
    ];
    let (run, writes) = stand_in.writes_of(|| sandbox.host(&line));
    run.ends_with(1)
        .says(&["two recipes of this call are called `cache`", "hint:"]);
    assert_eq!(writes, [""; 0]);
}
