//! Whether a service is truly up. Pure: what was read goes in, a verdict comes out.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::codes::Code;
use crate::plan::is_revision;

/// Two looks in a row must agree: tasks that crash flicker through "running".
const HOLD: u32 = 2;

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
    /// The ids of the events that came with the answer to our own call: they are older than it.
    pub old_events: BTreeSet<String>,
    /// The classic load balancer in front of it.
    pub load_balancer: Option<String>,
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
}

/// What a look needs beside service and health, because something does not go well. Each costs calls.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Needs {
    pub stopped: bool,
    pub instances: bool,
    pub revision: bool,
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
    held: u32,
    seen_ours: bool,
    /// What the look before spoke of: a read may be older than the one before it, so it takes two to end the wait.
    doubt: Option<Doubt>,
    /// When our deployment was created, in seconds since 1970.
    since: Option<f64>,
    /// The ids of the events that were seen. Absent before the first look.
    events: Option<BTreeSet<String>>,
}

/// What one look alone does not prove.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Doubt {
    Deleted,
    Replaced,
    Unreadable,
}

/// Why a look does not show a steady service.
enum Lack {
    /// It is not so yet.
    Yet(String),
    /// It looks as if it would never be: what is seen, and what it comes to once another look agrees.
    Doubtful {
        doubt: Doubt,
        seen: String,
        meaning: String,
    },
    /// AWS itself has given up.
    Final(String),
}

impl Judge {
    /// Judges the next look.
    pub fn next(&mut self, watch: &Watch, snapshot: &Snapshot) -> Verdict {
        let doubted = self.doubt.take();
        let lack = match self.look(watch, snapshot) {
            Ok(()) => {
                self.held += 1;
                return if self.held >= HOLD {
                    Verdict::Steady
                } else {
                    Verdict::Hold
                };
            }
            Err(lack) => lack,
        };
        self.held = 0;
        match lack {
            Lack::Yet(reason) => Verdict::Wait(reason),
            Lack::Final(reason) => Verdict::Failed(trouble(reason)),
            Lack::Doubtful { doubt, meaning, .. } if doubted == Some(doubt) => {
                Verdict::Failed(trouble(meaning))
            }
            Lack::Doubtful { doubt, seen, .. } => {
                self.doubt = Some(doubt);
                Verdict::Wait(seen)
            }
        }
    }

    /// What the next look should read beside service and health, going by this one.
    #[must_use]
    pub fn needs(&self, _watch: &Watch, _snapshot: &Snapshot) -> Needs {
        Needs::default()
    }

    /// Why it is not steady by this look, as far as it shows: for when the time is over.
    #[must_use]
    pub fn trouble(&self, _watch: &Watch, _snapshot: &Snapshot) -> Option<Trouble> {
        None
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

    fn look(&mut self, watch: &Watch, snapshot: &Snapshot) -> Result<(), Lack> {
        let wait = |reason: String| Err(Lack::Yet(reason));
        let Some(service) = &snapshot.service else {
            return wait("not visible yet".to_owned());
        };
        self.recognise(watch, service)?;
        let Some(primary) = primary(service) else {
            return wait("no deployment yet".to_owned());
        };
        if !is_revision(
            &watch.revision,
            service["taskDefinition"].as_str().unwrap_or_default(),
        ) {
            return wait("the new revision is not visible yet".to_owned());
        }
        if primary["rolloutState"] == "FAILED" {
            let reason = primary["rolloutStateReason"]
                .as_str()
                .unwrap_or("AWS gives no reason");
            return Err(Lack::Final(format!("the rollout failed: {reason}")));
        }
        let desired = service["desiredCount"].as_i64().unwrap_or_default();
        let needs_health = watch.load_balancer.is_some() && desired > 0;
        if needs_health && let Some(unread) = snapshot.unread.as_ref().filter(|it| !it.passes) {
            return Err(Lack::Doubtful {
                doubt: Doubt::Unreadable,
                seen: unread.reason.clone(),
                meaning: unread.reason.clone(),
            });
        }
        let running = service["runningCount"].as_i64().unwrap_or_default();
        let pending = service["pendingCount"].as_i64().unwrap_or_default();
        if running != desired || pending > 0 {
            let pending = if pending > 0 {
                format!(", {pending} pending")
            } else {
                String::new()
            };
            return wait(format!("{running} of {desired} running{pending}"));
        }
        let deployments = service["deployments"].as_array().map_or(0, Vec::len);
        if deployments > 1 {
            return wait(format!(
                "{} older deployment still draining",
                deployments - 1
            ));
        }
        // Behind a classic load balancer AWS reports no rollout state; elsewhere it must agree.
        if watch.load_balancer.is_none() && primary["rolloutState"] == "IN_PROGRESS" {
            return wait("the rollout is in progress".to_owned());
        }
        if needs_health {
            if let Some(unread) = &snapshot.unread {
                return wait(unread.reason.clone());
            }
            let is_in_service = |it: &Value| it["State"] == "InService";
            if !snapshot.health.iter().any(is_in_service) {
                return wait(describe_health(&snapshot.health));
            }
        }
        Ok(())
    }

    /// Passes where the look shows the service that is waited for, and not one from before or after it.
    fn recognise(&mut self, watch: &Watch, service: &Value) -> Result<(), Lack> {
        let shown = primary(service).and_then(|it| it["id"].as_str());
        let ours = watch.deployment.as_deref();
        if ours.is_some() && shown == ours {
            self.seen_ours = true;
        }
        let is_stale = ours.is_some() && !self.seen_ours;
        if let Some(status @ ("DRAINING" | "INACTIVE")) = service["status"].as_str() {
            // A service that was made in the place of a deleted one may still be shown as that.
            let seen = format!("the service is {status}");
            return Err(if is_stale {
                Lack::Yet(format!("our deployment is not visible yet: {seen}"))
            } else {
                Lack::Doubtful {
                    doubt: Doubt::Deleted,
                    meaning: format!("{seen}: someone deleted it"),
                    seen,
                }
            });
        }
        match (ours, shown) {
            (Some(_), None) => Err(Lack::Yet("our deployment is not visible yet".to_owned())),
            (Some(ours), Some(shown)) if ours != shown => Err(if is_stale {
                Lack::Yet("our deployment is not visible yet".to_owned())
            } else {
                Lack::Doubtful {
                    doubt: Doubt::Replaced,
                    seen: format!("another deployment ({shown}) is shown in place of ours"),
                    meaning: format!("another deployment ({shown}) took the place of ours"),
                }
            }),
            _ => Ok(()),
        }
    }
}

fn trouble(cause: String) -> Trouble {
    Trouble {
        code: Code(500),
        cause,
        evidence: Vec::new(),
        next: Vec::new(),
    }
}

fn primary(service: &Value) -> Option<&Value> {
    service["deployments"]
        .as_array()?
        .iter()
        .find(|it| it["status"] == "PRIMARY")
}

/// When a deployment of the service was created, if it is shown.
fn created(service: &Value, deployment: &str) -> Option<f64> {
    let shown = service["deployments"]
        .as_array()?
        .iter()
        .find(|it| it["id"] == deployment)?;
    Some(shown["createdAt"].as_f64().unwrap_or_default())
}

fn describe_health(health: &[Value]) -> String {
    let Some(first) = health.first() else {
        return "no instance is registered at the load balancer yet".to_owned();
    };
    let instance = first["InstanceId"].as_str().unwrap_or("an instance");
    let state = first["State"].as_str().unwrap_or("of unknown state");
    match first["Description"]
        .as_str()
        .filter(|it| !it.is_empty() && *it != "N/A")
    {
        Some(description) => format!("{instance} is {state}: {description}"),
        None => format!("{instance} is {state}"),
    }
}

#[cfg(test)]
mod tests;
