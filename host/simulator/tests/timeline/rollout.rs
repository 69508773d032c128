//! A service comes up for the first time.

use expect_test::expect;
use serde_json::json;

use super::scene::Scene;

#[test]
fn behind_a_load_balancer_it_is_steady_once_its_instance_is_in_service() {
    let mut scene = Scene::new("").with_balancer().with_revisions(&["redis:7"]);
    scene.create(json!({}));
    scene.pass(120);
    expect![[r#"
        0     CreateService
        0     service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 0
        0     elb nothing
        1     task-1 PENDING of redis:1 on instance-1
        1     service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 0
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     task-1 RUNNING of redis:1 on instance-1
        2     service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 0
        2     event (service redis-service) registered 1 instances in (elb redis-elb)
        2     elb i-1 OutOfService ELB Instance registration is still in progress.
        13    event (service redis-service) has reached a steady state.
        13    elb i-1 InService N/A N/A
    "#]].assert_eq(&scene.text());
}

#[test]
fn with_the_usual_health_check_it_takes_five_minutes() {
    let mut scene = Scene::new("").with_balancer().with_revisions(&["redis:7"]);
    scene.elb(
        "ConfigureHealthCheck",
        json!({"HealthCheck": {"Target": "TCP:6379", "Interval": 30, "Timeout": 5,
            "UnhealthyThreshold": 2, "HealthyThreshold": 10}}),
    );
    scene.create(json!({}));
    scene.pass(600);
    expect![[r#"
        0     CreateService
        0     service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 0
        0     elb nothing
        1     task-1 PENDING of redis:1 on instance-1
        1     service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 0
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     task-1 RUNNING of redis:1 on instance-1
        2     service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 0
        2     event (service redis-service) registered 1 instances in (elb redis-elb)
        2     elb i-1 OutOfService ELB Instance registration is still in progress.
        273   event (service redis-service) has reached a steady state.
        273   elb i-1 InService N/A N/A
    "#]].assert_eq(&scene.text());
}

#[test]
fn without_a_load_balancer_it_is_steady_when_its_tasks_run() {
    let mut scene = Scene::new("[[images]]\nimage = 'redis*'\nstarts-after = 20\n")
        .with_revisions(&["redis:7"]);
    scene.create(json!({"desiredCount": 2}));
    scene.pass(60);
    expect![[r#"
        0     CreateService
        0     service ACTIVE desired 2 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 2 running 0 pending 0 failed 0 IN_PROGRESS
        1     task-1 PENDING of redis:1 on instance-2
        1     task-2 PENDING of redis:1 on instance-1
        1     service ACTIVE desired 2 running 0 pending 2 | deployment-1 PRIMARY of redis:1: desired 2 running 0 pending 2 failed 0 IN_PROGRESS
        0     event (service redis-service) has started 2 tasks: (task task-2) (task task-1).
        20    task-1 RUNNING of redis:1 on instance-2
        20    task-2 RUNNING of redis:1 on instance-1
        20    service ACTIVE desired 2 running 2 pending 0 | deployment-1 PRIMARY of redis:1: desired 2 running 2 pending 0 failed 0 COMPLETED
        20    event (service redis-service) has reached a steady state.
    "#]].assert_eq(&scene.text());
}

#[test]
fn what_answers_late_is_in_service_late() {
    let mut scene = Scene::new("[[images]]\nimage = 'redis*'\nhealthy-after = 45\n")
        .with_balancer()
        .with_revisions(&["redis:7"]);
    scene.create(json!({"healthCheckGracePeriodSeconds": 90}));
    scene.pass(120);
    expect![[r#"
        0     CreateService
        0     service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 0
        0     elb nothing
        1     task-1 PENDING of redis:1 on instance-1
        1     service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 0
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     task-1 RUNNING of redis:1 on instance-1
        2     service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 0
        2     event (service redis-service) registered 1 instances in (elb redis-elb)
        2     elb i-1 OutOfService ELB Instance registration is still in progress.
        13    elb i-1 OutOfService Instance Instance has failed at least the UnhealthyThreshold number of health checks consecutively.
        63    event (service redis-service) has reached a steady state.
        63    elb i-1 InService N/A N/A
    "#]].assert_eq(&scene.text());
}

#[test]
fn a_daemon_runs_once_on_each_instance() {
    let mut scene = Scene::new("[[instances]]\n[[instances]]\nmemory = 100\n[[instances]]\n")
        .with_revisions(&["redis:7"]);
    scene.register("redis:7", json!({"portMappings": []}));
    scene.create(
        json!({"taskDefinition": "redis:2", "desiredCount": null, "schedulingStrategy": "DAEMON"}),
    );
    scene.pass(20);
    expect![[r#"
        0     CreateService
        0     service ACTIVE desired 0 running 0 pending 0 | deployment-1 PRIMARY of redis:2: desired 0 running 0 pending 0 failed 0 IN_PROGRESS
        1     task-1 PENDING of redis:2 on instance-2
        1     task-2 PENDING of redis:2 on instance-1
        1     service ACTIVE desired 3 running 0 pending 2 | deployment-1 PRIMARY of redis:2: desired 3 running 0 pending 2 failed 0 IN_PROGRESS
        0     event (service redis-service) has started 2 tasks: (task task-2) (task task-1).
        0     event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-3) has insufficient memory available. For more information, see the Troubleshooting section.
        2     task-1 RUNNING of redis:2 on instance-2
        2     task-2 RUNNING of redis:2 on instance-1
        2     service ACTIVE desired 3 running 2 pending 0 | deployment-1 PRIMARY of redis:2: desired 3 running 2 pending 0 failed 0 IN_PROGRESS
    "#]].assert_eq(&scene.text());
}
