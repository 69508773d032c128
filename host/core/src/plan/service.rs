//! The step of an ECS service: what UpdateService can change, and what nothing can.

use serde_json::{Map, Value, json};

use super::diff::{self, all_set, own_tags};
use super::place::with_what_stays;
use super::replacement::quoted;
use super::{Action, Blocked, Change, Context, Planned, ResourceKind, Step};
use crate::normal::{self, flatten, generic};
use crate::observed::{ObservedService, is_revision, short};
use crate::ownership::{self, Owner};
use crate::request::{Operation, Request};
use crate::time;

mod compare;
mod count;
mod network;

use compare::Standing;

/// Fields of CreateService that UpdateService cannot change: only a new service has others.
const REPLACE: [&str; 5] = [
    "serviceName",
    "cluster",
    "launchType",
    "schedulingStrategy",
    "deploymentController",
];

/// Whether only a new service has another value of a field. Target groups can be exchanged, a classic load balancer
/// can neither come nor go.
fn is_fixed(field: &str, wanted: &Value, observed: &Value) -> bool {
    let is_classic = field == "loadBalancers" && (has_classic(wanted) || has_classic(observed));
    is_classic || REPLACE.contains(&field)
}

/// Plans the service. `revision` is the ARN of its task definition, or the token for it; `balancer` what is planned of
/// its load balancer.
pub(super) fn plan(
    context: &Context<'_>,
    body: &Value,
    revision: &str,
    balancer: Option<&Planned>,
) -> Planned {
    let name = body["serviceName"].as_str().unwrap_or_default();
    let step = Step::new(&context.desired.name, ResourceKind::Service, name);
    let observed = match context.observed.services.get(name) {
        None => return create(context, body, revision, None, step).into(),
        Some(observed) if observed.is_draining() => {
            let reason = Some("after the one that is being deleted is gone".to_owned());
            let step = create(context, body, revision, Some(observed), step);
            let awaits_former = true;
            return Step {
                reason,
                awaits_former,
                ..step
            }
            .into();
        }
        Some(observed) => observed,
    };
    if let Some(blocked) = context.foreign(&format!("service `{name}`"), &observed.tags) {
        return Planned::from(Step {
            action: Action::Update,
            blocked: Some(blocked),
            ..step
        });
    }
    let mut planned = update(context, body, revision, observed, step);
    if balancer.is_some_and(|it| it.anew.is_some()) {
        // A service keeps what it was made with, also where that is gone.
        planned.anew = Some("its load balancer is made anew".to_owned());
    }
    if planned.anew.is_some() && planned.step.blocked.is_none() {
        let step = Step::new(&context.desired.name, ResourceKind::Service, name);
        planned.step = create(context, body, revision, Some(observed), step);
    } else if balancer.is_some_and(|it| {
        it.step.action == Action::Create || is_younger(context, &it.step.name, observed)
    }) {
        register_again(context, body, observed, &mut planned.step);
    }
    count::follow(context, body, observed, &mut planned.step);
    planned
}

/// Whether the load balancer was made after the deployment that runs, so that none of its tasks is registered there:
/// a run was killed between making it again and starting the tasks anew.
fn is_younger(context: &Context<'_>, balancer: &str, service: &ObservedService) -> bool {
    let balancer = context.observed.load_balancers.get(balancer);
    let made = balancer.and_then(|it| time::seconds(it.description["CreatedTime"].as_str()?));
    let mut deployments = service.body["deployments"].as_array().into_iter().flatten();
    let primary = deployments.find(|it| it["status"] == "PRIMARY");
    let began = primary.and_then(|it| it["createdAt"].as_f64());
    made.zip(began).is_some_and(|(made, began)| made > began)
}

/// The load balancer of a running service was deleted and is made again: only new tasks are registered there.
fn register_again(
    context: &Context<'_>,
    body: &Value,
    observed: &ObservedService,
    step: &mut Step,
) {
    if step.action == Action::NoOp {
        step.action = Action::Update;
        step.reason = Some("its tasks are started anew for the new load balancer".to_owned());
        step.requests = update_requests(context, body, observed, Map::new(), &[]);
    }
    let forced = ("forceNewDeployment".to_owned(), Value::from(true));
    let mut requests = step.requests.iter_mut();
    let update = requests.find(|it| it.operation == Operation::UpdateService);
    if let Some(fields) = update.and_then(|it| it.body.as_object_mut()) {
        fields.extend([forced]);
    } else {
        let update = update_request(context, body, Map::from_iter([forced]));
        step.requests.insert(0, update);
    }
}

/// Plans a new service. What nobody said it takes over from `former`, whose place it takes.
fn create(
    context: &Context<'_>,
    body: &Value,
    revision: &str,
    former: Option<&ObservedService>,
    step: Step,
) -> Step {
    let mut request = network::whole(context, body, former);
    count::take_over(context, former, &mut request);
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
    /// What was set, is set no more, and has no default that could be sent.
    dropped: Vec<String>,
    /// Tags of the recipe that are gone.
    untagged: Vec<String>,
}

fn update(
    context: &Context<'_>,
    body: &Value,
    revision: &str,
    observed: &ObservedService,
    step: Step,
) -> Planned {
    let sent = network::whole(context, body, Some(observed));
    if let Some(blocked) = untaggable(observed) {
        let blocked = Some(blocked);
        return Planned::from(Step {
            action: Action::Update,
            blocked,
            ..step
        });
    }
    let mut found = compare(context, body, &sent, observed);
    let running = observed.task_definition().unwrap_or_default();
    if !is_revision(revision, running) {
        let (before, after) = (short(running).into(), shown_revision(revision).into());
        let change = Change::new("taskDefinition", Some(&before), Some(&after));
        let by_others = !runs_ours(context, running);
        found
            .changes
            .push(change.drifted(by_others && !context.adopts(&observed.tags)));
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
            let key = change
                .path
                .strip_prefix("tags[")
                .and_then(|it| it.strip_suffix(']'));
            found.untagged.extend(key.map(str::to_owned));
        }
        found.changes.push(change);
    }
    // Of what AWS does not report nobody knows whether it was sent, so it is not written down as if it were.
    let is_recorded = if found.unreported.is_empty() {
        ownership::is_written_down(&observed.tags, &recorded(context, body))
    } else {
        ownership::remembers(&observed.tags, &recorded(context, body))
    };
    let adopts = context.adopts(&observed.tags);
    let place = network::place(observed);
    let stays = |reason| with_what_stays(reason, context.target, &place);
    if found.changes.is_empty() && is_recorded && !adopts {
        return Planned::from(Step {
            action: Action::NoOp,
            reason: stays(Some("unchanged".to_owned())),
            ..step
        });
    }
    if ownership::says_applied(&observed.tags, &recorded(context, body)) && !adopts {
        for change in &mut found.changes {
            // Another revision may be this very run's, and no task the host's own doing.
            let may_be_ours =
                change.path == "taskDefinition" || count::is_open(context, &change.path);
            change.drift |= !may_be_ours;
        }
    }
    let is_unchanged = found.changes.is_empty();
    for (field, changes) in found.unreported.drain(..) {
        found
            .changes
            .extend(changes.into_iter().map(Change::not_reported));
        found.request.insert(field.clone(), sent[&field].clone());
    }
    found
        .changes
        .sort_by(|one, other| one.path.cmp(&other.path));
    let blocked = dropped(context, &step.name, &found);
    let fixed = found.fixed.iter().map(String::as_str);
    let anew = (!found.fixed.is_empty()).then(|| format!("AWS cannot change {}", quoted(fixed)));
    let step = Step {
        action: Action::Update,
        reason: stays(diff::reason(adopts, is_unchanged)),
        adopts,
        blocked,
        changes: found.changes,
        requests: update_requests(context, body, observed, found.request, &found.untagged),
        ..step
    };
    Planned { step, anew }
}

/// Whether the revision that the service runs was registered for it by the host.
fn runs_ours(context: &Context<'_>, running: &str) -> bool {
    let revision = context.observed.revision(running);
    revision.is_some_and(|it| {
        ownership::owner(&it.tags, context.target, &context.desired.name) == Owner::Ours
    })
}

/// Compares everything that the recipe says, or said. `sent` is how it would be sent.
fn compare(
    context: &Context<'_>,
    body: &Value,
    sent: &Value,
    observed: &ObservedService,
) -> Findings {
    let mut wanted = normal::service(&context.revealed(&network::named(context, body)));
    count::set_aside(context, &mut wanted);
    count::free(context, &mut wanted, observed);
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
                if is_fixed(field, &wanted, &described.body) {
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
    if let Some(change) = count::none(context, body, observed) {
        found
            .request
            .insert(change.path.clone(), body[&change.path].clone());
        found.changes.push(change);
    }
    let subnets = described
        .body
        .pointer("/networkConfiguration/awsvpcConfiguration/subnets");
    let has_place = subnets
        .and_then(Value::as_array)
        .is_some_and(|it| !it.is_empty());
    if sent[place].is_null() && has_place {
        // UpdateService has no word for it, and refuses it with a task that has no network interface.
        let told = flatten(&json!({ place: described.body[place] }));
        let gone = told
            .iter()
            .map(|(path, value)| Change::new(path, Some(value), None));
        found.changes.extend(gone);
        found.fixed.push(place.to_owned());
    }
    for change in compare::dropped(context, &wanted, &described) {
        let field = change.path.split(['.', '[']).next().unwrap_or_default();
        if is_fixed(field, &wanted, &described.body) {
            found.fixed.push(field.to_owned());
            found.changes.push(change);
            continue;
        }
        let said = found.request.get(field).or_else(|| sent.get(field));
        if let Some((value, default)) = compare::without(field, said, &change.path) {
            found.request.insert(field.to_owned(), value);
            found.changes.push(Change {
                after: default,
                ..change
            });
        } else {
            found.dropped.push(change.path.clone());
            found.changes.push(change);
        }
    }
    found.fixed.dedup();
    found
}

/// A service of before 2018 has an ARN without its cluster, and AWS tags only those that have the long one.
fn untaggable(observed: &ObservedService) -> Option<Blocked> {
    let arn = observed.body["serviceArn"].as_str()?;
    let (_, path) = arn.split_once(":service/")?;
    (!path.contains('/')).then(|| Blocked {
        message: format!("service `{path}` has an ARN of the old form (`{arn}`), and AWS puts no tags on it"),
        hint: "delete it and run again: what is made today has the long form (`aws ecs list-account-settings \
               --name serviceLongArnFormat --effective-settings` shows it)"
            .to_owned(),
    })
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
fn dropped(context: &Context<'_>, service: &str, found: &Findings) -> Option<Blocked> {
    let dropped = found.dropped.iter().map(String::as_str);
    (!found.dropped.is_empty()).then(|| Blocked {
        message: format!(
            "service `{service}` has {} from before, the recipe says it no more, and AWS has no default that it could \
             be set back to",
            quoted(dropped)
        ),
        hint: format!(
            "let the recipe say the value that it should have, or {}",
            context.start_over()
        ),
    })
}

/// The service as the tag `host:applied` remembers it: without what nobody said.
fn recorded(context: &Context<'_>, body: &Value) -> Value {
    let mut body = network::sorted(network::named(context, body));
    count::leave_out(context, &mut body);
    context.recorded(&body)
}

fn tags(context: &Context<'_>, body: &Value) -> Value {
    let applied = ownership::applied(&recorded(context, body));
    ownership::write_ecs(body.get("tags"), &context.tags(applied))
}

fn update_requests(
    context: &Context<'_>,
    body: &Value,
    observed: &ObservedService,
    fields: Map<String, Value>,
    untagged: &[String],
) -> Vec<Request> {
    let mut requests = Vec::new();
    if !fields.is_empty() {
        requests.push(update_request(context, body, fields));
    }
    let arn = &observed.body["serviceArn"];
    if !untagged.is_empty() {
        requests.push(Request {
            operation: Operation::UntagResource,
            body: json!({"resourceArn": arn, "tagKeys": untagged}),
        });
    }
    // The last, so that a run that is killed before it leaves the tag that says what was applied as it was.
    requests.push(Request {
        operation: Operation::TagResource,
        body: json!({"resourceArn": arn, "tags": tags(context, body)}),
    });
    requests
}

fn update_request(context: &Context<'_>, body: &Value, mut fields: Map<String, Value>) -> Request {
    fields.insert("cluster".to_owned(), context.target.cluster.clone().into());
    fields.insert("service".to_owned(), body["serviceName"].clone());
    Request {
        operation: Operation::UpdateService,
        body: fields.into(),
    }
}

/// A revision as it is shown: `redis:3`, or that only AWS will know.
fn shown_revision(revision: &str) -> String {
    if revision.starts_with("{{") {
        "(known after apply)".to_owned()
    } else {
        short(revision).to_owned()
    }
}
