//! What is done to an account: together every write there is. And how it is done, with and without faults.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::Value;

use super::account;
use crate::harness::{Gate, Point, Run, Running, Sandbox, Seen, Simulator, root, scratch};

/// So many seconds pass in one on accounts behind a server: tasks start and stop between two looks.
const SPEED: u32 = 200;

/// One command, and the account before it.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    line: Vec<&'static str>,
    pub(super) before: String,
    /// What it calls when nothing goes wrong.
    pub(super) calls: Vec<Call>,
    /// What it comes to when nothing goes wrong.
    pub(super) outcome: Value,
    registered: u64,
    /// The same calls, with all that they say.
    log: Vec<Value>,
}

/// A command that ran on an account, and every call that it made.
pub(super) struct Recording {
    pub(super) line: Vec<String>,
    pub(super) calls: Vec<Value>,
}

impl Recording {
    /// Runs a command on an account, a new one where it is empty, in which things go as the script says.
    pub(super) fn of(before: &str, script: &str, line: &[&str], status: i32) -> Self {
        let script = format!("speed = {SPEED}.0\n{script}");
        let simulator = if before.is_empty() {
            Simulator::start(&script)
        } else {
            Simulator::resume_with(before, &script)
        };
        sandbox(simulator.address()).host(line).ends_with(status);
        Self {
            line: line.iter().map(|it| (*it).to_owned()).collect(),
            calls: simulator.calls(),
        }
    }
}

/// The calls of a `destroy` that gave up waiting, and of one that goes on with it while tasks still end.
pub(super) fn stopped_destroy(before: &str, account: &str) -> Vec<Value> {
    // Tasks take their time to end.
    let simulator = Simulator::resume_with(before, "speed = 0.2\n");
    let sandbox = sandbox(simulator.address());
    let line = ["destroy", "--yes", "--timeout", "1s", "--account", account];
    for _ in 0..2 {
        sandbox.host(&line).ends_with(1).says(&["H0311"]);
    }
    simulator.calls()
}

/// A call of the recording: the `nth` of its operation, counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub(super) operation: String,
    pub(super) nth: usize,
    pub(super) is_write: bool,
    /// Whether a write came before it.
    pub(super) is_changing: bool,
}

/// The objects of which there may be one only, and how each is made.
const ONCE: [&str; 3] = [
    "RegisterTaskDefinition",
    "CreateLoadBalancer",
    "CreateService",
];

/// What makes the stack that most scenarios begin with.
pub(super) const NEW: [&str; 10] = [
    "run",
    "cache.wasm",
    "--subnet",
    "subnet-39706b4e",
    "--subnet",
    "subnet-5d1c8a2f",
    "--security-group",
    "sg-c70ff2a1",
    "--set",
    "owner=me",
];

/// All scenarios. They are recorded when they are first asked for.
pub(super) fn scenarios() -> &'static [Scenario] {
    static SCENARIOS: OnceLock<Vec<Scenario>> = OnceLock::new();
    SCENARIOS.get_or_init(|| {
        let (looked, empty) = local("", None, &["list"]);
        looked.ends_with(0);
        let empty = account::with_subnets(&empty);
        let after = |before: &str, line: &[&str]| {
            let (run, after) = local(before, None, line);
            run.ends_with(0);
            after
        };
        let deployed = after(&empty, &NEW);
        let more = |arguments: &[&'static str]| [&NEW[..], arguments].concat();
        let content = more(&["--set", "memory=128", "--set", "desired-count=2"]);
        let changed = after(&deployed, &content);
        let by_hand = account::by_hand(&deployed);
        let bare = account::without_balancers(&deployed);
        let edges = [
            "run",
            "cache.wasm",
            "--subnet",
            "subnet-39706b4e",
            "--subnet",
            "subnet-c",
            "--security-group",
            "sg-0b6f3c6e",
            "--set",
            "team=two",
            "--set",
            "port=81",
            "--set",
            "certificate=2",
            "--set",
            "interval=6",
            "--set",
            "idle=120",
            // Another port ends connections, and that asks.
            "--yes",
        ];
        let zones = [
            "run",
            "cache.wasm",
            "--subnet",
            "subnet-a2",
            "--subnet",
            "subnet-5d1c8a2f",
            "--security-group",
            "sg-c70ff2a1",
            "--set",
            "owner=me",
        ];
        [
            ("first", &empty, NEW.to_vec()),
            ("content", &deployed, content),
            ("edges", &deployed, edges.to_vec()),
            ("zones", &deployed, zones.to_vec()),
            (
                "replace",
                &deployed,
                more(&["--set", "scheme=internet-facing", "--yes"]),
            ),
            // Somebody deleted the load balancer of a service that runs.
            ("repair", &bare, NEW.to_vec()),
            ("adopt", &by_hand, more(&["--adopt"])),
            ("destroy", &changed, vec!["destroy", "--yes"]),
        ]
        .map(|(name, before, line)| record(name, before, line))
        .into()
    })
}

fn record(name: &'static str, before: &str, line: Vec<&'static str>) -> Scenario {
    let simulator = Simulator::resume(before, SPEED);
    sandbox(simulator.address()).host(&line).ends_with(0);
    let mut calls: Vec<Call> = Vec::new();
    let log = simulator.calls();
    for call in &log {
        let operation = call["operation"].as_str().unwrap().to_owned();
        let is_write = call["write"] == true;
        calls.push(Call {
            nth: 1 + calls.iter().filter(|it| it.operation == operation).count(),
            operation,
            is_write,
            is_changing: calls.iter().any(|it| it.is_write),
        });
    }
    simulator.stop();
    let (run, after) = local(before, None, &line);
    run.ends_with(0);
    Scenario {
        name,
        line,
        before: before.to_owned(),
        calls,
        outcome: account::outcome(&after),
        registered: account::registered(&after),
        log,
    }
}

impl Scenario {
    /// What was done and called, word by word.
    pub(super) fn recording(&self) -> Recording {
        Recording {
            line: self.line.iter().map(|it| (*it).to_owned()).collect(),
            calls: self.log.clone(),
        }
    }

    /// The calls that change something.
    pub(super) fn writes(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|it| it.is_write)
    }

    /// Runs it on an account of its own whose time is waited for, with the faults of a script.
    pub(super) fn on_script(&self, script: &str) -> Ended {
        let line = [&self.line[..], &["-vv"]].concat();
        let (run, account) = local(&self.before, Some(script), &line);
        Ended {
            status: Some(run.status),
            made: made_by(&run),
            told: run.to_string(),
            account,
        }
    }

    /// Starts it on an account behind a server and a gate.
    pub(super) fn start(&self, points: Vec<Point>) -> Behind {
        self.start_with(points, &[])
    }

    /// The same, with more arguments.
    pub(super) fn start_with(&self, points: Vec<Point>, more: &[&str]) -> Behind {
        let simulator = Simulator::resume(&self.before, SPEED);
        let gate = Gate::new(simulator.address(), points);
        let sandbox = sandbox(gate.address());
        let running = sandbox.start(&[&self.line[..], more].concat());
        Behind {
            simulator,
            gate,
            _sandbox: sandbox,
            running: Some(running),
        }
    }

    /// A second host on the same account.
    pub(super) fn beside(
        &self,
        first: &Behind,
        points: Vec<Point>,
        more: &[&str],
    ) -> (Gate, Sandbox, Running) {
        let gate = Gate::new(first.simulator.address(), points);
        let sandbox = sandbox(gate.address());
        let running = sandbox.start(&[&self.line[..], more].concat());
        (gate, sandbox, running)
    }

    /// Whatever came of a first run of one host alone: run again, everything is as it was asked for, and once.
    #[track_caller]
    pub(super) fn converges(&self, first: &Ended) {
        let (account, again) = self.again(first);
        for (operation, made) in ONCE.iter().zip(first.made) {
            let made = made + again.iter().filter(|it| it == &operation).count();
            let usual = self
                .writes()
                .filter(|it| it.operation == *operation)
                .count();
            assert!(
                made <= usual,
                "{operation} made {made} instead of {usual}\n{}",
                first.told
            );
        }
        let registered = account::registered(&account);
        assert!(
            registered <= self.registered,
            "{registered} revisions instead of {}\n{}",
            self.registered,
            first.told
        );
    }

    /// Runs it again until it comes out, and compares the account. Gives it, and what was made.
    #[track_caller]
    pub(super) fn again(&self, first: &Ended) -> (String, Vec<&'static str>) {
        let mut account = first.account.clone();
        let mut made = Vec::new();
        let mut told = first.told.clone();
        for time in 1..=2 {
            let (run, after) = local(&account, None, &self.line);
            account = after;
            told = format!("{told}\n==== again\n{run}");
            let these = made_by(&run);
            made.extend(
                ONCE.iter()
                    .zip(these)
                    .filter(|(_, count)| *count > 0)
                    .map(|(it, _)| *it),
            );
            if run.status == 0 {
                if first.status == Some(0) {
                    let summary = &run.json()["plan"]["summary"];
                    let changes = ["create", "update", "delete"].map(|it| summary[it].as_u64());
                    assert_eq!(changes, [Some(0); 3], "what came out is not so\n{told}");
                }
                break;
            }
            assert!(time < 2, "it does not come out\n{told}");
        }
        let outcome = account::outcome(&account);
        assert_eq!(outcome, self.outcome, "\n{told}");
        (account, made)
    }
}

/// A run that ended, one way or the other.
pub(super) struct Ended {
    /// Absent: it was killed.
    pub(super) status: Option<i32>,
    /// How many of each of [`ONCE`] were made.
    pub(super) made: [usize; 3],
    /// Everything it said.
    pub(super) told: String,
    pub(super) account: String,
}

/// A run on an account behind a server.
pub(super) struct Behind {
    simulator: Simulator,
    pub(super) gate: Gate,
    _sandbox: Sandbox,
    running: Option<Running>,
}

impl Behind {
    pub(super) fn running(&mut self) -> &mut Running {
        self.running.as_mut().unwrap()
    }

    /// Ends the run, as `kill -9` does.
    pub(super) fn kill(&mut self) {
        self.running.take().unwrap().kill();
    }

    /// Waits for the end of the run, unless it was killed, and ends the server.
    pub(super) fn finish(mut self) -> (Ended, Option<Run>, Vec<Seen>) {
        let run = self.running.take().map(Running::finish);
        let seen = self.gate.seen();
        let ended = Ended {
            status: run.as_ref().map(|it| it.status),
            made: ONCE.map(|operation| {
                let mut made = seen
                    .iter()
                    .filter(|it| it.operation == operation && it.status == Some(200))
                    .collect::<Vec<_>>();
                // A token in it says that it is the same call again, and AWS makes nothing twice of it.
                if operation == "CreateService" {
                    made.sort_by(|one, other| one.body.cmp(&other.body));
                    made.dedup_by(|one, other| one.body == other.body);
                }
                made.len()
            }),
            told: run
                .as_ref()
                .map_or_else(|| "killed".to_owned(), Run::to_string),
            account: self.simulator.stop(),
        };
        (ended, run, seen)
    }
}

/// How many of each of [`ONCE`] a run says that it made.
fn made_by(run: &Run) -> [usize; 3] {
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
    let steps = document["outcome"]["steps"].as_array();
    ["task-definition", "load-balancer", "service"].map(|kind| {
        let is_made = |it: &&Value| {
            // Of a task definition there is a new revision then, and it is named.
            let makes = it["action"] == "create" || kind == "task-definition" && it["note"] != "";
            it["kind"] == kind && makes && it["result"] == "done" && it["action"] != "delete"
        };
        steps.into_iter().flatten().filter(is_made).count()
    })
}

/// Runs a command on an account in a file, whose time passes only when it is waited for. Gives the account afterwards.
fn local(account: &str, script: Option<&str>, line: &[&str]) -> (Run, String) {
    const FILE: &str = "../state/host/local/us-east-1.json";
    let sandbox = with_recipe(Sandbox::new());
    if !account.is_empty() {
        sandbox.write(FILE, account);
    }
    let mut line = [line, &["--local", "--output", "json"]].concat();
    if let Some(script) = script {
        sandbox.write("script.toml", script);
        line.extend(["--script", "script.toml"]);
    }
    let run = sandbox.host(&line);
    let account = sandbox.read(FILE);
    (run, account)
}

/// A sandbox whose calls go to `address`.
pub(super) fn sandbox(address: &str) -> Sandbox {
    with_recipe(Sandbox::at(address))
}

fn with_recipe(sandbox: Sandbox) -> Sandbox {
    let sandbox = sandbox.set("RECIPE_HOST_CLUSTER", "searchapp");
    sandbox.link(recipe(), "cache.wasm");
    sandbox
}

/// The recipe of the scenarios, built once for all tests.
fn recipe() -> &'static PathBuf {
    static RECIPE: OnceLock<PathBuf> = OnceLock::new();
    RECIPE.get_or_init(|| {
        let sandbox = Sandbox::new().with_cargo();
        let sdk = root().join("recipes/sdk");
        sandbox.write(
            "cache/Cargo.toml",
            format!(
                "[package]\nname = 'cache'\nversion = '1.0.0'\nedition = '2024'\n[lib]\ncrate-type = ['cdylib', 'rlib']\n\
                 [dependencies]\nrecipe-sdk = {{ path = '{}' }}\n[workspace]\n",
                sdk.display()
            ),
        );
        sandbox.write("cache/src/lib.rs", include_str!("recipe/lib.rs"));
        // The same versions as here: nothing is asked for in the network.
        sandbox.write("cache/Cargo.lock", fs::read(root().join("Cargo.lock")).unwrap());
        sandbox.host(&["build", "cache"]).ends_with(0);
        let built = PathBuf::from(scratch("cache.wasm"));
        // It appears at once with all of its content, whoever else reads it.
        let beside = built.with_extension("new");
        fs::copy(sandbox.path("cache.wasm"), &beside).unwrap();
        fs::rename(&beside, &built).unwrap();
        built
    })
}
