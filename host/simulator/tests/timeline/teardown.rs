//! A service goes.

use expect_test::expect;
use serde_json::json;

use super::scene::{ALL, About, BALANCER, CLUSTER, SERVICE, Scene};

fn steady() -> Scene {
    let mut scene = Scene::new("")
        .with_balancer()
        .with_revisions(&["redis:7"])
        .about(&[]);
    scene.create(json!({}));
    scene.pass(30);
    scene.about(&ALL)
}

#[test]
fn scaled_to_nothing_it_leaves_its_load_balancer_first() {
    let mut scene = steady();
    scene.update(json!({"desiredCount": 0}));
    scene.pass(10);
    expect![[r#"
        30    UpdateService {"desiredCount":0}
        30    service ACTIVE desired 0 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 0 running 1 pending 0 failed 0
        31    task-1 STOPPING ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-1); redis
        31    service ACTIVE desired 0 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 0 running 0 pending 0 failed 0
        30    event (service redis-service) has stopped 1 running tasks: (task task-1).
        30    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        31    elb nothing
        32    task-1 STOPPED ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-1); redis exit 0
        32    event (service redis-service) has reached a steady state.
    "#]].assert_eq(&scene.text());
}

#[test]
fn connections_are_drained_as_long_as_the_load_balancer_says() {
    let mut scene = steady();
    scene.elb(
        "ModifyLoadBalancerAttributes",
        json!({"LoadBalancerAttributes": {"ConnectionDraining": {"Enabled": true, "Timeout": 20}}}),
    );
    scene.update(json!({"desiredCount": 0}));
    scene.pass(30);
    expect![[r#"
        30    UpdateService {"desiredCount":0}
        30    service ACTIVE desired 0 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 0 running 1 pending 0 failed 0
        31    task-1 DEACTIVATING ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-1); redis
        31    service ACTIVE desired 0 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 0 running 0 pending 0 failed 0
        30    event (service redis-service) has stopped 1 running tasks: (task task-1).
        30    event (service redis-service) has begun draining connections on 1 tasks.
        30    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        31    elb i-1 InService N/A Instance deregistration currently in progress.
        50    task-1 STOPPED ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-1); redis exit 0
        50    event (service redis-service) has reached a steady state.
        50    elb nothing
    "#]].assert_eq(&scene.text());
}

#[test]
fn deleted_with_force_it_drains_and_is_inactive_and_forgotten_at_last() {
    let mut scene = steady();
    scene.delete(true);
    scene.pass(10);
    expect![[r#"
        30    DeleteService
        30    service DRAINING desired 0 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 0 running 1 pending 0 failed 0
        31    task-1 STOPPING ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-1); redis
        31    service DRAINING desired 0 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 0 running 0 pending 0 failed 0
        30    event (service redis-service) has stopped 1 running tasks: (task task-1).
        30    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        31    elb nothing
        32    task-1 STOPPED ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-1); redis exit 0
        32    service INACTIVE desired 0 running 0 pending 0
    "#]].assert_eq(&scene.text());
    let shown = scene.service();
    assert_eq!(shown["status"], "INACTIVE");
    assert_eq!(shown["desiredCount"], 0);
    assert!(
        shown["taskDefinition"]
            .as_str()
            .is_some_and(|it| it.ends_with("/redis:1")),
        "{shown}"
    );
    let listed = scene.ecs("ListServices", json!({}));
    assert_eq!(listed["serviceArns"], json!([]));
    let then = scene.world.now + std::time::Duration::from_mins(61);
    host_simulator::advance(&mut scene.world, &host_simulator::Script::default(), then);
    let described = scene.ecs("DescribeServices", json!({"services": [SERVICE]}));
    assert_eq!(described["services"], json!([]));
    assert_eq!(described["failures"][0]["reason"], "MISSING");
}

#[test]
fn its_name_is_free_once_it_is_inactive() {
    let mut scene = steady().about(&[About::Call, About::Service]);
    scene.delete(true);
    scene.pass(5);
    scene.create(json!({}));
    scene.pass(20);
    expect![[r#"
        30    DeleteService
        30    service DRAINING desired 0 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 0 running 1 pending 0 failed 0
        31    service DRAINING desired 0 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 0 running 0 pending 0 failed 0
        32    service INACTIVE desired 0 running 0 pending 0
        35    CreateService
        35    service ACTIVE desired 1 running 0 pending 0 | deployment-2 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 0
        36    service ACTIVE desired 1 running 0 pending 1 | deployment-2 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 0
        37    service ACTIVE desired 1 running 1 pending 0 | deployment-2 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 0
    "#]].assert_eq(&scene.text());
}

#[test]
fn a_load_balancer_that_is_gone_is_told_of() {
    let mut scene = steady().about(&[About::Event, About::Task]);
    scene.elb("DeleteLoadBalancer", json!({}));
    assert!(!scene.world.balancers.contains_key(BALANCER));
    let task = scene.tasks()[0]["taskArn"].clone();
    scene.ecs("StopTask", json!({"task": task, "reason": "to see"}));
    scene.pass(20);
    expect![[r#"
        31    task-1 STOPPING UserInitiated: to see; redis
        31    task-2 PENDING of redis:1 on instance-2
        30    event (service redis-service) has started 1 tasks: (task task-2).
        32    task-1 STOPPED UserInitiated: to see; redis exit 0
        32    task-2 RUNNING of redis:1 on instance-2
        32    event (service redis-service) failed to register instances in (elb redis-elb) with (error LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'redis-elb')
    "#]].assert_eq(&scene.text());
}

#[test]
fn the_tasks_of_an_instance_that_is_terminated_run_elsewhere() {
    let mut scene = steady();
    let found = &scene.world.clusters[CLUSTER];
    let ours = found.tasks.values().next().unwrap();
    let arn = found.instances[ours.instance.as_ref().unwrap()].arn.clone();
    scene.ecs(
        "DeregisterContainerInstance",
        json!({"containerInstance": arn, "force": true}),
    );
    scene.pass(30);
    expect![[r#"
        31    task-1 STOPPED TerminationNotice: Host EC2 (instance i-1) terminated.; redis
        31    task-2 PENDING of redis:1 on instance-2
        31    service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 0
        30    event (service redis-service) has started 1 tasks: (task task-2).
        31    elb nothing
        32    task-2 RUNNING of redis:1 on instance-2
        32    service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 0
        32    event (service redis-service) registered 1 instances in (elb redis-elb)
        32    elb i-2 OutOfService ELB Instance registration is still in progress.
        43    event (service redis-service) has reached a steady state.
        43    elb i-2 InService N/A N/A
    "#]].assert_eq(&scene.text());
    let stopped = scene.tasks().remove(0);
    assert_eq!(stopped["containers"][0]["lastStatus"], "STOPPED");
    assert_eq!(stopped["containers"][0]["networkBindings"], json!([]));
}
