//! What is read beside service and health, and how rarely.

use serde_json::json;

use super::scene::Scene;
use super::*;

fn asked(scene: &Scene) -> (usize, usize, usize) {
    let count = |is: fn(&Needs) -> bool| scene.asked.iter().filter(|it| is(it)).count();
    (
        count(|it| it.stopped),
        count(|it| it.instances),
        count(|it| it.revision),
    )
}

#[test]
fn nothing_while_all_goes_well() {
    let mut scene = Scene::new();
    scene.counts(0, 1);
    scene.waits_until(12.0);
    scene.counts(1, 0);
    scene.out_of_service("ELB", "Instance registration is still in progress.");
    scene.waits_until(25.0);
    scene.in_service();
    assert!(matches!(scene.until(60.0), Some((Verdict::Steady, _))));
    assert_eq!(asked(&scene), (0, 0, 0));
}

#[test]
fn stopped_tasks_once_for_each_failure() {
    let mut scene = Scene::new();
    scene.counts(0, 1);
    scene.waits_until(3.0);
    scene.ends(
        "EssentialContainerExited",
        "Essential container in task exited",
        &json!({"exitCode": 1}),
    );
    scene.look();
    assert_eq!(asked(&scene), (1, 0, 0));
    // The answer names a crash, so the revision is read for its log.
    scene.look();
    assert_eq!(asked(&scene), (1, 0, 1));
    scene.look();
    assert_eq!(asked(&scene), (1, 0, 1));
}

#[test]
fn stopped_tasks_now_and_then_while_too_few_run() {
    let mut scene = Scene::new();
    scene.counts(0, 1);
    scene.waits_until(180.0);
    let (stopped, instances, revision) = asked(&scene);
    assert!((4..=9).contains(&stopped), "{stopped}");
    assert_eq!((instances, revision), (0, 0));
}

#[test]
fn instances_only_when_a_task_finds_no_room() {
    let mut scene = Scene::new();
    scene.look();
    scene.event("(service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0f9de17a1) has insufficient memory available.");
    scene.look();
    assert_eq!(asked(&scene), (0, 1, 1));
    scene.look();
    assert_eq!(asked(&scene), (0, 1, 1));
}

#[test]
fn a_balancer_is_read_from_what_is_sent_and_from_what_is_described() {
    let sent = [
        json!({"LoadBalancerName": "redis-elb", "Listeners": [{"LoadBalancerPort": 80, "InstancePort": 6379}]}),
        json!({"HealthCheck": {"Target": "TCP:6379", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 3}}),
        json!({"LoadBalancerAttributes": {"ConnectionDraining": {"Enabled": true, "Timeout": 300}}}),
    ];
    let described = [
        json!({
            "ListenerDescriptions": [{"Listener": {"LoadBalancerPort": 80, "InstancePort": 6379}, "PolicyNames": []}],
            "HealthCheck": sent[1]["HealthCheck"],
        }),
        json!({"LoadBalancerAttributes": {"ConnectionDraining": {"Enabled": true, "Timeout": 300}}}),
    ];
    let read = Balancer::read(&sent);
    assert_eq!(
        read,
        Balancer {
            listeners: vec![(80, 6379)],
            target: Some("TCP:6379".into()),
            interval: Some(10),
            healthy_threshold: Some(3),
            unhealthy_threshold: Some(2),
            draining: Some(300),
        }
    );
    assert_eq!(Balancer::read(&described), read);
    let off = json!({"LoadBalancerAttributes": {"ConnectionDraining": {"Enabled": false, "Timeout": 300}}});
    assert_eq!(Balancer::read([&off]).draining, None);
}
