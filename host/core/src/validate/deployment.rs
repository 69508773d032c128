//! Whether a rollout can ever come to its end.

use crate::codes::blueprint;
use crate::diag::{Diagnostic, coded};
use crate::validate::Bodies;
use crate::validate::containers::network_mode;
use crate::validate::place::{Place, list};
use crate::validate::ports::static_host_port;
use crate::validate::service::{controller, is_daemon};

/// AWS's defaults for `REPLICA` services, in percent of the desired count.
const MINIMUM: i64 = 100;
const MAXIMUM: i64 = 200;

/// How many tasks may run during a rollout.
#[derive(Clone, Copy, Debug)]
struct Room {
    desired: i64,
    /// At least so many stay.
    minimum: i64,
    /// At most so many are there.
    maximum: i64,
}

impl Room {
    fn of(service: &Place<'_>) -> Option<Self> {
        let desired = service
            .number("desiredCount")
            .filter(|it| (1..=5000).contains(it))?;
        let configuration = service.member("deploymentConfiguration");
        let percent = |name, default| match &configuration {
            Some(it) if it.has(name) => it.number(name).filter(|it| *it >= 0),
            _ => Some(default),
        };
        let minimum = percent("minimumHealthyPercent", MINIMUM).filter(|it| *it <= 100)?;
        let maximum = percent("maximumPercent", MAXIMUM)?;
        // AWS rounds the lower limit up and the upper one down.
        Some(Self {
            desired,
            minimum: (desired * minimum + 99) / 100,
            maximum: desired * maximum / 100,
        })
    }

    /// The highest percentage with which one task may be stopped.
    fn stoppable_percent(self) -> i64 {
        (self.desired - 1) * 100 / self.desired
    }
}

pub(super) fn check(service: &Place<'_>, bodies: &Bodies<'_>, found: &mut Vec<Diagnostic>) {
    let configuration = service.member("deploymentConfiguration");
    if let Some(configuration) = &configuration {
        found.extend(configuration.outside("minimumHealthyPercent", 0..=100, "percent"));
        found.extend(configuration.outside("maximumPercent", 0..=i64::from(i32::MAX), "percent"));
    }
    coded(blueprint::REBALANCING, found, |found| {
        check_rebalancing(service, bodies.is_classic(), found);
    });
    let strategy = configuration
        .as_ref()
        .and_then(|it| it.text("strategy"))
        .unwrap_or("ROLLING");
    if !is_daemon(service) && controller(service) == "ECS" && strategy == "ROLLING" {
        coded(blueprint::ROLLOUT, found, |found| {
            check_room(service, bodies.task.as_ref(), found);
        });
    }
}

fn check_room(service: &Place<'_>, task: Option<&Place<'_>>, found: &mut Vec<Diagnostic>) {
    let Some(room) = Room::of(service) else {
        return;
    };
    let Room {
        desired,
        minimum,
        maximum,
    } = room;
    let percent = room.stoppable_percent();
    let place = service.member("deploymentConfiguration");
    let (place, lower, upper) = match &place {
        Some(place) => (place, "minimumHealthyPercent", "maximumPercent"),
        None => (
            service,
            "deploymentConfiguration.minimumHealthyPercent",
            "deploymentConfiguration.maximumPercent",
        ),
    };
    if maximum < desired {
        let message = format!("lets {maximum} tasks run, and {desired} are wanted");
        found.push(place.error(upper, message, "set it to 100 or more"));
    } else if minimum >= desired && maximum == desired {
        let message = format!(
            "no update could ever begin: {minimum} of {desired} tasks must stay, and no more than {maximum} may run"
        );
        let hint =
            format!("set `minimum-healthy-percent` to {percent}, or `maximum-percent` to 200");
        found.push(place.error(lower, message, hint));
    } else if minimum >= desired
        && let Some(ports) = task.map(static_ports).filter(|it| !it.is_empty())
    {
        let message = format!(
            "an update must start a task before it may stop one, and its host ports ({}) are taken wherever one runs: \
             it waits for ever unless an instance is free",
            list(ports)
        );
        let hint = format!(
            "set `minimum-healthy-percent` to {percent} and `maximum-percent` to 100, or keep more instances than tasks"
        );
        found.push(place.warning(lower, message, hint));
    }
}

fn static_ports(task: &Place<'_>) -> Vec<i64> {
    let mode = network_mode(task);
    let containers = task.items("containerDefinitions");
    containers
        .iter()
        .flat_map(|it| it.items("portMappings"))
        .filter_map(|it| static_host_port(&it, mode))
        .collect()
}

/// ECS moves tasks between zones only where it may start one more first.
fn check_rebalancing(service: &Place<'_>, is_classic: bool, found: &mut Vec<Diagnostic>) {
    let member = "availabilityZoneRebalancing";
    if service.text(member) != Some("ENABLED") {
        return;
    }
    let maximum = service
        .member("deploymentConfiguration")
        .and_then(|it| it.number("maximumPercent"));
    let by_zone = |it: &Place<'_>| {
        it.text("expression")
            .is_some_and(|it| it.contains("ecs.availability-zone"))
    };
    let reasons = [
        (is_classic, "behind a classic load balancer"),
        (is_daemon(service), "for a `DAEMON`"),
        (
            controller(service) == "EXTERNAL",
            "with the deployment controller `EXTERNAL`",
        ),
        (
            maximum.is_some_and(|it| it <= 100),
            "with a `maximum-percent` of 100 or less",
        ),
        (
            service.items("placementConstraints").iter().any(by_zone),
            "with a placement constraint on the zone",
        ),
    ];
    for (_, reason) in reasons.into_iter().filter(|it| it.0) {
        let message = format!("cannot be `ENABLED` {reason}");
        found.push(service.error(member, message, "set it to `DISABLED`"));
    }
}

#[cfg(test)]
mod tests;
