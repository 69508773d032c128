//! What is changed where it is, by the right calls in the right order.

use super::*;

fn balancer(desired: &mut DesiredService) -> &mut DesiredLoadBalancer {
    desired.load_balancer.as_mut().unwrap()
}

/// Operations and bodies of the calls about the load balancer.
fn calls(plan: &Plan) -> Vec<(&'static str, Value)> {
    let step = plan.services[0].step(ResourceKind::LoadBalancer).unwrap();
    assert!(step.blocked.is_none(), "{step:?}");
    let calls = step.requests.iter();
    calls
        .map(|it| {
            let mut body = it.body.clone();
            let members = body.as_object_mut().unwrap();
            members.remove("LoadBalancerName");
            members.remove("LoadBalancerNames");
            if it.operation == Operation::AddTags {
                members.remove("Tags");
            }
            (it.operation.name(), body)
        })
        .collect()
}

fn changed(change: impl FnOnce(&mut DesiredService, &mut DesiredTarget)) -> Plan {
    let mut desired = redis();
    let observed = as_observed(&desired);
    let mut target = target();
    change(&mut desired, &mut target);
    plan(&target, &[desired], &observed, &known())
}

const NOTED: &str = "AddTags";

#[test]
fn a_listener_goes_before_another_takes_its_port() {
    let other = json!({
        "Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 6380,
    });
    let plan = changed(|it, _| balancer(it).create["Listeners"][0] = other.clone());
    assert_eq!(
        calls(&plan),
        [
            (
                "DeleteLoadBalancerListeners",
                json!({"LoadBalancerPorts": [80]})
            ),
            ("CreateLoadBalancerListeners", json!({"Listeners": [other]})),
            (NOTED, json!({})),
        ]
    );
    let second = json!({
        "Protocol": "TCP", "LoadBalancerPort": 81, "InstanceProtocol": "TCP", "InstancePort": 6379,
    });
    let plan = changed(|it, _| {
        balancer(it).create["Listeners"]
            .as_array_mut()
            .unwrap()
            .push(second.clone());
    });
    assert_eq!(
        calls(&plan)[..1],
        [(
            "CreateLoadBalancerListeners",
            json!({"Listeners": [second]})
        )]
    );
    let plan = changed(|it, _| balancer(it).create["Listeners"][0]["LoadBalancerPort"] = 81.into());
    let operations: Vec<&str> = calls(&plan).iter().map(|it| it.0).collect();
    assert_eq!(
        operations,
        [
            "DeleteLoadBalancerListeners",
            "CreateLoadBalancerListeners",
            NOTED
        ]
    );
    assert_eq!(calls(&plan)[0].1["LoadBalancerPorts"], json!([80]));
}

#[test]
fn a_port_that_clients_lose_has_to_be_agreed_to() {
    let listener = |protocol: &str, port: u16, instance: u16| {
        json!({
            "Protocol": protocol, "LoadBalancerPort": port, "InstanceProtocol": "TCP", "InstancePort": instance,
        })
    };
    let with = |listeners: &[Value]| {
        let mut desired = redis();
        balancer(&mut desired).create["Listeners"] = listeners.into();
        desired
    };
    let (first, second) = (listener("TCP", 80, 6379), listener("TCP", 81, 6379));
    for (before, after, expect) in [
        (
            vec![first.clone()],
            vec![listener("TCP", 8080, 6379)],
            &["clients of port 80 must connect to 8080"][..],
        ),
        (
            vec![first.clone()],
            vec![listener("TCP", 8080, 6379), second.clone()],
            &["clients of port 80 must connect to 81 or 8080"],
        ),
        (
            vec![first.clone(), second.clone()],
            vec![first.clone()],
            &["clients of port 81 have nowhere to connect: nothing listens there any more"],
        ),
        (
            vec![first.clone()],
            vec![listener("SSL", 80, 6379)],
            &["clients of port 80 must speak TLS"],
        ),
        (
            vec![listener("SSL", 80, 6379)],
            vec![first.clone()],
            &["clients of port 80 must speak without TLS"],
        ),
        // What clients do not see.
        (
            vec![first.clone()],
            vec![first.clone(), second.clone()],
            &[],
        ),
        (vec![first.clone()], vec![listener("TCP", 80, 6380)], &[]),
        (
            vec![listener("TCP", 80, 6379)],
            vec![listener("HTTP", 80, 6379)],
            &[],
        ),
    ] {
        let plan = plan(
            &target(),
            &[with(&after)],
            &as_observed(&with(&before)),
            &known(),
        );
        let step = plan.services[0].step(ResourceKind::LoadBalancer).unwrap();
        assert_eq!(step.breaks, expect, "{before:?} -> {after:?}");
        assert_eq!(step.is_destructive(), !expect.is_empty());
        assert_eq!(step.action, Action::Update);
    }
}

#[test]
fn another_certificate_needs_no_other_listener() {
    let with = |certificate: &str| {
        let mut desired = redis();
        balancer(&mut desired).create["Listeners"][0] = json!({
            "Protocol": "SSL", "LoadBalancerPort": 443, "InstanceProtocol": "TCP", "InstancePort": 6379,
            "SSLCertificateId": certificate,
        });
        desired
    };
    let observed = as_observed(&with("arn:aws:acm:us-east-1:1:certificate/one"));
    let other = "arn:aws:acm:us-east-1:1:certificate/other";
    let plan = plan(&target(), &[with(other)], &observed, &known());
    assert_eq!(
        calls(&plan),
        [
            (
                "SetLoadBalancerListenerSSLCertificate",
                json!({"LoadBalancerPort": 443, "SSLCertificateId": other}),
            ),
            (NOTED, json!({})),
        ]
    );
}

#[test]
fn subnets_are_attached_before_others_are_detached() {
    let plan = changed(|_, target| {
        target.subnets = vec!["subnet-new".into()];
        target.security_groups = vec!["sg-new".into()];
    });
    assert_eq!(
        calls(&plan),
        [
            (
                "ApplySecurityGroupsToLoadBalancer",
                json!({"SecurityGroups": ["sg-new"]}),
            ),
            (
                "AttachLoadBalancerToSubnets",
                json!({"Subnets": ["subnet-new"]})
            ),
            (
                "DetachLoadBalancerFromSubnets",
                json!({"Subnets": ["subnet-39706b4e"]})
            ),
            (NOTED, json!({})),
        ]
    );
}

#[test]
fn an_attribute_that_is_not_set_any_more_goes_back_to_its_default() {
    let without = changed(|it, _| balancer(it).attributes = None);
    assert_eq!(
        steps(&without),
        [
            "redis/load-balancer Update [ConnectionSettings.IdleTimeout] ModifyLoadBalancerAttributes+AddTags"
        ]
    );
    let default = json!({"LoadBalancerAttributes": {"ConnectionSettings": {"IdleTimeout": 60}}});
    assert_eq!(
        calls(&without)[0],
        ("ModifyLoadBalancerAttributes", default)
    );
    // What is set stays.
    let other = changed(|it, _| {
        balancer(it).attributes = Some(json!({"CrossZoneLoadBalancing": {"Enabled": true}}));
    });
    let both = json!({"LoadBalancerAttributes": {
        "CrossZoneLoadBalancing": {"Enabled": true}, "ConnectionSettings": {"IdleTimeout": 60},
    }});
    assert_eq!(calls(&other)[0], ("ModifyLoadBalancerAttributes", both));
}

#[test]
fn an_attribute_in_a_list_goes_back_too() {
    let mut desired = redis();
    let mode = json!([{"Key": "elb.http.desyncmitigationmode", "Value": "strictest"}]);
    balancer(&mut desired).attributes = Some(json!({"AdditionalAttributes": mode}));
    let observed = as_observed(&desired);
    balancer(&mut desired).attributes = None;
    let plan = plan(&target(), &[desired], &observed, &known());
    let default = json!([{"Key": "elb.http.desyncmitigationmode", "Value": "defensive"}]);
    assert_eq!(
        calls(&plan)[0].1["LoadBalancerAttributes"],
        json!({"AdditionalAttributes": default})
    );
}

#[test]
fn a_service_field_that_is_not_set_any_more_goes_back_with_its_neighbours_kept() {
    let mut desired = redis();
    desired.service.as_mut().unwrap()["deploymentConfiguration"]["bakeTimeInMinutes"] = 5.into();
    let observed = as_observed(&desired);
    let plan = plan(&target(), &[redis()], &observed, &known());
    let step = plan.steps().last().unwrap();
    assert_eq!(
        step.requests[0].body["deploymentConfiguration"],
        json!({"minimumHealthyPercent": 0, "maximumPercent": 100, "bakeTimeInMinutes": 0})
    );
    assert_eq!(step.changes[0].after, Some(0.into()));
}

#[test]
fn what_is_set_to_what_it_is_anyway_is_remembered() {
    let plan = changed(|it, _| it.service.as_mut().unwrap()["propagateTags"] = "NONE".into());
    assert_eq!(steps(&plan), ["redis/service Update [] TagResource"]);
    assert_eq!(
        plan.steps().last().unwrap().reason.as_deref(),
        Some("writes down what the recipe sets")
    );
}

#[test]
fn a_load_balancer_that_somebody_deleted_is_made_again_under_its_service() {
    let mut observed = as_observed(&redis());
    observed.load_balancers.clear();
    let plan = plan(&target(), &[redis()], &observed, &known());
    let ids: Vec<_> = plan
        .steps()
        .filter(|it| it.action != Action::NoOp)
        .map(|it| (it.id.as_str(), it.action))
        .collect();
    assert_eq!(
        ids,
        [
            ("redis/load-balancer", Action::Create),
            ("redis/service", Action::Update)
        ]
    );
    let service = plan.steps().last().unwrap();
    assert_eq!(service.needs, ["redis/load-balancer"]);
    assert_eq!(service.requests[0].body["forceNewDeployment"], true);
    let balancer = plan.services[0].step(ResourceKind::LoadBalancer).unwrap();
    assert!(
        balancer
            .reason
            .as_ref()
            .unwrap()
            .contains("somebody deleted it"),
        "{balancer:?}"
    );
}
