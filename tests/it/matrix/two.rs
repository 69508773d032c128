//! Two hosts at once on one account.

use super::scenario::{Call, Scenario, sandbox, scenarios};
use super::{AT_ONCE, WRITES, each};
use crate::harness::{Gate, Point, Run, Simulator, Turn, hold};

/// A run that met another one came out, or says that something changed meanwhile and that it is to be run again.
#[track_caller]
fn is_clear(run: &Run) {
    let is_told = run.status == 1 && run.stderr.contains("run the same command again");
    assert!(run.status == 0 || is_told, "{run}");
}

/// What one of them waits for may never come, when the other has undone it.
const PATIENCE: [&str; 2] = ["--timeout", "40s"];

type Case = (&'static Scenario, Option<&'static Call>);

#[test]
fn two_hosts_at_once_come_to_one_outcome() {
    // One waits before each of its writes until the other has come to its end; and sometimes nobody waits.
    let cases: Vec<Case> = scenarios()
        .iter()
        .flat_map(|scenario| {
            scenario
                .writes()
                .map(Some)
                .chain([None; 3])
                .map(move |it| (scenario, it))
        })
        .collect();
    assert_eq!(cases.len(), WRITES + 3 * scenarios().len());
    let name = |(scenario, call): &Case| match call {
        Some(call) => format!("{}: {} {} waits", scenario.name, call.operation, call.nth),
        None => format!("{}: nobody waits", scenario.name),
    };
    each(&cases, AT_ONCE, name, |(scenario, call)| {
        let (post, held) = hold();
        let points = call.map(|it| Point {
            operation: it.operation.clone(),
            nth: it.nth,
            turn: Turn::Before(post),
        });
        let mut first = scenario.start_with(points.into_iter().collect(), &PATIENCE);
        if call.is_some() {
            assert!(
                held.arrives(|| first.running().has_ended()),
                "it was never sent"
            );
        }
        let (_gate, _sandbox, second) = scenario.beside(&first, Vec::new(), &PATIENCE);
        if call.is_some() {
            let second = second.finish();
            held.release();
            is_clear(&second);
        } else {
            is_clear(&second.finish());
        }
        let (mut ended, run, _) = first.finish();
        is_clear(&run.unwrap());
        // What the first says is what was so when it looked: the other may have changed it since.
        ended.status = None;
        scenario.again(&ended);
    });
}

/// What another host deletes between two reads of a plan does not pass for somebody else's.
#[test]
fn a_load_balancer_that_goes_away_in_the_middle_of_a_look_is_looked_for_again() {
    let simulator = Simulator::start("speed = 200");
    let other = sandbox(simulator.address());
    other.host(&["run", "recipes/redis.wasm"]).ends_with(0);
    let (post, held) = hold();
    let point = Point {
        operation: "DescribeTags".to_owned(),
        nth: 1,
        turn: Turn::Before(post),
    };
    let gate = Gate::new(simulator.address(), vec![point]);
    let beside = sandbox(gate.address());
    let mut looking = beside.start(&["plan", "recipes/redis.wasm"]);
    assert!(held.arrives(|| looking.has_ended()), "it was never sent");
    other.host(&["destroy", "--yes"]).ends_with(0);
    held.release();
    let plan = looking.finish().ends_with(0);
    assert!(plan.stdout.contains("+ create  load balancer"), "{plan}");
}
