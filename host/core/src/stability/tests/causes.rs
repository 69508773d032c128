//! Every cause by AWS's own texts, and the whole of what is told.

use expect_test::{Expect, expect};
use serde_json::json;

use super::scene::Scene;
use super::*;

/// What a scene comes to within five minutes.
fn check(mut scene: Scene, expect: &Expect) {
    expect.assert_eq(&scene.told(300.0));
}

/// A task ends every ten seconds; between them the next one is on its way.
fn ending(code: &str, reason: &str, container: &Value) -> Scene {
    let mut scene = Scene::new();
    for end in [10.0, 20.0, 30.0, 40.0] {
        scene.counts(0, 1);
        if scene.until_failed(end) {
            break;
        }
        scene.ends(code, reason, container);
    }
    scene
}

impl Scene {
    /// Looks on up to a second; whether the judge already gave up on it, which the next look tells again.
    fn until_failed(&mut self, end: f64) -> bool {
        let before = self.judge.clone();
        let failed = self.until(end).is_some();
        if failed {
            self.judge = before;
        }
        failed
    }
}

#[test]
fn killed_for_memory() {
    let scene = ending(
        "EssentialContainerExited",
        "Essential container in task exited",
        &json!({"exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"}),
    );
    check(
        scene,
        &expect![[r#"
        failed after 40 s: H0501: the container `redis` ran out of memory and was killed
          task t3 stopped: Essential container in task exited; container `redis`: exit code 137, OutOfMemoryError: Container killed due to memory usage
          task t2 stopped: Essential container in task exited; container `redis`: exit code 137, OutOfMemoryError: Container killed due to memory usage
          task t1 stopped: Essential container in task exited; container `redis`: exit code 137, OutOfMemoryError: Container killed due to memory usage
        hint: give it more memory; for most recipes: `host run … --set redis.memory=MIB`
        hint: or make the program use less: a limit of its own heap or cache belongs below the container's
    "#]],
    );
    // AWS does not always say the word.
    let scene = ending(
        "EssentialContainerExited",
        "Essential container in task exited",
        &json!({"exitCode": 137}),
    );
    check(
        scene,
        &expect![[r#"
        failed after 40 s: H0501: the container `redis` was killed with exit code 137, as for memory
          task t3 stopped: Essential container in task exited; container `redis`: exit code 137
          task t2 stopped: Essential container in task exited; container `redis`: exit code 137
          task t1 stopped: Essential container in task exited; container `redis`: exit code 137
        hint: give it more memory; for most recipes: `host run … --set redis.memory=MIB`
        hint: or make the program use less: a limit of its own heap or cache belongs below the container's
    "#]],
    );
}

#[test]
fn no_image() {
    let pull = |words: &str| ending("TaskFailedToStart", words, &json!({"image": "redis:77"}));
    check(
        pull(
            "CannotPullContainerError: Error response from daemon: manifest for redis:77 not found: manifest unknown",
        ),
        &expect![[r#"
            failed after 40 s: H0502: the image `redis:77` cannot be pulled
              task t3 stopped: CannotPullContainerError: Error response from daemon: manifest for redis:77 not found: manifest unknown
              task t2 stopped: CannotPullContainerError: Error response from daemon: manifest for redis:77 not found: manifest unknown
              task t1 stopped: CannotPullContainerError: Error response from daemon: manifest for redis:77 not found: manifest unknown
            hint: check the name and the tag of the image: the registry does not know it
        "#]],
    );
    check(
        pull(
            "CannotPullContainerError: pull access denied for me/redis, repository does not exist or may require 'docker login'",
        ),
        &expect![[r#"
            failed after 40 s: H0502: the image `redis:77` cannot be pulled
              task t3 stopped: CannotPullContainerError: pull access denied for me/redis, repository does not exist or may require 'docker login'
              task t2 stopped: CannotPullContainerError: pull access denied for me/redis, repository does not exist or may require 'docker login'
              task t1 stopped: CannotPullContainerError: pull access denied for me/redis, repository does not exist or may require 'docker login'
            hint: let the instances log in to the registry: `repositoryCredentials`, or for ECR the rights of the instance role or `executionRoleArn`; the name may also be misspelt
        "#]],
    );
    check(
        pull("CannotPullContainerError: toomanyrequests: You have reached your pull rate limit."),
        &expect![[r#"
            failed after 40 s: H0502: the image `redis:77` cannot be pulled
              task t3 stopped: CannotPullContainerError: toomanyrequests: You have reached your pull rate limit.
              task t2 stopped: CannotPullContainerError: toomanyrequests: You have reached your pull rate limit.
              task t1 stopped: CannotPullContainerError: toomanyrequests: You have reached your pull rate limit.
            hint: the registry limits anonymous pulls: log in to it (`repositoryCredentials`), or take the image from a mirror such as public.ecr.aws
        "#]],
    );
    check(
        pull(
            "CannotPullContainerError: Get https://registry-1.docker.io/v2/: dial tcp 3.94.224.37:443: i/o timeout",
        ),
        &expect![[r#"
            failed after 40 s: H0502: the image `redis:77` cannot be pulled
              task t3 stopped: CannotPullContainerError: Get https://registry-1.docker.io/v2/: dial tcp 3.94.224.37:443: i/o timeout
              task t2 stopped: CannotPullContainerError: Get https://registry-1.docker.io/v2/: dial tcp 3.94.224.37:443: i/o timeout
              task t1 stopped: CannotPullContainerError: Get https://registry-1.docker.io/v2/: dial tcp 3.94.224.37:443: i/o timeout
            hint: give the instances a way to the registry: a NAT gateway or a public address, and port 443 outwards
        "#]],
    );
}

#[test]
fn no_start() {
    let start = |words: &str| ending("TaskFailedToStart", words, &json!({}));
    check(
        start(
            "CannotStartContainerError: Error response from daemon: OCI runtime create failed: exec: \"redis-serve\": executable file not found in $PATH: unknown",
        ),
        &expect![[r#"
            failed after 40 s: H0503: the container `redis` cannot be started
              task t3 stopped: CannotStartContainerError: Error response from daemon: OCI runtime create failed: exec: "redis-serve": executable file not found in $PATH: unknown
              task t2 stopped: CannotStartContainerError: Error response from daemon: OCI runtime create failed: exec: "redis-serve": executable file not found in $PATH: unknown
              task t1 stopped: CannotStartContainerError: Error response from daemon: OCI runtime create failed: exec: "redis-serve": executable file not found in $PATH: unknown
            hint: check `command` and `entryPoint`: the image does not have what they name
        "#]],
    );
    check(
        start(
            "CannotCreateContainerError: Error response from daemon: logger: failed to initialize logging driver: no such group",
        ),
        &expect![[r#"
            failed after 40 s: H0503: the container `redis` cannot be started
              task t3 stopped: CannotCreateContainerError: Error response from daemon: logger: failed to initialize logging driver: no such group
              task t2 stopped: CannotCreateContainerError: Error response from daemon: logger: failed to initialize logging driver: no such group
              task t1 stopped: CannotCreateContainerError: Error response from daemon: logger: failed to initialize logging driver: no such group
            hint: check the log configuration: the driver, the group, and the role that may write to it
        "#]],
    );
    check(
        start("DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s"),
        &expect![[r#"
            failed after 40 s: H0503: the container `redis` cannot be started
              task t3 stopped: DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s
              task t2 stopped: DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s
              task t1 stopped: DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s
            hint: Docker on the instance does not answer in time: see its load and its disk, or replace the instance
        "#]],
    );
    check(
        start(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed",
        ),
        &expect![[r#"
            failed after 40 s: H0503: the container `redis` cannot be started
              task t3 stopped: ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed
              task t2 stopped: ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed
              task t1 stopped: ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed
            hint: let `executionRoleArn` read the secrets, and check their names
        "#]],
    );
}

#[test]
fn crash_loop() {
    let mut scene = ending(
        "EssentialContainerExited",
        "Essential container in task exited",
        &json!({"exitCode": 127}),
    );
    check(
        ending(
            "EssentialContainerExited",
            "Essential container in task exited",
            &json!({"exitCode": 0}),
        ),
        &expect![[r#"
            failed after 40 s: H0504: the container `redis` starts and then exits with exit code 0: 4 tasks have ended so
              task t4 stopped: Essential container in task exited; container `redis`: exit code 0
              task t3 stopped: Essential container in task exited; container `redis`: exit code 0
              task t2 stopped: Essential container in task exited; container `redis`: exit code 0
            hint: the program ends without an error: in a service it must stay in the foreground
            hint: read its log on the instance (`docker ps -a`, `docker logs ID`), or give it the log driver `awslogs`
        "#]],
    );
    scene.revision["containerDefinitions"][0]["logConfiguration"] =
        json!({"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/redis"}});
    check(
        scene,
        &expect![[r#"
        failed after 40 s: H0504: the container `redis` starts and then exits with exit code 127: 4 tasks have ended so
          task t4 stopped: Essential container in task exited; container `redis`: exit code 127
          task t3 stopped: Essential container in task exited; container `redis`: exit code 127
          task t2 stopped: Essential container in task exited; container `redis`: exit code 127
        hint: exit code 127: the image does not have what `command` or `entryPoint` names
        hint: read its log on the instance (`docker ps -a`, `docker logs ID`), or give it the log driver `awslogs`
    "#]],
    );
}

/// Tasks that failed and cannot be read.
#[test]
fn failed_tasks_alone() {
    let mut scene = ending(
        "EssentialContainerExited",
        "Essential container in task exited",
        &json!({}),
    );
    scene.judge = Judge::default();
    let mut fresh = Scene::new();
    fresh.waits_until(10.0);
    fresh.service["deployments"][0]["failedTasks"] = 3.into();
    check(
        fresh,
        &expect![[r#"
        failed after 30 s: H0504: 3 tasks of this deployment failed, one after the other
        hint: see why its tasks stopped: `aws ecs list-tasks --cluster searchapp --service-name redis-service --desired-status STOPPED`, then `aws ecs describe-tasks`
    "#]],
    );
}

fn event(message: &str) -> Scene {
    let mut scene = Scene::new();
    scene.waits_until(3.0);
    scene.event(message);
    scene
}

const NO_ROOM: &str = "(service redis-service) was unable to place a task because no container instance met all of its requirements.";
const MORE: &str =
    "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

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
        hint: set `memory` to 192 MiB; for most recipes: `host run … --set redis.memory=192`
        hint: add a container instance to the cluster `searchapp`, or a larger one
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
        hint: set `memory` to 960 MiB; for most recipes: `host run … --set redis.memory=960`
        hint: add a container instance to the cluster `searchapp`, or a larger one
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
        hint: set `cpu` to 5 units; for most recipes: `host run … --set redis.cpu=5`
        hint: add a container instance to the cluster `searchapp`, or a larger one
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
        hint: lower `minimumHealthyPercent` or raise `maximumPercent` in the service's deployment configuration (0 and 100 for one task with a fixed port)
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

const FAILING: &str =
    "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.";

#[test]
fn unhealthy() {
    let mut scene = Scene::new();
    scene.counts(1, 0);
    scene.out_of_service("ELB", "Instance registration is still in progress.");
    scene.waits_until(20.0);
    scene.out_of_service("Instance", FAILING);
    scene.event(&format!("(service redis-service) (instance i-1) is unhealthy in (elb redis-elb) due to (reason {FAILING})"));
    check(
        scene,
        &expect![[r#"
        failed after 120 s: H0520: the task runs, but the load balancer `redis-elb` does not reach it: its check of `TCP:6379` does not pass
          i-1 is OutOfService: Instance has failed at least the UnhealthyThreshold number of health checks consecutively.
          (service redis-service) (instance i-1) is unhealthy in (elb redis-elb) due to (reason Instance has failed at least the UnhealthyThreshold number of health checks consecutively.)
        hint: open the way from the load balancer to the instance: its security group must let the load balancer's in on port 6379
        hint: open the way from the clients: the load balancer's security group must let them in on port 80
        hint: if the program takes long to start, raise `healthCheckGracePeriodSeconds` (it is 0)
    "#]],
    );
}

#[test]
fn failed_health_checks() {
    let scene = ending(
        "ServiceSchedulerInitiated",
        "Task failed ELB health checks in (elb redis-elb)",
        &json!({"exitCode": 137}),
    );
    check(
        scene,
        &expect![[r#"
        failed after 40 s: H0521: 3 tasks were stopped because they failed the load balancer's health checks
          task t3 stopped: Task failed ELB health checks in (elb redis-elb); container `redis`: exit code 137
          task t2 stopped: Task failed ELB health checks in (elb redis-elb); container `redis`: exit code 137
        hint: open the way from the load balancer to the instance: its security group must let the load balancer's in on port 6379
        hint: open the way from the clients: the load balancer's security group must let them in on port 80
        hint: if the program takes long to start, raise `healthCheckGracePeriodSeconds` (it is 0)
    "#]],
    );
}

#[test]
fn zone_not_served() {
    let mut scene = Scene::new();
    scene.counts(1, 0);
    scene.out_of_service("Instance", "Instance is in the Availability Zone for which LoadBalancer is not configured to route traffic to.");
    check(
        scene,
        &expect![[r#"
        failed after 60 s: H0526: the load balancer `redis-elb` has no subnet in the zone of the instance that runs the task
          i-1 is OutOfService: Instance is in the Availability Zone for which LoadBalancer is not configured to route traffic to.
        hint: give the load balancer a subnet in that zone, or the cluster an instance in a zone of the load balancer
    "#]],
    );
}

#[test]
fn not_registered() {
    let error = "User: arn:aws:sts::1:assumed-role/ecsServiceRole/ecs-service-scheduler is not authorized to perform: elasticloadbalancing:RegisterInstancesWithLoadBalancer";
    let mut scene = event(&format!(
        "(service redis-service) failed to register instances in (elb redis-elb) with (error AccessDenied: {error})"
    ));
    scene.counts(1, 0);
    check(
        scene,
        &expect![[r#"
        failed after 70 s: H0522: AWS may not register the instance at the load balancer `redis-elb`
          (service redis-service) failed to register instances in (elb redis-elb) with (error AccessDenied: User: arn:aws:sts::1:assumed-role/ecsServiceRole/ecs-service-scheduler is not authorized to perform: elasticloadbalancing:RegisterInstancesWithLoadBalancer)
        hint: let the role `AWSServiceRoleForECS` do `elasticloadbalancing:RegisterInstancesWithLoadBalancer`, `DeregisterInstancesFromLoadBalancer` and `Describe*`, and let `ecs.amazonaws.com` assume it
    "#]],
    );
    let mut scene = event(
        "(service redis-service) failed to register instances in (elb redis-elb) with (error LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'redis-elb')",
    );
    scene.counts(1, 0);
    check(
        scene,
        &expect![[r#"
        failed after 70 s: H0523: the load balancer `redis-elb` is gone
          (service redis-service) failed to register instances in (elb redis-elb) with (error LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'redis-elb')
        hint: run again: the load balancer is made anew, and then let AWS register the task by starting it anew
    "#]],
    );
}

#[test]
fn never_registered() {
    let mut scene = Scene::new();
    scene.counts(1, 0);
    scene.event("(service redis-service) has started 1 tasks: (task 0123).");
    check(
        scene,
        &expect![[r#"
        failed after 90 s: H0524: the task runs, but its instance was never registered at the load balancer `redis-elb`, which was perhaps deleted and made again under the service
          no instance is registered at the load balancer
          (service redis-service) has started 1 tasks: (task 0123).
        hint: start the task anew, because AWS registers it only then: `aws ecs update-service --cluster searchapp --service redis-service --force-new-deployment`
    "#]],
    );
}

#[test]
fn health_is_not_read() {
    let unread = |reason: &str| {
        let mut scene = Scene::new();
        scene.counts(1, 0);
        scene.unread = Some(Unread {
            reason: reason.into(),
            passes: false,
        });
        scene
    };
    check(
        unread(
            "could not describe the health of load balancer `redis-elb`: it is not there (AWS: LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'redis-elb')",
        ),
        &expect![[r#"
            failed after 1 s: H0523: the load balancer `redis-elb` is gone
              could not describe the health of load balancer `redis-elb`: it is not there (AWS: LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'redis-elb')
            hint: run again: the load balancer is made anew, and then let AWS register the task by starting it anew
        "#]],
    );
    check(
        unread(
            "could not describe the health of load balancer `redis-elb`: not allowed (AWS: AccessDenied)",
        ),
        &expect![[r#"
            failed after 1 s: H0525: could not describe the health of load balancer `redis-elb`: not allowed (AWS: AccessDenied)
            hint: allow yourself `elasticloadbalancing:DescribeInstanceHealth`: without it nobody can tell whether the service is reached
        "#]],
    );
}

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
    scene.ends_on("ecs-svc/2", "CannotPullContainerError: manifest unknown");
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

impl Scene {
    fn ends_on(&mut self, deployment: &str, reason: &str) {
        self.ends("TaskFailedToStart", reason, &json!({}));
        self.stopped[0]["startedBy"] = deployment.into();
    }
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
        hint: give it more time (`--timeout`) if it starts slowly, and see `host status` for how it goes on
    "#]].assert_eq(&late(|it| it.counts(0, 1)));
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
        the time is over: H0511: port 6379 is taken on the only instance
          (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0f9de17a1) is already using a port required by your task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
          instance i-1: 727 of 983 MiB of memory and 2038 of 2048 CPU units left; ports taken: 6379
        hint: see who holds it: `aws ecs list-tasks --cluster searchapp --container-instance 0f9de17a1`
        hint: add a container instance to the cluster `searchapp`
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
