//! What changes is changed, and nothing else.

use serde_json::{Value, json};

use crate::harness::{Sandbox, StandIn};

/// A stand-in with redis in it, and a sandbox to change it from.
fn with_redis() -> (StandIn, Sandbox) {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    sandbox.host(&["run", "recipes/redis.wasm"]).ends_with(0);
    (stand_in, sandbox)
}

#[test]
fn content_scale_and_checks_each_take_their_own_calls() {
    let (stand_in, sandbox) = with_redis();
    let run = |arguments: &[&str]| {
        let line = [&["run", "recipes/redis.wasm"][..], arguments].concat();
        stand_in.writes_of(|| sandbox.host(&line).ends_with(0))
    };

    // Other content is a new revision; afterwards that one is the stable one.
    let (done, writes) = run(&["--set", "memory=256"]);
    done.says(&[
        "memory: 128 -> 256",
        "new revision after redis:1",
        "updated task definition redis (redis:2)",
    ]);
    assert_eq!(
        writes,
        [
            "RegisterTaskDefinition",
            "UpdateService",
            // What was applied last; then what is steady, on the service and on the revision.
            "TagResource",
            "TagResource",
            "TagResource"
        ]
    );
    let update = stand_in.last("UpdateService");
    assert!(
        update["taskDefinition"]
            .as_str()
            .is_some_and(|it| it.ends_with("task-definition/redis:2")),
        "{update}"
    );
    // The revision says when it was seen steady; that and what the service says come in any order.
    let calls = stand_in.calls();
    let is_of_revision = |it: &Value| {
        let arn = it["resourceArn"].as_str();
        arn.is_some_and(|it| it.ends_with("task-definition/redis:2"))
    };
    let tagged = calls
        .iter()
        .filter(|it| it.operation == "TagResource")
        .map(|it| &it.parameters)
        .rfind(|it| is_of_revision(it));
    assert_eq!(tagged.unwrap()["tags"][0]["key"], "host:stable");

    // Another count is no new revision.
    let (done, writes) = run(&["--set", "memory=256", "--set", "desired-count=2"]);
    done.says(&[
        "desiredCount: ",
        "1 -> 2",
        "Plan: 0 to create, 1 to update, 0 to delete.",
    ]);
    assert_eq!(writes, ["UpdateService", "TagResource"]);
    let update = stand_in.last("UpdateService");
    assert_eq!(
        (&update["desiredCount"], update.get("taskDefinition")),
        (&json!(2), None)
    );

    // Another health check is one call to the load balancer.
    let arguments = [
        "--set",
        "memory=256",
        "--set",
        "desired-count=2",
        "--set",
        "health-check-interval=30",
    ];
    let (done, writes) = run(&arguments);
    done.says(&["HealthCheck.Interval: 10 -> 30"]);
    assert_eq!(writes, ["ConfigureHealthCheck", "AddTags"]);

    // And now all of it is so.
    let (done, writes) = run(&arguments);
    done.says(&["No changes."]);
    assert_eq!(writes, [""; 0]);

    // Content that was there before is a new revision again: the newest is what counts.
    let (_, writes) = run(&["--set", "memory=128"]);
    assert_eq!(
        writes
            .iter()
            .filter(|it| *it == "RegisterTaskDefinition")
            .count(),
        1
    );
}

#[test]
fn tasks_that_autoscaling_added_are_left_alone_and_replaced_one_by_one() {
    let (stand_in, sandbox) = with_redis();
    let scaled = json!({"cluster": "searchapp", "service": "redis-service", "desiredCount": 3});
    stand_in.ecs("UpdateService", &scaled);
    let plan = ["plan", "recipes/redis.wasm", "--detailed-exitcode"];
    let plan = sandbox.host(&plan).ends_with(0);
    assert!(plan.stdout.contains("No changes."), "{plan}");

    let run = [
        "run",
        "recipes/redis.wasm",
        "--no-wait",
        "--set",
        "memory=160",
    ];
    sandbox
        .host(&run)
        .ends_with(0)
        .says(&["deploymentConfiguration.minimumHealthyPercent: ", "-> 66"]);
    let update = stand_in.last("UpdateService");
    assert_eq!(update.get("desiredCount"), None);
    assert_eq!(
        update["deploymentConfiguration"],
        json!({"minimumHealthyPercent": 66, "maximumPercent": 100})
    );
}

#[test]
fn what_others_changed_is_seen_and_put_right() {
    let (stand_in, sandbox) = with_redis();
    let one = ["run", "recipes/redis.wasm", "--set", "desired-count=1"];
    // From now on somebody says it.
    sandbox.host(&one).ends_with(0);
    stand_in.ecs(
        "UpdateService",
        &json!({"cluster": "searchapp", "service": "redis-service", "desiredCount": 4}),
    );
    let plan = sandbox
        .host(&[
            "plan",
            "recipes/redis.wasm",
            "--set",
            "desired-count=1",
            "--detailed-exitcode",
        ])
        .ends_with(2);
    assert!(
        plan.stdout.contains("desiredCount: ") && plan.stdout.contains("4 -> 1"),
        "{plan}"
    );
    let (_, writes) = stand_in.writes_of(|| sandbox.host(&one).ends_with(0));
    assert_eq!(writes, ["UpdateService", "TagResource"]);
    assert_eq!(stand_in.last("UpdateService")["desiredCount"], 1);
}

#[test]
fn a_listener_is_changed_where_it_is() {
    let (stand_in, sandbox) = with_redis();
    let line = ["--set", "load-balancer-port=6379"];
    let plan = sandbox
        .host(&[&["plan", "recipes/redis.wasm"][..], &line].concat())
        .ends_with(0);
    assert!(
        plan.stdout.contains("~ update  load balancer redis-elb"),
        "{plan}"
    );
    let broken = "      ! clients of port 80 must connect to 6379\n";
    assert!(plan.stdout.contains(broken), "{plan}");
    let arguments = [&["run", "recipes/redis.wasm"][..], &line].concat();
    let (unasked, writes) = stand_in.writes_of(|| sandbox.host(&arguments).ends_with(1));
    assert_eq!(writes, [""; 0]);
    assert!(unasked.stderr.contains("H0308"), "{unasked}");
    let arguments = [&arguments[..], &["--yes"]].concat();
    let (run, writes) = stand_in.writes_of(|| sandbox.host(&arguments).ends_with(0));
    assert_eq!(
        writes,
        [
            "DeleteLoadBalancerListeners",
            "CreateLoadBalancerListeners",
            "AddTags"
        ]
    );
    assert!(run.stdout.ends_with(":6379\n"), "{run}");
    let (_, writes) = stand_in.writes_of(|| sandbox.host(&arguments).ends_with(0));
    assert_eq!(writes, [""; 0]);
}

#[test]
fn what_is_half_done_is_completed() {
    let (stand_in, sandbox) = with_redis();
    stand_in.ecs(
        "DeleteService",
        &json!({"cluster": "searchapp", "service": "redis-service", "force": true}),
    );
    let (run, writes) =
        stand_in.writes_of(|| sandbox.host(&["run", "recipes/redis.wasm"]).ends_with(0));
    assert_eq!(
        run.stdout,
        "redis  redis-elb.us-east-1.elb.amazonaws.com:80\n"
    );
    assert_eq!(
        writes,
        ["CreateService", "TagResource", "TagResource"],
        "the revision and the load balancer are still good"
    );
}

/// A volume by its name alone goes with its task, so an update that replaces the task asks.
#[test]
fn what_loses_data_asks_first() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in).set("NO_COLOR", "1");
    let run = |more: &[&str]| {
        let line = [
            &["run", "recipes/elasticsearch.wasm", "--no-wait"][..],
            more,
        ]
        .concat();
        stand_in.writes_of(|| sandbox.host(&line))
    };
    // There is nothing to lose yet.
    run(&[]).0.ends_with(0);

    let (asked, writes) = run(&["--set", "memory=512"]);
    asked.ends_with(1).says(&[
        "loses the data in volume elasticsearch-data",
        "there is no terminal to ask on",
        "hint: give `--yes`",
    ]);
    assert_eq!(writes, [""; 0]);
    let line = [
        "run",
        "recipes/elasticsearch.wasm",
        "--no-wait",
        "--set",
        "memory=512",
    ];
    let (refused, writes) = stand_in.writes_of(|| sandbox.terminal("n", &line));
    let refused = refused.ends_with(1);
    assert!(
        refused
            .stdout
            .contains("Lose the data in elasticsearch-data? [y/N]"),
        "{refused}"
    );
    assert_eq!(writes, [""; 0]);
    let planned = sandbox.host(&[
        "plan",
        "recipes/elasticsearch.wasm",
        "--set",
        "memory=512",
        "--output",
        "json",
    ]);
    assert_eq!(
        planned.ends_with(0).json()["plan"]["services"][0]["steps"][2]["loses"],
        json!(["elasticsearch-data"])
    );

    // What replaces no task loses nothing and does not ask; a yes is enough for the rest.
    run(&["--set", "health-check-interval=30"]).0.ends_with(0);
    let (done, writes) = run(&["--set", "memory=512", "--yes"]);
    done.ends_with(0);
    assert!(writes.contains(&"UpdateService".to_owned()), "{writes:?}");
}
