//! Tasks.

use serde_json::{Value, json};

use super::case::{Case, Step, refused, try_all, with};

/// The id of the first container instance: ids come in the same order in every new account.
pub(super) const INSTANCE: &str = "e220a8397b1dcdaf6e789e6aa1b965f4";

/// A family `web` that fits anywhere, any number of times.
pub(super) fn definition() -> Value {
    json!({"family": "web", "containerDefinitions": [{"name": "web", "image": "nginx:1.27", "memory": 64}]})
}

/// A task of it on the first instance.
pub(super) fn on_instance() -> Value {
    json!({"cluster": "searchapp", "taskDefinition": "web", "containerInstances": [INSTANCE]})
}

pub(super) fn cases() -> Vec<Case> {
    [read(), begun(), stopped()].into_iter().flatten().collect()
}

fn read() -> Vec<Case> {
    let none = |input| {
        refused(
            "tasks-empty",
            "DescribeTasks",
            input,
            "InvalidParameterException: Tasks cannot be empty.",
        )
    };
    let list = |rule, filters, says| {
        refused(
            rule,
            "ListTasks",
            with(json!({"cluster": "searchapp"}), filters),
            says,
        )
    };
    let started_by = |other: &str, value: &str| {
        list(
            "tasks-started-by",
            json!({"startedBy": "ecs-svc/9223370592366609492", other: value}),
            "InvalidParameterException: startedBy must be the only filter in the request.",
        )
    };
    vec![
        none(json!({"cluster": "searchapp", "tasks": []})),
        none(json!({"cluster": "searchapp"})),
        refused(
            "tasks-too-many",
            "DescribeTasks",
            json!({"cluster": "searchapp", "tasks": vec!["00000000000000000000000000000000"; 101]}),
            "InvalidParameterException: taskIds can have at most 100 items.",
        )
        .after(
            "DescribeTasks",
            json!({"cluster": "searchapp", "tasks": vec!["00000000000000000000000000000000"; 100]}),
        ),
        started_by("serviceName", "web"),
        started_by("family", "web"),
        started_by("containerInstance", INSTANCE),
        list(
            "tasks-status",
            json!({"desiredStatus": "DEACTIVATING"}),
            "InvalidParameterException: Invalid desired status: DEACTIVATING.",
        ),
        list(
            "tasks-status",
            json!({"desiredStatus": "running"}),
            "InvalidParameterException: Invalid desired status: running.",
        ),
    ]
}

fn begun() -> Vec<Case> {
    let run = json!({"cluster": "searchapp", "taskDefinition": "web"});
    let of_definition = |rule, operation, input, says| {
        refused(rule, operation, input, says).after("RegisterTaskDefinition", definition())
    };
    let count = |count: i64| {
        of_definition(
            "task-count",
            "RunTask",
            with(run.clone(), json!({"count": count})),
            "InvalidParameterException: Count must be an integer value between 1 and 10.",
        )
    };
    let no_instances = |input| {
        of_definition(
            "run-task-no-instances",
            "RunTask",
            input,
            "InvalidParameterException: No Container Instances were found in your cluster.",
        )
    };
    let inactive = |operation, input| {
        of_definition(
            "task-definition-inactive",
            operation,
            with(input, json!({"taskDefinition": "web:1"})),
            "InvalidParameterException: TaskDefinition is inactive",
        )
        .after(
            "DeregisterTaskDefinition",
            json!({"taskDefinition": "web:1"}),
        )
    };
    let start_empty = |input| {
        of_definition(
            "start-task-instances",
            "StartTask",
            input,
            "InvalidParameterException: Container instances cannot be empty.",
        )
    };
    let launch = |rule, others, says| {
        let input = with(run.clone(), others);
        of_definition(rule, "RunTask", input, says)
    };
    let provider = json!([{"capacityProvider": "spot"}]);
    vec![
        launch(
            "service-launch-type",
            json!({"launchType": "LAMBDA"}),
            "InvalidParameterException: Invalid launch type: LAMBDA.",
        ),
        launch(
            "service-launch-and-provider",
            json!({"launchType": "EC2", "capacityProviderStrategy": provider}),
            "InvalidParameterException: Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
        ),
        launch(
            "launch-platform",
            json!({"launchType": "EC2", "platformVersion": "LATEST"}),
            "InvalidParameterException: The platform version must be null when specifying an EC2 launch type.",
        ),
        launch(
            "launch-unsupported",
            json!({"launchType": "FARGATE"}),
            "InvalidParameterException: Task definition does not support launch_type FARGATE.",
        )
        .after("RunTask", with(run.clone(), json!({"launchType": "EC2"}))),
        launch(
            "service-placement-strategies",
            json!({"placementStrategy": vec![json!({"type": "random"}); 6]}),
            "InvalidParameterException: placement strategies can have at most 5 items.",
        ),
        launch(
            "placement-field",
            json!({"placementStrategy": [{"type": "binpack", "field": "attribute:ecs.os-type"}]}),
            "InvalidParameterException: The field of the placement strategy binpack should be one of [cpu,memory]",
        ),
        launch(
            "ecs-word",
            json!({"placementConstraints": [{"type": "memberof", "expression": "agentVersion > 1"}]}),
            "InvalidParameterException: type should be one of [distinctInstance,memberOf]",
        )
        .after(
            "RunTask",
            with(run.clone(), json!({"placementConstraints": [{"type": ""}]})),
        ),
        count(-1),
        count(0),
        count(11).after("RunTask", with(run.clone(), json!({"count": 10}))),
        no_instances(run.clone()).script("instances = []"),
        no_instances(with(run.clone(), json!({"cluster": "empty"})))
            .after("CreateCluster", json!({"clusterName": "empty"})),
        inactive("RunTask", run.clone()),
        inactive("StartTask", on_instance()),
        start_empty(run.clone()),
        start_empty(with(on_instance(), json!({"containerInstances": []}))),
    ]
}

fn stopped() -> Vec<Case> {
    let not_found = |task: &str| {
        refused(
            "task-not-found",
            "StopTask",
            json!({"cluster": "searchapp", "task": task}),
            "InvalidParameterException: The referenced task was not found.",
        )
    };
    // The first id after those of the two instances.
    let first = "3ee5789041c98ac3f3b8488c368cb0a6";
    vec![
        not_found(""),
        not_found("00000000000000000000000000000000"),
        // It is forgotten some time after it has stopped.
        not_found(first)
            .after("RegisterTaskDefinition", definition())
            .after("StartTask", on_instance())
            .step(Step::Wait(60))
            .after("StopTask", json!({"cluster": "searchapp", "task": first}))
            .step(Step::Wait(7200)),
    ]
}

#[test]
fn rules_are_kept() {
    try_all(cases());
}
