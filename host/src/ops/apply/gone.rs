//! Waits until a deleted service is gone.

use std::time::Duration;

use host_core::fault::explain;
use host_core::plan::Step;

use super::{Means, passes};

/// How often it is looked whether something is gone that was deleted.
const LOOK: Duration = Duration::from_secs(3);

/// A deleted service drains first; its load balancer and its name are free when it is gone.
pub(super) async fn wait(means: &Means, cluster: &str, step: &Step) -> Result<(), String> {
    let clock = means.aws.clock();
    let deadline = clock.now() + means.gone;
    let names = std::slice::from_ref(&step.name);
    loop {
        match means.aws.services(cluster, names).await {
            Ok(found) if found.services.iter().all(|it| it["status"] == "INACTIVE") => {
                return Ok(());
            }
            Err(fault) if !passes(&fault) && !means.interrupt.is_raised() => {
                return Err(explain(&fault).to_string());
            }
            Ok(_) | Err(_) => {}
        }
        let rest = deadline.saturating_sub(clock.now());
        if rest.is_zero() {
            let seconds = means.gone.as_secs();
            return Err(format!(
                "its tasks have not stopped after {seconds} s\n\
                 hint: run the same command again to go on waiting; `--timeout` says for how long"
            ));
        }
        if !means.interrupt.pause(&*clock, LOOK.min(rest)).await {
            return Err("interrupted: its tasks have not stopped yet".to_owned());
        }
    }
}
