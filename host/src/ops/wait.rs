//! Looks until every service is steady, or has failed, or the time is over.
//!
//! A look that AWS puts off is no news: waiting goes on. What came of one service is never lost to what befalls another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use host_core::codes::rollout;
use host_core::fault::{Fault, explain};
use host_core::observed::short;
use host_core::ownership;
use host_core::plan::{Action, Change, Plan, ResourceKind, ServicePlan, Step};
use host_core::stability::{Balancer, Judge, Needs, Snapshot, Trouble, Verdict, Watch};
use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinSet;

use super::apply::{Means, Outcome, passes};
use super::deploy::Seen;
use super::look::{Asked, look};
use super::rollback::Turned;
use super::{Interrupt, Progress};
use crate::cloud::aws::{Aws, rfc3339};

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
    /// The cause, what shows it, and what to do, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// What became of it after it failed.
    #[serde(rename = "rolledBack", skip_serializing_if = "Option::is_none")]
    pub turned: Option<Turned>,
    /// What went wrong beside it, such as that AWS did not take the note that it was seen steady.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// The last events, oldest first.
    pub events: Vec<String>,
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub after: Duration,
}

impl Steadiness {
    /// Whether it failed by what we did: something that was seen says so, and nobody else is at work on it.
    #[must_use]
    pub fn is_our_failure(&self) -> bool {
        let is_failure = matches!(self.result, Ended::Failed | Ended::TimedOut);
        let is_seen = |it: &Trouble| rollout::is_of_the_revision(it.code);
        is_failure && self.trouble.as_ref().is_some_and(is_seen)
    }
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
pub fn watches(plan: &Plan, outcome: &Outcome, seen: &Seen) -> Vec<Watch> {
    let watch = |service: &ServicePlan| {
        let ecs = service
            .step(ResourceKind::Service)
            .filter(|it| outcome.came_out(it))?;
        let answer = outcome.services.get(&service.name);
        let revision = outcome.revisions.get(&service.name)?.clone();
        let balancer = service.step(ResourceKind::LoadBalancer);
        let before = seen.services.get(&ecs.name);
        let is_unchanged = answer.is_none() && balancer.is_none_or(|it| it.action == Action::NoOp);
        let stable = before.and_then(|it| it.tags.get(ownership::STABLE));
        let sent = balancer
            .iter()
            .flat_map(|it| &it.requests)
            .map(|it| &it.body);
        let described = balancer.and_then(|it| seen.load_balancers.get(&it.name));
        let described = described.map(|it| &it.description);
        let set_up = balancer.map(|_| Balancer::read(sent.chain(described)));
        Some(Watch {
            name: service.name.clone(),
            service: ecs.name.clone(),
            deployment: answer.and_then(primary_deployment),
            began: answer.map(primary_created).filter(|it| *it > 0.0),
            old_events: answer.map(event_ids).unwrap_or_default(),
            load_balancer: balancer.map(|it| it.name.clone()),
            settled: is_unchanged && stable.is_some_and(|it| it == short(&revision)),
            desired: asked_for(ecs),
            recheck: balancer
                .zip(set_up.as_ref())
                .map_or(Duration::ZERO, |(step, it)| recheck(step, it)),
            balancer: set_up,
            revision,
        })
    };
    plan.services.iter().filter_map(watch).collect()
}

/// How many tasks a step asks for.
fn asked_for(service: &Step) -> Option<i64> {
    let mut requests = service.requests.iter();
    requests.find_map(|it| it.body["desiredCount"].as_i64())
}

/// How long the instances are still called what they were before the step changed the load balancer.
fn recheck(step: &Step, balancer: &Balancer) -> Duration {
    let concerns_instances = |it: &Change| {
        ["HealthCheck", "Listeners", "SecurityGroups", "Subnets"]
            .iter()
            .any(|field| it.path.starts_with(field))
    };
    if step.action != Action::Update || !step.changes.iter().any(concerns_instances) {
        return Duration::ZERO;
    }
    checks(balancer)
}

/// How long it takes until its checks show what was changed of a load balancer.
pub(super) fn checks(balancer: &Balancer) -> Duration {
    let checks = balancer.unhealthy_threshold.unwrap_or(2);
    Duration::from_secs(u64::from(balancer.interval.unwrap_or(30) * checks))
}

pub(super) fn primary_deployment(service: &Value) -> Option<String> {
    let primary = service["deployments"]
        .as_array()?
        .iter()
        .find(|it| it["status"] == "PRIMARY")?;
    primary["id"].as_str().map(str::to_owned)
}

pub(super) fn event_ids(service: &Value) -> BTreeSet<String> {
    let events = service["events"].as_array().into_iter().flatten();
    events
        .filter_map(|it| it["id"].as_str().map(str::to_owned))
        .collect()
}

/// One service that is waited for.
struct Waiting {
    watch: Watch,
    judge: Judge,
    /// What the next look should read beside service and health.
    needs: Needs,
    reason: String,
    trouble: Option<Trouble>,
    warning: Option<String>,
    events: Vec<String>,
}

impl Waiting {
    fn new(watch: Watch) -> Self {
        Self {
            watch,
            judge: Judge::default(),
            needs: Needs::default(),
            reason: String::new(),
            trouble: None,
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
        self.needs = self.judge.needs(&self.watch, snapshot);
        match self.judge.next(&self.watch, snapshot) {
            Verdict::Steady => Some(Ended::Steady),
            Verdict::Failed(trouble) => {
                self.reason.clone_from(&trouble.cause);
                self.trouble = Some(trouble);
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

    /// The time is over: the cause, by this last look and all before it.
    fn give_up(&mut self, snapshot: &Snapshot) {
        self.trouble = self.judge.trouble(&self.watch, snapshot);
        if let Some(trouble) = &self.trouble {
            self.reason.clone_from(&trouble.cause);
        }
    }

    fn end(self, result: Ended, after: Duration) -> Steadiness {
        let reason = Some(self.reason).filter(|it| result != Ended::Steady && !it.is_empty());
        Steadiness {
            name: self.watch.name,
            result,
            reason,
            trouble: self.trouble,
            turned: None,
            warning: self.warning,
            events: self.events,
            after,
        }
    }
}

/// With what it is waited. Clones share it.
#[derive(Clone)]
pub struct Patience {
    pub aws: Aws,
    pub cluster: String,
    pub timeout: Duration,
    pub progress: Arc<dyn Progress>,
    pub interrupt: Interrupt,
}

impl Patience {
    /// What calls are sent with while it is waited.
    #[must_use]
    pub fn means(&self) -> Means {
        Means {
            aws: self.aws.clone(),
            progress: self.progress.clone(),
            interrupt: self.interrupt.clone(),
            gone: self.timeout,
            // What is put back was let through before; a rollback by hand is looked at before it is begun.
            guard: None,
        }
    }
}

/// What is done about a service that failed, while others are still waited for. Nothing, or what becomes of it.
pub type TurnBack<'a> =
    &'a (dyn Fn(&Watch, &Steadiness) -> Option<BoxFuture<'static, Turned>> + Sync);

/// Something that ends later.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Waits for all of them together; every round is one look at all that are left.
///
/// `seen` are the services as a read just before showed them: those that nothing was changed of are judged from it first.
/// A service that failed is turned back at once, beside the waiting for others.
pub async fn wait(
    patience: &Patience,
    watches: Vec<Watch>,
    seen: &Seen,
    turn_back: Option<TurnBack<'_>>,
) -> Waited {
    let mut turning = Turning::new();
    let begin = |watch: &Watch, ended: &Steadiness, turning: &mut Turning| {
        let future = turn_back
            .filter(|_| ended.is_our_failure())
            .and_then(|it| it(watch, ended));
        if let Some(future) = future {
            let name = watch.name.clone();
            turning.spawn(async move { (name, future.await) });
        }
    };
    let mut waited = watch_all(patience, watches, seen, &begin, &mut turning).await;
    while let Some(joined) = turning.join_next().await {
        let (name, turned) = match joined {
            Ok(turned) => turned,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        if let Some(one) = waited.services.iter_mut().find(|it| it.name == name) {
            one.turned = Some(turned);
        }
    }
    waited
}

/// Services that are being turned back.
type Turning = JoinSet<(String, Turned)>;

async fn watch_all(
    patience: &Patience,
    watches: Vec<Watch>,
    seen: &Seen,
    failed: &(dyn Fn(&Watch, &Steadiness, &mut Turning) + Sync),
    turning: &mut Turning,
) -> Waited {
    let Patience {
        aws,
        timeout,
        progress,
        interrupt,
        ..
    } = patience;
    let clock = aws.clock();
    let begun = clock.now();
    let since = || clock.now().saturating_sub(begun);
    let mut pause = FIRST_PAUSE;
    let mut waited = Waited::default();
    let mut left: Vec<Waiting> = watches.into_iter().map(Waiting::new).collect();
    let mut known: BTreeMap<String, Value> = left
        .iter()
        .filter(|it| it.watch.deployment.is_none())
        .filter_map(|it| {
            Some((
                it.watch.service.clone(),
                seen.services.get(&it.watch.service)?.body.clone(),
            ))
        })
        .collect();
    while !left.is_empty() {
        let is_last = since() >= *timeout;
        let asked: Vec<Asked> = left.iter().map(|it| it.asked(is_last)).collect();
        let mut snapshots = match look(
            aws,
            &patience.cluster,
            &asked,
            std::mem::take(&mut known),
            since(),
        )
        .await
        {
            Ok(snapshots) => snapshots,
            Err(_) if interrupt.is_raised() => {
                waited.end(left, Ended::Interrupted, since());
                break;
            }
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
                if let (true, Some(snapshot)) = (is_last, &snapshot) {
                    one.give_up(snapshot);
                }
                still.push(one);
                continue;
            };
            if let (Ended::Steady, Some(snapshot)) = (ended, &snapshot) {
                progress.steady(&one.watch.name, since());
                one.warning = record_stable(aws, &one.watch, snapshot, &**progress).await;
            }
            let watch = one.watch.clone();
            let ended = one.end(ended, since());
            failed(&watch, &ended, turning);
            waited.services.push(ended);
        }
        left = still;
        if left.is_empty() {
            break;
        } else if is_last {
            for one in left {
                let watch = one.watch.clone();
                let ended = one.end(Ended::TimedOut, since());
                failed(&watch, &ended, turning);
                waited.services.push(ended);
            }
            break;
        }
        let rest = timeout.saturating_sub(since());
        if !interrupt.pause(&*clock, pause.min(rest)).await {
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

impl fmt::Debug for Patience {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Patience")
            .field("aws", &self.aws)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Waiting {
    /// What to read for it. The last look reads everything that may explain.
    fn asked(&self, is_last: bool) -> Asked {
        let all = Needs {
            stopped: true,
            instances: true,
            revision: true,
            running: false,
        };
        Asked {
            watch: self.watch.clone(),
            needs: if is_last { all } else { self.needs },
        }
    }
}

impl Waited {
    fn end(&mut self, left: Vec<Waiting>, how: Ended, after: Duration) {
        self.services
            .extend(left.into_iter().map(|one| one.end(how, after)));
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
    // Of a service without tasks nobody saw that its revision works.
    let service = snapshot
        .service
        .as_ref()
        .filter(|it| it["desiredCount"] != 0)?;
    let stable = short(&watch.revision);
    let tags = ownership::read_ecs(&service["tags"]);
    if tags.get(ownership::STABLE).is_some_and(|it| it == stable) {
        return None;
    }
    // The service says where to go back to; the revision says so for good, for the history.
    let on_service = ownership::stable(&service["serviceArn"], stable);
    let when = rfc3339(primary_created(service));
    let on_revision = ownership::stable(&watch.revision.as_str().into(), &when);
    let (one, other) = tokio::join!(aws.send(&on_service), aws.send(&on_revision));
    let fault = one.err().or(other.err())?;
    let warning = format!("that `{stable}` was seen steady is not written down");
    progress.warning(&watch.name, &format!("{warning}: {}", explain(&fault)));
    Some(format!("{warning}: {}", explain(&fault).message))
}

/// When the primary deployment was created, in seconds since 1970; 0 where that is not said.
pub(super) fn primary_created(service: &Value) -> f64 {
    let mut deployments = service["deployments"].as_array().into_iter().flatten();
    let primary = deployments.find(|it| it["status"] == "PRIMARY");
    primary
        .and_then(|it| it["createdAt"].as_f64())
        .unwrap_or_default()
}
