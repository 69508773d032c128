//! The deployment as a whole, and the end of the time.

use expect_test::expect;
use serde_json::json;

use super::super::scene::Scene;
use super::{MORE, NO_ROOM, check};

#[test]
fn deleted_or_replaced() {
    let mut scene = Scene::new();
    scene.waits_until(5.0);
    scene.service["status"] = "DRAINING".into();
    check(
        scene,
        &expect![[r#"
        failed after 13 s: H0530: the service is DRAINING: someone deleted it
        hint: run it again to make it anew, or find out who deleted it
    "#]],
    );
    let mut scene = Scene::new();
    scene.waits_until(5.0);
    scene.service["deployments"][0]["id"] = "ecs-svc/3".into();
    check(
        scene,
        &expect![[r#"
        failed after 13 s: H0531: another deployment (ecs-svc/3) took the place of ours
        hint: find out who deploys to this service beside you, then run again: what runs now is not what you asked for
    "#]],
    );
}

/// Without a classic load balancer AWS has a circuit breaker of its own.
#[test]
fn given_up_by_aws() {
    let mut scene = Scene::plain();
    scene.waits_until(5.0);
    scene.ends(
        "TaskFailedToStart",
        "CannotPullContainerError: manifest unknown",
        &json!({}),
    );
    scene.service["deployments"][0]["rolloutState"] = "FAILED".into();
    scene.service["deployments"][0]["rolloutStateReason"] =
        "ECS deployment circuit breaker: tasks failed to start.".into();
    check(
        scene,
        &expect![[r#"
        failed after 13 s: H0502: the image cannot be pulled
          the rollout failed: ECS deployment circuit breaker: tasks failed to start.
          task t1 stopped: CannotPullContainerError: manifest unknown
        hint: check the name and the tag of the image: the registry does not know it
    "#]],
    );
    let mut scene = Scene::plain();
    scene.service["deployments"][0]["rolloutState"] = "FAILED".into();
    check(
        scene,
        &expect![[r#"
        failed after 1 s: H0533: the rollout failed: AWS gives no reason
        hint: see why its tasks stopped: `aws ecs list-tasks --cluster searchapp --service-name redis-service --desired-status STOPPED`, then `aws ecs describe-tasks`
    "#]],
    );
    // A rollback ends well, but not with what was asked for.
    let mut scene = Scene::plain();
    scene.waits_until(5.0);
    scene.counts(1, 0);
    scene.service["deployments"][0]["rolloutState"] = "FAILED".into();
    scene.service["deployments"][0]["status"] = "ACTIVE".into();
    scene.service["deployments"][0]["rolloutStateReason"] =
        "ECS deployment circuit breaker: tasks failed to start.".into();
    let deployments = scene.service["deployments"].as_array_mut().unwrap();
    deployments.insert(0, json!({"id": "ecs-svc/3", "status": "PRIMARY", "rolloutState": "COMPLETED", "runningCount": 1}));
    scene.ends(
        "TaskFailedToStart",
        "CannotPullContainerError: manifest unknown",
        &json!({}),
    );
    check(
        scene,
        &expect![[r#"
        failed after 13 s: H0532: AWS gave our deployment up and went back to an older one: the image cannot be pulled
          ECS deployment circuit breaker: tasks failed to start.
          task t1 stopped: CannotPullContainerError: manifest unknown
        hint: check the name and the tag of the image: the registry does not know it
    "#]],
    );
}

/// The time is over.
#[test]
fn what_is_known_at_the_end() {
    let late = |prepare: fn(&mut Scene)| {
        let mut scene = Scene::new();
        prepare(&mut scene);
        scene.waits_until(30.0);
        scene.told_late()
    };
    // Nothing speaks.
    expect![[r#"
        the time is over: H0500: it did not become steady in time: 0 of 1 running, 1 pending
        hint: give it more time (`--timeout`) if it starts slowly
    "#]]
    .assert_eq(&late(|it| it.counts(0, 1)));
    // A single crash is no crash loop, but what is known.
    expect![[r#"
        the time is over: H0501: the container `redis` ran out of memory and was killed at its limit of 256 MiB
          task t1 stopped: Essential container in task exited; container `redis`: exit code 137, OutOfMemoryError: Container killed due to memory usage
        hint: set `memory` to 512 MiB; for most recipes: `host run … --set redis.memory=512`
        hint: or make the program use less: a limit of its own heap or cache belongs below the container's
    "#]].assert_eq(&late(|it| {
        let reason = "OutOfMemoryError: Container killed due to memory usage";
        it.ends(
            "EssentialContainerExited",
            "Essential container in task exited",
            &json!({"exitCode": 137, "reason": reason}),
        );
        it.counts(0, 1);
    }));
    // Neither is anybody's fault.
    expect![[r#"
        the time is over: H0540: AWS throttles its own operations for this service, and was not done in time
          (service redis-service) operations are being throttled. Will try again later.
        hint: run again in some minutes, with a longer `--timeout`: nothing is wrong with the service itself
    "#]].assert_eq(&late(|it| {
        it.event("(service redis-service) operations are being throttled. Will try again later.");
    }));
    expect![[r#"
        the time is over: H0541: AWS took the instance of a task away, and no other was ready in time
          task t1 stopped: Host EC2 (instance i-1) terminated.
        hint: see that the cluster has another container instance, then run again
    "#]].assert_eq(&late(|it| {
        it.ends(
            "TerminationNotice",
            "Host EC2 (instance i-1) terminated.",
            &json!({}),
        );
    }));
    // Some found room, and one did not.
    expect![[r#"
        the time is over: H0511: port 6379 is taken on the only instance by the 1 of 2 tasks that run: each needs an instance of its own
          (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0f9de17a1) is already using a port required by your task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
          instance i-1: 727 of 983 MiB of memory and 2038 of 2048 CPU units left; ports taken: 6379
        hint: add a container instance to the cluster `searchapp`
        hint: set `desired-count` to 1 tasks; for most recipes: `host run … --set redis.desired-count=1`
    "#]].assert_eq(&late(|it| {
        it.desire(2);
        it.event_at(101.0, &format!("{NO_ROOM} The closest matching (container-instance 0f9de17a1) is already using a port required by your task. {MORE}"));
        it.event_at(102.0, "(service redis-service) has started 1 tasks: (task 0123).");
        it.counts(1, 0);
        it.instance(2038, 727, &["6379"]);
        it.in_service();
    }));
    // It was steady when the time was over.
    expect![[r#"
        no trouble
    "#]]
    .assert_eq(&{
        let mut scene = Scene::new();
        scene.waits_until(30.0);
        scene.counts(1, 0);
        scene.in_service();
        scene.told_late()
    });
}
