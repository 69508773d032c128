//! What a plan cannot know for certain, or does not touch: reasons that only AWS knows, and what is left beside it.

use std::collections::BTreeMap;

use super::{Action, Plan, ResourceKind, Step};
use crate::codes::target::{ONLY_SUBNET, STRAY};
use crate::desired::DesiredTarget;
use crate::diag::Diagnostic;
use crate::observed::{Observed, ObservedService};
use crate::ownership::{self, Owner};
use crate::request::Operation;

/// Warnings about steps that may be refused, each with the name of its service.
#[must_use]
pub fn cautions(plan: &Plan, observed: &Observed) -> Vec<(String, Diagnostic)> {
    let of_one = |step: &Step| only_subnet(step, observed);
    let services = plan.services.iter();
    services
        .flat_map(|it| it.steps.iter().map(move |step| (it.name.clone(), step)))
        .filter_map(|(name, step)| Some((name, of_one(step)?)))
        .collect()
}

/// Whether the plan makes a service that was not there, so that it is worth reading whether it had another name.
#[must_use]
pub fn makes_service(plan: &Plan) -> bool {
    let mut steps = plan.steps();
    steps.any(|it| it.kind == ResourceKind::Service && it.action == Action::Create)
}

/// Services that carry the tags of one of the plan and another name: a recipe that names its service otherwise leaves
/// the former one running. `services` are all of the cluster, by name.
#[must_use]
pub fn strays(
    plan: &Plan,
    target: &DesiredTarget,
    services: &BTreeMap<String, ObservedService>,
) -> Vec<(String, Diagnostic)> {
    let mut found = Vec::new();
    for planned in &plan.services {
        let own = planned.step(ResourceKind::Service);
        let Some(own) = own.filter(|it| it.action == Action::Create) else {
            continue;
        };
        let others = services.iter().filter(|(name, it)| {
            let owner = ownership::owner(&it.tags, target, &planned.name);
            **name != own.name && owner == Owner::Ours && !it.is_draining()
        });
        for (name, _) in others {
            let told = format!(
                "its recipe called the service `{name}` before, and calls it `{}` now: the former one runs on, with its load balancer",
                own.name
            );
            let finding = Diagnostic::warning("service.service-name", told).code(STRAY);
            let hint = format!(
                "delete it when nobody connects to it any more: `aws ecs delete-service --cluster {} --service {name} --force`",
                plan.cluster
            );
            found.push((planned.name.clone(), finding.hint(hint)));
        }
    }
    found
}

/// Another subnet in place of the only one: AWS takes one of each zone and keeps one, so within a zone it takes neither
/// order. Of subnets no call of ours says the zone.
fn only_subnet(step: &Step, observed: &Observed) -> Option<Diagnostic> {
    let called = |operation| {
        let mut requests = step.requests.iter();
        let request = requests.find(|it| it.operation == operation)?;
        request.body["Subnets"].as_array()
    };
    let [new] = called(Operation::AttachLoadBalancerToSubnets)?.as_slice() else {
        return None;
    };
    let [old] = called(Operation::DetachLoadBalancerFromSubnets)?.as_slice() else {
        return None;
    };
    let described = &observed.load_balancers.get(&step.name)?.description;
    if described["Subnets"].as_array()?.len() > 1 {
        return None;
    }
    let (new, old) = (new.as_str()?, old.as_str()?);
    let zone = described["AvailabilityZones"][0].as_str();
    let zone = zone.map_or_else(String::new, |it| format!(" ({it})"));
    let told = format!(
        "`{old}` is the only subnet of load balancer `{}`: if `{new}` is in the same zone{zone}, AWS refuses to swap them",
        step.name
    );
    let finding = Diagnostic::warning("target.subnets", told).code(ONLY_SUBNET);
    Some(finding.hint(
        "in that case name a subnet of another zone as well, run, and leave it out again afterwards",
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::observed::ObservedLoadBalancer;
    use crate::plan::{ResourceKind, ServicePlan};
    use crate::request::Request;

    /// Whether subnets that are attached and detached draw the warning, where these are attached now.
    fn check(attach: &[&str], detach: &[&str], now: &[&str]) -> bool {
        let request = |operation, subnets: &[&str]| {
            let body = json!({"LoadBalancerName": "redis-elb", "Subnets": subnets});
            (!subnets.is_empty()).then_some(Request { operation, body })
        };
        let requests = [
            request(Operation::AttachLoadBalancerToSubnets, attach),
            request(Operation::DetachLoadBalancerFromSubnets, detach),
        ];
        let step = Step {
            requests: requests.into_iter().flatten().collect(),
            ..Step::new("redis", ResourceKind::LoadBalancer, "redis-elb")
        };
        let plan = Plan {
            services: vec![ServicePlan {
                name: "redis".into(),
                steps: vec![step],
                ..ServicePlan::default()
            }],
            ..Plan::default()
        };
        let balancer = ObservedLoadBalancer {
            description: json!({"Subnets": now, "AvailabilityZones": ["us-east-1a"]}),
            ..ObservedLoadBalancer::default()
        };
        let mut observed = Observed::default();
        observed.load_balancers.insert("redis-elb".into(), balancer);
        let found = cautions(&plan, &observed);
        if let [(service, finding)] = &found[..] {
            assert_eq!(service, "redis");
            assert!(finding.message.contains("zone (us-east-1a)"), "{finding:?}");
        }
        !found.is_empty()
    }

    #[test]
    fn a_service_of_another_name_runs_on_and_is_told() {
        let target = DesiredTarget {
            cluster: "searchapp".into(),
            stack: "default".into(),
            ..DesiredTarget::default()
        };
        let step = |action| Step {
            action,
            ..Step::new("redis", ResourceKind::Service, "redis-service")
        };
        let plan = |action| Plan {
            cluster: "searchapp".into(),
            services: vec![ServicePlan {
                name: "redis".into(),
                steps: vec![step(action)],
                ..ServicePlan::default()
            }],
            ..Plan::default()
        };
        let tagged = |stack: &str, service: &str, status: &str| ObservedService {
            body: json!({"status": status}),
            tags: [(ownership::STACK, stack), (ownership::SERVICE, service)]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        };
        let told = |action, name: &str, service: ObservedService| {
            let services = BTreeMap::from([(name.to_owned(), service)]);
            let found = strays(&plan(action), &target, &services);
            assert!(found.iter().all(|(service, it)| {
                service == "redis" && it.message.contains("`old`") && it.hint.is_some()
            }));
            found.len()
        };
        let stack = "searchapp/default";
        assert!(makes_service(&plan(Action::Create)) && !makes_service(&plan(Action::Update)));
        assert_eq!(
            told(Action::Create, "old", tagged(stack, "redis", "ACTIVE")),
            1
        );
        for (action, name, service) in [
            (
                Action::Create,
                "redis-service",
                tagged(stack, "redis", "ACTIVE"),
            ),
            (Action::Create, "old", tagged(stack, "mysql", "ACTIVE")),
            (
                Action::Create,
                "old",
                tagged("searchapp/prod", "redis", "ACTIVE"),
            ),
            (Action::Create, "old", tagged(stack, "redis", "DRAINING")),
            (Action::Update, "old", tagged(stack, "redis", "ACTIVE")),
        ] {
            assert_eq!(told(action, name, service), 0, "{name}");
        }
    }

    #[test]
    fn only_a_swap_of_the_only_subnet_is_in_doubt() {
        assert!(check(&["new"], &["old"], &["old"]));
        assert!(!check(&["new"], &[], &["old"]));
        assert!(!check(&[], &["old"], &["old", "other"]));
        assert!(!check(&["new"], &["old"], &["old", "other"]));
        assert!(!check(&["new", "another"], &["old"], &["old"]));
    }
}
