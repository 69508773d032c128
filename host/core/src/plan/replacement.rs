//! Objects that are made anew, because nothing can change them in place: what is deleted for that, and what breaks.
//!
//! A replacement is two steps: the former object goes, then the new one is made like any other. A run that is killed
//! between the two is simply run again.

use super::destroy::{self, DoomedService};
use super::{Action, Context, Planned, ResourceKind, Step, volumes};
use crate::observed::ObservedService;
use crate::ownership::{self, Owner};

/// The steps that delete what stands in the way. `before` are those that are done first: nothing is deleted where a
/// new revision cannot even be registered.
pub(super) fn former(
    context: &Context<'_>,
    before: &[Step],
    balancer: Option<&mut Planned>,
    service: &mut Planned,
) -> Vec<Step> {
    let observed = context.observed.services.get(&service.step.name);
    let blocked = |it: &Planned| it.step.blocked.is_some();
    if blocked(service) || balancer.as_ref().is_some_and(|it| blocked(it)) {
        return Vec::new();
    }
    let mut steps = Vec::new();
    let used = observed.and_then(balancer_of);
    if let (Some(why), Some(observed)) = (&service.anew, observed) {
        let needs = before.iter().filter(|it| it.action != Action::NoOp);
        steps.push(Step {
            needs: needs.map(|it| it.id.clone()).collect(),
            ..end_service(context, observed, &service.step.name, why)
        });
    }
    let of_service: Vec<String> = steps.iter().map(|it| it.id.clone()).collect();
    let kept = balancer.as_ref().map(|it| it.step.name.clone());
    if let Some(planned) = balancer
        && let Some(why) = planned.anew.take()
    {
        let step = Step {
            needs: of_service.clone(),
            ..end_load_balancer(context, &planned.step.name, &why)
        };
        planned.step.needs = vec![step.id.clone()];
        steps.push(step);
    }
    // The service had another one, which nobody else knows by now.
    let left = used.filter(|it| service.anew.is_some() && kept.as_deref() != Some(*it));
    if let Some(name) = left.filter(|it| is_ours(context, it)) {
        steps.push(Step {
            needs: of_service,
            ..end_load_balancer(context, name, "the service uses it no more")
        });
    }
    steps
}

/// The classic load balancer that a service has.
fn balancer_of(service: &ObservedService) -> Option<&str> {
    service.body["loadBalancers"][0]["loadBalancerName"].as_str()
}

fn is_ours(context: &Context<'_>, balancer: &str) -> bool {
    let observed = context.observed.load_balancers.get(balancer);
    observed.is_some_and(|it| {
        ownership::owner(&it.tags, context.target, &context.desired.name) == Owner::Ours
    })
}

fn end_service(context: &Context<'_>, observed: &ObservedService, name: &str, why: &str) -> Step {
    let service = DoomedService::read(name.to_owned(), observed, None);
    let mut step = Step {
        action: Action::Delete,
        reason: Some(format!("made anew: {why}")),
        breaks: vec![format!("nothing of `{name}` runs until the new one is up")],
        requests: destroy::service_requests(&context.target.cluster, &service),
        ..anew(context, ResourceKind::Service, name)
    };
    step.loses = volumes::lost(context, &step);
    step
}

fn end_load_balancer(context: &Context<'_>, name: &str, why: &str) -> Step {
    let observed = context.observed.load_balancers.get(name);
    let address = observed.and_then(|it| it.description["DNSName"].as_str());
    let breaks = address
        .map(|it| format!("the address `{it}` ends: whoever connects to it needs the new one"));
    Step {
        action: Action::Delete,
        reason: Some(format!("made anew: {why}")),
        breaks: breaks.into_iter().collect(),
        requests: vec![destroy::load_balancer_request(name)],
        ..anew(context, ResourceKind::LoadBalancer, name)
    }
}

/// A step of its own beside the one that makes the object anew.
fn anew(context: &Context<'_>, kind: ResourceKind, name: &str) -> Step {
    let step = Step::new(&context.desired.name, kind, name);
    Step {
        id: format!("{}/former", step.id),
        ..step
    }
}

/// `` `one`, `two` ``
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|it| format!("`{it}`")).collect();
    names.join(", ")
}
