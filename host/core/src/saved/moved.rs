//! What is not as it was when a plan was saved.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::state::{HIDDEN, INSTANCES};
use super::{Leaves, Saved, SavedService};
use crate::codes::saved as codes;
use crate::diag::Diagnostic;

/// How many fields of one object are named.
const SHOWN: usize = 6;

/// Everything that moved between a saved plan and the same one made again, with the service that it is about.
///
/// What follows from something else is left out: another target and other services have other objects, and what comes of
/// another recipe, argument or state is another plan. So the plans themselves are compared last, and only where nothing else moved.
pub fn moved(saved: &Saved, now: &Saved) -> Vec<(String, Diagnostic)> {
    let mut found = Vec::new();
    let others = services(saved, now, &mut found);
    let elsewhere = target(saved, now, &mut found);
    if !elsewhere && !others {
        objects(saved, now, &mut found);
    }
    if found.is_empty() {
        plans(saved, now, &mut found);
    }
    found
}

type Found = Vec<(String, Diagnostic)>;

/// A recipe of a call, before anything is asked of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Recipe {
    /// The name that its service will have.
    pub service: String,
    /// `redis@0.1.0`.
    pub recipe: String,
    /// The digest of its bytes, `sha256:…`.
    pub digest: String,
    /// Where it lies.
    pub file: String,
}

/// The files that hold other recipes than those that were planned. A recipe that was built anew, in another version too,
/// is the same one here.
///
/// It is known before the arguments are looked at, and those of the one mostly make no sense for the other.
pub fn swapped(saved: &[SavedService], now: &[Recipe]) -> Vec<(String, Diagnostic)> {
    let mut gone: Vec<&SavedService> = saved.iter().collect();
    let mut come: Vec<&Recipe> = Vec::new();
    for recipe in now {
        let same = |it: &&SavedService| name(&it.recipe) == name(&recipe.recipe);
        let index = gone
            .iter()
            .position(|it| same(it) && it.name == recipe.service)
            .or_else(|| gone.iter().position(same));
        match index {
            Some(index) => drop(gone.remove(index)),
            None => come.push(recipe),
        }
    }
    let is_only = gone.len() == 1 && come.len() == 1;
    let pairs = gone.into_iter().filter_map(|before| {
        let after = come
            .iter()
            .find(|it| is_only || it.service == before.name)?;
        let message = format!(
            "`{}` is another recipe: it is `{}` ({}), and was `{}` ({})",
            after.file, after.recipe, after.digest, before.recipe, before.digest
        );
        let hint = format!(
            "put the file of `{}` back, or plan again with `-o`",
            before.recipe
        );
        let finding = Diagnostic::error("recipe", message).hint(hint);
        Some((before.name.clone(), finding.code(codes::RECIPE)))
    });
    pairs.collect()
}

/// The name of a recipe, without its version.
fn name(recipe: &str) -> &str {
    recipe.split('@').next().unwrap_or_default()
}

/// Compares the services, and says whether they are other ones.
fn services(saved: &Saved, now: &Saved, found: &mut Found) -> bool {
    let mut others = false;
    for before in &saved.services {
        let after = now.services.iter().find(|it| it.name == before.name);
        if let Some(after) = after {
            service(before, after, found);
        } else {
            let finding =
                Diagnostic::error("recipe", "is planned, and not part of the call any more");
            found.push((before.name.clone(), finding.code(codes::RECIPE)));
            others = true;
        }
    }
    for after in &now.services {
        if !saved.services.iter().any(|it| it.name == after.name) {
            let finding =
                Diagnostic::error("recipe", "is part of the call now, and was not planned");
            found.push((after.name.clone(), finding.code(codes::RECIPE)));
            others = true;
        }
    }
    others
}

fn service(before: &SavedService, after: &SavedService, found: &mut Found) {
    let name = || after.name.clone();
    if before.recipe != after.recipe || before.digest != after.digest {
        let what = if before.recipe == after.recipe {
            format!("`{}` was built anew", after.recipe)
        } else {
            format!("is `{}`, and was `{}`", after.recipe, before.recipe)
        };
        let message = format!(
            "{what}: its digest is {}, and was {}",
            after.digest, before.digest
        );
        found.push((
            name(),
            Diagnostic::error("recipe", message).code(codes::RECIPE),
        ));
    }
    for key in keys(&before.arguments, &after.arguments) {
        let (old, new) = (before.arguments.get(key), after.arguments.get(key));
        if old == new {
            continue;
        }
        let is_digest = |it: Option<&Value>| it.is_some_and(|it| it["secret"].is_string());
        let message = match (old, new) {
            (Some(_), Some(_)) if is_digest(old) && is_digest(new) => {
                "is another secret than was planned".to_owned()
            }
            (None, Some(_)) if is_digest(new) => "is given, and was not".to_owned(),
            (Some(_), None) if is_digest(old) => "is not given, and was".to_owned(),
            (old, new) => format!("is {}, and was {}", shown(new), shown(old)),
        };
        let path = format!("parameters.{key}");
        found.push((
            name(),
            Diagnostic::error(path, message).code(codes::PARAMETER),
        ));
    }
}

/// Compares the targets, and says whether it is another place altogether.
fn target(saved: &Saved, now: &Saved, found: &mut Found) -> bool {
    let (old, new) = (&saved.target, &now.target);
    let text = |it: &str| Value::from(it);
    let maybe = |it: &Option<String>| it.as_deref().map(Value::from);
    let list = |it: &[String]| Some(Value::from(it.to_vec())).filter(|_| !it.is_empty());
    let place = [
        ("account", maybe(&saved.account), maybe(&now.account)),
        ("region", Some(text(&old.region)), Some(text(&new.region))),
        (
            "cluster",
            Some(text(&old.cluster)),
            Some(text(&new.cluster)),
        ),
        ("stack", Some(text(&old.stack)), Some(text(&new.stack))),
    ];
    let rest = [
        ("subnets", list(&old.subnets), list(&new.subnets)),
        (
            "security-groups",
            list(&old.security_groups),
            list(&new.security_groups),
        ),
        (
            "service-role",
            maybe(&old.service_role),
            maybe(&new.service_role),
        ),
        ("adopt", Some(old.adopt.into()), Some(new.adopt.into())),
    ];
    let mut compare = |rows: &[(&str, Option<Value>, Option<Value>)]| {
        let before = found.len();
        for (name, old, new) in rows.iter().filter(|(_, old, new)| old != new) {
            let message = format!(
                "is {}, and was {}",
                shown(new.as_ref()),
                shown(old.as_ref())
            );
            let finding = Diagnostic::error(format!("target.{name}"), message);
            found.push((String::new(), finding.code(codes::PLACE)));
        }
        found.len() > before
    };
    let elsewhere = compare(&place);
    compare(&rest);
    elsewhere
}

fn objects(saved: &Saved, now: &Saved, found: &mut Found) {
    for key in keys(&saved.state, &now.state) {
        let message = match (saved.state.get(key), now.state.get(key)) {
            (Some(old), Some(new)) if old == new => continue,
            (None, _) | (_, None) if key == INSTANCES => continue,
            (Some(old), Some(new)) => format!("was changed since: {}", changes(old, new)),
            (None, _) => "is there now, and was not when this was planned".to_owned(),
            (_, None) => "is not there any more".to_owned(),
        };
        let finding = Diagnostic::error(key.as_str(), message).code(codes::STATE);
        found.push((String::new(), finding));
    }
}

/// `desiredCount is 2, and was 1; …`.
fn changes(old: &Leaves, new: &Leaves) -> String {
    let mut moved: Vec<&String> = keys(old, new)
        .into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .collect();
    // What the host notes down changes with the rest, and says nothing to people.
    let is_note = |it: &&String| it.starts_with("tags.host:");
    if !moved.iter().all(is_note) {
        moved.retain(|it| !is_note(it));
    }
    let moved: Vec<String> = moved
        .into_iter()
        .map(|key| match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) if is_secret(old) && is_secret(new) => {
                format!("`{key}` is another secret")
            }
            (old, new) => format!("`{key}` is {}, and was {}", shown(new), shown(old)),
        })
        .collect();
    let more = moved.len().saturating_sub(SHOWN);
    let text = moved[..moved.len() - more].join("; ");
    match more {
        0 => text,
        more => format!("{text}; and {more} more"),
    }
}

/// Steps that are other ones, though nothing that they were made from is.
fn plans(saved: &Saved, now: &Saved, found: &mut Found) {
    if saved.plan == now.plan {
        return;
    }
    let (old, new) = (steps(&saved.plan), steps(&now.plan));
    for key in keys(&old, &new) {
        let message = match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) if old == new => continue,
            (Some(old), Some(new)) => step(old, new),
            (None, _) => "is a step now, and was none".to_owned(),
            (_, None) => "is no step any more".to_owned(),
        };
        let service = key.split('/').next().unwrap_or_default();
        let path = format!("plan of {key}");
        found.push((
            service.to_owned(),
            Diagnostic::error(path, message).code(codes::OTHER_PLAN),
        ));
    }
    if found.is_empty() {
        let finding = Diagnostic::error("plan", "is another one, though its steps are the same");
        found.push((String::new(), finding.code(codes::OTHER_PLAN)));
    }
    if saved.host != now.host {
        let hint = format!(
            "host {} made the plan, and this is host {}",
            saved.host, now.host
        );
        for (_, finding) in found {
            finding.hint = Some(hint.clone());
        }
    }
}

/// Steps by their ids.
fn steps(plan: &Value) -> BTreeMap<String, &Value> {
    let services = plan["services"].as_array().into_iter().flatten();
    let steps = services.flat_map(|it| it["steps"].as_array().into_iter().flatten());
    // What is deleted to make place has the kind of what is made there.
    steps
        .map(|it| {
            let id = it["id"].as_str().unwrap_or_default();
            (id.to_owned(), it)
        })
        .collect()
}

/// How a step is another one.
fn step(old: &Value, new: &Value) -> String {
    let nothing = serde_json::Map::new();
    let (old, new) = (
        old.as_object().unwrap_or(&nothing),
        new.as_object().unwrap_or(&nothing),
    );
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differ: Vec<&str> = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(String::as_str)
        .collect();
    if differ.contains(&"loses") {
        let volumes = |it: Option<&Value>| it.map_or("nothing".to_owned(), |it| shown(Some(it)));
        return format!(
            "loses the data in {} now, and in {} when it was planned",
            volumes(new.get("loses")),
            volumes(old.get("loses"))
        );
    }
    if differ.contains(&"action") {
        return format!(
            "is {} now, and was {}",
            shown(new.get("action")),
            shown(old.get("action"))
        );
    }
    let fields = fields(old.get("changes"), new.get("changes"));
    if fields.is_empty() {
        return format!("differs from what was planned in its {}", differ.join(", "));
    }
    let more = fields.len().saturating_sub(SHOWN);
    let text = fields[..fields.len() - more].join("; ");
    match more {
        0 => text,
        more => format!("{text}; and {more} more"),
    }
}

/// The fields that a step sets otherwise.
fn fields(old: Option<&Value>, new: Option<&Value>) -> Vec<String> {
    let read = |list: Option<&Value>| -> BTreeMap<String, Value> {
        let list = list.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|it| Some((it["path"].as_str()?.to_owned(), it.clone())))
            .collect()
    };
    let way = |it: &Value| {
        let side = |key: &str| shown(Some(&it[key]).filter(|it| !it.is_null()));
        format!("from {} to {}", side("before"), side("after"))
    };
    let (old, new) = (read(old), read(new));
    keys(&old, &new)
        .into_iter()
        .filter_map(|path| match (old.get(path), new.get(path)) {
            (Some(old), Some(new)) if way(old) == way(new) => None,
            (Some(old), Some(new)) => Some(format!(
                "sets `{path}` {} now, and was to set it {}",
                way(new),
                way(old)
            )),
            (None, Some(new)) => Some(format!("sets `{path}` {} now, and was not to", way(new))),
            (Some(_), None) => Some(format!("does not set `{path}` any more")),
            (None, None) => None,
        })
        .collect()
}

fn keys<'a, V>(old: &'a BTreeMap<String, V>, new: &'a BTreeMap<String, V>) -> BTreeSet<&'a String> {
    old.keys().chain(new.keys()).collect()
}

/// Whether a leaf of the state stands for a secret.
fn is_secret(leaf: &Value) -> bool {
    leaf.as_str().is_some_and(|it| it.starts_with(HIDDEN))
}

/// A value in a sentence.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "unset".to_owned(),
        Some(value) if is_secret(value) => "a secret".to_owned(),
        Some(Value::String(text)) => format!("`{text}`"),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            let names: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            format!("`{}`", names.join(", "))
        }
        Some(value) => value.to_string(),
    }
}
