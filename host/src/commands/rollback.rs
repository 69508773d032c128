//! `host rollback`: a service back to a revision that was seen steady.

use std::sync::Arc;

use anyhow::Result;
use host_core::codes::target::NO_SERVICE;
use host_core::desired::DesiredTarget;
use host_core::observed::{ObservedService, Revision};
use host_core::ownership::SERVICE;
use host_core::plan::volumes;
use host_core::policy::{Body, Granted, Place, check_back, check_pinned, offer};
use host_core::report::document;
use host_core::request::Operation;
use serde_json::json;

use super::stop::stopped;
use super::{Context, block_on, block_on_changes, confirm, findings, prepare, status};
use crate::cli::RollbackArgs;
use crate::failure::{ExitStatus, Failure, Told};
use crate::ops::rollback::{self, Planned};
use crate::ops::wait::{Ended, Patience, Steadiness};
use crate::ops::{Interrupt, Progress, Signal, inventory};
use crate::progress::Reporter;
use crate::settings::StackFile;
use crate::shell::Shell;

pub(super) fn execute(context: &Context, arguments: &RollbackArgs) -> Result<ExitStatus> {
    let shell = &context.shell;
    let named: Vec<String> = arguments.file.iter().cloned().collect();
    let (target, file) = prepare::target_and_file(context, &arguments.target, &named)?;
    let (aws, target, planned) = block_on(async {
        let (aws, target) = prepare::connect(context, &target).await?;
        let listed = inventory::list(&aws, &target).await?;
        let chosen = status::choose(listed, std::slice::from_ref(&arguments.name), &target)?;
        let names: Vec<String> = chosen.into_iter().map(|it| it.service).collect();
        let mut found = aws
            .services(&target.cluster, &names)
            .await?
            .services
            .into_iter();
        let service = found.find_map(ObservedService::read).ok_or_else(|| {
            Told::new(format!("service `{}` is gone", arguments.name))
                .code(NO_SERVICE)
                .hint("`host list` shows what there is")
        })?;
        let planned = rollback::plan(&aws, service.0, service.1, arguments.to.as_deref()).await?;
        Ok((aws, target, planned))
    })?;
    check_granted(shell, &arguments.name, &planned, file.as_ref(), &target)?;
    let (from, to) = (
        planned.running.short().to_owned(),
        planned.to.short().to_owned(),
    );
    shell.note(&format!(
        "service {}: {from} -> {to}{}",
        planned.name,
        told(&planned.to)
    ));
    let lost = volumes::temporary(&planned.running.body);
    let left = volumes::left_behind(&planned.running.body, &planned.to.body);
    if planned.service.is_jammed() {
        shell.note(
            "  with another `minimumHealthyPercent`: with that of now no task could be exchanged",
        );
    }
    for volume in &lost {
        shell.note(&format!("  ! {}", volumes::is_lost(volume)));
    }
    for it in &left {
        shell.note(&format!("  ! {}", it.left()));
    }
    if !arguments.yes && !lost.is_empty() {
        let question = format!("Lose the data in {}?", lost.join(", "));
        confirm(shell, question, "this loses data")?;
    } else if !arguments.yes && !left.is_empty() {
        confirm(
            shell,
            "Leave that data behind?".to_owned(),
            "this leaves data behind",
        )?;
    }
    let interrupt = Interrupt::default();
    let waits = !arguments.wait.no_wait;
    let steadiness = block_on_changes(shell, &interrupt, async {
        let progress: Arc<dyn Progress> = Reporter::new(shell);
        let patience = Patience {
            aws: aws.heeding(&interrupt),
            cluster: target.cluster.clone(),
            timeout: arguments.wait.timeout,
            progress,
            interrupt: interrupt.clone(),
        };
        Ok(rollback::carry_out(&patience, &arguments.name, &planned, waits).await?)
    })?;
    let judged = judge(&planned, steadiness.as_ref(), waits, interrupt.by());
    if shell.is_json() {
        let mut document = document([
            ("service", json!(arguments.name)),
            ("from", json!(from)),
            ("to", json!(to)),
            ("waited", json!(steadiness)),
        ]);
        if let Err(error) = &judged {
            document["error"] = Failure::read(error).to_json();
        }
        shell.json(&document)?;
    }
    Ok(judged.map_or_else(
        |error| super::fail_after_document(shell, &error),
        |()| ExitStatus::Done,
    ))
}

/// Refuses a revision that asks for what is not granted any more, or that the stack does not take. The stack file has grants
/// for the service, or nobody does.
fn check_granted(
    shell: &Shell,
    asked: &str,
    planned: &Planned,
    file: Option<&StackFile>,
    target: &DesiredTarget,
) -> Result<()> {
    let name = planned.service.tags.get(SERVICE);
    let name = name.map_or(asked, String::as_str);
    let entry = file.and_then(|it| it.services.get(name));
    let (grants, mut found) = entry.map(|it| it.entry().read(name)).unwrap_or_default();
    let granted = Granted {
        service: name,
        grants: &grants,
        target: Some(target),
        ..Granted::default()
    };
    let (running, to) = (&planned.running, &planned.to);
    found.extend(check_back(&planned.service, running, to, &granted));
    if let Some(file) = file.filter(|it| it.limits.digest_only) {
        let body = Body {
            operation: Operation::RegisterTaskDefinition,
            at: "",
            value: &to.body,
        };
        let file = prepare::shown(&file.path);
        let pinned = check_pinned(&[body], &file).into_iter();
        // Nobody can name the images of an old revision otherwise.
        found.extend(pinned.map(|it| it.hint(format!(
            "`--to REVISION` names another revision, or take `digest-only` out of `[limits]` of `{file}`"
        ))));
    }
    let place = Place {
        service: name.to_owned(),
        file: file.map_or("host.toml".to_owned(), |it| prepare::shown(&it.path)),
        recipe: entry.is_none().then(|| "FILE.wasm".to_owned()),
        taken: Vec::new(),
        written: entry.map(|it| it.grants.clone()).unwrap_or_default(),
        // Of what ran long ago no bytes are at hand.
        digest: None,
    };
    let offer = offer(&found, &place);
    let offers: Vec<&str> = offer.as_deref().into_iter().collect();
    let found: Vec<_> = found.into_iter().map(|it| (name.to_owned(), it)).collect();
    findings::refuse_found(shell, &found, &offers)?;
    findings::tell_all(shell, &found);
    Ok(())
}

/// What is known of a revision, in brackets.
fn told(revision: &Revision) -> String {
    match revision.tags.get(host_core::ownership::STABLE) {
        Some(when) => format!(" (seen steady, deployed {when})"),
        None => " (never recorded as steady)".to_owned(),
    }
}

fn judge(
    planned: &Planned,
    steadiness: Option<&Steadiness>,
    waits: bool,
    stop: Option<Signal>,
) -> Result<()> {
    let to = planned.to.short();
    match steadiness {
        Some(it) if it.result == Ended::Steady => Ok(()),
        Some(it) if it.result == Ended::Interrupted => {
            let by = stop.unwrap_or(Signal::Interrupt);
            Err(stopped(by, "")
                .hint("`host status` shows what came of it")
                .into())
        }
        Some(it) => {
            let reason = it.reason.as_deref().unwrap_or("no reason is known");
            let mut told = Told::new(format!(
                "`{}` was put back to {to}, which is not steady: {reason}",
                planned.name
            ));
            if let Some(trouble) = &it.trouble {
                told = trouble
                    .evidence
                    .iter()
                    .fold(told.code(trouble.code), |told, it| told.cause(it.as_str()));
                told = trouble
                    .next
                    .iter()
                    .fold(told, |told, it| told.hint(it.as_str()));
            }
            Err(told
                .hint("`host status` with the name shows events, health and history")
                .into())
        }
        None if waits => Err(Told::new("nobody saw what came of it")
            .hint("`host status` shows it")
            .into()),
        None => Ok(()),
    }
}
