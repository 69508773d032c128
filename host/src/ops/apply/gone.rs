//! Waits until a deleted service is gone.

use std::time::Duration;

use host_core::codes;
use host_core::fault::{Class, Explanation, explain};
use host_core::plan::Step;

use super::{Means, Stop, passes};

/// How often it is looked whether something is gone that was deleted.
const LOOK: Duration = Duration::from_secs(3);

/// A deleted service drains first; its load balancer and its name are free when it is gone.
///
/// `made` is when the deleted one was created, in seconds since 1970, if AWS said so: one that is younger is another's.
pub(super) async fn wait(
    means: &Means,
    cluster: &str,
    step: &Step,
    mut made: Option<f64>,
) -> Result<(), Stop> {
    let clock = means.aws.clock();
    let deadline = clock.now() + means.gone;
    let names = std::slice::from_ref(&step.name);
    loop {
        match means.aws.services(cluster, names).await {
            Ok(found) => {
                let service = found.services.iter().find(|it| it["status"] != "INACTIVE");
                let Some(service) = service else {
                    return Ok(());
                };
                let created = service["createdAt"].as_f64();
                if service["status"] == "DRAINING" {
                    made = created;
                } else if created.zip(made).is_some_and(|(it, made)| it > made) {
                    let why = "somebody made a service of this name again meanwhile";
                    return Err(not_gone(step, why, LOOK_FIRST).into());
                }
            }
            Err(fault) if !passes(&fault) && !means.interrupt.is_raised() => {
                return Err(explain(&fault).into());
            }
            Err(_) => {}
        }
        let rest = deadline.saturating_sub(clock.now());
        if rest.is_zero() {
            let seconds = means.gone.as_secs();
            let why = format!("its tasks have not stopped after {seconds} s");
            return Err(not_gone(step, &why, GO_ON).into());
        }
        if !means.interrupt.pause(&*clock, LOOK.min(rest)).await {
            return Err(Stop::Interrupted(
                "its tasks have not stopped yet".to_owned(),
            ));
        }
    }
}

const GO_ON: &str = "run the same command again to go on waiting; `--timeout` says for how long";
const LOOK_FIRST: &str = "run the same command again: it looks first";

/// It was deleted, and there still is one.
fn not_gone(step: &Step, why: &str, hint: &str) -> Explanation {
    Explanation {
        code: codes::target::NOT_GONE,
        class: Class::Tell,
        message: format!("service `{}` is not gone: {why}", step.name),
        cause: None,
        hint: Some(hint.to_owned()),
    }
}
