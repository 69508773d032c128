//! `host destroy`: the end of services, from their tags alone.

use std::sync::Arc;

use anyhow::Result;
use host_core::desired::DesiredTarget;
use host_core::ownership::stack_tag;
use host_core::plan::{Doomed, KnownTokens, Plan, destroy};
use host_core::report::left::{self, When};
use host_core::report::plan::{Detail, json, text};
use host_core::report::{count, document};
use serde_json::json;

use super::plan::refuse_blocked;
use super::stop::stopped;
use super::{Context, block_on, block_on_changes, confirm, missing, prepare, so_far};
use crate::cli::DestroyArgs;
use crate::failure::{ExitStatus, Failure, Told};
use crate::ops::apply::{self, Means, Outcome, StepResult};
use crate::ops::inventory::{self, Names};
use crate::ops::{Interrupt, Progress};
use crate::progress::Reporter;
use crate::shell::Shell;

pub(super) fn execute(context: &Context, arguments: &DestroyArgs) -> Result<ExitStatus> {
    let shell = &context.shell;
    let target = prepare::target(context, &arguments.target)?;
    let is_named = arguments.target.stack.is_some();
    let (aws, target, doomed, known) = block_on(async {
        let (aws, target) = prepare::connect(context, &target).await?;
        let doomed = inventory::doomed(&aws, &target, &arguments.names).await?;
        let is_missing = unknown(&arguments.names, &doomed).is_some();
        let known = if is_missing || (is_named && doomed.is_empty()) {
            inventory::names(&aws, &target).await?
        } else {
            Names::default()
        };
        Ok((aws, target, doomed, known))
    })?;
    refuse_unknown(&arguments.names, &doomed, &target, &known)?;
    if is_named && doomed.is_empty() {
        warn_of_nothing(shell, &target, &known);
    }
    let plan = destroy(&target, &doomed);
    shell.say(&text(&plan, Detail::Full));
    if let Err(error) = refuse_blocked(&plan) {
        if shell.is_json() {
            let mut document = document([("plan", json(&plan)), ("left", left::json(&doomed))]);
            document["error"] = Failure::read(&error).to_json();
            shell.json(&document)?;
            return Ok(super::fail_after_document(shell, &error));
        }
        return Err(error);
    }
    if !plan.is_noop() && !arguments.yes {
        let data = if left::has_data(&doomed) {
            "but for the data that stays"
        } else {
            "data included"
        };
        shell.say(&left::text(When::Before, &doomed));
        let (services, stack) = (count(plan.services.len(), "service"), stack_tag(&target));
        confirm(
            shell,
            format!("Delete {services} of stack `{stack}` for good, {data}?"),
            "this deletes",
        )?;
    }
    let interrupt = Interrupt::default();
    let outcome = block_on_changes(shell, &interrupt, async {
        let progress: Arc<dyn Progress> = Reporter::new(shell);
        let means = Means {
            aws: aws.heeding(&interrupt),
            progress,
            interrupt: interrupt.clone(),
            gone: arguments.timeout,
            guard: None,
        };
        Ok(apply::apply(&means, &plan, &KnownTokens::new()).await)
    })?;
    conclude(shell, &plan, &doomed, &outcome, &interrupt)
}

/// The first name of which nothing was found.
fn unknown<'a>(names: &'a [String], doomed: &[Doomed]) -> Option<&'a String> {
    let is_found = |name: &String| doomed.iter().any(|it| it.name == *name);
    names.iter().find(|it| !is_found(it))
}

/// A name that is not there is most likely misspelt, and nothing is deleted by a command that is.
fn refuse_unknown(
    names: &[String],
    doomed: &[Doomed],
    target: &DesiredTarget,
    known: &Names,
) -> Result<()> {
    match unknown(names, doomed) {
        Some(name) => Err(missing::service(name, known, target).into()),
        None => Ok(()),
    }
}

/// A stack of which nothing is there is one that is gone, and then all is as it should be, or a name that is misspelt.
fn warn_of_nothing(shell: &Shell, target: &DesiredTarget, known: &Names) {
    let message = format!("there is nothing of stack `{}`", stack_tag(target));
    shell.warn(&message, missing::stack(known, target).as_deref());
}

fn conclude(
    shell: &Shell,
    plan: &Plan,
    doomed: &[Doomed],
    outcome: &Outcome,
    interrupt: &Interrupt,
) -> Result<ExitStatus> {
    let again = "run the same command again: it goes on with what is left";
    let error = if let Some(by) = interrupt.by() {
        shell.say(&so_far::text(outcome, &[]));
        let failed = outcome.steps.iter().filter_map(|it| it.why.as_ref());
        let hints = failed.filter_map(|it| it.hint.as_deref());
        let told = hints.fold(stopped(by, ""), Told::hint);
        Some(anyhow::Error::from(told.again(again)))
    } else if outcome.is_whole() {
        None
    } else {
        let failed = outcome
            .steps
            .iter()
            .filter(|it| it.result == StepResult::Failed)
            .count();
        Some(
            Told::new(format!("{} failed", count(failed, "step")))
                .explained(outcome.steps.iter().filter_map(|it| it.why.as_ref()))
                .again(again)
                .into(),
        )
    };
    if error.is_none() {
        let left = left::text(When::After, doomed);
        // It is what the command has to give; the document of JSON has it, too.
        if shell.is_json() {
            shell.say(&left);
        } else {
            shell.data(&left)?;
        }
    }
    if shell.is_json() {
        let mut document = document([
            ("plan", json(plan)),
            ("outcome", json!(outcome)),
            ("left", left::json(doomed)),
        ]);
        if let Some(error) = &error {
            document["error"] = Failure::read(error).to_json();
        }
        shell.json(&document)?;
    }
    Ok(error.map_or(ExitStatus::Done, |error| {
        super::fail_after_document(shell, &error)
    }))
}
