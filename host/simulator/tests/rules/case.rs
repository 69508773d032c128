//! A call that is refused, and what comes before it.

use std::time::Duration;

use host_simulator::{Api, Script, Time, World, advance, call};
use serde_json::{Map, Value};

/// A rule that is tried.
pub(super) struct Case {
    pub(super) rule: &'static str,
    /// What is done first. All of it succeeds.
    before: Vec<Step>,
    operation: &'static str,
    input: Value,
    /// `Code: text`, word for word.
    says: String,
    script: &'static str,
}

/// What is done before the call that is refused.
pub(super) enum Step {
    Call(&'static str, Value),
    /// So many seconds pass.
    Wait(u64),
    /// What no call can do.
    Change(fn(&mut World)),
}

/// A call that the rule refuses.
pub(super) fn refused(
    rule: &'static str,
    operation: &'static str,
    input: Value,
    says: &str,
) -> Case {
    Case {
        rule,
        before: Vec::new(),
        operation,
        input,
        says: says.to_owned(),
        script: "",
    }
}

impl Case {
    /// The same after a call that succeeds.
    pub(super) fn after(self, operation: &'static str, input: Value) -> Self {
        self.step(Step::Call(operation, input))
    }

    pub(super) fn step(mut self, step: Step) -> Self {
        self.before.push(step);
        self
    }

    /// The same in an account of a script.
    pub(super) fn script(mut self, script: &'static str) -> Self {
        self.script = script;
        self
    }
}

/// A value with other members; null takes one away.
pub(super) fn with(mut base: Value, others: Value) -> Value {
    let members = base.as_object_mut().expect("the base is an object");
    let others: Map<String, Value> = serde_json::from_value(others).expect("an object");
    for (name, value) in others {
        if value.is_null() {
            members.remove(&name);
        } else {
            members.insert(name, value);
        }
    }
    base
}

fn api(operation: &str) -> Api {
    let elb = host_simulator::pages::operations();
    let (_, elb) = elb.split_once("## Classic ELB").unwrap();
    if elb.lines().any(|it| it == format!("- {operation}")) {
        Api::Elb
    } else {
        Api::Ecs
    }
}

#[track_caller]
pub(super) fn try_all(cases: Vec<Case>) {
    assert!(!cases.is_empty());
    for case in cases {
        try_one(&case);
    }
}

fn try_one(case: &Case) {
    let rule = case.rule;
    let script = Script::parse(case.script).unwrap();
    let mut world = World::new(Time(1_700_000_000_000), "us-east-1", &script);
    for step in &case.before {
        match step {
            Step::Call(operation, input) => {
                let answer = call(&mut world, &script, api(operation), operation, input);
                answer.unwrap_or_else(|refusal| panic!("{rule}: before it {operation}: {refusal}"));
            }
            Step::Wait(seconds) => {
                let to = world.now + Duration::from_secs(*seconds);
                advance(&mut world, &script, to);
            }
            Step::Change(change) => change(&mut world),
        }
    }
    let before = world.clone();
    let api = api(case.operation);
    let Err(refusal) = call(&mut world, &script, api, case.operation, &case.input) else {
        panic!("{rule}: {} was not refused: {}", case.operation, case.input);
    };
    assert_eq!(refusal.to_string(), case.says, "{rule}");
    assert_eq!(refusal.rule, rule, "{refusal}");
    // Ids may have been used up on the way.
    world.ids = before.ids.clone();
    assert!(
        world == before,
        "{rule}: a refused call changed the account"
    );
}
