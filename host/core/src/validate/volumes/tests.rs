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
fn data_lies_where_its_path_says() {
    let up = json!([
        { "name": "data", "host": { "sourcePath": "/srv/../etc" } },
        { "name": "other", "efsVolumeConfiguration": { "fileSystemId": "fs-1", "rootDirectory": "/srv/.." } },
    ]);
    check(
        [(VOLUMES, up)],
        expect![[r#"
        error: task-definition.volumes[0].host.source-path: `/srv/../etc` goes up by `..`
          hint: write the folder that is meant without `..`
        error: task-definition.volumes[1].efs-volume-configuration.root-directory: `/srv/..` goes up by `..`
          hint: write the folder that is meant without `..`"#]],
    );
    let dots = json!([{ "name": "data", "host": { "sourcePath": "/srv/..data/a..b" } }]);
    passes([(VOLUMES, dots)]);
}

#[test]
fn data_can_lie_where_recipes_put_it() {
    let point = json!({"accessPointId": "fsap-0123abcd"});
    for volume in [
        json!({"host": {"sourcePath": "/srv/data"}}),
        json!({"dockerVolumeConfiguration": {"scope": "shared", "autoprovision": true, "driver": "local"}}),
        json!({"efsVolumeConfiguration": {"fileSystemId": "fs-0123abcd", "transitEncryption": "ENABLED"}}),
        json!({"efsVolumeConfiguration": {"fileSystemId": "fs-0123abcd", "rootDirectory": "/a"}}),
        json!({"efsVolumeConfiguration": {
            "fileSystemId": "fs-0123abcd", "rootDirectory": "/", "transitEncryption": "ENABLED", "authorizationConfig": point,
        }}),
    ] {
        let mut volume = volume;
        volume["name"] = "data".into();
        passes([(VOLUMES, json!([volume]))]);
    }
}

#[test]
fn an_access_point_needs_its_own_folder_and_encryption() {
    let efs = json!([{ "name": "data", "efsVolumeConfiguration": {
        "fileSystemId": "fs-1", "rootDirectory": "/a", "authorizationConfig": {"accessPointId": "fsap-1"},
    } }]);
    check(
        [(VOLUMES, efs)],
        expect![[r#"
        error: task-definition.volumes[0].efs-volume-configuration.transit-encryption: must be `ENABLED` with an access point
          hint: set it to `ENABLED`
        error: task-definition.volumes[0].efs-volume-configuration.root-directory: `/a` cannot stand beside an access point, which has a folder of its own
          hint: leave it out"#]],
    );
    let efs = json!([{ "name": "data", "efsVolumeConfiguration": {
        "fileSystemId": "fs-1", "transitEncryption": "DISABLED", "authorizationConfig": {"iam": "ENABLED"},
    } }]);
    check(
        [(VOLUMES, efs)],
        expect![[r#"
        error: task-definition.volumes[0].efs-volume-configuration.transit-encryption: must be `ENABLED` with IAM
          hint: set it to `ENABLED`"#]],
    );
}

#[test]
fn only_a_shared_volume_is_made_where_it_is_missing() {
    let docker =
        json!([{ "name": "data", "dockerVolumeConfiguration": { "autoprovision": true } }]);
    check(
        [(VOLUMES, docker)],
        expect![[r#"
        error: task-definition.volumes[0].docker-volume-configuration.autoprovision: makes a volume only where its scope is `shared`
          hint: set the scope to `shared`, or leave it out"#]],
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
