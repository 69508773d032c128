//! What must not end a wait, and what must not be called steady.

use serde_json::json;

use super::scene::Scene;
use super::*;

const EXITED: &str = "Essential container in task exited";
const PORT: &str = "(service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 0f9de17a1) is already using a port required by your task.";

fn crash(scene: &mut Scene) {
    scene.ends("EssentialContainerExited", EXITED, &json!({"exitCode": 1}));
}

fn is_steady(scene: &mut Scene, end: f64) -> bool {
    matches!(scene.until(end), Some((Verdict::Steady, _)))
}

#[test]
fn a_slow_pull_is_waited_for() {
    let mut scene = Scene::new();
    scene.event("(service redis-service) has started 1 tasks: (task 0123).");
    scene.counts(0, 1);
    scene.waits_until(180.0);
    scene.counts(1, 0);
    scene.out_of_service("ELB", "Instance registration is still in progress.");
    scene.waits_until(200.0);
    scene.in_service();
    assert!(is_steady(&mut scene, 240.0));
}

/// AWS's defaults: ten checks of thirty seconds until an instance is in service.
#[test]
fn a_slow_health_check_is_waited_for() {
    let mut scene = Scene::new();
    scene.watch.balancer = None;
    scene.counts(1, 0);
    scene.out_of_service("Instance", "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.");
    scene.waits_until(330.0);
    scene.in_service();
    assert!(is_steady(&mut scene, 380.0));
}

#[test]
fn a_grace_period_is_waited_out() {
    let failing = |grace: u32| {
        let mut scene = Scene::new();
        scene.service["healthCheckGracePeriodSeconds"] = grace.into();
        scene.counts(1, 0);
        scene.out_of_service("Instance", "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.");
        scene.until(900.0).unwrap().1
    };
    assert!((115..140).contains(&failing(0)), "{}", failing(0));
    assert!((355..380).contains(&failing(300)), "{}", failing(300));
}

#[test]
fn a_port_that_an_older_task_is_giving_up_is_waited_for() {
    let mut scene = Scene::new();
    scene.older(1);
    scene.event(PORT);
    scene.instance(2038, 727, &["6379"]);
    scene.waits_until(100.0);
    scene.older(0);
    scene.event("(service redis-service) has started 1 tasks: (task 0123).");
    scene.counts(0, 1);
    scene.waits_until(300.0);
    scene.service["deployments"]
        .as_array_mut()
        .unwrap()
        .truncate(1);
    scene.counts(1, 0);
    scene.in_service();
    assert!(is_steady(&mut scene, 340.0));
}

#[test]
fn connections_that_drain_are_waited_for() {
    let ended = |draining| {
        let mut scene = Scene::new();
        scene.watch.balancer.as_mut().unwrap().draining = draining;
        scene.older(1);
        scene.event(PORT);
        scene.instance(2038, 727, &["6379"]);
        scene.until(900.0).unwrap().1
    };
    assert!((120..140).contains(&ended(None)));
    assert!((420..440).contains(&ended(Some(300))));
}

#[test]
fn a_lack_that_the_instances_do_not_show_is_waited_for_longer() {
    let ended = |ports: &[&str]| {
        let mut scene = Scene::new();
        scene.event(PORT);
        scene.instance(2038, 727, ports);
        scene.until(900.0).unwrap().1
    };
    // The revision is read to compare; with it the port is seen to be free.
    assert!((45..60).contains(&ended(&["6379"])));
    assert!((120..140).contains(&ended(&["22"])));
}

#[test]
fn a_capacity_provider_may_bring_an_instance() {
    let mut scene = Scene::new();
    scene.service["capacityProviderStrategy"] = json!([{"capacityProvider": "spot", "weight": 1}]);
    scene.event("(service redis-service) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.");
    scene.waits_until(400.0);
    assert!(scene.until(450.0).is_some());
}

/// AWS is silent for six hours about what it has told once, so an old event counts, but not against a task that starts.
#[test]
fn an_old_event_counts_later_and_never_after_a_start() {
    let old = |also: Option<&str>| {
        let mut scene = Scene::new();
        scene.event_at(50.0, PORT);
        if let Some(message) = also {
            scene.event_at(60.0, message);
        }
        scene.instance(2038, 727, &["6379"]);
        scene.until(200.0)
    };
    let (verdict, at) = old(None).unwrap();
    assert!(
        failed(&verdict).unwrap().starts_with("port 6379"),
        "{verdict:?}"
    );
    assert!((120..140).contains(&at), "{at}");
    assert_eq!(
        old(Some(
            "(service redis-service) has started 1 tasks: (task 0123)."
        )),
        None
    );
}

/// Nothing was changed, and the service has been short of a task for hours.
#[test]
fn an_old_lack_is_named_when_nothing_was_changed() {
    let mut scene = Scene::new();
    scene.watch.deployment = None;
    scene.event_at(50.0, PORT);
    scene.instance(2038, 727, &["6379"]);
    let (verdict, at) = scene.until(200.0).unwrap();
    assert!(
        failed(&verdict).unwrap().starts_with("port 6379"),
        "{verdict:?}"
    );
    assert!((120..140).contains(&at), "{at}");
}

#[test]
fn one_crash_then_recovery_is_steady_after_a_while() {
    let mut scene = Scene::new();
    scene.counts(0, 1);
    scene.waits_until(10.0);
    crash(&mut scene);
    scene.waits_until(20.0);
    scene.counts(1, 0);
    scene.in_service();
    let (verdict, at) = scene.until(120.0).unwrap();
    assert_eq!(verdict, Verdict::Steady);
    assert!((50..70).contains(&at), "{at}");
}

/// Ten tasks wait for the same database, each fails once.
#[test]
fn many_that_fail_once_are_no_crash_loop() {
    let mut scene = Scene::new();
    scene.desire(10);
    scene.counts(0, 10);
    scene.waits_until(5.0);
    for _ in 0..10 {
        crash(&mut scene);
    }
    scene.waits_until(40.0);
    crash(&mut scene);
    let (verdict, _) = scene.until(60.0).unwrap();
    assert!(matches!(verdict, Verdict::Failed(_)));
}

/// A task that runs for some seconds shows as running, and again, and is another one each time.
#[test]
fn flickering_tasks_are_never_steady() {
    let mut scene = Scene::plain();
    scene.counts(0, 1);
    scene.waits_until(2.0);
    crash(&mut scene);
    for end in [20.0, 40.0, 60.0, 80.0] {
        scene.counts(1, 0);
        if let Some((verdict, _)) = scene.until(end - 5.0) {
            assert!(failed(&verdict).is_some(), "{verdict:?}");
            return;
        }
        crash(&mut scene);
        scene.counts(0, 1);
        if let Some((verdict, _)) = scene.until(end) {
            assert!(
                failed(&verdict).unwrap().contains("exits with exit code 1"),
                "{verdict:?}"
            );
            return;
        }
    }
    unreachable!("it crashes for ever");
}

#[test]
fn a_changed_set_of_tasks_is_not_held() {
    let running = |task: &str| Snapshot {
        running: Some([task.to_owned()].into()),
        ..steady()
    };
    let mut judge = Judge::default();
    let mut look = |task| judge.next(&watch(), &running(task));
    assert_eq!(look("a"), Verdict::Hold);
    assert_eq!(look("b"), Verdict::Hold);
    assert_eq!(look("b"), Verdict::Steady);
}

#[test]
fn tasks_that_were_read_only_now_have_nothing_to_be_compared_with() {
    let read = Snapshot {
        running: Some(["a".to_owned()].into()),
        ..steady()
    };
    let mut judge = Judge::default();
    assert_eq!(judge.next(&watch(), &steady()), Verdict::Hold);
    assert_eq!(judge.next(&watch(), &read), Verdict::Hold);
    assert_eq!(judge.next(&watch(), &read), Verdict::Steady);
}

#[test]
fn fewer_tasks_than_were_asked_for_are_not_steady() {
    let asked = Watch {
        desired: Some(2),
        ..watch()
    };
    let mut judge = Judge::default();
    assert!(matches!(judge.next(&asked, &steady()), Verdict::Wait(_)));
    let Verdict::Failed(trouble) = judge.next(&asked, &steady()) else {
        panic!("two looks agree");
    };
    assert_eq!(trouble.code, crate::codes::rollout::COUNT_CHANGED);
    let one = Watch {
        desired: Some(1),
        ..watch()
    };
    assert_eq!(Judge::default().next(&one, &steady()), Verdict::Hold);
}

#[test]
fn new_checks_have_to_pass_first() {
    let changed = Watch {
        recheck: Duration::from_secs(20),
        ..watch()
    };
    let at = |seconds| Snapshot {
        at: Duration::from_secs(seconds),
        ..steady()
    };
    let mut judge = Judge::default();
    for seconds in [0, 5, 19] {
        assert_eq!(judge.next(&changed, &at(seconds)), Verdict::Hold);
    }
    assert_eq!(judge.next(&changed, &at(20)), Verdict::Steady);
}

#[test]
fn an_instance_that_is_taken_out_is_not_in_service() {
    let mut leaving = steady();
    leaving.health[0]["Description"] = "Instance deregistration currently in progress.".into();
    assert!(matches!(
        Judge::default().next(&watch(), &leaving),
        Verdict::Wait(_)
    ));
}

#[test]
fn what_is_settled_takes_one_look() {
    let settled = Watch {
        deployment: None,
        settled: true,
        ..watch()
    };
    assert_eq!(Judge::default().next(&settled, &steady()), Verdict::Steady);
    // Unless something speaks against it.
    let mut troubled = steady();
    let unhealthy =
        "(service redis-service) (instance i-1) is unhealthy in (elb redis-elb) due to (reason x)";
    set(
        &mut troubled,
        "/events",
        json!([{"id": "e", "createdAt": 90.0, "message": unhealthy}]),
    );
    assert_eq!(Judge::default().next(&settled, &troubled), Verdict::Hold);
    let mut judge = Judge::default();
    let out = Snapshot {
        health: Vec::new(),
        ..steady()
    };
    assert!(matches!(judge.next(&settled, &out), Verdict::Wait(_)));
    assert_eq!(judge.next(&settled, &steady()), Verdict::Steady);
}

/// A count that is changed goes on with a deployment that may have crashed long ago.
#[test]
fn crashes_from_before_a_scale_up_do_not_count() {
    let mut scene = Scene::new();
    for at in [20.0, 30.0, 40.0] {
        crash(&mut scene);
        scene.stopped[0]["stoppedAt"] = (100.0 + at).into();
    }
    scene.event_at(200.0, "(service redis-service) has reached a steady state.");
    scene.watch.old_events = ["event-0".to_owned()].into();
    scene.desire(2);
    scene.counts(1, 1);
    scene.waits_until(60.0);
    assert!(scene.asked.iter().any(|it| it.stopped));
    scene.counts(2, 0);
    scene.in_service();
    assert!(is_steady(&mut scene, 90.0));
}

/// Tasks of an older revision, of another deployment, or that the scheduler stopped.
#[test]
fn other_tasks_do_not_count() {
    let ended = |change: fn(&mut Value)| {
        let mut scene = Scene::new();
        scene.counts(0, 1);
        for _ in 0..4 {
            crash(&mut scene);
            change(&mut scene.stopped[0]);
        }
        scene.service["deployments"][0]["failedTasks"] = 0.into();
        scene.until(120.0)
    };
    assert!(ended(|_| {}).is_some());
    assert_eq!(ended(|it| it["startedBy"] = "ecs-svc/1".into()), None);
    assert_eq!(
        ended(
            |it| it["taskDefinitionArn"] = "arn:aws:ecs:us-east-1:1:task-definition/redis:1".into()
        ),
        None
    );
    assert_eq!(
        ended(|it| {
            it["stopCode"] = "ServiceSchedulerInitiated".into();
            it["stoppedReason"] = "Scaling activity initiated by (deployment ecs-svc/2)".into();
        }),
        None
    );
    assert_eq!(
        ended(|it| {
            it["stopCode"] = "SpotInterruption".into();
            it["stoppedReason"] = "Your Spot Task was interrupted.".into();
        }),
        None
    );
}

/// A read may be older than the one before it: it takes nothing back and adds nothing.
#[test]
fn a_stale_look_does_not_start_the_patience_anew() {
    let mut scene = Scene::new();
    scene.event(PORT);
    scene.instance(2038, 727, &["6379"]);
    scene.waits_until(30.0);
    let events = scene.service["events"].take();
    scene.service["events"] = json!([]);
    scene.look();
    scene.service["events"] = events;
    let (verdict, at) = scene.until(100.0).unwrap();
    assert!(failed(&verdict).is_some());
    assert!(at < 60, "{at}");
}

#[test]
fn what_nobody_is_at_fault_for_is_noted_and_waited_for() {
    let mut scene = Scene::new();
    scene.event("(service redis-service) operations are being throttled. Will try again later.");
    scene.waits_until(600.0);
    assert_eq!(
        scene.look(),
        Verdict::Wait(
            "0 of 1 running: AWS throttles its own operations and goes on by itself".into()
        )
    );
    let mut scene = Scene::new();
    scene.unread = Some(Unread {
        reason: "AWS is busy".into(),
        passes: true,
    });
    scene.counts(1, 0);
    scene.waits_until(600.0);
}

/// The deepest cause is told, whatever else follows from it.
#[test]
fn the_deepest_cause_is_told() {
    let mut scene = Scene::new();
    scene.counts(0, 1);
    scene.waits_until(10.0);
    crash(&mut scene);
    let memory = json!({"exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"});
    scene.ends("EssentialContainerExited", EXITED, &memory);
    scene.event(
        "(service redis-service) (instance i-1) is unhealthy in (elb redis-elb) due to (reason x)",
    );
    scene.event("(service redis-service) is unable to consistently start tasks successfully.");
    scene.waits_until(15.0);
    crash(&mut scene);
    scene.waits_until(16.0);
    let (Verdict::Failed(trouble), _) = scene.until(90.0).unwrap() else {
        panic!("it must fail");
    };
    assert_eq!(trouble.code, crate::codes::rollout::OUT_OF_MEMORY);
}

#[test]
fn what_could_not_be_looked_at_is_not_called_a_failure_of_the_service() {
    let unread = Snapshot {
        health: Vec::new(),
        unread: Some(Unread {
            reason: "AWS asks for fewer calls at a time".into(),
            passes: true,
        }),
        ..steady()
    };
    let mut judge = Judge::default();
    judge.next(&watch(), &unread);
    let trouble = judge.trouble(&watch(), &unread).unwrap();
    assert_eq!(trouble.code, crate::codes::rollout::HEALTH_UNREADABLE);
    assert!(!crate::codes::rollout::is_of_the_revision(trouble.code));
}
