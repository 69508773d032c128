//! What the recipe asked for that a service runs now: read off what AWS has, so that no record of it has to be kept.

use serde_json::{Value, json};

use crate::desired::{DesiredService, DesiredTarget};
use crate::observed::{Observed, ObservedLoadBalancer, ObservedService};
use crate::ownership::{DIGEST, Owner, RECIPE, owner};
use crate::policy::approval::Approval;
use crate::policy::ask::{Body, asks};
use crate::request::Operation;

/// What DescribeTaskDefinition says beside what was registered.
const OF_REVISIONS: [&str; 9] = [
    "taskDefinitionArn",
    "revision",
    "status",
    "compatibilities",
    "requiresAttributes",
    "registeredAt",
    "registeredBy",
    "deregisteredAt",
    "deleteRequestedAt",
];

/// What DescribeServices says beside what was created.
const OF_SERVICES: [&str; 18] = [
    "serviceArn",
    "clusterArn",
    "cluster",
    "status",
    "runningCount",
    "pendingCount",
    "deployments",
    "taskSets",
    "events",
    "createdAt",
    "createdBy",
    "roleArn",
    "platformFamily",
    "launchType",
    "deploymentController",
    "currentServiceDeployment",
    "currentServiceRevisions",
    "resourceManagementType",
];

/// What was let through of the service that runs in the place of `desired`; nothing where none of ours does.
pub fn former(
    desired: &DesiredService,
    target: &DesiredTarget,
    observed: &Observed,
) -> Option<Approval> {
    let name = desired.service.as_ref()?["serviceName"].as_str()?;
    let service = observed.services.get(name)?;
    if owner(&service.tags, target, &desired.name) != Owner::Ours {
        return None;
    }
    let digest = service.tags.get(DIGEST)?;
    let recipe = service.tags.get(RECIPE).map_or("", String::as_str);
    let version = recipe.rsplit('@').next().unwrap_or_default();
    let revision = service
        .task_definition()
        .and_then(|it| observed.revision(it));
    let task = revision.map(|it| without(&it.body, &OF_REVISIONS));
    let body = without(&service.body, &OF_SERVICES);
    let balancer = balancer(service, observed);
    let created = balancer.map(created);
    let attributes = balancer.and_then(|it| it.attributes.as_ref());
    let parts = [
        (Operation::RegisterTaskDefinition, "", task.as_ref()),
        (Operation::CreateService, "", Some(&body)),
        (Operation::CreateLoadBalancer, "", created.as_ref()),
        (
            Operation::ModifyLoadBalancerAttributes,
            "LoadBalancerAttributes",
            attributes,
        ),
    ];
    let bodies = parts.into_iter().filter_map(|(operation, at, value)| {
        Some(Body {
            operation,
            at,
            value: value?,
        })
    });
    Some(Approval::new(digest, version, &asks(bodies)))
}

fn balancer<'a>(
    service: &ObservedService,
    observed: &'a Observed,
) -> Option<&'a ObservedLoadBalancer> {
    service
        .load_balancers()
        .find_map(|it| observed.load_balancers.get(it))
}

/// A load balancer as it would be created.
fn created(balancer: &ObservedLoadBalancer) -> Value {
    let described = &balancer.description;
    let listeners = described["ListenerDescriptions"].as_array();
    let listeners: Vec<&Value> = listeners
        .into_iter()
        .flatten()
        .map(|it| &it["Listener"])
        .collect();
    json!({"Scheme": described["Scheme"], "Listeners": listeners})
}

/// The target with what a plan may add where the user named nothing: subnets that were found, and those and the security
/// groups that objects have now, which are kept where one is made anew.
pub fn placed(target: &DesiredTarget, observed: &Observed) -> DesiredTarget {
    let list = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items
            .filter_map(|it| Some(it.as_str()?.to_owned()))
            .collect()
    };
    let mut placed = target.clone();
    placed.subnets.extend(observed.subnets.iter().cloned());
    for balancer in observed.load_balancers.values() {
        placed
            .subnets
            .extend(list(&balancer.description["Subnets"]));
        let groups = list(&balancer.description["SecurityGroups"]);
        placed.security_groups.extend(groups);
    }
    for service in observed.services.values().chain(observed.inactive.values()) {
        let network = &service.body["networkConfiguration"]["awsvpcConfiguration"];
        placed.subnets.extend(list(&network["subnets"]));
        placed
            .security_groups
            .extend(list(&network["securityGroups"]));
    }
    placed
}

fn without(body: &Value, keys: &[&str]) -> Value {
    let mut body = body.clone();
    if let Some(members) = body.as_object_mut() {
        members.retain(|key, _| !keys.contains(&key.as_str()));
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Revision;
    use crate::ownership::{Tags, tags};

    fn desired() -> DesiredService {
        DesiredService {
            name: "redis".into(),
            recipe: "redis@1.3.0".into(),
            digest: "sha256:old".into(),
            service: Some(json!({"serviceName": "redis-service"})),
            ..DesiredService::default()
        }
    }

    fn target() -> DesiredTarget {
        DesiredTarget {
            cluster: "searchapp".into(),
            stack: "default".into(),
            ..DesiredTarget::default()
        }
    }

    /// A service with a load balancer and a folder of its instance.
    fn observed(tags: Tags) -> Observed {
        let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/redis:3";
        let service = ObservedService {
            body: json!({
                "serviceName": "redis-service", "serviceArn": "arn:s", "status": "ACTIVE", "taskDefinition": arn, "desiredCount": 1,
                "launchType": "EC2", "deployments": [{"id": "1"}], "enableExecuteCommand": true,
                "loadBalancers": [{"loadBalancerName": "redis-elb", "containerName": "web", "containerPort": 80}],
            }),
            tags,
        };
        let revision = Revision {
            arn: arn.into(),
            body: json!({
                "taskDefinitionArn": arn, "family": "redis", "revision": 3, "status": "ACTIVE", "compatibilities": ["EC2"],
                "volumes": [{"name": "data", "host": {"sourcePath": "/data"}}],
                "requiresAttributes": [{"name": "com.amazonaws.ecs.capability.docker-remote-api.1.18"}],
            }),
            tags: Tags::new(),
        };
        let balancer = ObservedLoadBalancer {
            description: json!({"Scheme": "internet-facing", "ListenerDescriptions": [
                {"Listener": {"Protocol": "SSL", "LoadBalancerPort": 443, "InstanceProtocol": "TCP", "InstancePort": 80,
                    "SSLCertificateId": "arn:aws:acm:us-east-1:123456789012:certificate/1"}, "PolicyNames": []},
            ]}),
            ..ObservedLoadBalancer::default()
        };
        Observed {
            services: [("redis-service".into(), service)].into(),
            in_use: [(arn.into(), revision)].into(),
            load_balancers: [("redis-elb".into(), balancer)].into(),
            ..Observed::default()
        }
    }

    #[test]
    fn what_aws_has_says_what_was_let_through() {
        let ours = tags(&desired(), &target(), String::new());
        let approval = former(&desired(), &target(), &observed(ours)).unwrap();
        assert_eq!(
            (approval.digest.as_str(), approval.version.as_str()),
            ("sha256:old", "1.3.0")
        );
        let grants: Vec<String> = approval.grants.iter().map(ToString::to_string).collect();
        assert_eq!(
            grants,
            [
                "host-path:/data:rw",
                "certificate:arn:aws:acm:us-east-1:123456789012:certificate/1",
                "public-load-balancer",
                // No container of the revision is on it.
                "host-port:80",
                "exec",
            ]
        );
    }

    #[test]
    fn what_objects_have_may_be_kept() {
        let mut observed = observed(Tags::new());
        observed.subnets = vec!["subnet-found".into()];
        let balancer = observed.load_balancers.get_mut("redis-elb").unwrap();
        balancer.description = json!({"Subnets": ["subnet-old"], "SecurityGroups": ["sg-old"]});
        let service = observed.services.get_mut("redis-service").unwrap();
        service.body["networkConfiguration"] = json!({"awsvpcConfiguration": {"subnets": ["subnet-task"], "securityGroups": ["sg-task"]}});
        let placed = placed(&target(), &observed);
        assert_eq!(
            placed.subnets,
            ["subnet-found", "subnet-old", "subnet-task"]
        );
        assert_eq!(placed.security_groups, ["sg-old", "sg-task"]);
    }

    #[test]
    fn what_is_not_ours_says_nothing() {
        assert_eq!(former(&desired(), &target(), &Observed::default()), None);
        assert_eq!(former(&desired(), &target(), &observed(Tags::new())), None);
        let other = DesiredTarget {
            stack: "other".into(),
            ..target()
        };
        let theirs = tags(&desired(), &other, String::new());
        assert_eq!(former(&desired(), &target(), &observed(theirs)), None);
    }
}
