use serde_json::json;

use super::*;
use crate::spec::{
    ClassicLoadBalancer, ContainerDefinition, Listener, ListenerProtocol, PortMapping, Scheme,
    Service, ServiceLoadBalancer, TaskDefinition,
};

fn redis() -> Blueprint {
    Blueprint {
        task_definition: Some(TaskDefinition {
            family: "redis".into(),
            container_definitions: vec![ContainerDefinition {
                name: "searchapp-redis".into(),
                image: "redis".into(),
                cpu: Some(128),
                memory: Some(128),
                port_mappings: vec![PortMapping {
                    container_port: 6379,
                    host_port: Some(6379),
                    ..PortMapping::default()
                }],
                ..ContainerDefinition::default()
            }],
            ..TaskDefinition::default()
        }),
        load_balancer: LoadBalancer::Classic(ClassicLoadBalancer {
            load_balancer_name: "redis-elb".into(),
            scheme: Scheme::Internal,
            listeners: vec![Listener {
                protocol: ListenerProtocol::Tcp,
                load_balancer_port: 80,
                instance_port: 6379,
                ..Listener::default()
            }],
            ..ClassicLoadBalancer::default()
        }),
        service: Some(Service {
            service_name: "redis-service".into(),
            desired_count: Some(1),
            load_balancers: vec![ServiceLoadBalancer {
                container_name: "searchapp-redis".into(),
                container_port: 6379,
                ..ServiceLoadBalancer::default()
            }],
            ..Service::default()
        }),
        ..Blueprint::default()
    }
}

fn identity() -> Identity {
    Identity {
        name: "redis".into(),
        endpoints: vec![Endpoint {
            name: "redis".into(),
            ..Endpoint::default()
        }],
        ..Identity::default()
    }
}

/// The findings that stop a deployment, a line each.
fn errors(blueprint: &Blueprint) -> Vec<String> {
    let (_, findings) = lower(blueprint, &identity());
    findings
        .iter()
        .filter(|it| it.is_error())
        .map(|it| format!("{}: {}", it.path, it.message))
        .collect()
}

#[test]
fn the_tutorials_redis() {
    let (desired, findings) = lower(&redis(), &identity());
    assert!(findings.iter().all(|it| !it.is_error()), "{findings:?}");
    assert_eq!(
        desired.task_definition,
        Some(json!({
            "family": "redis",
            "containerDefinitions": [{
                "name": "searchapp-redis", "image": "redis", "cpu": 128, "memory": 128,
                "portMappings": [{"containerPort": 6379, "hostPort": 6379, "protocol": "tcp"}],
            }],
        }))
    );
    let balancer = desired.load_balancer.unwrap_or_default();
    assert_eq!(
        balancer.create,
        json!({
            "LoadBalancerName": "redis-elb",
            "Scheme": "internal",
            "Listeners": [
                {"Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 6379},
            ],
        })
    );
    assert_eq!(balancer.health_check["Target"], "TCP:6379");
    assert_eq!(
        desired.service,
        Some(json!({
            "serviceName": "redis-service",
            "desiredCount": 1,
            "loadBalancers": [
                {"containerName": "searchapp-redis", "containerPort": 6379, "loadBalancerName": "redis-elb"},
            ],
            "deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100},
            "healthCheckGracePeriodSeconds": 120,
            "availabilityZoneRebalancing": "DISABLED",
        }))
    );
    assert_eq!(desired.endpoints, BTreeMap::from([("redis".into(), 80)]));
}

#[test]
fn extra_joins_the_record_it_stands_in() {
    let mut blueprint = redis();
    if let Some(task) = &mut blueprint.task_definition {
        task.extra = Some(r#"{"pidMode": "task"}"#.into());
        task.container_definitions[0].extra = Some(r#"{"hostname": "cache"}"#.into());
        task.container_definitions[0].port_mappings[0].extra =
            Some(r#"{"appProtocol": "http"}"#.into());
    }
    assert_eq!(errors(&blueprint), [""; 0]);
    let task = lower(&blueprint, &identity())
        .0
        .task_definition
        .unwrap_or_default();
    assert_eq!(task["pidMode"], "task");
    assert_eq!(task["containerDefinitions"][0]["hostname"], "cache");
    assert_eq!(task["containerDefinitions"][0]["image"], "redis");
    assert_eq!(
        task["containerDefinitions"][0]["portMappings"][0]["appProtocol"],
        "http"
    );
}

#[test]
fn extra_cannot_say_what_is_typed_owned_or_null() {
    for (extra, expect) in [
        (
            r#"{"memory": 5}"#,
            "task-definition.container-definitions[0].extra.memory: `memory` is typed by the contract",
        ),
        (
            r#"{"healthCheck": {}}"#,
            "task-definition.container-definitions[0].extra.healthCheck: `healthCheck` is typed by the contract",
        ),
        (
            r#"{"linuxParameters": {"tmpfs": [{"size": null}]}}"#,
            "task-definition.container-definitions[0].extra.linuxParameters.tmpfs[0].size: is null, and there is nothing to remove",
        ),
        (
            "[]",
            "task-definition.container-definitions[0].extra: is not a JSON object",
        ),
        (
            "{",
            "task-definition.container-definitions[0].extra: is not JSON: EOF while parsing an object at line 1 column 1",
        ),
    ] {
        let mut blueprint = redis();
        if let Some(task) = &mut blueprint.task_definition {
            task.container_definitions[0].extra = Some(extra.into());
        }
        assert_eq!(errors(&blueprint), [expect]);
    }
    for (key, reason) in [
        ("cluster", "comes from the target"),
        (
            "taskDefinition",
            "is the revision that the host has just registered",
        ),
        (
            "clientToken",
            "is made by the host, so that a repeated call does nothing twice",
        ),
        ("role", "comes from the target"),
        (
            "launchType",
            "is left to the cluster: EC2, or its default capacity providers",
        ),
    ] {
        let mut blueprint = redis();
        if let Some(service) = &mut blueprint.service {
            service.extra = Some(format!(r#"{{"{key}": "x"}}"#));
        }
        assert_eq!(
            errors(&blueprint),
            [format!(
                "service.extra.{key}: `{key}` cannot be said by a recipe: it {reason}"
            )]
        );
    }
    let mut blueprint = redis();
    if let Some(service) = &mut blueprint.service {
        service.extra = Some(
            r#"{"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}"#
                .into(),
        );
        service.load_balancers[0].extra = Some(r#"{"loadBalancerName": "other"}"#.into());
    }
    assert_eq!(
        errors(&blueprint),
        [
            "service.extra.networkConfiguration: `subnets` cannot be said by a recipe: it comes from the target",
            "service.load-balancers[0].extra.loadBalancerName: `loadBalancerName` cannot be said by a recipe: \
             it is the blueprint's own load balancer",
        ]
    );
}

#[test]
fn deployment_numbers_let_one_task_be_missing() {
    for (desired, minimum) in [(0, 0), (1, 0), (2, 50), (3, 66), (10, 90)] {
        let mut blueprint = redis();
        if let Some(service) = &mut blueprint.service {
            service.desired_count = Some(desired);
        }
        let service = lower(&blueprint, &identity()).0.service.unwrap_or_default();
        let numbers = &service["deploymentConfiguration"];
        assert_eq!(
            numbers,
            &json!({"minimumHealthyPercent": minimum, "maximumPercent": 100}),
            "desired {desired}"
        );
    }
}

#[test]
fn an_unset_desired_count_is_for_the_creation_only() {
    let mut blueprint = redis();
    if let Some(service) = &mut blueprint.service {
        service.desired_count = None;
    }
    let desired = lower(&blueprint, &identity()).0;
    assert_eq!(desired.service.unwrap_or_default()["desiredCount"], 1);
    assert!(desired.create_only.contains("desiredCount"));
}

#[test]
fn existing_target_groups_carry_their_containers() {
    let mut blueprint = redis();
    let group = json!({"targetGroupArn": "arn:x", "containerName": "searchapp-redis", "containerPort": 6379});
    blueprint.load_balancer = LoadBalancer::Other(json!({"targetGroups": [group]}).to_string());
    assert_eq!(
        errors(&blueprint),
        [
            "service.load-balancers: must be empty when `load-balancer` names target groups, \
          which carry their containers themselves"
        ]
    );
    if let Some(service) = &mut blueprint.service {
        service.load_balancers.clear();
    }
    assert_eq!(errors(&blueprint), [""; 0]);
    assert_eq!(
        lower(&blueprint, &identity()).0.service.unwrap_or_default()["loadBalancers"],
        json!([group])
    );
    blueprint.load_balancer = LoadBalancer::Other(r#"{"network": {}}"#.into());
    assert_eq!(
        errors(&blueprint),
        ["load-balancer.other: sets `network`, which this host does not know"]
    );
}

#[test]
fn pairs_have_each_name_once() {
    let mut blueprint = redis();
    let pairs = vec![
        ("A".to_owned(), "1".to_owned()),
        ("A".to_owned(), "2".to_owned()),
    ];
    if let Some(task) = &mut blueprint.task_definition {
        task.container_definitions[0].docker_labels = pairs;
    }
    assert_eq!(
        errors(&blueprint),
        ["task-definition.container-definitions[0].docker-labels[1]: `A` stands twice"]
    );
}
