use serde_json::json;

use super::*;
use crate::desired::DesiredLoadBalancer;
use crate::observed::{ObservedLoadBalancer, ObservedService, Revision};
use crate::request::Operation;

mod adoption;
mod autoscaling;
mod drift;
mod in_place;
mod lists;
mod place;
mod properties;
mod refusals;
mod replacement;
mod silence;
mod tags;
mod volumes;

fn target() -> DesiredTarget {
    DesiredTarget {
        region: "us-east-1".into(),
        cluster: "searchapp".into(),
        stack: "default".into(),
        subnets: vec!["subnet-39706b4e".into()],
        security_groups: vec!["sg-c70ff2a1".into()],
        service_role: Some("ecsServiceRole".into()),
        adopt: false,
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
                members
                    .entry("placementConstraints")
                    .or_insert_with(|| json!([]));
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
            "redis/load-balancer Update [HealthCheck.HealthyThreshold HealthCheck.Interval] ConfigureHealthCheck+AddTags"
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
fn what_someone_changed_by_hand_is_changed_back() {
    let drift = |_: &mut DesiredService, observed: &mut Observed| {
        observed.services.get_mut("redis-service").unwrap().body["desiredCount"] = 5.into();
    };
    assert_eq!(
        check(drift),
        ["redis/service Update [desiredCount] UpdateService+TagResource"]
    );
}
