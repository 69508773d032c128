//! Data that is lost with the tasks that had it.

use super::*;

#[test]
fn a_new_revision_says_which_data_it_loses() {
    let lost = |volumes: Value, running: u32| {
        let mut desired = redis();
        desired.task_definition.as_mut().unwrap()["volumes"] = volumes;
        let mut observed = as_observed(&desired);
        observed.services.get_mut("redis-service").unwrap().body["runningCount"] = running.into();
        desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["memory"] = 256.into();
        let plan = plan(&target(), &[desired], &observed, &known());
        plan.steps()
            .flat_map(|it| it.loses.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(lost(json!([{"name": "data"}]), 1), ["data"]);
    assert_eq!(
        lost(
            json!([{"name": "data", "dockerVolumeConfiguration": {"scope": "task"}}]),
            1
        ),
        ["data"]
    );
    assert_eq!(lost(json!([{"name": "data"}]), 0), [""; 0]);
    for durable in [
        json!({"name": "data", "host": {"sourcePath": "/data"}}),
        json!({"name": "data", "dockerVolumeConfiguration": {"scope": "shared"}}),
        json!({"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}),
    ] {
        assert_eq!(lost(json!([durable]), 1), [""; 0]);
    }
}

#[test]
fn fewer_tasks_than_run_lose_their_data() {
    let lost = |running: u32, wanted: u32| {
        let mut desired = redis();
        desired.task_definition.as_mut().unwrap()["volumes"] = json!([{"name": "data"}]);
        let mut observed = as_observed(&desired);
        observed.services.get_mut("redis-service").unwrap().body["runningCount"] = running.into();
        desired.service.as_mut().unwrap()["desiredCount"] = wanted.into();
        let plan = plan(&target(), &[desired], &observed, &known());
        plan.steps().any(|it| !it.loses.is_empty())
    };
    assert!(lost(3, 2) && lost(1, 0));
    assert!(!lost(1, 2) && !lost(2, 2) && !lost(0, 0));
}

/// Redis with its data in this volume; with `null`, without one.
fn with_volume(volume: &Value) -> DesiredService {
    let mut desired = redis();
    if volume.is_null() {
        return desired;
    }
    let body = desired.task_definition.as_mut().unwrap();
    body["containerDefinitions"][0]["mountPoints"] =
        json!([{"sourceVolume": volume["name"], "containerPath": "/data"}]);
    body["volumes"] = json!([volume]);
    desired
}

/// What breaks on the way from one place of the data to another, and whether that has to be agreed to.
fn breaks(before: &DesiredService, after: DesiredService) -> Vec<String> {
    let plan = plan(&target(), &[after], &as_observed(before), &known());
    let broken: Vec<String> = plan.steps().flat_map(|it| it.breaks.clone()).collect();
    let asks = plan.steps().any(Step::is_destructive);
    assert!(broken.is_empty() || asks, "{broken:?}");
    broken
}

fn on_host(path: &str) -> Value {
    json!({"name": "data", "host": {"sourcePath": path}})
}

fn by_docker(name: &str, driver: Option<&str>) -> Value {
    let docker = json!({"scope": "shared", "autoprovision": true, "driver": driver});
    json!({"name": name, "dockerVolumeConfiguration": docker})
}

fn by_efs(id: &str, root: Option<&str>, access_point: Option<&str>) -> Value {
    let mut efs = json!({"fileSystemId": id, "transitEncryption": "ENABLED"});
    if let Some(root) = root {
        efs["rootDirectory"] = root.into();
    }
    if let Some(access_point) = access_point {
        efs["authorizationConfig"] = json!({"accessPointId": access_point});
    }
    json!({"name": "data", "efsVolumeConfiguration": efs})
}

fn on_task() -> Value {
    json!({"name": "data"})
}

#[test]
fn data_in_another_place_leaves_the_former_behind() {
    let srv = "leaves the data of data at host path /srv/a on the container instances behind";
    let docker = "leaves the data of a at docker volume a on the container instances behind";
    let efs = "leaves the data of data at EFS fs-1:/ behind";
    for (before, after, expect) in [
        (on_host("/srv/a"), on_host("/srv/b"), srv),
        (on_host("/srv/a/"), by_efs("fs-1", None, None), srv),
        (on_host("/srv/a"), on_task(), srv),
        (on_host("/srv/a"), Value::Null, srv),
        (by_docker("a", None), by_docker("b", None), docker),
        (by_docker("a", Some("local")), on_host("/srv/a"), docker),
        (by_docker("a", None), by_docker("a", Some("pxd")), docker),
        (
            by_docker("a", Some("pxd")),
            by_docker("b", Some("pxd")),
            "leaves the data of a at docker volume a of driver pxd behind",
        ),
        (by_efs("fs-1", None, None), by_efs("fs-2", None, None), efs),
        (
            by_efs("fs-1", Some("/"), None),
            by_efs("fs-1", Some("/b"), None),
            efs,
        ),
        (
            by_efs("fs-1", Some("/b"), None),
            by_efs("fs-1", None, None),
            "leaves the data of data at EFS fs-1:/b behind",
        ),
        (
            by_efs("fs-1", None, None),
            by_efs("fs-1", None, Some("fsap-1")),
            efs,
        ),
        (
            by_efs("fs-1", None, Some("fsap-1")),
            by_efs("fs-1", None, Some("fsap-2")),
            "leaves the data of data at EFS fs-1:/ by access point fsap-1 behind",
        ),
        (by_efs("fs-1", None, None), on_task(), efs),
    ] {
        let found = breaks(&with_volume(&before), with_volume(&after));
        assert_eq!(found, [expect], "{before:?} -> {after:?}");
    }
}

#[test]
fn the_same_place_in_other_words_is_no_other_place() {
    let again = |volume: &Value| {
        let mut desired = with_volume(volume);
        let body = desired.task_definition.as_mut().unwrap();
        body["containerDefinitions"][0]["memory"] = 256.into();
        desired
    };
    let renamed = json!({"name": "other", "host": {"sourcePath": "/srv/a"}});
    for (before, after) in [
        (on_host("/srv/a"), on_host("/srv/a")),
        (on_host("/srv/a"), on_host("/srv/a/")),
        (on_host("/srv/a"), renamed),
        (by_docker("a", None), by_docker("a", Some("local"))),
        (by_efs("fs-1", None, None), by_efs("fs-1", Some("/"), None)),
        (on_task(), on_host("/srv/a")),
        (Value::Null, on_host("/srv/a")),
    ] {
        let found = breaks(&with_volume(&before), again(&after));
        assert_eq!(found, [""; 0], "{before:?} -> {after:?}");
    }
}

#[test]
fn what_no_container_writes_is_not_left_behind() {
    let mut before = with_volume(&on_host("/etc/ssl"));
    let body = before.task_definition.as_mut().unwrap();
    body["containerDefinitions"][0]["mountPoints"][0]["readOnly"] = true.into();
    assert_eq!(breaks(&before, with_volume(&Value::Null)), [""; 0]);
    let mut unused = with_volume(&on_host("/srv/a"));
    let body = unused.task_definition.as_mut().unwrap();
    body["containerDefinitions"][0]["mountPoints"] = json!([]);
    assert_eq!(breaks(&unused, with_volume(&Value::Null)), [""; 0]);
    // The volume stays, and its container has it no more.
    let left = breaks(&with_volume(&on_host("/srv/a")), unused);
    assert_eq!(left.len(), 1);
}

/// A service that is made anew gets its revision by another step than an update.
#[test]
fn a_service_made_anew_leaves_its_data_behind_too() {
    let before = with_volume(&on_host("/srv/a"));
    let anew = |volume: &Value| {
        let mut after = with_volume(volume);
        after.load_balancer.as_mut().unwrap().create["Scheme"] = "internet-facing".into();
        let plan = plan(&target(), &[after], &as_observed(&before), &known());
        let made = plan.steps().find(|it| it.id == "redis/service").unwrap();
        assert_eq!(made.action, Action::Create);
        made.breaks.clone()
    };
    assert_eq!(anew(&on_host("/srv/a")), [""; 0]);
    let srv = "leaves the data of data at host path /srv/a on the container instances behind";
    assert_eq!(anew(&on_host("/srv/b")), [srv]);
}

/// What is temporary and becomes durable loses what it had; what was durable loses nothing.
#[test]
fn what_is_lost_and_what_is_left_are_not_mixed_up() {
    let lost = |before: &Value, after: &Value| {
        let mut observed = as_observed(&with_volume(before));
        observed.services.get_mut("redis-service").unwrap().body["runningCount"] = 1.into();
        let plan = plan(&target(), &[with_volume(after)], &observed, &known());
        let lost: Vec<String> = plan.steps().flat_map(|it| it.loses.clone()).collect();
        lost
    };
    assert_eq!(lost(&on_task(), &on_host("/srv/a")), ["data"]);
    assert_eq!(lost(&on_host("/srv/a"), &on_task()), [""; 0]);
    let unnamed = json!({"name": "data", "host": {"sourcePath": ""}});
    assert_eq!(lost(&unnamed, &on_host("/srv/a")), ["data"]);
}

#[test]
fn fewer_tasks_than_run_leave_data_on_instances_unserved() {
    let stopped = |volume: &Value, running: u32, wanted: u32| {
        let mut desired = with_volume(volume);
        let mut observed = as_observed(&desired);
        observed.services.get_mut("redis-service").unwrap().body["runningCount"] = running.into();
        desired.service.as_mut().unwrap()["desiredCount"] = wanted.into();
        let plan = plan(&target(), &[desired], &observed, &known());
        let broken: Vec<String> = plan.steps().flat_map(|it| it.breaks.clone()).collect();
        assert_eq!(!broken.is_empty(), plan.steps().any(Step::is_destructive));
        broken
    };
    assert_eq!(
        stopped(&on_host("/srv/a"), 3, 2),
        [
            "stops 1 of 3 tasks, and AWS chooses which: what they have at host path /srv/a on the container instances is served no more"
        ]
    );
    assert_eq!(stopped(&by_docker("a", None), 4, 2).len(), 1);
    for (volume, running, wanted) in [
        (on_host("/srv/a"), 3, 0),
        (on_host("/srv/a"), 2, 3),
        (by_docker("a", Some("rexray")), 3, 2),
        (by_efs("fs-1", None, None), 3, 2),
        (Value::Null, 3, 2),
    ] {
        let broken = stopped(&volume, running, wanted);
        assert_eq!(broken, [""; 0], "{volume} {running} {wanted}");
    }
}
