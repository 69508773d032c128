//! `host outdated`: which recipes of a stack there are newer versions of.

use anyhow::Result;
use host_core::registry::Source;
use host_core::report::document;
use host_core::report::outdated::{Dated, json, text};
use serde_json::Value;

use super::lock::{named, stack};
use super::{Context, block_on, registry};
use crate::cli::OutdatedArgs;
use crate::failure::ExitStatus;
use crate::ops::fetch::tags;
use crate::settings::{self, StackLock};

pub(super) fn execute(context: &Context, arguments: &OutdatedArgs) -> Result<ExitStatus> {
    let file = stack(context, &arguments.names)?;
    let services = named(&arguments.names, &file)?;
    let options = settings::load_options(&arguments.sandbox, Some(&file), &context.environment)?;
    let lock = StackLock::of(&file)?.lock.unwrap_or_default();
    let sources: Vec<Source> = services
        .values()
        .filter_map(|it| it.source.clone())
        .collect();
    // Nothing is asked of a registry that nobody trusts.
    for source in &sources {
        file.keys(source)?;
    }
    let tags = if sources.is_empty() {
        Vec::new()
    } else {
        let registry = registry::open(context, arguments.registry, &options, Some(&file), None)?;
        block_on(tags(&registry, &sources))?
    };
    let dated = services.into_iter().zip(sources).zip(tags);
    let dated = dated.map(|(((service, it), source), tags)| {
        let locked = lock.recipes.get(&service);
        // What was locked for another recipe is not what runs.
        let locked = locked.filter(|locked| locked.recipe == it.recipe);
        Dated {
            locked: locked.map(|it| it.version.clone()),
            service,
            source,
            tags,
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
    }
    Ok(ExitStatus::Done)
}
