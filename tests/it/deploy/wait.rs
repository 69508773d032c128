//! Waiting: not at all, not long enough, and until Ctrl-C or SIGTERM.

use std::time::Duration;

use crate::harness::{Running, Sandbox, StandIn};

#[test]
fn what_never_runs_is_given_up_and_explained() {
    let stand_in = StandIn::stuck();
    let sandbox = Sandbox::on(&stand_in);

    let (run, calls) = stand_in.calls_of(|| {
        sandbox
            .host(&["run", "recipes/redis.wasm", "--no-wait"])
            .ends_with(0)
    });
    assert_eq!(
        run.stdout,
        "redis  redis-elb.us-east-1.elb.amazonaws.com:80\n"
    );
    assert!(
        !calls
            .iter()
            .any(|it| it.operation == "DescribeInstanceHealth"),
        "it did not wait"
    );

    let run = sandbox
        .host(&["run", "recipes/redis.wasm", "--timeout", "2s"])
        .ends_with(1);
    assert!(
        run.took >= Duration::from_secs(2) && run.took < Duration::from_secs(10),
        "{run}"
    );
    assert_eq!(
        run.stdout, "",
        "an endpoint that leads nowhere is not handed out"
    );
    let run = run.says(&[
        "`redis` is not steady after 2 s",
        "0 of 1 running",
        "hint: `host status redis`",
        "hint: run the same command again",
    ]);
    assert!(!run.stderr.contains("redis is steady"), "{run}");

    let document = sandbox
        .host(&[
            "run",
            "recipes/redis.wasm",
            "--timeout",
            "1s",
            "--output",
            "json",
        ])
        .ends_with(1)
        .json();
    assert_eq!(document["waited"][0]["result"], "timed-out");
    assert_eq!(document["endpoints"].as_array().map(Vec::len), Some(0));
    assert!(
        document["error"]["message"]
            .as_str()
            .is_some_and(|it| it.contains("0 of 1 running")),
        "{document}"
    );

    // Nothing was seen steady, and so nothing is written down as such.
    let status = sandbox.host(&["status"]).ends_with(0);
    assert!(
        status.stdout.contains("redis:1 (never seen steady)")
            && status.stdout.contains("0 of 1 running"),
        "{status}"
    );
    assert!(
        stand_in
            .calls()
            .iter()
            .all(|it| it.operation != "TagResource")
    );
}

#[track_caller]
fn stops_waiting(stop: fn(&Running), status: i32) {
    let stand_in = StandIn::stuck();
    let sandbox = Sandbox::on(&stand_in);
    let mut running = sandbox.start(&["run", "recipes/redis.wasm"]);
    running.hears("waiting: ");
    stop(&running);
    let run = running.finish().ends_with(status);
    run.says(&[
        "interrupted",
        "  not steady ",
        "hint: run the same command again",
    ]);

    let mut running = sandbox.start(&["run", "recipes/redis.wasm", "--output", "json"]);
    running.hears("waiting: ");
    stop(&running);
    let run = running.finish().ends_with(status);
    assert_eq!(run.json()["waited"][0]["result"], "interrupted");
}

#[test]
fn ctrl_c_stops_waiting_and_says_how_to_go_on() {
    stops_waiting(Running::interrupt, 130);
}

#[test]
fn sigterm_stops_waiting_and_says_how_to_go_on() {
    stops_waiting(Running::terminate, 143);
}
