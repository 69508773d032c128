//! What the recipe asked for that a service runs now: read off what AWS has, so that no record of it has to be kept.

use serde_json::{Value, json};

use crate::desired::{DesiredService, DesiredTarget};
use crate::observed::{Observed, ObservedLoadBalancer, ObservedService, Revision};
use crate::ownership::{DIGEST, Owner, RECIPE, Tags, owner};
use crate::policy::approval::Approval;
use crate::policy::ask::{Ask, Body, asks};
use crate::policy::grant::Grant;
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

/// What was let through of the service that `desired` takes the place of; nothing where nothing of it is there.
///
/// What belongs to it say the tags and not the names, because those are the recipe's to choose. All of its ECS services
/// count together, and without any its load balancers, or the revision of a blueprint that has no more than that.
pub fn former(
    desired: &DesiredService,
    target: &DesiredTarget,
    observed: &Observed,
) -> Option<Approval> {
    let is_ours = |tags: &Tags| owner(tags, target, &desired.name) == Owner::Ours;
    let services = observed.services.values().filter(|it| is_ours(&it.tags));
    let mut found: Vec<Approval> = services.filter_map(|it| of_service(it, observed)).collect();
    if found.is_empty() {
        let family = desired
            .task_definition
            .as_ref()
            .and_then(|it| it["family"].as_str());
        let revision = family.and_then(|it| observed.latest.get(it));
        let revision = revision.filter(|it| is_ours(&it.tags));
        let balancers = observed.load_balancers.values();
        let balancers = balancers.filter(|it| is_ours(&it.tags));
        found = balancers
            .filter_map(|it| approval(&it.tags, revision, None, Some(it)))
            .collect();
        if found.is_empty() && desired.service.is_none() {
            found.extend(revision.and_then(|it| approval(&it.tags, Some(it), None, None)));
        }
    }
    let is_same = |it: &&Approval| it.digest == desired.digest;
    let first = found.iter().find(is_same).or_else(|| found.first())?;
    let grants = found.iter().flat_map(|it| it.grants.iter().cloned());
    let mut grants: Vec<Grant> = grants.collect();
    grants.sort();
    grants.dedup();
    Some(Approval {
        grants,
        ..first.clone()
    })
}

/// Whether what is there under the names of `desired` says what was let through before. Otherwise it may be there under
/// others, because the recipe calls it otherwise now.
pub fn is_known(desired: &DesiredService, target: &DesiredTarget, observed: &Observed) -> bool {
    let is_ours = |tags: &Tags| owner(tags, target, &desired.name) == Owner::Ours;
    let named = |body: Option<&Value>, key: &str| Some(body?[key].as_str()?.to_owned());
    if let Some(name) = named(desired.service.as_ref(), "serviceName") {
        let service = observed.services.get(&name);
        return service.is_some_and(|it| is_ours(&it.tags));
    }
    let balancer = desired.load_balancer.as_ref().map(|it| &it.create);
    if let Some(name) = named(balancer, "LoadBalancerName") {
        let balancer = observed.load_balancers.get(&name);
        return balancer.is_some_and(|it| is_ours(&it.tags));
    }
    let family = named(desired.task_definition.as_ref(), "family");
    let revision = family.and_then(|it| observed.latest.get(&it));
    revision.is_some_and(|it| is_ours(&it.tags))
}

fn of_service(service: &ObservedService, observed: &Observed) -> Option<Approval> {
    let revision = service
        .task_definition()
        .and_then(|it| observed.revision(it));
    approval(
        &service.tags,
        revision,
        Some(service),
        balancer(service, observed),
    )
}

/// What these objects ask for together, in the name of the recipe of these tags.
fn approval(
    tags: &Tags,
    revision: Option<&Revision>,
    service: Option<&ObservedService>,
    balancer: Option<&ObservedLoadBalancer>,
) -> Option<Approval> {
    let digest = tags.get(DIGEST)?;
    let recipe = tags.get(RECIPE).map_or("", String::as_str);
    let version = recipe.rsplit('@').next().unwrap_or_default();
    let task = revision.map(|it| without(&it.body, &OF_REVISIONS));
    let body = service.map(|it| without(&it.body, &OF_SERVICES));
    let created = balancer.map(created);
    let attributes = balancer.and_then(|it| it.attributes.as_ref());
    let parts = [
        (Operation::RegisterTaskDefinition, "", task.as_ref()),
        (Operation::CreateService, "", body.as_ref()),
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

/// What a revision in a service asks for, without how many tasks there are.
pub(super) fn asks_of(revision: &Revision, service: &ObservedService) -> Vec<Ask> {
    let task = without(&revision.body, &OF_REVISIONS);
    let service = without(&without(&service.body, &OF_SERVICES), &["desiredCount"]);
    let parts = [
        (Operation::RegisterTaskDefinition, &task),
        (Operation::CreateService, &service),
    ];
    asks(parts.map(|(operation, value)| Body {
        operation,
        at: "",
        value,
    }))
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
    use crate::desired::DesiredLoadBalancer;
    use crate::ownership::tags;

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

    fn grants(desired: &DesiredService, observed: &Observed) -> Option<Vec<String>> {
        let grants = former(desired, &target(), observed)?.grants;
        Some(grants.iter().map(ToString::to_string).collect())
    }

    /// The recipe chooses the names, so they do not say what ran before.
    #[test]
    fn a_recipe_that_calls_its_service_otherwise_has_the_same_former() {
        let renamed = DesiredService {
            service: Some(json!({"serviceName": "cache-service"})),
            ..desired()
        };
        let ours = observed(tags(&desired(), &target(), String::new()));
        assert!(is_known(&desired(), &target(), &ours));
        assert!(!is_known(&renamed, &target(), &ours));
        assert_eq!(grants(&renamed, &ours), grants(&desired(), &ours));
        // Two count together.
        let mut two = ours.clone();
        let other = ObservedService {
            body: json!({"serviceName": "cache-service", "networkConfiguration": {"awsvpcConfiguration": {"assignPublicIp": "ENABLED"}}}),
            tags: tags(&renamed, &target(), String::new()),
        };
        two.services.insert("cache-service".into(), other);
        let both = grants(&renamed, &two).unwrap();
        assert_eq!(both.len(), 6, "{both:?}");
        assert!(both.contains(&"public-ip".to_owned()), "{both:?}");
    }

    #[test]
    fn a_load_balancer_alone_has_a_former_and_so_has_a_revision() {
        let balancer = |name: &str| DesiredService {
            service: None,
            load_balancer: Some(DesiredLoadBalancer {
                create: json!({"LoadBalancerName": name}),
                ..DesiredLoadBalancer::default()
            }),
            ..desired()
        };
        let mut observed = observed(Tags::new());
        observed.services.clear();
        let (before, renamed) = (balancer("redis-elb"), balancer("cache-elb"));
        assert_eq!(grants(&before, &observed), None);
        let ours = tags(&before, &target(), String::new());
        let there = observed.load_balancers.get_mut("redis-elb").unwrap();
        there.tags = ours.clone();
        assert!(is_known(&before, &target(), &observed));
        assert!(!is_known(&renamed, &target(), &observed));
        let asked = [
            "certificate:arn:aws:acm:us-east-1:123456789012:certificate/1",
            "public-load-balancer",
            "host-port:80",
        ];
        for it in [before, renamed, desired()] {
            assert_eq!(grants(&it, &observed).unwrap(), asked);
        }
        let alone = DesiredService {
            service: None,
            task_definition: Some(json!({"family": "redis"})),
            ..desired()
        };
        let (_, mut revision) = observed.in_use.pop_first().unwrap();
        revision.tags = ours;
        observed.load_balancers.clear();
        observed.latest.insert("redis".into(), revision);
        assert!(is_known(&alone, &target(), &observed));
        assert_eq!(grants(&alone, &observed).unwrap(), ["host-path:/data:rw"]);
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
