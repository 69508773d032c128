use expect_test::expect;
use serde_json::json;

use super::*;
use crate::spec::{MountPoint, Pair};
use crate::validate::testing::{changed, check, passes};
use crate::validate::validate;

fn blueprint(task: TaskDefinition) -> Blueprint {
    Blueprint {
        task_definition: Some(task),
        ..Blueprint::default()
    }
}

fn found(blueprint: &Blueprint) -> Vec<String> {
    let found = check_extent(blueprint);
    assert!(found.iter().all(|it| it.is_error() && it.hint.is_some()));
    found
        .into_iter()
        .map(|it| format!("{}: {}", it.path, it.message))
        .collect()
}

#[test]
fn long_lists_are_found_where_they_are() {
    let container = ContainerDefinition {
        environment: vec![Pair::default(); LIST + 1],
        mount_points: vec![MountPoint::default(); 6000],
        ..ContainerDefinition::default()
    };
    let task = TaskDefinition {
        container_definitions: vec![container],
        volumes: vec![Volume::default(); 6000],
        ..TaskDefinition::default()
    };
    assert_eq!(
        found(&blueprint(task)),
        [
            "task-definition.container-definitions[0].environment: has 1001 entries, and the host takes 1000",
            "task-definition.container-definitions[0].mount-points: has 6000 entries, and the host takes 1000",
            "task-definition.volumes: has 6000 entries, and the host takes 1000",
        ]
    );
}

#[test]
fn many_lists_are_counted_together() {
    let container = |number| ContainerDefinition {
        command: vec![String::new(); number],
        ..ContainerDefinition::default()
    };
    let task = |number| TaskDefinition {
        container_definitions: vec![container(number); 5],
        ..TaskDefinition::default()
    };
    assert_eq!(found(&blueprint(task(999))), [""; 0]);
    assert_eq!(
        found(&blueprint(task(1000))),
        [": its lists have 5005 entries together, and the host takes 5000"]
    );
}

#[test]
fn every_extra_counts() {
    let extra = Some(" ".repeat(EXTRA / 4));
    let mut task = TaskDefinition {
        extra: extra.clone(),
        volumes: vec![Volume {
            extra: extra.clone(),
            ..Volume::default()
        }],
        container_definitions: vec![ContainerDefinition {
            extra: extra.clone(),
            ..ContainerDefinition::default()
        }],
        ..TaskDefinition::default()
    };
    let mut blueprint = blueprint(task.clone());
    blueprint.service = Some(Service {
        extra,
        ..Service::default()
    });
    assert_eq!(found(&blueprint), [""; 0]);
    task.container_definitions[0].mount_points = vec![MountPoint {
        extra: Some("{}".into()),
        ..MountPoint::default()
    }];
    blueprint.task_definition = Some(task);
    assert_eq!(
        found(&blueprint),
        [": its `extra` fields have 262146 bytes together, and the host takes 262144"]
    );
}

const MOUNTS: &str = "/taskDefinition/containerDefinitions/0/mountPoints";

#[test]
fn what_is_too_large_is_all_that_is_found() {
    let family = ("/taskDefinition/family", json!("a b"));
    check(
        [
            family.clone(),
            ("/taskDefinition/volumes", vec![json!({}); 1001].into()),
        ],
        expect![[r#"
            error: task-definition.volumes: has 1001 entries, and the host takes 1000
              hint: leave some out, or split what the recipe deploys"#]],
    );
    check(
        [family, (MOUNTS, vec![json!({}); 1001].into())],
        expect![[r#"
            error: task-definition.container-definitions[0].mount-points: has 1001 entries, and the host takes 1000
              hint: leave some out, or split what the recipe deploys"#]],
    );
    check(
        [("/service/nextYear", json!("a".repeat(70_000)))],
        expect![[r#"
            error: service: has 70314 bytes as JSON, and the host takes 65536 (64 KiB)
              hint: leave out what AWS does not need"#]],
    );
    let hosts = (
        "/taskDefinition/containerDefinitions/0/links",
        vec![json!("a"); LIST].into(),
    );
    passes([hosts]);
}

/// Every mount names a volume that is not there, and every message would list those that are.
#[test]
fn findings_do_not_grow_with_the_square() {
    let volumes: Vec<_> = (0..1000)
        .map(|it| json!({ "name": format!("v{it}") }))
        .collect();
    let mounts: Vec<_> = (0..900)
        .map(|it| json!({ "sourceVolume": format!("x{it}"), "containerPath": "/" }))
        .collect();
    let desired = changed(&[
        ("/taskDefinition/volumes", volumes.into()),
        (MOUNTS, mounts.into()),
    ]);
    let found = validate(&desired, None);
    assert_eq!(found.len(), 100);
    assert_eq!(
        found[0].message,
        "`x0` is not a volume of the task definition, which has \
         `v0`, `v1`, `v2`, `v3`, `v4`, `v5`, `v6`, `v7`, `v8`, `v9` and 990 more"
    );
    assert_eq!(found[99].message, "and 801 more findings");
    assert!(found[99].is_error());
}
