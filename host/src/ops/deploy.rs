//! Reads what AWS has, and plans.

use std::collections::BTreeMap;

use host_core::codes;
use host_core::desired::{DesiredService, DesiredTarget};
use host_core::diag::Diagnostic;
use host_core::fault::explain;
use host_core::lower::is_downtime;
use host_core::observed::{Observed, ObservedLoadBalancer, ObservedService};
use host_core::plan::{
    Action, KnownTokens, Plan, ResourceKind, ServicePlan, cautions, ends_load_balancer, keep_used,
    makes_service, strays,
};
use host_core::request::{Operation, Request};
use host_core::saved::{State, state};
use host_core::{policy, room, tokens};
use serde_json::Value;

use super::blueprint::{Live, Rendered};
use super::{inventory, limit, places, refuse};
use crate::cloud::aws::Aws;

mod former;
mod reads;

/// A plan, and what belongs to it and is never shown.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    pub plan: Plan,
    /// What tokens stand for, by service.
    pub known: KnownTokens,
    /// The addresses of load balancers that exist, by the name of the service.
    pub addresses: BTreeMap<String, String>,
    /// What only AWS's state could tell, each with the service that it is about, or no name.
    pub findings: Vec<(String, Diagnostic)>,
    /// What AWS had, for a plan that is saved.
    pub state: State,
    /// What AWS had before.
    pub seen: Seen,
    /// The target with the subnets and security groups that a plan may add, see [`policy::placed`].
    pub placed: DesiredTarget,
}

/// What AWS had when it was planned, by AWS's names.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub services: BTreeMap<String, ObservedService>,
    pub load_balancers: BTreeMap<String, ObservedLoadBalancer>,
}

/// Observes everything that the blueprints name, and plans them as one.
///
/// # Errors
/// AWS refuses a read, or there is nowhere to put a load balancer.
pub async fn plan(
    aws: &Aws,
    target: &DesiredTarget,
    rendered: &[Rendered],
    live: &Live,
) -> anyhow::Result<Planned> {
    let desired: Vec<DesiredService> = rendered.iter().map(|it| it.desired.clone()).collect();
    let reads::Observation {
        observed,
        instances,
        balancers,
        ..
    } = reads::observe(aws, target, &desired).await?;
    let mut planned = Planned {
        addresses: addresses(&desired, &observed),
        ..Planned::default()
    };
    for one in rendered {
        let known = planned.known.entry(one.desired.name.clone()).or_default();
        known.extend(one.secrets.clone());
        for name in &one.depends_on {
            let address = planned
                .addresses
                .get(name)
                .or_else(|| live.get(name).map(|it| &it.0));
            known.extend(address.map(|it| (tokens::address(name), it.clone())));
        }
    }
    planned.plan = host_core::plan::plan(target, &desired, &observed, &planned.known);
    if forget_addresses(&mut planned) {
        planned.plan = host_core::plan::plan(target, &desired, &observed, &planned.known);
    }
    planned.placed = policy::placed(target, &observed);
    let renamed = former::unknown(rendered, target, &observed);
    let reads_all =
        ends_load_balancer(&planned.plan) || makes_service(&planned.plan) || !renamed.is_empty();
    let all = if reads_all {
        Some(inventory::services(aws, target).await?)
    } else {
        None
    };
    let more = match &all {
        Some(all) if !renamed.is_empty() => {
            let seen = former::Seen {
                observed: &observed,
                services: all,
                load_balancers: &balancers,
            };
            Some(former::observe(aws, target, &renamed, &seen).await?)
        }
        _ => None,
    };
    for one in rendered {
        let former = policy::former(&one.desired, target, more.as_ref().unwrap_or(&observed));
        let found = one.permit.check_former(target, former.as_ref()).into_iter();
        let named = found.map(|it| (one.desired.name.clone(), it));
        planned.findings.extend(named);
    }
    if let Some(all) = &all {
        keep_used(&mut planned.plan, all);
        planned.findings.extend(strays(&planned.plan, target, all));
        let shared = places::check(aws, &planned.plan, &desired, all).await?;
        planned.findings.extend(shared);
    }
    let number = balancers.len();
    let finding = limit::load_balancers(aws, target, rendered, &planned.plan, number).await?;
    planned
        .findings
        .extend(finding.map(|it| (String::new(), it)));
    let finding = check_place(&planned.plan, target)?;
    let about_place = finding.map(|it| (String::new(), it));
    planned.findings.extend(about_place);
    planned.findings.extend(cautions(&planned.plan, &observed));
    if room::is_asked(&planned.plan) {
        let read = match instances {
            Some(instances) => Ok(instances),
            None => aws.container_instances(&target.cluster).await,
        };
        planned.findings.extend(match read {
            Ok(read) => room::check(&mut planned.plan, &desired, &observed, &read),
            Err(fault) => vec![(String::new(), room::unread(&explain(&fault).message))],
        });
    }
    let used = rendered.iter().flat_map(|it| &it.depends_on);
    let endpoints = used.filter_map(|name| Some((name.clone(), live.get(name)?.clone())));
    planned.state = state(&observed, &desired, &endpoints.collect(), &planned.known);
    planned.seen = Seen {
        services: observed.services,
        load_balancers: observed.load_balancers,
    };
    Ok(planned)
}

/// Takes back what was said of an update's downtime, where the count is open and more than the one task of its creation
/// run: then these are exchanged one by one.
pub fn forget_downtime(rendered: &mut [Rendered], seen: &Seen) {
    for one in rendered {
        let desired = &one.desired;
        let name = desired.service.as_ref().map(|it| &it["serviceName"]);
        let service = name.and_then(|it| seen.services.get(it.as_str()?));
        let tasks = service.and_then(|it| it.body["desiredCount"].as_u64());
        if desired.create_only.contains("desiredCount") && tasks > Some(1) {
            one.findings.retain(|it| !is_downtime(it));
        }
    }
}

/// Forgets the addresses of load balancers that the plan makes anew, so that whoever depends on one waits for the new
/// address. Says whether there were any.
fn forget_addresses(planned: &mut Planned) -> bool {
    let is_new = |it: &ServicePlan| {
        let step = it.step(ResourceKind::LoadBalancer);
        step.is_some_and(|step| step.action == Action::Create)
    };
    let services = planned.plan.services.iter().filter(|it| is_new(it));
    let gone: Vec<String> = services
        .filter(|it| planned.addresses.contains_key(&it.name))
        .map(|it| it.name.clone())
        .collect();
    for name in &gone {
        planned.addresses.remove(name);
        for known in planned.known.values_mut() {
            known.remove(&tokens::address(name));
        }
    }
    !gone.is_empty()
}

/// Whether there is a place for what the plan creates, and for tasks that have a network interface of their own.
fn check_place(plan: &Plan, target: &DesiredTarget) -> anyhow::Result<Option<Diagnostic>> {
    let created: Vec<&Value> = plan
        .steps()
        .flat_map(|it| &it.requests)
        .filter(|it| it.operation == Operation::CreateLoadBalancer)
        .map(|it| &it.body)
        .collect();
    let lacks = |key: &str| {
        let mut named = created.iter().map(|it| it[key].as_array());
        named.any(|it| it.is_none_or(Vec::is_empty))
    };
    let homeless: Vec<&str> = plan
        .steps()
        .filter(|it| it.requests.iter().any(has_no_subnets))
        .map(|it| it.name.as_str())
        .collect();
    let what = match &homeless[..] {
        _ if lacks("Subnets") => "the load balancer".to_owned(),
        [] => String::new(),
        services => format!("the tasks of `{}`", services.join("`, `")),
    };
    if !what.is_empty() {
        let text = format!(
            "there are no subnets for {what}: none was named, and cluster `{}` has no container instances to go by\n\
             hint: name them with `--subnet subnet-…`, or write `[target]` and `subnets = [\"subnet-…\"]` into `host.toml`\n\
             hint: without container instances nothing can run; add one to the cluster",
            target.cluster
        );
        return refuse(codes::target::NO_SUBNET, text);
    }
    Ok(lacks("SecurityGroups").then(|| {
        Diagnostic::warning("target.security-groups", "none is named: the load balancer gets the VPC's default group")
            .code(codes::target::NO_SECURITY_GROUP)
            .hint("name one with `--security-group sg-…` that lets clients in, and that the instances let in")
    }))
}

/// Whether a service's tasks are to be placed, and there is nowhere to.
fn has_no_subnets(request: &Request) -> bool {
    let subnets = request
        .body
        .pointer("/networkConfiguration/awsvpcConfiguration/subnets");
    subnets.and_then(Value::as_array).is_some_and(Vec::is_empty)
}

fn addresses(desired: &[DesiredService], observed: &Observed) -> BTreeMap<String, String> {
    let address = |it: &DesiredService| {
        let name = it.load_balancer.as_ref()?.create["LoadBalancerName"].as_str()?;
        Some((
            it.name.clone(),
            observed.load_balancers.get(name)?.address()?.to_owned(),
        ))
    };
    desired.iter().filter_map(address).collect()
}

#[cfg(test)]
mod tests {
    use host_core::plan::{ServicePlan, Step};
    use serde_json::json;

    use super::*;

    /// Whether there is a place for a service with tasks in these subnets.
    fn check(subnets: &Value) -> anyhow::Result<()> {
        let network = json!({"awsvpcConfiguration": {"subnets": subnets}});
        let step = Step {
            action: Action::Create,
            requests: vec![Request {
                operation: Operation::CreateService,
                body: json!({"networkConfiguration": network}),
            }],
            ..Step::new("web", ResourceKind::Service, "web-service")
        };
        let plan = Plan {
            services: vec![ServicePlan {
                steps: vec![step],
                ..ServicePlan::default()
            }],
            ..Plan::default()
        };
        check_place(&plan, &DesiredTarget::default()).map(|_| ())
    }

    #[test]
    fn tasks_without_a_subnet_are_refused_before_anything_is_sent() {
        assert!(check(&json!(["subnet-1"])).is_ok());
        let refused = check(&json!([])).unwrap_err().to_string();
        assert!(
            refused.contains("`web-service`") && refused.contains("--subnet"),
            "{refused}"
        );
    }
}
