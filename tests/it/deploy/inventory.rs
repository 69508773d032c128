//! What is there, from the tags alone: no recipe at hand.

use serde_json::json;

use crate::harness::{Sandbox, StandIn};

#[test]
fn two_services_are_seen_reached_and_deleted_one_by_one() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    sandbox
        .host(&["run", "recipes/redis.wasm", "recipes/memcached.wasm"])
        .ends_with(0);

    let listed = sandbox.host(&["ls"]).ends_with(0);
    assert_eq!(
        listed.stdout,
        "NAME       SERVICE            STACK              RECIPE           REVISION     TASKS\n\
         memcached  memcached-service  searchapp/default  memcached@0.1.0  memcached:1  1/1\n\
         redis      redis-service      searchapp/default  redis@0.1.0      redis:1      1/1\n"
    );
    let status = sandbox.host(&["status", "redis"]).ends_with(0);
    assert!(
        status.stdout.starts_with("redis: running\n")
            && status.stdout.contains("redis:1 (seen steady)"),
        "{status}"
    );
    assert!(!status.stdout.contains("memcached"), "{status}");
    let status = sandbox
        .host(&["status", "--output", "json"])
        .ends_with(0)
        .json();
    assert_eq!(
        (&status["schema_version"], &status["services"][1]["stable"]),
        (&json!(1), &json!("redis:1"))
    );
    sandbox
        .host(&["status", "mysql"])
        .ends_with(1)
        .says(&["mysql"]);

    let both = "memcached  memcached-elb.us-east-1.elb.amazonaws.com:80\nredis      redis-elb.us-east-1.elb.amazonaws.com:80\n";
    assert_eq!(sandbox.host(&["endpoints"]).ends_with(0).stdout, both);
    sandbox.write(".env", "# mine\nexport REDIS_HOST=old\nDEBUG=1\n");
    let one = sandbox
        .host(&[
            "endpoints",
            "redis",
            "--write",
            "dotenv=.env",
            "--output",
            "json",
        ])
        .ends_with(0)
        .json();
    assert_eq!(
        one["endpoints"],
        json!([{"service": "redis", "address": "redis-elb.us-east-1.elb.amazonaws.com", "port": 80}])
    );
    assert_eq!(
        sandbox.read(".env"),
        "# mine\nexport REDIS_HOST=redis-elb.us-east-1.elb.amazonaws.com\nDEBUG=1\nREDIS_PORT=80\n"
    );

    // Nothing is deleted without a word, and nobody can say it here.
    let (asked, writes) = stand_in.writes_of(|| sandbox.host(&["destroy", "redis"]));
    asked.ends_with(1).says(&[
        "- delete  service redis-service",
        "there is no terminal to ask on",
        "--yes",
    ]);
    assert_eq!(writes, [""; 0]);

    let (gone, writes) = stand_in.writes_of(|| sandbox.host(&["destroy", "redis", "--yes"]));
    gone.ends_with(0).says(&[
        "deleted service redis-service",
        "deleted load balancer redis-elb",
        "deleted task definition redis",
    ]);
    assert_eq!(
        writes,
        [
            "UpdateService",
            "DeleteService",
            "DeleteLoadBalancer",
            "DeregisterTaskDefinition"
        ]
    );
    assert_eq!(
        sandbox.host(&["endpoints"]).ends_with(0).stdout,
        "memcached  memcached-elb.us-east-1.elb.amazonaws.com:80\n"
    );

    // A name that is not there may be a slip; the rest goes without a name.
    let (again, writes) = stand_in.writes_of(|| sandbox.host(&["destroy", "redis", "--yes"]));
    again
        .ends_with(1)
        .says(&["there is no service `redis` in stack `searchapp/default`"]);
    assert_eq!(writes, [""; 0]);
    let document = sandbox
        .host(&["destroy", "--yes", "--output", "json"])
        .ends_with(0)
        .json();
    assert_eq!(document["plan"]["summary"]["delete"], 3);
    assert!(
        document["outcome"]["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["result"] == "done"),
        "{document}"
    );
    assert_eq!(sandbox.host(&["list"]).ends_with(0).stdout, "");
    let balancers = stand_in.elb("DescribeLoadBalancers", &[]);
    assert!(
        !balancers.contains("memcached-elb") && !balancers.contains("redis-elb"),
        "{balancers}"
    );

    // And what was deleted can come back.
    sandbox
        .host(&["run", "recipes/redis.wasm"])
        .ends_with(0)
        .says(&["redis is steady"]);
}

/// What a service runs is in its place in the history, whatever somebody did to the revision.
#[test]
fn a_revision_that_somebody_deregistered_keeps_its_place() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let deploy = ["run", "recipes/redis.wasm", "--set", "memory=256"];
    for line in [&deploy[..2], &deploy] {
        sandbox.host(line).ends_with(0);
    }
    let revision = json!({"taskDefinition": "redis:2"});
    stand_in.ecs("DeregisterTaskDefinition", &revision);
    let line = ["status", "redis", "--output", "json"];
    let document = sandbox.host(&line).ends_with(0).json();
    let history = document["services"][0]["history"].as_array().unwrap();
    let history: Vec<_> = history
        .iter()
        .map(|it| (&it["revision"], &it["isDeregistered"]))
        .collect();
    let (one, two) = (json!("redis:1"), json!("redis:2"));
    assert_eq!(history, [(&two, &json!(true)), (&one, &json!(false))]);
    let status = sandbox.host(&["status", "redis"]).ends_with(0).stdout;
    assert!(
        status.contains(", steady, running, deregistered\n"),
        "{status}"
    );
    let plan = [&["plan"], &deploy[1..]].concat();
    let plan = sandbox.host(&plan).ends_with(0).stdout;
    let told = "redis:2 unchanged; somebody deregistered it";
    assert!(plan.contains(told), "{plan}");
}
