use proptest::prelude::*;
use serde_json::Map;

use super::*;
use crate::desired::DesiredLoadBalancer;
use crate::observed::ObservedService;

fn target() -> DesiredTarget {
    DesiredTarget {
        region: "us-east-1".into(),
        cluster: "searchapp".into(),
        stack: "default".into(),
        subnets: vec!["subnet-39706b4e".into()],
        security_groups: vec!["sg-c70ff2a1".into()],
        service_role: Some("ecsServiceRole".into()),
    }
}

fn redis() -> DesiredService {
    DesiredService {
        name: "redis".into(),
        recipe: "redis@0.1.0".into(),
        digest: "sha256:00".into(),
        task_definition: Some(json!({
            "family": "redis",
            "containerDefinitions": [{
                "name": "searchapp-redis", "image": "redis", "cpu": 128, "memory": 128,
                "portMappings": [{"containerPort": 6379, "hostPort": 6379, "protocol": "tcp"}],
                "secrets": [{"name": "PASSWORD", "valueFrom": "{{secret:password}}"}],
            }],
        })),
        load_balancer: Some(DesiredLoadBalancer {
            create: json!({
                "LoadBalancerName": "redis-elb", "Scheme": "internal",
                "Listeners": [{
                    "Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 6379,
                }],
            }),
            health_check: json!({
                "Target": "TCP:6379", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2,
            }),
            attributes: Some(json!({"ConnectionSettings": {"IdleTimeout": 120}})),
        }),
        service: Some(json!({
            "serviceName": "redis-service", "desiredCount": 1,
            "loadBalancers": [
                {"containerName": "searchapp-redis", "containerPort": 6379, "loadBalancerName": "redis-elb"},
            ],
            "deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100},
            "healthCheckGracePeriodSeconds": 120,
            "availabilityZoneRebalancing": "DISABLED",
        })),
        ..DesiredService::default()
    }
}

fn known() -> KnownTokens {
    let secret = (
        "{{secret:password}}".to_owned(),
        "arn:aws:ssm:us-east-1:1:parameter/p".to_owned(),
    );
    KnownTokens::from([("redis".to_owned(), tokens::Known::from([secret]))])
}

/// What AWS would describe after the plan for `desired` was applied: computed
/// fields added, defaults filled, lists in another order, ARNs for names.
fn as_observed(desired: &DesiredService) -> Observed {
    let plan = plan(
        &target(),
        std::slice::from_ref(desired),
        &Observed::default(),
        &known(),
    );
    let mut observed = Observed::default();
    let arn = "arn:aws:ecs:us-east-1:1:task-definition/redis:1".to_owned();
    for request in plan.steps().flat_map(|step| &step.requests) {
        let mut body = request.body.clone();
        tokens::fill(&mut body, &known()["redis"]);
        match request.operation {
            Operation::RegisterTaskDefinition => {
                let tags = ownership::read_ecs(&body["tags"]);
                let members = body.as_object_mut().unwrap();
                members.remove("tags");
                members.insert("taskDefinitionArn".into(), arn.clone().into());
                members.insert("revision".into(), 1.into());
                members.insert("placementConstraints".into(), json!([]));
                members.insert("requiresAttributes".into(), json!([{"name": "x"}]));
                observed.latest.insert(
                    "redis".into(),
                    Revision {
                        arn: arn.clone(),
                        body,
                        tags,
                    },
                );
            }
            Operation::CreateLoadBalancer => {
                let listeners: Value = body["Listeners"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|it| json!({"Listener": it}))
                    .collect();
                let tags = body["Tags"].as_array().unwrap().iter();
                let tags = tags
                    .map(|it| {
                        (
                            it["Key"].as_str().unwrap().into(),
                            it["Value"].as_str().unwrap().into(),
                        )
                    })
                    .collect();
                let description = json!({
                    "LoadBalancerName": body["LoadBalancerName"], "Scheme": body["Scheme"], "Subnets": body["Subnets"],
                    "SecurityGroups": body["SecurityGroups"], "ListenerDescriptions": listeners,
                    "DNSName": "internal-redis-elb-1.us-east-1.elb.amazonaws.com",
                });
                let balancer = ObservedLoadBalancer {
                    description,
                    tags,
                    attributes: None,
                };
                observed.load_balancers.insert("redis-elb".into(), balancer);
            }
            Operation::ConfigureHealthCheck => {
                observed
                    .load_balancers
                    .get_mut("redis-elb")
                    .unwrap()
                    .description["HealthCheck"] = body["HealthCheck"].clone();
            }
            Operation::ModifyLoadBalancerAttributes => {
                let mut attributes = body["LoadBalancerAttributes"].clone();
                attributes["CrossZoneLoadBalancing"] = json!({"Enabled": false});
                observed
                    .load_balancers
                    .get_mut("redis-elb")
                    .unwrap()
                    .attributes = Some(attributes);
            }
            Operation::CreateService => {
                let tags = ownership::read_ecs(&body["tags"]);
                body["taskDefinition"] = arn.clone().into();
                body["roleArn"] = "arn:aws:iam::1:role/ecsServiceRole".into();
                body["launchType"] = "EC2".into();
                body["schedulingStrategy"] = "REPLICA".into();
                body["status"] = "ACTIVE".into();
                body["deploymentConfiguration"]["strategy"] = "ROLLING".into();
                observed
                    .services
                    .insert("redis-service".into(), ObservedService { body, tags });
            }
            other => panic!("a plan from nothing does not need {other}"),
        }
    }
    observed
}

/// The steps of a plan, a line each.
fn steps(plan: &Plan) -> Vec<String> {
    let describe = |step: &Step| {
        let changes: Vec<&str> = step.changes.iter().map(|it| it.path.as_str()).collect();
        let operations: Vec<&str> = step.requests.iter().map(|it| it.operation.name()).collect();
        let blocked = if step.blocked.is_some() {
            " BLOCKED"
        } else {
            ""
        };
        format!(
            "{} {:?}{blocked} [{}] {}",
            step.id,
            step.action,
            changes.join(" "),
            operations.join("+")
        )
    };
    plan.steps()
        .filter(|step| step.action != Action::NoOp)
        .map(describe)
        .collect()
}

/// Plans a changed desired service, or changed AWS, against what the unchanged one made.
fn check(change: impl FnOnce(&mut DesiredService, &mut Observed)) -> Vec<String> {
    let mut desired = redis();
    let mut observed = as_observed(&desired);
    change(&mut desired, &mut observed);
    steps(&plan(&target(), &[desired], &observed, &known()))
}

#[test]
fn from_nothing_everything_is_created_in_order() {
    let plan = plan(&target(), &[redis()], &Observed::default(), &known());
    let operations: Vec<_> = plan
        .steps()
        .flat_map(|it| &it.requests)
        .map(|it| it.operation.name())
        .collect();
    assert_eq!(
        operations,
        [
            "RegisterTaskDefinition",
            "CreateLoadBalancer",
            "ConfigureHealthCheck",
            "ModifyLoadBalancerAttributes",
            "CreateService"
        ]
    );
    let service = plan.steps().last().unwrap();
    assert_eq!(
        service.needs,
        ["redis/task-definition", "redis/load-balancer"]
    );
    assert_eq!(
        service.requests[0].body["taskDefinition"],
        "{{task-definition:redis}}"
    );
    assert_eq!(service.requests[0].body["role"], "ecsServiceRole");
    for request in plan.steps().flat_map(|it| &it.requests) {
        assert!(
            !request.body.to_string().contains("arn:aws:ssm"),
            "a secret is in {request:?}"
        );
    }
    assert!(
        !serde_json::to_string(&plan)
            .unwrap()
            .contains("arn:aws:ssm")
    );
}

#[test]
fn unchanged_is_no_step() {
    assert_eq!(check(|_, _| ()), [""; 0]);
}

#[test]
fn a_rebuilt_recipe_with_the_same_output_is_no_step() {
    assert_eq!(
        check(|desired, _| desired.digest = "sha256:11".into()),
        [""; 0]
    );
}

#[test]
fn content_is_compared_where_the_tag_says_something_else() {
    let forget = |_: &mut DesiredService, observed: &mut Observed| {
        observed
            .latest
            .get_mut("redis")
            .unwrap()
            .tags
            .insert(ownership::APPLIED.into(), "0:".into());
    };
    assert_eq!(check(forget), [""; 0]);
}

#[test]
fn a_change_of_the_task_definition_is_a_new_revision() {
    let change = |desired: &mut DesiredService, _: &mut Observed| {
        desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["memory"] = 256.into();
    };
    assert_eq!(
        check(change),
        [
            "redis/task-definition Update [containerDefinitions[searchapp-redis].memory] RegisterTaskDefinition",
            "redis/service Update [taskDefinition] UpdateService+TagResource",
        ]
    );
}

#[test]
fn another_secret_is_a_new_revision_and_is_not_shown() {
    let desired = redis();
    let observed = as_observed(&desired);
    let other = tokens::Known::from([(
        "{{secret:password}}".into(),
        "arn:aws:ssm:us-east-1:1:parameter/q".into(),
    )]);
    let plan = plan(
        &target(),
        &[desired],
        &observed,
        &KnownTokens::from([("redis".into(), other)]),
    );
    let step = plan.steps().next().unwrap();
    assert_eq!(
        step.changes[0].path,
        "containerDefinitions[searchapp-redis].secrets[PASSWORD].valueFrom"
    );
    assert_eq!(step.changes[0].after, Some("(secret)".into()));
    assert!(!serde_json::to_string(&plan).unwrap().contains("parameter/"));
}

#[test]
fn a_revision_left_by_a_killed_run_is_used() {
    let left = |desired: &mut DesiredService, observed: &mut Observed| {
        // Registered for 256 MiB, and killed before the service was told.
        desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["memory"] = 256.into();
        let arn = "arn:aws:ecs:us-east-1:1:task-definition/redis:2".to_owned();
        let first = observed.latest.remove("redis").unwrap();
        let mut second = Revision {
            arn: arn.clone(),
            ..first.clone()
        };
        second.body["taskDefinitionArn"] = arn.into();
        second.body["containerDefinitions"][0]["memory"] = 256.into();
        observed.latest.insert("redis".into(), second);
        observed.in_use.insert(first.arn.clone(), first);
    };
    assert_eq!(
        check(left),
        ["redis/service Update [taskDefinition] UpdateService+TagResource"]
    );
}

#[test]
fn a_killed_run_is_taken_up_where_it_ended() {
    let no_service = |_: &mut DesiredService, observed: &mut Observed| observed.services.clear();
    let from_nothing = steps(&plan(&target(), &[redis()], &Observed::default(), &known()));
    // The revision is known by now, everything else is as it was.
    assert_eq!(check(no_service), from_nothing[2..]);
    let no_health_check = |_: &mut DesiredService, observed: &mut Observed| {
        let balancer = observed.load_balancers.get_mut("redis-elb").unwrap();
        balancer.description["HealthCheck"] = json!({
            "Target": "TCP:6379", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 10,
        });
    };
    assert_eq!(
        check(no_health_check),
        [
            "redis/load-balancer Update [HealthCheck.HealthyThreshold HealthCheck.Interval] ConfigureHealthCheck"
        ]
    );
}

#[test]
fn inactive_is_absent_and_draining_is_waited_for() {
    let draining = |_: &mut DesiredService, observed: &mut Observed| {
        observed.services.get_mut("redis-service").unwrap().body["status"] = "DRAINING".into();
    };
    let steps = check(draining);
    assert!(
        steps.len() == 1 && steps[0].starts_with("redis/service Create"),
        "{steps:?}"
    );
    assert_eq!(
        ObservedService::read(json!({"serviceName": "redis-service", "status": "INACTIVE"})),
        None
    );
}

#[test]
fn foreign_objects_are_never_touched() {
    for foreign in [
        ownership::Tags::new(),
        ownership::Tags::from([(ownership::STACK.into(), "other/default".into())]),
    ] {
        for (kind, step) in [("service", 0), ("load-balancer", 0), ("task-definition", 0)] {
            let steps = check(|desired, observed| match kind {
                "service" => {
                    observed.services.get_mut("redis-service").unwrap().tags = foreign.clone();
                }
                "load-balancer" => {
                    observed.load_balancers.get_mut("redis-elb").unwrap().tags = foreign.clone();
                }
                _ => {
                    observed.latest.get_mut("redis").unwrap().tags = foreign.clone();
                    desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["memory"] =
                        256.into();
                }
            });
            assert!(steps[step].contains("BLOCKED"), "{kind}: {steps:?}");
            if kind != "task-definition" {
                assert!(
                    steps[step].ends_with("[] "),
                    "a blocked step sends nothing: {steps:?}"
                );
            }
        }
    }
}

#[test]
fn what_cannot_change_in_place_is_blocked() {
    let scheme = |it: &mut DesiredService, _: &mut Observed| {
        it.load_balancer.as_mut().unwrap().create["Scheme"] = "internet-facing".into();
    };
    assert_eq!(
        check(scheme),
        ["redis/load-balancer Update BLOCKED [Scheme] "]
    );
    let listener = |it: &mut DesiredService, _: &mut Observed| {
        it.load_balancer.as_mut().unwrap().create["Listeners"][0]["InstancePort"] = 6380.into();
    };
    assert_eq!(
        check(listener),
        ["redis/load-balancer Update BLOCKED [Listeners[80].InstancePort] "]
    );
    let role = |_: &mut DesiredService, observed: &mut Observed| {
        observed.services.get_mut("redis-service").unwrap().body["roleArn"] =
            "arn:aws:iam::1:role/other".into();
    };
    assert_eq!(
        check(role),
        ["redis/service Update BLOCKED [role] TagResource"]
    );
}

#[test]
fn a_field_that_is_not_reported_is_never_a_step_of_its_own() {
    let hide = |observed: &mut Observed| {
        let body = observed
            .services
            .get_mut("redis-service")
            .unwrap()
            .body
            .as_object_mut()
            .unwrap();
        body.remove("deploymentConfiguration");
        body.remove("healthCheckGracePeriodSeconds");
    };
    assert_eq!(check(|_, observed| hide(observed)), [""; 0]);
    let grace = |desired: &mut DesiredService, observed: &mut Observed| {
        hide(observed);
        desired.service.as_mut().unwrap()["healthCheckGracePeriodSeconds"] = 60.into();
    };
    assert_eq!(check(grace), [""; 0]);
    let new = |desired: &mut DesiredService, _: &mut Observed| {
        // Never set before, so its absence means something.
        desired.service.as_mut().unwrap()["propagateTags"] = "SERVICE".into();
    };
    assert_eq!(
        check(new),
        ["redis/service Update [propagateTags] UpdateService+TagResource"]
    );
    let count = |desired: &mut DesiredService, observed: &mut Observed| {
        hide(observed);
        desired.service.as_mut().unwrap()["desiredCount"] = 2.into();
    };
    let steps = check(count);
    assert!(
        steps.len() == 1
            && steps[0].contains("desiredCount")
            && steps[0].contains("healthCheckGrace"),
        "{steps:?}"
    );
}

#[test]
fn a_new_revision_says_which_data_it_loses() {
    let lost = |volumes: Value, running: u32| {
        let mut desired = redis();
        desired.task_definition.as_mut().unwrap()["volumes"] = volumes;
        let mut observed = as_observed(&desired);
        observed.services.get_mut("redis-service").unwrap().body["runningCount"] = running.into();
        desired.task_definition.as_mut().unwrap()["containerDefinitions"][0]["memory"] = 256.into();
        let plan = plan(&target(), &[desired], &observed, &known());
        plan.steps()
            .flat_map(|it| it.loses.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(lost(json!([{"name": "data"}]), 1), ["data"]);
    assert_eq!(
        lost(
            json!([{"name": "data", "dockerVolumeConfiguration": {"scope": "task"}}]),
            1
        ),
        ["data"]
    );
    assert_eq!(lost(json!([{"name": "data"}]), 0), [""; 0]);
    for durable in [
        json!({"name": "data", "host": {"sourcePath": "/data"}}),
        json!({"name": "data", "dockerVolumeConfiguration": {"scope": "shared"}}),
        json!({"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}),
    ] {
        assert_eq!(lost(json!([durable]), 1), [""; 0]);
    }
}

#[test]
fn a_desired_count_that_nobody_set_is_left_alone() {
    let scaled = |desired: &mut DesiredService, observed: &mut Observed| {
        desired.create_only.insert("desiredCount".into());
        observed.services.get_mut("redis-service").unwrap().body["desiredCount"] = 5.into();
    };
    assert_eq!(check(scaled), [""; 0]);
}

#[test]
fn what_someone_changed_by_hand_is_changed_back() {
    let drift = |_: &mut DesiredService, observed: &mut Observed| {
        observed.services.get_mut("redis-service").unwrap().body["desiredCount"] = 5.into();
    };
    assert_eq!(
        check(drift),
        ["redis/service Update [desiredCount] UpdateService+TagResource"]
    );
}

/// One field of redis, another value for it, and the step that must come of it.
fn one_change() -> impl Strategy<Value = (&'static str, Value, &'static str)> {
    let numbers = 1000_u32..2000;
    prop_oneof![
        (
            Just("task/containerDefinitions/0/memory"),
            numbers.clone().prop_map(Value::from),
            Just("redis/task-definition")
        ),
        (
            Just("task/containerDefinitions/0/cpu"),
            numbers.clone().prop_map(Value::from),
            Just("redis/task-definition")
        ),
        (
            Just("task/containerDefinitions/0/image"),
            "[a-z]{3}:[0-9]".prop_map(Value::from),
            Just("redis/task-definition")
        ),
        (
            Just("task/networkMode"),
            Just(json!("host")),
            Just("redis/task-definition")
        ),
        (
            Just("task/containerDefinitions/0/command"),
            prop::collection::vec("[a-z-]{1,8}", 1..4).prop_map(|it| json!(it)),
            Just("redis/task-definition")
        ),
        (
            Just("task/containerDefinitions/0/environment"),
            prop::collection::btree_map("[A-Z]{1,4}", "[a-z]{0,4}", 1..4).prop_map(|it| it
                .iter()
                .map(|(name, value)| json!({"name": name, "value": value}))
                .collect()),
            Just("redis/task-definition")
        ),
        (
            Just("task/pidMode"),
            Just(json!("task")),
            Just("redis/task-definition")
        ),
        (
            Just("service/desiredCount"),
            (2..50).prop_map(Value::from),
            Just("redis/service")
        ),
        (
            Just("service/healthCheckGracePeriodSeconds"),
            numbers.clone().prop_map(Value::from),
            Just("redis/service")
        ),
        (
            Just("service/deploymentConfiguration/maximumPercent"),
            (101..200).prop_map(Value::from),
            Just("redis/service")
        ),
        (
            Just("service/placementStrategy"),
            Just(json!([{"type": "random"}])),
            Just("redis/service")
        ),
        (
            Just("service/enableExecuteCommand"),
            Just(json!(true)),
            Just("redis/service")
        ),
        (
            Just("balancer/create/Scheme"),
            Just(json!("internet-facing")),
            Just("redis/load-balancer")
        ),
        (
            Just("balancer/create/Listeners/0/LoadBalancerPort"),
            numbers.prop_map(Value::from),
            Just("redis/load-balancer")
        ),
        (
            Just("balancer/health_check/Interval"),
            (11..300).prop_map(Value::from),
            Just("redis/load-balancer")
        ),
        (
            Just("balancer/attributes/ConnectionSettings/IdleTimeout"),
            (121..3600).prop_map(Value::from),
            Just("redis/load-balancer")
        ),
    ]
}

/// Sets one leaf; the last part of the path may be new.
fn set(desired: &mut DesiredService, path: &str, value: Value) {
    let (root, rest) = path.split_once('/').unwrap();
    let (root, rest) = match (root, rest.split_once('/')) {
        ("task", _) => (desired.task_definition.as_mut(), rest),
        ("service", _) => (desired.service.as_mut(), rest),
        (_, Some(("create", rest))) => (
            desired.load_balancer.as_mut().map(|it| &mut it.create),
            rest,
        ),
        (_, Some(("health_check", rest))) => (
            desired
                .load_balancer
                .as_mut()
                .map(|it| &mut it.health_check),
            rest,
        ),
        (_, Some((_, rest))) => (
            desired
                .load_balancer
                .as_mut()
                .and_then(|it| it.attributes.as_mut()),
            rest,
        ),
        _ => panic!("no such root: {path}"),
    };
    let (parents, leaf) = rest.rsplit_once('/').unwrap_or(("", rest));
    let pointer = if parents.is_empty() {
        String::new()
    } else {
        format!("/{parents}")
    };
    root.unwrap().pointer_mut(&pointer).unwrap()[leaf] = value;
}

proptest! {
    /// What was applied is not changed again, whatever it was.
    #[test]
    fn applied_is_all_no_ops((path, value, _) in one_change()) {
        let mut desired = redis();
        set(&mut desired, path, value);
        let observed = as_observed(&desired);
        prop_assert_eq!(steps(&plan(&target(), &[desired], &observed, &known())), Vec::<String>::new());
    }

    /// A change of one field is a step for its object; beside it, only the service that must follow a new revision.
    #[test]
    fn one_change_is_exactly_its_step((path, value, expect) in one_change()) {
        let mut desired = redis();
        let observed = as_observed(&desired);
        set(&mut desired, path, value);
        let plan = plan(&target(), &[desired], &observed, &known());
        let changed: Vec<&Step> = plan.steps().filter(|it| it.action != Action::NoOp).collect();
        prop_assert_eq!(changed[0].id.as_str(), expect);
        let leaf = path.rsplit('/').next().unwrap();
        // A listener is known by its port, so another port is another listener.
        let named = |change: &Change| change.path.contains(leaf) || change.path.starts_with("Listeners[");
        prop_assert!(!changed[0].changes.is_empty() && changed[0].changes.iter().all(named), "{:?}", changed[0].changes);
        let followers: Vec<&str> = changed[1..].iter().map(|it| it.id.as_str()).collect();
        let expected: &[&str] = if expect == "redis/task-definition" { &["redis/service"] } else { &[] };
        prop_assert_eq!(followers, expected);
    }

    /// Order and empty things are spelling, not meaning.
    #[test]
    fn spelling_is_no_change(names in prop::collection::btree_set("[A-Z]{1,5}", 2..6)) {
        let mut desired = redis();
        let environment: Vec<Value> = names.iter().map(|it| json!({"name": it, "value": "x"})).collect();
        set(&mut desired, "task/containerDefinitions/0/environment", json!(environment));
        let mut observed = as_observed(&desired);
        let revision = observed.latest.get_mut("redis").unwrap();
        revision.tags.remove(ownership::APPLIED);
        let container = &mut revision.body["containerDefinitions"][0];
        container["environment"].as_array_mut().unwrap().reverse();
        container["links"] = json!([]);
        container["essential"] = true.into();
        revision.body["volumes"] = Value::Object(Map::new());
        prop_assert_eq!(steps(&plan(&target(), &[desired], &observed, &known())), Vec::<String>::new());
    }
}
