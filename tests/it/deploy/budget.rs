//! How many calls it takes to find out that nothing changed.

use std::fmt::Write as _;

use crate::harness::{Call, Sandbox, StandIn};

const SERVICES: usize = 12;

/// N unchanged services take N + ⌈N/10⌉ + ⌈N/20⌉ + 2 calls, at most four rounds deep.
#[test]
fn planning_unchanged_services_stays_within_its_calls() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let mut stack = String::new();
    for number in 0..SERVICES {
        let port = 7000 + number;
        writeln!(stack, "[services.cache-{number}]\nrecipe = 'recipes/memcached.wasm'\nparameters = {{ port = {port} }}").unwrap();
    }
    sandbox.write("host.toml", stack);
    // AWS takes ten new load balancers at once, and no test waits for more.
    let names: Vec<String> = (0..SERVICES).map(|it| format!("cache-{it}")).collect();
    for names in names.chunks(SERVICES / 2) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        sandbox
            .host(&[&["run", "--no-wait"], &names[..]].concat())
            .ends_with(0);
    }

    let (plan, calls) =
        stand_in.calls_of(|| sandbox.host(&["plan", "--detailed-exitcode"]).ends_with(0));
    assert_eq!(plan.stdout.lines().last(), Some("No changes."));
    let budget = SERVICES + SERVICES.div_ceil(10) + SERVICES.div_ceil(20) + 2;
    let names: Vec<&str> = calls.iter().map(|it| it.operation.as_str()).collect();
    assert!(
        calls.len() <= budget,
        "{} calls, and {budget} are allowed: {names:?}",
        calls.len()
    );
    assert!(
        calls.iter().all(|it| !it.write && it.status == 200),
        "{names:?}"
    );
    assert!(
        rounds(&calls) <= 4,
        "{} rounds deep: {calls:?}",
        rounds(&calls)
    );
}

/// A run that changes nothing is judged from the reads of its plan and one look at the instances of each load balancer.
#[test]
fn running_unchanged_services_takes_one_more_call_each() {
    let stand_in = StandIn::start();
    let sandbox = Sandbox::on(&stand_in);
    let line = ["recipes/redis.wasm", "recipes/memcached.wasm"];
    let host = |verb: &[&str]| sandbox.host(&[verb, &line[..]].concat()).ends_with(0);
    host(&["run"]);
    let (_, planned) = stand_in.calls_of(|| host(&["plan"]));
    let (run, ran) = stand_in.calls_of(|| host(&["run"]));
    run.says(&[
        "redis is steady (after 0 s)",
        "memcached is steady (after 0 s)",
    ]);
    let sorted = |calls: &[Call]| {
        let mut names: Vec<String> = calls.iter().map(|it| it.operation.clone()).collect();
        names.sort();
        names
    };
    let mut expected = sorted(&planned);
    expected.extend([
        "DescribeInstanceHealth".to_owned(),
        "DescribeInstanceHealth".to_owned(),
    ]);
    expected.sort();
    assert_eq!(sorted(&ran), expected);
}

/// How many calls had to wait for another one: the longest chain of calls that do not overlap and cannot,
/// because each asks for what an earlier one answered.
///
/// The stand-in answers one call at a time, so time tells nothing; what is asked for does.
fn rounds(calls: &[Call]) -> usize {
    let depth = |call: &Call| match call.operation.as_str() {
        // Which cluster it is; then what the blueprints name; then what belongs to that.
        "ListClusters" => 1,
        "DescribeServices" | "DescribeTaskDefinition" | "DescribeLoadBalancers" => 2,
        "DescribeTags" | "ListContainerInstances" => 3,
        _ => 4,
    };
    let mut deepest = 0;
    let mut turns = 0;
    for depth in calls.iter().map(depth) {
        // Going back to an earlier kind of question is a new round.
        if depth != deepest {
            turns += 1;
        }
        deepest = depth;
    }
    turns
}
