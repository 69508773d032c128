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
fn changed_tags_are_a_call_each_and_no_task_starts_anew() {
    for before in [None, Some("search")] {
        assert_eq!(
            check(before, Some("shop")),
            [
                "redis/task-definition Update [tags[team]] TagResource",
                "redis/load-balancer Update [Tags[team]] AddTags",
                "redis/service Update [tags[team]] TagResource",
            ]
        );
    }
}

#[test]
fn a_new_revision_brings_its_tags_itself() {
    let mut desired = tagged(Some("shop"));
    desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["memory"] = 256.into();
    let observed = as_observed(&tagged(None));
    let steps = steps(&plan(&target(), &[desired], &observed, &known()));
    assert_eq!(
        steps[0],
        "redis/task-definition Update [containerDefinitions[searchapp-redis].memory tags[team]] RegisterTaskDefinition"
    );
}

#[test]
fn removed_tags_are_told_from_those_of_others() {
    assert_eq!(
        check(Some("search"), None),
        [
            "redis/task-definition Update [tags[team]] UntagResource+TagResource",
            "redis/load-balancer Update [Tags[team]] RemoveTags+AddTags",
            "redis/service Update [tags[team]] UntagResource+TagResource",
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

#[test]
fn a_load_balancer_with_more_tags_than_aws_takes_is_no_surprise_at_the_end() {
    let with = |number: usize| {
        let mut observed = as_observed(&redis());
        let balancer = observed.load_balancers.get_mut("redis-elb").unwrap();
        let more = (0..number).map(|it| (format!("tag-{it}"), "x".to_owned()));
        balancer.tags.extend(more);
        balancer.description["HealthCheck"]["Interval"] = 60.into();
        let plan = plan(&target(), &[redis()], &observed, &known());
        let step = plan.services[0].step(ResourceKind::LoadBalancer).unwrap();
        step.blocked.as_ref().map(|it| it.message.clone())
    };
    assert_eq!(with(5), None);
    assert_eq!(
        with(6).as_deref(),
        Some(
            "load balancer `redis-elb` would have 11 tags with the 5 that it needs, and AWS takes 10"
        )
    );
}

#[test]
fn a_service_whose_arn_is_too_old_for_tags_is_no_surprise_either() {
    let mut observed = as_observed(&redis());
    let service = observed.services.get_mut("redis-service").unwrap();
    service.body["serviceArn"] = "arn:aws:ecs:us-east-1:1:service/redis-service".into();
    service.body["desiredCount"] = 3.into();
    let plan = plan(&target(), &[redis()], &observed, &known());
    let step = plan.services[0].step(ResourceKind::Service).unwrap();
    assert!(
        step.blocked
            .as_ref()
            .unwrap()
            .message
            .contains("ARN of the old form")
    );
}
