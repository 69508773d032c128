//! What services tell about themselves, in AWS's words (aws-facts §5).

use std::time::Duration;

use crate::time::Time;
use crate::world::{Event, Ids, Service};

/// How many events a service keeps.
const KEPT: usize = 100;
/// The same failure is not told again within this time, unless it was resolved in between.
pub(super) const QUIET: Duration = Duration::from_hours(6);
const MORE: &str = "For more information, see the Troubleshooting section.";

/// Adds an event: `(service NAME) ` and what it says.
pub(super) fn tell(service: &mut Service, ids: &mut Ids, now: Time, what: &str) {
    let event = Event {
        id: ids.uuid(),
        created: now,
        message: format!("(service {}) {what}", service.name),
    };
    service.events.push_front(event);
    service.events.truncate(KEPT);
}

/// Adds the event of a failure, unless it was told lately. Says whether it was added.
pub(super) fn complain(service: &mut Service, ids: &mut Ids, now: Time, what: &str) -> bool {
    if service
        .memory
        .told
        .get(what)
        .is_some_and(|at| now.since(*at) < QUIET)
    {
        return false;
    }
    service.memory.told.insert(what.to_owned(), now);
    tell(service, ids, now, what);
    true
}

/// `has started 2 tasks: (task a) (task b).`
pub(super) fn started(tasks: &[String]) -> String {
    format!("has started {} tasks: {}.", tasks.len(), named(tasks))
}

/// `has stopped 1 running tasks: (task a).`
pub(super) fn stopped(tasks: &[String]) -> String {
    format!(
        "has stopped {} running tasks: {}.",
        tasks.len(),
        named(tasks)
    )
}

fn named(tasks: &[String]) -> String {
    let named: Vec<String> = tasks.iter().map(|it| format!("(task {it})")).collect();
    named.join(" ")
}

pub(super) const STEADY: &str = "has reached a steady state.";

/// Nothing can be stopped and nothing started.
pub(super) const DEADLOCK: &str = "was unable to stop or start tasks during a deployment because of the service deployment \
     configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";

/// Tasks fail to start, one after the other.
pub(super) fn inconsistent() -> String {
    format!("is unable to consistently start tasks successfully. {MORE}")
}

/// `why` is of the closest matching instance; nothing: there is no instance at all.
pub(super) fn unplaced(closest: Option<(&str, &str)>) -> String {
    let what =
        "was unable to place a task because no container instance met all of its requirements.";
    match closest {
        None => format!("{what} Reason: No Container Instances were found in your cluster. {MORE}"),
        Some((instance, why)) => {
            format!("{what} The closest matching (container-instance {instance}) {why}. {MORE}")
        }
    }
}

pub(super) fn registered(balancer: &str) -> String {
    format!("registered 1 instances in (elb {balancer})")
}

pub(super) fn deregistered(balancer: &str) -> String {
    format!("deregistered 1 instances in (elb {balancer})")
}

/// The load balancer is gone, or ECS may not register there.
pub(super) fn unregistered(balancer: &str, error: &str) -> String {
    format!("failed to register instances in (elb {balancer}) with (error {error})")
}

/// ECS is asked for too much at once and does it later.
pub(super) const THROTTLED: &str = "operations are being throttled. Will try again later.";

pub(super) fn unhealthy(instance: &str, balancer: &str) -> String {
    format!(
        "(instance {instance}) is unhealthy in (elb {balancer}) due to (reason Instance has failed at least the \
         UnhealthyThreshold number of health checks consecutively.)"
    )
}
