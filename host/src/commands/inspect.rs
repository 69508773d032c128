//! `host inspect`: what a recipe says about itself.

use std::fs;

use anyhow::{Context as _, Result};
use host_core::report::document;
use host_core::report::manifest::{Inspected, json, text};
use host_core::report::text::Text;
use serde_json::Value;

use super::prepare::{shown, tell_compilation};
use super::{Context, registry};
use crate::cli::InspectArgs;
use crate::component::{Limit, LoadOptions};
use crate::failure::ExitStatus;
use crate::ops::blueprint::{self, Input, Loaded};
use crate::settings;

pub(super) fn execute(context: &Context, arguments: &InspectArgs) -> Result<ExitStatus> {
    let file = settings::StackFile::nearest(&context.environment.folder)?;
    let options = settings::load_options(&arguments.sandbox, file.as_ref(), &context.environment)?;
    let (mut documents, mut words, mut sound) = (Vec::new(), Text::default(), true);
    let chosen = arguments.recipes.iter().map(|it| settings::of_recipe(it));
    let chosen: Vec<_> = chosen.collect::<Result<_>>()?;
    let fetched = registry::of_chosen(context, arguments.registry, &options, &chosen, None)?;
    for (it, fetched) in chosen.into_iter().zip(fetched) {
        let argument = &it.recipe;
        let loaded = blueprint::load(
            Input {
                path: it.path,
                fetched,
                ..Input::default()
            },
            &options,
        )?;
        tell_compilation(context, std::slice::from_ref(&loaded));
        for finding in host_core::manifest::check(&loaded.manifest) {
            super::findings::tell(&context.shell, argument, &finding);
            sound &= !finding.is_error();
        }
        let (document, text) = describe(&loaded, &options)?;
        documents.push(document);
        if !words.is_empty() {
            words.gap();
        }
        words.append(text);
    }
    if context.shell.is_json() {
        context
            .shell
            .json(&document([("recipes", documents.into())]))?;
    } else {
        context.shell.data(&words)?;
    }
    Ok(if sound {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    })
}

fn describe(loaded: &Loaded, options: &LoadOptions) -> Result<(Value, Text)> {
    let path = shown(&loaded.input.path);
    let size = fs::metadata(loaded.input.file())
        .with_context(|| format!("cannot look at `{path}`"))?
        .len();
    let inspected = Inspected {
        path: &path,
        manifest: &loaded.manifest,
        digest: loaded.recipe.digest(),
        size,
        contract: loaded.recipe.contract_version(),
        limits: Limit::ALL
            .iter()
            .map(|it| (it.name().to_owned(), options.limits.get(*it), it.unit()))
            .collect(),
    };
    Ok((json(&inspected), text(&inspected)))
}
