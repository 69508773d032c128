//! `host inspect`: what a recipe says about itself.

use std::fs;

use anyhow::{Context as _, Result};
use host_core::registry::artifact::Descriptor;
use host_core::report::document;
use host_core::report::manifest::{Inspected, json, text};
use host_core::report::text::Text;
use host_core::spec::Manifest;
use serde_json::Value;

use super::locked::{check_locked, check_version, looked_at};
use super::prepare::{shown, tell_compilation};
use super::{Context, registry};
use crate::cli::InspectArgs;
use crate::component::{Limit, LoadOptions};
use crate::failure::ExitStatus;
use crate::ops::blueprint::{self, Input, Loaded};
use crate::registry::{Fetched, Looked};
use crate::settings;

pub(super) fn execute(context: &Context, arguments: &InspectArgs) -> Result<ExitStatus> {
    let file = settings::StackFile::nearest(&context.environment.folder)?;
    let options = settings::load_options(&arguments.sandbox, file.as_ref(), &context.environment)?;
    let (mut documents, mut words, mut sound) = (Vec::new(), Text::default(), true);
    let (chosen, locked) = looked_at(context, &arguments.recipes, file.as_ref())?;
    let looked = registry::look(context, arguments.registry, &options, &chosen)?;
    for ((it, looked), locked) in chosen.into_iter().zip(looked).zip(locked) {
        let argument = it.recipe.clone();
        check_locked(looked.as_ref().map(Looked::fetched), locked.as_ref())?;
        let (manifest, seen) = match looked {
            Some(Looked::Said(fetched, manifest)) => {
                context.shell.note(&format!(
                    "{argument} is shown as its publisher described it: the component was neither downloaded nor asked (`host pull` does)"
                ));
                (manifest, Seen::said(&argument, &fetched))
            }
            other => {
                let fetched = other.and_then(|it| match it {
                    Looked::Whole(fetched) => Some(fetched),
                    Looked::Said(..) => None,
                });
                let input = Input {
                    path: it.path,
                    fetched,
                    ..Input::default()
                };
                let loaded = blueprint::load(input, &options)?;
                tell_compilation(context, std::slice::from_ref(&loaded));
                check_version(&argument, &loaded.manifest.version, locked.as_ref())?;
                let seen = Seen::loaded(&loaded)?;
                (loaded.manifest, seen)
            }
        };
        for finding in host_core::manifest::check(&manifest) {
            super::findings::tell(&context.shell, &argument, &finding);
            sound &= !finding.is_error();
        }
        let (document, text) = seen.describe(&manifest, &options);
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

/// What is known of a recipe beside what it is.
struct Seen {
    path: String,
    pinned: Option<String>,
    /// SHA-256 in hexadecimal.
    digest: String,
    size: u64,
    contract: Option<String>,
    is_said: bool,
}

impl Seen {
    /// One that is here.
    fn loaded(loaded: &Loaded) -> Result<Self> {
        let path = shown(&loaded.input.path);
        let size = fs::metadata(loaded.input.file())
            .with_context(|| format!("cannot look at `{path}`"))?
            .len();
        let fetched = loaded.input.fetched.as_ref();
        Ok(Self {
            path,
            pinned: fetched.map(|it| it.pinned().to_string()),
            digest: loaded.recipe.digest().to_owned(),
            size,
            contract: Some(loaded.recipe.contract_version().to_owned()),
            is_said: false,
        })
    }

    /// One that is in a registry alone.
    fn said(argument: &str, fetched: &Fetched) -> Self {
        let Descriptor { digest, size, .. } = &fetched.component;
        Self {
            path: argument.to_owned(),
            pinned: Some(fetched.pinned().to_string()),
            digest: digest.trim_start_matches("sha256:").to_owned(),
            size: *size,
            contract: fetched.manifest.contract().map(str::to_owned),
            is_said: true,
        }
    }

    fn describe(&self, manifest: &Manifest, options: &LoadOptions) -> (Value, Text) {
        let inspected = Inspected {
            path: &self.path,
            pinned: self.pinned.as_deref(),
            manifest,
            digest: &self.digest,
            size: self.size,
            contract: self.contract.as_deref(),
            is_said: self.is_said,
            limits: Limit::ALL
                .iter()
                .map(|it| (it.name().to_owned(), options.limits.get(*it), it.unit()))
                .collect(),
        };
        (json(&inspected), text(&inspected))
    }
}
