//! One look together with all before it: what a rule decides by.

use std::time::Duration;

use serde_json::Value;

use super::ended::last_part;
use super::event::{Event, Shortage, Sign};
use super::instance::Instance;
use super::past::{Mark, Past};
use super::reservation::Reservation;
use super::{Needs, Snapshot, Watch};

/// Looks with too few tasks after which their end is read, and for how long at least: a task takes some to start.
const SHORT_LOOKS: u32 = 4;
const SHORT_FOR: Duration = Duration::from_secs(15);
/// The same reads are not made again before, unless there is news.
const READ_AGAIN: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    pub(super) watch: &'a Watch,
    pub(super) service: &'a Value,
    pub(super) health: &'a [Value],
    pub(super) past: &'a Past,
    at: Duration,
}

impl<'a> Case<'a> {
    /// Absent: the look does not show the service.
    pub(super) fn of(watch: &'a Watch, snapshot: &'a Snapshot, past: &'a Past) -> Option<Self> {
        Some(Self {
            watch,
            service: snapshot.service.as_ref()?,
            health: &snapshot.health,
            past,
            at: snapshot.at,
        })
    }

    /// Whether something has lasted for so long, over more than one look.
    pub(super) fn has_lasted(&self, since: Mark, patience: Duration) -> bool {
        self.past.look() > since.look && self.at.saturating_sub(since.at) >= patience
    }

    pub(super) fn desired(&self) -> i64 {
        count(self.service, "desiredCount")
    }

    /// Our deployment.
    pub(super) fn ours(&self) -> Option<&'a Value> {
        match &self.watch.deployment {
            Some(id) => deployment(self.service, id),
            None => primary(self.service),
        }
    }

    /// How many tasks of our deployment run.
    pub(super) fn running(&self) -> i64 {
        self.ours()
            .and_then(|it| it["runningCount"].as_i64())
            .unwrap_or_else(|| count(self.service, "runningCount"))
    }

    pub(super) fn pending(&self) -> i64 {
        self.ours()
            .and_then(|it| it["pendingCount"].as_i64())
            .unwrap_or_else(|| count(self.service, "pendingCount"))
    }

    /// How many tasks of older deployments are left.
    pub(super) fn older_running(&self) -> i64 {
        let ours = self.ours().and_then(|it| it["id"].as_str());
        let deployments = self.service["deployments"].as_array().into_iter().flatten();
        deployments
            .filter(|it| it["id"].as_str() != ours)
            .map(|it| count(it, "runningCount"))
            .sum()
    }

    /// Whether `minimumHealthyPercent` forbids to stop even one of the tasks that run.
    pub(super) fn is_pinned(&self) -> bool {
        let (minimum, _) = self.bounds();
        self.older_running() > 0 && self.older_running() + self.running() <= minimum
    }

    /// How many tasks must run and may exist during a deployment.
    pub(super) fn bounds(&self) -> (i64, i64) {
        let (minimum, maximum) = self.percents();
        let desired = self.desired();
        ((desired * minimum + 99) / 100, desired * maximum / 100)
    }

    /// `minimumHealthyPercent` and `maximumPercent`, of which AWS's defaults are 100 and 200.
    pub(super) fn percents(&self) -> (i64, i64) {
        let percent = |name: &str, default| {
            let configuration = &self.service["deploymentConfiguration"];
            configuration[name].as_i64().unwrap_or(default)
        };
        (
            percent("minimumHealthyPercent", 100),
            percent("maximumPercent", 200),
        )
    }

    /// `healthCheckGracePeriodSeconds`.
    pub(super) fn grace(&self) -> Duration {
        let seconds = self.service["healthCheckGracePeriodSeconds"].as_u64();
        Duration::from_secs(seconds.unwrap_or_default())
    }

    /// The name of its cluster.
    pub(super) fn cluster(&self) -> &'a str {
        let arn = self.service["clusterArn"].as_str();
        arn.map_or("CLUSTER", last_part)
    }

    /// What a task of the revision takes of an instance, as far as it is known.
    pub(super) fn reservation(&self) -> Reservation {
        let ports = self.watch.balancer.iter().flat_map(|it| &it.listeners);
        match self.past.revision() {
            Some(revision) => Reservation::of(revision),
            None => Reservation {
                ports: ports.map(|(_, instance)| *instance).collect(),
                ..Reservation::default()
            },
        }
    }

    /// The instance that AWS calls the closest, by the id that it names; else the first.
    pub(super) fn closest(&self, event: &Event) -> Option<&'a Instance> {
        let (instances, _) = self.past.instances()?;
        let named = super::event::closest(&event.message);
        let found = instances.iter().find(|it| Some(it.id.as_str()) == named);
        found.or_else(|| instances.first())
    }

    /// The last events of ours, in AWS's words.
    pub(super) fn last_events(&self, number: usize) -> Vec<String> {
        let ours = (self.past.events().iter()).filter(|it| it.is_ours && it.is_telling());
        let messages: Vec<String> = ours.map(|it| it.message.clone()).collect();
        messages[messages.len().saturating_sub(number)..].to_vec()
    }

    /// AWS's throttling of its own work, as it stands: it goes on later by itself, so it is a note.
    pub(super) fn throttled(&self) -> Option<&'a Event> {
        let resolves = |it| matches!(it, Sign::Started | Sign::Stopped | Sign::Steady);
        let throttled = self.past.standing(|it| it == Sign::Throttled, resolves);
        throttled.filter(|it| it.is_ours)
    }

    /// What is waited for, with what delays it though nobody is at fault.
    pub(super) fn with_note(&self, reason: String) -> String {
        if self.throttled().is_some() {
            because(
                &reason,
                "AWS throttles its own operations and goes on by itself",
            )
        } else if let Some(ended) = self.interrupted() {
            because(
                &reason,
                &format!("AWS took an instance away ({})", ended.stopped),
            )
        } else {
            reason
        }
    }

    /// The newest task that went with its instance, if none ended otherwise after it.
    pub(super) fn interrupted(&self) -> Option<&'a super::ended::Ended> {
        use super::ended::Ending;
        let last = self.past.ended().last();
        last.filter(|it| it.ending == Ending::Interrupted)
    }

    /// What the next look should read.
    pub(super) fn needs(&self) -> Needs {
        let no_room = self
            .past
            .no_room()
            .filter(|_| self.running() < self.desired());
        let instances = no_room.is_some_and(|(_, event)| {
            let read = self.past.instances();
            read.is_none_or(|(_, mark)| mark.at < event.seen.at || self.is_due(mark))
        });
        let stopped = self.needs_stopped();
        let speaks_of_numbers = self.past.crashes().next().is_some()
            || no_room.is_some_and(|(shortage, _)| shortage != Shortage::Instances)
            || self
                .past
                .out()
                .is_some_and(|it| self.has_lasted(it, READ_AGAIN));
        Needs {
            stopped,
            instances,
            revision: self.past.revision().is_none() && speaks_of_numbers,
            running: false,
        }
    }

    fn needs_stopped(&self) -> bool {
        if self.past.has_unread_failures() {
            return true;
        }
        let is_short_for_long = self.past.short().is_some_and(|it| {
            self.past.look() >= it.look + SHORT_LOOKS && self.has_lasted(it, SHORT_FOR)
        });
        let hints = |it| {
            matches!(
                it,
                Sign::StartImpaired | Sign::Unhealthy | Sign::Deregistered
            )
        };
        let hint = self.past.standing(hints, |it| it == Sign::Steady);
        let hint = hint.filter(|it| it.is_ours);
        let has_failed = self.ours().is_some_and(|it| it["rolloutState"] == "FAILED");
        let is_replaced = self.watch.deployment.is_some()
            && primary(self.service).and_then(|it| it["id"].as_str())
                != self.watch.deployment.as_deref()
            && self.ours().is_some();
        let Some(read) = self.past.stopped_read() else {
            return is_short_for_long || hint.is_some() || has_failed || is_replaced;
        };
        let is_news = hint.is_some_and(|it| it.seen.look > read.look);
        is_news || ((is_short_for_long || hint.is_some()) && self.is_due(read))
    }

    fn is_due(&self, read: Mark) -> bool {
        self.at.saturating_sub(read.at) >= READ_AGAIN
    }
}

pub(super) fn primary(service: &Value) -> Option<&Value> {
    service["deployments"]
        .as_array()?
        .iter()
        .find(|it| it["status"] == "PRIMARY")
}

pub(super) fn deployment<'a>(service: &'a Value, id: &str) -> Option<&'a Value> {
    service["deployments"]
        .as_array()?
        .iter()
        .find(|it| it["id"] == id)
}

pub(super) fn count(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or_default()
}

/// What is waited for, and why. What AWS says ends with a full stop.
pub(super) fn because(reason: &str, why: &str) -> String {
    format!("{}: {why}", reason.trim_end_matches('.'))
}
