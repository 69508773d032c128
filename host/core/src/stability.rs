//! Whether a service is truly up. Pure: what was read goes in, a verdict comes out.
//!
//! Behind a classic load balancer AWS has no circuit breaker and reports no rollout state. So the judge is both: it says
//! when a rollout is steady (`look`), and it ends one that cannot come (`rules`), with the cause and what to do.
//! It goes by what all looks showed (`past`), because AWS tells a failure only once, and because a read may be older
//! than the one before it.

mod advice;
mod case;
mod ended;
mod event;
mod instance;
mod look;
mod past;
mod patience;
mod reservation;
mod rules;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::codes::Code;

use case::Case;
pub(crate) use instance::Instance;
use look::{Doubt, Lack};
use past::{Fingerprint, Past};
pub(crate) use reservation::Reservation;

/// What is waited for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watch {
    /// The name of the service in its stack.
    pub name: String,
    /// AWS's name of the ECS service.
    pub service: String,
    /// The ARN of the revision it should run.
    pub revision: String,
    /// The deployment that our own call began. Absent when nothing was changed.
    pub deployment: Option<String>,
    /// When that deployment began, in seconds since 1970 (`createdAt`), if it is known.
    pub began: Option<f64>,
    /// The ids of the events that came with the answer to our own call: they are older than it.
    pub old_events: BTreeSet<String>,
    /// The classic load balancer in front of it.
    pub load_balancer: Option<String>,
    /// How that load balancer is set up, if it is known: for the patience with it, and for the ports in a hint.
    pub balancer: Option<Balancer>,
    /// How many tasks this run asked for. Absent: it did not say.
    pub desired: Option<i64>,
    /// How long the checks of the load balancer need until they show what this run changed of it.
    pub recheck: Duration,
    /// Nothing was changed, and the revision is written down as stable (`host:stable`): one good look is enough.
    pub settled: bool,
}

/// How a classic load balancer is set up.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Balancer {
    /// `LoadBalancerPort` and `InstancePort` of each listener.
    pub listeners: Vec<(u32, u32)>,
    /// `Target` of its health check: `TCP:6379`.
    pub target: Option<String>,
    /// Seconds between two health checks.
    pub interval: Option<u32>,
    /// Checks in a row that must pass.
    pub healthy_threshold: Option<u32>,
    /// Checks in a row that must fail.
    pub unhealthy_threshold: Option<u32>,
    /// Seconds that connections are drained for when a task stops. Absent: they are not.
    pub draining: Option<u32>,
}

impl Balancer {
    /// Reads bodies in AWS's own names, each of which says a part: of CreateLoadBalancer, ConfigureHealthCheck and
    /// ModifyLoadBalancerAttributes, or members of the answers of DescribeLoadBalancers and its attributes.
    #[must_use]
    pub fn read<'a>(bodies: impl IntoIterator<Item = &'a Value>) -> Self {
        let number = |value: &Value| value.as_u64().and_then(|it| u32::try_from(it).ok());
        let mut read = Self::default();
        for body in bodies {
            let sent = body["Listeners"].as_array().into_iter().flatten();
            let described = body["ListenerDescriptions"]
                .as_array()
                .into_iter()
                .flatten();
            for listener in sent.chain(described.map(|it| &it["Listener"])) {
                let ports = (
                    number(&listener["LoadBalancerPort"]),
                    number(&listener["InstancePort"]),
                );
                if let (Some(port), Some(instance)) = ports {
                    read.listeners.push((port, instance));
                }
            }
            let check = &body["HealthCheck"];
            read.target = read
                .target
                .or_else(|| check["Target"].as_str().map(str::to_owned));
            read.interval = read.interval.or_else(|| number(&check["Interval"]));
            read.healthy_threshold =
                (read.healthy_threshold).or_else(|| number(&check["HealthyThreshold"]));
            read.unhealthy_threshold =
                (read.unhealthy_threshold).or_else(|| number(&check["UnhealthyThreshold"]));
            let draining = &body["LoadBalancerAttributes"]["ConnectionDraining"];
            if draining["Enabled"] == true {
                read.draining = read.draining.or_else(|| number(&draining["Timeout"]));
            }
        }
        read
    }
}

/// What one look shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// A member of `services` of DescribeServices. Absent: it is not there.
    pub service: Option<Value>,
    /// `InstanceStates` of DescribeInstanceHealth.
    pub health: Vec<Value>,
    /// Why `health` could not be read this time.
    pub unread: Option<Unread>,
    /// When it was taken, since waiting began, by the clock that waiting goes by.
    pub at: Duration,
    /// What was read beside it, because [`Judge::needs`] asked for it.
    pub read: Needs,
    /// With `read.stopped`: the stopped tasks of the service, members of `tasks` of DescribeTasks, the newest first.
    pub stopped: Vec<Value>,
    /// With `read.instances`: the cluster's container instances, members of `containerInstances` of DescribeContainerInstances.
    pub instances: Vec<Value>,
    /// With `read.revision`: `taskDefinition` of DescribeTaskDefinition, of the revision that is waited for.
    pub revision: Option<Value>,
    /// With `read.running`: the ids of its running tasks. A set that changes is not steady.
    pub running: Option<BTreeSet<String>>,
}

/// What a look needs beside service and health, because something does not go well. Each costs calls.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a read of its own, and any of them go together"
)]
pub struct Needs {
    pub stopped: bool,
    pub instances: bool,
    pub revision: bool,
    /// Not for trouble, but to see that the tasks stay the same.
    pub running: bool,
}

/// Why a service does not come up: the cause, what shows it, and what to do.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Trouble {
    /// Of [`crate::codes::rollout`].
    pub code: Code,
    /// In one sentence that begins in lower case and has no full stop.
    pub cause: String,
    /// What AWS says, each in a line: an event, a stopped reason with its exit code, the health of an instance.
    pub evidence: Vec<String>,
    /// What to do, each a `hint:`.
    pub next: Vec<String>,
}

/// Why the health of the instances could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// In a line.
    pub reason: String,
    /// Whether it passes by itself, as throttling does.
    pub passes: bool,
}

/// What a look means.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Not yet, and what is missing.
    Wait(String),
    /// Everything is as it should be; the next look must agree.
    Hold,
    Steady,
    /// It will not come, and why.
    Failed(Trouble),
}

/// What earlier looks showed.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    /// Since when every look was good.
    held: Option<Held>,
    seen_ours: bool,
    /// What the look before spoke of: a read may be older than the one before it, so it takes two to end the wait.
    doubt: Option<Doubt>,
    /// When our deployment was created, in seconds since 1970.
    since: Option<f64>,
    /// The ids of the events that were told. Absent before the first look.
    events: Option<BTreeSet<String>>,
    past: Past,
}

/// Good looks in a row.
#[derive(Clone, Debug)]
struct Held {
    looks: u32,
    since: Duration,
    showed: Fingerprint,
}

impl Judge {
    /// Judges the next look.
    pub fn next(&mut self, watch: &Watch, snapshot: &Snapshot) -> Verdict {
        self.past.begin_look();
        self.past.absorb(watch, snapshot);
        let doubted = self.doubt.take();
        let lack = match look::look(watch, snapshot, &mut self.seen_ours) {
            Ok(()) => return self.hold(watch, snapshot),
            Err(lack) => lack,
        };
        self.held = None;
        let reason = match (lack, Case::of(watch, snapshot, &self.past)) {
            (Lack::Doubtful { doubt, meaning, .. }, case) if doubted == Some(doubt) => {
                return Verdict::Failed(rules::rollout::confirmed(doubt, meaning, case.as_ref()));
            }
            (Lack::Doubtful { doubt, seen, .. }, _) => {
                self.doubt = Some(doubt);
                seen
            }
            (Lack::Yet(reason), Some(case)) => match rules::first(&case) {
                Some(finding) if finding.is_ripe => return Verdict::Failed(finding.trouble),
                Some(finding) => case::because(&reason, &finding.trouble.cause),
                None => case.with_note(reason),
            },
            (Lack::Yet(reason), None) | (Lack::Stale(reason), _) => reason,
        };
        Verdict::Wait(reason)
    }

    /// A good look: steady once enough of them agree.
    fn hold(&mut self, watch: &Watch, snapshot: &Snapshot) -> Verdict {
        let showed = self.past.fingerprint(snapshot);
        let before = self.held.take();
        let is_other = |it: &Held| !it.showed.agrees(&showed);
        if before.as_ref().is_some_and(is_other)
            && let Some(case) = Case::of(watch, snapshot, &self.past)
            && let Some(finding) = rules::first(&case).filter(|it| it.is_ripe)
        {
            // Every look may meet a task that runs, and each time another one.
            return Verdict::Failed(finding.trouble);
        }
        let held = match before.filter(|it| it.showed.agrees(&showed)) {
            Some(held) => Held {
                looks: held.looks + 1,
                ..held
            },
            None => Held {
                looks: 1,
                since: snapshot.at,
                showed,
            },
        };
        let for_so_long = snapshot.at.saturating_sub(held.since);
        let is_rechecked = for_so_long >= watch.recheck;
        let is_enough = is_rechecked
            && if self.past.has_crashed() {
                held.looks >= patience::HOLD_AFTER_CRASH
                    && for_so_long >= patience::CALM_AFTER_CRASH
            } else {
                held.looks >= patience::HOLD || (watch.settled && !self.past.is_troubled())
            };
        self.held = Some(held);
        if is_enough {
            Verdict::Steady
        } else {
            Verdict::Hold
        }
    }

    /// What the next look should read beside service and health, going by this one.
    #[must_use]
    pub fn needs(&self, watch: &Watch, snapshot: &Snapshot) -> Needs {
        let mut past = self.past.clone();
        past.absorb(watch, snapshot);
        let needs = Case::of(watch, snapshot, &past).map_or_else(Needs::default, |it| it.needs());
        let is_up = snapshot.service.as_ref().is_some_and(|it| {
            let count = |name| case::count(it, name);
            count("runningCount") == count("desiredCount") && count("desiredCount") > 0
        });
        Needs {
            running: is_up && !watch.settled,
            ..needs
        }
    }

    /// Why it is not steady, by this look and all before it: for when the time is over.
    ///
    /// The best known cause; else what was waited for. Absent where this look is good and no task was seen to crash.
    #[must_use]
    pub fn trouble(&self, watch: &Watch, snapshot: &Snapshot) -> Option<Trouble> {
        let mut past = self.past.clone();
        past.absorb(watch, snapshot);
        let lack = look::look(watch, snapshot, &mut self.seen_ours.clone()).err();
        let case = Case::of(watch, snapshot, &past);
        let reason = match &lack {
            Some(lack) => lack.reason(),
            None if past.has_crashed() => "it was not seen steady for long enough",
            None => return None,
        };
        let case = match (&lack, case) {
            // There is no other look that could agree.
            (Some(Lack::Doubtful { doubt, meaning, .. }), case) => {
                return Some(rules::rollout::confirmed(
                    *doubt,
                    meaning.clone(),
                    case.as_ref(),
                ));
            }
            // What shows something older than what is waited for proves nothing.
            (Some(Lack::Stale(_)), _) | (_, None) => {
                return Some(rules::rollout::late(reason, None));
            }
            (_, Some(case)) => case,
        };
        let finding = rules::first(&case).or_else(|| rules::last_resort(&case));
        Some(match finding {
            Some(finding) => finding.trouble,
            None => rules::rollout::late(reason, Some(&case)),
        })
        .map(|trouble| match &snapshot.unread {
            // Nothing speaks against the service: it could not be looked at.
            Some(_) if trouble.code == crate::codes::rollout::NOT_STEADY => Trouble {
                code: crate::codes::rollout::HEALTH_UNREADABLE,
                ..trouble
            },
            _ => trouble,
        })
    }

    /// The events of our deployment that no earlier look showed, oldest first, as AWS words them.
    ///
    /// When nothing was changed, those that happen while it is waited.
    pub fn new_events(&mut self, watch: &Watch, snapshot: &Snapshot) -> Vec<String> {
        let Some(service) = &snapshot.service else {
            return Vec::new();
        };
        let since = match &watch.deployment {
            Some(ours) => {
                self.since = self.since.or_else(|| created(service, ours));
                // A look without our deployment is older than it, and so are its events.
                let Some(since) = self.since else {
                    return Vec::new();
                };
                since
            }
            None => 0.0,
        };
        let is_first = self.events.is_none();
        let seen = self.events.get_or_insert_default();
        let mut fresh = Vec::new();
        for event in service["events"].as_array().into_iter().flatten().rev() {
            let (Some(id), Some(message)) = (event["id"].as_str(), event["message"].as_str())
            else {
                continue;
            };
            let is_new = seen.insert(id.to_owned()) && !watch.old_events.contains(id);
            let of_ours = event["createdAt"].as_f64().is_none_or(|at| at >= since);
            if is_new && of_ours && !(is_first && watch.deployment.is_none()) {
                fresh.push(message.to_owned());
            }
        }
        fresh
    }
}

/// When a deployment of the service was created, if it is shown.
fn created(service: &Value, deployment: &str) -> Option<f64> {
    let shown = case::deployment(service, deployment)?;
    Some(shown["createdAt"].as_f64().unwrap_or_default())
}

#[cfg(test)]
mod tests;
