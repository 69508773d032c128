//! Whether a service is truly up. Pure: what was read goes in, a verdict comes out.

use std::collections::BTreeSet;

use serde_json::Value;

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
    Failed(String),
}

/// What earlier looks showed.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    held: u32,
    seen_ours: bool,
    events: BTreeSet<String>,
}

impl Judge {
    /// Judges the next look.
    pub fn next(&mut self, watch: &Watch, snapshot: &Snapshot) -> Verdict {
        let verdict = self.look(watch, snapshot);
        match verdict {
            Ok(()) => {
                self.held += 1;
                if self.held >= HOLD {
                    Verdict::Steady
                } else {
                    Verdict::Hold
                }
            }
            Err(verdict) => {
                self.held = 0;
                verdict
            }
        }
    }

    /// The events that no earlier look showed, oldest first, as AWS words them.
    pub fn new_events(&mut self, snapshot: &Snapshot) -> Vec<String> {
        let Some(service) = &snapshot.service else {
            return Vec::new();
        };
        let primary = primary(service);
        let since = primary
            .and_then(|it| it["createdAt"].as_f64())
            .unwrap_or_default();
        let events = service["events"].as_array().into_iter().flatten().rev();
        let mut fresh = Vec::new();
        for event in events {
            let (Some(id), Some(message)) = (event["id"].as_str(), event["message"].as_str())
            else {
                continue;
            };
            let of_ours = event["createdAt"].as_f64().is_none_or(|at| at >= since);
            if self.events.insert(id.to_owned()) && of_ours {
                fresh.push(message.to_owned());
            }
        }
        fresh
    }

    fn look(&mut self, watch: &Watch, snapshot: &Snapshot) -> Result<(), Verdict> {
        let wait = |reason: String| Err(Verdict::Wait(reason));
        let fail = |reason: String| Err(Verdict::Failed(reason));
        let Some(service) = &snapshot.service else {
            return wait("not visible yet".to_owned());
        };
        if let Some(status @ ("DRAINING" | "INACTIVE")) = service["status"].as_str() {
            return fail(format!("the service is {status}: someone deleted it"));
        }
        let Some(primary) = primary(service) else {
            return wait("no deployment yet".to_owned());
        };
        if let Some(ours) = &watch.deployment {
            if primary["id"] == ours.as_str() {
                self.seen_ours = true;
            } else if self.seen_ours {
                let id = primary["id"].as_str().unwrap_or("unknown");
                return fail(format!("another deployment ({id}) took the place of ours"));
            } else {
                return wait("our deployment is not visible yet".to_owned());
            }
        }
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
            return fail(format!("the rollout failed: {reason}"));
        }
        let desired = service["desiredCount"].as_i64().unwrap_or_default();
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
        if watch.load_balancer.is_some() && desired > 0 {
            let in_service = snapshot
                .health
                .iter()
                .filter(|it| it["State"] == "InService")
                .count();
            if in_service == 0 {
                return wait(describe_health(&snapshot.health));
            }
        }
        Ok(())
    }
}

fn primary(service: &Value) -> Option<&Value> {
    service["deployments"]
        .as_array()?
        .iter()
        .find(|it| it["status"] == "PRIMARY")
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
mod tests {
    use serde_json::json;

    use super::*;

    fn watch() -> Watch {
        Watch {
            name: "redis".into(),
            service: "redis-service".into(),
            revision: "arn:aws:ecs:us-east-1:1:task-definition/redis:2".into(),
            deployment: Some("ecs-svc/2".into()),
            load_balancer: Some("redis-elb".into()),
        }
    }

    fn steady() -> Snapshot {
        Snapshot {
            service: Some(json!({
                "status": "ACTIVE", "desiredCount": 1, "runningCount": 1, "pendingCount": 0,
                "taskDefinition": "arn:aws:ecs:us-east-1:1:task-definition/redis:2",
                "deployments": [{"id": "ecs-svc/2", "status": "PRIMARY"}],
            })),
            health: vec![json!({"InstanceId": "i-1", "State": "InService"})],
        }
    }

    /// The verdict on a steady snapshot with one thing changed.
    fn check(change: impl FnOnce(&mut Snapshot, &mut Watch)) -> Verdict {
        let (mut snapshot, mut watch) = (steady(), watch());
        change(&mut snapshot, &mut watch);
        let mut judge = Judge::default();
        judge.next(&watch, &snapshot);
        judge.next(&watch, &snapshot)
    }

    fn set(snapshot: &mut Snapshot, pointer: &str, value: Value) {
        *snapshot
            .service
            .as_mut()
            .unwrap()
            .pointer_mut(pointer)
            .unwrap() = value;
    }

    #[test]
    fn steady_is_held_over_two_looks() {
        let mut judge = Judge::default();
        assert_eq!(judge.next(&watch(), &steady()), Verdict::Hold);
        let mut flicker = steady();
        set(&mut flicker, "/runningCount", 0.into());
        assert_eq!(
            judge.next(&watch(), &flicker),
            Verdict::Wait("0 of 1 running".into())
        );
        assert_eq!(judge.next(&watch(), &steady()), Verdict::Hold);
        assert_eq!(judge.next(&watch(), &steady()), Verdict::Steady);
    }

    #[test]
    fn each_missing_thing_is_waited_for() {
        let wait = |text: &str| Verdict::Wait(text.into());
        assert_eq!(check(|it, _| it.service = None), wait("not visible yet"));
        assert_eq!(
            check(|it, _| set(it, "/pendingCount", 1.into())),
            wait("1 of 1 running, 1 pending")
        );
        assert_eq!(
            check(|it, _| set(it, "/deployments/0/id", "ecs-svc/1".into())),
            wait("our deployment is not visible yet")
        );
        assert_eq!(
            check(|it, _| set(it, "/taskDefinition", "redis:1".into())),
            wait("the new revision is not visible yet")
        );
        assert_eq!(
            check(|it, _| set(
                it,
                "/deployments",
                json!([{"id": "ecs-svc/2", "status": "PRIMARY"}, {"id": "ecs-svc/1", "status": "ACTIVE"}])
            )),
            wait("1 older deployment still draining")
        );
        assert_eq!(
            check(|it, _| it.health.clear()),
            wait("no instance is registered at the load balancer yet")
        );
        let out = json!({"InstanceId": "i-1", "State": "OutOfService", "Description": "Instance registration is still in progress."});
        assert_eq!(
            check(|it, _| it.health = vec![out]),
            wait("i-1 is OutOfService: Instance registration is still in progress.")
        );
        let rollout = |it: &mut Snapshot, watch: &mut Watch| {
            watch.load_balancer = None;
            set(
                it,
                "/deployments/0",
                json!({"id": "ecs-svc/2", "status": "PRIMARY", "rolloutState": "IN_PROGRESS"}),
            );
        };
        assert_eq!(check(rollout), wait("the rollout is in progress"));
    }

    #[test]
    fn what_is_not_needed_is_not_waited_for() {
        assert_eq!(check(|_, watch| watch.deployment = None), Verdict::Steady);
        let none = |it: &mut Snapshot, _: &mut Watch| {
            set(it, "/desiredCount", 0.into());
            set(it, "/runningCount", 0.into());
            it.health.clear();
        };
        assert_eq!(check(none), Verdict::Steady);
        // A revision may be said by its short name.
        assert_eq!(
            check(|it, _| set(it, "/taskDefinition", "redis:2".into())),
            Verdict::Steady
        );
    }

    #[test]
    fn what_will_not_come_fails() {
        assert_eq!(
            check(|it, _| set(it, "/status", "DRAINING".into())),
            Verdict::Failed("the service is DRAINING: someone deleted it".into())
        );
        let failed = json!({"id": "ecs-svc/2", "status": "PRIMARY", "rolloutState": "FAILED", "rolloutStateReason": "tasks failed"});
        assert_eq!(
            check(|it, _| set(it, "/deployments/0", failed)),
            Verdict::Failed("the rollout failed: tasks failed".into())
        );
        let mut judge = Judge::default();
        judge.next(&watch(), &steady());
        let mut other = steady();
        set(&mut other, "/deployments/0/id", "ecs-svc/3".into());
        assert_eq!(
            judge.next(&watch(), &other),
            Verdict::Failed("another deployment (ecs-svc/3) took the place of ours".into())
        );
    }

    #[test]
    fn events_are_told_once_and_only_of_this_deployment() {
        let mut snapshot = steady();
        if let Some(service) = &mut snapshot.service {
            service["deployments"][0]["createdAt"] = json!(100.0);
            service["events"] = json!([
                {"id": "c", "createdAt": 120.0, "message": "third"},
                {"id": "b", "createdAt": 110.0, "message": "second"},
                {"id": "a", "createdAt": 90.0, "message": "of an earlier one"},
            ]);
        }
        let mut judge = Judge::default();
        assert_eq!(judge.new_events(&snapshot), ["second", "third"]);
        assert_eq!(judge.new_events(&snapshot), [""; 0]);
    }
}
