//! `host plan`: what `run` would change.

use std::collections::BTreeSet;

use anyhow::Result;
use host_core::codes::target;
use host_core::plan::{Plan, Step};
use host_core::report::plan::{Detail, blocked, json, text};
use host_core::report::{document, permissions};
use serde_json::to_value;

use super::prepare::{self, Ready};
use super::saved::{self, Draft};
use super::{Context, block_on, findings};
use crate::cli::PlanArgs;
use crate::failure::{ExitStatus, Failure, Told};
use crate::ops::target::account;
use crate::shell::Shell;

pub(super) fn execute(context: &Context, arguments: &PlanArgs) -> Result<ExitStatus> {
    let (recipes, target) = (&arguments.recipes, &arguments.target);
    let adopt = arguments.adopt.adopt;
    let out = arguments.out.as_deref();
    out.map_or(Ok(()), saved::check)?;
    let mut asked = prepare::ask(context, recipes, target, |_| Ok(()))?;
    asked.target.adopt = adopt;
    let draft = out
        .map(|path| Draft::new(context, path, recipes, target, adopt, &asked))
        .transpose()?;
    let (ready, account) = block_on(async {
        let ready = prepare::plan(context, &asked.loaded, &asked.target).await?;
        let account = match &draft {
            Some(_) => account(&ready.aws, &ready.target.cluster).await?,
            None => None,
        };
        Ok((ready, account))
    })?;
    let mut ended = refuse_blocked(&ready.planned.plan);
    if let (Ok(()), Some(draft)) = (&ended, &draft) {
        ended = draft.save(&ready, account);
    }
    let is_saved = ended.is_ok();
    let status = show(context, &ready, ended, arguments.detailed_exitcode)?;
    if let Some(draft) = draft.filter(|_| is_saved) {
        if let Some((message, hint)) = draft.plain(&ready) {
            context.shell.warn(&message, Some(hint));
        }
        context.shell.note(&draft.told());
    }
    Ok(status)
}

/// Shows a plan on stdout. `refused` is why it cannot be applied, if it cannot.
pub(super) fn show(
    context: &Context,
    ready: &Ready,
    refused: Result<()>,
    detailed: bool,
) -> Result<ExitStatus> {
    let Ready {
        rendered, planned, ..
    } = ready;
    if !context.shell.is_json() {
        let mut words = permissions::text(&ready.permissions());
        words.append(text(&planned.plan, Detail::Full));
        context.shell.data(&words)?;
    } else {
        let mut document = document([
            ("plan", json(&planned.plan)),
            ("permissions", to_value(ready.permissions())?),
            ("findings", findings::json(rendered, &planned.findings)),
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
        ("permissions", to_value(ready.permissions())?),
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
