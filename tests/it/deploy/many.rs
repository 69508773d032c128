//! Many services at once: calls wait for their turn in the budgets that AWS publishes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use crate::harness::{Run, Sandbox, StandIn};

/// A sandbox with a stack of so many services, each with a port of its own, on instances that hold them all.
fn sandbox_of(sandbox: Sandbox, services: usize, script: &str) -> Sandbox {
    let mut stack = String::from(
        "[target]\nsecurity-groups = ['sg-c70ff2a1']\n[limits]\nload-balancers = 50\n",
    );
    for number in 0..services {
        let port = 7000 + number;
        writeln!(stack, "[services.cache-{number:02}]\nrecipe = 'recipes/memcached.wasm'\nparameters = {{ port = {port} }}").unwrap();
    }
    sandbox.write("host.toml", stack);
    let script = format!(
        "throttle = true\nload-balancers = 100\n{script}\n\
         [[instances]]\nmemory = 64000\ncpu = 64000\n[[instances]]\nmemory = 64000\ncpu = 64000\n"
    );
    sandbox.write("script.toml", script);
    sandbox
}

/// How many calls were sent, and how many of these were answered with `Rate exceeded`, by the trace of a run without other faults.
fn calls(run: &Run) -> (usize, usize) {
    let traced = run
        .stderr
        .lines()
        .filter(|it| it.starts_with("ecs ") || it.starts_with("elb "));
    let mut counts = (0, 0);
    for line in traced {
        let attempts = line
            .split(", ")
            .find_map(|it| it.strip_suffix(" attempts")?.parse::<usize>().ok())
            .unwrap_or(1);
        let is_refused = line.contains(", Throttling");
        counts.0 += attempts;
        counts.1 += attempts - usize::from(!is_refused);
    }
    counts
}

/// Lines that tell why calls wait.
fn told(run: &Run) -> Vec<&str> {
    let lines = run.stderr.lines().map(str::trim_start);
    lines.filter(|it| it.starts_with("AWS takes ")).collect()
}

fn run_locally(sandbox: &Sandbox) -> Run {
    let line = ["-vv", "run", "--local", "--script", "script.toml"];
    sandbox.host(&line).ends_with(0)
}

#[test]
fn fifty_services_come_up_and_no_call_is_one_too_many() {
    let sandbox = sandbox_of(Sandbox::new(), 50, "");
    let run = run_locally(&sandbox);
    assert_eq!(run.stdout.lines().count(), 50, "{run}");
    let (sent, refused) = calls(&run);
    assert!(sent > 400, "the trace has every call: {sent}");
    assert_eq!(refused, 0, "{run}");
    let told = told(&run);
    assert!(
        told.iter()
            .any(|it| it.starts_with("AWS takes one new load balancer or subnet in 5 s: 4")),
        "{told:?}"
    );
    let kinds: BTreeSet<&str> = told.iter().filter_map(|it| it.split(':').next()).collect();
    assert_eq!(told.len(), kinds.len(), "each is told once: {told:?}");
}

#[test]
fn budgets_that_others_have_spent_make_no_storm() {
    let script = "spent = ['*']";
    let sandbox = sandbox_of(Sandbox::new(), 30, script);
    let run = run_locally(&sandbox);
    assert_eq!(run.stdout.lines().count(), 30, "{run}");
    let (sent, refused) = calls(&run);
    let told = told(&run);
    let kinds: BTreeSet<&str> = told.iter().filter_map(|it| it.split(':').next()).collect();
    assert_eq!(told.len(), kinds.len(), "each is told once: {told:?}");
    // Those that were on their way together are refused together; then all wait.
    assert!(
        refused > 0 && refused < sent / 4,
        "{refused} of {sent} calls were refused\n{run}"
    );
}

#[test]
fn one_service_never_waits() {
    let sandbox = sandbox_of(Sandbox::new(), 1, "");
    let run = run_locally(&sandbox);
    assert!(!run.stderr.contains(" s waited"), "{run}");
    assert!(told(&run).is_empty(), "{run}");
}

#[test]
fn ctrl_c_does_not_wait_for_a_turn() {
    let stand_in = StandIn::start();
    let sandbox = sandbox_of(Sandbox::on(&stand_in), 14, "");
    let mut running = sandbox.start(&["run", "--no-wait"]);
    running.hears("AWS takes one new load balancer or subnet in 5 s");
    running.interrupt();
    let run = running.finish().ends_with(130);
    assert!(
        run.took < Duration::from_secs(20),
        "five turns take longer than this: {run}"
    );
    run.says(&["not begun  load balancer cache-13-elb"]);
}
