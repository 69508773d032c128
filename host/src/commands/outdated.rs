//! `host outdated`: which recipes of a stack there are newer versions of.

use anyhow::Result;
use host_core::codes::registry::{LOCK, NO_RECIPE};
use host_core::diag::Severity;
use host_core::registry::Source;
use host_core::registry::lock::Locked;
use host_core::report::document;
use host_core::report::outdated::{Dated, There, json, text};
use serde_json::Value;

use super::lock::{named, stack};
use super::locked::tell_unlocked;
use super::prepare::shown;
use super::{Context, block_on, registry};
use crate::cli::OutdatedArgs;
use crate::failure::ExitStatus;
use crate::ops::fetch::{look_alone, tags};
use crate::registry::{Origin, Registry};
use crate::settings::{self, StackLock};

pub(super) fn execute(context: &Context, arguments: &OutdatedArgs) -> Result<ExitStatus> {
    let file = stack(context, &arguments.names)?;
    let services = named(&arguments.names, &file)?;
    let options = settings::load_options(&arguments.sandbox, Some(&file), &context.environment)?;
    let stack_lock = StackLock::of(&file)?;
    if !services.is_empty() {
        tell_unlocked(context, &file, &stack_lock);
    }
    let lock = stack_lock.lock.unwrap_or_default();
    let sources: Vec<Source> = services
        .values()
        .filter_map(|it| it.source.clone())
        .collect();
    // Nothing is asked of a registry that nobody trusts.
    for source in &sources {
        file.keys(source)?;
    }
    // What was locked for another recipe is not what runs.
    let locked: Vec<Option<&Locked>> = services
        .iter()
        .map(|(service, it)| {
            let locked = lock.recipes.get(service);
            locked.filter(|locked| locked.recipe == it.recipe)
        })
        .collect();
    let (tags, there) = if sources.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        let registry = registry::open(context, arguments.registry, &options, Some(&file), None)?;
        block_on(async {
            let tags = tags(&registry, &sources).await?;
            let there = there(&registry, &sources, &locked, &tags).await?;
            Ok((tags, there))
        })?
    };
    let dated = services
        .into_keys()
        .zip(sources)
        .zip(locked.iter().zip(tags));
    let dated = dated
        .zip(there)
        .map(|(((service, source), (locked, tags)), there)| {
            if let (Some(locked), Some(there)) = (locked, &there) {
                tell(context, &service, locked, there);
            }
            Dated {
                locked: locked.map(|it| it.version.clone()),
                service,
                source,
                tags,
                there: there.and_then(Result::ok),
            }
        });
    let dated: Vec<Dated> = dated.collect();
    if context.shell.is_json() {
        let recipes: Vec<Value> = dated.iter().map(json).collect();
        context
            .shell
            .json(&document([("recipes", recipes.into())]))?;
    } else {
        context.shell.data(&text(&dated))?;
        if dated.iter().any(Dated::is_outdated) {
            context.shell.note(&format!(
                "`host lock --update` goes to what stands under `takes`; for what is newer change `recipe` in `{}`",
                shown(&file.path)
            ));
        }
    }
    Ok(ExitStatus::Done)
}

/// What there is now at the tag of each that is locked; where its registry could not be asked, why.
async fn there(
    registry: &Registry,
    sources: &[Source],
    locked: &[Option<&Locked>],
    tags: &[Vec<String>],
) -> Result<Vec<Option<Result<There, String>>>> {
    // Of each its place at the tag, where the tag is there, and the digest that is locked.
    let mut asked = Vec::new();
    for ((source, locked), tags) in sources.iter().zip(locked).zip(tags) {
        let locked = locked.filter(|_| !source.is_pinned());
        asked.push(locked.and_then(|it| {
            let tag = it.tag.as_ref()?;
            Some((tags.contains(tag).then(|| source.at_tag(tag)), &it.digest))
        }));
    }
    let at: Vec<Source> = asked
        .iter()
        .flatten()
        .filter_map(|it| it.0.clone())
        .collect();
    let mut looked = look_alone(registry, &at).await.into_iter();
    let mut there = |(at, digest): (Option<Source>, &String)| {
        let Some(now) = at.and_then(|_| looked.next()) else {
            return Ok(There::Gone);
        };
        let now = match &now {
            Ok(now) => now.fetched(),
            Err(problem) => {
                let why = problem.text.lines().next().unwrap_or_default();
                return if problem.code == NO_RECIPE {
                    Ok(There::Moved(format!("there is something else now: {why}")))
                } else {
                    Err(why.to_owned())
                };
            }
        };
        // What was seen before says nothing of what there is now.
        if let Origin::Seen(why) = &now.origin {
            return Err(why.clone());
        }
        Ok(if now.digest == *digest {
            There::Same
        } else {
            There::Moved(format!("names {} now", now.digest))
        })
    };
    Ok(asked.into_iter().map(|it| it.map(&mut there)).collect())
}

/// Warns of a locked version that is not there as it was, or may not be.
fn tell(context: &Context, service: &str, locked: &Locked, there: &Result<There, String>) {
    let (version, digest) = (&locked.version, &locked.digest);
    let (code, message, hint) = match there {
        Ok(There::Same) => return,
        Err(why) => (
            None,
            format!(
                "{service}: whether version {version}, which is locked, is there as it was could not be found out: {why}"
            ),
            "what is locked runs on; ask again when the registry answers",
        ),
        Ok(There::Gone) => (
            Some(LOCK),
            format!("{service}: the version {version}, which is locked, is there no more"),
            "what is kept of it runs on; ask whoever publishes it why, before you take another",
        ),
        Ok(There::Moved(now)) => (
            Some(LOCK),
            format!(
                "{service}: somebody has moved the tag of version {version}: it is locked as {digest}, and {now}"
            ),
            "what is locked runs on; ask whoever publishes it why, before anybody signs or takes the other",
        ),
    };
    let severity = Severity::Warning;
    context.shell.finding(severity, code, &message, Some(hint));
}
