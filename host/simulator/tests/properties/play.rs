//! An account that is called by chance.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use host_simulator::{Api, Script, World, advance, call};
use serde_json::{Value, json};

use super::invariants;
use super::random::Random;

const SEEDS: u64 = 250;
const STEPS: u32 = 36;
const SERVICES: [&str; 3] = ["one", "two", "three"];
const BALANCERS: [(&str, u64); 2] = [("front", 8000), ("back", 9000)];
const IMAGES: [&str; 8] = [
    "fine", "late", "slow", "exits", "crashes", "hungry", "missing", "sick",
];
const BEHAVIOURS: &str = r"
    [[images]]
    image = 'late'
    healthy-after = 33
    [[images]]
    image = 'slow'
    starts-after = 21.5
    [[images]]
    image = 'exits'
    exits = { after = 40, code = 1 }
    [[images]]
    image = 'crashes'
    exits = { after = 3, code = 2, times = 4 }
    [[images]]
    image = 'hungry'
    needs-memory = 300
    [[images]]
    image = 'missing'
    cannot-pull = 'not found'
    [[images]]
    image = 'sick'
    fails-health-check = true
";

pub(super) struct Play {
    random: Random,
    pub(super) world: World,
    pub(super) script: Script,
    /// Registered by hand: load balancer and instance.
    pub(super) by_hand: BTreeSet<(String, String)>,
}

impl Play {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let mut text = BEHAVIOURS.to_owned();
        for _ in 0..=random.below(3) {
            let memory = 300 + random.below(4) * 700;
            let connected = !random.once_in(10);
            let reachable = !random.once_in(10);
            write!(
                text,
                "[[instances]]\nmemory = {memory}\nconnected = {connected}\nreachable = {reachable}\n"
            )
            .unwrap();
            if random.once_in(3) {
                text += "subnet = 'subnet-5d1c8a2f'\n";
            }
        }
        let script = Script::parse(&text).unwrap();
        Self {
            random,
            world: World::new(
                host_simulator::Time(1_444_488_166_315),
                "us-east-1",
                &script,
            ),
            script,
            by_hand: BTreeSet::new(),
        }
    }

    /// Calls; a refusal has changed nothing.
    pub(super) fn call(&mut self, api: Api, operation: &str, input: &Value) -> Option<Value> {
        let before = self.world.clone();
        let answer = call(&mut self.world, &self.script, api, operation, input);
        if let Err(refusal) = &answer {
            assert_eq!(
                before, self.world,
                "{operation} {input} was refused ({refusal}) and changed something"
            );
        }
        answer.ok()
    }

    fn ecs(&mut self, operation: &str, mut input: Value) -> Option<Value> {
        input["cluster"] = "searchapp".into();
        self.call(Api::Ecs, operation, &input)
    }

    /// Lets some time pass: in one step, and in many as a proof that it is the same.
    fn pass(&mut self) {
        let longest = self
            .random
            .one_of(&[500, 1000, 10_000, 120_000, 120_000, 400_000]);
        // Now and then so long that all that is told again after hours is told again.
        let longest = if self.random.once_in(60) {
            30_000_000
        } else {
            longest
        };
        let then = self.world.now + Duration::from_millis(self.random.below(longest));
        let mut cut = self.world.clone();
        for _ in 0..self.random.below(8) {
            let left = u64::try_from(then.since(cut.now).as_millis()).unwrap();
            let part = cut.now + Duration::from_millis(self.random.below(left + 1));
            advance(&mut cut, &self.script, part);
        }
        advance(&mut cut, &self.script, then);
        let before = self.world.clone();
        advance(&mut self.world, &self.script, then);
        assert!(
            self.world == cut,
            "until {} ms time that passes in parts is not the same",
            then.0
        );
        invariants::check_bounds(&before, self);
    }

    /// Half seconds, so that each decision of the scheduler can be told from the next.
    fn watch(&mut self) {
        for _ in 0..self.random.below(24) {
            let before = self.world.clone();
            let then = before.now + Duration::from_millis(500);
            advance(&mut self.world, &self.script, then);
            invariants::check_bounds(&before, self);
            invariants::check_stops(&before, self);
        }
    }

    /// Something to begin with, so that most calls find what they name.
    fn begin(&mut self) {
        for _ in 0..6 {
            self.register();
        }
        for _ in 0..2 {
            self.make_balancer();
        }
        for _ in 0..4 {
            self.create();
        }
    }

    fn step(&mut self) {
        match self.random.below(20) {
            0 | 1 => self.register(),
            2 => self.make_balancer(),
            3..=5 => self.create(),
            6..=8 => self.update(),
            9 => {
                let service = self.random.one_of(&SERVICES);
                let force = !self.random.once_in(4);
                self.ecs("DeleteService", json!({"service": service, "force": force}));
            }
            10 => self.run_or_stop(),
            11 => self.change_instance(),
            12 => self.register_by_hand(),
            13 => {
                let name = self.random.one_of(&BALANCERS).0;
                if self.random.once_in(4) {
                    self.call(
                        Api::Elb,
                        "DeleteLoadBalancer",
                        &json!({"LoadBalancerName": name}),
                    );
                    self.by_hand.retain(|(it, _)| it != name);
                }
            }
            14..=16 => self.watch(),
            _ => self.pass(),
        }
    }

    fn register(&mut self) {
        let port = self.random.one_of(&[0, 8000, 8000, 9000, 9000, 6379]);
        let container = json!({
            "name": "main", "image": self.random.one_of(&IMAGES),
            "cpu": self.random.below(4) * 400, "memory": 64 + self.random.below(8) * 64,
            "portMappings": [{"containerPort": 80, "hostPort": port}],
        });
        let family = self.random.one_of(&["web", "store"]);
        let mut input = json!({"family": family, "containerDefinitions": [container]});
        if self.random.once_in(6) {
            let other = json!({"name": "other", "image": self.random.one_of(&IMAGES), "memory": 32,
                "essential": self.random.once_in(2)});
            input["containerDefinitions"]
                .as_array_mut()
                .unwrap()
                .push(other);
        }
        self.call(Api::Ecs, "RegisterTaskDefinition", &input);
    }

    fn make_balancer(&mut self) {
        let (name, port) = self.random.one_of(&BALANCERS);
        let subnets = self.random.one_of(&[
            json!(["subnet-39706b4e"]),
            json!(["subnet-39706b4e", "subnet-5d1c8a2f"]),
        ]);
        self.call(
            Api::Elb,
            "CreateLoadBalancer",
            &json!({"LoadBalancerName": name, "Scheme": "internal", "Subnets": subnets,
                "Listeners": [{"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": port}]}),
        );
        let interval = 5 + self.random.below(20);
        let (worse, better) = (2 + self.random.below(3), 2 + self.random.below(3));
        self.call(
            Api::Elb,
            "ConfigureHealthCheck",
            &json!({"LoadBalancerName": name, "HealthCheck": {"Target": format!("TCP:{port}"), "Interval": interval,
                "Timeout": 2, "UnhealthyThreshold": worse, "HealthyThreshold": better}}),
        );
        let drains = self.random.once_in(2);
        self.call(
            Api::Elb,
            "ModifyLoadBalancerAttributes",
            &json!({"LoadBalancerName": name,
                "LoadBalancerAttributes": {"ConnectionDraining": {"Enabled": drains, "Timeout": 7}}}),
        );
    }

    fn revision(&mut self) -> Value {
        let family = self.random.one_of(&["web", "store"]);
        let last = self.world.families.get(family).map_or(0, |it| it.last);
        // Now and then one that is not there.
        let beyond = u64::from(self.random.once_in(10));
        let number = 1 + self.random.below((u64::from(last) + beyond).max(1));
        format!("{family}:{number}").into()
    }

    fn percents(&mut self) -> Value {
        let (least, most) = self.random.one_of(&[
            (0, 100),
            (50, 100),
            (50, 150),
            (50, 200),
            (100, 200),
            (100, 150),
        ]);
        json!({"minimumHealthyPercent": least, "maximumPercent": most})
    }

    fn create(&mut self) {
        let name = self.random.one_of(&SERVICES);
        let mut input = json!({"serviceName": name, "taskDefinition": self.revision()});
        if self.random.once_in(6) {
            input["schedulingStrategy"] = "DAEMON".into();
        } else {
            input["desiredCount"] = self.random.below(5).into();
            input["deploymentConfiguration"] = self.percents();
        }
        if self.random.once_in(2) {
            let balancer = self.random.one_of(&BALANCERS).0;
            input["loadBalancers"] = json!([{"loadBalancerName": balancer, "containerName": "main", "containerPort": 80}]);
            input["healthCheckGracePeriodSeconds"] = (self.random.below(3) * 20).into();
        }
        if self.random.once_in(5) {
            input["placementConstraints"] = json!([{"type": "distinctInstance"}]);
        }
        self.ecs("CreateService", input);
    }

    fn update(&mut self) {
        let mut input = json!({"service": self.random.one_of(&SERVICES)});
        match self.random.below(5) {
            0 | 1 => input["taskDefinition"] = self.revision(),
            2 => input["desiredCount"] = self.random.below(5).into(),
            3 => input["deploymentConfiguration"] = self.percents(),
            _ => input["forceNewDeployment"] = true.into(),
        }
        // What follows at once is the most of it.
        if self.ecs("UpdateService", input).is_some() {
            self.watch();
        }
    }

    fn run_or_stop(&mut self) {
        let tasks: Vec<String> = self.world.clusters["searchapp"]
            .tasks
            .keys()
            .cloned()
            .collect();
        if tasks.is_empty() || self.random.once_in(2) {
            let input =
                json!({"taskDefinition": self.revision(), "count": 1 + self.random.below(3)});
            self.ecs("RunTask", input);
        } else {
            let task = self.random.one_of(&tasks);
            self.ecs("StopTask", json!({"task": task}));
        }
    }

    fn change_instance(&mut self) {
        let instances: Vec<String> = self.world.clusters["searchapp"]
            .instances
            .keys()
            .cloned()
            .collect();
        if instances.is_empty() {
            return;
        }
        let id = self.random.one_of(&instances);
        if self.random.once_in(6) {
            let force = self.random.once_in(2);
            self.ecs(
                "DeregisterContainerInstance",
                json!({"containerInstance": id, "force": force}),
            );
        } else {
            let status = self.random.one_of(&["ACTIVE", "ACTIVE", "DRAINING"]);
            self.ecs(
                "UpdateContainerInstancesState",
                json!({"containerInstances": [id], "status": status}),
            );
        }
    }

    fn register_by_hand(&mut self) {
        let ids: Vec<String> = self.world.clusters["searchapp"]
            .instances
            .values()
            .map(|it| it.ec2.clone())
            .collect();
        if ids.is_empty() {
            return;
        }
        let (balancer, ec2) = (self.random.one_of(&BALANCERS).0, self.random.one_of(&ids));
        let input = json!({"LoadBalancerName": balancer, "Instances": [{"InstanceId": ec2}]});
        let operation = self.random.one_of(&[
            "RegisterInstancesWithLoadBalancer",
            "DeregisterInstancesFromLoadBalancer",
        ]);
        if self.call(Api::Elb, operation, &input).is_some() {
            self.by_hand.insert((balancer.to_owned(), ec2));
        }
    }
}

#[test]
fn every_account_holds_together() {
    let mut running = 0;
    for seed in 0..SEEDS {
        // The seed is told when it fails.
        let play = std::panic::catch_unwind(|| {
            let mut play = Play::new(seed);
            play.begin();
            for _ in 0..STEPS {
                play.step();
                invariants::check(&mut play);
            }
            play
        });
        let play = play.unwrap_or_else(|_| panic!("seed {seed}"));
        let tasks = play.world.clusters["searchapp"].tasks.values();
        running += tasks.filter(|it| it.started.is_some()).count();
    }
    // What is looked at is there: accounts in which nothing runs hold together easily.
    assert!(running > 2 * usize::try_from(SEEDS).unwrap(), "{running}");
}
