//! Nothing is lost: whatever goes wrong with a call, and wherever a run ends, running it again comes to the same.
//!
//! The cases are made from the calls that were really sent: each scenario is recorded once without faults, and every
//! call of the recording has its turn. Counts are asserted, so that no case goes missing unseen.

mod account;
mod allowed;
mod ended;
mod faults;
mod interrupted;
mod scenario;
mod two;

use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::thread;

use host_core::request::Operation;

use scenario::{Scenario, scenarios};

/// How many writes all scenarios send together when nothing goes wrong.
const WRITES: usize = 55;

/// How many cases go on at once. Most of their time they wait, for each other's processes and for pauses.
const AT_ONCE: usize = 12;

/// Tries every case, `at_once` of them at a time, and tells of all that failed together.
fn each<T: Sync>(
    cases: &[T],
    at_once: usize,
    name: impl Fn(&T) -> String + Sync,
    try_one: impl Fn(&T) + Sync,
) {
    let next = Mutex::new(cases.iter());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                loop {
                    let Some(case) = next.lock().unwrap().next() else {
                        break;
                    };
                    if panic::catch_unwind(AssertUnwindSafe(|| try_one(case))).is_err() {
                        failed.lock().unwrap().push(name(case));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(
        failed.is_empty(),
        "{} of {} cases failed; why is said above:\n{}",
        failed.len(),
        cases.len(),
        failed.join("\n")
    );
}

/// Together the scenarios send every operation there is, so that none is left out of the matrix.
#[test]
fn the_scenarios_send_every_operation() {
    let mut sent: Vec<&str> = scenarios()
        .iter()
        .flat_map(Scenario::writes)
        .map(|it| it.operation.as_str())
        .collect();
    sent.sort_unstable();
    sent.dedup();
    let mut all = Operation::ALL.map(Operation::name);
    all.sort_unstable();
    assert_eq!(sent, all);
    let writes: usize = scenarios().iter().map(|it| it.writes().count()).sum();
    assert_eq!(writes, WRITES);
}
