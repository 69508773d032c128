//! Every write, and every fault of AWS and of the way there.

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

/// Every write of every scenario.
fn writes() -> impl Iterator<Item = (&'static Scenario, &'static Call)> {
    let each = |it: &'static Scenario| it.writes().map(move |call| (it, call));
    scenarios().iter().flat_map(each)
}

#[test]
fn every_write_survives_every_fault() {
    let cases: Vec<Case> = writes()
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

#[test]
fn every_write_survives_broken_connections_and_silence() {
    let cases: Vec<AtGate> = writes()
        .flat_map(|(scenario, call)| AT_GATE.map(|(fault, turn)| (scenario, call, fault, turn)))
        .collect();
    assert_eq!(cases.len(), WRITES * AT_GATE.len());
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
        let (ended, _, seen) = behind.finish();
        let of_call = seen.iter().filter(|it| it.operation == call.operation);
        assert!(
            of_call.count() >= call.nth,
            "it was never sent\n{}",
            ended.told
        );
        scenario.converges(&ended);
    });
}
