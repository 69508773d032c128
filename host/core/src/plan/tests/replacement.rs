//! What is made anew, and says what breaks.

use super::*;

/// `id needs…: what breaks`, of every step that does something.
fn shape(plan: &Plan) -> Vec<String> {
    plan.steps()
        .filter(|it| it.action != Action::NoOp)
        .map(|it| {
            assert!(it.blocked.is_none(), "{it:?}");
            let operations: Vec<&str> = it.requests.iter().map(|it| it.operation.name()).collect();
            format!(
                "{} <{}> {}",
                it.id,
                it.needs.join(" "),
                operations.join("+")
            )
        })
        .collect()
}

fn changed(change: impl FnOnce(&mut DesiredService, &mut Observed)) -> Plan {
    let mut desired = redis();
    let mut observed = as_observed(&desired);
    change(&mut desired, &mut observed);
    plan(&target(), &[desired], &observed, &known())
}

#[test]
fn another_scheme_is_another_load_balancer_and_another_service() {
    let plan = changed(|it, observed| {
        it.load_balancer.as_mut().unwrap().create["Scheme"] = "internet-facing".into();
        observed.services.get_mut("redis-service").unwrap().body["runningCount"] = 1.into();
        let revision = observed.latest.get_mut("redis").unwrap();
        revision.body["volumes"] = json!([{"name": "data"}]);
        it.task_definition.as_mut().unwrap()["volumes"] = json!([{"name": "data"}]);
    });
    assert_eq!(
        shape(&plan),
        [
            "redis/service/former <> UpdateService+DeleteService",
            "redis/load-balancer/former <redis/service/former> DeleteLoadBalancer",
            "redis/load-balancer <redis/load-balancer/former> CreateLoadBalancer+ConfigureHealthCheck+ModifyLoadBalancerAttributes",
            "redis/service <redis/service/former redis/load-balancer/former redis/load-balancer> CreateService",
        ]
    );
    let service = plan
        .steps()
        .find(|it| it.id == "redis/service/former")
        .unwrap();
    assert_eq!(service.loses, ["data"]);
    assert_eq!(
        service.reason.as_deref(),
        Some("made anew: its load balancer is made anew")
    );
    let balancer = plan
        .steps()
        .find(|it| it.id == "redis/load-balancer/former")
        .unwrap();
    assert_eq!(
        balancer.reason.as_deref(),
        Some("made anew: AWS cannot change `Scheme`")
    );
    assert!(
        balancer.breaks[0].contains("`internal-redis-elb-1.us-east-1.elb.amazonaws.com` ends"),
        "{balancer:?}"
    );
    assert!(plan.steps().filter(|it| it.is_destructive()).count() == 2);
}

#[test]
fn a_service_is_deleted_only_after_its_new_revision_is_registered() {
    let plan = changed(|it, observed| {
        it.task_definition.as_mut().unwrap()["containerDefinitions"][0]["memory"] = 256.into();
        observed.services.get_mut("redis-service").unwrap().body["roleArn"] =
            "arn:aws:iam::1:role/other".into();
    });
    assert_eq!(
        shape(&plan),
        [
            "redis/task-definition <> RegisterTaskDefinition",
            "redis/service/former <redis/task-definition> UpdateService+DeleteService",
            "redis/service <redis/task-definition redis/service/former> CreateService",
        ]
    );
    let former = plan
        .steps()
        .find(|it| it.id == "redis/service/former")
        .unwrap();
    assert_eq!(
        former.reason.as_deref(),
        Some("made anew: AWS cannot change `role`")
    );
}

#[test]
fn every_field_that_nothing_can_change_is_a_replacement() {
    for (field, before, after) in [
        ("launchType", json!("EC2"), json!("EXTERNAL")),
        ("schedulingStrategy", json!("REPLICA"), json!("DAEMON")),
        (
            "deploymentController",
            json!({"type": "ECS"}),
            json!({"type": "EXTERNAL"}),
        ),
    ] {
        let mut desired = redis();
        desired.service.as_mut().unwrap()[field] = before;
        let mut observed = as_observed(&desired);
        let body = &mut observed.services.get_mut("redis-service").unwrap().body;
        body[field] = desired.service.as_ref().unwrap()[field].clone();
        desired.service.as_mut().unwrap()[field] = after;
        let plan = plan(&target(), &[desired], &observed, &known());
        assert_eq!(
            shape(&plan),
            [
                "redis/service/former <> UpdateService+DeleteService",
                "redis/service <redis/service/former> CreateService",
            ],
            "{field}"
        );
    }
}

#[test]
fn a_service_that_gets_another_load_balancer_gives_its_own_back() {
    let plan = changed(|it, _| {
        it.load_balancer.as_mut().unwrap().create["LoadBalancerName"] = "cache-elb".into();
        it.service.as_mut().unwrap()["loadBalancers"][0]["loadBalancerName"] = "cache-elb".into();
    });
    assert_eq!(
        shape(&plan),
        [
            "redis/service/former <> UpdateService+DeleteService",
            "redis/load-balancer/former <redis/service/former> DeleteLoadBalancer",
            "redis/load-balancer <> CreateLoadBalancer+ConfigureHealthCheck+ModifyLoadBalancerAttributes",
            "redis/service <redis/service/former redis/load-balancer/former redis/load-balancer> CreateService",
        ]
    );
}

#[test]
fn the_load_balancer_of_somebody_else_is_left_alone() {
    let plan = changed(|it, observed| {
        it.load_balancer = None;
        it.service.as_mut().unwrap()["loadBalancers"] = json!([]);
        observed
            .load_balancers
            .get_mut("redis-elb")
            .unwrap()
            .tags
            .clear();
    });
    assert_eq!(
        shape(&plan),
        [
            "redis/service/former <> UpdateService+DeleteService",
            "redis/service <redis/service/former> CreateService",
        ]
    );
}

#[test]
fn what_is_replaced_is_not_replaced_twice() {
    // A run that was killed after the service was deleted.
    let plan = changed(|it, observed| {
        it.load_balancer.as_mut().unwrap().create["Scheme"] = "internet-facing".into();
        observed.services.clear();
    });
    assert_eq!(
        shape(&plan),
        [
            "redis/load-balancer/former <> DeleteLoadBalancer",
            "redis/load-balancer <redis/load-balancer/former> CreateLoadBalancer+ConfigureHealthCheck+ModifyLoadBalancerAttributes",
            "redis/service <redis/load-balancer/former redis/load-balancer> CreateService",
        ]
    );
}
