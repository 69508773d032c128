//! What goes wrong after the calls that change something: a service that never came, and looks that fail.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answer, Fault, Faulty, Sandbox, StandIn};

const REDIS: &str = "redis  redis-elb.us-east-1.elb.amazonaws.com:80\n";

/// A proxy in front of the stand-in that answers reads of services so, but for those that `command` begins with.
fn blinded(stand_in: &StandIn, command: &[&str], times: usize, answer: Answer) -> Faulty {
    let counting = Faulty::new(Some(stand_in.address()), Vec::new());
    Sandbox::at(counting.address()).host(command);
    let first = counting.count("DescribeServices");
    assert!(first > 0, "{command:?} reads services");
    let faults = vec![
        Fault::new("DescribeServices", first, Answer::Late(Duration::ZERO)),
        Fault::new("DescribeServices", times, answer),
    ];
    Faulty::new(Some(stand_in.address()), faults)
}

fn blinded_run(stand_in: &StandIn, times: usize, answer: Answer) -> Faulty {
    blinded(stand_in, &["plan", "recipes/redis.wasm"], times, answer)
}

#[test]
fn an_endpoint_without_its_service_is_not_handed_out() {
    let stand_in = StandIn::start();
    let refused = || {
        let answer = Answer::ecs("InvalidParameterException", "Not in this cluster.");
        let faults = vec![Fault::new("CreateService", 1, answer)];
        Faulty::new(Some(stand_in.address()), faults)
    };
    for flags in [&[][..], &["--no-wait"]] {
        let faulty = refused();
        let sandbox = Sandbox::at(faulty.address());
        sandbox.write(".env", "REDIS_HOST=mine\n");
        let line = ["run", "recipes/redis.wasm", "--write", "dotenv=.env"];
        let run = sandbox.host(&[&line[..], flags].concat()).ends_with(1);
        assert_eq!(run.stdout, "", "{run}");
        assert_eq!(sandbox.read(".env"), "REDIS_HOST=mine\n");
        assert_eq!(faulty.count("CreateService"), 1);
        run.says(&[
            "Not in this cluster.",
            "could not create service `redis-service`",
        ]);
    }
    // The load balancer is there, and so is its address, once the service is.
    let run = Sandbox::on(&stand_in).host(&["run", "recipes/redis.wasm"]);
    assert_eq!(run.ends_with(0).stdout, REDIS);
}

#[test]
fn looks_that_aws_puts_off_are_waited_out() {
    let stand_in = StandIn::start();
    // Each look is tried three times: two looks fail.
    let throttled = Answer::ecs("ThrottlingException", "Rate exceeded");
    let faulty = blinded_run(&stand_in, 4, throttled);
    let run = Sandbox::at(faulty.address()).host(&["run", "recipes/redis.wasm"]);
    let run = run.ends_with(0).says(&[
        "redis: waiting: could not read service `redis-service`",
        "AWS asks for fewer calls at a time",
        "redis is steady",
    ]);
    assert_eq!(run.stdout, REDIS);

    let never = Answer::ecs("ThrottlingException", "Rate exceeded");
    let faulty = blinded_run(&stand_in, 999, never);
    let change = ["--set", "memory=200", "--timeout", "1s"];
    let line = [&["run", "recipes/redis.wasm"][..], &change].concat();
    let run = Sandbox::at(faulty.address()).host(&line).ends_with(1);
    assert_eq!(run.stdout, "");
    run.says(&["`redis` is not steady after", "fewer calls at a time"]);
}

#[test]
fn looks_that_aws_refuses_end_the_wait_and_hand_out_nothing() {
    let stand_in = StandIn::start();
    let expired = Answer::ecs("ExpiredTokenException", "The token is expired");
    let faulty = blinded_run(&stand_in, 999, expired.clone());
    let run = Sandbox::at(faulty.address()).host(&["run", "recipes/redis.wasm"]);
    let run = run.ends_with(1).says(&[
        "every change is made, but whether `redis` came up is not known",
        "the credentials have expired",
        "aws sso login",
        "nothing is lost",
    ]);
    assert_eq!(run.stdout, "", "{run}");

    let faulty = blinded_run(&stand_in, 999, expired);
    let line = ["run", "recipes/redis.wasm", "--output", "json"];
    let document = Sandbox::at(faulty.address())
        .host(&line)
        .ends_with(1)
        .json();
    assert_eq!(document["waited"][0]["result"], "unknown", "{document}");
    assert_eq!(document["endpoints"], json!([]));
}

/// A run of two services whose first looks at instances are refused.
fn unhealthy(times: usize) -> Value {
    let stand_in = StandIn::start();
    let gone = Answer::elb("LoadBalancerNotFound", "There is no such load balancer");
    let faults = vec![Fault::new("DescribeInstanceHealth", times, gone)];
    let faulty = Faulty::new(Some(stand_in.address()), faults);
    let line = [
        "run",
        "recipes/redis.wasm",
        "recipes/memcached.wasm",
        "--output",
        "json",
    ];
    let run = Sandbox::at(faulty.address()).host(&line);
    run.json()
}

#[test]
fn a_load_balancer_that_is_gone_ends_the_wait_for_its_service_only() {
    let results = |document: &Value| {
        let waited = document["waited"].as_array().unwrap();
        let mut results: Vec<String> = waited
            .iter()
            .map(|it| it["result"].as_str().unwrap().to_owned())
            .collect();
        results.sort();
        results
    };
    let document = unhealthy(2);
    assert_eq!(
        results(&document),
        ["steady", "steady"],
        "one look at each proves nothing: {document}"
    );
    let document = unhealthy(3);
    assert_eq!(results(&document), ["failed", "steady"], "{document}");
    assert_eq!(document["endpoints"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["error"]["code"], "H0523", "{document}");
    let evidence = document["error"]["causes"][0].as_str().unwrap();
    assert!(
        evidence.contains("it does not exist any more")
            && evidence.contains("LoadBalancerNotFound: There is no such load balancer"),
        "{document}"
    );
}

#[test]
fn a_note_that_aws_does_not_take_is_a_warning() {
    let stand_in = StandIn::start();
    let denied = || {
        let answer = Answer::ecs("AccessDeniedException", "not allowed: ecs:TagResource");
        Faulty::new(
            Some(stand_in.address()),
            vec![Fault::new("TagResource", 4, answer)],
        )
    };
    let line = ["run", "recipes/redis.wasm", "recipes/memcached.wasm"];
    let faulty = denied();
    let run = Sandbox::at(faulty.address()).host(&line).ends_with(0);
    assert_eq!(
        run.stdout,
        "redis      redis-elb.us-east-1.elb.amazonaws.com:80\n\
         memcached  memcached-elb.us-east-1.elb.amazonaws.com:80\n"
    );
    run.says(&[
        "warning: redis: that `redis:1` was seen steady is not written down",
        "warning: memcached: that `memcached:1` was seen steady is not written down",
        "not allowed: ecs:TagResource",
    ]);
    let faulty = denied();
    let json = [&line[..], &["--output", "json"]].concat();
    let document = Sandbox::at(faulty.address())
        .host(&json)
        .ends_with(0)
        .json();
    for waited in document["waited"].as_array().unwrap() {
        assert_eq!(waited["result"], "steady");
        let warning = waited["warning"].as_str().unwrap_or_default();
        assert!(warning.contains("is not written down"), "{document}");
    }
    // The next run writes it down.
    let (run, writes) = stand_in.writes_of(|| Sandbox::on(&stand_in).host(&line));
    run.ends_with(0);
    // On each service and on each revision.
    assert_eq!(writes, ["TagResource"; 4]);
}

#[test]
fn destroy_waits_for_tasks_as_long_as_it_is_told() {
    let stand_in = StandIn::start();
    Sandbox::on(&stand_in)
        .host(&["run", "recipes/redis.wasm"])
        .ends_with(0);
    let draining = json!({"services": [{"serviceName": "redis-service", "status": "DRAINING"}], "failures": []});
    let draining = Answer::Instead(200, "application/x-amz-json-1.1", draining.to_string());
    let faulty = blinded(&stand_in, &["destroy", "redis"], 999, draining);
    let line = ["destroy", "redis", "--yes", "--timeout", "2s"];
    let run = Sandbox::at(faulty.address()).host(&line).ends_with(1);
    assert!(
        run.took >= Duration::from_secs(2) && run.took < Duration::from_secs(10),
        "{run}"
    );
    let run = run.says(&[
        "service `redis-service` is not gone: its tasks have not stopped after 2 s",
        "hint: run the same command again to go on waiting; `--timeout` says for how long",
        "load balancer redis-elb: not begun",
    ]);
    assert_eq!(faulty.count("DeleteService"), 1, "{run}");
    assert_eq!(faulty.count("DeleteLoadBalancer"), 0, "{run}");

    // One failed read is not the end of it: each is tried three times by itself.
    Sandbox::on(&stand_in)
        .host(&["run", "recipes/memcached.wasm"])
        .ends_with(0);
    let throttled = Answer::ecs("ThrottlingException", "Rate exceeded");
    let faulty = blinded(&stand_in, &["destroy", "memcached"], 4, throttled);
    Sandbox::at(faulty.address())
        .host(&["destroy", "memcached", "--yes"])
        .ends_with(0)
        .says(&["deleted service memcached-service (gone)"]);
}
