//! `host plan`: what `run` would change.

use std::collections::BTreeSet;

use anyhow::Result;
use host_core::codes::target;
use host_core::plan::{Plan, Step};
use host_core::report::document;
use host_core::report::plan::{Detail, blocked, json, text};

use super::prepare::{self, Ready};
use super::{Context, block_on, findings};
use crate::cli::{PlanArgs, RecipeArgs, TargetArgs};
use crate::failure::{ExitStatus, Failure, Told};
use crate::shell::Shell;

pub(super) fn execute(context: &Context, arguments: &PlanArgs) -> Result<ExitStatus> {
    show(
        context,
        &arguments.recipes,
        &arguments.target,
        arguments.adopt.adopt,
        arguments.detailed_exitcode,
    )
}

/// Plans and shows the plan on stdout.
pub(super) fn show(
    context: &Context,
    recipes: &RecipeArgs,
    target: &TargetArgs,
    adopt: bool,
    detailed: bool,
) -> Result<ExitStatus> {
    let (loaded, mut target) = prepare::recipes(context, recipes, target)?;
    target.adopt = adopt;
    let Ready {
        rendered, planned, ..
    } = block_on(prepare::plan(context, &loaded, &target))?;
    let refused = refuse_blocked(&planned.plan);
    if !context.shell.is_json() {
        context.shell.data(&text(&planned.plan, Detail::Full))?;
    } else {
        let mut document = document([
            ("plan", json(&planned.plan)),
            ("findings", findings::json(&rendered, &planned.findings)),
        ]);
        if let Err(error) = &refused {
            document["error"] = Failure::read(error).to_json();
        }
        context.shell.json(&document)?;
    }
    match refused {
        Err(error) => Ok(super::fail_after_document(&context.shell, &error)),
        Ok(()) if detailed && !planned.plan.is_noop() => Ok(ExitStatus::ChangesPending),
        Ok(()) => Ok(ExitStatus::Done),
    }
}

/// Ends a command whose plan cannot be applied; programs get the plan that says why.
pub(super) fn refused(shell: &Shell, ready: &Ready, error: anyhow::Error) -> Result<ExitStatus> {
    if !shell.is_json() {
        return Err(error);
    }
    let mut document = document([
        ("plan", json(&ready.planned.plan)),
        (
            "findings",
            findings::json(&ready.rendered, &ready.planned.findings),
        ),
    ]);
    document["error"] = Failure::read(&error).to_json();
    shell.json(&document)?;
    Ok(super::fail_after_document(shell, &error))
}

/// A plan with a step that cannot be done is not begun.
pub(super) fn refuse_blocked(plan: &Plan) -> Result<()> {
    let blocked: Vec<&Step> = blocked(plan).collect();
    if blocked.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = blocked
        .iter()
        .map(|it| format!("{} `{}`", it.kind.words(), it.name))
        .collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let told = Told::new(format!(
        "the plan cannot be applied: {} {verb} blocked",
        names.join(", ")
    ));
    let hints: BTreeSet<&str> = blocked
        .iter()
        .filter_map(|it| it.blocked.as_ref())
        .map(|it| it.hint.as_str())
        .collect();
    let told = told.code(target::BLOCKED);
    Err(hints.into_iter().fold(told, Told::hint).into())
}
