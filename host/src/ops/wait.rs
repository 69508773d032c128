//! Looks until every service is steady, or has failed, or the time is over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use host_core::desired::DesiredTarget;
use host_core::fault::Fault;
use host_core::observed::short;
use host_core::ownership;
use host_core::plan::{Plan, ResourceKind, ServicePlan};
use host_core::request::{Operation, Request};
use host_core::stability::{Judge, Snapshot, Verdict, Watch};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::apply::{Outcome, StepResult};
use super::{Interrupt, Progress};
use crate::cloud::aws::Aws;

/// The pause between the first two looks. It grows, because reads are counted too.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(10);

/// What came of waiting for one service.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Steadiness {
    /// The name of the service in its stack.
    pub name: String,
    pub result: Ended,
    /// What it still waited for, or why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The last events, oldest first.
    pub events: Vec<String>,
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub after: Duration,
}

/// How waiting ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    Steady,
    Failed,
    TimedOut,
    Interrupted,
}

fn seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(time.as_secs())
}

/// What to wait for after a plan was applied: every service that it made, changed or left as it is.
#[must_use]
pub fn watches(plan: &Plan, outcome: &Outcome) -> Vec<Watch> {
    let came_out = |id: &str| {
        let step = outcome.steps.iter().find(|it| it.id == id);
        step.is_some_and(|it| matches!(it.result, StepResult::Done | StepResult::NoOp))
    };
    let watch = |service: &ServicePlan| {
        let step = |kind| service.steps.iter().find(|it| it.kind == kind);
        let ecs = step(ResourceKind::Service).filter(|it| came_out(&it.id))?;
        Some(Watch {
            name: service.name.clone(),
            service: ecs.name.clone(),
            revision: outcome.revisions.get(&service.name)?.clone(),
            deployment: outcome
                .services
                .get(&service.name)
                .and_then(primary_deployment),
            load_balancer: step(ResourceKind::LoadBalancer).map(|it| it.name.clone()),
        })
    };
    plan.services.iter().filter_map(watch).collect()
}

fn primary_deployment(service: &Value) -> Option<String> {
    let primary = service["deployments"]
        .as_array()?
        .iter()
        .find(|it| it["status"] == "PRIMARY")?;
    primary["id"].as_str().map(str::to_owned)
}

/// One service that is waited for.
struct Waiting {
    watch: Watch,
    judge: Judge,
    reason: String,
    events: Vec<String>,
}

/// Waits for all of them together; every round is one look at all that are left.
///
/// # Errors
/// AWS refuses a read for good.
pub async fn wait(
    aws: &Aws,
    target: &DesiredTarget,
    watches: Vec<Watch>,
    timeout: Duration,
    progress: &Arc<dyn Progress>,
    interrupt: &Interrupt,
) -> Result<Vec<Steadiness>, Fault> {
    let begun = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut ended = Vec::new();
    let mut left: Vec<Waiting> = watches
        .into_iter()
        .map(|watch| Waiting {
            watch,
            judge: Judge::default(),
            reason: String::new(),
            events: Vec::new(),
        })
        .collect();
    loop {
        let mut snapshots = look(aws, target, &left).await?;
        let mut still = Vec::new();
        for mut one in left {
            let snapshot = snapshots.remove(&one.watch.service).unwrap_or_default();
            for event in one.judge.new_events(&snapshot) {
                progress.event(&one.watch.name, &event);
                one.events.push(event);
            }
            match one.judge.next(&one.watch, &snapshot) {
                Verdict::Steady => {
                    progress.steady(&one.watch.name, begun.elapsed());
                    record_stable(aws, &one.watch, &snapshot).await?;
                    ended.push(end(one, Ended::Steady, begun));
                }
                Verdict::Failed(reason) => {
                    one.reason = reason;
                    ended.push(end(one, Ended::Failed, begun));
                }
                Verdict::Hold => {
                    one.reason = "it was seen steady only once".to_owned();
                    still.push(one);
                }
                Verdict::Wait(reason) => {
                    if one.reason != reason {
                        progress.waiting(&one.watch.name, &reason);
                        one.reason = reason;
                    }
                    still.push(one);
                }
            }
        }
        left = still;
        let rest = timeout.saturating_sub(begun.elapsed());
        let how = if left.is_empty() {
            break;
        } else if rest.is_zero() {
            Ended::TimedOut
        } else if interrupt.pause(pause.min(rest)).await {
            pause = (pause * 3 / 2).min(LAST_PAUSE);
            continue;
        } else {
            Ended::Interrupted
        };
        ended.extend(left.into_iter().map(|one| end(one, how, begun)));
        break;
    }
    ended.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(ended)
}

fn end(one: Waiting, result: Ended, begun: Instant) -> Steadiness {
    let reason = Some(one.reason).filter(|it| result != Ended::Steady && !it.is_empty());
    Steadiness {
        name: one.watch.name,
        result,
        reason,
        events: one.events,
        after: begun.elapsed(),
    }
}

/// One look at all services and at the health of what is registered at their load balancers.
async fn look(
    aws: &Aws,
    target: &DesiredTarget,
    left: &[Waiting],
) -> Result<BTreeMap<String, Snapshot>, Fault> {
    let names: Vec<String> = left.iter().map(|it| it.watch.service.clone()).collect();
    let mut health = JoinSet::new();
    for watch in left.iter().map(|it| &it.watch) {
        if let Some(balancer) = watch.load_balancer.clone() {
            let (aws, service) = (aws.clone(), watch.service.clone());
            health.spawn(async move { (service, aws.instance_health(&balancer).await) });
        }
    }
    let mut snapshots: BTreeMap<String, Snapshot> = BTreeMap::new();
    for service in aws.services(&target.cluster, &names).await?.services {
        if let Some(name) = service["serviceName"].as_str().map(str::to_owned) {
            snapshots.entry(name).or_default().service = Some(service);
        }
    }
    while let Some(joined) = health.join_next().await {
        match joined {
            Ok((service, states)) => snapshots.entry(service).or_default().health = states?,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    Ok(snapshots)
}

/// Writes down which revision was seen steady, where that is not written down yet.
async fn record_stable(aws: &Aws, watch: &Watch, snapshot: &Snapshot) -> Result<(), Fault> {
    let Some(service) = &snapshot.service else {
        return Ok(());
    };
    let stable = short(&watch.revision);
    let tags = ownership::read_ecs(&service["tags"]);
    if tags.get(ownership::STABLE).is_some_and(|it| it == stable) {
        return Ok(());
    }
    let body = json!({
        "resourceArn": service["serviceArn"],
        "tags": [{"key": ownership::STABLE, "value": stable}],
    });
    aws.send(&Request {
        operation: Operation::TagResource,
        body,
    })
    .await?;
    Ok(())
}
