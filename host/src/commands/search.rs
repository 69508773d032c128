//! `host search`: recipes in registries, by a word.

use std::collections::BTreeSet;

use anyhow::Result;
use host_core::diag::Severity;
use host_core::registry::index::{Listed, Place};
use host_core::registry::reference::check_login;
use host_core::registry::{Reference, Source};
use host_core::report::document;
use host_core::report::found::{json, text};
use serde_json::Value;

use super::{Context, block_on, registry};
use crate::cli::SearchArgs;
use crate::component::LoadOptions;
use crate::failure::{ExitStatus, Failure, Told};
use crate::ops::search::{Found, search_all};
use crate::settings::StackFile;

pub(super) fn execute(context: &Context, arguments: &SearchArgs) -> Result<ExitStatus> {
    let shell = &context.shell;
    let word = arguments.word.as_deref().unwrap_or_default();
    if Source::is_meant(word) {
        check_login(word)?;
        return Err(
            Told::usage(format!("`{word}` is where to look, and no word"))
                .hint(format!("`host search --registry {word}`"))
                .into(),
        );
    }
    let places = places(context, &arguments.registries)?;
    let options = LoadOptions::default();
    let registry = registry::open(context, arguments.registry, &options, None, None)?;
    let (mut all, mut failed) = (BTreeSet::<(Place, Listed)>::new(), Vec::new());
    let (mut known, mut broken, mut answered) = (BTreeSet::new(), Vec::new(), 0);
    let searched = block_on(async { Ok(search_all(&registry, &places, word).await) })?;
    for (place, searched) in places.iter().zip(searched) {
        match searched {
            Ok(found) => {
                tell(context, place, &found);
                broken.extend(found.broken);
                answered += found.answered;
                let new = found.recipes.into_iter();
                // Of two places one may lie in the other.
                let new = new.filter(|it| known.insert(place.repository(&it.repository)));
                all.extend(new.map(|it| (place.clone(), it)));
            }
            Err(error) => failed.push(error),
        }
    }
    // Where others answered, what they have is listed all the same.
    if failed.len() == places.len() {
        failed.truncate(1);
        return Err(failed.remove(0));
    }
    let failed: Vec<Failure> = failed.iter().map(Failure::read).collect();
    for failure in &failed {
        let hints = failure.hints.join("\nhint: ");
        let hint = Some(hints.as_str()).filter(|it| !it.is_empty());
        shell.finding(Severity::Error, failure.code, &failure.message, hint);
    }
    let all: Vec<(Place, Listed)> = all.into_iter().collect();
    if all.is_empty() {
        let named: Vec<String> = places.iter().map(|it| format!("`{it}`")).collect();
        let what = match word {
            "" => "no recipe".to_owned(),
            word => format!("no recipe with `{word}` in its name or summary"),
        };
        shell.note(&format!("there is {what} in {}", named.join(", ")));
    }
    if shell.is_json() {
        let recipes: Vec<Value> = all.iter().map(|(place, it)| json(place, it)).collect();
        let failed = failed.iter().map(|it| it.message.as_str());
        let failed: Vec<&str> = failed.chain(broken.iter().map(String::as_str)).collect();
        shell.json(&document([
            ("recipes", recipes.into()),
            ("failed", failed.into()),
        ]))?;
    } else if !all.is_empty() {
        shell.data(&text(&all))?;
    }
    // What is listed is not all there is; one repository of many is only warned of.
    Ok(
        if failed.is_empty() && (broken.is_empty() || answered > 0) {
            ExitStatus::Done
        } else {
            ExitStatus::Failed
        },
    )
}

/// Where to look: the places that are named, else those of the recipes and of `[trust]` in the nearest stack file.
fn places(context: &Context, named: &[String]) -> Result<Vec<Place>> {
    let named = named.iter().filter(|it| !it.is_empty());
    let named: BTreeSet<Place> = named.map(|it| Place::read(it)).collect::<Result<_, _>>()?;
    if !named.is_empty() {
        return Ok(named.into_iter().collect());
    }
    let none = |message: &str| {
        Told::usage(message).hint("name a registry: `host search --registry oci://ghcr.io/acme`")
    };
    let file = StackFile::nearest(&context.environment.folder)?;
    let file = file.ok_or_else(|| none("no registry is named, and there is no `host.toml`"))?;
    let references = file.services.values();
    let references = references.filter_map(|it| it.recipe.parse::<Reference>().ok());
    let mut places: BTreeSet<Place> = references.map(|it| Place::of(&it)).collect();
    // `*` is no place, and stands for all others.
    places.extend(file.trust.0.keys().filter_map(|it| Place::read(it).ok()));
    if places.is_empty() {
        let file = file.path.display();
        return Err(none(&format!("no registry is named, and `{file}` names none")).into());
    }
    Ok(places.into_iter().collect())
}

/// What was not looked at, or could not be.
fn tell(context: &Context, place: &Place, found: &Found) {
    let shell = &context.shell;
    if found.is_by_index {
        shell.note(&format!(
            "`{place}` is listed by its index: what was published before that began, or by other tools, is not in it"
        ));
    }
    if found.others > 0 {
        let others = found.others;
        shell.verbose(&format!(
            "repositories of `{place}` that hold no version of a recipe: {others}"
        ));
    }
    if found.closed > 0 {
        let closed = found.closed;
        shell.note(&format!(
            "repositories of `{place}` that cannot be read with this login: {closed}"
        ));
    }
    if let [first, ..] = &found.broken[..] {
        let broken = found.broken.len();
        shell.warn(
            &format!("repositories of `{place}` that were passed over: {broken}, the first of them because {first}"),
            None,
        );
    }
    if found.left > 0 {
        shell.warn(
            &format!(
                "`{place}` has so many repositories that {} were not looked at",
                found.left
            ),
            Some("name a part of it: `--registry oci://REGISTRY/NAMESPACE`"),
        );
    }
}
