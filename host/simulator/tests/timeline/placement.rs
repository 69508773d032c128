//! Tasks that fit nowhere.

use expect_test::expect;
use serde_json::json;

use super::scene::{About, CLUSTER, Scene};

/// The events of a service of one task whose container is the usual one but for some members.
fn events(script: &str, container: serde_json::Value) -> String {
    let mut scene = Scene::new(script).about(&[About::Event]);
    scene.register("redis:7", container);
    scene.create(json!({}));
    scene.pass(30).text()
}

#[test]
fn no_instances() {
    expect![[r#"
        0     event (service redis-service) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section.
    "#]].assert_eq(&events("instances = []", json!({})));
}

#[test]
fn too_little_memory() {
    expect![[r#"
        0     event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-1) has insufficient memory available. For more information, see the Troubleshooting section.
    "#]].assert_eq(&events("[[instances]]\nmemory = 100\n", json!({})));
}

#[test]
fn too_little_cpu() {
    expect![[r#"
        0     event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-1) has insufficient CPU units available. For more information, see the Troubleshooting section.
    "#]].assert_eq(&events("", json!({"cpu": 4096})));
}

#[test]
fn the_agent_is_disconnected() {
    expect![[r#"
        0     event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-1) encountered error "AGENT". For more information, see the Troubleshooting section.
    "#]].assert_eq(&events("[[instances]]\nconnected = false\n", json!({})));
}

#[test]
fn an_attribute_is_missing() {
    expect![[r#"
        0     event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-1) is missing an attribute required by your task. For more information, see the Troubleshooting section.
    "#]].assert_eq(&events(
        "",
        json!({"logConfiguration": {"logDriver": "splunk"}}),
    ));
}

#[test]
fn the_closest_instance_is_the_one_that_is_told_of() {
    // One has too little memory, the other too few CPU units: that is looked at later, so it came closer.
    let script = "[[instances]]\nmemory = 100\n[[instances]]\ncpu = 5\n";
    expect![[r#"
        0     event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-2) has insufficient CPU units available. For more information, see the Troubleshooting section.
    "#]].assert_eq(&events(script, json!({})));
}

#[test]
fn a_port_is_taken_until_the_task_that_holds_it_stops() {
    let mut scene = Scene::new("[[instances]]\n")
        .with_revisions(&["redis:7"])
        .about(&[About::Event, About::Task]);
    let alone = scene.ecs("RunTask", json!({"taskDefinition": "redis:1"}));
    scene.create(json!({}));
    scene.pass(10);
    let task = &alone["tasks"][0]["taskArn"];
    scene.ecs("StopTask", json!({"task": task, "reason": "make room"}));
    scene.pass(20);
    expect![[r#"
        0     task-1 PENDING of redis:1 on instance-1
        0     event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-1) is already using a port required by your task. For more information, see the Troubleshooting section.
        2     task-1 RUNNING of redis:1 on instance-1
        11    task-1 STOPPING UserInitiated: make room; redis
        12    task-1 STOPPED UserInitiated: make room; redis exit 0
        12    task-2 PENDING of redis:1 on instance-1
        12    event (service redis-service) has started 1 tasks: (task task-2).
        14    task-2 RUNNING of redis:1 on instance-1
        14    event (service redis-service) has reached a steady state.
    "#]].assert_eq(&scene.text());
}

#[test]
fn a_placement_constraint_holds_nowhere() {
    let mut scene = Scene::new("")
        .with_revisions(&["redis:7"])
        .about(&[About::Event]);
    scene.create(json!({"placementConstraints": [
        {"type": "memberOf", "expression": "attribute:ecs.instance-type == t2.large"},
    ]}));
    expect![[r#"
        0     event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-1) does not satisfy a placement constraint of your task. For more information, see the Troubleshooting section.
    "#]].assert_eq(&scene.pass(10).text());
}

#[test]
fn the_tasks_of_a_draining_instance_move_away() {
    let mut scene = Scene::new("").with_revisions(&["redis:7"]);
    scene.create(json!({}));
    scene.pass(10);
    let found = &scene.world.clusters[CLUSTER];
    let ours = found.tasks.values().next().unwrap();
    let arn = found.instances[ours.instance.as_ref().unwrap()].arn.clone();
    scene.ecs(
        "UpdateContainerInstancesState",
        json!({"containerInstances": [arn], "status": "DRAINING"}),
    );
    scene.pass(30);
    expect![[r#"
        0     CreateService
        0     service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 0 IN_PROGRESS
        1     task-1 PENDING of redis:1 on instance-1
        1     service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 0 IN_PROGRESS
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     task-1 RUNNING of redis:1 on instance-1
        2     service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 0 COMPLETED
        2     event (service redis-service) has reached a steady state.
        11    task-2 PENDING of redis:1 on instance-2
        11    service ACTIVE desired 1 running 1 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 1 failed 0 COMPLETED
        10    event (service redis-service) has started 1 tasks: (task task-2).
        12    task-1 STOPPING ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-1); redis
        12    task-2 RUNNING of redis:1 on instance-2
        12    service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 0 COMPLETED
        12    event (service redis-service) has stopped 1 running tasks: (task task-1).
        14    task-1 STOPPED ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-1); redis exit 0
        14    event (service redis-service) has reached a steady state.
    "#]].assert_eq(&scene.text());
}
