//! The step of a classic load balancer: what one call each can change, and what nothing can.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::diff::{self, all_set, differences, is_modelled, own_tags};
use super::place::{Place, with_what_stays};
use super::replacement::quoted;
use super::{Action, Blocked, Change, Context, Planned, ResourceKind, Step};
use crate::desired::{DesiredLoadBalancer, DesiredTarget};
use crate::normal::{self, flatten};
use crate::observed::ObservedLoadBalancer;
use crate::ownership;
use crate::request::{Operation, Request};

mod attributes;
mod in_place;
mod ports;

/// The name of the attributes in the request that sets them.
const ATTRIBUTES: &str = "LoadBalancerAttributes";

/// Plans the load balancer.
pub(super) fn plan(context: &Context<'_>, balancer: &DesiredLoadBalancer) -> Planned {
    let name = name(balancer);
    let step = Step::new(&context.desired.name, ResourceKind::LoadBalancer, name);
    let Some(observed) = context.observed.load_balancers.get(name) else {
        let step = create(context, balancer, None, step);
        let reason = used_by(context, name)
            .map(|service| format!("somebody deleted it: service `{service}` still uses it"));
        return Step { reason, ..step }.into();
    };
    match context.foreign(&format!("load balancer `{name}`"), &observed.tags) {
        Some(blocked) => Planned::from(Step {
            action: Action::Update,
            blocked: Some(blocked),
            ..step
        }),
        None => update(context, balancer, observed, step),
    }
}

/// Our service that has this load balancer, if there is one.
fn used_by<'a>(context: &Context<'a>, name: &str) -> Option<&'a str> {
    let service = context.desired.service.as_ref()?["serviceName"].as_str()?;
    let observed = context.observed.services.get(service)?;
    let uses = observed.load_balancers().any(|it| it == name);
    (uses && !observed.is_draining()).then_some(service)
}

fn name(balancer: &DesiredLoadBalancer) -> &str {
    balancer.create["LoadBalancerName"]
        .as_str()
        .unwrap_or_default()
}

/// Plans a new load balancer; of `former`, whose place it takes, it has the subnets and groups where none are named.
fn create(
    context: &Context<'_>,
    balancer: &DesiredLoadBalancer,
    former: Option<&ObservedLoadBalancer>,
    step: Step,
) -> Step {
    let body = placed(context, &balancer.create, former);
    let mut changes = all_set(&flatten(&normal::load_balancer(
        &body,
        &balancer.health_check,
    )));
    let attributes = balancer.attributes.iter();
    changes.extend(attributes.flat_map(|it| all_set(&flatten(it))));
    let applied = ownership::applied(&whole(context, balancer));
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

/// What the target may name of it, by the field that says it.
fn named(target: &DesiredTarget) -> [(&'static str, &[String]); 2] {
    [
        ("Subnets", &target.subnets),
        ("SecurityGroups", &target.security_groups),
    ]
}

/// All that is said of it, in one value, with the paths that changes have: also by the target, where it names something.
fn whole(context: &Context<'_>, balancer: &DesiredLoadBalancer) -> Value {
    let mut whole = balancer.create.clone();
    for (key, named) in named(context.target) {
        if !named.is_empty() {
            let names: BTreeSet<&String> = named.iter().collect();
            whole[key] = json!(names);
        }
    }
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
    let attributes = balancer.attributes.as_ref()?;
    Some(attributes::modify(balancer, attributes))
}

/// Fields that only a new load balancer has otherwise. Its name is not among them: another name is another load balancer.
const REPLACE: [&str; 2] = ["Scheme", "AvailabilityZones"];

fn update(
    context: &Context<'_>,
    balancer: &DesiredLoadBalancer,
    observed: &ObservedLoadBalancer,
    step: Step,
) -> Planned {
    let mut shape = shape_changes(context, balancer, observed);
    let anew: Vec<&str> = REPLACE
        .into_iter()
        .filter(|field| shape.iter().any(|it| in_place::field(&it.path) == *field))
        .collect();
    if !anew.is_empty() {
        let why = format!("AWS cannot change {}", quoted(anew));
        return Planned {
            step: create(context, balancer, Some(observed), step),
            anew: Some(why),
        };
    }
    let (attributes, unseen): (Vec<Change>, Vec<Change>) = attributes::changes(balancer, observed)
        .into_iter()
        .partition(|it| it.before.is_some() || attributes::is_known(&it.path));
    let own = ownership::read_elb(&balancer.create["Tags"]);
    let tags = own_tags("Tags", &own, &observed.tags);
    let unknown: Vec<Change> = shape
        .extract_if(.., |it| {
            !in_place::FIELDS.contains(&in_place::field(&it.path))
        })
        .chain(unseen)
        .collect();
    let blocked = too_many_tags(&own, observed, &step.name);
    let blocked = blocked.or_else(|| (!unknown.is_empty()).then(|| Blocked {
        message: format!(
            "load balancer `{}` exists, and this version of host does not know how to change {} of it",
            step.name,
            paths(&unknown)
        ),
        hint: context.start_over(),
    }));
    let applied = ownership::applied(&whole(context, balancer));
    let is_recorded = ownership::is_written_down(&observed.tags, &whole(context, balancer));
    let is_applied = ownership::says_applied(&observed.tags, &whole(context, balancer));
    let changed = [unknown, shape, attributes, tags].concat();
    let adopts = context.adopts(&observed.tags);
    let place = Place {
        tags: &observed.tags,
        described: &observed.description,
        paths: [
            ("/Subnets", "Subnets"),
            ("/SecurityGroups", "SecurityGroups"),
        ],
    };
    if changed.is_empty() && is_recorded && !adopts {
        return Planned::from(Step {
            action: Action::NoOp,
            reason: with_what_stays(Some("unchanged".to_owned()), context.target, &place),
            ..step
        });
    }
    let breaks = match blocked {
        None => ports::breaks(balancer, observed),
        Some(_) => Vec::new(),
    };
    let mut requests = in_place::requests(context, balancer, observed, &changed);
    requests.extend(attributes::request(balancer, &changed));
    requests.extend(in_place::tags(context, balancer, &changed, applied));
    Planned::from(Step {
        action: Action::Update,
        reason: with_what_stays(
            diff::reason(adopts, changed.is_empty()),
            context.target,
            &place,
        ),
        changes: changed
            .into_iter()
            .map(|it| {
                let drift = is_applied && !adopts && !is_untouched(observed, &it);
                it.drifted(drift)
            })
            .collect(),
        breaks,
        adopts,
        requests,
        blocked,
        ..step
    })
}

/// What AWS would refuse as the last of all calls.
fn too_many_tags(
    own: &ownership::Tags,
    observed: &ObservedLoadBalancer,
    name: &str,
) -> Option<Blocked> {
    let theirs = observed
        .tags
        .keys()
        .filter(|it| !it.starts_with("host:") && !own.contains_key(*it));
    // A load balancer is never written `host:stable` on.
    let needed = own.len() + ownership::COUNT - 1;
    let number = theirs.count() + needed;
    (number > MAX_TAGS).then(|| Blocked {
        message: format!(
            "load balancer `{name}` would have {number} tags with the {needed} that it needs, and AWS takes {MAX_TAGS}"
        ),
        hint: format!(
            "take some away: `aws elb describe-tags --load-balancer-names {name}` shows them, `aws elb remove-tags` removes them"
        ),
    })
}

/// How many tags a classic load balancer has at most.
const MAX_TAGS: usize = 10;

/// Whether a difference is what AWS has by itself: that of a run that was killed before it set it, or of nobody.
fn is_untouched(observed: &ObservedLoadBalancer, change: &Change) -> bool {
    let check = &observed.description["HealthCheck"];
    // `aws-facts` §1.5: what there is after CreateLoadBalancer.
    let by_itself = [
        ("Interval", 30),
        ("Timeout", 5),
        ("UnhealthyThreshold", 2),
        ("HealthyThreshold", 10),
    ];
    match in_place::field(&change.path) {
        "HealthCheck" => by_itself.iter().all(|(key, value)| check[*key] == *value),
        _ => attributes::is_default(change),
    }
}

/// The body of CreateLoadBalancer with the target's subnets and security groups, or else those of the former one.
fn placed(context: &Context<'_>, create: &Value, former: Option<&ObservedLoadBalancer>) -> Value {
    let mut body = create.clone();
    let otherwise = [context.subnets(), &[]];
    for ((key, named), otherwise) in named(context.target).into_iter().zip(otherwise) {
        let had = former.and_then(|it| it.description[key].as_array());
        if !named.is_empty() {
            body[key] = json!(named);
        } else if let Some(had) = had.filter(|it| !it.is_empty()) {
            body[key] = json!(had);
        } else if !otherwise.is_empty() {
            body[key] = json!(otherwise);
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
    let create = placed(context, &balancer.create, None);
    let mut after = normal::load_balancer(&create, &balancer.health_check);
    let mut before = normal::described_load_balancer(&observed.description);
    for (key, named) in named(context.target) {
        if named.is_empty() {
            for side in [&mut before, &mut after] {
                side.as_object_mut().map(|members| members.remove(key));
            }
        }
    }
    let before = flatten(&before);
    // An item of a list that is not reported at all is not there, whatever was said of its neighbours.
    let has_item = |path: &str| {
        let item = path.find(']').map_or(path, |end| &path[..=end]);
        before.keys().any(|it| it.starts_with(item))
    };
    let mut changes = differences(&before, &flatten(&after));
    changes.retain(|it| {
        let is_new_item = it.path.contains(']') && !has_item(&it.path);
        it.before.is_some() || is_new_item || !was_said(observed, &it.path)
    });
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
