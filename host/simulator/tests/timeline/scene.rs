//! A service in an account of its own, and what is seen of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use host_simulator::{Api, Script, Time, World, advance, call};
use serde_json::{Value, json};

/// The cluster of the prepared account.
pub(super) const CLUSTER: &str = "searchapp";
pub(super) const SERVICE: &str = "redis-service";
pub(super) const BALANCER: &str = "redis-elb";
/// The moment of the tutorial's first service.
const BEGUN: Time = Time(1_444_488_166_000);

/// What a line of the timeline is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum About {
    Call,
    Service,
    Event,
    Task,
    Balancer,
}

pub(super) const ALL: [About; 5] = [
    About::Call,
    About::Service,
    About::Event,
    About::Task,
    About::Balancer,
];

pub(super) struct Scene {
    pub(super) world: World,
    script: Script,
    /// What is written down.
    about: Vec<About>,
    /// Short names for ids: `task-1`, `instance-2`.
    names: BTreeMap<String, String>,
    /// The last line about each subject.
    seen: BTreeMap<String, String>,
    events: usize,
    lines: String,
}

impl Scene {
    pub(super) fn new(script: &str) -> Self {
        let script = Script::parse(script).unwrap();
        let mut scene = Self {
            world: World::new(BEGUN, "us-east-1", &script),
            script,
            about: ALL.to_vec(),
            names: BTreeMap::new(),
            seen: BTreeMap::new(),
            events: 0,
            lines: String::new(),
        };
        let instances: Vec<(String, String)> = scene.world.clusters[CLUSTER]
            .instances
            .values()
            .map(|it| (it.id.clone(), it.ec2.clone()))
            .collect();
        for (number, (id, ec2)) in instances.into_iter().enumerate() {
            scene.names.insert(id, format!("instance-{}", number + 1));
            scene.names.insert(ec2, format!("i-{}", number + 1));
        }
        scene
    }

    /// From here on only this is written down.
    pub(super) fn about(mut self, about: &[About]) -> Self {
        self.about = about.to_vec();
        self
    }

    /// The tutorial's load balancer, with checks that decide sooner than the usual ones.
    pub(super) fn with_balancer(mut self) -> Self {
        self.elb(
            "CreateLoadBalancer",
            json!({"Listeners": [{"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 6379}],
                "Subnets": ["subnet-39706b4e"], "SecurityGroups": ["sg-c70ff2a1"], "Scheme": "internal"}),
        );
        self.elb(
            "ConfigureHealthCheck",
            json!({"HealthCheck": {"Target": "TCP:6379", "Interval": 10, "Timeout": 5,
                "UnhealthyThreshold": 2, "HealthyThreshold": 2}}),
        );
        self
    }

    /// Registers revisions of `redis`, one for each image.
    pub(super) fn with_revisions(mut self, images: &[&str]) -> Self {
        for image in images {
            self.register(image, json!({}));
        }
        self
    }

    /// Registers a revision of `redis` that is the tutorial's but for some members of its container.
    pub(super) fn register(&mut self, image: &str, others: Value) {
        let mut container = json!({"name": "redis", "image": image, "cpu": 10, "memory": 128, "essential": true,
            "portMappings": [{"containerPort": 6379, "hostPort": 6379}]});
        merge(&mut container, others);
        self.ecs(
            "RegisterTaskDefinition",
            json!({"family": "redis", "containerDefinitions": [container]}),
        );
    }

    /// Creates the service behind its load balancer, if there is one.
    pub(super) fn create(&mut self, others: Value) {
        let mut input =
            json!({"serviceName": SERVICE, "taskDefinition": "redis:1", "desiredCount": 1});
        if self.world.balancers.contains_key(BALANCER) {
            input["loadBalancers"] = json!([{"loadBalancerName": BALANCER, "containerName": "redis", "containerPort": 6379}]);
            input["role"] = "ecsServiceRole".into();
        }
        merge(&mut input, others);
        self.note_call("CreateService");
        self.ecs("CreateService", input);
        self.look();
    }

    pub(super) fn update(&mut self, changes: Value) {
        self.note_call(&format!("UpdateService {changes}"));
        let mut input = changes;
        input["service"] = SERVICE.into();
        self.ecs("UpdateService", input);
        self.look();
    }

    pub(super) fn delete(&mut self, with_force: bool) {
        self.note_call("DeleteService");
        self.ecs(
            "DeleteService",
            json!({"service": SERVICE, "force": with_force}),
        );
        self.look();
    }

    /// Calls an operation of ECS in the cluster.
    pub(super) fn ecs(&mut self, operation: &str, mut input: Value) -> Value {
        if operation != "RegisterTaskDefinition" {
            input["cluster"] = CLUSTER.into();
        }
        call(&mut self.world, &self.script, Api::Ecs, operation, &input).unwrap()
    }

    /// Calls an operation of classic ELB on the load balancer.
    pub(super) fn elb(&mut self, operation: &str, mut input: Value) -> Value {
        input["LoadBalancerName"] = BALANCER.into();
        call(&mut self.world, &self.script, Api::Elb, operation, &input).unwrap()
    }

    /// Lets time pass, second by second, and writes down what changes.
    pub(super) fn pass(&mut self, seconds: u64) -> &mut Self {
        self.pass_by(1, seconds)
    }

    /// The same, looking at it once in so many seconds.
    pub(super) fn pass_by(&mut self, step: u64, seconds: u64) -> &mut Self {
        for _ in 0..seconds / step {
            let next = self.world.now + Duration::from_secs(step);
            advance(&mut self.world, &self.script, next);
            self.look();
        }
        self
    }

    /// Lets time pass unseen, in one step; what has changed then is written down.
    pub(super) fn skip(&mut self, hours: u64) -> &mut Self {
        let then = self.world.now + Duration::from_hours(hours);
        advance(&mut self.world, &self.script, then);
        self.look();
        self
    }

    pub(super) fn service(&mut self) -> Value {
        self.ecs("DescribeServices", json!({"services": [SERVICE]}))["services"][0].take()
    }

    /// All tasks, the oldest first.
    pub(super) fn tasks(&mut self) -> Vec<Value> {
        let mut arns: Vec<String> = Vec::new();
        for status in ["RUNNING", "STOPPED"] {
            let mut page = json!({"desiredStatus": status});
            loop {
                let listed = self.ecs("ListTasks", page.clone());
                arns.extend(
                    listed["taskArns"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|it| it.as_str().unwrap().to_owned()),
                );
                page["nextToken"] = listed["nextToken"].clone();
                if page["nextToken"].is_null() {
                    break;
                }
            }
        }
        let mut tasks = Vec::new();
        for some in arns.chunks(100) {
            let mut described = self.ecs("DescribeTasks", json!({"tasks": some}));
            tasks.append(described["tasks"].as_array_mut().unwrap());
        }
        tasks.sort_by(|one, other| {
            let key = |it: &Value| {
                (
                    it["createdAt"].as_f64(),
                    it["taskArn"].as_str().map(str::to_owned),
                )
            };
            key(one).partial_cmp(&key(other)).unwrap()
        });
        tasks
    }

    /// What was written down.
    pub(super) fn text(&self) -> String {
        self.lines.clone()
    }

    fn note_call(&mut self, what: &str) {
        self.note(About::Call, what);
    }

    fn note(&mut self, about: About, what: &str) {
        if self.about.contains(&about) {
            let seconds = self.world.now.since(BEGUN).as_secs();
            writeln!(self.lines, "{seconds:<5} {what}").unwrap();
        }
    }

    /// Writes down what is not as it was at the last look.
    fn look(&mut self) {
        let service = self.service();
        let deployments = service["deployments"].as_array().unwrap().clone();
        for deployment in deployments.iter().rev() {
            self.name(&deployment["id"], "deployment");
        }
        for task in self.tasks() {
            self.name_task(&task);
            let id = last(&task["taskArn"]);
            self.note_changed(About::Task, &format!("task {id}"), task_line(&task));
        }
        self.note_changed(About::Service, "service", service_line(&service));
        let events = service["events"].as_array().unwrap();
        // A hundred are shown at most: what is beyond was seen before.
        let total = self.world.clusters[CLUSTER].services[SERVICE].events.len();
        let new = total - self.events.min(total);
        self.events = total;
        for event in events[..new].iter().rev() {
            let message = event["message"].as_str().unwrap();
            let message = self.short(message);
            let seconds = event["createdAt"].as_f64().unwrap() - BEGUN.seconds();
            if self.about.contains(&About::Event) {
                writeln!(self.lines, "{seconds:<5} event {message}").unwrap();
            }
        }
        if self.world.balancers.contains_key(BALANCER) {
            let states = self.elb("DescribeInstanceHealth", json!({}));
            let line = balancer_line(states["InstanceStates"].as_array().unwrap());
            self.note_changed(About::Balancer, "balancer", line);
        }
    }

    fn note_changed(&mut self, about: About, subject: &str, line: String) {
        if self.seen.get(subject) != Some(&line) {
            let short = self.short(&line);
            self.note(about, &short);
            self.seen.insert(subject.to_owned(), line);
        }
    }

    fn name_task(&mut self, task: &Value) {
        let id = Value::from(last(&task["taskArn"]));
        self.name(&id, "task");
    }

    fn name(&mut self, id: &Value, kind: &str) {
        let id = id.as_str().unwrap().to_owned();
        if !self.names.contains_key(&id) {
            let before = self
                .names
                .values()
                .filter(|it| it.starts_with(kind))
                .count();
            self.names.insert(id, format!("{kind}-{}", before + 1));
        }
    }

    /// A text with short names in the place of ids.
    fn short(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (id, name) in &self.names {
            text = text.replace(id, name);
        }
        text
    }
}

fn merge(into: &mut Value, others: Value) {
    let Value::Object(others) = others else {
        return;
    };
    into.as_object_mut().unwrap().extend(others);
}

fn last(arn: &Value) -> String {
    arn.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

fn service_line(service: &Value) -> String {
    let mut line = format!(
        "service {} desired {} running {} pending {}",
        service["status"].as_str().unwrap(),
        service["desiredCount"],
        service["runningCount"],
        service["pendingCount"]
    );
    for it in service["deployments"].as_array().unwrap() {
        let state = it["rolloutState"]
            .as_str()
            .map_or_else(String::new, |it| format!(" {it}"));
        write!(
            line,
            " | {} {} of {}: desired {} running {} pending {} failed {}{state}",
            it["id"].as_str().unwrap(),
            it["status"].as_str().unwrap(),
            last(&it["taskDefinition"]),
            it["desiredCount"],
            it["runningCount"],
            it["pendingCount"],
            it["failedTasks"],
        )
        .unwrap();
    }
    line
}

fn task_line(task: &Value) -> String {
    let mut line = format!(
        "{} {}",
        last(&task["taskArn"]),
        task["lastStatus"].as_str().unwrap()
    );
    if task.get("stopCode").is_none() {
        write!(
            line,
            " of {} on {}",
            last(&task["taskDefinitionArn"]),
            last(&task["containerInstanceArn"])
        )
        .unwrap();
        return line;
    }
    write!(
        line,
        " {}: {}",
        task["stopCode"].as_str().unwrap(),
        task["stoppedReason"].as_str().unwrap()
    )
    .unwrap();
    for container in task["containers"].as_array().unwrap() {
        write!(line, "; {}", container["name"].as_str().unwrap()).unwrap();
        if let Some(code) = container.get("exitCode") {
            write!(line, " exit {code}").unwrap();
        }
        if let Some(reason) = container["reason"].as_str() {
            write!(line, " {reason}").unwrap();
        }
    }
    line
}

fn balancer_line(states: &[Value]) -> String {
    if states.is_empty() {
        return "elb nothing".into();
    }
    let states = states.iter().map(|it| {
        format!(
            "elb {} {} {} {}",
            it["InstanceId"].as_str().unwrap(),
            it["State"].as_str().unwrap(),
            it["ReasonCode"].as_str().unwrap(),
            it["Description"].as_str().unwrap()
        )
    });
    states.collect::<Vec<_>>().join("; ")
}
