//! Waits until a deleted service is gone.

use std::time::Duration;

use host_core::codes;
use host_core::fault::{Class, Explanation, explain};
use host_core::plan::Step;

use super::{Means, passes};

/// How often it is looked whether something is gone that was deleted.
const LOOK: Duration = Duration::from_secs(3);

/// A deleted service drains first; its load balancer and its name are free when it is gone.
pub(super) async fn wait(means: &Means, cluster: &str, step: &Step) -> Result<(), Explanation> {
    let clock = means.aws.clock();
    let deadline = clock.now() + means.gone;
    let names = std::slice::from_ref(&step.name);
    loop {
        match means.aws.services(cluster, names).await {
            Ok(found) if found.services.iter().all(|it| it["status"] == "INACTIVE") => {
                return Ok(());
            }
            Err(fault) if !passes(&fault) && !means.interrupt.is_raised() => {
                return Err(explain(&fault));
            }
            Ok(_) | Err(_) => {}
        }
        let rest = deadline.saturating_sub(clock.now());
        if rest.is_zero() {
            let seconds = means.gone.as_secs();
            return Err(not_gone(
                step,
                format!("its tasks have not stopped after {seconds} s"),
            ));
        }
        if !means.interrupt.pause(&*clock, LOOK.min(rest)).await {
            let why = "interrupted: its tasks have not stopped yet";
            return Err(not_gone(step, why.to_owned()));
        }
    }
}

/// It was deleted, and AWS is not done with it.
fn not_gone(step: &Step, why: String) -> Explanation {
    Explanation {
        code: codes::target::NOT_GONE,
        class: Class::Tell,
        message: format!("service `{}` is not gone: {why}", step.name),
        cause: None,
        hint: Some(
            "run the same command again to go on waiting; `--timeout` says for how long".to_owned(),
        ),
    }
}
