//! Waits until a deleted service is gone.

use std::time::Duration;

use host_core::fault::explain;
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
                    return Err(Stop::Failed(
                        "somebody made a service of this name again meanwhile\n\
                         hint: run the same command again: it looks first"
                            .to_owned(),
                    ));
                }
            }
            Err(fault) if !passes(&fault) => {
                return Err(Stop::Failed(explain(&fault).to_string()));
            }
            Err(_) => {}
        }
        let rest = deadline.saturating_sub(clock.now());
        if rest.is_zero() {
            let seconds = means.gone.as_secs();
            return Err(Stop::Failed(format!(
                "its tasks have not stopped after {seconds} s\n\
                 hint: run the same command again to go on waiting; `--timeout` says for how long"
            )));
        }
        if !means.interrupt.pause(&*clock, LOOK.min(rest)).await {
            return Err(Stop::Interrupted(
                "its tasks have not stopped yet".to_owned(),
            ));
        }
    }
}
