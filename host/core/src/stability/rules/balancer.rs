//! Tasks that run and are not reached through the load balancer.

use super::super::advice;
use super::super::case::Case;
use super::super::ended::{Ended, Ending};
use super::super::event::{Event, Sign};
use super::super::look::describe_instance;
use super::super::patience;
use super::{Finding, trouble};
use crate::codes::rollout;

/// AWS finds no load balancer to register at.
///
/// Takes the event to stand for a minute: a load balancer that was just made may not be seen everywhere yet.
pub(super) fn gone(case: &Case<'_>) -> Option<Finding> {
    let event = standing(case, Sign::BalancerGone)?;
    let cause = format!("the load balancer `{}` is gone", name(case));
    let next = advice::balancer_is_gone();
    Some(Finding {
        trouble: trouble(
            rollout::BALANCER_GONE,
            cause,
            vec![event.message.clone()],
            next,
        ),
        is_ripe: case.has_lasted(event.seen, patience::NOT_REGISTERED),
    })
}

/// AWS may not register the instance at the load balancer.
///
/// Takes the event to stand for a minute: a role that was just made or changed is not seen everywhere at once.
pub(super) fn refused(case: &Case<'_>) -> Option<Finding> {
    let event = standing(case, Sign::NotRegistered)?;
    let cause = format!(
        "AWS may not register the instance at the load balancer `{}`",
        name(case)
    );
    let role = case.service["roleArn"]
        .as_str()
        .unwrap_or("AWSServiceRoleForECS");
    let next = vec![format!(
        "let the role `{role}` do `elasticloadbalancing:RegisterInstancesWithLoadBalancer`, `DeregisterInstancesFromLoadBalancer` and `Describe*`, and let `ecs.amazonaws.com` assume it"
    )];
    Some(Finding {
        trouble: trouble(
            rollout::NOT_REGISTERED,
            cause,
            vec![event.message.clone()],
            next,
        ),
        is_ripe: case.has_lasted(event.seen, patience::NOT_REGISTERED),
    })
}

fn standing<'a>(case: &Case<'a>, sign: Sign) -> Option<&'a Event> {
    let resolves = |it| matches!(it, Sign::Registered | Sign::Steady);
    let event = case.past.standing(|it| it == sign, resolves)?;
    (event.is_ours && case.watch.load_balancer.is_some()).then_some(event)
}

/// The instance is in a zone that the load balancer does not serve.
///
/// Takes a minute of it while everything runs: zones of a new load balancer settle within seconds.
pub(super) fn zone(case: &Case<'_>) -> Option<Finding> {
    let out = case.past.out()?;
    let says = |it: &&serde_json::Value| {
        let description = it["Description"].as_str().unwrap_or_default();
        description.contains("in the Availability Zone for which")
    };
    if !case.health.iter().all(|it| says(&it)) {
        return None;
    }
    let cause = format!(
        "the load balancer `{}` has no subnet in the zone of the instance that runs the task",
        name(case)
    );
    let next = vec!["give the load balancer a subnet in that zone, or the cluster an instance in a zone of the load balancer".to_owned()];
    Some(Finding {
        trouble: trouble(rollout::ZONE_NOT_SERVED, cause, health(case), next),
        is_ripe: case.has_lasted(out, patience::ZONE_NOT_SERVED),
    })
}

/// AWS stops task after task because the load balancer calls it unhealthy.
///
/// Takes two such tasks, and with many desired more than one each: the first may have started on a cold cache.
pub(super) fn replaced_tasks(case: &Case<'_>) -> Option<Finding> {
    let failed = |it: &&Ended| it.ending == Ending::HealthCheck;
    let tasks: Vec<&Ended> = case.past.ended().iter().filter(failed).collect();
    let (first, newest) = (tasks.first()?, tasks.last()?);
    let is_up = case.past.up().is_some() && case.past.out().is_none();
    if is_up && case.has_lasted(newest.seen, patience::CRASH_IS_RECENT) {
        return None;
    }
    let cause = match tasks.len() {
        1 => "a task was stopped because it failed the load balancer's health checks".to_owned(),
        number => format!(
            "{number} tasks were stopped because they failed the load balancer's health checks"
        ),
    };
    let mut evidence: Vec<String> = tasks.iter().rev().take(2).map(|it| it.line()).collect();
    evidence.extend(health(case));
    evidence.extend(unhealthy_event(case));
    Some(Finding {
        trouble: trouble(
            rollout::FAILED_HEALTH_CHECKS,
            cause,
            evidence,
            advice::unhealthy(case),
        ),
        is_ripe: tasks.len() >= patience::strikes(patience::SAME_CAUSE, case.desired())
            && case.past.look() > first.seen.look,
    })
}

/// Everything runs, and no instance comes into service.
///
/// Takes the grace period and as many checks as it takes to fail and then to pass, all the while without one in service.
pub(super) fn unhealthy(case: &Case<'_>) -> Option<Finding> {
    let out = case.past.out()?;
    let allowed = patience::unhealthy(case.grace(), case.watch.balancer.as_ref());
    let says = |it: &serde_json::Value| {
        let description = it["Description"].as_str().unwrap_or_default();
        description.contains("UnhealthyThreshold")
    };
    let is_failing = case.health.iter().any(says);
    let event = unhealthy_event(case);
    let is_ripe = case.has_lasted(out, allowed);
    if !is_ripe && event.is_none() && !is_failing {
        return None;
    }
    let cause = format!(
        "the task runs, but the load balancer `{}` does not reach it: {}",
        name(case),
        target(case)
    );
    let mut evidence = health(case);
    evidence.extend(event);
    Some(Finding {
        trouble: trouble(rollout::UNHEALTHY, cause, evidence, advice::unhealthy(case)),
        is_ripe,
    })
}

/// Everything runs, and no instance was ever registered.
///
/// Takes 90 seconds of an empty load balancer: AWS registers an instance within seconds after its task runs, and only then.
pub(super) fn never_registered(case: &Case<'_>) -> Option<Finding> {
    let since = case.past.unregistered()?;
    let is_ripe = case.has_lasted(since, patience::NEVER_REGISTERED);
    // For the first seconds that is as it should be.
    if !is_ripe {
        return None;
    }
    let cause = format!(
        "the task runs, but its instance was never registered at the load balancer `{}`, which was perhaps deleted and made again under the service",
        name(case)
    );
    let mut evidence = vec!["no instance is registered at the load balancer".to_owned()];
    evidence.extend(case.last_events(3));
    let next = vec![format!(
        "start the task anew, because AWS registers it only then: `aws ecs update-service --cluster {} --service {} --force-new-deployment`",
        case.cluster(),
        case.watch.service
    )];
    Some(Finding {
        trouble: trouble(rollout::NEVER_REGISTERED, cause, evidence, next),
        is_ripe,
    })
}

fn unhealthy_event(case: &Case<'_>) -> Option<String> {
    let event = case
        .past
        .standing(|it| it == Sign::Unhealthy, |it| it == Sign::Steady)?;
    event.is_ours.then(|| event.message.clone())
}

fn health(case: &Case<'_>) -> Vec<String> {
    case.health.iter().take(3).map(describe_instance).collect()
}

/// `its check of TCP:6379 fails`.
fn target(case: &Case<'_>) -> String {
    let balancer = case.watch.balancer.as_ref();
    match balancer.and_then(|it| it.target.as_deref()) {
        Some(target) => format!("its check of `{target}` does not pass"),
        None => "its health check does not pass".to_owned(),
    }
}

fn name<'a>(case: &Case<'a>) -> &'a str {
    case.watch.load_balancer.as_deref().unwrap_or_default()
}
