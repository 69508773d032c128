//! Ctrl-C at every call: the call in hand is finished, what is done and what is not is said, and the next run goes on.

use super::scenario::{Call, Scenario, scenarios};
use super::{AT_ONCE, WRITES, each};
use crate::harness::{Point, Seen, Turn, hold};

/// How a line begins that says how far a step came.
const STATES: [&str; 4] = ["  done  ", "  unchanged  ", "  stopped  ", "  not begun  "];

/// How many reads all scenarios send together before their first write: how they look around depends on no time.
const READS_BEFORE: usize = 0;

fn is_before(call: &Call) -> bool {
    !call.is_write && !call.is_changing
}

type Case = (&'static Scenario, &'static Call);

#[test]
fn a_run_that_is_interrupted_at_any_call_says_how_far_it_came() {
    let cases: Vec<Case> = scenarios()
        .iter()
        .flat_map(|scenario| scenario.calls.iter().map(move |it| (scenario, it)))
        .collect();
    let of_writes = cases.iter().filter(|(_, call)| call.is_write).count();
    assert_eq!(of_writes, WRITES);
    let of_reads_before = cases.iter().filter(|(_, call)| is_before(call)).count();
    assert_eq!(of_reads_before, READS_BEFORE);
    let name =
        |(scenario, call): &Case| format!("{}: {} {}", scenario.name, call.operation, call.nth);
    each(&cases, AT_ONCE, name, |(scenario, call)| {
        let (post, held) = hold();
        let point = Point {
            operation: call.operation.clone(),
            nth: call.nth,
            turn: Turn::Before(post),
        };
        let mut behind = scenario.start(vec![point]);
        if !held.arrives(|| behind.running().has_ended()) {
            assert!(!call.is_write && !is_before(call), "it was never sent");
            let (ended, _, _) = behind.finish();
            return scenario.converges(&ended);
        }
        behind.running().interrupt();
        behind.running().hears("interrupted");
        held.release();
        let (ended, run, seen) = behind.finish();
        let run = run.unwrap().ends_with(130).says(&["error: interrupted"]);
        if call.is_changing || call.is_write {
            let mut of_call = seen.iter().filter(|it| it.operation == call.operation);
            let status = of_call.nth(call.nth - 1).and_then(|it| it.status);
            assert!(status.is_some(), "the call in hand was not finished\n{run}");
            let told = |it: &str| STATES.iter().any(|state| it.starts_with(state));
            let lines = run.stderr.lines().filter(|it| told(it)).count();
            assert!(lines >= 2, "not every step is told of\n{run}");
            run.says(&["hint: run the same command again"]);
        } else {
            // Nothing was changed yet, and nothing is from then on.
            assert_eq!(ended.made, [0; 3], "{run}");
            let written = |it: &Seen| scenario.writes().any(|call| call.operation == it.operation);
            assert!(!seen.iter().any(written), "{run}");
            let told = |it: &str| STATES.iter().any(|state| it.starts_with(state));
            assert!(!run.stderr.lines().any(told), "no step was begun\n{run}");
        }
        scenario.converges(&ended);
    });
}
