//! Tasks that end of themselves, or cannot begin.

use expect_test::expect;
use serde_json::json;

use super::scene::{About, Scene};

const EVENTS_AND_TASKS: [About; 2] = [About::Event, About::Task];

#[test]
fn an_image_that_cannot_be_pulled_is_tried_ever_less_often() {
    let mut scene =
        Scene::new("[[images]]\nimage = '*'\ncannot-pull = 'manifest for redis:9 not found'\n")
            .with_revisions(&["redis:9"]);
    scene.create(json!({}));
    scene.pass(120);
    expect![[r#"
        0     CreateService
        0     service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 0 IN_PROGRESS
        1     task-1 PENDING of redis:1 on instance-1
        1     service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 0 IN_PROGRESS
        0     event (service redis-service) has started 1 tasks: (task task-1).
        3     task-1 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        3     service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 1 IN_PROGRESS
        13    task-2 PENDING of redis:1 on instance-1
        13    service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 1 IN_PROGRESS
        13    event (service redis-service) has started 1 tasks: (task task-2).
        16    task-2 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        16    service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 2 IN_PROGRESS
        36    task-3 PENDING of redis:1 on instance-1
        36    service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 2 IN_PROGRESS
        36    event (service redis-service) has started 1 tasks: (task task-3).
        39    task-3 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        39    service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 3 IN_PROGRESS
        39    event (service redis-service) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.
        79    task-4 PENDING of redis:1 on instance-1
        79    service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 3 IN_PROGRESS
        79    event (service redis-service) has started 1 tasks: (task task-4).
        82    task-4 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        82    service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 4 IN_PROGRESS
    "#]].assert_eq(&scene.text());
    // At last it is tried every quarter of an hour, for ever.
    let mut scene = scene.about(&[About::Task]);
    let before = scene.text().len();
    scene.pass(2 * 3600);
    expect![[r#"
        162   task-5 PENDING of redis:1 on instance-1
        165   task-5 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        325   task-6 PENDING of redis:1 on instance-1
        328   task-6 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        648   task-7 PENDING of redis:1 on instance-1
        651   task-7 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        1291  task-8 PENDING of redis:1 on instance-1
        1294  task-8 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        2194  task-9 PENDING of redis:1 on instance-1
        2197  task-9 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        3097  task-10 PENDING of redis:1 on instance-1
        3100  task-10 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        4000  task-11 PENDING of redis:1 on instance-1
        4003  task-11 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        4903  task-12 PENDING of redis:1 on instance-1
        4906  task-12 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        5806  task-13 PENDING of redis:1 on instance-1
        5809  task-13 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
        6709  task-14 PENDING of redis:1 on instance-1
        6712  task-14 STOPPED TaskFailedToStart: Task failed to start; redis CannotPullContainerError: Error response from daemon: manifest for redis:9 not found
    "#]].assert_eq(&scene.text()[before..]);
}

#[test]
fn a_container_that_cannot_start() {
    let mut scene = Scene::new(
        "[[images]]\nimage = '*'\ncannot-start = 'exec: \"redis-sever\": executable file not found in $PATH'\n",
    )
    .with_revisions(&["redis:7"])
    .about(&EVENTS_AND_TASKS);
    scene.create(json!({}));
    scene.pass(10);
    expect![[r#"
        1     task-1 PENDING of redis:1 on instance-1
        0     event (service redis-service) has started 1 tasks: (task task-1).
        3     task-1 STOPPED TaskFailedToStart: Task failed to start; redis CannotStartContainerError: Error response from daemon: exec: "redis-sever": executable file not found in $PATH
    "#]].assert_eq(&scene.text());
}

#[test]
fn a_container_that_exits_is_replaced_at_once_every_time() {
    let mut scene = Scene::new("[[images]]\nimage = '*'\nexits = { after = 20, code = 3 }\n")
        .with_balancer()
        .with_revisions(&["redis:7"]);
    scene.create(json!({}));
    scene.pass(60);
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
        22    task-1 STOPPED EssentialContainerExited: Essential container in task exited; redis exit 3
        22    service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 1
        22    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        22    elb nothing
        27    task-2 PENDING of redis:1 on instance-1
        27    service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 1
        27    event (service redis-service) has started 1 tasks: (task task-2).
        29    task-2 RUNNING of redis:1 on instance-1
        29    service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 1
        29    event (service redis-service) registered 1 instances in (elb redis-elb)
        29    elb i-1 OutOfService ELB Instance registration is still in progress.
        40    event (service redis-service) has reached a steady state.
        40    elb i-1 InService N/A N/A
        49    task-2 STOPPED EssentialContainerExited: Essential container in task exited; redis exit 3
        49    service ACTIVE desired 1 running 0 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 0 failed 2
        49    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        49    elb nothing
        54    task-3 PENDING of redis:1 on instance-1
        54    service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 2
        54    event (service redis-service) has started 1 tasks: (task task-3).
        56    task-3 RUNNING of redis:1 on instance-1
        56    service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 2
        56    event (service redis-service) registered 1 instances in (elb redis-elb)
        56    elb i-1 OutOfService ELB Instance registration is still in progress.
    "#]].assert_eq(&scene.text());
}

#[test]
fn a_container_that_exits_twice_runs_the_third_time() {
    let mut scene =
        Scene::new("[[images]]\nimage = '*'\nexits = { after = 5, code = 1, times = 2 }\n")
            .with_revisions(&["redis:7"])
            .about(&EVENTS_AND_TASKS);
    scene.create(json!({}));
    scene.pass(120);
    expect![[r#"
        1     task-1 PENDING of redis:1 on instance-1
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     task-1 RUNNING of redis:1 on instance-1
        2     event (service redis-service) has reached a steady state.
        7     task-1 STOPPED EssentialContainerExited: Essential container in task exited; redis exit 1
        12    task-2 PENDING of redis:1 on instance-1
        12    event (service redis-service) has started 1 tasks: (task task-2).
        14    task-2 RUNNING of redis:1 on instance-1
        14    event (service redis-service) has reached a steady state.
        19    task-2 STOPPED EssentialContainerExited: Essential container in task exited; redis exit 1
        24    task-3 PENDING of redis:1 on instance-1
        24    event (service redis-service) has started 1 tasks: (task task-3).
        26    task-3 RUNNING of redis:1 on instance-1
        26    event (service redis-service) has reached a steady state.
    "#]].assert_eq(&scene.text());
}

#[test]
fn a_container_that_exits_rarely_exits_as_often_as_the_script_says() {
    // Its stopped tasks are forgotten long before the next one ends.
    let mut scene =
        Scene::new("[[images]]\nimage = '*'\nexits = { after = 5000, code = 1, times = 2 }\n")
            .with_revisions(&["redis:7"])
            .about(&[About::Task]);
    scene.create(json!({}));
    scene.pass(20_000);
    expect![[r#"
        1     task-1 PENDING of redis:1 on instance-1
        2     task-1 RUNNING of redis:1 on instance-1
        5002  task-1 STOPPED EssentialContainerExited: Essential container in task exited; redis exit 1
        5007  task-2 PENDING of redis:1 on instance-1
        5009  task-2 RUNNING of redis:1 on instance-1
        10009 task-2 STOPPED EssentialContainerExited: Essential container in task exited; redis exit 1
        10014 task-3 PENDING of redis:1 on instance-1
        10016 task-3 RUNNING of redis:1 on instance-1
    "#]].assert_eq(&scene.text());
}

#[test]
fn too_little_memory_kills() {
    let mut scene = Scene::new("[[images]]\nimage = '*'\nneeds-memory = 256\n")
        .with_revisions(&["elasticsearch:2"])
        .about(&EVENTS_AND_TASKS);
    scene.create(json!({}));
    scene.pass(8);
    expect![[r#"
        1     task-1 PENDING of redis:1 on instance-1
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     task-1 RUNNING of redis:1 on instance-1
        2     event (service redis-service) has reached a steady state.
        3     task-1 STOPPED EssentialContainerExited: Essential container in task exited; redis exit 137 OutOfMemoryError: Container killed due to memory usage
        8     task-2 PENDING of redis:1 on instance-1
        8     event (service redis-service) has started 1 tasks: (task task-2).
    "#]].assert_eq(&scene.text());
}

#[test]
fn failed_health_checks_stop_the_task() {
    let mut scene = Scene::new("[[images]]\nimage = '*'\nfails-health-check = true\n")
        .with_balancer()
        .with_revisions(&["redis:7"]);
    scene.create(json!({}));
    scene.pass(50);
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
        13    task-1 STOPPING ServiceSchedulerInitiated: Task failed ELB health checks in (elb redis-elb); redis
        13    task-2 PENDING of redis:1 on instance-2
        13    service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 0
        13    event (service redis-service) (instance i-1) is unhealthy in (elb redis-elb) due to (reason Instance has failed at least the UnhealthyThreshold number of health checks consecutively.)
        13    event (service redis-service) has started 1 tasks: (task task-2).
        13    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        13    elb nothing
        15    task-1 STOPPED ServiceSchedulerInitiated: Task failed ELB health checks in (elb redis-elb); redis exit 0
        15    task-2 RUNNING of redis:1 on instance-2
        15    service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 1
        15    event (service redis-service) registered 1 instances in (elb redis-elb)
        15    elb i-2 OutOfService ELB Instance registration is still in progress.
        26    task-2 STOPPING ServiceSchedulerInitiated: Task failed ELB health checks in (elb redis-elb); redis
        26    task-3 PENDING of redis:1 on instance-1
        26    service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 1
        26    event (service redis-service) (instance i-2) is unhealthy in (elb redis-elb) due to (reason Instance has failed at least the UnhealthyThreshold number of health checks consecutively.)
        26    event (service redis-service) has started 1 tasks: (task task-3).
        26    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        26    elb nothing
        28    task-2 STOPPED ServiceSchedulerInitiated: Task failed ELB health checks in (elb redis-elb); redis exit 0
        28    task-3 RUNNING of redis:1 on instance-1
        28    service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 2
        28    event (service redis-service) registered 1 instances in (elb redis-elb)
        28    elb i-1 OutOfService ELB Instance registration is still in progress.
        39    task-3 STOPPING ServiceSchedulerInitiated: Task failed ELB health checks in (elb redis-elb); redis
        39    task-4 PENDING of redis:1 on instance-2
        39    service ACTIVE desired 1 running 0 pending 1 | deployment-1 PRIMARY of redis:1: desired 1 running 0 pending 1 failed 2
        39    event (service redis-service) (instance i-1) is unhealthy in (elb redis-elb) due to (reason Instance has failed at least the UnhealthyThreshold number of health checks consecutively.)
        39    event (service redis-service) has started 1 tasks: (task task-4).
        39    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        39    elb nothing
        41    task-3 STOPPED ServiceSchedulerInitiated: Task failed ELB health checks in (elb redis-elb); redis exit 0
        41    task-4 RUNNING of redis:1 on instance-2
        41    service ACTIVE desired 1 running 1 pending 0 | deployment-1 PRIMARY of redis:1: desired 1 running 1 pending 0 failed 3
        41    event (service redis-service) registered 1 instances in (elb redis-elb)
        41    elb i-2 OutOfService ELB Instance registration is still in progress.
    "#]].assert_eq(&scene.text());
}

#[test]
fn a_grace_period_spares_it() {
    let mut scene = Scene::new("[[images]]\nimage = '*'\nfails-health-check = true\n")
        .with_balancer()
        .with_revisions(&["redis:7"])
        .about(&[About::Event, About::Balancer]);
    scene.create(json!({"healthCheckGracePeriodSeconds": 90}));
    scene.pass(100);
    expect![[r#"
        0     elb nothing
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     event (service redis-service) registered 1 instances in (elb redis-elb)
        2     elb i-1 OutOfService ELB Instance registration is still in progress.
        13    elb i-1 OutOfService Instance Instance has failed at least the UnhealthyThreshold number of health checks consecutively.
        92    event (service redis-service) (instance i-1) is unhealthy in (elb redis-elb) due to (reason Instance has failed at least the UnhealthyThreshold number of health checks consecutively.)
        92    event (service redis-service) has started 1 tasks: (task task-2).
        92    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        92    elb nothing
        94    event (service redis-service) registered 1 instances in (elb redis-elb)
        94    elb i-2 OutOfService ELB Instance registration is still in progress.
    "#]].assert_eq(&scene.text());
}

#[test]
fn an_instance_that_no_load_balancer_reaches_fails_too() {
    let mut scene = Scene::new("[[instances]]\nreachable = false\n")
        .with_balancer()
        .with_revisions(&["redis:7"])
        .about(&[About::Event]);
    scene.create(json!({}));
    scene.pass(20);
    expect![[r#"
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     event (service redis-service) registered 1 instances in (elb redis-elb)
        13    event (service redis-service) (instance i-1) is unhealthy in (elb redis-elb) due to (reason Instance has failed at least the UnhealthyThreshold number of health checks consecutively.)
        13    event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-1) is already using a port required by your task. For more information, see the Troubleshooting section.
        13    event (service redis-service) deregistered 1 instances in (elb redis-elb)
        20    event (service redis-service) has started 1 tasks: (task task-2).
    "#]].assert_eq(&scene.text());
}

#[test]
fn a_container_that_is_not_essential_may_end() {
    let mut scene = Scene::new("[[images]]\nimage = 'warm-up'\nexits = { after = 5, code = 0 }\n")
        .about(&[About::Event, About::Task]);
    scene.ecs(
        "RegisterTaskDefinition",
        json!({"family": "redis", "containerDefinitions": [
            {"name": "redis", "image": "redis:7", "memory": 128},
            {"name": "warm-up", "image": "warm-up", "memory": 32, "essential": false},
        ]}),
    );
    scene.create(json!({}));
    scene.pass(30);
    expect![[r#"
        1     task-1 PENDING of redis:1 on instance-1
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     task-1 RUNNING of redis:1 on instance-1
        2     event (service redis-service) has reached a steady state.
    "#]]
    .assert_eq(&scene.text());
    let containers = scene.tasks()[0]["containers"].clone();
    assert_eq!(containers[0]["lastStatus"], "RUNNING");
    assert_eq!(containers[1]["lastStatus"], "STOPPED");
    assert_eq!(containers[1]["exitCode"], 0);
}
