use super::placement::Why;
use super::*;
use crate::Api;
use serde_json::json;

fn account(script: &str) -> (World, Script) {
    let script = Script::parse(script).unwrap();
    (World::new(Time(1_000_000), "us-east-1", &script), script)
}

fn register(world: &mut World, script: &Script) {
    let container = json!([{"name": "a", "image": "a", "memory": 64}]);
    let input = json!({"family": "a", "containerDefinitions": container});
    crate::call(world, script, Api::Ecs, "RegisterTaskDefinition", &input).unwrap();
}

fn create(world: &mut World, script: &Script) {
    let input = json!({"cluster": "searchapp", "serviceName": "a", "taskDefinition": "a", "desiredCount": 1});
    crate::call(world, script, Api::Ecs, "CreateService", &input).unwrap();
}

#[test]
fn nothing_is_due_in_an_account_at_rest() {
    let (mut world, script) = account("");
    assert_eq!(due(&world, &script), None);
    register(&mut world, &script);
    create(&mut world, &script);
    settle(&mut world, &script);
    let mut moments = Vec::new();
    while let Some(moment) = due(&world, &script).filter(|it| it.0 < 86_400_000) {
        moments.push((moment.0 - 1_000_000) / 1000);
        world.now = moment;
        settle(&mut world, &script);
    }
    // It runs, a minute is over, and then it says every six hours that it is steady.
    assert_eq!(moments, [2, 60, 21_602, 43_202, 64_802]);
}

#[test]
fn what_is_settled_stays() {
    let (mut world, script) = account("");
    register(&mut world, &script);
    create(&mut world, &script);
    settle(&mut world, &script);
    let settled = world.clone();
    settle(&mut world, &script);
    assert_eq!(world, settled);
}

#[test]
fn time_does_not_go_back() {
    let (mut world, script) = account("");
    advance(&mut world, &script, Time(5));
    assert_eq!(world.now, Time(1_000_000));
}

#[test]
fn an_instance_with_room_is_taken_and_the_one_with_fewer_of_the_service() {
    let (mut world, script) = account("[[instances]]\n[[instances]]\n[[instances]]\nmemory = 32\n");
    register(&mut world, &script);
    create(&mut world, &script);
    let revision = world.ecs_arn("task-definition/a:1");
    let mut taken = Vec::new();
    for _ in 0..4 {
        let instance = place(&world, "searchapp", &revision, Some("a")).unwrap();
        let order = Order {
            cluster: "searchapp",
            revision: &revision,
            instance: &instance,
            service: Some(("a", "ecs-svc/1")),
        };
        start(&mut world, &script, &order);
        taken.push(instance);
    }
    assert_eq!(taken[..2], taken[2..]);
    assert_ne!(taken[0], taken[1]);
    let small = world.clusters["searchapp"].instances.values();
    let small = small.clone().find(|it| it.memory == 32).unwrap();
    assert_eq!(
        fits(&world, "searchapp", &revision, &small.id),
        Err(Why::Memory)
    );
}
