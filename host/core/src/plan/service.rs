//! The step of an ECS service: what UpdateService can change, and what nothing can.

use serde_json::{Map, Value, json};

use super::{Action, Blocked, Change, Context, ResourceKind, Step, all_set, is_revision};
use crate::normal::{flatten, generic};
use crate::observed::{ObservedService, short};
use crate::ownership::{self, Tags};
use crate::request::{Operation, Request};

/// Fields of CreateService that UpdateService cannot change: only a new service has others.
const REPLACE: [&str; 6] = [
    "serviceName",
    "cluster",
    "launchType",
    "schedulingStrategy",
    "deploymentController",
    "loadBalancers",
];

/// What AWS describes where a request said nothing (`aws-facts`, the table of §6).
const DEFAULTS: [(&str, &str); 4] = [
    ("schedulingStrategy", "\"REPLICA\""),
    ("propagateTags", "\"NONE\""),
    ("enableECSManagedTags", "false"),
    ("enableExecuteCommand", "false"),
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
    let mut request = body.clone();
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
    place_tasks(context, &mut request);
    let applied = ownership::applied(&context.revealed(body));
    let mut changes = all_set(&flatten(&generic(&request)));
    for change in &mut changes {
        if change.path == "taskDefinition" {
            change.after = Some(shown_revision(revision).into());
        }
    }
    request["tags"] = ownership::write_ecs(body.get("tags"), &context.tags(applied));
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

/// Tasks with a network interface of their own get the target's subnets and security groups.
fn place_tasks(context: &Context<'_>, request: &mut Value) {
    let awsvpc = context
        .desired
        .task_definition
        .as_ref()
        .is_some_and(|it| it["networkMode"] == "awsvpc");
    if awsvpc {
        let subnets = if context.target.subnets.is_empty() {
            &context.observed.subnets
        } else {
            &context.target.subnets
        };
        let configuration = &mut request["networkConfiguration"]["awsvpcConfiguration"];
        configuration["subnets"] = json!(subnets);
        if !context.target.security_groups.is_empty() {
            configuration["securityGroups"] = json!(context.target.security_groups);
        }
    }
}

fn has_classic(body: &Value) -> bool {
    body["loadBalancers"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|it| it.get("loadBalancerName").is_some())
}

fn update(
    context: &Context<'_>,
    body: &Value,
    revision: &str,
    observed: &ObservedService,
    step: Step,
) -> Step {
    let revealed = context.revealed(body);
    let said_before = ownership::says_applied(&observed.tags, &revealed);
    let mut request = Map::new();
    let mut changes = Vec::new();
    let mut blocked = Vec::new();
    let mut unreported = Map::new();

    let running = observed.task_definition().unwrap_or_default();
    if !is_revision(revision, running) {
        let before = Value::from(short(running));
        changes.push(Change::new(
            "taskDefinition",
            Some(&before),
            Some(&shown_revision(revision).into()),
        ));
        request.insert("taskDefinition".to_owned(), revision.into());
    }
    for (field, value) in revealed.as_object().into_iter().flatten() {
        if field == "tags" || context.desired.create_only.contains(field) {
            continue;
        }
        let Some(reported) = reported(&observed.body, field) else {
            let leaves = flatten(&json!({ field: generic(value) }));
            if leaves
                .keys()
                .all(|path| ownership::set_before(&observed.tags, path))
            {
                // It was set, and AWS does not say to what: no reason for a step of its own.
                if !said_before {
                    unreported.insert(field.clone(), body[field].clone());
                }
            } else {
                changes.extend(
                    leaves
                        .iter()
                        .map(|(path, value)| Change::new(path, None, Some(value))),
                );
                request.insert(field.clone(), body[field].clone());
            }
            continue;
        };
        let different = field_changes(field, value, &reported, &observed.tags);
        if !different.is_empty() {
            if REPLACE.contains(&field.as_str()) {
                blocked.push(field.as_str());
            } else {
                request.insert(field.clone(), body[field].clone());
            }
            changes.extend(different);
        }
    }
    if let Some(change) = role_change(context, body, observed) {
        changes.push(change);
        blocked.push("role");
    }
    let tags = tag_changes(body, observed);
    if changes.is_empty() && tags.is_empty() {
        return Step {
            action: Action::NoOp,
            reason: Some("unchanged".to_owned()),
            ..step
        };
    }
    for (field, value) in unreported {
        let after = flatten(&json!({&field: generic(&value)}));
        changes.extend(
            after
                .iter()
                .map(|(path, value)| Change::new(path, None, Some(value))),
        );
        request.insert(field, value);
    }
    changes.extend(tags);
    changes.sort_by(|one, other| one.path.cmp(&other.path));
    let requests = update_requests(
        context,
        body,
        observed,
        request,
        ownership::applied(&revealed),
    );
    let blocked = (!blocked.is_empty()).then(|| Blocked {
        message: format!(
            "service `{}` exists, and AWS cannot change `{}` of it",
            step.name,
            blocked.join("`, `")
        ),
        hint: format!(
            "choose another name with `--set {}.name=…`, or destroy the service and run again",
            context.desired.name
        ),
    });
    Step {
        action: Action::Update,
        changes,
        requests,
        blocked,
        ..step
    }
}

/// What AWS says about a field, or what its silence means; nothing where its silence means nothing.
fn reported(observed: &Value, field: &str) -> Option<Value> {
    let said = observed.get(field).filter(|it| !it.is_null());
    let default = || {
        DEFAULTS
            .iter()
            .find(|(name, _)| *name == field)
            .and_then(|(_, it)| serde_json::from_str(it).ok())
    };
    said.cloned().or_else(default)
}

/// The leaves of one field that are set and different. Leaves that the recipe does not set are AWS's.
fn field_changes(field: &str, value: &Value, reported: &Value, tags: &Tags) -> Vec<Change> {
    let after = flatten(&json!({field: generic(value)}));
    let before = flatten(&json!({field: generic(reported)}));
    let different = after
        .iter()
        .filter_map(|(path, value)| match before.get(path) {
            Some(old) if old == value => None,
            // Set before, and AWS does not say to what.
            None if ownership::set_before(tags, path) => None,
            old => Some(Change::new(path, old, Some(value))),
        });
    different.collect()
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

/// The recipe's own tags that are missing or different.
fn tag_changes(body: &Value, observed: &ObservedService) -> Vec<Change> {
    let own = ownership::read_ecs(&body["tags"]);
    let different = own
        .iter()
        .filter(|(key, value)| observed.tags.get(*key) != Some(value));
    different
        .map(|(key, value)| {
            let before = observed.tags.get(key).map(|it| Value::from(it.as_str()));
            Change::new(
                &format!("tags[{key}].value"),
                before.as_ref(),
                Some(&value.as_str().into()),
            )
        })
        .collect()
}

fn update_requests(
    context: &Context<'_>,
    body: &Value,
    observed: &ObservedService,
    mut fields: Map<String, Value>,
    applied: String,
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
    let tags = ownership::write_ecs(body.get("tags"), &context.tags(applied));
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
