//! Objects that are made anew, because nothing can change them in place: what is deleted for that, and what breaks.
//!
//! A replacement is two steps: the former object goes, then the new one is made like any other. A run that is killed
//! between the two is simply run again.

use std::collections::BTreeMap;

use super::destroy::{self, DoomedService};
use super::{Action, Blocked, Context, Plan, Planned, ResourceKind, Step, volumes};
use crate::observed::ObservedService;
use crate::ownership::{self, Owner};

/// The steps that delete what stands in the way. `before` are those that are done first: nothing is deleted where a
/// new revision cannot even be registered.
pub(super) fn former(
    context: &Context<'_>,
    before: &[Step],
    balancer: Option<&mut Planned>,
    service: Option<&Planned>,
) -> Vec<Step> {
    let name = service.map(|it| it.step.name.as_str()).unwrap_or_default();
    let observed = context.observed.services.get(name);
    let blocked = |it: &Planned| it.step.blocked.is_some();
    if service.is_some_and(blocked) || balancer.as_ref().is_some_and(|it| blocked(it)) {
        return Vec::new();
    }
    let mut steps = Vec::new();
    let anew = service.and_then(|it| it.anew.as_ref());
    if let (Some(why), Some(observed)) = (anew, observed) {
        let needs = before.iter().filter(|it| it.action != Action::NoOp);
        steps.push(Step {
            needs: needs.map(|it| it.id.clone()).collect(),
            ..end_service(context, observed, name, why)
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
    let left = former_balancer(context, name, anew.is_some());
    let left = left.filter(|it| kept.as_deref() != Some(*it) && is_ours(context, it));
    if let Some(name) = left {
        let step = end_load_balancer(context, name, "the service uses it no more");
        let is_second = steps.iter().any(|it| it.id == step.id);
        steps.push(Step {
            id: step.id.clone() + if is_second { "/other" } else { "" },
            needs: of_service,
            ..step
        });
    }
    steps
}

/// The load balancer of a service that is to be made anew, or that was deleted for it by a run that got no further.
fn former_balancer<'a>(
    context: &Context<'a>,
    service: &str,
    is_made_anew: bool,
) -> Option<&'a str> {
    let observed = context.observed;
    match observed.services.get(service) {
        Some(it) if is_made_anew || it.is_draining() => it.load_balancers().next(),
        Some(_) => None,
        None => observed.inactive.get(service)?.load_balancers().next(),
    }
}

/// Whether the plan deletes a load balancer, so that it is worth reading who else uses it.
#[must_use]
pub fn ends_load_balancer(plan: &Plan) -> bool {
    plan.steps().any(is_end)
}

fn is_end(step: &Step) -> bool {
    step.kind == ResourceKind::LoadBalancer && step.action == Action::Delete
}

/// Blocks the deletion of load balancers that another service of the cluster uses. `services` are all of it, by name.
pub fn keep_used(plan: &mut Plan, services: &BTreeMap<String, ObservedService>) {
    for planned in &mut plan.services {
        let own = planned.step(ResourceKind::Service);
        let own = own.map(|it| it.name.clone());
        for step in planned.steps.iter_mut().filter(|it| is_end(it)) {
            let uses = |it: &ObservedService| {
                !it.is_draining() && it.load_balancers().any(|name| name == step.name)
            };
            let mut others = services
                .iter()
                .filter(|(name, _)| own.as_ref() != Some(name));
            if let Some((name, _)) = others.find(|(_, it)| uses(it)) {
                step.blocked = Some(Blocked {
                    message: format!("service `{name}` uses load balancer `{}`", step.name),
                    hint: format!(
                        "whoever owns `{name}` has to give it another one first: a load balancer is deleted for everybody"
                    ),
                });
            }
        }
    }
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
