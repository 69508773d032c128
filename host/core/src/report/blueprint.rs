//! A blueprint as the bodies of the operations that make it.

use serde_json::{Map, Value, json};

use crate::desired::{DesiredService, DesiredTarget};
use crate::normal::flatten;
use crate::plan::{Change, differences};
use crate::tokens;

/// Bodies by what they are, in the order in which they are sent: `taskDefinition`, `loadBalancer`, `healthCheck`,
/// `attributes`, `service`. What is unused is absent.
///
/// A service names its family, which means the newest revision. What belongs to
/// the target is said as far as the target is known.
pub fn bodies(desired: &DesiredService, target: Option<&DesiredTarget>) -> Map<String, Value> {
    let mut bodies = Map::new();
    let mut add = |key: &str, body: Value| drop(bodies.insert(key.to_owned(), body));
    if let Some(body) = &desired.task_definition {
        add("taskDefinition", body.clone());
    }
    if let Some(balancer) = &desired.load_balancer {
        let name = &balancer.create["LoadBalancerName"];
        add("loadBalancer", placed(&balancer.create, target));
        add(
            "healthCheck",
            json!({"LoadBalancerName": name, "HealthCheck": balancer.health_check}),
        );
        if let Some(attributes) = &balancer.attributes {
            add(
                "attributes",
                json!({"LoadBalancerName": name, "LoadBalancerAttributes": attributes}),
            );
        }
    }
    if let Some(body) = &desired.service {
        add("service", service(desired, body, target));
    }
    bodies
}

/// What is different from one blueprint to another, field by field: `taskDefinition.containerDefinitions[redis].image`.
///
/// Secrets are hidden, and variables that look like some masked.
pub fn compare(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Change> {
    let flat = |bodies: &Map<String, Value>| flatten(&Value::Object(bodies.clone()));
    differences(&flat(before), &flat(after))
}

fn placed(create: &Value, target: Option<&DesiredTarget>) -> Value {
    let mut body = create.clone();
    let lists = target.map(|it| {
        [
            ("Subnets", &it.subnets),
            ("SecurityGroups", &it.security_groups),
        ]
    });
    for (key, list) in lists
        .into_iter()
        .flatten()
        .filter(|(_, list)| !list.is_empty())
    {
        body[key] = json!(list);
    }
    body
}

fn service(desired: &DesiredService, body: &Value, target: Option<&DesiredTarget>) -> Value {
    let task = desired.task_definition.as_ref();
    let mut body = body.clone();
    if let Some(family) = task.and_then(|it| it.get("family")) {
        body["taskDefinition"] = family.clone();
    }
    let Some(target) = target else { return body };
    if !target.cluster.is_empty() {
        body["cluster"] = target.cluster.as_str().into();
    }
    if let Some(role) = target
        .service_role
        .as_deref()
        .filter(|_| desired.load_balancer.is_some())
    {
        body["role"] = role.into();
    }
    if task.is_some_and(|it| it["networkMode"] == "awsvpc") {
        for (key, list) in [
            ("subnets", &target.subnets),
            ("securityGroups", &target.security_groups),
        ] {
            if !list.is_empty() {
                body["networkConfiguration"]["awsvpcConfiguration"][key] = json!(list);
            }
        }
    }
    body
}

/// Puts the ARNs of secrets in the place of their tokens.
pub fn reveal(bodies: &mut Map<String, Value>, secrets: &tokens::Known) {
    bodies
        .values_mut()
        .for_each(|body| tokens::fill(body, secrets));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desired::DesiredLoadBalancer;

    fn redis() -> DesiredService {
        DesiredService {
            name: "redis".into(),
            task_definition: Some(json!({"family": "redis"})),
            load_balancer: Some(DesiredLoadBalancer {
                create: json!({"LoadBalancerName": "redis-elb"}),
                health_check: json!({"Target": "TCP:6379"}),
                attributes: None,
            }),
            service: Some(json!({"serviceName": "redis-service"})),
            ..DesiredService::default()
        }
    }

    #[test]
    fn without_a_target_nothing_of_it_is_said() {
        assert_eq!(
            Value::from(bodies(&redis(), None)),
            json!({
                "taskDefinition": {"family": "redis"},
                "loadBalancer": {"LoadBalancerName": "redis-elb"},
                "healthCheck": {"LoadBalancerName": "redis-elb", "HealthCheck": {"Target": "TCP:6379"}},
                "service": {"serviceName": "redis-service", "taskDefinition": "redis"},
            })
        );
    }

    #[test]
    fn what_is_known_of_the_target_is_said() {
        let target = DesiredTarget {
            cluster: "searchapp".into(),
            subnets: vec!["subnet-1".into()],
            service_role: Some("ecsServiceRole".into()),
            ..DesiredTarget::default()
        };
        let bodies = bodies(&redis(), Some(&target));
        assert_eq!(
            bodies["loadBalancer"],
            json!({"LoadBalancerName": "redis-elb", "Subnets": ["subnet-1"]})
        );
        assert_eq!(
            bodies["service"],
            json!({"serviceName": "redis-service", "taskDefinition": "redis", "cluster": "searchapp", "role": "ecsServiceRole"})
        );
    }

    #[test]
    fn a_service_without_a_load_balancer_passes_no_role() {
        let target = DesiredTarget {
            service_role: Some("role".into()),
            ..DesiredTarget::default()
        };
        let desired = DesiredService {
            load_balancer: None,
            ..redis()
        };
        assert_eq!(bodies(&desired, Some(&target))["service"].get("role"), None);
    }

    #[test]
    fn secrets_are_revealed_only_on_demand() {
        let task = json!({"family": "m", "containerDefinitions": [{"secrets": [{"valueFrom": "{{secret:p}}"}]}]});
        let desired = DesiredService {
            task_definition: Some(task),
            ..DesiredService::default()
        };
        let mut bodies = bodies(&desired, None);
        assert_eq!(
            bodies["taskDefinition"]["containerDefinitions"][0]["secrets"][0]["valueFrom"],
            "{{secret:p}}"
        );
        reveal(
            &mut bodies,
            &tokens::Known::from([("{{secret:p}}".to_owned(), "arn:p".to_owned())]),
        );
        assert_eq!(
            bodies["taskDefinition"]["containerDefinitions"][0]["secrets"][0]["valueFrom"],
            "arn:p"
        );
    }
}
