//! Which cluster, which subnets, and what to do when there is no answer.

use serde_json::json;

use crate::harness::{Sandbox, StandIn};

#[test]
fn the_cluster_is_the_only_one_or_default_or_asked_for() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    stand_in.ecs("CreateCluster", &json!({"clusterName": "other"}));
    let refused = sandbox.host(&["run", "recipes/redis.wasm"]).ends_with(1);
    let refused = refused.says(&[
        "there are 2 ECS clusters in us-east-1",
        "`other`, `searchapp`",
        "--cluster NAME",
    ]);
    assert_eq!(refused.stdout, "");
    let document = sandbox
        .host(&["run", "recipes/redis.wasm", "--output", "json"])
        .ends_with(1)
        .json();
    assert!(
        document["error"]["hints"][0]
            .as_str()
            .is_some_and(|it| it.contains("--cluster")),
        "{document}"
    );

    stand_in.ecs("CreateCluster", &json!({"clusterName": "default"}));
    let listed = sandbox
        .host(&["list", "--output", "json"])
        .ends_with(0)
        .json();
    assert_eq!(listed["cluster"], "default");

    // `default` has no instances to take subnets from.
    let refused = sandbox.host(&["run", "recipes/redis.wasm"]).ends_with(1);
    refused.says(&[
        "there are no subnets for the load balancer",
        "cluster `default` has no container instances",
        "--subnet subnet-",
    ]);
    sandbox.write("host.toml", "[target]\ncluster = 'searchapp'\n");
    sandbox
        .host(&["plan", "recipes/redis.wasm", "--detailed-exitcode"])
        .ends_with(2);
    // A flag goes before the file, and an ARN is as good as a name.
    let arn = "arn:aws:ecs:us-east-1:123456789012:cluster/other";
    let refused = sandbox
        .host(&["plan", "recipes/redis.wasm", "--cluster", arn])
        .ends_with(1);
    refused.says(&["cluster `other` has no container instances"]);
}

/// An ARN says account and region, and means both.
#[test]
fn a_cluster_by_its_arn_is_that_one_alone() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    for (arn, says) in [
        (
            "arn:aws:ecs:us-east-1:222222222222:cluster/searchapp",
            "error[H0309]: cluster `searchapp` is in account 123456789012, and the target says 222222222222: nothing was changed",
        ),
        (
            "arn:aws:ecs:eu-west-1:123456789012:cluster/searchapp",
            "is in eu-west-1, and the region in use is us-east-1: nothing was changed",
        ),
    ] {
        let line = ["run", "recipes/redis.wasm", "--cluster", arn];
        let (run, writes) = stand_in.writes_of(|| sandbox.host(&line));
        run.ends_with(1).says(&[says]);
        assert_eq!(writes, [""; 0]);
    }
}

#[test]
fn nothing_is_changed_in_another_account() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    sandbox.write(
        "host.toml",
        "[target]\ncluster = 'searchapp'\naccount = '111122223333'\n",
    );
    for line in [
        &["run", "recipes/redis.wasm"][..],
        &["destroy", "--yes"],
        &["rollback", "redis"],
    ] {
        let (run, writes) = stand_in.writes_of(|| sandbox.host(line));
        run.ends_with(1).says(&[
            "error[H0309]: cluster `searchapp` is in account 123456789012, and the target says 111122223333: nothing was changed",
            "hint: take the credentials of the right account",
        ]);
        assert_eq!(writes, [""; 0]);
    }
    let right = ["run", "recipes/redis.wasm", "--account", "123456789012"];
    sandbox.host(&right).ends_with(0);
}

#[test]
fn without_a_cluster_it_says_how_to_name_one() {
    let stand_in = StandIn::bare();
    let sandbox = Sandbox::on(&stand_in);
    let run = sandbox.host(&["run", "recipes/redis.wasm"]).ends_with(1);
    run.says(&[
        "there is no ECS cluster in us-east-1",
        "aws ecs create-cluster",
        "[target]",
    ]);
    let (run, writes) = stand_in.writes_of(|| {
        sandbox.host(&[
            "run",
            "recipes/redis.wasm",
            "--cluster",
            "gone",
            "--subnet",
            "subnet-1",
        ])
    });
    run.ends_with(1).says(&["cluster"]);
    assert_eq!(writes, [""; 0]);

    let doctor = sandbox.host(&["doctor"]).ends_with(1);
    assert!(
        doctor.stdout.contains("ok   region       us-east-1"),
        "{doctor}"
    );
    assert!(
        doctor.stdout.contains("fail cluster") && doctor.stdout.contains("hint:"),
        "{doctor}"
    );
}

#[test]
fn the_doctor_finds_a_healthy_cluster() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let checks = sandbox
        .host(&["doctor", "--output", "json"])
        .ends_with(0)
        .json();
    let health = |name: &str| {
        let found = checks["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["name"] == name);
        found.unwrap_or_else(|| panic!("no check `{name}`: {checks}"))["health"].clone()
    };
    for name in ["cache", "stack file", "region", "credentials", "cluster"] {
        assert_eq!(health(name), "ok", "{name}: {checks}");
    }
}
