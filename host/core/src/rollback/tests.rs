use std::collections::BTreeMap;

use super::*;
use crate::plan::ResourceKind;

fn step(action: Action, requests: Vec<Request>) -> Step {
    Step {
        action,
        requests,
        ..Step::new("redis", ResourceKind::Service, "redis-service")
    }
}

fn before(stable: Option<&str>) -> ObservedService {
    let mut tags = BTreeMap::from([("host:recipe".to_owned(), "redis@0.1.0".to_owned())]);
    tags.extend(stable.map(|it| (ownership::STABLE.to_owned(), it.to_owned())));
    ObservedService {
        body: json!({"serviceArn": "arn:s", "status": "ACTIVE", "desiredCount": 2, "healthCheckGracePeriodSeconds": 60}),
        tags,
    }
}

fn update() -> Vec<Request> {
    let body = json!({"cluster": "c", "service": "redis-service", "taskDefinition": "arn:redis:3", "desiredCount": 1,
        "placementStrategy": []});
    let tags =
        json!({"resourceArn": "arn:s", "tags": [{"key": "host:recipe", "value": "redis@0.2.0"}]});
    vec![
        Request {
            operation: Operation::UpdateService,
            body,
        },
        Request {
            operation: Operation::TagResource,
            body: tags,
        },
    ]
}

fn run<'a>(step: &'a Step, before: Option<&'a ObservedService>) -> Run<'a> {
    Run {
        cluster: "c",
        service: step,
        before,
        balancer: None,
        balancer_before: None,
    }
}

#[track_caller]
fn back(run: &Run<'_>) -> Back {
    match decide(run) {
        TurnBack::To(back) => *back,
        other => panic!("{other:?}"),
    }
}

fn body(request: Option<Request>) -> Value {
    request.map(|it| it.body).unwrap_or_default()
}

/// A service that fails though nothing of it was changed goes back to what is recorded, and never to nothing.
#[test]
fn what_was_not_changed_goes_back_to_the_recorded_revision_alone() {
    let same = step(Action::NoOp, Vec::new());
    let mut service = before(Some("redis:1"));
    service.body["taskDefinition"] = "arn:aws:ecs:r:1:task-definition/redis:2".into();
    let turned = back(&run(&same, Some(&service)));
    assert_eq!(
        (turned.revision.as_deref(), turned.tags),
        (Some("redis:1"), None)
    );
    assert_eq!(
        body(turned.update),
        json!({"cluster": "c", "service": "redis-service"})
    );
    service.body["taskDefinition"] = "arn:aws:ecs:r:1:task-definition/redis:1".into();
    assert!(matches!(
        decide(&run(&same, Some(&service))),
        TurnBack::Nothing(_)
    ));
}

#[test]
fn it_goes_to_the_recorded_revision_with_the_numbers_of_before() {
    let (step, before) = (step(Action::Update, update()), before(Some("redis:1")));
    let turned = back(&run(&step, Some(&before)));
    assert_eq!(turned.revision.as_deref(), Some("redis:1"));
    assert_eq!(
        body(turned.update),
        json!({"cluster": "c", "service": "redis-service", "desiredCount": 2})
    );
    assert_eq!(
        body(turned.tags),
        json!({"resourceArn": "arn:s", "tags": [{"key": "host:recipe", "value": "redis@0.1.0"}]})
    );
}

/// What runs may have been deployed without waiting, and work: it is not what is recorded, and not what fails.
#[test]
fn a_revision_that_this_run_did_not_touch_stays() {
    let mut requests = update();
    let fields = requests[0].body.as_object_mut().unwrap();
    fields.remove("taskDefinition");
    let scaled = step(Action::Update, requests);
    for stable in [None, Some("redis:1")] {
        let before = before(stable);
        let turned = back(&run(&scaled, Some(&before)));
        assert_eq!(turned.revision, None);
        assert_eq!(
            body(turned.update),
            json!({"cluster": "c", "service": "redis-service", "desiredCount": 2})
        );
    }
    let forced = Request {
        operation: Operation::UpdateService,
        body: json!({"cluster": "c", "service": "redis-service", "forceNewDeployment": true}),
    };
    let (forced, before) = (step(Action::Update, vec![forced]), before(Some("redis:1")));
    assert_eq!(
        decide(&run(&forced, Some(&before))),
        TurnBack::Nothing("this run left its revision and its numbers as they were".to_owned())
    );
}

#[test]
fn what_is_new_has_no_tasks_and_what_was_never_steady_stays() {
    let zero = json!({"cluster": "c", "service": "redis-service", "desiredCount": 0});
    let new = step(Action::Create, Vec::new());
    match decide(&run(&new, None)) {
        TurnBack::ToZero(request) => assert_eq!(request.body, zero),
        other => panic!("{other:?}"),
    }
    let (step, before) = (step(Action::Update, update()), before(None));
    let turned = decide(&run(&step, Some(&before)));
    assert_eq!(
        turned,
        TurnBack::Nothing("no revision of it was ever seen steady".to_owned())
    );
}

/// What was made anew in this run had a revision that worked before.
#[test]
fn a_service_that_was_made_anew_goes_to_the_recorded_revision() {
    let create = Request {
        operation: Operation::CreateService,
        body: json!({"serviceName": "redis-service", "desiredCount": 1,
            "loadBalancers": [{"loadBalancerName": "redis-elb", "containerName": "redis", "containerPort": 6379}]}),
    };
    let (step, service) = (step(Action::Create, vec![create]), before(Some("redis:1")));
    let mut balancer = balancer_step(Vec::new());
    balancer.action = Action::Create;
    balancer.requests = vec![Request {
        operation: Operation::CreateLoadBalancer,
        body: json!({"Listeners": [{"LoadBalancerPort": 80, "InstancePort": 7000}]}),
    }];
    let mut of_run = run(&step, Some(&service));
    let kept = back(&of_run).anew.unwrap();
    of_run.balancer = Some(&balancer);
    let turned = back(&of_run);
    assert_eq!(turned.revision.as_deref(), Some("redis:1"));
    assert_eq!(
        body(turned.update),
        json!({"cluster": "c", "service": "redis-service"})
    );
    assert_eq!(
        body(turned.tags)["tags"],
        json!([{"key": "host:recipe", "value": "redis@0.1.0"}])
    );
    let revision = |name: &str, port: u16, host: u16, mode: &str| Revision {
        body: json!({"networkMode": mode, "containerDefinitions": [
            {"name": name, "portMappings": [{"containerPort": port, "hostPort": host}]}]}),
        ..Revision::default()
    };
    let new = turned.anew.unwrap();
    assert!(new.fits(&revision("redis", 6379, 7000, "bridge")));
    assert!(!new.fits(&revision("cache", 6379, 7000, "bridge")));
    assert!(!new.fits(&revision("redis", 6380, 7000, "bridge")));
    assert!(!new.fits(&revision("redis", 6379, 7000, "awsvpc")));
    // A load balancer that is new goes to other ports; one that stayed, or is put back, to those of before.
    assert!(!new.fits(&revision("redis", 6379, 6379, "bridge")));
    assert!(kept.fits(&revision("redis", 6379, 6379, "bridge")));
}

fn balancer_step(requests: Vec<Request>) -> Step {
    Step {
        action: Action::Update,
        requests,
        ..Step::new("redis", ResourceKind::LoadBalancer, "redis-elb")
    }
}

fn balancer_before() -> ObservedLoadBalancer {
    let listener = |port: u16, instance: u16| {
        json!({"PolicyNames": [], "Listener": {"Protocol": "TCP", "InstanceProtocol": "TCP",
            "LoadBalancerPort": port, "InstancePort": instance}})
    };
    let mut secure = listener(443, 6379);
    secure["Listener"]["SSLCertificateId"] = "arn:one".into();
    ObservedLoadBalancer {
        description: json!({
            "ListenerDescriptions": [listener(80, 6379), listener(81, 6379), secure],
            "HealthCheck": {"Target": "TCP:6379", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2,
                "HealthyThreshold": 2},
            "SecurityGroups": ["sg-1"],
        }),
        tags: BTreeMap::from([
            ("host:applied".to_owned(), "former".to_owned()),
            ("team".to_owned(), "one".to_owned()),
            ("gone".to_owned(), "was".to_owned()),
        ]),
        attributes: Some(
            json!({"ConnectionSettings": {"IdleTimeout": 60}, "AccessLog": {"Enabled": false}}),
        ),
    }
}

fn call(operation: Operation, mut body: Value) -> Request {
    body["LoadBalancerName"] = "redis-elb".into();
    Request { operation, body }
}

fn tags(operation: Operation, tags: &Value) -> Request {
    Request {
        operation,
        body: json!({"LoadBalancerNames": ["redis-elb"], "Tags": tags}),
    }
}

/// A new port of the instances moves listeners and checks before the service: they are back before it, too.
#[test]
fn a_load_balancer_is_brought_to_what_it_was() {
    use Operation::{
        AddTags, ApplySecurityGroupsToLoadBalancer as Groups,
        AttachLoadBalancerToSubnets as Attach, ConfigureHealthCheck as Check,
        CreateLoadBalancerListeners as Create, DeleteLoadBalancerListeners as Delete,
        DetachLoadBalancerFromSubnets as Detach, ModifyLoadBalancerAttributes as Modify,
        RemoveTags, SetLoadBalancerListenerSSLCertificate as Certificate,
    };
    let moved = json!({"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 6380});
    let added = json!({"Protocol": "TCP", "LoadBalancerPort": 82, "InstancePort": 6380});
    let done = balancer_step(vec![
        call(Groups, json!({"SecurityGroups": ["sg-2"]})),
        call(Attach, json!({"Subnets": ["new"]})),
        call(Detach, json!({"Subnets": ["old"]})),
        call(Delete, json!({"LoadBalancerPorts": [80, 81]})),
        call(Create, json!({"Listeners": [moved, added]})),
        call(
            Certificate,
            json!({"LoadBalancerPort": 443, "SSLCertificateId": "arn:two"}),
        ),
        call(Check, json!({"HealthCheck": {"Target": "TCP:6380"}})),
        call(
            Modify,
            json!({"LoadBalancerAttributes": {"ConnectionSettings": {"IdleTimeout": 90}}}),
        ),
        tags(RemoveTags, &json!([{"Key": "gone"}])),
        tags(
            AddTags,
            &json!([{"Key": "team", "Value": "two"}, {"Key": "owner", "Value": "me"},
            {"Key": "host:applied", "Value": "new"}, {"Key": "host:stack", "Value": "c/s"}]),
        ),
    ]);
    let mut before = balancer_before();
    let former = |port: u16| json!({"Protocol": "TCP", "InstanceProtocol": "TCP", "LoadBalancerPort": port, "InstancePort": 6379});
    let expected = vec![
        call(Groups, json!({"SecurityGroups": ["sg-1"]})),
        call(Attach, json!({"Subnets": ["old"]})),
        call(Detach, json!({"Subnets": ["new"]})),
        call(Delete, json!({"LoadBalancerPorts": [80, 82]})),
        call(Create, json!({"Listeners": [former(80), former(81)]})),
        call(
            Certificate,
            json!({"LoadBalancerPort": 443, "SSLCertificateId": "arn:one"}),
        ),
        call(
            Check,
            json!({"HealthCheck": before.description["HealthCheck"]}),
        ),
        call(
            Modify,
            json!({"LoadBalancerAttributes": {"ConnectionSettings": {"IdleTimeout": 60}}}),
        ),
        tags(RemoveTags, &json!([{"Key": "owner"}])),
        tags(
            AddTags,
            &json!([{"Key": "gone", "Value": "was"}, {"Key": "team", "Value": "one"},
            {"Key": "host:applied", "Value": "former"}]),
        ),
    ];
    let sorted = |mut requests: Vec<Request>| {
        for request in &mut requests {
            if let Some(tags) = request.body["Tags"].as_array_mut() {
                tags.sort_by_key(|it| it["Key"].to_string());
            }
        }
        requests
    };
    assert_eq!(sorted(balancer::undo(&done, &before)), sorted(expected));

    // Before which the load balancer was read without its attributes: what stays is not to look like another's change.
    before.attributes = None;
    let rest = balancer::undo(&done, &before);
    assert!(
        rest.iter()
            .all(|it| ![Modify, AddTags, RemoveTags].contains(&it.operation))
    );
}

#[test]
fn a_load_balancer_goes_back_with_the_service_and_alone() {
    let before_balancer = balancer_before();
    let checks = balancer_step(vec![call(
        Operation::ConfigureHealthCheck,
        json!({"HealthCheck": {"Target": "TCP:6380"}}),
    )]);
    let service = before(Some("redis:1"));
    let (updated, same) = (
        step(Action::Update, update()),
        step(Action::NoOp, Vec::new()),
    );
    for (step, revision) in [(&updated, Some("redis:1")), (&same, None)] {
        let mut run = run(step, Some(&service));
        run.balancer = Some(&checks);
        run.balancer_before = Some(&before_balancer);
        let turned = back(&run);
        assert_eq!(turned.revision.as_deref(), revision);
        assert_eq!(turned.update.is_some(), revision.is_some());
        assert_eq!(turned.balancer.len(), 1);
    }
    // Tags alone are no change of what a load balancer does.
    let tagged = balancer_step(vec![tags(
        Operation::AddTags,
        &json!([{"Key": "team", "Value": "two"}]),
    )]);
    let mut run = run(&same, Some(&service));
    run.balancer = Some(&tagged);
    run.balancer_before = Some(&before_balancer);
    assert!(!run.is_change() && balancer::undo(&tagged, &before_balancer).is_empty());
}

#[test]
fn by_hand_it_is_the_newest_stable_one_before_the_running_one() {
    let revision = |number: u32, stable: bool, status: &str| Revision {
        arn: format!("arn:aws:ecs:r:1:task-definition/redis:{number}"),
        body: json!({"status": status}),
        tags: stable
            .then(|| (ownership::STABLE.to_owned(), "2026".to_owned()))
            .into_iter()
            .collect(),
    };
    let history = [
        revision(12, true, "ACTIVE"),
        revision(10, false, "ACTIVE"),
        revision(9, true, "INACTIVE"),
        revision(8, true, "ACTIVE"),
        revision(2, true, "ACTIVE"),
    ];
    let chosen = |running: &str, tagged| {
        latest_stable(&history, running, tagged).map(|it| it.short().to_owned())
    };
    assert_eq!(chosen("redis:11", None).as_deref(), Some("redis:8"));
    assert_eq!(
        chosen("redis:11", Some("redis:10")).as_deref(),
        Some("redis:10")
    );
    assert_eq!(
        chosen("redis:8", Some("redis:8")).as_deref(),
        Some("redis:2")
    );
    assert_eq!(chosen("redis:2", None), None);
    assert_eq!(
        chosen("redis:12", Some("redis:2")).as_deref(),
        Some("redis:2"),
        "somebody went back to it, and away from those between"
    );
    assert_eq!(
        chosen("redis:10", Some("redis:12")).as_deref(),
        Some("redis:12"),
        "what is tagged was steady last"
    );
}

/// Two tasks were wanted when the minimum was set, and one is now: with 50 percent nothing can be exchanged.
#[test]
fn what_goes_back_can_go_on() {
    let service = |count: u64, minimum: u64| {
        let mut service = before(Some("redis:1"));
        service.body["desiredCount"] = count.into();
        service.body["deploymentConfiguration"] =
            json!({"minimumHealthyPercent": minimum, "maximumPercent": 100, "strategy": "ROLLING"});
        service
    };
    let to = Revision {
        arn: "arn:redis:1".into(),
        ..Revision::default()
    };
    let by_hand = |service: &ObservedService| by_hand("c", "redis-service", service, &to).body;
    let plain =
        json!({"cluster": "c", "service": "redis-service", "taskDefinition": "arn:redis:1"});
    assert_eq!(by_hand(&service(1, 0)), plain);
    assert_eq!(by_hand(&service(2, 50)), plain);
    let mut freed = plain;
    freed["deploymentConfiguration"] = json!({"minimumHealthyPercent": 0, "maximumPercent": 100});
    assert_eq!(by_hand(&service(1, 50)), freed);
    freed["deploymentConfiguration"]["minimumHealthyPercent"] = 66.into();
    assert_eq!(by_hand(&service(3, 90)), freed);
    // After a failed run as well.
    let failed = step(Action::Update, update());
    let body = |count, minimum| body(back(&run(&failed, Some(&service(count, minimum)))).update);
    assert_eq!(body(2, 50).get("deploymentConfiguration"), None);
    assert_eq!(
        body(1, 50)["deploymentConfiguration"],
        json!({"minimumHealthyPercent": 0, "maximumPercent": 100})
    );
}
