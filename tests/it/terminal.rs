//! What is different where a person looks: colour, live lines, questions.

use crate::harness::{Sandbox, StandIn};

const ESCAPE: char = '\u{1b}';

#[test]
fn colour_is_for_terminals_and_for_those_who_want_it() {
    let sandbox = Sandbox::new().set("TERM", "xterm");
    let line = ["inspect", "recipes/redis.wasm"];
    let colours =
        |sandbox: &Sandbox, line: &[&str]| sandbox.terminal("", line).stdout.contains(ESCAPE);
    assert!(colours(&sandbox, &line));
    assert!(
        colours(&sandbox, &["inspect", "recipes/none.wasm"]),
        "errors too"
    );
    assert!(
        !colours(&sandbox, &[&line[..], &["--output", "json"]].concat()),
        "data for programs is plain everywhere"
    );
    let plain = sandbox.set("NO_COLOR", "1");
    assert!(!colours(&plain, &line));
    assert!(!colours(&plain, &["inspect", "recipes/none.wasm"]));
    let dumb = Sandbox::new().set("TERM", "dumb");
    assert!(!colours(&dumb, &line));
}

#[test]
fn nothing_is_deleted_without_a_yes() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in)
        .set("NO_COLOR", "1")
        .set("TERM", "xterm");
    sandbox
        .host(&["run", "recipes/redis.wasm", "--no-wait"])
        .ends_with(0);
    for (answer, status) in [("n", 1), ("", 1), ("^C", 130)] {
        let (run, writes) = stand_in.writes_of(|| sandbox.terminal(answer, &["destroy", "redis"]));
        let run = run.ends_with(status);
        assert!(
            run.stdout.contains(
                "Delete 1 service of stack `searchapp/default` for good, data included? [y/N]"
            ),
            "{run}"
        );
        assert_eq!(writes, [""; 0], "{run}");
    }
    let (run, writes) = stand_in.writes_of(|| sandbox.terminal("y", &["destroy", "redis"]));
    let run = run.ends_with(0);
    assert!(
        run.stdout.contains("deleted service redis-service"),
        "{run}"
    );
    assert!(writes.contains(&"DeleteService".to_owned()));
}

/// Live lines come and go; what is left is what a log would have, and the endpoint.
#[test]
fn a_run_shows_what_it_waits_for_and_leaves_a_clean_screen() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in).set("TERM", "xterm");
    let run = sandbox
        .terminal("", &["run", "recipes/redis.wasm"])
        .ends_with(0);
    // On a busy machine the task may run before anybody looks.
    let live = ["redis: waiting: ", "redis: creating service redis-service"];
    assert!(live.iter().any(|it| run.stdout.contains(it)), "{run}");
    let last = run.stdout.lines().last().unwrap_or_default();
    assert!(
        last.trim_end()
            .ends_with("redis  redis-elb.us-east-1.elb.amazonaws.com:80"),
        "{run:?}"
    );
    assert!(
        !run.stdout.contains("\u{1b}[?25l") || run.stdout.contains("\u{1b}[?25h"),
        "the cursor is shown again: {run:?}"
    );
}
