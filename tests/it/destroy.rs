//! The end of services that are not as usual: nothing of them stays behind.

mod again;
mod data;

use serde_json::json;

use crate::harness::{Sandbox, StandIn};

fn stack(name: &str, port: u16) -> String {
    format!(
        "[services.cache]\nrecipe = 'recipes/redis.wasm'\nparameters = {{ name = '{name}', port = {port} }}\n",
    )
}

#[test]
fn a_service_that_got_another_name_goes_with_all_it_had() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    // Another port, because both run at once on the only instance.
    for (name, port) in [("a1", 6379), ("b1", 6380)] {
        sandbox.write("host.toml", stack(name, port));
        sandbox.host(&["run"]).ends_with(0);
    }
    let both = "cache/80  a1-elb.us-east-1.elb.amazonaws.com:80\ncache/80  b1-elb.us-east-1.elb.amazonaws.com:80\n";
    assert_eq!(sandbox.host(&["endpoints"]).ends_with(0).stdout, both);

    let (gone, writes) =
        stand_in.writes_of(|| sandbox.host(&["destroy", "cache", "--yes"]).ends_with(0));
    let gone = gone.everything();
    for object in [
        "service a1-service",
        "service b1-service",
        "load balancer a1-elb",
        "load balancer b1-elb",
        "task definition a1",
        "task definition b1",
    ] {
        assert!(
            gone.contains(&format!("deleted {object}")),
            "{object}: {gone}"
        );
    }
    let count = |operation: &str| writes.iter().filter(|it| *it == operation).count();
    for operation in [
        "DeleteService",
        "DeleteLoadBalancer",
        "DeregisterTaskDefinition",
    ] {
        assert_eq!(count(operation), 2, "{writes:?}");
    }
    assert_eq!(sandbox.host(&["list"]).ends_with(0).stdout, "");
    assert_eq!(sandbox.host(&["endpoints"]).ends_with(0).stdout, "");
    let (_, writes) = stand_in.writes_of(|| sandbox.host(&["destroy", "cache", "--yes"]));
    assert_eq!(writes, [""; 0], "nothing is left for a second time");
}

#[test]
fn a_load_balancer_is_not_deleted_under_a_service_whose_tags_are_gone() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    sandbox
        .host(&["run", "recipes/redis.wasm", "recipes/memcached.wasm"])
        .ends_with(0);
    let services = json!({"cluster": "searchapp", "services": ["redis-service"]});
    let service = &stand_in.ecs("DescribeServices", &services)["services"][0];
    let tags = json!({
        "resourceArn": service["serviceArn"], "tagKeys": ["host:stack", "host:service"],
    });
    stand_in.ecs("UntagResource", &tags);

    for line in [&["destroy", "--yes"][..], &["destroy", "redis", "--yes"]] {
        let (refused, writes) = stand_in.writes_of(|| sandbox.host(line));
        refused.ends_with(1).says(&[
            "the plan cannot be applied: load balancer `redis-elb`, task definition `redis` are blocked",
            "service `redis-service` uses load balancer `redis-elb`, and stays",
            "`host run … --adopt`",
        ]);
        assert_eq!(writes, [""; 0]);
    }
    sandbox
        .host(&["destroy", "memcached", "--yes"])
        .ends_with(0);
    // Taken back, it goes like any other.
    let adopt = ["run", "recipes/redis.wasm", "--adopt"];
    sandbox.host(&adopt).ends_with(0);
    sandbox.host(&["destroy", "--yes"]).ends_with(0);
    assert_eq!(sandbox.host(&["list"]).ends_with(0).stdout, "");
}

/// Who took its tags wants to keep it; it costs money, so it is said.
#[test]
fn a_load_balancer_whose_tags_are_gone_stays_and_is_told() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let deploy = ["run", "recipes/redis.wasm", "recipes/memcached.wasm"];
    sandbox.host(&deploy).ends_with(0);
    for name in ["redis-elb", "memcached-elb"] {
        let mut form = vec![("LoadBalancerNames.member.1", name)];
        let keys = [
            "host:stack",
            "host:service",
            "host:recipe",
            "host:digest",
            "host:applied",
        ];
        let fields: Vec<String> = (1..)
            .take(keys.len())
            .map(|it| format!("Tags.member.{it}.Key"))
            .collect();
        form.extend(fields.iter().map(String::as_str).zip(keys));
        stand_in.elb("RemoveTags", &form);
    }
    let stays = "  load balancer redis-elb: it has no tags of host\n";
    let asked = sandbox.host(&["destroy", "redis"]).ends_with(1);
    asked.says(&["What stays, because it is not host's:\n", stays]);
    let (gone, writes) = stand_in.writes_of(|| sandbox.host(&["destroy", "redis", "--yes"]));
    let gone = gone.ends_with(0);
    let left = format!("What is left, because it is not host's:\n{stays}");
    assert_eq!(gone.stdout, left);
    assert!(!writes.contains(&"DeleteLoadBalancer".to_owned()));
    let line = ["destroy", "--yes", "--output", "json"];
    let document = sandbox.host(&line).ends_with(0).json();
    assert_eq!(
        document["left"],
        json!([{"service": "memcached", "load_balancer": "memcached-elb", "why": "it has no tags of host"}])
    );
}

#[test]
fn a_daemon_is_deleted_without_a_count() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let container = json!({"name": "agent", "image": "agent", "memory": 64});
    let tags = json!([
        {"key": "host:stack", "value": "searchapp/default"}, {"key": "host:service", "value": "agent"},
        {"key": "host:recipe", "value": "agent@0.1.0"},
    ]);
    stand_in.ecs(
        "RegisterTaskDefinition",
        &json!({"family": "agent", "containerDefinitions": [container], "tags": tags}),
    );
    stand_in.ecs(
        "CreateService",
        &json!({
            "cluster": "searchapp", "serviceName": "agent-service", "taskDefinition": "agent:1",
            "schedulingStrategy": "DAEMON", "tags": tags,
        }),
    );
    let (gone, writes) = stand_in.writes_of(|| sandbox.host(&["destroy", "agent", "--yes"]));
    gone.ends_with(0).says(&["deleted service agent-service"]);
    assert_eq!(writes, ["DeleteService", "DeregisterTaskDefinition"]);
    assert_eq!(stand_in.last("DeleteService")["force"], true);
}

/// A stack that somebody names and that has nothing is gone or misspelt; either way nothing is deleted.
#[test]
fn a_stack_that_is_misspelt_is_told_with_the_names_that_are_near() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let prod = ["run", "recipes/redis.wasm", "--stack", "prod"];
    sandbox.host(&prod).ends_with(0);
    let destroy = |rest: &[&str]| {
        let line = [&["destroy", "--yes"][..], rest].concat();
        let (run, writes) = stand_in.writes_of(|| sandbox.host(&line));
        assert_eq!(writes, [""; 0], "{run}");
        run
    };
    let nothing = "warning: there is nothing of stack `searchapp/prdo`\n";
    let run = destroy(&["--stack", "prdo"]).ends_with(0);
    run.says(&[nothing, "  hint: did you mean `prod`?\n", "No changes."]);
    let run = destroy(&["--stack", "staging"]).ends_with(0);
    run.says(&["  hint: cluster `searchapp` has the stacks `prod`\n"]);
    // With the name of a service it is an error, as a misspelt service is.
    let run = destroy(&["redis", "--stack", "prdo"]).ends_with(1);
    let run = run.says(&[
        "error[H0306]: there is no service `redis` in stack `searchapp/prdo`",
        "  hint: `redis` is a service of stack `prod`: say `--stack prod`\n",
    ]);
    assert!(!run.stderr.contains("warning"), "{run}");
    let run = destroy(&["redsi", "--stack", "prod"]).ends_with(1);
    run.says(&[
        "there is no service `redsi` in stack `searchapp/prod`",
        "  hint: did you mean `redis`?\n",
    ]);
    // Nobody named a stack: there is nothing to be wrong about.
    let run = destroy(&[]).ends_with(0);
    assert!(!run.stderr.contains("warning"), "{run}");
    sandbox
        .host(&["destroy", "--stack", "prod", "--yes"])
        .ends_with(0)
        .says(&["deleted service redis-service"]);
}
