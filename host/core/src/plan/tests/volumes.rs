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
