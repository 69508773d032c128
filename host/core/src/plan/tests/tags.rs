//! The recipe's own tags.

use super::*;

fn tagged(team: Option<&str>) -> DesiredService {
    let mut desired = redis();
    let ecs = json!([{"key": "team", "value": team}]);
    let elb = json!([{"Key": "team", "Value": team}]);
    if team.is_some() {
        desired.task_definition.as_mut().unwrap()["tags"] = ecs.clone();
        desired.service.as_mut().unwrap()["tags"] = ecs;
        desired.load_balancer.as_mut().unwrap().create["Tags"] = elb;
    }
    desired
}

fn check(before: Option<&str>, after: Option<&str>) -> Vec<String> {
    let observed = as_observed(&tagged(before));
    steps(&plan(&target(), &[tagged(after)], &observed, &known()))
}

#[test]
fn unchanged_tags_are_no_step() {
    assert_eq!(check(Some("search"), Some("search")), [""; 0]);
}

#[test]
fn changed_tags_are_a_revision_and_a_call_each() {
    for before in [None, Some("search")] {
        assert_eq!(
            check(before, Some("shop")),
            [
                "redis/task-definition Update [tags[team]] RegisterTaskDefinition",
                "redis/load-balancer Update [Tags[team]] AddTags",
                "redis/service Update [tags[team] taskDefinition] UpdateService+TagResource",
            ]
        );
    }
}

#[test]
fn removed_tags_are_told_from_those_of_others() {
    assert_eq!(
        check(Some("search"), None),
        [
            "redis/task-definition Update [tags[team]] RegisterTaskDefinition",
            "redis/load-balancer Update [Tags[team]] RemoveTags+AddTags",
            "redis/service Update [tags[team] taskDefinition] UpdateService+UntagResource+TagResource",
        ]
    );
    let mut observed = as_observed(&redis());
    for tags in [
        &mut observed.services.get_mut("redis-service").unwrap().tags,
        &mut observed.load_balancers.get_mut("redis-elb").unwrap().tags,
        &mut observed.latest.get_mut("redis").unwrap().tags,
    ] {
        tags.insert("cost-centre".into(), "12".into());
        tags.insert("aws:cloudformation:stack-name".into(), "x".into());
    }
    assert_eq!(
        steps(&plan(&target(), &[redis()], &observed, &known())),
        [""; 0]
    );
}
