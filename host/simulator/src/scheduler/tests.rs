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

const DAY: u64 = 86_400_000;

#[test]
fn a_crash_loop_of_a_month_is_played_at_its_ends() {
    let loops = "[[images]]\nimage = 'a'\nexits = { after = 30, code = 1 }\n";
    // What a script sets a time for happens at that time all the same.
    let other = "[[others]]\noperation = 'RegisterTaskDefinition'\nafter = 1728000\n\
         input = { family = 'b', containerDefinitions = [{ name = 'b', image = 'b', memory = 64 }] }\n\
         [[instances]]\n[[instances]]\nterminated-after = 2160000\n";
    let (mut world, script) = account(&format!("{loops}{other}"));
    register(&mut world, &script);
    create(&mut world, &script);
    let begun = world.now;
    let to = Time(begun.0 + 30 * DAY);
    let played = play(&mut world, &script, to);
    // 875 tasks in nine hours, each of which starts, runs and exits.
    assert!((7600..7700).contains(&played), "{played}");
    assert_eq!(world.now, to);
    let registered = world.families["b"].revisions[&1].registered;
    assert_eq!(registered, Time(begun.0 + 20 * DAY));
    let cluster = &world.clusters["searchapp"];
    assert_eq!(cluster.instances.len(), 1);
    // The last hour is as it is without a pause.
    let stopped = cluster.tasks.values().filter_map(|it| it.stopped);
    let stopped: Vec<Time> = stopped.collect();
    assert!((97..=98).contains(&stopped.len()), "{}", stopped.len());
    assert!(stopped.iter().all(|it| to.since(*it) < REMEMBERED));
    let events = &cluster.services["a"].events;
    assert_eq!(events.len(), 100);
    assert!(events.iter().all(|it| to.since(it.created) < RECENT));
}

#[test]
fn a_month_of_rest_is_played_to_the_last_moment() {
    let (mut world, script) = account("");
    register(&mut world, &script);
    create(&mut world, &script);
    let to = Time(world.now.0 + 30 * DAY);
    let played = play(&mut world, &script, to);
    // It begins, it runs, a minute is over, and four times a day it says that it is steady.
    assert_eq!(played, 3 + 4 * 30 - 1);
    let events = &world.clusters["searchapp"].services["a"].events;
    let six_hours = Duration::from_hours(6);
    let mut pairs = events.iter().zip(events.iter().skip(1));
    assert!(pairs.all(|(one, before)| one.created.since(before.created) == six_hours));
}

#[test]
fn the_others_of_another_script_are_others() {
    let other = |name: &str| {
        format!("[[others]]\noperation = 'CreateCluster'\ninput = {{ clusterName = '{name}' }}\n")
    };
    let (mut world, one) = account(&other("one"));
    let later = |world: &World| world.now + Duration::from_mins(1);
    let then = later(&world);
    advance(&mut world, &one, then);
    assert!(world.clusters.contains_key("one"));
    // The first of this script is another than the first of that, and the same is not done again.
    let two = Script::parse(&format!("{}{}", other("two"), other("one"))).unwrap();
    let input = json!({"cluster": "one"});
    crate::call(&mut world, &two, Api::Ecs, "DeleteCluster", &input).unwrap();
    let then = later(&world);
    advance(&mut world, &two, then);
    assert!(world.clusters.contains_key("two"));
    assert!(!world.clusters["one"].is_active);
    // Two that say the same are two.
    let twice = Script::parse(&other("one").repeat(2)).unwrap();
    let then = later(&world);
    advance(&mut world, &twice, then);
    assert!(world.clusters["one"].is_active);
    assert_eq!(world.others.done.len(), 3);
    let done = world.clone();
    let then = later(&world);
    advance(&mut world, &twice, then);
    assert_eq!(world.others, done.others);
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
