//! `host run`: plan, apply, wait, print where to connect.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use host_core::plan::{Action, ResourceKind, Step};
use host_core::report::plan::{Detail, json, text};
use host_core::report::{document, endpoints};
use host_core::spec::RollbackClass;
use host_core::stability::Watch;
use serde_json::json;

use super::prepare::{self, Ready};
use super::{Context, block_on, block_on_changes, confirm, dotenv, findings, plan, so_far};
use crate::cli::{OnFailure, RunArgs, WaitArgs};
use crate::failure::{ExitStatus, Failure};
use crate::ops::apply::{self, Means};
use crate::ops::rollback::{self, Turned};
use crate::ops::wait::Patience;
use crate::ops::{Interrupt, Progress, wait};
use crate::progress::Reporter;

mod ending;

use ending::Ending;

pub(super) fn execute(context: &Context, arguments: &RunArgs) -> Result<ExitStatus> {
    if arguments.dry_run {
        let adopt = arguments.adopt.adopt;
        return plan::show(context, &arguments.recipes, &arguments.target, adopt, false);
    }
    let shell = &context.shell;
    arguments
        .write
        .dotenv
        .iter()
        .try_for_each(|it| dotenv::check(it))?;
    let (loaded, mut target) = prepare::recipes(context, &arguments.recipes, &arguments.target)?;
    target.adopt = arguments.adopt.adopt;
    let ready = block_on(prepare::plan(context, &loaded, &target))?;
    shell.say(&text(&ready.planned.plan, Detail::Brief));
    if let Err(error) = plan::refuse_blocked(&ready.planned.plan) {
        return plan::refused(shell, &ready, error);
    }
    ask(context, &ready, arguments.yes)?;
    let interrupt = Interrupt::default();
    let work = carry_out(
        context,
        &ready,
        &arguments.wait,
        arguments.on_failure,
        &interrupt,
    );
    let mut ending = block_on_changes(shell, &interrupt, work)?;
    let endpoints = ending.endpoints(&ready);
    let written = arguments
        .write
        .dotenv
        .iter()
        .try_for_each(|file| dotenv::write(shell, file, &endpoints));
    if ending.interrupted {
        shell.say(&so_far::text(&ending.outcome, &ending.waited));
    }
    let judged = ending.judge().and(written);
    if shell.is_json() {
        let mut document = document([
            ("plan", json(&ready.planned.plan)),
            (
                "findings",
                findings::json(&ready.rendered, &ready.planned.findings),
            ),
            ("outcome", json!(ending.outcome)),
            ("waited", json!(ending.waited)),
            ("endpoints", json!(endpoints)),
        ]);
        if let Err(error) = &judged {
            document["error"] = Failure::read(error).to_json();
        }
        shell.json(&document)?;
    } else {
        shell.data(&endpoints::text(&endpoints))?;
    }
    Ok(judged.map_or_else(
        |error| super::fail_after_document(shell, &error),
        |()| ExitStatus::Done,
    ))
}

/// Turns back what failed: what this run changed, and what it did not change only where that is asked for.
async fn turn_back(
    patience: &Patience,
    ready: &Ready,
    watches: &[Watch],
    wish: Option<OnFailure>,
    ending: &mut Ending,
) {
    let Ending {
        outcome, waited, ..
    } = ending;
    for one in waited.iter_mut().filter(|it| it.is_our_failure()) {
        let name = &one.name;
        let plans = &ready.planned.plan.services;
        let plan = plans.iter().find(|it| it.name == *name);
        let step = plan.and_then(|it| it.step(ResourceKind::Service));
        let watch = watches.iter().find(|it| it.name == *name);
        let (Some(step), Some(watch)) = (step, watch) else {
            continue;
        };
        let is_changed = step.action != Action::NoOp;
        if is_changed && !outcome.services.contains_key(name) {
            continue;
        }
        let manual = ready
            .rendered
            .iter()
            .any(|it| it.desired.name == *name && it.manifest.rollback == RollbackClass::Manual);
        one.turned = Some(match wish {
            Some(OnFailure::Keep) => Turned::kept("`--on-failure keep`"),
            None if !is_changed => Turned::kept(
                "this run changed nothing of it; `--on-failure rollback` or `host rollback` puts it back",
            ),
            None if manual => Turned::kept(
                "its recipe says that turning back takes a decision: `--on-failure rollback`, or `host rollback`",
            ),
            Some(OnFailure::Rollback) | None => {
                rollback::turn_back(patience, watch, step, &ready.planned.seen).await
            }
        });
    }
}

/// Applies the plan and waits for what came of it.
async fn carry_out(
    context: &Context,
    ready: &Ready,
    how: &WaitArgs,
    on_failure: Option<OnFailure>,
    interrupt: &Interrupt,
) -> Result<Ending> {
    let progress: Arc<dyn Progress> = Reporter::new(&context.shell);
    let Ready {
        aws,
        target,
        planned,
        ..
    } = ready;
    let means = Means {
        aws: aws.clone(),
        progress: progress.clone(),
        interrupt: interrupt.clone(),
        gone: how.timeout,
    };
    let mut ending = Ending {
        outcome: apply::apply(&means, &planned.plan, &planned.known).await,
        no_wait: how.no_wait,
        ..Ending::default()
    };
    if !how.no_wait && !interrupt.is_raised() {
        let patience = Patience {
            aws: aws.clone(),
            cluster: target.cluster.clone(),
            timeout: how.timeout,
            progress,
            interrupt: interrupt.clone(),
        };
        let watches = wait::watches(&planned.plan, &ending.outcome, &planned.seen);
        let waited = wait::wait(&patience, watches.clone(), &planned.seen).await;
        ending.waited = waited.services;
        ending.blind = waited.blind.map(Into::into);
        turn_back(&patience, ready, &watches, on_failure, &mut ending).await;
    }
    ending.interrupted = interrupt.is_raised();
    Ok(ending)
}

/// Creating and changing in place just run; what deletes, replaces or loses data asks.
fn ask(context: &Context, ready: &Ready, yes: bool) -> Result<()> {
    let destructive: Vec<&Step> = ready
        .planned
        .plan
        .steps()
        .filter(|it| it.is_destructive())
        .collect();
    if yes || destructive.is_empty() {
        return Ok(());
    }
    let replaced: Vec<String> = destructive
        .iter()
        .filter(|it| it.action == Action::Delete)
        .map(|it| format!("{} {}", it.kind.words(), it.name))
        .collect();
    let volumes: BTreeSet<&str> = destructive
        .iter()
        .flat_map(|it| &it.loses)
        .map(String::as_str)
        .collect();
    let volumes: Vec<&str> = volumes.into_iter().collect();
    let replace = (!replaced.is_empty()).then(|| format!("replace {}", replaced.join(" and ")));
    let lose = (!volumes.is_empty()).then(|| format!("lose the data in {}", volumes.join(", ")));
    let all: Vec<String> = replace.into_iter().chain(lose).collect();
    let question = format!("{}?", capital(&all.join(", and ")));
    let what = if replaced.is_empty() {
        "this loses data"
    } else {
        "this replaces what is there"
    };
    confirm(&context.shell, question, what)
}

/// A sentence that begins with a capital.
fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(characters).collect()
}
