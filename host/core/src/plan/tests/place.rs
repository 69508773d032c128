//! Tasks with a network interface of their own, and where they are placed.

use super::*;

fn awsvpc() -> DesiredService {
    let mut desired = redis();
    desired.task_definition.as_mut().unwrap()["networkMode"] = "awsvpc".into();
    desired.load_balancer = None;
    let service = desired.service.as_mut().and_then(Value::as_object_mut);
    service.unwrap().remove("loadBalancers");
    desired
}

fn nowhere() -> DesiredTarget {
    DesiredTarget {
        subnets: Vec::new(),
        security_groups: Vec::new(),
        ..target()
    }
}

fn plan_for(target: &DesiredTarget, desired: DesiredService, observed: &Observed) -> Plan {
    plan(target, &[desired], observed, &known())
}

fn place(plan: &Plan) -> Value {
    let mut requests = plan.steps().flat_map(|it| &it.requests);
    let service = requests.find(|it| it.body.get("networkConfiguration").is_some());
    service.unwrap().body["networkConfiguration"]["awsvpcConfiguration"].clone()
}

#[test]
fn where_they_are_is_compared_where_it_was_named() {
    let mut observed = as_observed(&awsvpc());
    let body = &mut observed.services.get_mut("redis-service").unwrap().body;
    body["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] = "DISABLED".into();
    for target in [target(), nowhere()] {
        assert_eq!(
            steps(&plan_for(&target, awsvpc(), &observed)),
            [""; 0],
            "unnamed means as it is"
        );
    }
    let elsewhere = DesiredTarget {
        subnets: vec!["subnet-2".into(), "subnet-1".into()],
        ..nowhere()
    };
    let moved = plan_for(&elsewhere, awsvpc(), &observed);
    assert_eq!(
        steps(&moved),
        [
            "redis/service Update [networkConfiguration.awsvpcConfiguration.subnets] UpdateService+TagResource"
        ]
    );
    // The groups were not named, and stay as they are.
    assert_eq!(place(&moved)["securityGroups"], json!(["sg-c70ff2a1"]));
}

#[test]
fn another_field_beside_them_is_sent_with_them() {
    let observed = as_observed(&awsvpc());
    let mut desired = awsvpc();
    desired.service.as_mut().unwrap()["networkConfiguration"] =
        json!({"awsvpcConfiguration": {"assignPublicIp": "ENABLED"}});
    for target in [target(), nowhere()] {
        let plan = plan_for(&target, desired.clone(), &observed);
        assert_eq!(
            place(&plan),
            json!({
                "assignPublicIp": "ENABLED", "subnets": ["subnet-39706b4e"], "securityGroups": ["sg-c70ff2a1"],
            })
        );
    }
}

#[test]
fn the_order_of_subnets_is_no_change() {
    let two = |one: &str, other: &str| DesiredTarget {
        subnets: vec![one.into(), other.into()],
        ..target()
    };
    let mut observed = as_observed(&awsvpc());
    let body = &mut observed.services.get_mut("redis-service").unwrap().body;
    body["networkConfiguration"]["awsvpcConfiguration"]["subnets"] = json!(["b", "a"]);
    // The tag says another subnet, as after a run that was killed before it wrote that down.
    let plan = plan_for(&two("b", "a"), awsvpc(), &observed);
    assert_eq!(steps(&plan), ["redis/service Update [] TagResource"]);
    let written = &plan.steps().last().unwrap().requests[0].body["tags"];
    observed.services.get_mut("redis-service").unwrap().tags = crate::ownership::read_ecs(written);
    assert_eq!(
        steps(&plan_for(&two("a", "b"), awsvpc(), &observed)),
        [""; 0]
    );
}

#[test]
fn a_service_that_becomes_one_of_them_gets_a_place() {
    let mut bridge = awsvpc();
    bridge.task_definition.as_mut().unwrap()["networkMode"] = "bridge".into();
    let mut observed = as_observed(&bridge);
    observed.subnets = vec!["subnet-of-an-instance".into()];
    let plan = plan_for(&nowhere(), awsvpc(), &observed);
    assert_eq!(place(&plan)["subnets"], json!(["subnet-of-an-instance"]));
}

#[test]
fn nowhere_to_go_is_visible_in_the_request() {
    let plan = plan_for(&nowhere(), awsvpc(), &Observed::default());
    assert_eq!(place(&plan), json!({"subnets": []}));
}

/// The words of the step of a kind, where the target names nothing any more.
fn reason(desired: &DesiredService, observed: &Observed, kind: ResourceKind) -> String {
    let plan = plan_for(&nowhere(), desired.clone(), observed);
    let step = plan.services[0].step(kind).unwrap();
    step.reason.clone().unwrap_or_default()
}

#[test]
fn what_is_named_no_more_stays_and_is_told() {
    let kept = "keeps subnet-39706b4e, sg-c70ff2a1, which are named no more";
    let balancer = ResourceKind::LoadBalancer;
    assert_eq!(
        reason(&redis(), &as_observed(&redis()), balancer),
        format!("unchanged; {kept}")
    );
    let service = ResourceKind::Service;
    assert_eq!(
        reason(&awsvpc(), &as_observed(&awsvpc()), service),
        format!("unchanged; {kept}")
    );
    // Beside another change it is told too.
    let mut wider = redis();
    wider.load_balancer.as_mut().unwrap().create["Listeners"][0]["LoadBalancerPort"] = 81.into();
    assert_eq!(reason(&wider, &as_observed(&redis()), balancer), kept);
    // Nobody ever named them.
    let mut observed = as_observed(&redis());
    let tags = &mut observed.load_balancers.get_mut("redis-elb").unwrap().tags;
    tags.insert("host:applied".into(), "0:".into());
    let told = reason(&redis(), &observed, balancer);
    assert!(!told.contains("keeps"), "{told}");
}
