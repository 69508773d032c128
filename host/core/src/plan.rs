//! What to do so that AWS has what the blueprints say. Pure and total: every
//! difference is a step, a reasoned no-op, or blocked with a reason.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::desired::{DesiredService, DesiredTarget};
use crate::normal;
use crate::observed::{Observed, ObservedLoadBalancer, Revision, short};
use crate::ownership::{self, Owner, Tags};
use crate::request::{Operation, Request};
use crate::tokens;

mod destroy;
mod diff;
mod service;
mod step;

pub use destroy::{Doomed, destroy};
pub use diff::Change;
pub use step::{Action, Blocked, Plan, ResourceKind, SCHEMA_VERSION, ServicePlan, Step};

use diff::{all_set, differences};

/// What is known of a blueprint beside itself: the ARNs behind its secrets, the addresses of what it depends on.
///
/// By the name of the service it belongs to.
pub type KnownTokens = BTreeMap<String, tokens::Known>;

/// Plans all services of a call as one.
pub fn plan(
    target: &DesiredTarget,
    desired: &[DesiredService],
    observed: &Observed,
    known: &KnownTokens,
) -> Plan {
    let nothing = tokens::Known::new();
    let services = desired
        .iter()
        .map(|it| {
            plan_service(
                target,
                it,
                observed,
                known.get(&it.name).unwrap_or(&nothing),
            )
        })
        .collect();
    Plan {
        schema_version: SCHEMA_VERSION,
        stack: target.stack.clone(),
        cluster: target.cluster.clone(),
        region: target.region.clone(),
        services,
    }
}

fn plan_service(
    target: &DesiredTarget,
    desired: &DesiredService,
    observed: &Observed,
    known: &tokens::Known,
) -> ServicePlan {
    let context = Context {
        target,
        desired,
        observed,
        known,
    };
    let mut steps = Vec::new();
    let mut revision = None;
    if let Some(body) = &desired.task_definition {
        let (step, arn) = task_definition(&context, body);
        revision = arn;
        steps.push(step);
    }
    if let Some(balancer) = &desired.load_balancer {
        steps.push(load_balancer(&context, balancer));
    }
    if let Some(body) = &desired.service {
        let token = tokens::task_definition(&desired.name);
        let needs = steps
            .iter()
            .filter(|step| step.action != Action::NoOp)
            .map(|step| step.id.clone())
            .collect();
        let mut step = service::plan(&context, body, revision.as_deref().unwrap_or(&token));
        step.needs = needs;
        step.loses = lost_volumes(&context, &step);
        steps.push(step);
    }
    ServicePlan {
        name: desired.name.clone(),
        recipe: desired.recipe.clone(),
        steps,
        revision,
        endpoints: desired.endpoints.clone(),
    }
}

/// What one service is planned from.
struct Context<'a> {
    target: &'a DesiredTarget,
    desired: &'a DesiredService,
    observed: &'a Observed,
    known: &'a tokens::Known,
}

impl Context<'_> {
    /// The body with everything filled in that is known by now, secrets too. For comparing only, never for showing.
    fn revealed(&self, body: &Value) -> Value {
        let mut body = body.clone();
        tokens::fill(&mut body, self.known);
        body
    }

    fn tags(&self, applied: String) -> Tags {
        ownership::tags(self.desired, self.target, applied)
    }

    /// Why an object of that name cannot be touched, if it cannot.
    fn foreign(&self, what: &str, tags: &Tags) -> Option<Blocked> {
        let name = &self.desired.name;
        match ownership::owner(tags, self.target, name) {
            Owner::Ours => None,
            Owner::Nobody => Some(Blocked {
                message: format!("{what} exists and was not made by host"),
                hint: format!("choose another name with `--set {name}.name=…`, or remove it first"),
            }),
            Owner::Other(owner) => Some(Blocked {
                message: format!("{what} belongs to stack {owner}"),
                hint: format!("choose another name with `--set {name}.name=…`"),
            }),
        }
    }
}

// --------------------------------------------------------- task definition

/// The step for the task definition, and the ARN of the revision where it exists already.
fn task_definition(context: &Context<'_>, body: &Value) -> (Step, Option<String>) {
    let family = body["family"].as_str().unwrap_or_default();
    let step = Step::new(&context.desired.name, ResourceKind::TaskDefinition, family);
    let latest = context.observed.latest.get(family);
    let current = revision_in_use(context, family);
    let revealed = context.revealed(body);
    for (revision, reason) in [
        (current, "unchanged"),
        (latest, "this revision already says so"),
    ] {
        if let Some(revision) = revision.filter(|it| same_content(context, it, &revealed)) {
            let step = Step {
                action: Action::NoOp,
                reason: Some(format!("{} {reason}", revision.short())),
                ..step
            };
            return (step, Some(revision.arn.clone()));
        }
    }
    let applied = ownership::content(&revealed);
    let mut request = body.clone();
    request["tags"] = ownership::write_ecs(body.get("tags"), &context.tags(applied));
    let requests = vec![Request {
        operation: Operation::RegisterTaskDefinition,
        body: request,
    }];
    let after = normal::flatten(&normal::task_definition(&revealed));
    let step = Step {
        needs: address_needs(&revealed),
        ..step
    };
    let step = match current.or(latest) {
        Some(previous) => Step {
            action: Action::Update,
            reason: Some(format!("new revision after {}", previous.short())),
            changes: differences(
                &normal::flatten(&normal::task_definition(&previous.body)),
                &after,
            ),
            blocked: latest.and_then(|it| {
                context.foreign(&format!("task definition `{}`", it.short()), &it.tags)
            }),
            requests,
            ..step
        },
        // Nothing to compare with: show what the recipe said, without the defaults that comparing needs.
        None => Step {
            action: Action::Create,
            changes: all_set(&normal::flatten(&normal::generic(&revealed))),
            requests,
            ..step
        },
    };
    (step, None)
}

/// The load balancers whose addresses the body still waits for.
fn address_needs(revealed: &Value) -> Vec<String> {
    let remaining = tokens::remaining(revealed);
    let services = remaining
        .iter()
        .filter_map(|token| token.strip_prefix("{{address:")?.strip_suffix("}}"));
    services
        .map(|service| format!("{service}/{}", ResourceKind::LoadBalancer.id()))
        .collect()
}

/// The revision that the service runs now, if it is of this family.
fn revision_in_use<'a>(context: &Context<'a>, family: &str) -> Option<&'a Revision> {
    let service = context.desired.service.as_ref()?["serviceName"].as_str()?;
    let arn = context
        .observed
        .services
        .get(service)
        .filter(|it| !it.is_draining())?
        .task_definition()?;
    let latest = context
        .observed
        .latest
        .get(family)
        .filter(|it| is_revision(&it.arn, arn));
    latest
        .or_else(|| {
            context
                .observed
                .in_use
                .values()
                .find(|it| is_revision(&it.arn, arn))
        })
        .filter(|it| it.body["family"] == family)
}

/// The volumes of the running tasks that do not survive them, where the step gives the service another revision.
///
/// A volume by its name alone, or one of docker's with the scope `task`, is new for every task.
fn lost_volumes(context: &Context<'_>, step: &Step) -> Vec<String> {
    let replaces = step.changes.iter().any(|it| it.path == "taskDefinition");
    let Some(observed) = context
        .observed
        .services
        .get(&step.name)
        .filter(|_| replaces)
    else {
        return Vec::new();
    };
    if step.action != Action::Update || observed.body["runningCount"] == 0 {
        return Vec::new();
    }
    let Some(running) = observed.task_definition() else {
        return Vec::new();
    };
    let mut revisions = context
        .observed
        .latest
        .values()
        .chain(context.observed.in_use.values());
    let Some(revision) = revisions.find(|it| is_revision(&it.arn, running)) else {
        return Vec::new();
    };
    let volumes = revision.body["volumes"].as_array().into_iter().flatten();
    volumes
        .filter(|it| !survives(it))
        .filter_map(|it| it["name"].as_str().map(str::to_owned))
        .collect()
}

fn survives(volume: &Value) -> bool {
    let docker = &volume["dockerVolumeConfiguration"];
    let elsewhere = [
        "efsVolumeConfiguration",
        "fsxWindowsFileServerVolumeConfiguration",
        "s3filesVolumeConfiguration",
    ];
    volume["host"]["sourcePath"].is_string()
        || (docker.is_object() && docker["scope"] == "shared")
        || elsewhere.iter().any(|it| volume[it].is_object())
}

/// Whether a service's task definition is this revision: control planes say either the ARN or `family:revision`.
pub(crate) fn is_revision(arn: &str, said: &str) -> bool {
    arn == said || short(arn) == said
}

/// Whether a revision is ours and says the same, by its tag or, where that says something else, by its content.
fn same_content(context: &Context<'_>, revision: &Revision, revealed: &Value) -> bool {
    if ownership::owner(&revision.tags, context.target, &context.desired.name) != Owner::Ours {
        return false;
    }
    ownership::says_applied(&revision.tags, revealed) || {
        let before = normal::flatten(&normal::task_definition(&revision.body));
        let after = normal::flatten(&normal::task_definition(revealed));
        before == after
    }
}

// ----------------------------------------------------------- load balancer

fn load_balancer(context: &Context<'_>, balancer: &crate::desired::DesiredLoadBalancer) -> Step {
    let name = balancer.create["LoadBalancerName"]
        .as_str()
        .unwrap_or_default();
    let step = Step::new(&context.desired.name, ResourceKind::LoadBalancer, name);
    let create = placed(context, &balancer.create);
    let configure = Request {
        operation: Operation::ConfigureHealthCheck,
        body: json!({"LoadBalancerName": name, "HealthCheck": balancer.health_check}),
    };
    let modify = balancer.attributes.as_ref().map(|attributes| Request {
        operation: Operation::ModifyLoadBalancerAttributes,
        body: json!({"LoadBalancerName": name, "LoadBalancerAttributes": attributes}),
    });
    let Some(observed) = context.observed.load_balancers.get(name) else {
        let mut body = create.clone();
        let applied = ownership::applied(&json!([
            balancer.create,
            balancer.health_check,
            balancer.attributes
        ]));
        body["Tags"] = ownership::write_elb(balancer.create.get("Tags"), &context.tags(applied));
        let create = Request {
            operation: Operation::CreateLoadBalancer,
            body,
        };
        let mut changes = all_set(&normal::flatten(&normal::load_balancer(
            &placed(context, &balancer.create),
            &balancer.health_check,
        )));
        changes.extend(
            balancer
                .attributes
                .iter()
                .flat_map(|it| all_set(&normal::flatten(it))),
        );
        let requests = [create, configure].into_iter().chain(modify).collect();
        return Step {
            action: Action::Create,
            changes,
            requests,
            ..step
        };
    };
    if let Some(blocked) = context.foreign(&format!("load balancer `{name}`"), &observed.tags) {
        return Step {
            action: Action::Update,
            blocked: Some(blocked),
            ..step
        };
    }
    let shape = shape_changes(context, &create, &balancer.health_check, observed);
    let attributes = attribute_changes(balancer.attributes.as_ref(), observed);
    let in_place = |change: &Change| change.path.starts_with("HealthCheck.");
    let blocked = shape.iter().any(|it| !in_place(it)).then(|| Blocked {
        message: format!(
            "load balancer `{name}` exists, and this version of host cannot change {}",
            paths(&shape, in_place)
        ),
        hint: format!(
            "choose another name with `--set {}.name=…`, or destroy the service and run again",
            context.desired.name
        ),
    });
    // Both are one call that says the whole thing: what a killed run left undone is simply said again.
    let mut requests = Vec::new();
    if shape.iter().any(in_place) {
        requests.push(configure);
    }
    if !attributes.is_empty() {
        requests.extend(modify);
    }
    let changes: Vec<Change> = shape.into_iter().chain(attributes).collect();
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
    if let Some(members) = body.as_object_mut() {
        let named = &context.target.subnets;
        let subnets = if named.is_empty() {
            &context.observed.subnets
        } else {
            named
        };
        if !subnets.is_empty() {
            members.insert("Subnets".to_owned(), json!(subnets));
        }
        if !context.target.security_groups.is_empty() {
            members.insert(
                "SecurityGroups".to_owned(),
                json!(context.target.security_groups),
            );
        }
    }
    body
}

/// Differences of everything but the attributes. Subnets and security groups count only where they were named.
fn shape_changes(
    context: &Context<'_>,
    create: &Value,
    health_check: &Value,
    observed: &ObservedLoadBalancer,
) -> Vec<Change> {
    let mut after = normal::load_balancer(create, health_check);
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
    differences(&normal::flatten(&before), &normal::flatten(&after))
}

/// Differences of the attributes that the recipe sets; the others are left as they are.
fn attribute_changes(desired: Option<&Value>, observed: &ObservedLoadBalancer) -> Vec<Change> {
    let (Some(desired), Some(observed)) = (desired, &observed.attributes) else {
        return Vec::new();
    };
    let after = normal::flatten(&normal::generic(desired));
    let mut before = normal::flatten(&normal::generic(observed));
    before.retain(|path, _| after.contains_key(path));
    differences(&before, &after)
}

/// The fields that stand in the way, for a sentence.
fn paths(changes: &[Change], in_place: impl Fn(&Change) -> bool) -> String {
    // Of a list item its name is enough: `Listeners[80]`.
    let fields: BTreeSet<String> = changes
        .iter()
        .filter(|it| !in_place(it))
        .map(|change| match change.path.find(']') {
            Some(end) => format!("`{}`", &change.path[..=end]),
            None => format!("`{}`", change.path),
        })
        .collect();
    fields.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
