//! Scripted faults, and the throttling of AWS's published budgets.

use serde_json::Value;

use crate::call::Api;
use crate::refusal::Refusal;
use crate::script::{Fault, FaultKind, Moment, Script, matches};
use crate::time::Time;

mod budget;
pub(crate) mod rules;

use budget::Budgets;

/// What has been hit so far.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// How many calls each fault of the script has met, hit or not.
    met: Vec<u64>,
    budgets: Budgets,
}

/// What is done to one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    /// It is refused, and does nothing.
    pub(crate) refusal: Option<Refusal>,
    /// The connection is cut.
    pub(crate) cut: Option<Moment>,
    /// Simulated seconds until it is answered.
    pub(crate) slow: f64,
    /// A read is answered from so many seconds ago.
    pub(crate) stale: f64,
}

impl Memory {
    /// Decides what becomes of a call.
    pub(crate) fn judge(
        &mut self,
        script: &Script,
        now: Time,
        api: Api,
        operation: &str,
    ) -> Verdict {
        let mut verdict = Verdict::default();
        self.met.resize(script.faults.len(), 0);
        for (fault, met) in script.faults.iter().zip(&mut self.met) {
            if !matches(&fault.operation, operation) {
                continue;
            }
            *met += 1;
            let from = fault.from.unwrap_or(1).max(1);
            let is_over = fault.times.is_some_and(|times| *met >= from + times);
            if *met >= from && !is_over {
                apply(fault, api, operation, &mut verdict);
            }
        }
        if script.throttle
            && verdict.refusal.is_none()
            && !self.budgets.take(now, api, operation, &script.spent)
        {
            verdict.refusal = Some(throttled(api));
        }
        verdict
    }
}

fn apply(fault: &Fault, api: Api, operation: &str, verdict: &mut Verdict) {
    let seconds = fault.seconds.unwrap_or(30.0);
    match fault.kind {
        FaultKind::Throttle => verdict.refusal = Some(throttled(api)),
        FaultKind::Error => verdict.refusal = Some(error(fault, api)),
        FaultKind::Slow => verdict.slow += seconds,
        FaultKind::Lost => verdict.cut = Some(fault.moment),
        FaultKind::Stale if is_read(operation) => verdict.stale = verdict.stale.max(seconds),
        FaultKind::Stale => {}
    }
}

fn throttled(api: Api) -> Refusal {
    match api {
        Api::Ecs => rules::ECS_THROTTLED.refusal(),
        Api::Elb => rules::ELB_THROTTLED.refusal(),
    }
}

/// The error of the script; what it leaves open is a failure on AWS's own side.
fn error(fault: &Fault, api: Api) -> Refusal {
    let usual = match api {
        Api::Ecs => rules::ECS_SERVER.refusal(),
        Api::Elb => rules::ELB_SERVER.refusal(),
    };
    Refusal {
        rule: usual.rule,
        status: fault.status.unwrap_or(if fault.code.is_some() {
            400
        } else {
            usual.status
        }),
        code: fault.code.clone().unwrap_or(usual.code),
        message: fault.message.clone().unwrap_or(usual.message),
    }
}

/// Whether an operation changes nothing.
pub(crate) fn is_read(operation: &str) -> bool {
    operation.starts_with("Describe") || operation.starts_with("List")
}

/// How far back the script's stale reads look, in milliseconds; nothing without any.
pub(crate) fn memory_needed(script: &Script) -> Option<u64> {
    let stale = script
        .faults
        .iter()
        .filter(|it| it.kind == FaultKind::Stale);
    let longest = stale
        .map(|it| it.seconds.unwrap_or(30.0))
        .reduce(f64::max)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked when it was read"
    )]
    let milliseconds = (longest * 1000.0) as u64;
    Some(milliseconds)
}

/// Input and answer of calls are told with nothing hidden: credentials are no part of them.
pub(crate) fn log_line(
    now: Time,
    api: Api,
    operation: &str,
    input: &Value,
    status: u16,
    code: Option<&str>,
) -> String {
    let service = match api {
        Api::Ecs => "ecs",
        Api::Elb => "elb",
    };
    let mut line = serde_json::json!({
        "time": now.iso8601(),
        "service": service,
        "operation": operation,
        "write": !is_read(operation),
        "status": status,
        "parameters": input,
    });
    if let Some(code) = code {
        line["code"] = code.into();
    }
    line.to_string()
}

#[cfg(test)]
mod tests;
