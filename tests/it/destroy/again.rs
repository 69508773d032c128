//! An end that was interrupted goes on where it was, wherever that is.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answer, Fault, Faulty, Run, Sandbox, Simulator, StandIn};

/// The writes of a whole end, in their order.
const WRITES: [&str; 4] = [
    "UpdateService",
    "DeleteService",
    "DeleteLoadBalancer",
    "DeregisterTaskDefinition",
];

const KEPT: &str = "host path /srv/redis on the container instances";

fn deploy(address: &str) {
    let line = ["run", "recipes/redis.wasm", "--set", "data-path=/srv/redis"];
    Sandbox::at(address).host(&line).ends_with(0);
}

/// Ctrl-C comes while this call is on its way; gives the run, and what it wrote.
fn interrupted(address: &str, during: &'static str) -> (Run, Vec<&'static str>) {
    let late = Fault::new(during, 1, Answer::Late(Duration::from_secs(2)));
    let faulty = Faulty::new(Some(address), vec![late]);
    let running = Sandbox::at(faulty.address()).start(&["destroy", "redis", "--yes"]);
    faulty.awaits(during, 1);
    running.interrupt();
    let run = running.finish();
    let sent = WRITES.into_iter().filter(|it| faulty.count(it) > 0);
    (run, sent.collect())
}

/// Nothing of redis is there any more.
fn is_gone(address: &str) {
    let sandbox = Sandbox::at(address);
    assert_eq!(sandbox.host(&["list"]).ends_with(0).stdout, "");
    assert_eq!(sandbox.host(&["endpoints"]).ends_with(0).stdout, "");
    let nothing = sandbox.host(&["destroy", "--yes"]).ends_with(0);
    nothing.says(&["No changes."]);
}

/// At every call of the end: what was interrupted says so and ends with 130, and the next run does the rest and no more.
#[test]
fn ctrl_c_at_every_call_leaves_what_the_next_run_deletes() {
    let simulator = Simulator::start("speed = 30");
    for (index, during) in WRITES.into_iter().enumerate() {
        deploy(simulator.address());
        let (run, sent) = interrupted(simulator.address(), during);
        assert!(sent.contains(&during), "{run}");
        let is_last = index + 1 == WRITES.len();
        let run = run.ends_with(130);
        if !is_last {
            let run = run.says(&["not begun", "goes on with what is left"]);
            assert!(!run.stderr.contains("Data that is left"), "{run}");
        }

        // By its name, or with all of the stack: what is being deleted is found, though AWS does not list it.
        let names: &[&str] = if index % 2 == 0 { &[] } else { &["redis"] };
        let faulty = Faulty::new(Some(simulator.address()), Vec::new());
        let line = [&["destroy", "--yes"], names].concat();
        let again = Sandbox::at(faulty.address()).host(&line);
        if is_last {
            again.ends_with(1).says(&["there is no service `redis`"]);
        } else {
            let again = again.ends_with(0);
            let left = format!("Data that is left:\n  redis  redis-data  {KEPT}\n");
            assert_eq!(again.stdout, left, "{again}");
            assert!(!again.stderr.contains("Data that is left"), "{again}");
        }
        // That nothing is to run is said as often as it takes.
        for write in &WRITES[1..] {
            let expect = usize::from(!sent.contains(write));
            assert_eq!(faulty.count(write), expect, "{write} after {during}");
        }
        is_gone(simulator.address());
    }
}

/// An account in which redis takes an hour to go: two minutes here, and longer than a test takes.
const SLOW: &str = r#"
    speed = 30
    [[others]]
    operation = "ModifyLoadBalancerAttributes"
    since = "CreateLoadBalancer"
    [others.input]
    LoadBalancerName = "redis-elb"
    LoadBalancerAttributes = { ConnectionDraining = { Enabled = true, Timeout = 3600 } }
"#;

/// Ends redis, is interrupted when it drains, and finds it again.
#[track_caller]
fn waits_for_what_drains(simulator: &Simulator) {
    interrupted(simulator.address(), "DeleteService")
        .0
        .ends_with(130)
        .says(&["its tasks have not stopped yet"]);
    for names in [&[][..], &["redis"]] {
        let faulty = Faulty::new(Some(simulator.address()), Vec::new());
        let line = [&["destroy", "--yes", "--timeout", "1s"], names].concat();
        let again = Sandbox::at(faulty.address()).host(&line).ends_with(1);
        again.says(&[
            "its tasks have not stopped after 1 s",
            "load balancer redis-elb: not begun: it needs `redis/service`",
            "task definition redis: not begun",
        ]);
        for write in WRITES {
            assert_eq!(faulty.count(write), 0, "{write}");
        }
    }
}

/// A service that is being deleted is not listed by AWS. Its load balancer and its revisions still wait for it; and so
/// does a new one of its name, as long as it is told to.
#[test]
fn what_drains_is_waited_for() {
    let simulator = Simulator::start(SLOW);
    deploy(simulator.address());
    waits_for_what_drains(&simulator);
    let faulty = Faulty::new(Some(simulator.address()), Vec::new());
    let line = [
        "run",
        "recipes/redis.wasm",
        "--set",
        "data-path=/srv/redis",
        "--timeout",
        "1s",
    ];
    let run = Sandbox::at(faulty.address()).host(&line).ends_with(1);
    let run = run.says(&["error[H0311]", "its tasks have not stopped after 1 s"]);
    assert_eq!(faulty.count("CreateService"), 0, "{run}");
}

/// Its name is that of nothing else: the tasks that still stop are all that tell it.
#[test]
fn what_drains_is_found_under_any_name() {
    let simulator = Simulator::start(SLOW);
    deploy(simulator.address());
    let account = simulator.stop().replace("redis-service", "odd");
    waits_for_what_drains(&Simulator::resume(&account, 30));
}

/// A service of the stack with everything; then what somebody took away by hand.
fn leftovers(take: impl Fn(&StandIn)) -> (StandIn, Sandbox) {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    deploy(stand_in.address());
    take(&stand_in);
    (stand_in, sandbox)
}

fn take_service(stand_in: &StandIn) {
    let service = json!({"cluster": "searchapp", "service": "redis-service", "force": true});
    stand_in.ecs("DeleteService", &service);
}

fn take_balancer(stand_in: &StandIn) {
    stand_in.elb("DeleteLoadBalancer", &[("LoadBalancerName", "redis-elb")]);
}

fn take_revision(stand_in: &StandIn) {
    let revision = json!({"taskDefinition": "redis:1"});
    stand_in.ecs("DeregisterTaskDefinition", &revision);
}

#[test]
fn what_is_left_alone_is_found_by_its_tags() {
    for names in [&["redis"][..], &[]] {
        let line = [&["destroy", "--yes", "--output", "json"], names].concat();
        let check = |take: &dyn Fn(&StandIn), expect: &[&str], left: Value| {
            let (stand_in, sandbox) = leftovers(take);
            let (run, writes) = stand_in.writes_of(|| sandbox.host(&line));
            assert_eq!(writes, expect, "{run}");
            assert_eq!(run.ends_with(0).json()["left"], left);
        };
        let kept = json!([{"service": "redis", "volume": "redis-data", "place": KEPT}]);
        let balancer = |it: &StandIn| {
            take_service(it);
            take_revision(it);
        };
        // Nothing tells any more where it had its data.
        check(&balancer, &["DeleteLoadBalancer"], json!([]));
        let revision = |it: &StandIn| {
            take_service(it);
            take_balancer(it);
        };
        check(&revision, &["DeregisterTaskDefinition"], kept);
    }
}

/// The family has another name than the service in its stack.
#[test]
fn a_revision_alone_is_found_under_any_name() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let stack = "[services.cache]\nrecipe = 'recipes/redis.wasm'\nparameters = { name = 'a1' }\n";
    sandbox.write("host.toml", stack);
    sandbox.host(&["run"]).ends_with(0);
    let service = json!({"cluster": "searchapp", "service": "a1-service", "force": true});
    stand_in.ecs("DeleteService", &service);
    stand_in.elb("DeleteLoadBalancer", &[("LoadBalancerName", "a1-elb")]);
    let (run, writes) = stand_in.writes_of(|| sandbox.host(&["destroy", "cache", "--yes"]));
    run.ends_with(0);
    assert_eq!(writes, ["DeregisterTaskDefinition"]);
}

/// What an interrupted end leaves costs money, and nothing else tells of it.
#[test]
fn what_is_left_of_a_service_is_shown_as_long_as_it_is_there() {
    let (_stand_in, sandbox) = leftovers(take_service);
    let status = sandbox.host(&["status"]).ends_with(0);
    let left = "load balancer redis-elb has no service any more: `host destroy redis` goes on\n";
    assert_eq!(status.stdout, left);
    let status = status.says(&["stack `searchapp/default` has no services"]);
    assert!(!status.stderr.contains("redis-elb"), "{status}");
    let document = sandbox.host(&["status", "--output", "json"]).ends_with(0);
    assert_eq!(
        document.json()["left"],
        json!([{"service": "redis", "load_balancer": "redis-elb", "service_is_there": false}])
    );
    sandbox.host(&["destroy", "redis", "--yes"]).ends_with(0);
    assert_eq!(sandbox.host(&["status"]).ends_with(0).stdout, "");
}

/// Another load balancer than the one that its service uses: the end of the service would be too much.
#[test]
fn what_is_left_of_a_name_that_was_given_up_is_shown_beside_the_service() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    for (name, port) in [("a1", 6379), ("b1", 6380)] {
        sandbox.write("host.toml", super::stack(name, port));
        sandbox.host(&["run"]).ends_with(0);
    }
    let service = json!({"cluster": "searchapp", "service": "a1-service", "force": true});
    stand_in.ecs("DeleteService", &service);
    let status = sandbox.host(&["status"]).ends_with(0).stdout;
    let left = "\n\nload balancer a1-elb is used by no service any more, `cache` has another: \
                `aws elb delete-load-balancer --load-balancer-name a1-elb` deletes it\n";
    assert!(
        status.starts_with("cache: running\n") && status.ends_with(left),
        "{status}"
    );
}

#[test]
fn a_service_without_its_load_balancer_is_not_left_out_in_silence() {
    let (_stand_in, sandbox) = leftovers(take_balancer);
    let gone = "warning: `redis` is left out: its load balancer `redis-elb` is gone\n";
    let all = sandbox.host(&["endpoints"]).ends_with(0).says(&[gone]);
    assert_eq!(all.stdout, "");
    let one = sandbox.host(&["endpoints", "redis"]).ends_with(1);
    one.says(&[gone, "`redis` has no endpoint in stack `searchapp/default`"]);
}
