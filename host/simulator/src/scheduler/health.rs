//! The health checks of classic load balancers.

use std::time::Duration;

use super::seconds;
use crate::script::Script;
use crate::time::Time;
use crate::world::{HealthCheck, HealthState, LoadBalancer, Registration, TaskStatus, World};

/// What a check of an instance comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Outcome {
    Passes,
    Fails,
    /// Until then.
    FailsUntil(Time),
}

/// What a check would find now.
fn outcome(world: &World, script: &Script, balancer: &LoadBalancer, ec2: &str) -> Outcome {
    let Some((cluster, instance)) = world.instance_of(ec2) else {
        return Outcome::Fails;
    };
    if !instance.is_reachable || !balancer.zones.contains(&instance.zone) {
        return Outcome::Fails;
    }
    let after_protocol = balancer
        .health_check
        .target
        .split(':')
        .nth(1)
        .unwrap_or_default();
    let port = after_protocol
        .split('/')
        .next()
        .and_then(|it| it.parse::<u64>().ok());
    let here = cluster.tasks.values().filter(|it| {
        it.status == TaskStatus::Running && it.instance.as_deref() == Some(&instance.id)
    });
    let mut earliest: Option<Time> = None;
    for task in here {
        for container in task
            .containers
            .iter()
            .filter(|it| it.status == TaskStatus::Running)
        {
            if !container
                .bindings
                .iter()
                .any(|it| it["hostPort"].as_u64() == port)
            {
                continue;
            }
            let behaviour = script.behaviour(&container.image);
            if behaviour.fails_health_check {
                continue;
            }
            let healthy =
                task.started.unwrap_or_default() + seconds(behaviour.healthy_after.unwrap_or(0.0));
            if healthy <= world.now {
                return Outcome::Passes;
            }
            earliest = Some(earliest.map_or(healthy, |it| it.min(healthy)));
        }
    }
    earliest.map_or(Outcome::Fails, Outcome::FailsUntil)
}

/// Whether further checks of the same outcome change nothing.
fn is_settled(registration: &Registration, passes: bool) -> bool {
    match registration.health {
        HealthState::InService => passes && registration.last_passed,
        HealthState::Failed => !passes && !registration.last_passed,
        HealthState::Registering => false,
    }
}

/// When checks change something.
pub(super) fn due(world: &World, script: &Script) -> Vec<Time> {
    let mut times = Vec::new();
    for balancer in world.balancers.values() {
        for (ec2, registration) in &balancer.instances {
            times.extend(registration.draining_until);
            let outcome = outcome(world, script, balancer, ec2);
            if !is_settled(registration, outcome == Outcome::Passes) {
                times.push(on_grid(
                    registration.next,
                    world.now,
                    &balancer.health_check,
                ));
            } else if let Outcome::FailsUntil(time) = outcome {
                times.push(time);
            }
        }
    }
    times
}

/// The first check that is not over: those that changed nothing were not played.
fn on_grid(next: Time, now: Time, check: &HealthCheck) -> Time {
    let interval = u64::from(check.interval.max(1)) * 1000;
    if next >= now {
        return next;
    }
    Time(next.0 + (now.0 - next.0).div_ceil(interval) * interval)
}

/// Does all checks that are due. Says whether any was.
pub(super) fn play(world: &mut World, script: &Script) -> bool {
    let now = world.now;
    let mut checked = Vec::new();
    for (name, balancer) in &world.balancers {
        for (ec2, registration) in &balancer.instances {
            let passes = outcome(world, script, balancer, ec2) == Outcome::Passes;
            let at = on_grid(registration.next, now, &balancer.health_check);
            let is_drained = registration.draining_until.is_some_and(|it| it <= now);
            if is_drained || at <= now && !is_settled(registration, passes) {
                checked.push((name.clone(), ec2.clone(), passes));
            }
        }
    }
    for (name, ec2, passes) in &checked {
        let Some(balancer) = world.balancers.get_mut(name) else {
            continue;
        };
        let check = balancer.health_check.clone();
        if let Some(registration) = balancer.instances.get_mut(ec2) {
            if registration.draining_until.is_some_and(|it| it <= now) {
                balancer.instances.remove(ec2);
            } else {
                count(registration, *passes, now, &check);
            }
        }
    }
    !checked.is_empty()
}

fn count(registration: &mut Registration, passes: bool, now: Time, check: &HealthCheck) {
    let is_same = registration.last_passed == passes && registration.streak > 0;
    registration.streak = if is_same { registration.streak + 1 } else { 1 };
    registration.last_passed = passes;
    registration.next = now + Duration::from_secs(check.interval.max(1).into());
    if passes && registration.streak >= check.healthy_threshold {
        registration.health = HealthState::InService;
    } else if !passes && registration.streak >= check.unhealthy_threshold {
        registration.health = HealthState::Failed;
    }
}
