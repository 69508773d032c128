//! What is remembered, and for how long.

use serde_json::json;

use super::scene::Scene;

#[test]
fn stopped_tasks_are_forgotten_after_an_hour() {
    let mut scene = Scene::new("").with_revisions(&["redis:7"]).about(&[]);
    scene.create(json!({}));
    scene.pass(10);
    scene.update(json!({"desiredCount": 0}));
    scene.pass(10);
    let stopped = scene.tasks();
    assert_eq!(stopped.len(), 1);
    assert_eq!(stopped[0]["lastStatus"], "STOPPED");
    let since = scene.world.now.seconds() - stopped[0]["stoppedAt"].as_f64().unwrap();
    let arn = stopped[0]["taskArn"].clone();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few whole seconds"
    )]
    scene.pass(3599 - since as u64);
    assert_eq!(scene.tasks().len(), 1);
    scene.pass(1);
    assert_eq!(scene.tasks().len(), 0);
    let described = scene.ecs("DescribeTasks", json!({"tasks": [arn]}));
    assert_eq!(described["failures"][0]["reason"], "MISSING");
}

#[test]
fn a_long_crash_loop_is_played_to_its_end() {
    // Two days of it: the account is left alone, and looked at again.
    let mut scene = Scene::new("[[images]]\nimage = '*'\nexits = { after = 30, code = 1 }\n")
        .with_revisions(&["redis:7"])
        .about(&[]);
    scene.create(json!({}));
    scene.skip(2 * 24);
    let (tasks, service) = (scene.tasks(), scene.service());
    // Of the last hour, one in 37 seconds.
    assert_eq!(tasks.len(), 98, "{}", tasks.len());
    let told = service["events"][0]["createdAt"].as_f64().unwrap();
    assert!(scene.world.now.seconds() - told < 40.0);
}
