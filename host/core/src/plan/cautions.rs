//! What AWS may refuse of a plan, for reasons that only AWS knows.

use super::{Plan, Step};
use crate::codes::target::ONLY_SUBNET;
use crate::diag::Diagnostic;
use crate::observed::Observed;
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
    fn only_a_swap_of_the_only_subnet_is_in_doubt() {
        assert!(check(&["new"], &["old"], &["old"]));
        assert!(!check(&["new"], &[], &["old"]));
        assert!(!check(&[], &["old"], &["old", "other"]));
        assert!(!check(&["new"], &["old"], &["old", "other"]));
        assert!(!check(&["new", "another"], &["old"], &["old"]));
    }
}
