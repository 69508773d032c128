//! Tasks that run and are not reached.

use expect_test::expect;

use super::super::Unread;
use super::super::scene::Scene;
use super::{check, event};

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
            hint: let the load balancer reach the instance: the instance's security group must admit that of the load balancer on port 6379
            hint: let clients reach the load balancer: its security group must admit them on port 80
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
            hint: run again: the load balancer is made anew, and the tasks are started anew for it
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
            hint: run again: the load balancer is made anew, and the tasks are started anew for it
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
