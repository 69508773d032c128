//! Every write, and every fault of AWS and of the way there.

use host_core::request::Operation;

use super::scenario::{Call, Scenario, scenarios};
use super::{AT_ONCE, WRITES, each};
use crate::harness::{Point, Turn};

/// What AWS and the way there do to a call, as a script says it.
const SCRIPTED: [(&str, &str); 5] = [
    // More often than the SDK tries.
    ("throttled", "times = 4\nkind = 'throttle'\n"),
    ("failed", "times = 4\nkind = 'error'\n"),
    (
        "lost before",
        "times = 1\nkind = 'lost'\nmoment = 'before'\n",
    ),
    ("lost after", LOST_AFTER),
    ("lost after, and reads are stale", LOST_AFTER),
];

const LOST_AFTER: &str = "times = 1\nkind = 'lost'\n";

/// Reads tell what was 4 seconds ago.
const STALE: &str = "[[faults]]\noperation = 'Describe*'\nkind = 'stale'\nseconds = 4\n\
                     [[faults]]\noperation = 'List*'\nkind = 'stale'\nseconds = 4\n";

type MakeTurn = fn() -> Turn;

/// The same at a gate, where the script has no word for it.
const AT_GATE: [(&str, MakeTurn); 4] = [
    ("reset before", || Turn::ResetBefore),
    ("reset after", || Turn::ResetAfter),
    ("failed after", || Turn::FailedAfter),
    ("no answer", || Turn::Silent),
];

fn script(call: &Call, (name, fault): (&str, &str)) -> String {
    let of_call = format!(
        "[[faults]]\noperation = '{}'\nfrom = {}\n{fault}",
        call.operation, call.nth
    );
    let stale = if name.ends_with("stale") { STALE } else { "" };
    format!("{of_call}{stale}")
}

struct Case {
    scenario: &'static Scenario,
    call: &'static Call,
    fault: (&'static str, &'static str),
}

#[test]
fn every_write_survives_every_fault() {
    let writes = scenarios()
        .iter()
        .flat_map(|scenario| scenario.writes().map(move |it| (scenario, it)));
    let cases: Vec<Case> = writes
        .flat_map(|(scenario, call)| {
            SCRIPTED.map(|fault| Case {
                scenario,
                call,
                fault,
            })
        })
        .collect();
    assert_eq!(cases.len(), WRITES * SCRIPTED.len());
    let name = |it: &Case| {
        format!(
            "{}: {} {}: {}",
            it.scenario.name, it.call.operation, it.call.nth, it.fault.0
        )
    };
    each(&cases, AT_ONCE, name, |case| {
        let ended = case.scenario.on_script(&script(case.call, case.fault));
        // A call that took more than one attempt, or failed, has that after its time.
        let of_call = format!(" {}, ", case.call.operation);
        let mut traces = ended.told.lines().filter(|it| it.contains(&of_call));
        assert!(
            traces.any(|it| it.contains(" ms, ")),
            "nothing was hit\n{}",
            ended.told
        );
        case.scenario.converges(&ended);
    });
}

#[test]
fn every_scenario_survives_stale_reads() {
    each(
        scenarios(),
        AT_ONCE,
        |it| it.name.to_owned(),
        |scenario| {
            let ended = scenario.on_script(STALE);
            scenario.converges(&ended);
        },
    );
}

/// One call of each operation: the first that is recorded.
fn one_of_each() -> Vec<(&'static Scenario, &'static Call)> {
    let first = |operation: Operation| {
        scenarios().iter().find_map(|scenario| {
            Some((
                scenario,
                scenario
                    .writes()
                    .find(|it| it.operation == operation.name())?,
            ))
        })
    };
    Operation::ALL.into_iter().filter_map(first).collect()
}

#[test]
fn every_operation_survives_broken_connections_and_silence() {
    let cases: Vec<_> = one_of_each()
        .into_iter()
        .flat_map(|(scenario, call)| AT_GATE.map(|(fault, turn)| (scenario, call, fault, turn)))
        .collect();
    assert_eq!(cases.len(), Operation::ALL.len() * AT_GATE.len());
    // Those that hear nothing for half a minute do not hold up the others.
    let (silent, broken): (Vec<_>, Vec<_>) = cases.into_iter().partition(|it| it.2 == "no answer");
    std::thread::scope(|scope| {
        scope.spawn(|| survive(&silent, silent.len()));
        survive(&broken, AT_ONCE);
    });
}

type AtGate = (&'static Scenario, &'static Call, &'static str, MakeTurn);

fn survive(cases: &[AtGate], at_once: usize) {
    let name = |(scenario, call, fault, _): &AtGate| {
        format!(
            "{}: {} {}: {fault}",
            scenario.name, call.operation, call.nth
        )
    };
    each(cases, at_once, name, |(scenario, call, _, turn)| {
        let point = Point {
            operation: call.operation.clone(),
            nth: call.nth,
            turn: turn(),
        };
        let behind = scenario.start(vec![point]);
        let (ended, _, _) = behind.finish();
        scenario.converges(&ended);
    });
}
