//! The causes that a service does not come up for, each a function of all that was seen.
//!
//! A rule gives a finding as soon as anything speaks for it, and calls it ripe when it has lasted for long enough
//! ([`super::patience`]) to end the wait. The order is that of depth: what kills a task also leaves it unhealthy.

mod balancer;
mod ended;
mod placement;
pub(super) mod rollout;

use super::Trouble;
use super::case::Case;
use crate::codes::Code;

/// What a rule found.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    pub(super) trouble: Trouble,
    /// Whether it has lasted for long enough to end the wait.
    pub(super) is_ripe: bool,
}

type Rule = fn(&Case<'_>) -> Option<Finding>;

const RULES: &[Rule] = &[
    ended::crashing,
    placement::no_room,
    placement::no_room_before,
    placement::count_deadlock,
    ended::failing,
    ended::impaired,
    balancer::gone,
    balancer::refused,
    balancer::zone,
    balancer::replaced_tasks,
    balancer::unhealthy,
    balancer::never_registered,
];

/// What tells something only when nothing else does and the time is over.
const LAST_RESORT: &[Rule] = &[rollout::throttled, rollout::interrupted];

/// The deepest ripe finding; else the deepest.
pub(super) fn first(case: &Case<'_>) -> Option<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().filter_map(|rule| rule(case)).collect();
    let ripe = findings
        .iter()
        .position(|it| it.is_ripe)
        .unwrap_or_default();
    (!findings.is_empty()).then(|| findings.swap_remove(ripe))
}

pub(super) fn last_resort(case: &Case<'_>) -> Option<Finding> {
    LAST_RESORT.iter().find_map(|rule| rule(case))
}

/// A trouble whose evidence says nothing twice.
fn trouble(code: Code, cause: String, evidence: Vec<String>, next: Vec<String>) -> Trouble {
    let mut lines: Vec<String> = Vec::new();
    for line in evidence {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    Trouble {
        code,
        cause,
        evidence: lines,
        next,
    }
}
