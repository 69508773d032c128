use expect_test::expect;
use serde_json::json;

use crate::validate::testing::{check, passes};

const VOLUMES: &str = "/taskDefinition/volumes";
const MOUNTS: &str = "/taskDefinition/containerDefinitions/0/mountPoints";

#[test]
fn a_volume_is_of_one_kind() {
    for kind in [
        json!({ "name": "data" }),
        json!({ "name": "data", "host": {} }),
        json!({ "name": "data", "dockerVolumeConfiguration": { "scope": "shared" } }),
        json!({ "name": "data", "efsVolumeConfiguration": { "fileSystemId": "fs-1" }, "configuredAtLaunch": false }),
    ] {
        passes([(VOLUMES, json!([kind]))]);
    }
    let both = json!([{ "name": "data", "host": { "sourcePath": "/a" }, "efsVolumeConfiguration": { "fileSystemId": "" } }]);
    check(
        [(VOLUMES, both)],
        expect![[r#"
        error: task-definition.volumes[0]: is of 2 kinds at once: `host`, `efsVolumeConfiguration`
          hint: keep one of them
        error: task-definition.volumes[0].efs-volume-configuration.file-system-id: is missing
          hint: name the file system, as `fs-…`"#]],
    );
    let both =
        json!([{ "name": "data", "dockerVolumeConfiguration": {}, "configuredAtLaunch": true }]);
    check(
        [(VOLUMES, both)],
        expect![[r#"
        error: task-definition.volumes[0]: is of 2 kinds at once: `dockerVolumeConfiguration`, `configuredAtLaunch`
          hint: keep one of them"#]],
    );
}

#[test]
fn mounts_are_of_declared_volumes() {
    check(
        [(VOLUMES, json!([]))],
        expect![[r#"
        error: task-definition.container-definitions[0].mount-points[0].source-volume: `data` is not a volume of the task definition, which has none
          hint: add a volume `data`, or mount one that is there"#]],
    );
    check(
        [(
            MOUNTS,
            json!([{ "sourceVolume": "dta", "containerPath": "/data" }]),
        )],
        expect![[r#"
            error: task-definition.container-definitions[0].mount-points[0].source-volume: `dta` is not a volume of the task definition, which has `data`
              hint: add a volume `dta`, or mount one that is there"#]],
    );
    check(
        [(MOUNTS, json!([{ "sourceVolume": "", "containerPath": "" }]))],
        expect![[r#"
            error: task-definition.container-definitions[0].mount-points[0].source-volume: is missing
              hint: name a volume of the task definition
            error: task-definition.container-definitions[0].mount-points[0].container-path: is missing
              hint: say where in the container, as `/data`"#]],
    );
}

#[test]
fn mounts_are_at_absolute_paths() {
    passes([(
        MOUNTS,
        json!([{ "sourceVolume": "data", "containerPath": "C:\\data" }]),
    )]);
    check(
        [(
            MOUNTS,
            json!([{ "sourceVolume": "data", "containerPath": "data" }]),
        )],
        expect![[r#"
            error: task-definition.container-definitions[0].mount-points[0].container-path: `data` is not an absolute path
              hint: write it as `/data`"#]],
    );
}
