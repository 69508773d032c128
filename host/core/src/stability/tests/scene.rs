//! A rollout as AWS shows it, look by look, by the pauses that the real wait makes.

use serde_json::json;

use super::*;

/// When our deployment was created, in seconds since 1970.
const CREATED: f64 = 100.0;

/// What AWS would show now. What only shows on demand is given when the judge asked for it, and not before.
pub(super) struct Scene {
    pub(super) watch: Watch,
    pub(super) service: Value,
    pub(super) health: Vec<Value>,
    pub(super) unread: Option<Unread>,
    pub(super) stopped: Vec<Value>,
    pub(super) instances: Vec<Value>,
    pub(super) revision: Value,
    pub(super) judge: Judge,
    /// What the judge asked for, look by look.
    pub(super) asked: Vec<Needs>,
    seconds: f64,
    pause: f64,
    needs: Needs,
}

impl Scene {
    /// `redis` behind a load balancer, one task desired, nothing runs yet.
    pub(super) fn new() -> Self {
        Self {
            watch: Watch {
                balancer: Some(Balancer {
                    listeners: vec![(80, 6379)],
                    target: Some("TCP:6379".into()),
                    interval: Some(10),
                    healthy_threshold: Some(2),
                    unhealthy_threshold: Some(2),
                    draining: None,
                }),
                ..watch()
            },
            service: json!({
                "status": "ACTIVE", "desiredCount": 1, "runningCount": 0, "pendingCount": 0,
                "clusterArn": "arn:aws:ecs:us-east-1:1:cluster/searchapp",
                "taskDefinition": "arn:aws:ecs:us-east-1:1:task-definition/redis:2",
                "deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100},
                "deployments": [{
                    "id": "ecs-svc/2", "status": "PRIMARY", "createdAt": CREATED,
                    "runningCount": 0, "pendingCount": 0, "failedTasks": 0,
                }],
                "events": [],
            }),
            health: Vec::new(),
            unread: None,
            stopped: Vec::new(),
            instances: Vec::new(),
            revision: json!({"containerDefinitions": [{
                "name": "redis", "image": "redis:7", "cpu": 10, "memory": 256,
                "portMappings": [{"containerPort": 6379, "hostPort": 6379, "protocol": "tcp"}],
            }]}),
            judge: Judge::default(),
            asked: Vec::new(),
            seconds: 0.0,
            pause: 1.0,
            needs: Needs::default(),
        }
    }

    /// Without a classic load balancer.
    pub(super) fn plain() -> Self {
        let mut scene = Self::new();
        (scene.watch.load_balancer, scene.watch.balancer) = (None, None);
        scene
    }

    /// How many tasks of ours run and are pending.
    pub(super) fn counts(&mut self, running: u32, pending: u32) {
        let older: i64 = self.service["deployments"].as_array().unwrap()[1..]
            .iter()
            .map(|it| case::count(it, "runningCount"))
            .sum();
        self.service["runningCount"] = (older + i64::from(running)).into();
        self.service["pendingCount"] = pending.into();
        self.service["deployments"][0]["runningCount"] = running.into();
        self.service["deployments"][0]["pendingCount"] = pending.into();
    }

    pub(super) fn desire(&mut self, desired: u32) {
        self.service["desiredCount"] = desired.into();
    }

    /// An older deployment that still has tasks.
    pub(super) fn older(&mut self, running: u32) {
        let deployments = self.service["deployments"].as_array_mut().unwrap();
        deployments.truncate(1);
        deployments.push(json!({
            "id": "ecs-svc/1", "status": "ACTIVE", "createdAt": 10.0, "runningCount": running,
            "pendingCount": 0, "failedTasks": 0,
        }));
        self.service["runningCount"] = running.into();
    }

    pub(super) fn event(&mut self, message: &str) {
        self.event_at(CREATED + self.seconds, message);
    }

    pub(super) fn event_at(&mut self, created: f64, message: &str) {
        let events = self.service["events"].as_array_mut().unwrap();
        let id = format!("event-{}", events.len());
        events.insert(
            0,
            json!({"id": id, "createdAt": created, "message": message}),
        );
    }

    /// A task of ours ends, and AWS counts it as failed.
    pub(super) fn ends(&mut self, code: &str, reason: &str, container: &Value) {
        let number = self.stopped.len() + 1;
        let mut container = container.clone();
        container["name"] = "redis".into();
        let task = json!({
            "taskArn": format!("arn:aws:ecs:us-east-1:1:task/searchapp/t{number}"),
            "taskDefinitionArn": "arn:aws:ecs:us-east-1:1:task-definition/redis:2",
            "startedBy": "ecs-svc/2", "lastStatus": "STOPPED",
            "stopCode": code, "stoppedReason": reason, "stoppedAt": CREATED + self.seconds,
            "containers": [container],
        });
        self.stopped.insert(0, task);
        let deployments = self.service["deployments"].as_array_mut().unwrap();
        let ours = deployments.iter_mut().find(|it| it["id"] == "ecs-svc/2");
        if let Some(ours) = ours {
            ours["failedTasks"] = (case::count(ours, "failedTasks") + 1).into();
        }
    }

    pub(super) fn out_of_service(&mut self, reason: &str, description: &str) {
        self.health = vec![json!({
            "InstanceId": "i-1", "State": "OutOfService", "ReasonCode": reason, "Description": description,
        })];
    }

    pub(super) fn in_service(&mut self) {
        self.health = vec![
            json!({"InstanceId": "i-1", "State": "InService", "ReasonCode": "N/A", "Description": "N/A"}),
        ];
    }

    /// An instance with what is left of 2048 CPU units and 983 MiB, and the ports that are taken.
    pub(super) fn instance(&mut self, cpu: u32, memory: u32, ports: &[&str]) {
        let resource = |name: &str, value: u32| json!({"name": name, "type": "INTEGER", "integerValue": value});
        let number = self.instances.len() + 1;
        self.instances.push(json!({
            "containerInstanceArn": format!("arn:aws:ecs:us-east-1:1:container-instance/searchapp/0f9de17a{number}"),
            "ec2InstanceId": format!("i-{number}"), "status": "ACTIVE", "agentConnected": true,
            "registeredResources": [resource("CPU", 2048), resource("MEMORY", 983)],
            "remainingResources": [
                resource("CPU", cpu), resource("MEMORY", memory),
                {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ports},
            ],
        }));
    }

    fn snapshot(&self) -> Snapshot {
        let read = self.needs;
        Snapshot {
            service: Some(self.service.clone()),
            health: self.health.clone(),
            unread: self.unread.clone(),
            at: Duration::from_secs_f64(self.seconds),
            read,
            stopped: self
                .stopped
                .iter()
                .filter(|_| read.stopped)
                .cloned()
                .collect(),
            instances: self
                .instances
                .iter()
                .filter(|_| read.instances)
                .cloned()
                .collect(),
            revision: Some(self.revision.clone()).filter(|_| read.revision),
            running: None,
        }
    }

    /// One look, and the pause after it.
    pub(super) fn look(&mut self) -> Verdict {
        let snapshot = self.snapshot();
        let verdict = self.judge.next(&self.watch, &snapshot);
        self.needs = self.judge.needs(&self.watch, &snapshot);
        self.asked.push(self.needs);
        self.seconds += self.pause;
        self.pause = (self.pause * 1.5).min(10.0);
        verdict
    }

    /// Looks until it ends or the seconds are over: what ended it, and the second of that look.
    pub(super) fn until(&mut self, end: f64) -> Option<(Verdict, u64)> {
        while self.seconds < end {
            let at = Duration::from_secs_f64(self.seconds).as_secs();
            match self.look() {
                Verdict::Wait(_) | Verdict::Hold => {}
                ended => return Some((ended, at)),
            }
        }
        None
    }

    /// Looks until the seconds are over, and must not have come to an end.
    pub(super) fn waits_until(&mut self, end: f64) {
        let ended = self.until(end);
        assert_eq!(ended, None);
    }

    /// The whole of what it comes to before the second.
    pub(super) fn told(&mut self, end: f64) -> String {
        match self.until(end) {
            Some((Verdict::Failed(trouble), at)) => tell(&format!("failed after {at} s"), &trouble),
            Some((verdict, at)) => format!("{verdict:?} after {at} s\n"),
            None => "still waits\n".to_owned(),
        }
    }

    /// What is told when the time is over now.
    pub(super) fn told_late(&self) -> String {
        let read = Needs {
            stopped: true,
            instances: true,
            revision: true,
            running: false,
        };
        let snapshot = Snapshot {
            read,
            stopped: self.stopped.clone(),
            instances: self.instances.clone(),
            revision: Some(self.revision.clone()),
            ..self.snapshot()
        };
        match self.judge.trouble(&self.watch, &snapshot) {
            Some(trouble) => tell("the time is over", &trouble),
            None => "no trouble\n".to_owned(),
        }
    }
}

fn tell(how: &str, trouble: &Trouble) -> String {
    let head = format!("{how}: {}: {}", trouble.code, trouble.cause);
    let evidence = trouble.evidence.iter().map(|it| format!("  {it}"));
    let next = trouble.next.iter().map(|it| format!("hint: {it}"));
    let lines: Vec<String> = [head].into_iter().chain(evidence).chain(next).collect();
    lines.join("\n") + "\n"
}
