mod causes;
mod needs;
mod patience;
mod scene;

use serde_json::json;

use super::*;

fn watch() -> Watch {
    Watch {
        name: "redis".into(),
        service: "redis-service".into(),
        revision: "arn:aws:ecs:us-east-1:1:task-definition/redis:2".into(),
        deployment: Some("ecs-svc/2".into()),
        began: Some(100.0),
        old_events: BTreeSet::new(),
        load_balancer: Some("redis-elb".into()),
        balancer: None,
        desired: None,
        recheck: Duration::ZERO,
        settled: false,
    }
}

fn steady() -> Snapshot {
    Snapshot {
        service: Some(json!({
            "status": "ACTIVE", "desiredCount": 1, "runningCount": 1, "pendingCount": 0,
            "taskDefinition": "arn:aws:ecs:us-east-1:1:task-definition/redis:2",
            "deployments": [{"id": "ecs-svc/2", "status": "PRIMARY", "createdAt": 100.0}],
            "events": [],
        })),
        health: vec![json!({"InstanceId": "i-1", "State": "InService"})],
        ..Snapshot::default()
    }
}

/// The cause that a wait ended for.
fn failed(verdict: &Verdict) -> Option<&str> {
    match verdict {
        Verdict::Failed(trouble) => Some(&trouble.cause),
        _ => None,
    }
}

/// The verdict on a steady snapshot with one thing changed.
fn check(change: impl FnOnce(&mut Snapshot, &mut Watch)) -> Verdict {
    let (mut snapshot, mut watch) = (steady(), watch());
    change(&mut snapshot, &mut watch);
    let mut judge = Judge::default();
    judge.next(&watch, &snapshot);
    judge.next(&watch, &snapshot)
}

fn set(snapshot: &mut Snapshot, pointer: &str, value: Value) {
    let service = snapshot.service.as_mut().unwrap();
    *service.pointer_mut(pointer).unwrap() = value;
}

#[test]
fn steady_is_held_over_two_looks() {
    let mut judge = Judge::default();
    assert_eq!(judge.next(&watch(), &steady()), Verdict::Hold);
    let mut flicker = steady();
    set(&mut flicker, "/runningCount", 0.into());
    assert_eq!(
        judge.next(&watch(), &flicker),
        Verdict::Wait("0 of 1 running".into())
    );
    assert_eq!(judge.next(&watch(), &steady()), Verdict::Hold);
    assert_eq!(judge.next(&watch(), &steady()), Verdict::Steady);
}

#[test]
fn each_missing_thing_is_waited_for() {
    let wait = |text: &str| Verdict::Wait(text.into());
    assert_eq!(check(|it, _| it.service = None), wait("not visible yet"));
    assert_eq!(
        check(|it, _| set(it, "/pendingCount", 1.into())),
        wait("1 of 1 running, 1 pending")
    );
    assert_eq!(
        check(|it, _| set(it, "/deployments/0/id", "ecs-svc/1".into())),
        wait("our deployment is not visible yet")
    );
    assert_eq!(
        check(|it, _| set(it, "/taskDefinition", "redis:1".into())),
        wait("the new revision is not visible yet")
    );
    assert_eq!(
        check(|it, _| set(
            it,
            "/deployments",
            json!([{"id": "ecs-svc/2", "status": "PRIMARY"}, {"id": "ecs-svc/1", "status": "ACTIVE"}])
        )),
        wait("1 older deployment still draining")
    );
    assert_eq!(
        check(|it, _| it.health.clear()),
        wait("no instance is registered at the load balancer yet")
    );
    let out = json!({"InstanceId": "i-1", "State": "OutOfService", "Description": "Instance registration is still in progress."});
    assert_eq!(
        check(|it, _| it.health = vec![out]),
        wait("i-1 is OutOfService: Instance registration is still in progress.")
    );
    let rollout = |it: &mut Snapshot, watch: &mut Watch| {
        watch.load_balancer = None;
        set(
            it,
            "/deployments/0",
            json!({"id": "ecs-svc/2", "status": "PRIMARY", "rolloutState": "IN_PROGRESS"}),
        );
    };
    assert_eq!(check(rollout), wait("the rollout is in progress"));
}

#[test]
fn what_is_not_needed_is_not_waited_for() {
    assert_eq!(check(|_, watch| watch.deployment = None), Verdict::Steady);
    let none = |it: &mut Snapshot, _: &mut Watch| {
        set(it, "/desiredCount", 0.into());
        set(it, "/runningCount", 0.into());
        it.health.clear();
    };
    assert_eq!(check(none), Verdict::Steady);
    // A revision may be said by its short name.
    assert_eq!(
        check(|it, _| set(it, "/taskDefinition", "redis:2".into())),
        Verdict::Steady
    );
}

/// Verdicts on looks in a row, after one that showed our deployment.
fn after_ours(looks: &[Snapshot], watch: &Watch) -> Vec<Verdict> {
    let mut judge = Judge::default();
    judge.next(watch, &steady());
    looks.iter().map(|it| judge.next(watch, it)).collect()
}

fn with(pointer: &str, value: Value) -> Snapshot {
    let mut snapshot = steady();
    set(&mut snapshot, pointer, value);
    snapshot
}

#[test]
fn a_failed_rollout_fails() {
    let given_up = json!({"id": "ecs-svc/2", "status": "PRIMARY", "rolloutState": "FAILED", "rolloutStateReason": "tasks failed"});
    let given_up = with("/deployments/0", given_up);
    let verdicts = after_ours(&[given_up.clone(), given_up], &watch());
    let meaning = "the rollout failed: tasks failed";
    assert_eq!(verdicts[0], Verdict::Wait(meaning.into()));
    assert_eq!(failed(&verdicts[1]), Some(meaning));
}

/// A read may show what was there before: one alone ends nothing.
#[test]
fn two_looks_must_agree_that_it_is_deleted() {
    let draining = with("/status", "DRAINING".into());
    let inactive = with("/status", "INACTIVE".into());
    let waits = Verdict::Wait("the service is DRAINING".into());
    let verdicts = after_ours(&[draining.clone(), inactive.clone()], &watch());
    assert_eq!(verdicts[0], waits);
    assert_eq!(
        failed(&verdicts[1]),
        Some("the service is INACTIVE: someone deleted it")
    );
    assert_eq!(
        after_ours(
            &[
                draining.clone(),
                steady(),
                draining.clone(),
                steady(),
                steady()
            ],
            &watch()
        ),
        [
            waits.clone(),
            Verdict::Hold,
            waits.clone(),
            Verdict::Hold,
            Verdict::Steady
        ]
    );
    // When nothing was changed there is no deployment of ours to see first.
    let unchanged = Watch {
        deployment: None,
        ..watch()
    };
    let mut judge = Judge::default();
    assert_eq!(judge.next(&unchanged, &draining), waits);
    assert!(matches!(
        judge.next(&unchanged, &draining),
        Verdict::Failed(_)
    ));
}

/// After a deleted service was made again, AWS may show the deleted one for some time.
#[test]
fn what_was_there_before_ours_is_waited_out() {
    let mut judge = Judge::default();
    for status in ["DRAINING", "INACTIVE", "INACTIVE", "INACTIVE"] {
        let mut before = with("/status", status.into());
        set(&mut before, "/deployments", json!([]));
        assert_eq!(
            judge.next(&watch(), &before),
            Verdict::Wait(format!(
                "our deployment is not visible yet: the service is {status}"
            ))
        );
    }
    assert_eq!(judge.next(&watch(), &steady()), Verdict::Hold);
    assert_eq!(judge.next(&watch(), &steady()), Verdict::Steady);
    // One that shows ours is no such look, whatever its status.
    let draining = with("/status", "DRAINING".into());
    assert!(matches!(check(|it, _| *it = draining), Verdict::Failed(_)));
}

#[test]
fn two_looks_must_agree_that_another_took_its_place() {
    let other = with("/deployments/0/id", "ecs-svc/3".into());
    let waits = Verdict::Wait("another deployment (ecs-svc/3) is shown in place of ours".into());
    let verdicts = after_ours(&[other.clone(), other.clone()], &watch());
    assert_eq!(verdicts[0], waits);
    assert_eq!(
        failed(&verdicts[1]),
        Some("another deployment (ecs-svc/3) took the place of ours")
    );
    // Two looks that speak of different things do not agree.
    let draining = with("/status", "DRAINING".into());
    let verdicts = after_ours(&[other.clone(), draining, other, steady()], &watch());
    assert!(
        verdicts[..3]
            .iter()
            .all(|it| matches!(it, Verdict::Wait(_)))
            && verdicts[3] == Verdict::Hold,
        "{verdicts:?}"
    );
}

/// Two runs at once: theirs may begin after ours before anybody looks.
#[test]
fn a_younger_deployment_took_the_place_of_one_that_was_never_seen() {
    let mut other = with("/deployments/0/id", "ecs-svc/3".into());
    set(&mut other, "/deployments/0/createdAt", json!(1000.5));
    let watch = |began| Watch {
        began: Some(began),
        ..watch()
    };
    let mut judge = Judge::default();
    assert!(matches!(
        judge.next(&watch(1000.0), &other),
        Verdict::Wait(_)
    ));
    assert_eq!(
        failed(&judge.next(&watch(1000.0), &other)),
        Some("another deployment (ecs-svc/3) took the place of ours")
    );
    // An older one is shown until ours is visible.
    let mut judge = Judge::default();
    for _ in 0..3 {
        let waits = Verdict::Wait("our deployment is not visible yet".into());
        assert_eq!(judge.next(&watch(1001.0), &other), waits);
    }
}

#[test]
fn health_that_cannot_be_read_is_waited_for_or_fails_as_the_reason_demands() {
    let unread = |passes| Snapshot {
        health: Vec::new(),
        unread: Some(Unread {
            reason: "no answer".into(),
            passes,
        }),
        ..steady()
    };
    let waits = Verdict::Wait("no answer".into());
    assert_eq!(
        after_ours(&[unread(true), unread(true), unread(true)], &watch()),
        [waits.clone(), waits.clone(), waits.clone()]
    );
    let verdicts = after_ours(&[unread(false), unread(false)], &watch());
    assert_eq!(verdicts[0], waits);
    assert_eq!(failed(&verdicts[1]), Some("no answer"));
    assert_eq!(
        after_ours(&[unread(false), steady(), unread(false)], &watch()),
        [waits.clone(), Verdict::Hold, waits.clone()]
    );
    // Without its load balancer a service may never get its tasks: the count does not hide the reason.
    let mut starved = unread(false);
    set(&mut starved, "/runningCount", 0.into());
    let verdicts = after_ours(&[starved.clone(), starved], &watch());
    assert_eq!(verdicts[0], waits);
    assert_eq!(failed(&verdicts[1]), Some("no answer"));
    // What needs no instance needs no health.
    let mut none = unread(false);
    set(&mut none, "/desiredCount", 0.into());
    set(&mut none, "/runningCount", 0.into());
    assert_eq!(
        after_ours(&[none.clone(), none], &watch()),
        [Verdict::Steady, Verdict::Steady]
    );
}

/// A steady service, whose deployment was created at 100, with events of these times; newest first, as AWS tells them.
fn with_events(times: &[u32]) -> Snapshot {
    let mut snapshot = steady();
    let events = times.iter().rev().map(
        |at| json!({"id": format!("id-{at}"), "createdAt": f64::from(*at), "message": format!("at {at}")}),
    );
    set(&mut snapshot, "/events", events.collect());
    snapshot
}

#[test]
fn events_are_told_once_and_only_of_this_deployment() {
    let mut judge = Judge::default();
    let mut tell = |times: &[u32]| judge.new_events(&watch(), &with_events(times));
    assert_eq!(tell(&[90, 110, 120]), ["at 110", "at 120"]);
    assert_eq!(tell(&[90, 110, 120]), [""; 0]);
    assert_eq!(tell(&[90, 110, 120, 130]), ["at 130"]);
    // Once it was seen, it is known when it began, whichever look comes next.
    let mut other = with_events(&[90, 130, 140]);
    set(&mut other, "/deployments/0/id", "ecs-svc/3".into());
    assert_eq!(judge.new_events(&watch(), &other), ["at 140"]);
}

#[test]
fn a_look_without_our_deployment_tells_no_events() {
    let mut judge = Judge::default();
    let mut stale = with_events(&[110]);
    set(&mut stale, "/deployments/0/id", "ecs-svc/1".into());
    assert_eq!(judge.new_events(&watch(), &stale), [""; 0]);
    assert_eq!(judge.new_events(&watch(), &with_events(&[110])), ["at 110"]);
}

#[test]
fn events_from_before_the_run_are_not_told() {
    let unchanged = Watch {
        deployment: None,
        ..watch()
    };
    let mut judge = Judge::default();
    assert_eq!(judge.new_events(&unchanged, &Snapshot::default()), [""; 0]);
    let mut tell = |times: &[u32]| judge.new_events(&unchanged, &with_events(times));
    assert_eq!(tell(&[90, 110, 120]), [""; 0]);
    assert_eq!(tell(&[90, 110, 120, 130]), ["at 130"]);
    // A changed count goes on with the deployment that is there, and so with its events.
    let scaled = Watch {
        old_events: ["id-90", "id-110"].map(str::to_owned).into(),
        ..watch()
    };
    let told = Judge::default().new_events(&scaled, &with_events(&[90, 110, 120]));
    assert_eq!(told, ["at 120"]);
}
