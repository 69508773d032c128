//! The step of an ECS service: what UpdateService can change, and what nothing can.

use serde_json::{Map, Value, json};

use super::diff::{all_set, own_tags};
use super::{Action, Blocked, Change, Context, ResourceKind, Step, is_revision};
use crate::normal::{self, flatten, generic};
use crate::observed::{ObservedService, short};
use crate::ownership;
use crate::request::{Operation, Request};

mod compare;
mod network;

use compare::Standing;

/// Fields of CreateService that UpdateService cannot change: only a new service has others.
const REPLACE: [&str; 6] = [
    "serviceName",
    "cluster",
    "launchType",
    "schedulingStrategy",
    "deploymentController",
    "loadBalancers",
];

/// Plans the service. `revision` is the ARN of its task definition, or the token for it.
pub(super) fn plan(context: &Context<'_>, body: &Value, revision: &str) -> Step {
    let name = body["serviceName"].as_str().unwrap_or_default();
    let step = Step::new(&context.desired.name, ResourceKind::Service, name);
    match context.observed.services.get(name) {
        None => create(context, body, revision, step),
        Some(observed) if observed.is_draining() => {
            let reason = Some("after the one that is being deleted is gone".to_owned());
            Step {
                reason,
                ..create(context, body, revision, step)
            }
        }
        Some(observed) => match context.foreign(&format!("service `{name}`"), &observed.tags) {
            Some(blocked) => Step {
                action: Action::Update,
                blocked: Some(blocked),
                ..step
            },
            None => update(context, body, revision, observed, step),
        },
    }
}

fn create(context: &Context<'_>, body: &Value, revision: &str, step: Step) -> Step {
    let mut request = network::whole(context, body, None);
    request["cluster"] = context.target.cluster.clone().into();
    request["taskDefinition"] = revision.into();
    if let Some(role) = context
        .target
        .service_role
        .as_deref()
        .filter(|_| has_classic(body))
    {
        request["role"] = role.into();
    }
    let mut changes = all_set(&flatten(&generic(&request)));
    for change in &mut changes {
        if change.path == "taskDefinition" {
            change.after = Some(shown_revision(revision).into());
        }
    }
    request["tags"] = tags(context, body);
    let requests = vec![Request {
        operation: Operation::CreateService,
        body: request,
    }];
    Step {
        action: Action::Create,
        changes,
        requests,
        ..step
    }
}

fn has_classic(body: &Value) -> bool {
    body["loadBalancers"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|it| it.get("loadBalancerName").is_some())
}

/// What is found while a service is compared.
#[derive(Default)]
struct Findings {
    changes: Vec<Change>,
    /// The fields of UpdateService.
    request: Map<String, Value>,
    /// Fields that AWS does not report. They are said again where there is a call anyway.
    unreported: Vec<(String, Vec<Change>)>,
    /// What AWS cannot change.
    fixed: Vec<String>,
    /// What this version of the host cannot take back.
    dropped: Vec<String>,
}

fn update(
    context: &Context<'_>,
    body: &Value,
    revision: &str,
    observed: &ObservedService,
    step: Step,
) -> Step {
    let sent = network::whole(context, body, Some(observed));
    let mut found = compare(context, body, &sent, observed);
    let running = observed.task_definition().unwrap_or_default();
    if !is_revision(revision, running) {
        let (before, after) = (short(running).into(), shown_revision(revision).into());
        let change = Change::new("taskDefinition", Some(&before), Some(&after));
        found.changes.push(change);
        found
            .request
            .insert("taskDefinition".to_owned(), revision.into());
    }
    if let Some(change) = role_change(context, body, observed) {
        found.changes.push(change);
        found.fixed.push("role".to_owned());
    }
    for change in own_tags("tags", &ownership::read_ecs(&body["tags"]), &observed.tags) {
        if change.after.is_none() {
            found.dropped.push(change.path.clone());
        }
        found.changes.push(change);
    }
    if found.changes.is_empty() {
        return Step {
            action: Action::NoOp,
            reason: Some("unchanged".to_owned()),
            ..step
        };
    }
    for (field, changes) in found.unreported.drain(..) {
        found
            .changes
            .extend(changes.into_iter().map(Change::not_reported));
        found.request.insert(field.clone(), sent[&field].clone());
    }
    found
        .changes
        .sort_by(|one, other| one.path.cmp(&other.path));
    Step {
        action: Action::Update,
        blocked: blocked(context, &step.name, &found),
        changes: found.changes,
        requests: update_requests(context, body, observed, found.request),
        ..step
    }
}

/// Compares everything that the recipe says, or said. `sent` is how it would be sent.
fn compare(
    context: &Context<'_>,
    body: &Value,
    sent: &Value,
    observed: &ObservedService,
) -> Findings {
    let wanted = normal::service(&context.revealed(&network::named(context, body)));
    let described = ObservedService {
        body: normal::service(&observed.body),
        tags: observed.tags.clone(),
    };
    let said_before = ownership::says_applied(&observed.tags, &recorded(context, body));
    let mut found = Findings::default();
    for (field, value) in wanted.as_object().into_iter().flatten() {
        if field == "tags" || context.desired.create_only.contains(field) {
            continue;
        }
        match compare::field(field, value, &described) {
            Standing::Unreported(changes) if !said_before => {
                found.unreported.push((field.clone(), changes));
            }
            Standing::Unreported(_) => {}
            Standing::Reported(changes) if changes.is_empty() => {}
            Standing::Reported(changes) => {
                if REPLACE.contains(&field.as_str()) {
                    found.fixed.push(field.clone());
                } else {
                    found.request.insert(field.clone(), sent[field].clone());
                }
                found.changes.extend(changes);
            }
        }
    }
    // Tasks that get a network interface only now have a place, although nobody named one.
    let place = "networkConfiguration";
    if wanted.get(place).is_none() && described.body[place].is_null() && !sent[place].is_null() {
        let changes = all_set(&flatten(&json!({ place: sent[place] })));
        found.unreported.push((place.to_owned(), changes));
    }
    for change in compare::dropped(context, &wanted, &described) {
        found.dropped.push(change.path.clone());
        found.changes.push(change);
    }
    found
}

/// A role that was named and is another one. AWS describes its ARN.
fn role_change(context: &Context<'_>, body: &Value, observed: &ObservedService) -> Option<Change> {
    let role = context
        .target
        .service_role
        .as_deref()
        .filter(|_| has_classic(body))?;
    let described = observed.body["roleArn"].as_str()?;
    let same = described == role
        || described
            .rsplit_once(":role/")
            .is_some_and(|(_, path)| path == role.trim_start_matches('/'));
    (!same).then(|| Change::new("role", Some(&described.into()), Some(&role.into())))
}

/// Why the service cannot be brought to what is wanted, if it cannot.
fn blocked(context: &Context<'_>, service: &str, found: &Findings) -> Option<Blocked> {
    let message = match (&found.fixed[..], &found.dropped[..]) {
        ([], []) => return None,
        ([], dropped) => {
            return Some(Blocked {
                message: format!(
                    "service `{service}` has `{}` from before, the recipe says it no more, and this version of host \
                     cannot take it back",
                    dropped.join("`, `")
                ),
                hint: "let the recipe say the value that it should have, or destroy the service and run again"
                    .to_owned(),
            });
        }
        (fixed, _) => format!(
            "service `{service}` exists, and AWS cannot change `{}` of it",
            fixed.join("`, `")
        ),
    };
    Some(Blocked {
        message,
        hint: context.start_over(),
    })
}

/// The service as the tag `host:applied` remembers it.
fn recorded(context: &Context<'_>, body: &Value) -> Value {
    context.recorded(&network::named(context, body))
}

fn tags(context: &Context<'_>, body: &Value) -> Value {
    let applied = ownership::applied(&recorded(context, body));
    ownership::write_ecs(body.get("tags"), &context.tags(applied))
}

fn update_requests(
    context: &Context<'_>,
    body: &Value,
    observed: &ObservedService,
    mut fields: Map<String, Value>,
) -> Vec<Request> {
    let mut requests = Vec::new();
    if !fields.is_empty() {
        fields.insert("cluster".to_owned(), context.target.cluster.clone().into());
        fields.insert("service".to_owned(), body["serviceName"].clone());
        requests.push(Request {
            operation: Operation::UpdateService,
            body: fields.into(),
        });
    }
    let tags = tags(context, body);
    let arn = observed.body["serviceArn"].clone();
    requests.push(Request {
        operation: Operation::TagResource,
        body: json!({"resourceArn": arn, "tags": tags}),
    });
    requests
}

/// A revision as it is shown: `redis:3`, or that only AWS will know.
fn shown_revision(revision: &str) -> String {
    if revision.starts_with("{{") {
        "(known after apply)".to_owned()
    } else {
        short(revision).to_owned()
    }
}
