//! How a service is, in a few words.

use host_core::report::count;
use host_core::report::text::Tone;

use crate::ops::inspection::InstanceHealth;
use crate::ops::inventory::Listed;

/// The first thing that keeps it from being up. `health` is that of the instances at its load balancer, where it has one.
pub(super) fn state(service: &Listed, health: Option<&[InstanceHealth]>) -> (Tone, String) {
    let Listed {
        desired,
        running,
        pending,
        ..
    } = *service;
    if service.status != "ACTIVE" {
        return (Tone::Delete, service.status.to_lowercase());
    }
    if service.deployments > 1 {
        return (Tone::Warning, "rolling out".to_owned());
    }
    if desired == 0 && running == 0 {
        return (Tone::Dim, "scaled to zero".to_owned());
    }
    if running != desired || pending > 0 {
        return (Tone::Warning, format!("{running} of {desired} running"));
    }
    health.map_or((Tone::Good, "running".to_owned()), behind_balancer)
}

/// All tasks run: whether clients reach them.
fn behind_balancer(instances: &[InstanceHealth]) -> (Tone, String) {
    let working = instances.iter().filter(|it| it.is_in_service()).count();
    let unhealthy = |why: &str| (Tone::Delete, format!("unhealthy: {why}"));
    if instances.is_empty() {
        return unhealthy("no instance is registered at its load balancer");
    }
    if working == instances.len() {
        return (Tone::Good, "running".to_owned());
    }
    if working == 0 && instances.iter().any(InstanceHealth::is_coming) {
        return (Tone::Warning, "running, not in service yet".to_owned());
    }
    if working == 0 {
        return unhealthy("no instance is in service");
    }
    let all = count(instances.len(), "instance");
    (
        Tone::Warning,
        format!("running, {working} of {all} in service"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(desired: i64, running: i64) -> Listed {
        Listed {
            status: "ACTIVE".into(),
            desired,
            running,
            deployments: 1,
            ..Listed::default()
        }
    }

    fn instance(state: &str, description: &str) -> InstanceHealth {
        InstanceHealth {
            state: state.to_owned(),
            description: Some(description.to_owned()).filter(|it| !it.is_empty()),
            ..InstanceHealth::default()
        }
    }

    #[test]
    fn what_does_not_run_is_not_called_running() {
        for (desired, running, expect) in [
            (1, 1, "running"),
            (2, 1, "1 of 2 running"),
            (1, 2, "2 of 1 running"),
            (1, 0, "0 of 1 running"),
            (0, 0, "scaled to zero"),
            (0, 1, "1 of 0 running"),
        ] {
            assert_eq!(state(&service(desired, running), None).1, expect);
        }
        let pending = Listed {
            pending: 1,
            ..service(1, 1)
        };
        assert_eq!(state(&pending, None).1, "1 of 1 running");
        let draining = Listed {
            status: "DRAINING".into(),
            ..service(0, 0)
        };
        assert_eq!(state(&draining, None).1, "draining");
    }

    #[test]
    fn nor_what_no_client_reaches() {
        let fine = || instance("InService", "");
        let failed = || {
            instance(
                "OutOfService",
                "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
            )
        };
        let coming = || {
            instance(
                "OutOfService",
                "Instance registration is still in progress.",
            )
        };
        let going = || {
            instance(
                "InService",
                "Instance deregistration currently in progress.",
            )
        };
        for (instances, expect) in [
            (vec![fine(), fine()], "running"),
            (
                vec![],
                "unhealthy: no instance is registered at its load balancer",
            ),
            (vec![failed()], "unhealthy: no instance is in service"),
            (vec![going()], "unhealthy: no instance is in service"),
            (
                vec![fine(), failed()],
                "running, 1 of 2 instances in service",
            ),
            (vec![coming(), failed()], "running, not in service yet"),
            (
                vec![fine(), coming()],
                "running, 1 of 2 instances in service",
            ),
        ] {
            assert_eq!(state(&service(1, 1), Some(&instances)).1, expect);
        }
        // What is not there is told before what does not answer.
        assert_eq!(state(&service(2, 1), Some(&[failed()])).1, "1 of 2 running");
        assert_eq!(state(&service(0, 0), Some(&[])).1, "scaled to zero");
    }
}
