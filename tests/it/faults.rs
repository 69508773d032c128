//! What AWS and the way there do wrong: repeated, waited for, or told.

mod wait;

use std::time::Duration;

use crate::harness::{Answer, Fault, Faulty, Run, Running, Sandbox, Simulator, StandIn};

/// A run of redis through a proxy that makes these faults; gives the proxy, to count calls.
fn run_through(stand_in: &StandIn, faults: Vec<Fault>) -> (Run, Faulty) {
    let faulty = Faulty::new(Some(stand_in.address()), faults);
    let run = Sandbox::at(faulty.address()).host(&["run", "recipes/redis.wasm"]);
    (run, faulty)
}

/// The first call of a plan fails in this way, and there is nothing behind it.
fn plan_against(times: usize, answer: Answer) -> (Run, usize) {
    let faulty = Faulty::new(None, vec![Fault::new("ListClusters", times, answer)]);
    let run = Sandbox::at(faulty.address()).host(&["plan", "recipes/redis.wasm"]);
    (run, faulty.count("ListClusters"))
}

#[test]
fn throttling_is_waited_out() {
    let stand_in = StandIn::start();
    let throttled = Answer::ecs("ThrottlingException", "Rate exceeded");
    let (run, faulty) = run_through(
        &stand_in,
        vec![
            Fault::new("DescribeServices", 1, throttled.clone()),
            Fault::new("RegisterTaskDefinition", 2, throttled),
            Fault::new(
                "CreateLoadBalancer",
                1,
                Answer::elb("Throttling", "Rate exceeded"),
            ),
        ],
    );
    let run = run.ends_with(0).says(&["redis is steady"]);
    assert!(
        !run.stderr.contains("Rate exceeded"),
        "what was overcome is not told: {run}"
    );
    assert_eq!(
        (
            faulty.count("RegisterTaskDefinition"),
            faulty.count("CreateLoadBalancer")
        ),
        (3, 2)
    );
    let made = stand_in
        .calls()
        .iter()
        .filter(|it| it.operation == "RegisterTaskDefinition")
        .count();
    assert_eq!(made, 1, "what was refused was not made");
}

#[test]
fn a_lost_answer_makes_nothing_twice() {
    let stand_in = StandIn::start();
    let lost = |operation| Fault::new(operation, 1, Answer::Lost);
    // The first two have no token that would make them repeatable: it is looked for what they make. The third has one,
    // and is simply sent again.
    let faults = vec![
        lost("RegisterTaskDefinition"),
        lost("CreateLoadBalancer"),
        lost("CreateService"),
        lost("DescribeServices"),
    ];
    let (run, faulty) = run_through(&stand_in, faults);
    let run = run.ends_with(0).says(&["redis is steady"]);
    let sent = |operation| faulty.count(operation);
    assert_eq!(
        (sent("RegisterTaskDefinition"), sent("CreateLoadBalancer")),
        (1, 1)
    );
    assert_eq!(faulty.count("CreateService"), 2, "{run}");
    let tokens: Vec<_> = stand_in
        .calls()
        .into_iter()
        .filter(|it| it.operation == "CreateService")
        .map(|it| it.parameters["clientToken"].clone())
        .collect();
    assert!(
        tokens.len() == 2 && tokens[0] == tokens[1] && tokens[0].is_string(),
        "{tokens:?}"
    );
    let made = |operation: &str| {
        let calls = stand_in.calls().into_iter();
        calls
            .filter(|it| it.operation == operation && it.status == 200)
            .count()
    };
    assert_eq!(
        (made("RegisterTaskDefinition"), made("CreateLoadBalancer")),
        (1, 1)
    );
}

/// Every `forceNewDeployment` starts all tasks anew, so that a lost one is looked for before another is sent.
#[test]
fn tasks_are_started_anew_once() {
    let simulator = Simulator::start("speed = 200");
    let line = ["run", "recipes/redis.wasm", "--yes"];
    Sandbox::at(simulator.address()).host(&line).ends_with(0);
    let account = simulator.stop();
    let mut account: serde_json::Value = serde_json::from_str(&account).unwrap();
    account["world"]["balancers"] = serde_json::json!({});
    for (answer, sent) in [(Answer::Lost, 1), (Answer::html(500), 2)] {
        let simulator = Simulator::resume(&account.to_string(), 200);
        let faults = vec![Fault::new("UpdateService", 1, answer)];
        let faulty = Faulty::new(Some(simulator.address()), faults);
        let run = Sandbox::at(faulty.address()).host(&line).ends_with(0);
        assert_eq!(faulty.count("UpdateService"), sent, "{run}");
        let calls = simulator.calls();
        let forced = calls.iter().filter(|it| it["operation"] == "UpdateService");
        assert_eq!(forced.count(), 1, "{run}");
    }
}

/// Where it cannot be looked yet whether a lost call happened, that is waited for, and nothing is sent on chance.
#[test]
fn looks_are_as_patient_as_calls() {
    let stand_in = StandIn::start();
    let faults = || {
        let throttled = Answer::ecs("ServerException", "later");
        vec![
            Fault::new("RegisterTaskDefinition", 1, Answer::Lost),
            // The plan looks once before it.
            Fault::new("DescribeTaskDefinition", 1, Answer::Late(Duration::ZERO)),
            Fault::new("DescribeTaskDefinition", 5, throttled),
        ]
    };
    let (run, faulty) = run_through(&stand_in, faults());
    run.ends_with(0).says(&["redis is steady"]);
    assert_eq!(faulty.count("RegisterTaskDefinition"), 1);

    // What AWS refuses to show is told beside what became of the call.
    let stand_in = StandIn::start();
    let mut faults = faults();
    faults[2] = Fault::new(
        "DescribeTaskDefinition",
        9,
        Answer::ecs(
            "AccessDeniedException",
            "not allowed: ecs:DescribeTaskDefinition",
        ),
    );
    let (run, faulty) = run_through(&stand_in, faults);
    run.ends_with(1).says(&[
        "no answer came, and it is not known whether it happened",
        "warning: redis: whether it happened is not known",
        "not allowed: ecs:DescribeTaskDefinition",
    ]);
    assert_eq!(faulty.count("RegisterTaskDefinition"), 1);
}

/// Subnets are attached, the call that detaches waits, and Ctrl-C comes: AWS has changed, so it was begun.
#[test]
fn half_an_exchange_was_begun() {
    let simulator = Simulator::start("speed = 200");
    let line =
        |subnet: &'static str| ["run", "recipes/redis.wasm", "--no-wait", "--subnet", subnet];
    let sandbox = Sandbox::at(simulator.address());
    sandbox.host(&line("subnet-39706b4e")).ends_with(0);
    let throttled = Answer::elb("Throttling", "Rate exceeded");
    let faults = vec![Fault::new("DetachLoadBalancerFromSubnets", 999, throttled)];
    let faulty = Faulty::new(Some(simulator.address()), faults);
    let sandbox = Sandbox::at(faulty.address());
    let running = sandbox.start(&line("subnet-5d1c8a2f"));
    // After as many refusals the call waits for its turn anew, and nothing of it is on its way.
    faulty.awaits("DetachLoadBalancerFromSubnets", 3);
    std::thread::sleep(Duration::from_millis(300));
    running.interrupt();
    let run = running.finish().ends_with(130);
    run.says(&["  stopped    load balancer redis-elb"]);
}

#[test]
fn a_refusal_is_told_in_our_words_with_what_aws_said() {
    let denied = Answer::ecs(
        "AccessDeniedException",
        "User: arn:aws:iam::1:user/me is not authorized to perform: ecs:ListClusters",
    );
    let (run, calls) = plan_against(9, denied);
    let run = run.ends_with(1).says(&[
        "the credentials may not do this",
        "is not authorized to perform: ecs:ListClusters",
        "hint:",
    ]);
    assert_eq!(
        (calls, run.stdout.as_str()),
        (1, ""),
        "what is refused is not asked again"
    );

    let expired = Answer::ecs(
        "ExpiredTokenException",
        "The security token included in the request is expired",
    );
    plan_against(9, expired)
        .0
        .ends_with(1)
        .says(&["the credentials have expired", "aws sso login"]);
    let unknown = Answer::ecs("BrandNewException", "Nobody knows \u{1b}[2J this");
    let run = plan_against(9, unknown)
        .0
        .ends_with(1)
        .says(&["BrandNewException", "Nobody knows"]);
    assert!(!run.everything().contains('\u{1b}'), "{run:?}");
}

#[test]
fn an_answer_that_is_not_awss_is_recognised() {
    let (run, calls) = plan_against(99, Answer::html(500));
    let run = run.ends_with(1).says(&["500", "hint:"]);
    assert!(calls > 1, "a server's failure is asked again: {run}");
    // Once it works again, nobody hears of it.
    let stand_in = StandIn::start();
    let (run, _) = run_through(
        &stand_in,
        vec![Fault::new("DescribeLoadBalancers", 1, Answer::html(503))],
    );
    run.ends_with(0);
}

#[test]
fn a_step_that_fails_stops_only_what_needs_it() {
    let stand_in = StandIn::start();
    let full = Answer::elb(
        "TooManyLoadBalancers",
        "You have reached the limit of 20 load balancers",
    );
    let faulty = Faulty::new(
        Some(stand_in.address()),
        vec![Fault::new("CreateLoadBalancer", 1, full)],
    );
    let sandbox = Sandbox::at(faulty.address());
    let run = sandbox
        .host(&[
            "run",
            "recipes/redis.wasm",
            "recipes/memcached.wasm",
            "--output",
            "json",
        ])
        .ends_with(1);
    let document = run.json();
    let steps = document["outcome"]["steps"].as_array().unwrap();
    let with = |result: &str| steps.iter().filter(|it| it["result"] == result).count();
    assert_eq!(
        (with("done"), with("failed"), with("skipped")),
        (4, 1, 1),
        "{run}"
    );
    assert_eq!(
        document["endpoints"].as_array().map(Vec::len),
        Some(1),
        "the other one is up: {run}"
    );
    run.says(&[
        "as many classic load balancers as it may",
        "run the same command again",
    ]);
    // The limit was raised: what is there is kept, and the rest is made.
    let run = sandbox
        .host(&["run", "recipes/redis.wasm", "recipes/memcached.wasm"])
        .ends_with(0);
    run.says(&["Plan: 2 to create, 0 to update, 0 to delete."]);
}

/// What was sent is waited for, what was not begun is not, and the next run goes on from there.
#[track_caller]
fn lets_calls_in_flight_come_to_an_end(stop: fn(&Running), status: i32, error: &str) {
    let stand_in = StandIn::start();
    let late = Fault::new(
        "CreateLoadBalancer",
        1,
        Answer::Late(Duration::from_secs(1)),
    );
    let faulty = Faulty::new(Some(stand_in.address()), vec![late]);
    let sandbox = Sandbox::at(faulty.address());
    let mut running = sandbox.start(&["-v", "run", "recipes/redis.wasm"]);
    running.hears("creating load balancer redis-elb");
    running.hears("created task definition redis");
    stop(&running);
    let run = running.finish().ends_with(status);
    let run = run.says(&[
        "finishing the calls in flight",
        "created load balancer redis-elb",
        "not begun  service redis-service\n",
        error,
        "hint: run the same command again",
    ]);
    assert_eq!(faulty.count("CreateService"), 0, "{run}");
    // The load balancer's step is whole: its health check came too.
    assert_eq!(faulty.count("ConfigureHealthCheck"), 1, "{run}");
    let run = sandbox.host(&["run", "recipes/redis.wasm"]).ends_with(0);
    run.says(&["Plan: 1 to create, 0 to update, 0 to delete."]);
}

#[test]
fn ctrl_c_lets_calls_in_flight_come_to_an_end() {
    lets_calls_in_flight_come_to_an_end(Running::interrupt, 130, "error: interrupted\n");
}

#[test]
fn sigterm_lets_calls_in_flight_come_to_an_end() {
    let error = "error: interrupted by SIGTERM\n";
    lets_calls_in_flight_come_to_an_end(Running::terminate, 143, error);
}

/// What was done, what was being done and what was not begun, for programs.
#[test]
fn the_document_of_an_interrupted_run_says_how_far_it_came() {
    let too_many = Answer::elb("Throttling", "Rate exceeded");
    for (stop, status, message) in [
        (Running::interrupt as fn(&Running), 130, "interrupted"),
        (Running::terminate, 143, "interrupted by SIGTERM"),
    ] {
        let stand_in = StandIn::start();
        let put_off = Fault::new("CreateLoadBalancer", usize::MAX, too_many.clone());
        let faulty = Faulty::new(Some(stand_in.address()), vec![put_off]);
        let line = ["run", "recipes/redis.wasm", "--output", "json"];
        let sandbox = Sandbox::at(faulty.address());
        let mut running = sandbox.start(&line);
        running.hears("created task definition redis");
        faulty.awaits("CreateLoadBalancer", 1);
        stop(&running);
        let run = running.finish().ends_with(status);
        let document = run.json();
        assert_eq!(document["error"]["message"], message, "{run}");
        let hint = "run the same command again: it goes on from what is there";
        let hints = document["error"]["hints"].as_array();
        assert!(hints.is_some_and(|it| it.contains(&hint.into())), "{run}");
        let steps = document["outcome"]["steps"].as_array();
        let came: Vec<String> = steps
            .expect("each step is there")
            .iter()
            .map(|it| {
                format!(
                    "{} {}",
                    it["kind"].as_str().unwrap(),
                    it["result"].as_str().unwrap()
                )
            })
            .collect();
        let expected = [
            "task-definition done",
            "load-balancer stopped",
            "service skipped",
        ];
        assert_eq!(came, expected, "{run}");
        assert_eq!(document["waited"], serde_json::json!([]), "nobody waited");
        assert_eq!(document["endpoints"], serde_json::json!([]), "{run}");
    }
}

/// Nothing is changed yet: it ends at once, whatever it waits for.
#[test]
fn sigterm_ends_a_run_that_only_reads() {
    let stand_in = StandIn::start();
    let late = Fault::new("ListClusters", 1, Answer::Late(Duration::from_secs(20)));
    let faulty = Faulty::new(Some(stand_in.address()), vec![late]);
    let sandbox = Sandbox::at(faulty.address());
    let running = sandbox.start(&["run", "recipes/redis.wasm"]);
    faulty.awaits("ListClusters", 1);
    running.terminate();
    let run = running.finish().ends_with(143);
    assert!(run.took < Duration::from_secs(10), "{run}");
    run.says(&["error: interrupted by SIGTERM\n"]);
    assert_eq!(faulty.count("CreateLoadBalancer"), 0);
}

/// Quiet is nothing but errors, verbose is every step, and twice verbose every call with its time.
#[test]
fn stderr_says_as_much_as_is_asked_for() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let plan = |flags: &[&str]| {
        sandbox
            .host(&[flags, &["plan", "recipes/redis.wasm"]].concat())
            .ends_with(0)
    };
    let (quiet, normal, twice) = (plan(&["-q"]), plan(&[]), plan(&["-vv"]));
    assert_eq!((quiet.stderr.as_str(), &quiet.stdout), ("", &normal.stdout));
    assert!(
        normal.stderr.contains("warning[") && !normal.stderr.contains("DescribeServices"),
        "{normal}"
    );
    let calls: Vec<&str> = twice
        .stderr
        .lines()
        .filter(|it| it.ends_with(" ms"))
        .collect();
    assert!(
        calls.len() >= 4 && calls.iter().any(|it| it.contains("ecs DescribeServices")),
        "{twice}"
    );
    sandbox
        .host(&["-q", "run", "recipes/none.wasm"])
        .ends_with(1)
        .says(&["error[H0115]: could not read `recipes/none.wasm`"]);
}
