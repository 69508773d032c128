//! What is different in a service: in what the recipe says, and in what it says no more.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::network;
use crate::model::fields;
use crate::normal::{Flat, flatten, generic};
use crate::observed::ObservedService;
use crate::ownership;
use crate::plan::{Change, Context};
use crate::request::Operation;

/// What AWS has where a request said nothing (`aws-facts`, the table of §6). Every flag is off.
const DEFAULTS: [(&str, &str); 19] = [
    ("schedulingStrategy", "\"REPLICA\""),
    ("propagateTags", "\"NONE\""),
    ("enableECSManagedTags", "false"),
    ("enableExecuteCommand", "false"),
    ("launchType", "\"EC2\""),
    ("platformVersion", "\"LATEST\""),
    ("deploymentController.type", "\"ECS\""),
    ("healthCheckGracePeriodSeconds", "0"),
    ("deploymentConfiguration.maximumPercent", "200"),
    ("deploymentConfiguration.minimumHealthyPercent", "100"),
    ("deploymentConfiguration.strategy", "\"ROLLING\""),
    (
        "deploymentConfiguration.deploymentCircuitBreaker.enable",
        "false",
    ),
    (
        "deploymentConfiguration.deploymentCircuitBreaker.rollback",
        "false",
    ),
    ("deploymentConfiguration.alarms.enable", "false"),
    ("deploymentConfiguration.alarms.rollback", "false"),
    ("deploymentConfiguration.alarms.alarmNames", "[]"),
    ("deploymentConfiguration.lifecycleHooks", "[]"),
    ("deploymentConfiguration.bakeTimeInMinutes", "0"),
    (
        "networkConfiguration.awsvpcConfiguration.assignPublicIp",
        "\"DISABLED\"",
    ),
];

/// Fields that the host sets, or that are left as they are where a recipe says them no more.
const NOT_DROPPED: [&str; 8] = [
    "desiredCount",
    "serviceName",
    "cluster",
    "taskDefinition",
    "role",
    "clientToken",
    "tags",
    "availabilityZoneRebalancing",
];

/// How one field that the recipe says stands.
pub(super) enum Standing {
    /// Every leaf that is different. None: it is as it should be.
    Reported(Vec<Change>),
    /// AWS does not report it, and it was said before: its absence means nothing.
    Unreported(Vec<Change>),
}

/// Compares one field with what AWS says of it. Leaves that the recipe does not set are AWS's.
pub(super) fn field(field: &str, value: &Value, observed: &ObservedService) -> Standing {
    let after = Said::read(field, value);
    if let Some(reported) = reported(observed, field) {
        return Standing::Reported(differences(&Said::read(field, reported), &after, observed));
    }
    let all_new = || {
        let leaves = after.leaves.iter();
        leaves
            .map(|(path, value)| Change::new(path, None, Some(value)))
            .collect()
    };
    let said_before = |path: &String| ownership::set_before(&observed.tags, path);
    if after.leaves.keys().all(said_before) {
        return Standing::Unreported(all_new());
    }
    // Never set: AWS has its default.
    Standing::Reported(match default(field) {
        Some(default) => differences(&Said::read(field, &default), &after, observed),
        None => all_new(),
    })
}

/// Leaves that were set, are set no more, and are not what AWS has by itself.
pub(super) fn dropped(
    context: &Context<'_>,
    body: &Value,
    observed: &ObservedService,
) -> Vec<Change> {
    let names: BTreeSet<&str> = fields()
        .iter()
        .filter(|it| it.operation == Operation::CreateService)
        .filter_map(|it| it.path.split(['.', '[']).next())
        .filter(|it| !NOT_DROPPED.contains(it) && !context.desired.create_only.contains(*it))
        .collect();
    let mut changes = Vec::new();
    for name in names {
        let Some(reported) = reported(observed, name) else {
            continue;
        };
        let after = Said::read(name, &body[name]);
        let before = Said::read(name, reported);
        let gone = before.leaves.iter().filter(|(path, value)| {
            !after.leaves.contains_key(*path)
                && !after.is_of_its_lists(path)
                && !network::is_of_target(path)
                && !context.desired.create_only.contains(*path)
                && ownership::set_before(&observed.tags, path)
                && **value != false
                && default(path).as_ref() != Some(*value)
        });
        changes.extend(gone.map(|(path, value)| Change::new(path, Some(value), None)));
    }
    changes
}

/// What takes a field back of which nothing is said any more, where that is not a value of [`DEFAULTS`].
const UNSET: [(&str, &str); 8] = [
    ("loadBalancers", "[]"),
    ("placementStrategy", "[]"),
    ("placementConstraints", "[]"),
    ("capacityProviderStrategy", "[]"),
    ("serviceRegistries", "[]"),
    ("serviceConnectConfiguration", "{\"enabled\":false}"),
    ("volumeConfigurations", "[]"),
    ("vpcLatticeConfigurations", "[]"),
];

/// A field without the leaf at `path`, as UpdateService takes it, and the default of the leaf. `said` is the field as
/// it is said otherwise.
///
/// Absent where AWS has no default that could be sent.
pub(super) fn without(
    field: &str,
    said: Option<&Value>,
    path: &str,
) -> Option<(Value, Option<Value>)> {
    let whole = UNSET.iter().find(|(name, _)| *name == field);
    if let Some(value) = whole.and_then(|(_, it)| serde_json::from_str::<Value>(it).ok()) {
        // Lists are said whole; what is still said is what is left.
        return Some((said.cloned().unwrap_or(value), None));
    }
    // Of a list the whole is taken back.
    let path = path.split('[').next().unwrap_or(path);
    let default = default(path)?;
    let rest = path.strip_prefix(field)?;
    let mut value = said.cloned().unwrap_or_default();
    let mut place = &mut value;
    for name in rest.split('.').skip(1) {
        place = &mut place[name];
    }
    *place = default.clone();
    Some((value, Some(default)))
}

fn reported<'a>(observed: &'a ObservedService, field: &str) -> Option<&'a Value> {
    observed.body.get(field).filter(|it| !it.is_null())
}

fn default(path: &str) -> Option<Value> {
    let row = DEFAULTS.iter().find(|(name, _)| *name == path);
    row.and_then(|(_, it)| serde_json::from_str(it).ok())
}

/// Every leaf that is set and different, and whatever else is in a list that is set: lists are said whole.
fn differences(before: &Said, after: &Said, observed: &ObservedService) -> Vec<Change> {
    let said_before = |path: &str| ownership::set_before(&observed.tags, path);
    let set = after
        .leaves
        .iter()
        .filter(|(path, value)| match before.leaves.get(*path) {
            Some(old) => old != *value,
            // Set before, and AWS does not say to what.
            None => !said_before(path) || before.lacks(path),
        })
        .map(|(path, value)| Change::new(path, before.leaves.get(path), Some(value)));
    let gone = before
        .leaves
        .iter()
        .filter(|(path, _)| !after.leaves.contains_key(*path))
        .filter(|(path, _)| after.lacks(path) || (after.is_of_its_lists(path) && said_before(path)))
        .map(|(path, value)| Change::new(path, Some(value), None));
    let mut changes: Vec<Change> = set.chain(gone).collect();
    changes.sort_by(|one, other| one.path.cmp(&other.path));
    changes
}

/// One field as one side says it.
struct Said {
    /// Without what is empty.
    leaves: Flat,
    /// Lists that are said to be empty, which is more than not to be said.
    empty: BTreeSet<String>,
}

impl Said {
    fn read(field: &str, value: &Value) -> Self {
        let whole = json!({ field: value });
        let is_empty = |it: &Value| it.as_array().is_some_and(Vec::is_empty);
        let all = flatten(&whole).into_iter();
        Self {
            leaves: flatten(&generic(&whole)),
            empty: all
                .filter(|(_, it)| is_empty(it))
                .map(|(path, _)| path)
                .collect(),
        }
    }

    /// Whether it says a list that the leaf could be in, and says it without the item that the leaf is of.
    fn lacks(&self, path: &str) -> bool {
        self.empty.contains(path)
            || items(path).any(|(list, item)| self.has_list(list) && !self.begins(item))
    }

    /// Whether the leaf is of a list that this side says.
    fn is_of_its_lists(&self, path: &str) -> bool {
        self.empty.contains(path) || items(path).any(|(list, _)| self.has_list(list))
    }

    fn has_list(&self, list: &str) -> bool {
        self.empty.contains(list) || self.begins(&format!("{list}["))
    }

    fn begins(&self, start: &str) -> bool {
        let mut from = self.leaves.range(start.to_owned()..);
        from.next().is_some_and(|(path, _)| path.starts_with(start))
    }
}

/// The lists that a leaf is in, each with the item: `placementStrategy` and `placementStrategy[0]`.
fn items(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices('[').filter_map(move |(open, _)| {
        let length = path[open..].find(']')?;
        Some((&path[..open], &path[..=open + length]))
    })
}
