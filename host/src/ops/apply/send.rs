//! Sends one call until AWS takes it: patiently, and never twice where twice is once too often.

use std::time::Duration;

use host_core::fault::{Class, Fault, explain, is_throttled};
use host_core::request::Request;
use serde_json::Value;

use super::{Means, look};

/// How long a call that AWS puts off is sent again.
const PATIENCE: Duration = Duration::from_mins(5);
/// The first pause between two attempts takes at most so long, each further one twice as long, up to a limit.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LAST_PAUSE: Duration = Duration::from_secs(10);

/// Sends one call, again where AWS puts it off or is still catching up.
pub(in crate::ops) async fn send(
    means: &Means,
    service: &str,
    request: &Request,
) -> Result<Value, Fault> {
    let clock = means.aws.clock();
    let (mut begun, mut ceiling, mut told) = (None, FIRST_PAUSE, false);
    loop {
        let fault = match means.aws.send(request).await {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
        };
        if is_throttled(&fault) {
            // The call waits for its next turn as it did for the first. As long as AWS takes any, that comes.
            let refused_for = means.aws.refused_for(request.operation.name());
            if refused_for >= PATIENCE || means.interrupt.is_raised() {
                return Err(fault);
            }
            continue;
        }
        let explanation = explain(&fault);
        match explanation.class {
            Class::Done => return Ok(Value::Null),
            Class::Look | Class::Conflict => {
                if let Some(answer) = look::made(means, request, explanation.class).await? {
                    return Ok(answer);
                }
            }
            Class::Tell | Class::Retry | Class::Wait { .. } => {}
        }
        // Calls that were refused together must not come back together.
        let pause = ceiling.mul_f64(fastrand::f64());
        let now = clock.now();
        let failing = now.saturating_sub(*begun.get_or_insert(now));
        if failing + pause >= patience(explanation.class) {
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
    }
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
