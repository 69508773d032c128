//! What all looks have shown so far.
//!
//! AWS tells a failure once and is silent for six hours while it lasts, keeps a stopped task for an hour, and may answer
//! with something older than before. So facts are kept, and only a newer fact takes one back.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::case::{count, deployment, primary};
use super::ended::{Ended, last_part};
use super::event::{Event, Shortage, Sign};
use super::instance::Instance;
use super::look::is_in_service;
use super::{Snapshot, Watch};
use crate::observed::is_revision;

/// A moment of the wait: by its clock, and the number of the look.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Mark {
    pub(super) at: Duration,
    pub(super) look: u32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    /// Looks that began.
    look: u32,
    /// Whether one look showed the service.
    has_seen_service: bool,
    /// From when on an event or a task's end counts as ours, in seconds since 1970. See [`Past::since`].
    created: Option<f64>,
    newest_old_event: f64,
    /// The oldest first.
    events: Vec<Event>,
    /// Tasks of ours that ended, the oldest first.
    ended: Vec<Ended>,
    /// `failedTasks` of our deployment.
    failed: Option<Failed>,
    /// When last more tasks of ours ran than before.
    progress: Option<(i64, Mark)>,
    /// Since when everything runs.
    up: Option<Mark>,
    /// Since when everything runs and no instance is registered at the load balancer.
    unregistered: Option<Mark>,
    /// Since when everything runs, and instances are registered, of which none is in service.
    out: Option<Mark>,
    /// Since when fewer run than desired.
    short: Option<Mark>,
    stopped_read: Option<Mark>,
    /// `failedTasks` when stopped tasks were read.
    failed_when_read: i64,
    instances: Option<(Vec<Instance>, Mark)>,
    revision: Option<Value>,
}

/// `failedTasks`: what it was when waiting began, and what it came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failed {
    pub(super) first: i64,
    pub(super) now: i64,
    /// When it last grew.
    pub(super) grew: Mark,
}

/// What must be the same in all looks that hold a service steady.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fingerprint {
    failed: Option<i64>,
    /// How often a task was started, as events tell.
    starts: usize,
    running: Option<BTreeSet<String>>,
}

impl Fingerprint {
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let same_tasks = match (&self.running, &other.running) {
            (Some(one), Some(other)) => one == other,
            // The first look that read them has nothing to compare them with.
            (None, Some(_)) => false,
            (_, None) => true,
        };
        same_tasks && self.failed == other.failed && self.starts == other.starts
    }
}

impl Past {
    pub(super) fn begin_look(&mut self) {
        self.look += 1;
    }

    /// Takes in what a look shows. Taking in the same look again changes nothing.
    pub(super) fn absorb(&mut self, watch: &Watch, snapshot: &Snapshot) {
        let now = Mark {
            at: snapshot.at,
            look: self.look,
        };
        if let Some(revision) = &snapshot.revision {
            self.revision = Some(revision.clone());
        }
        if snapshot.read.instances {
            let instances = snapshot.instances.iter().map(Instance::read).collect();
            self.instances = Some((instances, now));
        }
        let Some(service) = &snapshot.service else {
            return;
        };
        let ours = match &watch.deployment {
            Some(id) => deployment(service, id),
            None => primary(service),
        };
        if watch.deployment.is_some() && self.created.is_none() {
            self.created = ours.map(|it| it["createdAt"].as_f64().unwrap_or_default());
        }
        self.absorb_events(watch, service, now);
        if let Some(ours) = ours {
            self.absorb_counts(service, ours, now);
            self.absorb_health(watch, service, snapshot, now);
            if snapshot.read.stopped {
                let id = ours["id"].as_str().unwrap_or_default();
                self.absorb_stopped(watch, id, &snapshot.stopped, now);
            }
        }
        self.has_seen_service = true;
    }

    fn absorb_events(&mut self, watch: &Watch, service: &Value, now: Mark) {
        let is_first = !self.has_seen_service && watch.deployment.is_none();
        for event in service["events"].as_array().into_iter().flatten().rev() {
            let Some(message) = event["message"].as_str() else {
                continue;
            };
            let at = event["createdAt"].as_f64().unwrap_or(f64::INFINITY);
            let id = event["id"].as_str().unwrap_or(message);
            if self
                .events
                .iter()
                .any(|it| it.id == id && it.message == message)
            {
                continue;
            }
            let is_old = is_first || watch.old_events.contains(id);
            if is_old && at.is_finite() {
                self.newest_old_event = self.newest_old_event.max(at);
            }
            self.events.push(Event {
                id: id.to_owned(),
                at,
                message: message.to_owned(),
                sign: Sign::of(message),
                seen: now,
                is_ours: !is_old,
            });
        }
        // A read may be older than the one before it, and so may what it tells first.
        self.events
            .sort_by(|one, other| one.at.total_cmp(&other.at));
        if let Some(created) = self.created {
            for event in &mut self.events {
                event.is_ours &= event.at >= created;
            }
        }
    }

    fn absorb_counts(&mut self, service: &Value, ours: &Value, now: Mark) {
        if let Some(failed) = ours["failedTasks"].as_i64() {
            let known = self.failed.get_or_insert(Failed {
                first: failed,
                now: failed,
                grew: now,
            });
            if failed > known.now {
                (known.now, known.grew) = (failed, now);
            }
        }
        let desired = count(service, "desiredCount");
        let running = ours["runningCount"]
            .as_i64()
            .unwrap_or_else(|| count(service, "runningCount"));
        match &mut self.progress {
            Some((before, mark)) if running > *before => (*before, *mark) = (running, now),
            Some((before, _)) => *before = running,
            None => self.progress = Some((running, now)),
        }
        keep(&mut self.up, running >= desired && desired > 0, now);
        keep(&mut self.short, running < desired, now);
    }

    fn absorb_health(&mut self, watch: &Watch, service: &Value, snapshot: &Snapshot, now: Mark) {
        let is_read = watch.load_balancer.is_some() && snapshot.unread.is_none();
        if !is_read {
            return;
        }
        let is_up = self.up.is_some() && count(service, "desiredCount") > 0;
        let (health, in_service) = (&snapshot.health, is_in_service);
        keep(&mut self.unregistered, is_up && health.is_empty(), now);
        let is_out = is_up && !health.is_empty() && !health.iter().any(in_service);
        keep(&mut self.out, is_out, now);
    }

    fn absorb_stopped(&mut self, watch: &Watch, deployment: &str, tasks: &[Value], now: Mark) {
        self.stopped_read = Some(now);
        self.failed_when_read = self.failed.map_or(0, |it| it.now);
        let since = self.since();
        for task in tasks.iter().rev() {
            let revision = task["taskDefinitionArn"].as_str();
            let by = task["startedBy"].as_str();
            let is_ours = revision.is_none_or(|it| is_revision(&watch.revision, it))
                && by.is_none_or(|it| it == deployment)
                && task["stoppedAt"].as_f64().is_none_or(|it| it >= since);
            let id = last_part(task["taskArn"].as_str().unwrap_or_default());
            if is_ours && !self.ended.iter().any(|it| it.task == id) {
                self.ended.push(Ended::read(task, now));
            }
        }
        self.ended.sort_by(|one, other| one.at.total_cmp(&other.at));
    }

    /// From when on something is ours, in seconds since 1970.
    ///
    /// A deployment that only changed its count is older than our call, and so may be its crashes: the newest event from
    /// before the call is the nearest that AWS's clock is known.
    fn since(&self) -> f64 {
        self.created.unwrap_or_default().max(self.newest_old_event)
    }

    pub(super) fn look(&self) -> u32 {
        self.look
    }

    pub(super) fn fingerprint(&self, snapshot: &Snapshot) -> Fingerprint {
        let starts = |it: &&Event| it.is_ours && it.sign == Some(Sign::Started);
        Fingerprint {
            failed: self.failed.map(|it| it.now),
            starts: self.events.iter().filter(starts).count(),
            running: snapshot.running.clone(),
        }
    }

    /// Whether a task of ours crashed since waiting began.
    pub(super) fn has_crashed(&self) -> bool {
        self.crashes().next().is_some() || self.failed.is_some_and(|it| it.now > it.first)
    }

    /// Whether anything speaks against a service that looks good.
    pub(super) fn is_troubled(&self) -> bool {
        let bad = |sign| {
            matches!(
                sign,
                Sign::StartImpaired | Sign::NoRoom(_) | Sign::Unhealthy
            )
        };
        self.has_crashed() || self.standing(bad, |it| it == Sign::Steady).is_some()
    }

    /// The newest event of a kind that no event after it has resolved.
    pub(super) fn standing(
        &self,
        is: impl Fn(Sign) -> bool,
        resolves: impl Fn(Sign) -> bool,
    ) -> Option<&Event> {
        let told = |it: &&Event| it.sign.is_some_and(|sign| is(sign) || resolves(sign));
        let newest = self.events.iter().rev().find(told)?;
        Some(newest).filter(|it| it.sign.is_some_and(&is))
    }

    /// The newest event that says that a task found no room, and what was short.
    ///
    /// It stands until a task is started.
    pub(super) fn no_room(&self) -> Option<(Shortage, &Event)> {
        let event = self.standing(
            |it| matches!(it, Sign::NoRoom(_)),
            |it| matches!(it, Sign::Started | Sign::Steady),
        )?;
        match event.sign {
            Some(Sign::NoRoom(shortage)) => Some((shortage, event)),
            _ => None,
        }
    }

    pub(super) fn events(&self) -> &[Event] {
        &self.events
    }

    /// Tasks of ours that did not keep running by a fault of their own, the oldest first.
    pub(super) fn crashes(&self) -> impl DoubleEndedIterator<Item = &Ended> {
        self.ended.iter().filter(|it| it.ending.is_crash())
    }

    pub(super) fn ended(&self) -> &[Ended] {
        &self.ended
    }

    pub(super) fn failed(&self) -> Option<Failed> {
        self.failed
    }

    pub(super) fn progress(&self) -> Option<Mark> {
        self.progress.map(|(_, mark)| mark)
    }

    pub(super) fn up(&self) -> Option<Mark> {
        self.up
    }

    pub(super) fn unregistered(&self) -> Option<Mark> {
        self.unregistered
    }

    pub(super) fn out(&self) -> Option<Mark> {
        self.out
    }

    pub(super) fn short(&self) -> Option<Mark> {
        self.short
    }

    pub(super) fn stopped_read(&self) -> Option<Mark> {
        self.stopped_read
    }

    /// Whether tasks failed since stopped tasks were read.
    pub(super) fn has_unread_failures(&self) -> bool {
        let known = if self.stopped_read.is_some() {
            self.failed_when_read
        } else {
            self.failed.map_or(0, |it| it.first)
        };
        self.failed.is_some_and(|it| it.now > known)
    }

    /// Absent: they were not read.
    pub(super) fn instances(&self) -> Option<(&[Instance], Mark)> {
        self.instances
            .as_ref()
            .map(|(all, mark)| (all.as_slice(), *mark))
    }

    pub(super) fn revision(&self) -> Option<&Value> {
        self.revision.as_ref()
    }
}

/// Keeps since when something is so.
fn keep(since: &mut Option<Mark>, is_so: bool, now: Mark) {
    if is_so {
        since.get_or_insert(now);
    } else {
        *since = None;
    }
}
