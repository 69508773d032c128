//! Executes a plan: independent steps at once, each call in order, and a failure stops only what needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use host_core::fault::{Explanation, Fault, FaultKind, explain};
use host_core::observed::short;
use host_core::plan::{Action, KnownTokens, Plan, ResourceKind, Step};
use host_core::request::{Operation, Request};
use host_core::tokens::{self, Known};
use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinSet;

use super::{Interrupt, Progress};
use crate::cloud::aws::Aws;

mod gone;
mod guard;
mod look;
mod send;
mod subnets;

pub use guard::Guard;
pub(super) use send::{passes, send};

/// What happened, step by step.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outcome {
    pub steps: Vec<StepOutcome>,
    /// The address of each load balancer that was made, by the name of the service.
    #[serde(skip)]
    pub addresses: BTreeMap<String, String>,
    /// What AWS said of the ECS service that a step made or changed, by the name of the service.
    #[serde(skip)]
    pub services: BTreeMap<String, Value>,
    /// The revision of each service, by the name of the service.
    #[serde(skip)]
    pub revisions: BTreeMap<String, String>,
}

impl Outcome {
    /// Whether every step came out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.steps.iter().all(|it| it.result.is_well())
    }

    /// Whether AWS may have taken a call of the step.
    #[must_use]
    pub fn was_begun(&self, step: &Step) -> bool {
        let ended = self.steps.iter().find(|it| it.id == step.id);
        ended.is_some_and(|it| !matches!(it.result, StepResult::NoOp | StepResult::Skipped))
    }

    /// Whether what the step is about is now as it was planned.
    #[must_use]
    pub fn came_out(&self, step: &Step) -> bool {
        let ended = self.steps.iter().find(|it| it.id == step.id);
        ended.is_some_and(|it| it.result.is_well())
    }
}

/// One step of the plan, afterwards.
#[derive(Clone, Debug, Serialize)]
pub struct StepOutcome {
    pub id: String,
    pub kind: ResourceKind,
    pub name: String,
    pub action: Action,
    pub result: StepResult,
    /// What came of it, or why it did not.
    pub note: String,
    /// Why it failed: code, class, message, AWS's own words and what to do.
    #[serde(rename = "error", skip_serializing_if = "Option::is_none")]
    pub why: Option<Explanation>,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepResult {
    Done,
    /// There was nothing to do.
    NoOp,
    Failed,
    /// The user stopped it between two of its calls, or before AWS took one.
    Stopped,
    /// It was not begun: something it needs failed, or the user stopped.
    Skipped,
}

impl StepResult {
    /// Whether everything is as it was planned.
    #[must_use]
    pub fn is_well(self) -> bool {
        matches!(self, Self::Done | Self::NoOp)
    }
}

/// What steps are executed with. Clones share it.
#[derive(Clone)]
pub struct Means {
    pub aws: Aws,
    pub progress: Arc<dyn Progress>,
    pub interrupt: Interrupt,
    /// How long to wait for a deleted service's tasks to stop.
    pub gone: Duration,
    /// What the calls of recipes may ask for. Absent where all of them are the host's own.
    pub guard: Option<Arc<Guard>>,
}

impl fmt::Debug for Means {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Means")
            .field("aws", &self.aws)
            .field("gone", &self.gone)
            .finish_non_exhaustive()
    }
}

/// Why a step did not come to its end.
#[derive(Debug)]
enum Stop {
    /// The user stopped it before anything of it was sent.
    NotBegun,
    Failed(Box<Explanation>),
    /// The user stopped it.
    Interrupted(String),
}

impl From<Explanation> for Stop {
    fn from(why: Explanation) -> Self {
        Self::Failed(Box::new(why))
    }
}

/// What one executed step gives to the others.
#[derive(Debug, Default)]
struct Given {
    note: String,
    tokens: Known,
    service: Option<Value>,
    address: Option<String>,
}

const NOT_BEGUN: &str = "not begun: interrupted";

/// Executes the plan. What fails is told in the outcome; there is no error beside it.
pub async fn apply(means: &Means, plan: &Plan, known: &KnownTokens) -> Outcome {
    let Means {
        progress,
        interrupt,
        ..
    } = means;
    let mut waiting: Vec<(String, Step)> = plan
        .services
        .iter()
        .flat_map(|service| {
            service
                .steps
                .iter()
                .map(|step| (service.name.clone(), step.clone()))
        })
        .collect();
    let mut results: BTreeMap<String, StepOutcome> = BTreeMap::new();
    let mut done: BTreeSet<String> = BTreeSet::new();
    let mut outcome = Outcome::default();
    let mut learned = Known::new();
    let mut running: JoinSet<(String, Step, Given, Result<(), Stop>)> = JoinSet::new();
    for (_, step) in waiting.extract_if(.., |(_, step)| step.action == Action::NoOp) {
        done.insert(step.id.clone());
        let note = step.reason.clone().unwrap_or_default();
        results.insert(step.id.clone(), ended(&step, StepResult::NoOp, note));
    }
    loop {
        if !interrupt.is_raised() {
            for (service, step) in waiting.extract_if(.., |(_, step)| {
                step.needs.iter().all(|it| done.contains(it))
            }) {
                progress.step_started(&step);
                let mut meanings = known.get(&service).cloned().unwrap_or_default();
                meanings.extend(learned.clone());
                let (means, cluster) = (means.clone(), plan.cluster.clone());
                running.spawn(async move {
                    let mut given = Given::default();
                    let result =
                        execute(&means, &cluster, &service, &step, &meanings, &mut given).await;
                    (service, step, given, result)
                });
            }
        }
        let Some(joined) = running.join_next().await else {
            break;
        };
        let (service, step, given, result) = match joined {
            Ok(ended) => ended,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        // What AWS has taken counts, also where a later call of the step failed.
        learned.extend(given.tokens);
        outcome
            .addresses
            .extend(given.address.map(|it| (service.clone(), it)));
        outcome
            .services
            .extend(given.service.map(|it| (service.clone(), it)));
        match result {
            Ok(()) => {
                progress.step_done(&step, &given.note);
                done.insert(step.id.clone());
                results.insert(step.id.clone(), ended(&step, StepResult::Done, given.note));
            }
            // It was stopped while the step's first call waited for its turn.
            Err(Stop::NotBegun) => {
                let reason = NOT_BEGUN.to_owned();
                progress.step_stopped(&step);
                results.insert(step.id.clone(), ended(&step, StepResult::Skipped, reason));
            }
            Err(Stop::Failed(why)) => {
                let reason = why.to_string();
                progress.step_failed(&step, &why.message);
                let failed = StepOutcome {
                    why: Some(*why),
                    ..ended(&step, StepResult::Failed, reason)
                };
                results.insert(step.id.clone(), failed);
            }
            Err(Stop::Interrupted(reason)) => {
                progress.step_stopped(&step);
                results.insert(step.id.clone(), ended(&step, StepResult::Stopped, reason));
            }
        }
    }
    for (_, step) in waiting {
        let missing = step.needs.iter().find(|it| !done.contains(*it));
        let reason = match missing {
            Some(needed) if !interrupt.is_raised() => {
                let reason = format!("not begun: it needs `{needed}`");
                progress.step_failed(&step, &reason);
                reason
            }
            _ => NOT_BEGUN.to_owned(),
        };
        results.insert(step.id.clone(), ended(&step, StepResult::Skipped, reason));
    }
    outcome.revisions = revisions(plan, &learned);
    outcome.steps = plan
        .steps()
        .filter_map(|step| results.remove(&step.id))
        .collect();
    outcome
}

fn ended(step: &Step, result: StepResult, note: String) -> StepOutcome {
    StepOutcome {
        id: step.id.clone(),
        kind: step.kind,
        name: step.name.clone(),
        action: step.action,
        result,
        note,
        why: None,
    }
}

/// The revision that each service should run after this.
fn revisions(plan: &Plan, learned: &Known) -> BTreeMap<String, String> {
    let revision = |name: &String| learned.get(&tokens::task_definition(name)).cloned();
    plan.services
        .iter()
        .filter_map(|it| {
            Some((
                it.name.clone(),
                revision(&it.name).or_else(|| it.revision.clone())?,
            ))
        })
        .collect()
}

/// Whether the call would be sent again, if nobody stopped it.
fn is_put_off(fault: &Fault) -> bool {
    passes(fault) || fault.kind == FaultKind::Interrupted
}

/// Sends calls that are known to the last word, in order.
///
/// # Errors
/// The first that AWS does not take; those after it are not sent.
pub(super) async fn send_all(
    means: &Means,
    service: &str,
    requests: &[Request],
) -> Result<(), Fault> {
    let mut requests = requests.iter().peekable();
    while let Some(request) = requests.next() {
        let detach = requests.next_if(|it| subnets::is_pair(request, it));
        subnets::send(means, service, request, detach, &mut false).await?;
    }
    Ok(())
}

/// Sends the calls of one step in order, or says why it failed.
async fn execute(
    means: &Means,
    cluster: &str,
    service: &str,
    step: &Step,
    known: &Known,
    given: &mut Given,
) -> Result<(), Stop> {
    if step.awaits_former {
        gone::wait(means, cluster, step, None).await?;
    }
    let mut made = None;
    let mut requests = step.requests.iter().peekable();
    let mut is_begun = false;
    while let Some(request) = requests.next() {
        let mut request = request.clone();
        tokens::fill(&mut request.body, known);
        if let Some(token) = tokens::remaining(&request.body).first() {
            let fault = Fault::local(
                &request,
                &format!("`{token}` is not known: its step did not say it"),
            );
            return Err(explain(&fault).into());
        }
        if let Some(guard) = &means.guard {
            guard.check(service, &request)?;
        }
        if request.operation == Operation::CreateService {
            // The same for every attempt of this call, so that a repeated one makes nothing twice.
            request.body["clientToken"] = client_token().into();
        }
        // What is detached asks for nothing.
        let detach = requests.next_if(|it| subnets::is_pair(&request, it));
        let answer = match subnets::send(means, service, &request, detach, &mut is_begun).await {
            Ok(answer) => answer,
            Err(fault) if fault.kind == FaultKind::Interrupted && !is_begun => {
                return Err(Stop::NotBegun);
            }
            // It would have been sent again.
            Err(fault) if means.interrupt.is_raised() && is_put_off(&fault) => {
                return Err(Stop::Interrupted(explain(&fault).to_string()));
            }
            Err(fault) => return Err(explain(&fault).into()),
        };
        if request.operation == Operation::DeleteService {
            made = answer["service"]["createdAt"].as_f64();
        }
        learn(service, &request, &answer, given);
    }
    if step.action == Action::Delete && step.kind == ResourceKind::Service {
        gone::wait(means, cluster, step, made).await?;
        given.note = "gone".to_owned();
    }
    Ok(())
}

fn learn(service: &str, request: &Request, answer: &Value, given: &mut Given) {
    match request.operation {
        Operation::RegisterTaskDefinition => {
            if let Some(arn) = answer["taskDefinition"]["taskDefinitionArn"].as_str() {
                given.note = short(arn).to_owned();
                given
                    .tokens
                    .insert(tokens::task_definition(service), arn.to_owned());
            }
        }
        Operation::CreateLoadBalancer => {
            if let Some(address) = answer["DNSName"].as_str() {
                given.note = address.to_owned();
                given
                    .tokens
                    .insert(tokens::address(service), address.to_owned());
                given.address = Some(address.to_owned());
            }
        }
        Operation::CreateService | Operation::UpdateService => {
            given.service = Some(answer["service"].clone());
        }
        _ => {}
    }
}

/// 32 random hexadecimal digits. CreateService takes at most 36 characters.
fn client_token() -> String {
    format!("{:032x}", fastrand::u128(..))
}
