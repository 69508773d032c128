//! How often services tell what they tell.

use expect_test::expect;
use serde_json::json;

use super::scene::{About, SERVICE, Scene};

#[test]
fn a_steady_service_says_so_every_six_hours() {
    let mut scene = Scene::new("")
        .with_revisions(&["redis:7"])
        .about(&[About::Event]);
    scene.create(json!({}));
    scene.pass_by(60, 13 * 3600);
    expect![[r#"
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     event (service redis-service) has reached a steady state.
        21602 event (service redis-service) has reached a steady state.
        43202 event (service redis-service) has reached a steady state.
    "#]]
    .assert_eq(&scene.text());
}

#[test]
fn a_failure_is_told_again_after_six_hours_however_time_is_cut() {
    let events = |by_the_minute: bool| {
        let mut scene = Scene::new("instances = []")
            .with_revisions(&["redis:7"])
            .about(&[About::Event]);
        scene.create(json!({}));
        if by_the_minute {
            scene.pass_by(60, 13 * 3600);
            return scene.text();
        }
        scene.skip(13);
        let service = scene.service();
        let told = service["events"].as_array().unwrap().iter().rev();
        let line = |it: &serde_json::Value| {
            let seconds =
                it["createdAt"].as_f64().unwrap() - service["createdAt"].as_f64().unwrap();
            format!("{seconds:<5} event {}\n", it["message"].as_str().unwrap())
        };
        told.map(line).collect()
    };
    expect![[r#"
        0     event (service redis-service) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section.
        21600 event (service redis-service) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section.
        43200 event (service redis-service) was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section.
    "#]].assert_eq(&events(true));
    assert_eq!(events(true), events(false));
}

#[test]
fn a_failure_that_was_resolved_is_told_anew() {
    let mut scene = Scene::new("[[instances]]\n")
        .with_revisions(&["redis:7"])
        .about(&[About::Event]);
    scene.create(json!({}));
    for _ in 0..2 {
        scene.pass(5);
        scene.update(json!({"desiredCount": 2}));
        scene.pass(5);
        scene.update(json!({"desiredCount": 1}));
    }
    scene.pass(5);
    expect![[r#"
        0     event (service redis-service) has started 1 tasks: (task task-1).
        2     event (service redis-service) has reached a steady state.
        5     event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-1) is already using a port required by your task. For more information, see the Troubleshooting section.
        10    event (service redis-service) has reached a steady state.
        15    event (service redis-service) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance-1) is already using a port required by your task. For more information, see the Troubleshooting section.
        20    event (service redis-service) has reached a steady state.
    "#]].assert_eq(&scene.text());
}

#[test]
fn a_hundred_events_are_kept_the_newest_first() {
    let mut scene = Scene::new("[[images]]\nimage = '*'\nexits = { after = 1, code = 1 }\n")
        .with_revisions(&["redis:7"])
        .about(&[]);
    scene.create(json!({}));
    scene.pass(1800);
    let service = scene.service();
    let events = service["events"].as_array().unwrap();
    assert_eq!(events.len(), 100);
    let times: Vec<f64> = events
        .iter()
        .map(|it| it["createdAt"].as_f64().unwrap())
        .collect();
    assert!(
        times.is_sorted_by(|newer, older| newer >= older),
        "{times:?}"
    );
    assert!(times[0] > scene.world.now.seconds() - 10.0);
    let prefix = format!("(service {SERVICE}) ");
    assert!(
        events
            .iter()
            .all(|it| it["message"].as_str().unwrap().starts_with(&prefix))
    );
}
