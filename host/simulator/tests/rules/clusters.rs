//! Clusters, container instances and their attributes, tags, settings and pages.

use serde_json::json;

use super::case::{Case, Step, refused, try_all};
use super::tasks::{INSTANCE, definition, on_instance};

mod lists;
mod tags;

pub(super) fn cases() -> Vec<Case> {
    let groups = [
        clusters(),
        instances(),
        attributes(),
        settings(),
        lists::cases(),
        tags::cases(),
    ];
    groups.into_iter().flatten().collect()
}

fn clusters() -> Vec<Case> {
    let not_found = |operation, input| {
        refused(
            "cluster-not-found",
            operation,
            input,
            "ClusterNotFoundException: Cluster not found.",
        )
    };
    let name = |name: &str| {
        refused(
            "cluster-name",
            "CreateCluster",
            json!({"clusterName": name}),
            "InvalidParameterException: Identifier contains invalid characters. Identifier must be 1-255 characters, and can contain upper and lower case letters, numbers, underscores, and hyphens.",
        )
    };
    vec![
        not_found("ListServices", json!({"cluster": "nowhere"})),
        // Where nothing is said it is `default`.
        not_found("ListTasks", json!({})),
        not_found(
            "UpdateCluster",
            json!({"cluster": "nowhere", "settings": [{"name": "containerInsights", "value": "enabled"}]}),
        ),
        not_found("DeleteCluster", json!({"cluster": "gone"}))
            .after("CreateCluster", json!({"clusterName": "gone"}))
            .after("DeleteCluster", json!({"cluster": "gone"})),
        name("a b"),
        name("search.app"),
        name("suchmaschinenübersicht"),
        name(&"a".repeat(256)).after("CreateCluster", json!({"clusterName": "a".repeat(255)})),
        refused(
            "clusters-too-many",
            "DescribeClusters",
            json!({"clusters": vec!["searchapp"; 101]}),
            "InvalidParameterException: Clusters should not contain more than 100 entries.",
        )
        .after("DescribeClusters", json!({"clusters": vec!["searchapp"; 100]})),
        refused(
            "cluster-has-services",
            "DeleteCluster",
            json!({"cluster": "searchapp"}),
            "ClusterContainsServicesException: The Cluster cannot be deleted while Services are active.",
        )
        .after("RegisterTaskDefinition", definition())
        .after(
            "CreateService",
            json!({"cluster": "searchapp", "serviceName": "web", "taskDefinition": "web", "desiredCount": 0}),
        ),
        refused(
            "cluster-has-instances",
            "DeleteCluster",
            json!({"cluster": "searchapp"}),
            "ClusterContainsContainerInstancesException: The Cluster cannot be deleted while Container Instances are active or draining.",
        ),
        refused(
            "cluster-has-tasks",
            "DeleteCluster",
            json!({"cluster": "searchapp"}),
            "ClusterContainsTasksException: The Cluster cannot be deleted while Tasks are active.",
        )
        .after("RegisterTaskDefinition", definition())
        .after("StartTask", on_instance())
        // Whoever takes an instance away ends its tasks, and tasks without instances are not simulated.
        .step(Step::Change(|world| {
            for cluster in world.clusters.values_mut() {
                cluster.instances.clear();
            }
        })),
    ]
}

fn instances() -> Vec<Case> {
    let at_once = "InvalidParameterException: instanceIds can have at most 10 items.";
    let state = |input| {
        refused(
            "container-instance-state",
            "UpdateContainerInstancesState",
            input,
            "InvalidParameterException: Container instance status should be one of [ACTIVE, DRAINING]",
        )
    };
    let filter = refused(
        "container-instance-filter",
        "ListContainerInstances",
        json!({"cluster": "searchapp", "filter": "rubbish"}),
        "InvalidParameterException: Invalid filter: rubbish.",
    )
    .after(
        "ListContainerInstances",
        json!({
            "cluster": "searchapp",
            "filter": "agentConnected == true and attribute:ecs.subnet-id == subnet-39706b4e",
        }),
    );
    let not_found = |instance: &str| {
        refused(
            "container-instance-not-found",
            "DeregisterContainerInstance",
            json!({"cluster": "searchapp", "containerInstance": instance}),
            "InvalidParameterException: The referenced container instance was not found.",
        )
    };
    let deregister = json!({"cluster": "searchapp", "containerInstance": INSTANCE});
    let has_tasks = || {
        refused(
            "container-instance-has-tasks",
            "DeregisterContainerInstance",
            deregister.clone(),
            "InvalidParameterException: Found running tasks on the instance.",
        )
        .after("RegisterTaskDefinition", definition())
        .after("StartTask", on_instance())
    };
    vec![
        filter,
        refused(
            "container-instances-empty",
            "DescribeContainerInstances",
            json!({"cluster": "searchapp", "containerInstances": []}),
            "InvalidParameterException: Container instance cannot be empty.",
        ),
        refused(
            "container-instances-too-many",
            "DescribeContainerInstances",
            json!({"cluster": "searchapp", "containerInstances": vec![INSTANCE; 101]}),
            "InvalidParameterException: instanceIds can have at most 100 items.",
        )
        .after("DescribeContainerInstances",
            json!({"cluster": "searchapp", "containerInstances": vec![INSTANCE; 100]})),
        refused(
            "container-instances-at-once",
            "UpdateContainerInstancesState",
            json!({"cluster": "searchapp", "containerInstances": vec![INSTANCE; 11], "status": "DRAINING"}),
            at_once,
        )
        .after(
            "UpdateContainerInstancesState",
            json!({"cluster": "searchapp", "containerInstances": vec![INSTANCE; 10], "status": "DRAINING"}),
        ),
        refused(
            "container-instances-at-once",
            "StartTask",
            json!({"cluster": "searchapp", "taskDefinition": "web", "containerInstances": vec![INSTANCE; 11]}),
            at_once,
        )
        .after("RegisterTaskDefinition", definition()),
        state(
            json!({"cluster": "searchapp", "containerInstances": [INSTANCE], "status": "INACTIVE"}),
        ),
        state(json!({"cluster": "searchapp", "containerInstances": [INSTANCE]})),
        not_found("00000000000000000000000000000000"),
        not_found(INSTANCE).after("DeregisterContainerInstance", deregister.clone()),
        // One that has not begun yet counts, and so does one that runs.
        has_tasks(),
        has_tasks().step(Step::Wait(600)),
    ]
}

fn attributes() -> Vec<Case> {
    let put = |names: Vec<String>| {
        let attributes: Vec<_> = names
            .into_iter()
            .map(|name| json!({"name": name, "value": "a", "targetId": INSTANCE}))
            .collect();
        json!({"cluster": "searchapp", "attributes": attributes})
    };
    let numbered = |count| {
        (0..count)
            .map(|it| format!("custom-{it}"))
            .collect::<Vec<_>>()
    };
    let empty = |operation| {
        refused(
            "attributes-empty",
            operation,
            json!({"cluster": "searchapp", "attributes": []}),
            "InvalidParameterException: Attributes cannot be empty.",
        )
    };
    let name = |name: &str, says| {
        refused(
            "attribute-name",
            "PutAttributes",
            put(vec![name.into()]),
            says,
        )
    };
    let target = |operation, target: &str| {
        refused(
            "attribute-target",
            operation,
            json!({"cluster": "searchapp", "attributes": [
                {"name": "stack", "targetId": INSTANCE},
                {"name": "stack", "targetId": target},
            ]}),
            "TargetNotFoundException: The specified target wasn't found. You can view your available container instances with ListContainerInstances.",
        )
    };
    let many = |names| {
        refused(
            "attributes-too-many",
            "PutAttributes",
            put(names),
            "AttributeLimitExceededException: You can apply up to 10 custom attributes for each resource.",
        )
    };
    vec![
        empty("PutAttributes"),
        empty("DeleteAttributes"),
        name(
            "a b",
            "InvalidParameterException: The attribute name a b is not valid.",
        ),
        name(
            "",
            "InvalidParameterException: The attribute name  is not valid.",
        ),
        name(
            &"a".repeat(129),
            &format!(
                "InvalidParameterException: The attribute name {} is not valid.",
                "a".repeat(129)
            ),
        )
        .after("PutAttributes", put(vec!["a".repeat(128)])),
        target("PutAttributes", "00000000000000000000000000000000"),
        target("DeleteAttributes", ""),
        many(numbered(11)),
        many(vec!["another".into()]).after("PutAttributes", put(numbered(10))),
    ]
}

fn settings() -> Vec<Case> {
    let name = |operation, input| {
        refused(
            "setting-name",
            operation,
            input,
            "InvalidParameterException: The setting name longNames is not valid.",
        )
    };
    let value = |operation, name: &str, value: &str, says: &str| {
        refused(
            "setting-value",
            operation,
            json!({"name": name, "value": value}),
            says,
        )
    };
    vec![
        name(
            "PutAccountSetting",
            json!({"name": "longNames", "value": "enabled"}),
        ),
        name(
            "PutAccountSettingDefault",
            json!({"name": "longNames", "value": "enabled"}),
        ),
        name("DeleteAccountSetting", json!({"name": "longNames"})),
        name("ListAccountSettings", json!({"name": "longNames"})),
        value(
            "PutAccountSetting",
            "containerInsights",
            "yes",
            "InvalidParameterException: The value yes is not valid for the setting containerInsights.",
        ),
        value(
            "PutAccountSettingDefault",
            "fargateTaskRetirementWaitPeriod",
            "8",
            "InvalidParameterException: The value 8 is not valid for the setting fargateTaskRetirementWaitPeriod.",
        ),
    ]
}

#[test]
fn rules_are_kept() {
    try_all(cases());
}
