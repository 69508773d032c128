//! `host run`: plan, apply, wait, print where to connect.

use std::sync::Arc;

use anyhow::Result;
use host_core::plan::Action;
use host_core::report::endpoints::{self, Endpoint};
use host_core::report::plan::{Detail, json, text};
use host_core::report::{count, document};
use serde_json::json;

use super::prepare::{self, Ready};
use super::{Context, block_on, block_on_changes, dotenv, findings, plan};
use crate::cli::{RunArgs, WaitArgs};
use crate::failure::{ExitStatus, Failure, Told, interrupted};
use crate::ops::apply::{self, Outcome, StepResult};
use crate::ops::wait::{self, Ended, Steadiness};
use crate::ops::{Interrupt, Progress};
use crate::progress::Reporter;

pub(super) fn execute(context: &Context, arguments: &RunArgs) -> Result<ExitStatus> {
    if arguments.dry_run {
        return plan::show(context, &arguments.recipes, &arguments.target, false);
    }
    let shell = &context.shell;
    let (loaded, target) = prepare::recipes(context, &arguments.recipes, &arguments.target)?;
    let ready = block_on(prepare::plan(context, &loaded, &target))?;
    shell.say(&text(&ready.planned.plan, Detail::Brief));
    plan::refuse_blocked(&ready.planned.plan)?;
    ask(context, &ready, arguments.yes)?;
    let interrupt = Interrupt::default();
    let (outcome, steadiness) = block_on_changes(
        shell,
        &interrupt,
        carry_out(context, &ready, &arguments.wait, &interrupt),
    )?;
    let endpoints = reachable(&ready, &outcome, &steadiness);
    let judged = judge(&outcome, &steadiness, &interrupt);
    if shell.is_json() {
        let mut document = document([
            ("plan", json(&ready.planned.plan)),
            (
                "findings",
                findings::json(&ready.rendered, &ready.planned.findings),
            ),
            ("outcome", json!(outcome)),
            ("services", json!(steadiness)),
            ("endpoints", json!(endpoints)),
        ]);
        if let Err(error) = &judged {
            document["error"] = Failure::read(error).to_json();
        }
        shell.json(&document)?;
    } else {
        shell.data(&endpoints::text(&endpoints))?;
    }
    for file in &arguments.write.dotenv {
        dotenv::write(shell, file, &endpoints)?;
    }
    Ok(judged.map_or_else(
        |error| super::fail_after_document(shell, &error),
        |()| ExitStatus::Done,
    ))
}

/// Applies the plan and waits for what came of it.
async fn carry_out(
    context: &Context,
    ready: &Ready,
    how: &WaitArgs,
    interrupt: &Interrupt,
) -> Result<(Outcome, Vec<Steadiness>)> {
    let progress: Arc<dyn Progress> = Reporter::new(&context.shell);
    let outcome = apply::apply(
        &ready.aws,
        &ready.planned.plan,
        &ready.planned.known,
        &progress,
        interrupt,
    )
    .await;
    if how.no_wait || interrupt.is_raised() {
        return Ok((outcome, Vec::new()));
    }
    let watches = wait::watches(&ready.planned.plan, &outcome);
    let steadiness = wait::wait(
        &ready.aws,
        &ready.target,
        watches,
        how.timeout,
        &progress,
        interrupt,
    )
    .await?;
    Ok((outcome, steadiness))
}

/// Creating and changing in place just run; what deletes asks.
fn ask(context: &Context, ready: &Ready, yes: bool) -> Result<()> {
    let deleted = ready.planned.plan.count(Action::Delete);
    if deleted == 0 || yes {
        return Ok(());
    }
    super::destroy::confirm(
        &context.shell,
        &format!("Delete {}?", count(deleted, "object")),
    )
}

/// Where to connect: to services that are steady, or that were not waited for.
fn reachable(ready: &Ready, outcome: &Outcome, steadiness: &[Steadiness]) -> Vec<Endpoint> {
    let failed = |name: &str| {
        steadiness
            .iter()
            .any(|it| it.name == name && it.result != Ended::Steady)
    };
    let services = ready.rendered.iter().filter(|it| !failed(&it.desired.name));
    let of_service = services.filter_map(|it| {
        let name = &it.desired.name;
        let address = outcome
            .addresses
            .get(name)
            .or_else(|| ready.planned.addresses.get(name))?;
        Some(it.desired.endpoints.iter().map(move |(endpoint, port)| {
            Endpoint {
                service: name.clone(),
                name: Some(endpoint.clone()),
                address: address.clone(),
                port: *port,
                scheme: it
                    .manifest
                    .endpoints
                    .iter()
                    .find(|it| it.name == *endpoint)
                    .map(|it| it.scheme.clone())
                    .filter(|it| !it.is_empty()),
            }
        }))
    });
    of_service.flatten().collect()
}

/// Whether everything that was asked for is so.
fn judge(outcome: &Outcome, steadiness: &[Steadiness], interrupt: &Interrupt) -> Result<()> {
    if interrupt.is_raised() {
        return Err(interrupted("interrupted")
            .hint("run the same command again: it goes on from what is there")
            .into());
    }
    let mut problems: Vec<String> = Vec::new();
    let ended = |result| {
        outcome
            .steps
            .iter()
            .filter(|it| it.result == result)
            .count()
    };
    if !outcome.is_whole() {
        let skipped = match ended(StepResult::Skipped) {
            0 => String::new(),
            number => format!(", {} not begun", count(number, "step")),
        };
        problems.push(format!(
            "{} failed{skipped}",
            count(ended(StepResult::Failed), "step")
        ));
    }
    let unsteady = steadiness.iter().filter(|it| it.result != Ended::Steady);
    problems.extend(unsteady.map(|it| {
        let how = if it.result == Ended::Failed {
            "failed"
        } else {
            "is not steady"
        };
        format!(
            "`{}` {how} after {} s: {}",
            it.name,
            it.after.as_secs(),
            it.reason.as_deref().unwrap_or("no reason is known")
        )
    }));
    if problems.is_empty() {
        return Ok(());
    }
    let told = Told::new(problems.join("; "));
    let names = steadiness
        .iter()
        .filter(|it| it.result != Ended::Steady)
        .map(|it| it.name.as_str());
    let told = names.fold(told, |told, name| {
        told.hint(format!("`host status {name}` shows its last events"))
    });
    Err(told
        .hint("run the same command again: it goes on from what is there")
        .into())
}
