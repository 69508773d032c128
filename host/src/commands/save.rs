//! `host save`: recipes from registries into a layout.

use anyhow::Result;
use host_core::report::document;
use host_core::report::text::{Line, Text};
use serde_json::{Value, json};

use super::prepare::{check_locked, lock, shown};
use super::{Context, block_on, registry};
use crate::cli::SaveArgs;
use crate::failure::{ExitStatus, Told};
use crate::registry::{Bundle, save};
use crate::settings;

pub(super) fn execute(context: &Context, arguments: &SaveArgs) -> Result<ExitStatus> {
    let environment = &context.environment;
    let layout = registry::layout(&arguments.layout)?;
    if layout.name.is_some() || layout.digest.is_some() {
        let message = format!(
            "`{}` names a recipe of a layout, and the folder is meant",
            arguments.layout
        );
        let hint = "its name is that of the recipe; a folder of a layout has no `:`";
        return Err(Told::usage(message).hint(hint).into());
    }
    let file = settings::stack_file(&arguments.recipes, &environment.folder)?;
    let options = settings::load_options(&arguments.sandbox, file.as_ref(), environment)?;
    let mut chosen = settings::choose(&arguments.recipes, file.as_ref())?;
    for it in &chosen {
        match (&it.name, &it.source) {
            (_, Some(_)) => {}
            (Some(service), None) => context.shell.note(&format!(
                "the recipe of `{service}` is the file `{}`, and is not saved",
                shown(&it.path)
            )),
            (None, None) => {
                let message = format!(
                    "`{}` is a file, and recipes of registries are saved",
                    shown(&it.path)
                );
                return Err(Told::usage(message)
                    .hint("copy the file; or publish it: `host push FILE REFERENCE`")
                    .into());
            }
        }
    }
    chosen.retain(|it| it.source.is_some());
    let locked = lock(context, file.as_ref(), &mut chosen)?;
    let fetched = registry::of_chosen(
        context,
        arguments.registry,
        &options,
        &chosen,
        file.as_ref(),
    )?;
    let registry = registry::open(context, arguments.registry, &options, file.as_ref(), None)?;
    let bundles = block_on(async {
        let mut bundles = Vec::new();
        for (fetched, locked) in fetched.iter().zip(&locked) {
            check_locked(fetched.as_ref(), locked.as_ref())?;
            let tag = locked.as_ref().and_then(|it| it.tag.as_deref());
            if let Some(fetched) = fetched {
                bundles.push(registry.bundle(fetched, tag).await?);
            }
        }
        anyhow::Ok(bundles)
    })?;
    save(&layout, &bundles)?;
    context.shell.note(&format!("saved in `{}`", layout.folder));
    tell(context, &bundles)?;
    Ok(ExitStatus::Done)
}

/// Prints what was saved, by the reference that means it for ever.
fn tell(context: &Context, bundles: &[Bundle]) -> Result<()> {
    let all = bundles.iter().filter_map(|it| {
        let pinned = it.reference.as_ref()?.at_digest(&it.digest);
        Some((pinned.to_string(), it.digest.as_str(), it.beside.is_some()))
    });
    print(context, all)
}

/// Prints recipes by the references that mean them for ever, each with its digest and whether it is signed.
pub(super) fn print<'a>(
    context: &Context,
    all: impl Iterator<Item = (String, &'a str, bool)>,
) -> Result<()> {
    let (mut words, mut documents) = (Text::default(), Vec::<Value>::new());
    for (pinned, digest, is_signed) in all {
        documents.push(json!({"pinned": pinned, "digest": digest, "signed": is_signed}));
        words.push(Line::plain(pinned));
    }
    if context.shell.is_json() {
        context
            .shell
            .json(&document([("recipes", documents.into())]))
    } else {
        context.shell.data(&words)
    }
}
