//! The step of a task definition: a revision that says the same, or a new one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::diff::{self, all_set, is_modelled, own_tags};
use super::{Action, Blocked, Change, Context, ResourceKind, Step};
use crate::normal;
use crate::observed::{Revision, short};
use crate::ownership::{self, Owner};
use crate::request::{Operation, Request};
use crate::tokens;

/// Leaves that AWS, a console or an account's settings may fill in, so that they are no difference by themselves.
const CHOSEN_BY_AWS: [&str; 8] = [
    "containerDefinitions.portMappings.name",
    "containerDefinitions.portMappings.appProtocol",
    "containerDefinitions.logConfiguration.options.mode",
    "containerDefinitions.logConfiguration.options.max-buffer-size",
    "requiresCompatibilities",
    "runtimePlatform.cpuArchitecture",
    "runtimePlatform.operatingSystemFamily",
    "ephemeralStorage.sizeInGiB",
];

/// Lists and maps that AWS never adds to.
const FILLED_BY_PEOPLE: [&str; 6] = [
    "containerDefinitions.command",
    "containerDefinitions.dockerLabels",
    "containerDefinitions.environment",
    "containerDefinitions.mountPoints",
    "containerDefinitions.secrets",
    "volumes",
];

/// Which revisions may stay in use.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Revisions {
    /// Also one that somebody deregistered: what it started runs on.
    All,
    /// Those that can be deployed.
    Active,
}

/// The step for the task definition, and the ARN of the revision where it exists already.
pub(super) fn plan(
    context: &Context<'_>,
    body: &Value,
    revisions: Revisions,
) -> (Step, Option<String>) {
    let family = body["family"].as_str().unwrap_or_default();
    let step = Step::new(&context.desired.name, ResourceKind::TaskDefinition, family);
    let latest = context.observed.latest.get(family);
    let current = in_use(context, family);
    for (revision, reason) in [
        (current, "unchanged"),
        (latest, "this revision already says so"),
    ] {
        let usable = |it: &&Revision| revisions == Revisions::All || it.is_active();
        let Some(revision) = revision
            .filter(usable)
            .filter(|it| says_the_same(context, it, body))
        else {
            continue;
        };
        let tags = tag_changes(revision, body);
        let step = if context.adopts(&revision.tags) || !tags.is_empty() {
            retag(context, revision, body, tags, step)
        } else {
            Step {
                action: Action::NoOp,
                reason: Some(format!(
                    "{} {reason}{}",
                    revision.short(),
                    whether_active(revision)
                )),
                ..step
            }
        };
        return (step, Some(revision.arn.clone()));
    }
    let revealed = context.revealed(body);
    let mut request = body.clone();
    request["tags"] = tags(context, body);
    let requests = vec![Request {
        operation: Operation::RegisterTaskDefinition,
        body: request,
    }];
    let step = Step {
        needs: address_needs(&revealed),
        requests,
        ..step
    };
    let step = match current.or(latest) {
        Some(previous) => Step {
            action: Action::Update,
            reason: Some(format!("new revision after {}", previous.short())),
            changes: {
                let mut changes = changes(context, previous, body);
                changes.extend(tag_changes(previous, body));
                changes.sort_by(|one, other| one.path.cmp(&other.path));
                changes
            },
            blocked: latest.and_then(|it| foreign(context, family, it)),
            ..step
        },
        // Nothing to compare with: show what the recipe said, without the defaults that comparing needs.
        None => Step {
            action: Action::Create,
            changes: all_set(&normal::flatten(&normal::generic(&revealed))),
            ..step
        },
    };
    (step, None)
}

/// What is to be known of a revision in use that no service can be given any more.
fn whether_active(revision: &Revision) -> &'static str {
    if revision.is_active() {
        ""
    } else {
        "; somebody deregistered it"
    }
}

/// A revision that says what is wanted and lacks tags: the recipe's, or ours too where somebody else registered it.
///
/// Tags are no content: they are put on the revision as it is, and its tasks run on.
fn retag(
    context: &Context<'_>,
    revision: &Revision,
    body: &Value,
    changes: Vec<Change>,
    step: Step,
) -> Step {
    let gone = changes.iter().filter(|it| it.after.is_none());
    let gone: Vec<&str> = gone
        .filter_map(|it| it.path.strip_prefix("tags[")?.strip_suffix(']'))
        .collect();
    let untag = (!gone.is_empty()).then(|| Request {
        operation: Operation::UntagResource,
        body: json!({"resourceArn": revision.arn, "tagKeys": gone}),
    });
    let tag = Request {
        operation: Operation::TagResource,
        body: json!({"resourceArn": revision.arn, "tags": tags(context, body)}),
    };
    let adopts = context.adopts(&revision.tags);
    Step {
        action: Action::Update,
        reason: if adopts {
            diff::reason(true, true)
        } else {
            Some(format!("{} keeps its content", revision.short()))
        },
        adopts,
        requests: untag.into_iter().chain([tag]).collect(),
        changes,
        ..step
    }
}

/// The recipe's own tags that a revision lacks, or has from before.
fn tag_changes(revision: &Revision, body: &Value) -> Vec<Change> {
    own_tags("tags", &ownership::read_ecs(&body["tags"]), &revision.tags)
}

fn tags(context: &Context<'_>, body: &Value) -> Value {
    let applied = ownership::applied(&context.recorded(body));
    ownership::write_ecs(body.get("tags"), &context.tags(applied))
}

/// Why there can be no new revision of the family, by its newest one.
fn foreign(context: &Context<'_>, family: &str, newest: &Revision) -> Option<Blocked> {
    let owner = ownership::owner(&newest.tags, context.target, &context.desired.name);
    if owner == Owner::Nobody && is_our_family(context, family) {
        return None;
    }
    context.foreign(
        &format!("task definition `{}`", newest.short()),
        &newest.tags,
    )
}

/// Whether the family is ours although its newest revision is not: our service runs one of its revisions, so that
/// whoever registered another did it for this service.
fn is_our_family(context: &Context<'_>, family: &str) -> bool {
    let name = context
        .desired
        .service
        .as_ref()
        .and_then(|it| it["serviceName"].as_str());
    let service = name.and_then(|it| context.observed.services.get(it));
    service.is_some_and(|it| {
        let runs = it.task_definition().map(short).unwrap_or_default();
        ownership::owner(&it.tags, context.target, &context.desired.name) == Owner::Ours
            && runs.split(':').next() == Some(family)
    })
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
fn in_use<'a>(context: &Context<'a>, family: &str) -> Option<&'a Revision> {
    let observed = context.observed;
    let service = context.desired.service.as_ref()?["serviceName"].as_str()?;
    let arn = observed
        .services
        .get(service)
        .filter(|it| !it.is_draining())?
        .task_definition()?;
    let revision = observed.revision(arn);
    revision.filter(|it| it.body["family"] == family)
}

/// Whether a revision is ours, or becomes it, and its content is what is wanted.
fn says_the_same(context: &Context<'_>, revision: &Revision, body: &Value) -> bool {
    let owner = ownership::owner(&revision.tags, context.target, &context.desired.name);
    (owner == Owner::Ours || context.adopts(&revision.tags))
        && changes(context, revision, body).is_empty()
}

/// What is different in a revision. Its tags tell what its silence means; they never speak against its content.
fn changes(context: &Context<'_>, revision: &Revision, body: &Value) -> Vec<Change> {
    let tags = &revision.tags;
    let before = normal::flatten(&normal::task_definition(&revision.body));
    let after = normal::flatten(&normal::task_definition(&context.revealed(body)));
    // Defaults are filled to compare with; a difference is only what someone said.
    let told = normal::flatten(&normal::generic(&revision.body));
    let wanted = normal::flatten(&normal::generic(&context.revealed(body)));
    let said_so = ownership::says_applied(tags, &context.recorded(body));
    let reported = reported(&revision.body);
    // It was told exactly this, and does not say this kind of field of anything.
    let kept_silent = |path: &str| {
        let plain = ownership::plain(path);
        let lists = plain.match_indices('.').map(|(end, _)| &plain[..end]);
        said_so
            && !lists
                .chain([plain.as_str()])
                .any(|it| reported.contains(it))
    };
    let set = after
        .iter()
        .filter(|(path, value)| match before.get(*path) {
            Some(old) => old != *value,
            None => wanted.contains_key(*path) && !kept_silent(path),
        })
        .map(|(path, value)| Change::new(path, before.get(path), Some(value)));
    let gone = before
        .iter()
        .filter(|(path, _)| !after.contains_key(*path) && told.contains_key(*path))
        .filter(|(path, value)| {
            if said_so {
                // Of what AWS tells beyond what it was told, most is a default of its own, today's or tomorrow's.
                is_added_by_people(path, value)
            } else {
                ownership::set_before(tags, path) || is_meant(path, value)
            }
        })
        .map(|(path, value)| Change::new(path, Some(value), None));
    let mut changes: Vec<Change> = set.chain(gone).collect();
    changes.sort_by(|one, other| one.path.cmp(&other.path));
    changes
}

/// Whether a leaf is of a kind that no default is: an item of a list that only people fill, or something switched on.
fn is_added_by_people(path: &str, value: &Value) -> bool {
    let plain = ownership::plain(path);
    *value == true && is_meant(path, value)
        || FILLED_BY_PEOPLE.iter().any(|it| plain.starts_with(it))
}

/// The leaves that a revision says something of, and the lists that it says are empty.
fn reported(body: &Value) -> BTreeSet<String> {
    let leaves = normal::flatten(&normal::task_definition(body));
    let whole = normal::flatten(body);
    let empty = whole.iter().filter(|(_, it)| **it == json!([]));
    let paths = leaves.keys().chain(empty.map(|(path, _)| path));
    paths.map(|path| ownership::plain(path)).collect()
}

/// Whether someone must have said a leaf, because nothing else puts it there.
fn is_meant(path: &str, value: &Value) -> bool {
    is_modelled(Operation::RegisterTaskDefinition, path)
        && *value != false
        && !CHOSEN_BY_AWS.contains(&ownership::plain(path).as_str())
}
