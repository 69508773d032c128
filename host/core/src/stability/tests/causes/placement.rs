//! Tasks that find no place.

use expect_test::expect;
use serde_json::json;

use super::super::scene::Scene;
use super::{MORE, NO_ROOM, check, event};

fn no_room(reason: &str) -> Scene {
    event(&format!("{NO_ROOM} {reason} {MORE}"))
}

fn closest(what: &str) -> Scene {
    no_room(&format!(
        "The closest matching (container-instance 0f9de17a2) {what}."
    ))
}

#[test]
fn no_instances() {
    check(
        no_room("Reason: No Container Instances were found in your cluster."),
        &expect![[r#"
            failed after 50 s: H0510: the cluster `searchapp` has no container instance that could run the task
              (service redis-service) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
            hint: add a container instance to the cluster `searchapp`: an EC2 instance with the ECS agent and `ECS_CLUSTER=searchapp`
        "#]],
    );
}

#[test]
fn port_taken() {
    let mut scene = no_room(
        "The closest matching (container-instance 0f9de17a1) is already using a port required by your task.",
    );
    scene.instance(2038, 727, &["22", "2375", "2376", "6379", "51678"]);
    check(
        scene,
        &expect![[r#"
            failed after 50 s: H0511: port 6379 is taken on the only instance
              (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0f9de17a1) is already using a port required by your task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
              instance i-1: 727 of 983 MiB of memory and 2038 of 2048 CPU units left; ports taken: 22, 2375, 2376, 6379, 51678
            hint: see who holds it: `aws ecs list-tasks --cluster searchapp --container-instance 0f9de17a1`
            hint: take another host port; for most recipes: `host run … --set redis.port=PORT`
            hint: add a container instance to the cluster `searchapp`
        "#]],
    );
    // Before instances are known.
    let mut scene = closest("is already using a port required by your task");
    scene.waits_until(40.0);
    expect![[
        r#"Wait("0 of 1 running: port 6379 is taken on every instance that could take the task")"#
    ]]
    .assert_eq(&format!("{:?}", scene.look()));
}

#[test]
fn port_deadlock() {
    let mut scene = closest("is already using a port required by your task");
    scene.service["deploymentConfiguration"] =
        json!({"minimumHealthyPercent": 100, "maximumPercent": 200});
    scene.older(1);
    scene.instance(2038, 727, &["6379"]);
    check(
        scene,
        &expect![[r#"
        failed after 50 s: H0512: the older task holds port 6379 and may not stop before the new one runs (minimumHealthyPercent 100)
          (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0f9de17a2) is already using a port required by your task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
          instance i-1: 727 of 983 MiB of memory and 2038 of 2048 CPU units left; ports taken: 6379
        hint: let the older task stop first: `minimumHealthyPercent` 0 and `maximumPercent` 100 in the service's deployment configuration, at the price of a short outage with every update
        hint: add a container instance to the cluster `searchapp`
    "#]],
    );
}

#[test]
fn no_memory() {
    let mut scene = closest("has insufficient memory available");
    scene.instance(1024, 100, &[]);
    scene.instance(1024, 200, &[]);
    check(
        scene,
        &expect![[r#"
            failed after 50 s: H0513: no instance has the 256 MiB of memory left that a task takes: at most 200 are
              (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0f9de17a2) has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
              instance i-2: 200 of 983 MiB of memory and 1024 of 2048 CPU units left; ports taken: none
            hint: add a container instance to the cluster `searchapp`, or a larger one
            hint: set `memory` to 192 MiB; for most recipes: `host run … --set redis.memory=192`
        "#]],
    );
    let mut scene = closest("has insufficient memory available");
    scene.instance(2048, 983, &[]);
    scene.revision["containerDefinitions"][0]["memory"] = 4096.into();
    check(
        scene,
        &expect![[r#"
            failed after 50 s: H0513: no instance is large enough: a task takes 4096 MiB of memory, and the largest instance has 983
              (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0f9de17a2) has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
              instance i-1: 983 of 983 MiB of memory and 2048 of 2048 CPU units left; ports taken: none
            hint: add a container instance to the cluster `searchapp`, or a larger one
            hint: set `memory` to 960 MiB; for most recipes: `host run … --set redis.memory=960`
        "#]],
    );
}

#[test]
fn no_cpu() {
    let mut scene = closest("has insufficient CPU units available");
    scene.instance(5, 900, &[]);
    check(
        scene,
        &expect![[r#"
            failed after 50 s: H0514: no instance has the 10 CPU units left that a task takes: at most 5 are
              (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0f9de17a2) has insufficient CPU units available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
              instance i-1: 900 of 983 MiB of memory and 5 of 2048 CPU units left; ports taken: none
            hint: add a container instance to the cluster `searchapp`, or a larger one
            hint: set `cpu` to 5 units; for most recipes: `host run … --set redis.cpu=5`
        "#]],
    );
}

#[test]
fn agent_and_attribute() {
    let mut scene = closest("encountered error \"AGENT\"");
    scene.instance(2048, 983, &[]);
    scene.instance(2048, 983, &[]);
    scene.instances[1]["agentConnected"] = false.into();
    check(
        scene,
        &expect![[r#"
        failed after 100 s: H0515: the ECS agent of instance i-2 is disconnected
          (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0f9de17a2) encountered error "AGENT". For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
          instance i-2: 983 of 983 MiB of memory and 2048 of 2048 CPU units left; ports taken: none; its agent is disconnected
        hint: restart the agent on the instance (`sudo systemctl restart ecs`) and see that it reaches AWS on port 443
        hint: add a container instance to the cluster `searchapp`
    "#]],
    );
    let mut scene = closest("is missing an attribute required by your task");
    scene.instance(2048, 983, &[]);
    scene.revision["requiresAttributes"] =
        json!([{"name": "com.amazonaws.ecs.capability.logging-driver.splunk"}]);
    check(
        scene,
        &expect![[r#"
        failed after 50 s: H0516: instance i-1 lacks an attribute that the task requires
          (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0f9de17a2) is missing an attribute required by your task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
          instance i-1: 983 of 983 MiB of memory and 2048 of 2048 CPU units left; ports taken: none
        hint: the revision requires: com.amazonaws.ecs.capability.logging-driver.splunk
        hint: update the ECS agent of the instances, or leave out what needs it (a log driver, a role, a volume type)
    "#]],
    );
    check(
        event(
            "(service redis-service) was unable to place a task. Reason: Capacity is unavailable at this time.",
        ),
        &expect![[r#"
            failed after 50 s: H0518: no container instance takes the task
              (service redis-service) was unable to place a task. Reason: Capacity is unavailable at this time.
            hint: read what AWS says above, and the cluster's container instances
        "#]],
    );
}

#[test]
fn count_deadlock() {
    let mut scene = event(
        "(service redis-service) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
    );
    scene.service["deploymentConfiguration"] =
        json!({"minimumHealthyPercent": 100, "maximumPercent": 100});
    scene.older(1);
    check(
        scene,
        &expect![[r#"
            failed after 30 s: H0517: the deployment may neither stop nor start a task: of 1 desired, minimumHealthyPercent 100 keeps 1 running and maximumPercent 100 allows 1
              (service redis-service) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.
            hint: run its recipe again: a recipe that leaves both open gets those for the tasks that there are
            hint: otherwise lower `minimumHealthyPercent` or raise `maximumPercent` in the service's deployment configuration (0 and 100 for one task with a fixed port)
        "#]],
    );
}
