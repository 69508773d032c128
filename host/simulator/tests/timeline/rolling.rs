//! A service changes to another revision, or to another number.

use expect_test::expect;
use serde_json::json;

use super::scene::{About, Scene};

/// A steady service behind its load balancer, from which on everything is written down.
fn steady(desired: u32, least: u32, most: u32) -> Scene {
    let mut scene = Scene::new("")
        .with_balancer()
        .with_revisions(&["redis:7", "redis:8"])
        .about(&[]);
    scene.create(json!({"desiredCount": desired,
        "deploymentConfiguration": {"minimumHealthyPercent": least, "maximumPercent": most}}));
    scene.pass(60);
    scene.about(&super::scene::ALL)
}

#[test]
fn half_may_be_missing_two_on_two_instances() {
    let mut scene = steady(2, 50, 200);
    scene.update(json!({"taskDefinition": "redis:2"}));
    scene.pass(120);
    expect![[r#"
        60    UpdateService {"taskDefinition":"redis:2"}
        60    service ACTIVE desired 2 running 2 pending 0 | deployment-2 PRIMARY of redis:2: desired 2 running 0 pending 0 failed 0 | deployment-1 ACTIVE of redis:1: desired 2 running 2 pending 0 failed 0
        61    task-1 STOPPING ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-2); redis
        61    service ACTIVE desired 2 running 1 pending 0 | deployment-2 PRIMARY of redis:2: desired 2 running 0 pending 0 failed 0 | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0
        60    event (service redis-service) has stopped 1 running tasks: (task task-1).
        60    event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-1) is already using a port required by your task. For more information, see the Troubleshooting section.
        60    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        61    elb i-2 InService N/A N/A
        62    task-1 STOPPED ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-2); redis exit 0
        62    task-3 PENDING of redis:2 on instance-1
        62    service ACTIVE desired 2 running 1 pending 1 | deployment-2 PRIMARY of redis:2: desired 2 running 0 pending 1 failed 0 | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0
        62    event (service redis-service) has started 1 tasks: (task task-3).
        64    task-3 RUNNING of redis:2 on instance-1
        64    service ACTIVE desired 2 running 2 pending 0 | deployment-2 PRIMARY of redis:2: desired 2 running 1 pending 0 failed 0 | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0
        64    event (service redis-service) registered 1 instances in (elb redis-elb)
        64    elb i-2 InService N/A N/A; elb i-1 OutOfService ELB Instance registration is still in progress.
        75    task-2 STOPPING ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-2); redis
        75    service ACTIVE desired 2 running 1 pending 0 | deployment-2 PRIMARY of redis:2: desired 2 running 1 pending 0 failed 0 | deployment-1 ACTIVE of redis:1: desired 0 running 0 pending 0 failed 0
        75    event (service redis-service) has stopped 1 running tasks: (task task-2).
        75    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        75    elb i-1 InService N/A N/A
        77    task-2 STOPPED ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-2); redis exit 0
        77    task-4 PENDING of redis:2 on instance-2
        77    service ACTIVE desired 2 running 1 pending 1 | deployment-2 PRIMARY of redis:2: desired 2 running 1 pending 1 failed 0
        77    event (service redis-service) has started 1 tasks: (task task-4).
        79    task-4 RUNNING of redis:2 on instance-2
        79    service ACTIVE desired 2 running 2 pending 0 | deployment-2 PRIMARY of redis:2: desired 2 running 2 pending 0 failed 0
        79    event (service redis-service) registered 1 instances in (elb redis-elb)
        79    elb i-2 OutOfService ELB Instance registration is still in progress.; elb i-1 InService N/A N/A
        90    event (service redis-service) has reached a steady state.
        90    elb i-2 InService N/A N/A; elb i-1 InService N/A N/A
    "#]].assert_eq(&scene.text());
}

#[test]
fn all_may_be_missing_and_none_may_be_more() {
    let mut scene = steady(1, 0, 100);
    scene.update(json!({"taskDefinition": "redis:2"}));
    scene.pass(120);
    expect![[r#"
        60    UpdateService {"taskDefinition":"redis:2"}
        60    service ACTIVE desired 1 running 1 pending 0 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 0 failed 0 | deployment-1 ACTIVE of redis:1: desired 1 running 1 pending 0 failed 0
        61    task-1 STOPPING ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-2); redis
        61    service ACTIVE desired 1 running 0 pending 0 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 0 failed 0 | deployment-1 ACTIVE of redis:1: desired 0 running 0 pending 0 failed 0
        60    event (service redis-service) has stopped 1 running tasks: (task task-1).
        60    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        61    elb nothing
        62    task-1 STOPPED ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-2); redis exit 0
        62    task-2 PENDING of redis:2 on instance-1
        62    service ACTIVE desired 1 running 0 pending 1 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 1 failed 0
        62    event (service redis-service) has started 1 tasks: (task task-2).
        64    task-2 RUNNING of redis:2 on instance-1
        64    service ACTIVE desired 1 running 1 pending 0 | deployment-2 PRIMARY of redis:2: desired 1 running 1 pending 0 failed 0
        64    event (service redis-service) registered 1 instances in (elb redis-elb)
        64    elb i-1 OutOfService ELB Instance registration is still in progress.
        75    event (service redis-service) has reached a steady state.
        75    elb i-1 InService N/A N/A
    "#]].assert_eq(&scene.text());
}

#[test]
fn none_may_be_missing_and_every_port_is_taken() {
    let mut scene = steady(2, 100, 200);
    scene.update(json!({"taskDefinition": "redis:2"}));
    scene.pass(120);
    expect![[r#"
        60    UpdateService {"taskDefinition":"redis:2"}
        60    service ACTIVE desired 2 running 2 pending 0 | deployment-2 PRIMARY of redis:2: desired 2 running 0 pending 0 failed 0 | deployment-1 ACTIVE of redis:1: desired 2 running 2 pending 0 failed 0
        61    service ACTIVE desired 2 running 2 pending 0 | deployment-2 PRIMARY of redis:2: desired 2 running 0 pending 0 failed 0 | deployment-1 ACTIVE of redis:1: desired 0 running 2 pending 0 failed 0
        60    event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-1) is already using a port required by your task. For more information, see the Troubleshooting section.
    "#]].assert_eq(&scene.text());
}

#[test]
fn none_may_be_missing_and_none_may_be_more() {
    // Half of one is one: there is nothing that may be stopped, and nothing that may be started.
    let mut scene = steady(1, 50, 100);
    scene.update(json!({"taskDefinition": "redis:2"}));
    scene.pass(120);
    expect![[r#"
        60    UpdateService {"taskDefinition":"redis:2"}
        60    service ACTIVE desired 1 running 1 pending 0 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 0 failed 0 | deployment-1 ACTIVE of redis:1: desired 1 running 1 pending 0 failed 0
        61    service ACTIVE desired 1 running 1 pending 0 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 0 failed 0 | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0
        120   event (service redis-service) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.
    "#]].assert_eq(&scene.text());
}

#[test]
fn a_deadlock_is_solved_by_other_numbers() {
    let mut scene = steady(1, 50, 100).about(&[About::Call, About::Event]);
    scene.update(json!({"taskDefinition": "redis:2"}));
    scene.pass(90);
    scene.update(
        json!({"deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100}}),
    );
    scene.pass(60);
    expect![[r#"
        60    UpdateService {"taskDefinition":"redis:2"}
        120   event (service redis-service) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.
        150   UpdateService {"deploymentConfiguration":{"minimumHealthyPercent":0,"maximumPercent":100}}
        150   event (service redis-service) has stopped 1 running tasks: (task task-1).
        150   event (service redis-service) deregistered 1 instances in (elb redis-elb)
        152   event (service redis-service) has started 1 tasks: (task task-2).
        154   event (service redis-service) registered 1 instances in (elb redis-elb)
        165   event (service redis-service) has reached a steady state.
    "#]].assert_eq(&scene.text());
}

#[test]
fn it_grows_and_shrinks_without_a_new_deployment() {
    let mut scene = steady(1, 100, 200);
    scene.update(json!({"desiredCount": 2}));
    scene.pass(60);
    scene.update(json!({"desiredCount": 1}));
    scene.pass(60);
    expect![[r#"
        60    UpdateService {"desiredCount":2}
        60    service ACTIVE desired 2 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 2 running 1 pending 0 failed 0
        61    task-2 PENDING of redis:1 on instance-2
        61    service ACTIVE desired 2 running 1 pending 1 | deployment-1 PRIMARY of redis:1: desired 2 running 1 pending 1 failed 0
        60    event (service redis-service) has started 1 tasks: (task task-2).
        62    task-2 RUNNING of redis:1 on instance-2
        62    service ACTIVE desired 2 running 2 pending 0 | deployment-1 PRIMARY of redis:1: desired 2 running 2 pending 0 failed 0
        62    event (service redis-service) registered 1 instances in (elb redis-elb)
        62    elb i-2 OutOfService ELB Instance registration is still in progress.; elb i-1 InService N/A N/A
        73    event (service redis-service) has reached a steady state.
        73    elb i-2 InService N/A N/A; elb i-1 InService N/A N/A
        120   UpdateService {"desiredCount":1}
        120   service ACTIVE desired 1 running 2 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 2 pending 0 failed 0
        121   task-2 STOPPING ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-1); redis
        121   service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 0
        120   event (service redis-service) has stopped 1 running tasks: (task task-2).
        120   event (service redis-service) deregistered 1 instances in (elb redis-elb)
        121   elb i-1 InService N/A N/A
        122   task-2 STOPPED ServiceSchedulerInitiated: Scaling activity initiated by (deployment deployment-1); redis exit 0
        122   event (service redis-service) has reached a steady state.
    "#]].assert_eq(&scene.text());
}

#[test]
fn a_broken_revision_leaves_the_old_one_running() {
    let mut scene = Scene::new(
        "[[images]]\nimage = 'redis:8'\ncannot-pull = 'manifest for redis:8 not found'\n",
    )
    .with_revisions(&["redis:7", "redis:8"])
    .about(&[About::Call, About::Event, About::Service]);
    scene.create(json!({}));
    scene.pass(10);
    scene.update(json!({"taskDefinition": "redis:2"}));
    scene.pass(90);
    scene.update(json!({"taskDefinition": "redis:1"}));
    scene.pass(30);
    expect![[r#"
        0     CreateService
        0     service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 0 IN_PROGRESS
        1     service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 0 IN_PROGRESS
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 0 COMPLETED
        2     event (service redis-service) has reached a steady state.
        10    UpdateService {"taskDefinition":"redis:2"}
        10    service ACTIVE desired 1 running 1 pending 0 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 0 failed 0 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 1 running 1 pending 0 failed 0 COMPLETED
        11    service ACTIVE desired 1 running 1 pending 1 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 1 failed 0 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0 COMPLETED
        10    event (service redis-service) has started 1 tasks: (task task-2).
        13    service ACTIVE desired 1 running 1 pending 0 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 0 failed 1 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0 COMPLETED
        23    service ACTIVE desired 1 running 1 pending 1 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 1 failed 1 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0 COMPLETED
        23    event (service redis-service) has started 1 tasks: (task task-3).
        26    service ACTIVE desired 1 running 1 pending 0 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 0 failed 2 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0 COMPLETED
        46    service ACTIVE desired 1 running 1 pending 1 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 1 failed 2 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0 COMPLETED
        46    event (service redis-service) has started 1 tasks: (task task-4).
        49    service ACTIVE desired 1 running 1 pending 0 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 0 failed 3 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0 COMPLETED
        49    event (service redis-service) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.
        89    service ACTIVE desired 1 running 1 pending 1 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 1 failed 3 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0 COMPLETED
        89    event (service redis-service) has started 1 tasks: (task task-5).
        92    service ACTIVE desired 1 running 1 pending 0 | deployment-2 PRIMARY of redis:2: desired 1 running 0 pending 0 failed 4 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0 COMPLETED
        100   UpdateService {"taskDefinition":"redis:1"}
        100   service ACTIVE desired 1 running 1 pending 0 | deployment-3 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 0 IN_PROGRESS | deployment-2 ACTIVE of redis:2: desired 1 running 0 pending 0 failed 4 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0 COMPLETED
        101   service ACTIVE desired 1 running 1 pending 1 | deployment-3 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 0 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 0 running 1 pending 0 failed 0 COMPLETED
        100   event (service redis-service) has started 1 tasks: (task task-6).
        102   service ACTIVE desired 1 running 1 pending 0 | deployment-3 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 0 IN_PROGRESS | deployment-1 ACTIVE of redis:1: desired 0 running 0 pending 0 failed 0 COMPLETED
        102   event (service redis-service) has stopped 1 running tasks: (task task-1).
        104   service ACTIVE desired 1 running 1 pending 0 | deployment-3 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 0 COMPLETED
        104   event (service redis-service) has reached a steady state.
    "#]].assert_eq(&scene.text());
}
