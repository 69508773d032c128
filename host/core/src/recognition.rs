//! Whether what AWS has is what a call of ours was to make: for when its answer was lost, or when its name is taken.
//!
//! Our tags are in the call that makes an object, so it is known by them from its first moment on.

use serde_json::{Value, json};

use crate::normal::{self, Flat, flatten, generic};
use crate::observed::{ObservedService, Revision, short};
use crate::ownership::{Tags, read_ecs, read_elb};

/// Whether the revision is what RegisterTaskDefinition with this body makes.
#[must_use]
pub fn is_registered(body: &Value, revision: &Revision) -> bool {
    let sent = flatten(&normal::task_definition(body));
    let described = flatten(&normal::task_definition(&revision.body));
    has_all(&revision.tags, &read_ecs(&body["tags"])) && agrees(&sent, &described)
}

/// Whether the load balancer is what CreateLoadBalancer with this body makes.
#[must_use]
pub fn is_created(body: &Value, description: &Value, tags: &Tags) -> bool {
    let none = Value::Null;
    let sent = flatten(&normal::load_balancer(body, &none));
    let described = flatten(&normal::described_load_balancer(description));
    has_all(tags, &read_elb(&body["Tags"])) && agrees(&sent, &described)
}

/// Whether the service is what CreateService with this body makes.
#[must_use]
pub fn is_served(body: &Value, service: &ObservedService) -> bool {
    let revision = |it: &Value| it["taskDefinition"].as_str().map(short).map(str::to_owned);
    !service.is_draining()
        && has_all(&service.tags, &read_ecs(&body["tags"]))
        && revision(body) == revision(&service.body)
}

/// Whether the service was started anew since `former` was its primary deployment, with what UpdateService with this
/// body names.
#[must_use]
pub fn is_begun_anew(body: &Value, service: &ObservedService, former: Option<&str>) -> bool {
    let mut deployments = service.body["deployments"].as_array().into_iter().flatten();
    let primary = deployments.find(|it| it["status"] == "PRIMARY");
    let wanted = body["taskDefinition"].as_str().map(short);
    primary.is_some_and(|it| {
        let runs = it["taskDefinition"].as_str().map(short);
        it["id"].as_str() != former && (wanted.is_none() || wanted == runs)
    })
}

/// The answer of CreateLoadBalancer, by the description of what it made.
#[must_use]
pub fn created(description: &Value) -> Value {
    json!({"DNSName": description["DNSName"]})
}

fn has_all(tags: &Tags, wanted: &Tags) -> bool {
    !wanted.is_empty()
        && wanted
            .iter()
            .all(|(key, value)| tags.get(key) == Some(value))
}

/// Whether nothing that is described is other than it was sent. What is not described says nothing.
fn agrees(sent: &Flat, described: &Flat) -> bool {
    sent.iter().all(|(path, value)| {
        let now = described.get(path);
        now.is_none_or(|now| generic(now) == generic(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: &str = "host:applied";

    fn definition(memory: u32) -> Value {
        json!({
            "family": "redis",
            "containerDefinitions": [{"name": "redis", "image": "redis", "memory": memory}],
            "tags": [{"key": TAGS, "value": "1"}],
        })
    }

    fn revision(memory: u32, tag: &str) -> Revision {
        let mut body = definition(memory);
        body["taskDefinitionArn"] = "arn:aws:ecs:us-east-1:1:task-definition/redis:3".into();
        body["containerDefinitions"][0]["environment"] = json!([]);
        Revision {
            tags: Tags::from([(TAGS.into(), tag.into())]),
            body,
            ..Revision::default()
        }
    }

    #[test]
    fn a_revision_is_ours_by_tags_and_content() {
        assert!(is_registered(&definition(128), &revision(128, "1")));
        assert!(!is_registered(&definition(128), &revision(128, "2")));
        // The tag leaves addresses out, so that the content counts too.
        assert!(!is_registered(&definition(128), &revision(256, "1")));
        let mut untagged = definition(128);
        untagged["tags"] = json!([]);
        assert!(!is_registered(&untagged, &revision(128, "1")));
    }

    #[test]
    fn a_load_balancer_is_ours_by_tags_and_listeners() {
        let sent = json!({
            "LoadBalancerName": "redis-elb", "Scheme": "internal", "Subnets": ["b", "a"],
            "Listeners": [{"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 6379}],
            "Tags": [{"Key": TAGS, "Value": "1"}],
        });
        let described = |port: u32| {
            let listener = json!({
                "Protocol": "TCP", "InstanceProtocol": "TCP", "LoadBalancerPort": 80, "InstancePort": port,
            });
            json!({
                "LoadBalancerName": "redis-elb", "Scheme": "internal", "Subnets": ["a", "b"],
                "ListenerDescriptions": [{"Listener": listener}],
                "HealthCheck": {"Target": "TCP:6379"},
            })
        };
        let tags = Tags::from([(TAGS.into(), "1".into())]);
        assert!(is_created(&sent, &described(6379), &tags));
        assert!(!is_created(&sent, &described(6380), &tags));
        assert!(!is_created(&sent, &described(6379), &Tags::new()));
    }

    #[test]
    fn a_service_is_begun_anew_by_its_primary_deployment() {
        let deployment = |id: &str, status: &str| json!({"id": id, "status": status, "taskDefinition": "arn:aws:ecs:r:1:task-definition/redis:3"});
        let service = ObservedService {
            body: json!({"deployments": [deployment("old", "ACTIVE"), deployment("new", "PRIMARY")]}),
            ..ObservedService::default()
        };
        let forced = json!({"forceNewDeployment": true});
        assert!(is_begun_anew(&forced, &service, Some("old")));
        assert!(!is_begun_anew(&forced, &service, Some("new")));
        let named =
            |revision: &str| json!({"forceNewDeployment": true, "taskDefinition": revision});
        assert!(is_begun_anew(&named("redis:3"), &service, Some("old")));
        assert!(!is_begun_anew(&named("redis:4"), &service, Some("old")));
        assert!(!is_begun_anew(
            &forced,
            &ObservedService::default(),
            Some("old")
        ));
    }

    #[test]
    fn a_service_is_ours_by_tags_and_revision() {
        let arn = "arn:aws:ecs:us-east-1:1:task-definition/redis:3";
        let sent = json!({"serviceName": "redis", "taskDefinition": arn, "tags": [{"key": TAGS, "value": "1"}]});
        let service = |revision: &str, status: &str| ObservedService {
            body: json!({"serviceName": "redis", "taskDefinition": revision, "status": status}),
            tags: Tags::from([(TAGS.into(), "1".into())]),
        };
        assert!(is_served(&sent, &service(arn, "ACTIVE")));
        assert!(!is_served(&sent, &service(arn, "DRAINING")));
        assert!(!is_served(&sent, &service("redis:2", "ACTIVE")));
    }
}
