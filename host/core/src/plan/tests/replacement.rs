//! What is made anew, and says what breaks.

use std::collections::BTreeSet;

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

/// What a run finds that was killed after it deleted the service, whose load balancer has another name in the recipe.
#[test]
fn a_former_load_balancer_is_found_also_when_its_service_is_gone() {
    let renamed = |status: &'static str| {
        changed(move |it, observed| {
            it.load_balancer.as_mut().unwrap().create["LoadBalancerName"] = "cache-elb".into();
            it.service.as_mut().unwrap()["loadBalancers"][0]["loadBalancerName"] =
                "cache-elb".into();
            let mut service = observed.services.remove("redis-service").unwrap();
            service.body["status"] = status.into();
            let services = match status {
                "INACTIVE" => &mut observed.inactive,
                _ => &mut observed.services,
            };
            services.insert("redis-service".into(), service);
        })
    };
    for status in ["DRAINING", "INACTIVE"] {
        let plan = renamed(status);
        assert_eq!(
            shape(&plan),
            [
                "redis/load-balancer/former <> DeleteLoadBalancer",
                "redis/load-balancer <> CreateLoadBalancer+ConfigureHealthCheck+ModifyLoadBalancerAttributes",
                "redis/service <redis/load-balancer/former redis/load-balancer> CreateService",
            ],
            "{status}"
        );
    }
    // One that was deleted long ago had the same one.
    let same = changed(|_, observed| {
        let mut service = observed.services["redis-service"].clone();
        service.body["status"] = "INACTIVE".into();
        observed.inactive.insert("redis-service".into(), service);
    });
    assert!(same.is_noop(), "{same:#?}");
}

#[test]
fn two_former_load_balancers_are_two_steps() {
    let plan = changed(|it, observed| {
        // The service has one, the recipe says another, which is there and has another scheme.
        let mut other = observed.load_balancers["redis-elb"].clone();
        other.description["LoadBalancerName"] = "cache-elb".into();
        other.description["Scheme"] = "internet-facing".into();
        observed.load_balancers.insert("cache-elb".into(), other);
        it.load_balancer.as_mut().unwrap().create["LoadBalancerName"] = "cache-elb".into();
        it.service.as_mut().unwrap()["loadBalancers"][0]["loadBalancerName"] = "cache-elb".into();
    });
    let ids: BTreeSet<&str> = plan.steps().map(|it| it.id.as_str()).collect();
    assert_eq!(ids.len(), plan.steps().count(), "{ids:?}");
    assert!(ids.contains("redis/load-balancer/former/other"), "{ids:?}");
}

#[test]
fn a_load_balancer_without_a_service_is_made_anew_too() {
    let plan = changed(|it, observed| {
        it.service = None;
        it.load_balancer.as_mut().unwrap().create["Scheme"] = "internet-facing".into();
        observed.services.clear();
    });
    assert_eq!(
        shape(&plan),
        [
            "redis/load-balancer/former <> DeleteLoadBalancer",
            "redis/load-balancer <redis/load-balancer/former> CreateLoadBalancer+ConfigureHealthCheck+ModifyLoadBalancerAttributes",
        ]
    );
}

#[test]
fn a_new_load_balancer_stands_where_the_former_one_did() {
    let mut desired = redis();
    let observed = as_observed(&desired);
    desired.load_balancer.as_mut().unwrap().create["Scheme"] = "internet-facing".into();
    let unnamed = DesiredTarget {
        subnets: Vec::new(),
        security_groups: Vec::new(),
        ..target()
    };
    let plan = plan(&unnamed, &[desired], &observed, &known());
    let step = plan.services[0].step(ResourceKind::LoadBalancer).unwrap();
    let body = &step.requests[0].body;
    assert_eq!(body["Subnets"], json!(["subnet-39706b4e"]));
    assert_eq!(body["SecurityGroups"], json!(["sg-c70ff2a1"]));
}

#[test]
fn a_revision_that_was_deregistered_is_not_deployed_again() {
    let revision = |change: fn(&mut DesiredService)| {
        let plan = changed(|it, observed| {
            let mut latest = observed.latest.remove("redis").unwrap();
            latest.body["status"] = "INACTIVE".into();
            observed.in_use.insert(latest.arn.clone(), latest);
            change(it);
        });
        shape(&plan).first().cloned()
    };
    // What runs may go on running, and the plan says what became of it.
    assert_eq!(revision(|_| ()), None);
    let kept = changed(|_, observed| {
        let mut latest = observed.latest.remove("redis").unwrap();
        latest.body["status"] = "INACTIVE".into();
        observed.in_use.insert(latest.arn.clone(), latest);
    });
    let step = kept.services[0].step(ResourceKind::TaskDefinition).unwrap();
    assert_eq!(
        step.reason.as_deref(),
        Some("redis:1 unchanged; somebody deregistered it")
    );
    assert_eq!(
        revision(|it| {
            it.load_balancer.as_mut().unwrap().create["Scheme"] = "internet-facing".into();
        })
        .as_deref(),
        Some("redis/task-definition <> RegisterTaskDefinition")
    );
}

#[test]
fn tasks_that_lose_their_network_interface_are_of_another_service() {
    let mut desired = redis();
    desired.load_balancer = None;
    desired.service.as_mut().unwrap()["loadBalancers"] = json!([]);
    let mut observed = as_observed(&desired);
    let body = &mut observed.services.get_mut("redis-service").unwrap().body;
    body["networkConfiguration"] = json!({"awsvpcConfiguration": {"subnets": ["subnet-1"]}});
    let plan = plan(&target(), &[desired], &observed, &known());
    assert_eq!(
        shape(&plan),
        [
            "redis/service/former <> UpdateService+DeleteService",
            "redis/service <redis/service/former> CreateService",
        ]
    );
    let former = plan.steps().next().map(|it| it.reason.clone());
    assert!(
        plan.steps().any(|it| it.reason.as_deref()
            == Some("made anew: AWS cannot change `networkConfiguration`")),
        "{former:?}"
    );
}

#[test]
fn target_groups_are_exchanged_in_place() {
    let group = |name: &str| json!([{"targetGroupArn": name, "containerName": "searchapp-redis", "containerPort": 6379}]);
    let mut desired = redis();
    desired.load_balancer = None;
    desired.service.as_mut().unwrap()["loadBalancers"] = group("one");
    let observed = as_observed(&desired);
    for after in [group("two"), json!([])] {
        desired.service.as_mut().unwrap()["loadBalancers"] = after.clone();
        let plan = plan(
            &target(),
            std::slice::from_ref(&desired),
            &observed,
            &known(),
        );
        assert_eq!(shape(&plan), ["redis/service <> UpdateService+TagResource"]);
        let step = plan.services[0].step(ResourceKind::Service).unwrap();
        assert_eq!(step.requests[0].body["loadBalancers"], after);
    }
}

#[test]
fn a_load_balancer_that_another_service_uses_is_not_deleted() {
    let mut plan = changed(|it, _| {
        it.load_balancer.as_mut().unwrap().create["Scheme"] = "internet-facing".into();
    });
    assert!(ends_load_balancer(&plan));
    let service = |status: &str, balancer: &str| ObservedService {
        body: json!({"status": status, "loadBalancers": [{"loadBalancerName": balancer}]}),
        ..ObservedService::default()
    };
    let blocked = |plan: &mut Plan, name: &str, it: ObservedService| {
        keep_used(plan, &BTreeMap::from([(name.to_owned(), it)]));
        let blocked = plan.steps().filter_map(|it| it.blocked.as_ref());
        let told: Vec<String> = blocked.map(|it| it.message.clone()).collect();
        told
    };
    // Its own service, one of another load balancer, and one that goes.
    for (name, it) in [
        ("redis-service", service("ACTIVE", "redis-elb")),
        ("web", service("ACTIVE", "web-elb")),
        ("web", service("DRAINING", "redis-elb")),
    ] {
        assert_eq!(blocked(&mut plan, name, it), [""; 0], "{name}");
    }
    assert_eq!(
        blocked(&mut plan, "web", service("ACTIVE", "redis-elb")),
        ["service `web` uses load balancer `redis-elb`"]
    );
}
