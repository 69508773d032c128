//! `host save`: recipes from registries into a layout.

use anyhow::Result;
use host_core::report::document;
use host_core::report::text::{Line, Text};
use serde_json::{Value, json};

use super::remote::{Usage, remote};
use super::{Context, block_on, registry};
use crate::cli::SaveArgs;
use crate::failure::{ExitStatus, Told};
use crate::registry::{Bundle, save};

const USAGE: Usage = Usage {
    done: "saved",
    of_file: "copy the file; or publish it: `host push FILE REFERENCE`",
};

pub(super) fn execute(context: &Context, arguments: &SaveArgs) -> Result<ExitStatus> {
    let layout = registry::layout(&arguments.layout)?;
    if layout.name.is_some() || layout.digest.is_some() {
        let message = format!(
            "`{}` names a recipe of a layout, and the folder is meant",
            arguments.layout
        );
        let hint = "its name is that of the recipe; a folder of a layout has no `:`";
        return Err(Told::usage(message).hint(hint).into());
    }
    let remote = remote(context, &arguments.recipes, &arguments.sandbox, &USAGE)?;
    let (options, file) = (&remote.options, remote.file.as_ref());
    let fetched = registry::of_chosen(context, arguments.registry, options, &remote.chosen, file)?;
    let fetched = remote.settle(fetched.into_iter().flatten().collect())?;
    let registry = registry::open(context, arguments.registry, options, file, None)?;
    let bundles = block_on(async {
        let mut bundles = Vec::new();
        for fetched in &fetched {
            bundles.push(registry.bundle(fetched).await?);
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
    let all = bundles.iter().flat_map(|it| {
        let pinned = it.names.iter().filter_map(|name| {
            let pinned = name.reference.as_ref()?.at_digest(&it.digest);
            Some(pinned.to_string())
        });
        pinned.map(|pinned| (pinned, it.digest.as_str(), it.is_signed()))
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
