//! Task definitions.

use host_simulator::{Api, Script, Time, World, advance, call};
use serde_json::{Value, json};

use super::case::{Case, refused, try_all, with};

mod containers;
mod networks;

pub(super) fn cases() -> Vec<Case> {
    let groups = [
        families(),
        sizes(),
        volumes(),
        references(),
        containers::cases(),
        networks::cases(),
    ];
    groups.into_iter().flatten().collect()
}

/// The only container of [`definition`].
fn container() -> Value {
    json!({"name": "web", "image": "nginx:1.27", "memory": 64})
}

/// What is registered without complaint.
fn definition() -> Value {
    json!({"family": "web", "containerDefinitions": [container()]})
}

/// The same with a container of other members.
fn with_one(others: Value) -> Value {
    with_each([others])
}

/// The same with several containers, each of other members.
fn with_each<const N: usize>(others: [Value; N]) -> Value {
    let containers = others.map(|it| with(container(), it)).to_vec();
    with(definition(), json!({"containerDefinitions": containers}))
}

/// A task definition of other members that is not registered.
fn whole(rule: &'static str, others: Value, says: &str) -> Case {
    let input = with(definition(), others);
    refused(rule, "RegisterTaskDefinition", input, says)
}

/// A container of other members with which its task definition is not registered.
fn one(rule: &'static str, others: Value, says: &str) -> Case {
    refused(rule, "RegisterTaskDefinition", with_one(others), says)
}

impl Case {
    /// The same after all of these were registered.
    fn but_not<const N: usize>(self, registered: [Value; N]) -> Self {
        let add = |case: Self, input| case.after("RegisterTaskDefinition", input);
        registered.into_iter().fold(self, add)
    }
}

fn families() -> Vec<Case> {
    vec![
        whole(
            "family-empty",
            json!({"family": null}),
            "ClientException: Family should not be null or empty.",
        ),
        whole(
            "family-empty",
            json!({"family": ""}),
            "ClientException: Family should not be null or empty.",
        ),
        whole(
            "family-name",
            json!({"family": "a family"}),
            "ClientException: Family contains invalid characters.",
        ),
        whole(
            "family-long",
            json!({"family": "f".repeat(256)}),
            "ClientException: Family must be less than 256 characters.",
        )
        .but_not([with(definition(), json!({"family": "f".repeat(255)}))]),
        whole(
            "containers-empty",
            json!({"containerDefinitions": null}),
            "ClientException: Container list cannot be empty.",
        ),
        whole(
            "containers-empty",
            json!({"containerDefinitions": []}),
            "ClientException: Container list cannot be empty.",
        ),
        refused(
            "containers-too-many",
            "RegisterTaskDefinition",
            of_containers(11),
            "ClientException: Too many containers.",
        )
        .but_not([of_containers(10)]),
        refused(
            "definition-too-large",
            "RegisterTaskDefinition",
            of_length(65_537),
            "ClientException: Actual length: '65537'. Max allowed length is '65536' bytes.",
        )
        .but_not([of_length(65_536)]),
    ]
}

fn of_containers(count: usize) -> Value {
    let named = |it| with(container(), json!({"name": format!("web-{it}")}));
    let containers: Vec<Value> = (0..count).map(named).collect();
    with(definition(), json!({"containerDefinitions": containers}))
}

fn of_length(bytes: usize) -> Value {
    let of = |text: String| with_one(json!({"environment": [{"name": "TEXT", "value": text}]}));
    let others = of(String::new()).to_string().len();
    of("x".repeat(bytes - others))
}

fn sizes() -> Vec<Case> {
    let sized = |name: &str, size: &str| with(definition(), json!({name: size}));
    let cpu = |size: &str| {
        whole(
            "task-cpu",
            json!({"cpu": size}),
            "ClientException: Invalid 'cpu' setting for task.",
        )
    };
    let memory = |size: &str| {
        whole(
            "task-memory",
            json!({"memory": size}),
            "ClientException: Invalid 'memory' setting for task.",
        )
    };
    vec![
        cpu("127").but_not([sized("cpu", "128")]),
        cpu("196609").but_not([sized("cpu", "196608"), sized("cpu", ".5 vCPU")]),
        cpu("much"),
        memory("5"),
        memory("0.3GB").but_not([sized("memory", "0.5GB")]),
        memory("much"),
    ]
}

fn volumes() -> Vec<Case> {
    let of = |rule, volumes: Value, says| whole(rule, json!({"volumes": volumes}), says);
    vec![
        of(
            "volume-name",
            json!([{"host": {}}]),
            "ClientException: Volume.name contains invalid characters.",
        ),
        of(
            "volume-name",
            json!([{"name": "data.1"}]),
            "ClientException: Volume.name contains invalid characters.",
        ),
        of(
            "volume-twice",
            json!([{"name": "data"}, {"name": "data"}]),
            "ClientException: Volume.name must be unique: data.",
        ),
        of(
            "volume-kinds",
            json!([{"name": "data", "host": {}, "configuredAtLaunch": true}]),
            "ClientException: Only one type of volume configuration may be specified: data.",
        )
        .but_not([with(
            definition(),
            json!({"volumes": [{"name": "data", "host": {}, "configuredAtLaunch": false}]}),
        )]),
        of(
            "volume-kinds",
            json!([{
                "name": "data",
                "efsVolumeConfiguration": {"fileSystemId": "fs-1"},
                "s3filesVolumeConfiguration": {"rootDirectory": "/"},
            }]),
            "ClientException: Only one type of volume configuration may be specified: data.",
        ),
    ]
}

fn references() -> Vec<Case> {
    let unknown = |operation, reference: &str| {
        refused(
            "definition-unknown",
            operation,
            json!({"taskDefinition": reference}),
            "ClientException: Unable to describe task definition.",
        )
        .but_not([definition()])
    };
    let empty = |operation, input| {
        refused(
            "definition-reference-empty",
            operation,
            input,
            "ClientException: Task definition should not be null or empty.",
        )
    };
    let deregistered = |rule, reference: &str, says| {
        refused(
            rule,
            "DeregisterTaskDefinition",
            json!({"taskDefinition": reference}),
            says,
        )
        .but_not([definition()])
    };
    let retire = json!({"taskDefinition": "web:1"});
    let references: Vec<String> = (1..=11).map(|it| format!("web:{it}")).collect();
    vec![
        unknown("DescribeTaskDefinition", "redis"),
        unknown("DescribeTaskDefinition", "web:2"),
        unknown("DescribeTaskDefinition", "web").after("DeregisterTaskDefinition", retire.clone()),
        // Nothing is of it any more.
        unknown("DescribeTaskDefinition", "web:1").after("DeregisterTaskDefinition", retire),
        unknown("DeregisterTaskDefinition", "web:2"),
        empty("DescribeTaskDefinition", json!({})),
        empty("DeregisterTaskDefinition", json!({"taskDefinition": ""})),
        deregistered(
            "definition-without-revision",
            "web",
            "ClientException: Revision is missing.",
        ),
        deregistered(
            "definition-revision",
            "web:latest",
            "InvalidParameterException: Invalid revision number. Number: latest",
        ),
        deregistered(
            "definition-revision",
            "arn:aws:ecs:us-east-1:387705308362:task-definition/web:",
            "InvalidParameterException: Invalid revision number. Number: ",
        ),
        refused(
            "definition-delete-too-many",
            "DeleteTaskDefinitions",
            json!({"taskDefinitions": references}),
            "InvalidParameterException: taskDefinitions should not contain more than 10 entries.",
        )
        .after(
            "DeleteTaskDefinitions",
            json!({"taskDefinitions": references[..10]}),
        ),
        refused(
            "definition-list-status",
            "ListTaskDefinitions",
            json!({"status": "ALL"}),
            "InvalidParameterException: Invalid status: ALL.",
        ),
        refused(
            "definition-list-status",
            "ListTaskDefinitionFamilies",
            json!({"status": "DELETE_IN_PROGRESS"}),
            "InvalidParameterException: Invalid status: DELETE_IN_PROGRESS.",
        ),
    ]
}

#[test]
fn rules_are_kept() {
    try_all(cases());
}

/// No call is refused for it: what is not deleted is told beside what is.
#[test]
fn only_inactive_revisions_are_deleted() {
    let script = Script::default();
    let mut world = World::new(Time::default(), "us-east-1", &script);
    let mut ask =
        |operation, input| call(&mut world, &script, Api::Ecs, operation, &input).unwrap();
    for _ in 0..2 {
        ask("RegisterTaskDefinition", definition());
    }
    ask(
        "DeregisterTaskDefinition",
        json!({"taskDefinition": "web:1"}),
    );
    let asked = json!({"taskDefinitions": ["web:1", "web:2", "web:3"]});
    let answer = ask("DeleteTaskDefinitions", asked);
    assert_eq!(
        answer["failures"],
        json!([
            {
                "arn": "arn:aws:ecs:us-east-1:387705308362:task-definition/web:2",
                "reason": "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
            },
            {
                "arn": "arn:aws:ecs:us-east-1:387705308362:task-definition/web:3",
                "reason": "The specified task definition does not exist. Specify a valid account, family, revision and try again.",
            },
        ])
    );
    let deleted = answer["taskDefinitions"].as_array().unwrap();
    assert_eq!(deleted.len(), 1);
    assert_eq!(deleted[0]["revision"], 1);
    assert_eq!(deleted[0]["status"], "DELETE_IN_PROGRESS");
}

/// Whether `web:1` is described, as what it is.
fn status(world: &mut World) -> Option<Value> {
    let asked = json!({"taskDefinition": "web:1"});
    let script = Script::default();
    let answer = call(world, &script, Api::Ecs, "DescribeTaskDefinition", &asked);
    answer.ok().map(|it| it["taskDefinition"]["status"].clone())
}

#[test]
fn an_inactive_revision_is_described_while_something_is_of_it() {
    let script = Script::default();
    let mut world = World::new(Time::default(), "us-east-1", &script);
    let ask = |world: &mut World, operation, input: Value| {
        call(world, &script, Api::Ecs, operation, &input).unwrap()
    };
    let retire = json!({"taskDefinition": "web:1"});
    ask(&mut world, "RegisterTaskDefinition", definition());
    let service = json!({"cluster": "searchapp", "serviceName": "web", "taskDefinition": "web:1", "desiredCount": 0});
    ask(&mut world, "CreateService", service);
    let task = ask(
        &mut world,
        "RunTask",
        json!({"cluster": "searchapp", "taskDefinition": "web:1"}),
    );
    ask(&mut world, "DeregisterTaskDefinition", retire.clone());
    assert_eq!(status(&mut world), Some("INACTIVE".into()));
    ask(
        &mut world,
        "DeleteTaskDefinitions",
        json!({"taskDefinitions": ["web:1"]}),
    );
    assert_eq!(status(&mut world), Some("DELETE_IN_PROGRESS".into()));
    ask(
        &mut world,
        "DeleteService",
        json!({"cluster": "searchapp", "service": "web"}),
    );
    advance(&mut world, &script, Time(10_000));
    // The task still runs.
    assert_eq!(status(&mut world), Some("DELETE_IN_PROGRESS".into()));
    let arn = task["tasks"][0]["taskArn"].clone();
    ask(
        &mut world,
        "StopTask",
        json!({"cluster": "searchapp", "task": arn}),
    );
    advance(&mut world, &script, Time(20_000));
    assert_eq!(status(&mut world), None);
}
