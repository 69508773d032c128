//! `host run`: plan, apply, wait, print where to connect.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use host_core::plan::{Action, ResourceKind, Step};
use host_core::report::plan::{Detail, json, text};
use host_core::report::{document, endpoints, permissions};
use host_core::spec::RollbackClass;
use host_core::stability::Watch;
use serde_json::json;

use super::prepare::{self, Ready};
use super::{Context, block_on, block_on_changes, confirm, dotenv, findings, plan, saved, so_far};
use crate::cli::{OnFailure, RunArgs, WaitArgs};
use crate::failure::{ExitStatus, Failure};
use crate::ops::apply::{self, Means, Outcome};
use crate::ops::deploy::Seen;
use crate::ops::rollback::{self, Failed, Turned};
use crate::ops::wait::{BoxFuture, Patience, Steadiness};
use crate::ops::{Interrupt, Progress, wait};
use crate::progress::Reporter;
use crate::settings;

mod ending;

use ending::Ending;

pub(super) fn execute(context: &Context, arguments: &RunArgs) -> Result<ExitStatus> {
    let shell = &context.shell;
    let mut files = arguments.write.dotenv.iter();
    if !arguments.dry_run {
        files.clone().try_for_each(|it| dotenv::check(it))?;
    }
    let ready = if let Some(file) = settings::saved_plan(&arguments.recipes.recipes)? {
        saved::again(context, file, arguments)?
    } else {
        let (loaded, mut target) =
            prepare::recipes(context, &arguments.recipes, &arguments.target)?;
        target.adopt = arguments.adopt.adopt;
        block_on(prepare::plan(context, &loaded, &target))?
    };
    if arguments.dry_run {
        let refused = plan::refuse_blocked(&ready.planned.plan);
        return plan::show(context, &ready, refused, false);
    }
    if !ready.planned.plan.is_noop() {
        shell.say(&permissions::text(&ready.permissions()));
    }
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
    let written = files.try_for_each(|file| dotenv::write(shell, file, &endpoints));
    if ending.interrupted.is_some() {
        shell.say(&so_far::text(&ending.outcome, &ending.waited));
    }
    let judged = ending.judge().and(written);
    if shell.is_json() {
        let mut document = document([
            ("plan", json(&ready.planned.plan)),
            ("permissions", json!(ready.permissions())),
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

/// What is done about a service that failed: what this run changed is turned back, and what it did not change only where
/// that is asked for.
fn turn_back(
    patience: &Patience,
    ready: &Ready,
    outcome: &Outcome,
    wish: Option<OnFailure>,
    watch: &Watch,
) -> Option<BoxFuture<'static, Turned>> {
    let name = &watch.name;
    let plan = ready
        .planned
        .plan
        .services
        .iter()
        .find(|it| it.name == *name)?;
    let step = plan.step(ResourceKind::Service)?.clone();
    if step.action != Action::NoOp && !outcome.services.contains_key(name) {
        return None;
    }
    let balancer = plan
        .step(ResourceKind::LoadBalancer)
        .filter(|it| outcome.was_begun(it));
    let failed = Failed {
        service: step,
        balancer: balancer.map(|it| (it.clone(), outcome.came_out(it))),
        seen: ready.planned.seen.clone(),
    };
    let is_changed = failed.is_change(&patience.cluster) || failed.changed_balancer().is_some();
    let manual = ready
        .rendered
        .iter()
        .any(|it| it.desired.name == *name && it.manifest.rollback == RollbackClass::Manual);
    let has_stable = failed.has_stable();
    let kept = match wish {
        Some(OnFailure::Keep) => Some("`--on-failure keep`"),
        None if !is_changed && has_stable => Some(
            "this run changed nothing of it; `--on-failure rollback` or `host rollback` puts it back",
        ),
        None if !is_changed => Some("this run changed nothing of it"),
        None if manual && has_stable => Some(
            "its recipe says that turning back takes a decision: `--on-failure rollback`, or `host rollback`",
        ),
        None if manual => Some(
            "its recipe says that turning back takes a decision: `--on-failure rollback` scales it to zero",
        ),
        Some(OnFailure::Rollback) | None => None,
    };
    if let Some(why) = kept {
        let turned = Turned::kept(why).beside(failed.changed_balancer());
        return Some(Box::pin(async move { turned }));
    }
    let (patience, watch) = (patience.clone(), watch.clone());
    Some(Box::pin(async move {
        rollback::turn_back(&patience, &watch, &failed).await
    }))
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
    let aws = aws.clone().heeding(interrupt);
    let means = Means {
        aws: aws.clone(),
        progress: progress.clone(),
        interrupt: interrupt.clone(),
        gone: how.timeout,
        guard: Some(Arc::new(ready.guard())),
    };
    let mut ending = Ending {
        outcome: apply::apply(&means, &planned.plan, &planned.known).await,
        no_wait: how.no_wait,
        flags: ready.flags.clone(),
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
        // What was read for the plan is old by now, unless there was nothing to do.
        let nothing = Seen::default();
        let fresh = if planned.plan.is_noop() {
            &planned.seen
        } else {
            &nothing
        };
        let outcome = &ending.outcome;
        let turn =
            |watch: &Watch, _: &Steadiness| turn_back(&patience, ready, outcome, on_failure, watch);
        let waited = wait::wait(&patience, watches, fresh, Some(&turn)).await;
        ending.waited = waited.services;
        ending.blind = waited.blind.map(Into::into);
    }
    ending.interrupted = interrupt.by();
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
    // What breaks with an object that goes is asked for with that object.
    let breaks = destructive
        .iter()
        .any(|it| it.action != Action::Delete && !it.breaks.is_empty());
    let accept = breaks.then(|| "accept what the plan marks with `!`".to_owned());
    let all: Vec<String> = replace.into_iter().chain(lose).chain(accept).collect();
    let question = format!("{}?", capital(&all.join(", and ")));
    let what = if !replaced.is_empty() {
        "this replaces what is there"
    } else if !volumes.is_empty() {
        "this loses data"
    } else {
        "the plan marks with `!` what this breaks or leaves behind"
    };
    confirm(&context.shell, question, what)
}

/// A sentence that begins with a capital.
fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(characters).collect()
}
