//! Objects that somebody made by hand, taken over.

use super::*;

fn adopting() -> DesiredTarget {
    DesiredTarget {
        adopt: true,
        ..target()
    }
}

/// What there is when somebody typed the same by hand: no tags of ours.
fn by_hand() -> Observed {
    let mut observed = as_observed(&redis());
    observed
        .services
        .get_mut("redis-service")
        .unwrap()
        .tags
        .clear();
    observed
        .load_balancers
        .get_mut("redis-elb")
        .unwrap()
        .tags
        .clear();
    observed.latest.get_mut("redis").unwrap().tags.clear();
    observed
}

#[test]
fn what_is_the_same_gets_our_tags_and_nothing_else() {
    let plan = plan(&adopting(), &[redis()], &by_hand(), &known());
    assert_eq!(
        steps(&plan),
        [
            "redis/task-definition Update [] TagResource",
            "redis/load-balancer Update [] AddTags",
            "redis/service Update [] TagResource",
        ]
    );
    assert!(plan.steps().all(|it| it.adopts && it.reason.is_some()));
    let tagged = &plan.steps().next().unwrap().requests[0].body;
    assert_eq!(
        tagged["resourceArn"],
        "arn:aws:ecs:us-east-1:1:task-definition/redis:1"
    );
    assert_eq!(
        ownership::owner(&ownership::read_ecs(&tagged["tags"]), &target(), "redis"),
        Owner::Ours
    );
}

#[test]
fn what_is_different_is_shown_and_is_no_drift() {
    let mut observed = by_hand();
    observed.services.get_mut("redis-service").unwrap().body["desiredCount"] = 2.into();
    let plan = plan(&adopting(), &[redis()], &observed, &known());
    let service = plan.steps().last().unwrap();
    assert_eq!(service.changes.len(), 1);
    assert!(service.adopts && !service.changes[0].drift, "{service:?}");
    assert_eq!(service.requests[0].body["desiredCount"], 1);
}

#[test]
fn a_revision_that_says_something_else_is_followed_by_ours() {
    let mut desired = redis();
    desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["memory"] = 256.into();
    let plan = plan(&adopting(), &[desired], &by_hand(), &known());
    assert!(
        steps(&plan)[0]
            .ends_with("[containerDefinitions[searchapp-redis].memory] RegisterTaskDefinition"),
        "{:?}",
        steps(&plan)
    );
}

#[test]
fn nobody_takes_what_another_stack_has() {
    let mut observed = by_hand();
    let others = ownership::Tags::from([(ownership::STACK.into(), "other/default".into())]);
    observed.services.get_mut("redis-service").unwrap().tags = others.clone();
    observed.load_balancers.get_mut("redis-elb").unwrap().tags = others;
    let plan = plan(&adopting(), &[redis()], &observed, &known());
    let blocked = plan.steps().filter(|it| it.blocked.is_some()).count();
    assert_eq!(blocked, 2);
}

#[test]
fn without_being_asked_nothing_is_taken_over() {
    let plan = plan(&target(), &[redis()], &by_hand(), &known());
    let hints: Vec<&str> = plan
        .steps()
        .filter_map(|it| Some(it.blocked.as_ref()?.hint.as_str()))
        .collect();
    assert!(
        hints.len() == 3 && hints.iter().all(|it| it.contains("--adopt")),
        "{hints:?}"
    );
}

#[test]
fn what_lost_only_the_tags_of_its_owner_is_taken_over_too() {
    let mut observed = as_observed(&redis());
    for tags in [
        &mut observed.services.get_mut("redis-service").unwrap().tags,
        &mut observed.load_balancers.get_mut("redis-elb").unwrap().tags,
    ] {
        tags.remove(ownership::STACK);
        tags.remove(ownership::SERVICE);
    }
    let adopting = DesiredTarget {
        adopt: true,
        ..target()
    };
    assert_eq!(
        steps(&plan(&adopting, &[redis()], &observed, &known())),
        [
            "redis/load-balancer Update [] AddTags",
            "redis/service Update [] TagResource",
        ]
    );
}
