//! Sends one call until AWS takes it: patiently, and never twice where twice is once too often.

use std::time::Duration;

use host_core::fault::{Class, Fault, FaultKind, explain, is_throttled};
use host_core::request::Request;
use serde_json::Value;

use super::{Means, look};

/// How long a call that AWS puts off is sent again.
const PATIENCE: Duration = Duration::from_mins(5);
/// The first pause between two attempts takes at most so long, each further one twice as long, up to a limit.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LAST_PAUSE: Duration = Duration::from_secs(10);

/// Sends one call, again where AWS puts it off or is still catching up.
///
/// # Errors
/// What came of its last attempt; or of the last look at what it was to do, where that is why it was not sent.
pub(in crate::ops) async fn send(
    means: &Means,
    service: &str,
    request: &Request,
) -> Result<Value, Fault> {
    let clock = means.aws.clock();
    let (mut begun, mut ceiling, mut told) = (None, FIRST_PAUSE, false);
    let (mut before, mut last) = (None, None);
    // What came of a call of which nobody could look yet whether it happened.
    let mut doubt = None;
    loop {
        let sent = match doubt.take() {
            Some(fault) => Err(fault),
            None => attempt(means, request, &mut before).await,
        };
        let fault = match sent {
            Ok(answer) => return Ok(answer),
            // Nothing was sent now; what was sent before it may have happened.
            Err(fault) if fault.kind == FaultKind::Interrupted => return Err(last.unwrap_or(fault)),
            Err(fault) => fault,
        };
        if is_throttled(&fault) {
            // The call waits for its next turn as it did for the first. As long as AWS takes any, that comes.
            let refused_for = means.aws.refused_for(&fault.operation);
            if refused_for >= PATIENCE || means.interrupt.is_raised() {
                return Err(fault);
            }
            continue;
        }
        let mut explanation = explain(&fault);
        let mut patience = patience(explanation.class);
        match explanation.class {
            Class::Done => return Ok(Value::Null),
            Class::Look | Class::Conflict => {
                match look::made(means, request, before.as_ref(), explanation.class).await {
                    Ok(Some(answer)) => return Ok(answer),
                    Ok(None) => {}
                    // Before it could be looked it is not sent again, and what became of it is what is told in the end.
                    Err(read) if passes(&read) => {
                        explanation = explain(&read);
                        patience = PATIENCE;
                        doubt = Some(fault.clone());
                    }
                    Err(read) => {
                        if !means.interrupt.is_raised() {
                            let why =
                                format!("whether it happened is not known: {}", explain(&read));
                            means.progress.warning(service, &why);
                        }
                        return Err(fault);
                    }
                }
            }
            Class::Tell | Class::Retry | Class::Wait { .. } => {}
        }
        // Calls that were refused together must not come back together.
        let pause = ceiling.mul_f64(fastrand::f64());
        let now = clock.now();
        let failing = now.saturating_sub(*begun.get_or_insert(now));
        if failing + pause >= patience {
            return Err(fault);
        }
        if ceiling >= LAST_PAUSE && !told {
            means.progress.waiting(service, &explanation.message);
            told = true;
        }
        if !means.interrupt.pause(&*clock, pause).await {
            return Err(fault);
        }
        ceiling = (ceiling * 2).min(LAST_PAUSE);
        last = Some(fault);
    }
}

/// Sends it once. `before` is what has to be known of a service that it starts anew, so that it can be seen whether that
/// happened: it is read before the call is sent for the first time.
async fn attempt(
    means: &Means,
    request: &Request,
    before: &mut Option<look::Before>,
) -> Result<Value, Fault> {
    if request.is_forced() && before.is_none() {
        *before = Some(look::before(means, request).await?);
    }
    means.aws.send(request).await
}

/// How long a call with such a fault is sent again, from its first failure on.
fn patience(class: Class) -> Duration {
    match class {
        Class::Retry | Class::Look => PATIENCE,
        Class::Wait { seconds } => Duration::from_secs(seconds.into()),
        Class::Tell | Class::Conflict | Class::Done => Duration::ZERO,
    }
}

/// Whether the same call may come out a little later.
pub(in crate::ops) fn passes(fault: &Fault) -> bool {
    !patience(explain(fault).class).is_zero()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Budgets of AWS refill within minutes; what is refused for good is not asked again.
    #[test]
    fn patience_is_as_long_as_the_fault_deserves() {
        assert_eq!(patience(Class::Retry), Duration::from_mins(5));
        assert_eq!(
            patience(Class::Wait { seconds: 120 }),
            Duration::from_mins(2)
        );
        for class in [Class::Tell, Class::Conflict, Class::Done] {
            assert_eq!(patience(class), Duration::ZERO);
        }
    }
}
