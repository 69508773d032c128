//! `host lint`: what the author of a recipe should mend.

use std::path::PathBuf;

use anyhow::Result;
use host_core::diag::{Diagnostic, has_errors};
use host_core::report::document;
use host_core::report::lint::{Linted, json, text};
use host_core::report::text::Text;

use super::locked;
use super::prepare::{self, shown, taker, tell_compilation};
use super::{Context, registry};
use crate::cli::LintArgs;
use crate::component::LoadOptions;
use crate::failure::ExitStatus;
use crate::ops::blueprint::{Input, Loaded};
use crate::ops::lint;
use crate::settings::{self, Parameters, StackFile, Taker};

pub(super) fn execute(context: &Context, arguments: &LintArgs) -> Result<ExitStatus> {
    let environment = &context.environment;
    let file = StackFile::nearest(&environment.folder)?;
    let options = settings::load_options(&arguments.sandbox, file.as_ref(), environment)?;
    let parameters = prepare::parameters(context, &arguments.parameters, &[])?;
    let (mut documents, mut words, mut sound) = (Vec::new(), Text::default(), true);
    let (chosen, pinned) = locked::looked_at(context, &arguments.recipes, file.as_ref())?;
    let fetched = registry::of_chosen(context, arguments.registry, &options, &chosen, None)?;
    for (fetched, locked) in fetched.iter().zip(&pinned) {
        locked::check_locked(fetched.as_ref(), locked.as_ref())?;
    }
    let paths: Vec<PathBuf> = chosen.into_iter().map(|it| it.path).collect();
    let inputs = paths.iter().zip(fetched).map(|(path, fetched)| Input {
        path: path.clone(),
        fetched,
        ..Input::default()
    });
    let mut tried = load(context, inputs, &options, &parameters)?;
    for ((path, one), locked) in paths.iter().zip(&mut tried).zip(&pinned) {
        if let Ok(loaded) = one {
            locked::check_version(&shown(path), &loaded.manifest.version, locked.as_ref())?;
        }
        let (recipe, findings) = match one {
            Ok(loaded) => {
                let name = format!("{} {}", loaded.manifest.name, loaded.manifest.version);
                (Some(name), lint::check(loaded)?)
            }
            Err(finding) => (None, vec![finding.clone()]),
        };
        sound &= !has_errors(&findings);
        let linted = Linted {
            path: &shown(path),
            recipe: recipe.as_deref(),
            findings: &findings,
        };
        documents.push(json(&linted));
        words.append(text(&linted));
    }
    if context.shell.is_json() {
        let document = document([("recipes", documents.into())]);
        context.shell.json(&document)?;
    } else {
        context.shell.data(&words)?;
    }
    Ok(if sound {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    })
}

/// Every recipe with its parameters, or why it is none.
fn load(
    context: &Context,
    inputs: impl Iterator<Item = Input>,
    options: &LoadOptions,
    parameters: &Parameters,
) -> Result<Vec<Result<Loaded, Diagnostic>>> {
    let load = |input: Input| lint::load(input, options);
    let mut all = inputs.map(load).collect::<Result<Vec<_>>>()?;
    let mut loaded: Vec<&mut Loaded> = all.iter_mut().flatten().collect();
    for one in &loaded {
        tell_compilation(context, std::slice::from_ref(&**one));
    }
    let takers: Vec<Taker> = loaded.iter().map(|it| taker(it)).collect();
    let assigned = settings::assign(parameters, &takers)?;
    for (one, given) in loaded.iter_mut().zip(assigned.given) {
        one.input.given = given;
    }
    Ok(all)
}
