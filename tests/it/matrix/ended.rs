//! `kill -9` before and after every call.

use super::scenario::{Call, Scenario, scenarios};
use super::{AT_ONCE, WRITES, each};
use crate::harness::{Point, Turn, hold};

#[derive(Clone, Copy, Debug)]
enum Moment {
    Before,
    After,
}

struct Case {
    scenario: &'static Scenario,
    call: &'static Call,
    moment: Moment,
}

#[test]
fn a_run_that_is_killed_at_any_call_is_run_again() {
    let calls = scenarios()
        .iter()
        .flat_map(|scenario| scenario.calls.iter().map(move |it| (scenario, it)));
    let cases: Vec<Case> = calls
        .flat_map(|(scenario, call)| {
            [Moment::Before, Moment::After].map(|moment| Case {
                scenario,
                call,
                moment,
            })
        })
        .collect();
    // How many reads there are depends on how often it is looked whether something is steady.
    let of_writes = cases.iter().filter(|it| it.call.is_write).count();
    assert_eq!(of_writes, 2 * WRITES);
    assert!(cases.len() >= 4 * WRITES, "{}", cases.len());
    let name = |it: &Case| {
        format!(
            "{}: {:?} {} {}",
            it.scenario.name, it.moment, it.call.operation, it.call.nth
        )
    };
    each(&cases, AT_ONCE, name, |case| {
        let (post, held) = hold();
        let turn = match case.moment {
            Moment::Before => Turn::Before(post),
            Moment::After => Turn::After(post),
        };
        let point = Point {
            operation: case.call.operation.clone(),
            nth: case.call.nth,
            turn,
        };
        let mut behind = case.scenario.start(vec![point]);
        if held.arrives(|| behind.running().has_ended()) {
            behind.kill();
        } else {
            // How often it is looked whether something is steady depends on when.
            assert!(!case.call.is_write, "it was never sent");
        }
        drop(held);
        let (ended, _, _) = behind.finish();
        case.scenario.converges(&ended);
    });
}
