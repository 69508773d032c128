//! Looks until every service is steady, or has failed, or the time is over.
//!
//! A look that AWS puts off is no news: waiting goes on. What came of one service is never lost to what befalls another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use host_core::desired::DesiredTarget;
use host_core::fault::{Fault, explain};
use host_core::observed::short;
use host_core::ownership;
use host_core::plan::{Plan, ResourceKind, ServicePlan};
use host_core::request::{Operation, Request};
use host_core::stability::{Judge, Snapshot, Unread, Verdict, Watch};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::apply::{Outcome, passes};
use super::{Interrupt, Progress};
use crate::cloud::aws::Aws;

/// The pause between the first two looks. It grows, because reads are counted too.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(10);

/// What came of waiting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waited {
    /// Of every service that was waited for, by name.
    pub services: Vec<Steadiness>,
    /// Why AWS could not be asked any more: what is [`Ended::Unknown`], is for that.
    pub blind: Option<Fault>,
}

/// What came of waiting for one service.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Steadiness {
    /// The name of the service in its stack.
    pub name: String,
    pub result: Ended,
    /// What it still waited for, or why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What went wrong beside it, such as that AWS did not take the note that it was seen steady.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
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
    /// AWS refuses to say more.
    Unknown,
}

fn seconds<S: serde::Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(time.as_secs())
}

/// What to wait for after a plan was applied: every service that it made, changed or left as it is.
#[must_use]
pub fn watches(plan: &Plan, outcome: &Outcome) -> Vec<Watch> {
    let watch = |service: &ServicePlan| {
        let step = |kind| service.steps.iter().find(|it| it.kind == kind);
        let ecs = step(ResourceKind::Service).filter(|it| outcome.came_out(it))?;
        let answer = outcome.services.get(&service.name);
        Some(Watch {
            name: service.name.clone(),
            service: ecs.name.clone(),
            revision: outcome.revisions.get(&service.name)?.clone(),
            deployment: answer.and_then(primary_deployment),
            old_events: answer.map(event_ids).unwrap_or_default(),
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

fn event_ids(service: &Value) -> BTreeSet<String> {
    let events = service["events"].as_array().into_iter().flatten();
    events
        .filter_map(|it| it["id"].as_str().map(str::to_owned))
        .collect()
}

/// One service that is waited for.
struct Waiting {
    watch: Watch,
    judge: Judge,
    reason: String,
    warning: Option<String>,
    events: Vec<String>,
}

impl Waiting {
    fn new(watch: Watch) -> Self {
        Self {
            watch,
            judge: Judge::default(),
            reason: String::new(),
            warning: None,
            events: Vec::new(),
        }
    }

    /// How it ended, by this look; absent: not yet.
    fn judge(&mut self, snapshot: &Snapshot, progress: &dyn Progress) -> Option<Ended> {
        for event in self.judge.new_events(&self.watch, snapshot) {
            progress.event(&self.watch.name, &event);
            self.events.push(event);
        }
        match self.judge.next(&self.watch, snapshot) {
            Verdict::Steady => Some(Ended::Steady),
            Verdict::Failed(reason) => {
                self.reason = reason.cause;
                Some(Ended::Failed)
            }
            Verdict::Hold => {
                "it was seen steady only once".clone_into(&mut self.reason);
                None
            }
            Verdict::Wait(reason) => {
                self.go_on(reason, progress);
                None
            }
        }
    }

    fn go_on(&mut self, reason: String, progress: &dyn Progress) {
        if self.reason != reason {
            progress.waiting(&self.watch.name, &reason);
            self.reason = reason;
        }
    }

    fn end(self, result: Ended, after: Duration) -> Steadiness {
        let reason = Some(self.reason).filter(|it| result != Ended::Steady && !it.is_empty());
        Steadiness {
            name: self.watch.name,
            result,
            reason,
            warning: self.warning,
            events: self.events,
            after,
        }
    }
}

/// Waits for all of them together; every round is one look at all that are left.
pub async fn wait(
    aws: &Aws,
    target: &DesiredTarget,
    watches: Vec<Watch>,
    timeout: Duration,
    progress: &Arc<dyn Progress>,
    interrupt: &Interrupt,
) -> Waited {
    let clock = aws.clock();
    let begun = clock.now();
    let since = || clock.now().saturating_sub(begun);
    let mut pause = FIRST_PAUSE;
    let mut waited = Waited::default();
    let mut left: Vec<Waiting> = watches.into_iter().map(Waiting::new).collect();
    while !left.is_empty() {
        let mut snapshots = match look(aws, target, &left).await {
            Ok(snapshots) => snapshots,
            Err(fault) if passes(&fault) => {
                let reason = explain(&fault).message;
                for one in &mut left {
                    one.go_on(reason.clone(), &**progress);
                }
                BTreeMap::new()
            }
            Err(fault) => {
                for one in &mut left {
                    one.reason = explain(&fault).message;
                }
                waited.blind = Some(fault);
                waited.end(left, Ended::Unknown, since());
                break;
            }
        };
        let mut still = Vec::new();
        for mut one in left {
            // Without a look there is nothing to judge, and what was held before is still held.
            let snapshot = snapshots.remove(&one.watch.service);
            let judged = snapshot.as_ref().and_then(|it| one.judge(it, &**progress));
            let Some(ended) = judged else {
                still.push(one);
                continue;
            };
            if let (Ended::Steady, Some(snapshot)) = (ended, &snapshot) {
                progress.steady(&one.watch.name, since());
                one.warning = record_stable(aws, &one.watch, snapshot, &**progress).await;
            }
            waited.services.push(one.end(ended, since()));
        }
        left = still;
        let rest = timeout.saturating_sub(since());
        if left.is_empty() {
            break;
        } else if rest.is_zero() {
            waited.end(left, Ended::TimedOut, since());
            break;
        } else if !interrupt.pause(&*clock, pause.min(rest)).await {
            waited.end(left, Ended::Interrupted, since());
            break;
        }
        pause = (pause * 3 / 2).min(LAST_PAUSE);
    }
    waited
        .services
        .sort_by(|one, other| one.name.cmp(&other.name));
    waited
}

impl Waited {
    fn end(&mut self, left: Vec<Waiting>, how: Ended, after: Duration) {
        self.services
            .extend(left.into_iter().map(|one| one.end(how, after)));
    }
}

/// One look at all services and at the health of what is registered at their load balancers.
///
/// Gives a snapshot of each service, also of one that is not there. That the health of one
/// cannot be read says nothing about the others, and is part of its snapshot.
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
    let mut snapshots: BTreeMap<String, Snapshot> = names
        .iter()
        .map(|it| (it.clone(), Snapshot::default()))
        .collect();
    for service in aws.services(&target.cluster, &names).await?.services {
        if let Some(name) = service["serviceName"].as_str().map(str::to_owned) {
            snapshots.entry(name).or_default().service = Some(service);
        }
    }
    while let Some(joined) = health.join_next().await {
        let (service, states) = match joined {
            Ok(read) => read,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        let snapshot = snapshots.entry(service).or_default();
        match states {
            Ok(states) => snapshot.health = states,
            Err(fault) => snapshot.unread = Some(unread(&fault)),
        }
    }
    Ok(snapshots)
}

/// Why health could not be read. What does not pass by itself is told with what AWS said.
fn unread(fault: &Fault) -> Unread {
    let passes = passes(fault);
    let explanation = explain(fault);
    let cause = explanation
        .cause
        .filter(|_| !passes)
        .map(|it| format!(" ({it})"));
    Unread {
        reason: explanation.message + &cause.unwrap_or_default(),
        passes,
    }
}

/// Writes down which revision was seen steady, where that is not written down yet. Gives a warning where it
/// cannot be: the service is steady all the same.
async fn record_stable(
    aws: &Aws,
    watch: &Watch,
    snapshot: &Snapshot,
    progress: &dyn Progress,
) -> Option<String> {
    let service = snapshot.service.as_ref()?;
    let stable = short(&watch.revision);
    let tags = ownership::read_ecs(&service["tags"]);
    if tags.get(ownership::STABLE).is_some_and(|it| it == stable) {
        return None;
    }
    let body = json!({
        "resourceArn": service["serviceArn"],
        "tags": [{"key": ownership::STABLE, "value": stable}],
    });
    let request = Request {
        operation: Operation::TagResource,
        body,
    };
    let fault = aws.send(&request).await.err()?;
    let warning = format!("that `{stable}` was seen steady is not written down");
    progress.warning(&watch.name, &format!("{warning}: {}", explain(&fault)));
    Some(format!("{warning}: {}", explain(&fault).message))
}
