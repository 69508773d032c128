//! One container by itself, and what containers say of each other.

use serde_json::{Value, json};

use super::super::case::{Case, refused, with};
use super::{definition, one, whole, with_each, with_one};

pub(super) fn cases() -> Vec<Case> {
    let groups = [names(), memory(), health(), others(), words(), order()];
    groups.into_iter().flatten().collect()
}

fn names() -> Vec<Case> {
    vec![
        one(
            "container-name-empty",
            json!({"name": null}),
            "ClientException: Container.name should not be null or empty.",
        ),
        one(
            "container-name",
            json!({"name": "web.1"}),
            "ClientException: Container.name contains invalid characters.",
        ),
        one(
            "container-name",
            json!({"name": "w".repeat(256)}),
            "ClientException: Container.name contains invalid characters.",
        )
        .but_not([with_one(json!({"name": "w".repeat(255)}))]),
        refused(
            "container-name-twice",
            "RegisterTaskDefinition",
            with_each([json!({}), json!({})]),
            "ClientException: Container.name must be unique: web.",
        ),
        one(
            "image-empty",
            json!({"image": ""}),
            "ClientException: Container.image should not be null or empty.",
        ),
        one(
            "image",
            json!({"image": "nginx:1.27 "}),
            "ClientException: Container.image contains invalid characters.",
        ),
        one(
            "image",
            json!({"image": format!("nginx@sha256:{}", "0".repeat(63))}),
            "ClientException: Container.image contains invalid characters.",
        ),
        one(
            "image",
            json!({"image": format!("nginx@sha512:{}", "0".repeat(64))}),
            "ClientException: Container.image contains invalid characters.",
        ),
        one(
            "image",
            json!({"image": format!("nginx@sha256:{}", "g".repeat(64))}),
            "ClientException: Container.image contains invalid characters.",
        ),
        one(
            "image",
            json!({"image": format!("@sha256:{}", "0".repeat(64))}),
            "ClientException: Container.image contains invalid characters.",
        ),
        one(
            "image",
            json!({"image": "n".repeat(256)}),
            "ClientException: Container.image contains invalid characters.",
        )
        .but_not([
            with_one(json!({"image": "n".repeat(255)})),
            with_one(json!({"image": format!("a.example/nginx@sha256:{}", "0".repeat(64))})),
        ]),
        one(
            "no-essential",
            json!({"essential": false}),
            "ClientException: Task definition doesn't have any essential container.",
        )
        .but_not([with_each([
            json!({}),
            json!({"name": "helper", "essential": false}),
        ])]),
    ]
}

fn memory() -> Vec<Case> {
    let of_task = |size: &str| with(definition(), json!({"memory": size}));
    let of_two = |size: &str| {
        let two = with_each([json!({}), json!({"name": "helper"})]);
        with(two, json!({"memory": size}))
    };
    vec![
        one(
            "memory-missing",
            json!({"memory": null}),
            "ClientException: Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified.",
        )
        .but_not([with(with_one(json!({"memory": null})), json!({"memory": "64"}))]),
        one(
            "memory-small",
            json!({"memory": 5}),
            "ClientException: Invalid setting for container 'web'. Memory must be at least 6 MB.",
        )
        .but_not([with_one(json!({"memory": 6}))]),
        one(
            "memory-small",
            json!({"memory": null, "memoryReservation": 5}),
            "ClientException: Invalid setting for container 'web'. Memory must be at least 6 MB.",
        ),
        one(
            "memory-below-reservation",
            json!({"memoryReservation": 64}),
            "ClientException: Invalid setting for container 'web'. The 'memory' value must be greater than the 'memoryReservation' value.",
        )
        .but_not([with_one(json!({"memoryReservation": 63}))]),
        whole(
            "memory-above-task",
            json!({"memory": "63"}),
            "ClientException: The 'memory' setting for container 'web' is greater than for the task.",
        )
        .but_not([of_task("64")]),
        refused(
            "memory-sum",
            "RegisterTaskDefinition",
            of_two("127"),
            "ClientException: The memory of all containers together, 128 MiB, is greater than for the task.",
        )
        .but_not([of_two("128")]),
        one(
            "cpu-negative",
            json!({"cpu": -1}),
            "ClientException: Invalid setting for container 'web'. 'cpu' must not be negative.",
        )
        .but_not([with_one(json!({"cpu": 0}))]),
    ]
}

/// A health check of its own with another member.
fn checked(field: &str, value: i64) -> Value {
    json!({"healthCheck": {"command": ["CMD-SHELL", "true"], field: value}})
}

fn health() -> Vec<Case> {
    let bound = |field: &str, refused: i64, taken: i64, says: &str| {
        one("container-health-range", checked(field, refused), says)
            .but_not([with_one(checked(field, taken))])
    };
    let interval = "ClientException: Invalid 'healthCheck' setting for container 'web': interval is from 5 to 300.";
    let timeout = "ClientException: Invalid 'healthCheck' setting for container 'web': timeout is from 2 to 60.";
    let retries = "ClientException: Invalid 'healthCheck' setting for container 'web': retries is from 1 to 10.";
    let start = "ClientException: Invalid 'healthCheck' setting for container 'web': startPeriod is from 0 to 300.";
    let command = |check: Value| {
        one(
            "container-health-command",
            json!({"healthCheck": check}),
            "ClientException: Invalid 'healthCheck' setting for container 'web': command should not be null or empty.",
        )
    };
    vec![
        bound("interval", 4, 5, interval),
        bound("interval", 301, 300, interval),
        bound("timeout", 1, 2, timeout),
        bound("timeout", 61, 60, timeout),
        bound("retries", 0, 1, retries),
        bound("retries", 11, 10, retries),
        bound("startPeriod", -1, 0, start),
        bound("startPeriod", 301, 300, start),
        command(json!({})),
        command(json!({"command": []})),
    ]
}

fn others() -> Vec<Case> {
    vec![
        one(
            "link-unknown",
            json!({"links": ["db:database"]}),
            "ClientException: Container 'web' links to 'db', which does not exist.",
        )
        .but_not([with_each([
            json!({"links": ["db:database"]}),
            json!({"name": "db"}),
        ])]),
        one(
            "volume-unknown",
            json!({"mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]}),
            "ClientException: Unknown volume 'data'.",
        ),
        one(
            "volumes-from-unknown",
            json!({"volumesFrom": [{"sourceContainer": "db"}]}),
            "ClientException: Container 'web' mounts volumes from 'db', which does not exist.",
        ),
    ]
}

fn words() -> Vec<Case> {
    let limit = |name: &str, soft: i64, hard: i64| json!({"ulimits": [{"name": name, "softLimit": soft, "hardLimit": hard}]});
    let above = |soft, hard| {
        one(
            "ulimit-order",
            limit("nofile", soft, hard),
            "ClientException: Invalid 'ulimits' setting for container 'web': the soft limit of nofile is greater than its hard limit.",
        )
    };
    vec![
        one(
            "log-driver",
            json!({"logConfiguration": {"logDriver": "cloudwatch"}}),
            "ClientException: cloudwatch is not a valid log driver. Must be one of [json-file,syslog,journald,gelf,fluentd,awslogs,splunk,awsfirelens]",
        )
        .but_not([with_one(json!({"logConfiguration": {"logDriver": "awslogs"}}))]),
        one(
            "ulimit-name",
            limit("memory", 1, 1),
            "ClientException: Unrecognized ulimit name memory",
        ),
        above(1025, 1024).but_not([
            with_one(limit("nofile", 1024, 1024)),
            with_one(limit("memlock", -1, -1)),
            with_one(limit("memlock", 64, -1)),
        ]),
        above(-1, 1024),
        one(
            "definition-word",
            json!({"linuxParameters": {"devices": [{"hostPath": "/dev/null", "permissions": ["execute"]}]}}),
            "ClientException: permissions should be one of [read,write,mknod]",
        ),
    ]
}

fn order() -> Vec<Case> {
    let wants = |other: &str, condition: &str| json!({"dependsOn": [{"containerName": other, "condition": condition}]});
    let helper = |others: Value| with(json!({"name": "db"}), others);
    let two = |rule, first: Value, second: Value, says| {
        refused(
            rule,
            "RegisterTaskDefinition",
            with_each([first, helper(second)]),
            says,
        )
    };
    let essential = "ClientException: A dependency container with SUCCESS or COMPLETE condition cannot be an essential container";
    let cycle = "ClientException: Container dependencies should not have a cycle";
    vec![
        one(
            "dependency-unknown",
            wants("db", "START"),
            "ClientException: Container 'web' depends on 'db', which does not exist.",
        )
        .but_not([with_each([wants("db", "HEALTHY"), helper(json!({}))])]),
        two(
            "definition-word",
            wants("db", "READY"),
            json!({}),
            "ClientException: condition should be one of [START,COMPLETE,SUCCESS,HEALTHY]",
        ),
        two(
            "dependency-essential",
            wants("db", "SUCCESS"),
            json!({}),
            essential,
        )
        .but_not([with_each([
            wants("db", "SUCCESS"),
            helper(json!({"essential": false})),
        ])]),
        two(
            "dependency-essential",
            wants("db", "COMPLETE"),
            json!({}),
            essential,
        ),
        two(
            "dependency-cycle",
            wants("db", "START"),
            wants("web", "START"),
            cycle,
        ),
        one("dependency-cycle", wants("web", "START"), cycle),
        two(
            "links-cycle",
            json!({"links": ["db"]}),
            json!({"links": ["web:front"]}),
            "ClientException: Container links should not have a cycle",
        ),
    ]
}
