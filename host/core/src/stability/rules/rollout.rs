//! What befell the deployment as a whole.

use super::super::Trouble;
use super::super::advice;
use super::super::case::{Case, deployment};
use super::super::ended::Ended;
use super::super::look::Doubt;
use super::{Finding, first, trouble};
use crate::codes::rollout;

/// What two looks agree on: the service was deleted, our deployment was replaced or given up, or the health of its
/// instances cannot be read.
pub(in super::super) fn confirmed(
    doubt: Doubt,
    meaning: String,
    case: Option<&Case<'_>>,
) -> Trouble {
    match doubt {
        Doubt::Deleted => trouble(
            rollout::DELETED,
            meaning,
            events(case),
            vec!["run it again to make it anew, or find out who deleted it".to_owned()],
        ),
        Doubt::Replaced => replaced(meaning, case),
        Doubt::Fewer => trouble(
            rollout::COUNT_CHANGED,
            meaning,
            events(case),
            vec!["find out who changed the count, then run again".to_owned()],
        ),
        Doubt::GivenUp => given_up(meaning, case),
        Doubt::Unreadable => unreadable(meaning, case),
    }
}

/// Another deployment is primary: someone's, or the one that AWS's own circuit breaker went back to.
fn replaced(meaning: String, case: Option<&Case<'_>>) -> Trouble {
    let ours = case.and_then(|case| deployment(case.service, case.watch.deployment.as_deref()?));
    let was_given_up = ours.filter(|it| it["rolloutState"] == "FAILED");
    let Some((case, ours)) = case.zip(was_given_up) else {
        let next = vec![
            "find out who deploys to this service beside you, then run again: what runs now is not what you asked for".to_owned(),
        ];
        return trouble(rollout::REPLACED, meaning, events(case), next);
    };
    let reason = ours["rolloutStateReason"].as_str().map(str::to_owned);
    let deepest = first(case).map(|it| it.trouble);
    let cause = match &deepest {
        Some(deepest) => format!(
            "AWS gave our deployment up and went back to an older one: {}",
            deepest.cause
        ),
        None => "AWS gave our deployment up and went back to an older one".to_owned(),
    };
    let (mut evidence, next) = deepest.map_or_else(
        || (ended(case), vec![advice::stopped_tasks(case)]),
        |it| (it.evidence, it.next),
    );
    evidence.splice(0..0, reason);
    trouble(rollout::ROLLED_BACK, cause, evidence, next)
}

/// AWS's own circuit breaker has given up. The cause that tasks show goes first; the state of the rollout is evidence.
fn given_up(meaning: String, case: Option<&Case<'_>>) -> Trouble {
    let Some(case) = case else {
        return trouble(rollout::ROLLOUT_FAILED, meaning, Vec::new(), Vec::new());
    };
    if let Some(finding) = first(case) {
        let mut deepest = finding.trouble;
        deepest.evidence.insert(0, meaning);
        return deepest;
    }
    let mut evidence = ended(case);
    evidence.extend(case.last_events(3));
    trouble(
        rollout::ROLLOUT_FAILED,
        meaning,
        evidence,
        vec![advice::stopped_tasks(case)],
    )
}

fn unreadable(meaning: String, case: Option<&Case<'_>>) -> Trouble {
    let says = |words: &str| meaning.contains(words);
    if says("LoadBalancerNotFound") || says("no ACTIVE Load Balancer") {
        let balancer = case.and_then(|it| it.watch.load_balancer.as_deref());
        let cause = format!(
            "the load balancer `{}` is gone",
            balancer.unwrap_or_default()
        );
        let next = case.map_or_else(Vec::new, |_| advice::balancer_is_gone());
        return trouble(rollout::BALANCER_GONE, cause, vec![meaning], next);
    }
    let next = vec![
        "allow yourself `elasticloadbalancing:DescribeInstanceHealth`: without it nobody can tell whether the service is reached".to_owned(),
    ];
    trouble(rollout::HEALTH_UNREADABLE, meaning, events(case), next)
}

/// The time is over and no cause is known: what it still waited for.
pub(in super::super) fn late(reason: &str, case: Option<&Case<'_>>) -> Trouble {
    let mut evidence = case.map(ended).unwrap_or_default();
    evidence.extend(events(case));
    let next = vec!["give it more time (`--timeout`) if it starts slowly".to_owned()];
    trouble(
        rollout::NOT_STEADY,
        format!("it did not become steady in time: {reason}"),
        evidence,
        next,
    )
}

/// AWS throttles its own operations. It goes on by itself, so it never ends a wait: it only explains one that was too short.
pub(super) fn throttled(case: &Case<'_>) -> Option<Finding> {
    let event = case.throttled()?;
    let cause =
        "AWS throttles its own operations for this service, and was not done in time".to_owned();
    let next = vec!["run again in some minutes, with a longer `--timeout`: nothing is wrong with the service itself".to_owned()];
    Some(Finding {
        trouble: trouble(rollout::THROTTLED, cause, vec![event.message.clone()], next),
        is_ripe: false,
    })
}

/// AWS took an instance away, and the time did not do for another task. Never ends a wait.
pub(super) fn interrupted(case: &Case<'_>) -> Option<Finding> {
    let ended = case.interrupted()?;
    let cause = "AWS took the instance of a task away, and no other was ready in time".to_owned();
    let next =
        vec!["see that the cluster has another container instance, then run again".to_owned()];
    Some(Finding {
        trouble: trouble(rollout::INTERRUPTED, cause, vec![ended.line()], next),
        is_ripe: false,
    })
}

fn events(case: Option<&Case<'_>>) -> Vec<String> {
    case.map(|it| it.last_events(3)).unwrap_or_default()
}

fn ended(case: &Case<'_>) -> Vec<String> {
    let last = case.past.ended().iter().rev().take(2);
    last.map(Ended::line).collect()
}
