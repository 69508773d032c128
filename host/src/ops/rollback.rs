//! Turning back, when a run failed and by hand.

use std::collections::BTreeSet;

use host_core::codes::target::NO_REVISION;
use host_core::fault::{Fault, explain};
use host_core::observed::{ObservedService, Revision, short};
use host_core::ownership;
use host_core::plan::Step;
use host_core::request::{Operation, Request};
use host_core::rollback::{self, TurnBack};
use host_core::stability::Watch;
use serde::Serialize;
use serde_json::json;

use super::deploy::Seen;
use super::refuse;
use super::wait::{
    Ended, Patience, Steadiness, event_ids, primary_created, primary_deployment, wait,
};
use crate::cloud::aws::Aws;

/// What became of a service that failed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Turned {
    pub result: TurnedTo,
    /// The revision that it was put back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// In one sentence: `it was put back to redis:3, which is steady`.
    pub message: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TurnedTo {
    /// It runs a revision that was steady before, and is steady again.
    Steady,
    /// It was put back, and that is not steady either.
    NotSteady,
    /// It has no tasks any more.
    Zero,
    /// It is as the run left it.
    Kept,
}

impl Turned {
    /// It is left as it is, and why.
    pub fn kept(why: &str) -> Self {
        Self {
            result: TurnedTo::Kept,
            revision: None,
            message: format!("it was left as it is: {why}"),
        }
    }
}

/// Turns a failed service back, and waits for what it is put back to.
pub async fn turn_back(patience: &Patience, failed: &Watch, step: &Step, seen: &Seen) -> Turned {
    let before = seen.services.get(&step.name);
    match rollback::decide(&patience.cluster, step, before) {
        TurnBack::Nothing(why) => Turned::kept(&why),
        TurnBack::ToZero(request) => match patience.aws.send(&request).await {
            Ok(_) => Turned {
                result: TurnedTo::Zero,
                revision: None,
                message: "it is new and has nothing to go back to: it was scaled to zero"
                    .to_owned(),
            },
            Err(fault) => Turned::kept(&format!(
                "it could not be scaled to zero: {}",
                explain(&fault).message
            )),
        },
        TurnBack::To {
            revision,
            update,
            tags,
        } => {
            let arn = match patience.aws.task_definition(&revision).await {
                Ok(answer) => answer
                    .as_ref()
                    .and_then(Revision::read)
                    .filter(Revision::is_active)
                    .map(|it| it.arn),
                Err(fault) => return Turned::kept(&explain(&fault).message),
            };
            let Some(arn) = arn else {
                return Turned::kept(&format!(
                    "`{revision}`, the last that was seen steady, is not active any more"
                ));
            };
            let what = format!("turning back to {revision}, the last that was seen steady");
            patience.progress.turning_back(&failed.name, &what);
            match put_back(patience, failed, &arn, update, tags).await {
                Ok(steadiness) => told(&revision, steadiness.as_ref()),
                Err(fault) => Turned::kept(&format!(
                    "it could not be put back: {}",
                    explain(&fault).message
                )),
            }
        }
    }
}

/// Sends the calls, and waits.
async fn put_back(
    patience: &Patience,
    watch: &Watch,
    arn: &str,
    mut update: Request,
    tags: Option<Request>,
) -> Result<Option<Steadiness>, Fault> {
    update.body["taskDefinition"] = arn.into();
    let answer = patience.aws.send(&update).await?;
    if let Some(tags) = tags {
        patience.aws.send(&tags).await?;
    }
    let watch = Watch {
        revision: arn.to_owned(),
        deployment: primary_deployment(&answer["service"]),
        began: Some(primary_created(&answer["service"])).filter(|it| *it > 0.0),
        old_events: event_ids(&answer["service"]),
        settled: false,
        ..watch.clone()
    };
    let waited = wait(patience, vec![watch], &Seen::default()).await;
    if let Some(fault) = waited.blind {
        return Err(fault);
    }
    Ok(waited.services.into_iter().next())
}

fn told(revision: &str, steadiness: Option<&Steadiness>) -> Turned {
    let is_steady = steadiness.is_some_and(|it| it.result == Ended::Steady);
    let message = if is_steady {
        format!("it was put back to {revision}, which is steady")
    } else {
        let reason = steadiness
            .and_then(|it| it.reason.as_deref())
            .unwrap_or("nobody saw what came of it");
        format!("it was put back to {revision}, which is not steady: {reason}")
    };
    Turned {
        result: if is_steady {
            TurnedTo::Steady
        } else {
            TurnedTo::NotSteady
        },
        revision: Some(revision.to_owned()),
        message,
    }
}

/// How many revisions of a family are looked at.
const HISTORY: usize = 20;

/// The newest revisions of a family, the newest first.
///
/// # Errors
/// AWS refuses a read.
pub async fn history(aws: &Aws, family: &str, most: usize) -> Result<Vec<Revision>, Fault> {
    let arns = aws.task_definitions(family).await?;
    let mut history = Vec::new();
    for arn in arns.iter().take(most) {
        history.extend(
            aws.task_definition(arn)
                .await?
                .as_ref()
                .and_then(Revision::read),
        );
    }
    Ok(history)
}

/// A rollback by hand, before anything is done.
#[derive(Clone, Debug)]
pub struct Planned {
    pub service: ObservedService,
    /// AWS's name of the service.
    pub name: String,
    /// The revision that runs.
    pub running: Revision,
    /// The one to go back to.
    pub to: Revision,
}

/// Chooses the revision to go back to: the one that is named, or else the last one before the running one that was
/// recorded as stable.
///
/// # Errors
/// There is none, or it cannot be used; or AWS refuses a read.
pub async fn plan(
    aws: &Aws,
    name: String,
    service: ObservedService,
    wanted: Option<&str>,
) -> anyhow::Result<Planned> {
    let arn = service.task_definition().unwrap_or_default().to_owned();
    let family = short(&arn).split(':').next().unwrap_or_default().to_owned();
    let read = aws.task_definition(&arn).await?;
    let Some(running) = read.as_ref().and_then(Revision::read) else {
        return refuse(
            NO_REVISION,
            format!(
                "`{}`, which service `{name}` runs, cannot be read any more",
                short(&arn)
            ),
        );
    };
    let to = if let Some(wanted) = wanted {
        named(aws, &family, wanted).await?
    } else {
        let history = history(aws, &family, HISTORY).await?;
        let tagged = service.tags.get(ownership::STABLE).map(String::as_str);
        match rollback::latest_stable(&history, &arn, tagged) {
            Some(found) => found.clone(),
            None => {
                return refuse(
                    NO_REVISION,
                    format!(
                        "no revision before `{}` was recorded as steady\n\
                 hint: `host status` with the name shows the history; `--to REVISION` takes any that is active",
                        short(&arn)
                    ),
                );
            }
        }
    };
    if to.arn == running.arn {
        return refuse(
            NO_REVISION,
            format!(
                "service `{name}` runs `{}` already\nhint: `--to REVISION` names another",
                to.short()
            ),
        );
    }
    Ok(Planned {
        service,
        name,
        running,
        to,
    })
}

/// A revision that the user names: `redis:3` or `3`.
async fn named(aws: &Aws, family: &str, wanted: &str) -> anyhow::Result<Revision> {
    let name = if wanted.chars().all(|it| it.is_ascii_digit()) {
        format!("{family}:{wanted}")
    } else {
        short(wanted).to_owned()
    };
    if name.split(':').next() != Some(family) || !name.contains(':') {
        return refuse(
            NO_REVISION,
            format!(
                "`{wanted}` is no revision of `{family}`\nhint: write `{family}:NUMBER` or the number alone"
            ),
        );
    }
    let found = aws
        .task_definition(&name)
        .await?
        .as_ref()
        .and_then(Revision::read);
    if let Some(found) = found.filter(Revision::is_active) {
        Ok(found)
    } else {
        let active: BTreeSet<String> = aws
            .task_definitions(family)
            .await?
            .iter()
            .map(|it| short(it).to_owned())
            .collect();
        let active: Vec<String> = active.into_iter().collect();
        refuse(
            NO_REVISION,
            format!(
                "`{name}` does not exist or is not active\nhint: active are `{}`",
                active.join("`, `")
            ),
        )
    }
}

/// Puts a service back by hand. Gives what came of waiting; nothing where nobody wants to wait.
///
/// # Errors
/// AWS refuses the change.
pub async fn carry_out(
    patience: &Patience,
    stack_name: &str,
    planned: &Planned,
    waits: bool,
) -> Result<Option<Steadiness>, Fault> {
    let update = Request {
        operation: Operation::UpdateService,
        body: json!({"cluster": patience.cluster, "service": planned.name, "taskDefinition": planned.to.arn}),
    };
    if !waits {
        patience.aws.send(&update).await?;
        return Ok(None);
    }
    let balancer = planned.service.body["loadBalancers"]
        .as_array()
        .into_iter()
        .flatten()
        .next();
    let watch = Watch {
        name: stack_name.to_owned(),
        service: planned.name.clone(),
        load_balancer: balancer
            .and_then(|it| it["loadBalancerName"].as_str())
            .map(str::to_owned),
        ..Watch::default()
    };
    put_back(patience, &watch, &planned.to.arn, update, None).await
}
