//! Tasks that end.

use expect_test::expect;
use serde_json::{Value, json};

use super::super::scene::Scene;
use super::{check, event};

/// What it comes to where a task ends every ten seconds, and between them the next one is on its way.
fn ending(code: &str, reason: &str, container: &Value) -> String {
    ending_of(Scene::new(), code, reason, container)
}

fn ending_of(mut scene: Scene, code: &str, reason: &str, container: &Value) -> String {
    let mut end = 0.0;
    loop {
        end += 10.0;
        scene.counts(0, 1);
        let told = scene.told(end);
        if told != "still waits\n" || end > 300.0 {
            return told;
        }
        scene.ends(code, reason, container);
    }
}

#[test]
fn killed_for_memory() {
    let killed = |container: &Value| {
        ending(
            "EssentialContainerExited",
            "Essential container in task exited",
            container,
        )
    };
    expect![[r#"
        failed after 30 s: H0501: the container `redis` ran out of memory and was killed at its limit of 256 MiB
          task t2 stopped: Essential container in task exited; container `redis`: exit code 137, OutOfMemoryError: Container killed due to memory usage
          task t1 stopped: Essential container in task exited; container `redis`: exit code 137, OutOfMemoryError: Container killed due to memory usage
        hint: set `memory` to 512 MiB; for most recipes: `host run … --set redis.memory=512`
        hint: or make the program use less: a limit of its own heap or cache belongs below the container's
    "#]].assert_eq(&killed(&json!({"exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"})));
    // AWS does not always say the word.
    expect![[r#"
        failed after 30 s: H0501: the container `redis` was killed with exit code 137, as for memory (its limit is 256 MiB)
          task t2 stopped: Essential container in task exited; container `redis`: exit code 137
          task t1 stopped: Essential container in task exited; container `redis`: exit code 137
        hint: set `memory` to 512 MiB; for most recipes: `host run … --set redis.memory=512`
        hint: or make the program use less: a limit of its own heap or cache belongs below the container's
    "#]].assert_eq(&killed(&json!({"exitCode": 137})));
}

#[test]
fn no_image() {
    let pull = |words: &str| ending("TaskFailedToStart", words, &json!({"image": "redis:77"}));
    expect![[r#"
        failed after 30 s: H0502: the image `redis:77` cannot be pulled
          task t2 stopped: CannotPullContainerError: Error response from daemon: manifest for redis:77 not found: manifest unknown
          task t1 stopped: CannotPullContainerError: Error response from daemon: manifest for redis:77 not found: manifest unknown
        hint: check the name and the tag of the image: the registry does not know it
    "#]].assert_eq(&pull("CannotPullContainerError: Error response from daemon: manifest for redis:77 not found: manifest unknown"));
    expect![[r#"
        failed after 30 s: H0502: the image `redis:77` cannot be pulled
          task t2 stopped: CannotPullContainerError: pull access denied for me/redis, repository does not exist or may require 'docker login'
          task t1 stopped: CannotPullContainerError: pull access denied for me/redis, repository does not exist or may require 'docker login'
        hint: let the instances log in to the registry: `repositoryCredentials`, or for ECR the rights of the instance role or `executionRoleArn`; the name may also be misspelt
    "#]].assert_eq(&pull("CannotPullContainerError: pull access denied for me/redis, repository does not exist or may require 'docker login'"));
    expect![[r#"
        failed after 30 s: H0502: the image `redis:77` cannot be pulled
          task t2 stopped: CannotPullContainerError: toomanyrequests: You have reached your pull rate limit.
          task t1 stopped: CannotPullContainerError: toomanyrequests: You have reached your pull rate limit.
        hint: the registry limits anonymous pulls: log in to it (`repositoryCredentials`), or take the image from a mirror such as public.ecr.aws
    "#]].assert_eq(&pull(
        "CannotPullContainerError: toomanyrequests: You have reached your pull rate limit.",
    ));
    expect![[r#"
        failed after 30 s: H0502: the image `redis:77` cannot be pulled
          task t2 stopped: CannotPullContainerError: Get https://registry-1.docker.io/v2/: dial tcp 3.94.224.37:443: i/o timeout
          task t1 stopped: CannotPullContainerError: Get https://registry-1.docker.io/v2/: dial tcp 3.94.224.37:443: i/o timeout
        hint: give the instances a way to the registry: a NAT gateway or a public address, and port 443 outwards
    "#]].assert_eq(&pull("CannotPullContainerError: Get https://registry-1.docker.io/v2/: dial tcp 3.94.224.37:443: i/o timeout"));
}

#[test]
fn no_start() {
    let start = |words: &str| ending("TaskFailedToStart", words, &json!({}));
    expect![[r#"
        failed after 30 s: H0503: the container `redis` cannot be started
          task t2 stopped: CannotStartContainerError: Error response from daemon: OCI runtime create failed: exec: "redis-serve": executable file not found in $PATH: unknown
          task t1 stopped: CannotStartContainerError: Error response from daemon: OCI runtime create failed: exec: "redis-serve": executable file not found in $PATH: unknown
        hint: check `command` and `entryPoint`: the image does not have what they name
    "#]].assert_eq(&start("CannotStartContainerError: Error response from daemon: OCI runtime create failed: exec: \"redis-serve\": executable file not found in $PATH: unknown"));
    expect![[r#"
        failed after 30 s: H0503: the container `redis` cannot be started
          task t2 stopped: CannotCreateContainerError: Error response from daemon: logger: failed to initialize logging driver: no such group
          task t1 stopped: CannotCreateContainerError: Error response from daemon: logger: failed to initialize logging driver: no such group
        hint: check the log configuration: the driver, the group, and the role that may write to it
    "#]].assert_eq(&start("CannotCreateContainerError: Error response from daemon: logger: failed to initialize logging driver: no such group"));
    expect![[r#"
        failed after 30 s: H0503: the container `redis` cannot be started
          task t2 stopped: DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s
          task t1 stopped: DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s
        hint: Docker on the instance does not answer in time: see its load and its disk, or replace the instance
    "#]].assert_eq(&start(
        "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s",
    ));
    expect![[r#"
        failed after 30 s: H0503: the container `redis` cannot be started
          task t2 stopped: ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed
          task t1 stopped: ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed
        hint: let `executionRoleArn` read the secrets, and check their names
    "#]].assert_eq(&start("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed"));
}

#[test]
fn crash_loop() {
    let exits = |scene: Scene, code: i64| {
        let container = json!({"exitCode": code});
        ending_of(
            scene,
            "EssentialContainerExited",
            "Essential container in task exited",
            &container,
        )
    };
    expect![[r#"
        failed after 40 s: H0504: the container `redis` starts and then exits with exit code 0: 4 tasks have ended so
          task t4 stopped: Essential container in task exited; container `redis`: exit code 0
          task t3 stopped: Essential container in task exited; container `redis`: exit code 0
          task t2 stopped: Essential container in task exited; container `redis`: exit code 0
        hint: the program ends without an error: in a service it must stay in the foreground
        hint: read its log on the instance (`docker ps -a`, `docker logs ID`), or give it the log driver `awslogs`
    "#]].assert_eq(&exits(Scene::new(), 0));
    let mut logged = Scene::new();
    logged.revision["containerDefinitions"][0]["logConfiguration"] =
        json!({"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/redis"}});
    expect![[r#"
        failed after 40 s: H0504: the container `redis` starts and then exits with exit code 127: 4 tasks have ended so
          task t4 stopped: Essential container in task exited; container `redis`: exit code 127
          task t3 stopped: Essential container in task exited; container `redis`: exit code 127
          task t2 stopped: Essential container in task exited; container `redis`: exit code 127
        hint: exit code 127: the image does not have what `command` or `entryPoint` names
        hint: read its log: `aws logs tail /ecs/redis --since 10m`
    "#]].assert_eq(&exits(logged, 127));
}

/// Tasks that failed by AWS's count, and of which it shows none.
#[test]
fn failed_tasks_alone() {
    let mut scene = Scene::new();
    scene.waits_until(10.0);
    scene.service["deployments"][0]["failedTasks"] = 3.into();
    check(
        scene,
        &expect![[r#"
        failed after 30 s: H0504: 3 tasks of this deployment failed, one after the other
        hint: see why its tasks stopped: `aws ecs list-tasks --cluster searchapp --service-name redis-service --desired-status STOPPED`, then `aws ecs describe-tasks`
    "#]],
    );
}

#[test]
fn start_impaired() {
    check(
        event(
            "(service redis-service) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.",
        ),
        &expect![[r#"
            failed after 30 s: H0505: tasks of this service do not start, by AWS's own judgement
              (service redis-service) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section.
            hint: see why its tasks stopped: `aws ecs list-tasks --cluster searchapp --service-name redis-service --desired-status STOPPED`, then `aws ecs describe-tasks`
        "#]],
    );
}

#[test]
fn failed_health_checks() {
    expect![[r#"
        failed after 30 s: H0521: 2 tasks were stopped because they failed the load balancer's health checks
          task t2 stopped: Task failed ELB health checks in (elb redis-elb); container `redis`: exit code 137
          task t1 stopped: Task failed ELB health checks in (elb redis-elb); container `redis`: exit code 137
        hint: let the load balancer reach the instance: the instance's security group must admit that of the load balancer on port 6379
        hint: let clients reach the load balancer: its security group must admit them on port 80
        hint: if the program takes long to start, raise `healthCheckGracePeriodSeconds` (it is 0)
    "#]].assert_eq(&ending(
        "ServiceSchedulerInitiated",
        "Task failed ELB health checks in (elb redis-elb)",
        &json!({"exitCode": 137}),
    ));
}
