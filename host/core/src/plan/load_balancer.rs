//! The step of a classic load balancer: what one call each can change, and what nothing can.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::diff::{all_set, differences, is_modelled, own_tags};
use super::{Action, Blocked, Change, Context, ResourceKind, Step};
use crate::desired::DesiredLoadBalancer;
use crate::normal::{self, flatten, generic};
use crate::observed::ObservedLoadBalancer;
use crate::ownership;
use crate::request::{Operation, Request};

/// The name of the attributes in the request that sets them.
const ATTRIBUTES: &str = "LoadBalancerAttributes";

/// Plans the load balancer.
pub(super) fn plan(context: &Context<'_>, balancer: &DesiredLoadBalancer) -> Step {
    let name = name(balancer);
    let step = Step::new(&context.desired.name, ResourceKind::LoadBalancer, name);
    let Some(observed) = context.observed.load_balancers.get(name) else {
        return create(context, balancer, step);
    };
    match context.foreign(&format!("load balancer `{name}`"), &observed.tags) {
        Some(blocked) => Step {
            action: Action::Update,
            blocked: Some(blocked),
            ..step
        },
        None => update(context, balancer, observed, step),
    }
}

fn name(balancer: &DesiredLoadBalancer) -> &str {
    balancer.create["LoadBalancerName"]
        .as_str()
        .unwrap_or_default()
}

fn create(context: &Context<'_>, balancer: &DesiredLoadBalancer, step: Step) -> Step {
    let body = placed(context, &balancer.create);
    let mut changes = all_set(&flatten(&normal::load_balancer(
        &body,
        &balancer.health_check,
    )));
    let attributes = balancer.attributes.iter();
    changes.extend(attributes.flat_map(|it| all_set(&flatten(it))));
    let applied = ownership::applied(&whole(balancer));
    let mut request = body;
    request["Tags"] = ownership::write_elb(balancer.create.get("Tags"), &context.tags(applied));
    let request = Request {
        operation: Operation::CreateLoadBalancer,
        body: request,
    };
    let requests = [request, configure(balancer)]
        .into_iter()
        .chain(modify(balancer))
        .collect();
    Step {
        action: Action::Create,
        changes,
        requests,
        ..step
    }
}

/// All that is said of it, in one value, with the paths that changes have.
fn whole(balancer: &DesiredLoadBalancer) -> Value {
    let mut whole = balancer.create.clone();
    whole["HealthCheck"] = balancer.health_check.clone();
    whole[ATTRIBUTES] = json!(balancer.attributes);
    whole
}

fn configure(balancer: &DesiredLoadBalancer) -> Request {
    Request {
        operation: Operation::ConfigureHealthCheck,
        body: json!({"LoadBalancerName": name(balancer), "HealthCheck": balancer.health_check}),
    }
}

fn modify(balancer: &DesiredLoadBalancer) -> Option<Request> {
    balancer.attributes.as_ref().map(|attributes| Request {
        operation: Operation::ModifyLoadBalancerAttributes,
        body: json!({"LoadBalancerName": name(balancer), ATTRIBUTES: attributes}),
    })
}

fn update(
    context: &Context<'_>,
    balancer: &DesiredLoadBalancer,
    observed: &ObservedLoadBalancer,
    step: Step,
) -> Step {
    let (health_check, shape): (Vec<Change>, Vec<Change>) =
        shape_changes(context, balancer, observed)
            .into_iter()
            .partition(|it| it.path.starts_with("HealthCheck."));
    let (attributes, unseen): (Vec<Change>, Vec<Change>) = attribute_changes(balancer, observed)
        .into_iter()
        .partition(|it| it.before.is_some() || is_attribute(&it.path));
    let own = ownership::read_elb(&balancer.create["Tags"]);
    let tags = own_tags("Tags", &own, &observed.tags);
    let fixed: Vec<Change> = [shape, unseen, tags].concat();
    let blocked = (!fixed.is_empty()).then(|| Blocked {
        message: format!(
            "load balancer `{}` exists, and this version of host cannot change {}",
            step.name,
            paths(&fixed)
        ),
        hint: context.start_over(),
    });
    // Both are one call that says the whole thing: what a killed run left undone is simply said again.
    let mut requests = Vec::new();
    if !health_check.is_empty() {
        requests.push(configure(balancer));
    }
    if !attributes.is_empty() {
        requests.extend(modify(balancer));
    }
    let changes = [fixed, health_check, attributes].concat();
    if changes.is_empty() {
        return Step {
            action: Action::NoOp,
            reason: Some("unchanged".to_owned()),
            ..step
        };
    }
    Step {
        action: Action::Update,
        changes,
        requests,
        blocked,
        ..step
    }
}

/// The body of CreateLoadBalancer with the target's subnets and security groups.
fn placed(context: &Context<'_>, create: &Value) -> Value {
    let mut body = create.clone();
    for (key, named) in [
        ("Subnets", context.subnets()),
        ("SecurityGroups", &context.target.security_groups),
    ] {
        if !named.is_empty() {
            body[key] = json!(named);
        }
    }
    body
}

/// Differences of everything but tags and attributes. Subnets and security groups count only where they were named.
fn shape_changes(
    context: &Context<'_>,
    balancer: &DesiredLoadBalancer,
    observed: &ObservedLoadBalancer,
) -> Vec<Change> {
    let create = placed(context, &balancer.create);
    let mut after = normal::load_balancer(&create, &balancer.health_check);
    let mut before = normal::described_load_balancer(&observed.description);
    for (key, named) in [
        ("Subnets", &context.target.subnets),
        ("SecurityGroups", &context.target.security_groups),
    ] {
        if named.is_empty() {
            for side in [&mut before, &mut after] {
                side.as_object_mut().map(|members| members.remove(key));
            }
        }
    }
    let mut changes = differences(&flatten(&before), &flatten(&after));
    changes.retain(|it| it.before.is_some() || !was_said(observed, &it.path));
    changes
}

/// Whether a leaf that is not reported was said when the load balancer was made, so that its absence means nothing.
///
/// A health check that is known to AWS is always reported once it is set; a run that
/// was killed before it was set is told from others by that.
fn was_said(observed: &ObservedLoadBalancer, path: &str) -> bool {
    ownership::set_before(&observed.tags, path)
        && !is_modelled(Operation::ConfigureHealthCheck, path)
}

/// Differences of the attributes that the recipe sets; the others are left as they are.
fn attribute_changes(
    balancer: &DesiredLoadBalancer,
    observed: &ObservedLoadBalancer,
) -> Vec<Change> {
    let (Some(desired), Some(reported)) = (&balancer.attributes, &observed.attributes) else {
        return Vec::new();
    };
    let after = flatten(&generic(desired));
    let mut before = flatten(&generic(reported));
    before.retain(|path, _| after.contains_key(path));
    let mut changes = differences(&before, &after);
    let was_said =
        |path: &str| ownership::set_before(&observed.tags, &format!("{ATTRIBUTES}.{path}"));
    // What AWS knows it reports; of anything else the answer is silent, whatever there is.
    changes.retain(|it| it.before.is_some() || is_attribute(&it.path) || !was_said(&it.path));
    changes
}

fn is_attribute(path: &str) -> bool {
    let path = format!("{ATTRIBUTES}.{path}");
    is_modelled(Operation::ModifyLoadBalancerAttributes, &path)
}

/// The fields that stand in the way, for a sentence.
fn paths(changes: &[Change]) -> String {
    // Of a list item its name is enough: `Listeners[80]`.
    let fields: BTreeSet<String> = changes
        .iter()
        .map(|change| match change.path.find(']') {
            Some(end) => format!("`{}`", &change.path[..=end]),
            None => format!("`{}`", change.path),
        })
        .collect();
    fields.into_iter().collect::<Vec<_>>().join(", ")
}
