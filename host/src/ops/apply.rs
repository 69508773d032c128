//! Executes a plan: independent steps at once, each call in order, and a failure stops only what needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use host_core::fault::{Class, Fault, FaultKind, explain};
use host_core::observed::short;
use host_core::plan::{Action, KnownTokens, Plan, ResourceKind, Step};
use host_core::request::{Operation, Request};
use host_core::tokens::{self, Known};
use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinSet;

use super::{Interrupt, Progress};
use crate::cloud::aws::Aws;

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
        self.steps
            .iter()
            .all(|it| matches!(it.result, StepResult::Done | StepResult::NoOp))
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
}

/// How a step ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepResult {
    Done,
    /// There was nothing to do.
    NoOp,
    Failed,
    /// Something it needs failed, or the user stopped.
    Skipped,
}

/// What one executed step gives to the others.
#[derive(Debug, Default)]
struct Given {
    note: String,
    tokens: Known,
    service: Option<Value>,
    address: Option<String>,
}

/// How often a call that AWS puts off is sent again, and how long the first pause is. The pauses double.
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(500);
/// How often it is looked whether something is gone that was deleted, and for how long.
const LOOK: Duration = Duration::from_secs(3);
const GONE: Duration = Duration::from_mins(15);

/// Executes the plan. What fails is told in the outcome; there is no error beside it.
pub async fn apply(
    aws: &Aws,
    plan: &Plan,
    known: &KnownTokens,
    progress: &Arc<dyn Progress>,
    interrupt: &Interrupt,
) -> Outcome {
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
    let mut running: JoinSet<(String, Step, Result<Given, Fault>)> = JoinSet::new();
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
                let (aws, cluster, interrupt) =
                    (aws.clone(), plan.cluster.clone(), interrupt.clone());
                running.spawn(async move {
                    let result =
                        execute(&aws, &cluster, &service, &step, &meanings, &interrupt).await;
                    (service, step, result)
                });
            }
        }
        let Some(joined) = running.join_next().await else {
            break;
        };
        let (service, step, result) = match joined {
            Ok(ended) => ended,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        match result {
            Ok(given) => {
                progress.step_done(&step, &given.note);
                done.insert(step.id.clone());
                learned.extend(given.tokens);
                outcome
                    .addresses
                    .extend(given.address.map(|it| (service.clone(), it)));
                outcome
                    .services
                    .extend(given.service.map(|it| (service.clone(), it)));
                results.insert(step.id.clone(), ended(&step, StepResult::Done, given.note));
            }
            Err(fault) => {
                let reason = explain(&fault).to_string();
                progress.step_failed(&step, &reason);
                results.insert(step.id.clone(), ended(&step, StepResult::Failed, reason));
            }
        }
    }
    for (_, step) in waiting {
        let missing = step.needs.iter().find(|it| !done.contains(*it));
        let reason = match missing {
            Some(needed) if !interrupt.is_raised() => format!("not begun: it needs `{needed}`"),
            _ => "not begun: interrupted".to_owned(),
        };
        progress.step_failed(&step, &reason);
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

/// Sends the calls of one step in order.
async fn execute(
    aws: &Aws,
    cluster: &str,
    service: &str,
    step: &Step,
    known: &Known,
    interrupt: &Interrupt,
) -> Result<Given, Fault> {
    let mut given = Given::default();
    for request in &step.requests {
        let mut request = request.clone();
        tokens::fill(&mut request.body, known);
        if let Some(token) = tokens::remaining(&request.body).first() {
            return Err(local(
                &request,
                format!("`{token}` is not known: its step did not say it"),
            ));
        }
        if request.operation == Operation::CreateService {
            // The same for every attempt of this call, so that a repeated one makes nothing twice.
            request.body["clientToken"] = client_token().into();
        }
        let answer = send(aws, &request, interrupt).await?;
        learn(service, &request, &answer, &mut given);
    }
    if step.action == Action::Delete && step.kind == ResourceKind::Service {
        wait_until_gone(aws, cluster, step, interrupt).await?;
        given.note = "gone".to_owned();
    }
    Ok(given)
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
            given.service = Some(answer["service"].clone())
        }
        Operation::DeregisterTaskDefinition
        | Operation::DeleteService
        | Operation::TagResource
        | Operation::ConfigureHealthCheck
        | Operation::ModifyLoadBalancerAttributes
        | Operation::DeleteLoadBalancer => {}
    }
}

/// Sends one call, again where AWS puts it off or is still catching up.
async fn send(aws: &Aws, request: &Request, interrupt: &Interrupt) -> Result<Value, Fault> {
    let begun = tokio::time::Instant::now();
    let mut pause = PAUSE;
    let mut attempt = 1;
    loop {
        let fault = match aws.send(request).await {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
        };
        let again = match explain(&fault).class {
            Class::Done => return Ok(Value::Null),
            Class::Retry => attempt < ATTEMPTS,
            Class::Wait { seconds } => {
                begun.elapsed() + pause < Duration::from_secs(seconds.into())
            }
            Class::Tell | Class::Conflict => false,
        };
        if !again || !interrupt.pause(pause).await {
            return Err(fault);
        }
        attempt += 1;
        pause = (pause * 2).min(Duration::from_secs(10));
    }
}

/// A deleted service drains first; its load balancer and its name are free when it is gone.
async fn wait_until_gone(
    aws: &Aws,
    cluster: &str,
    step: &Step,
    interrupt: &Interrupt,
) -> Result<(), Fault> {
    let begun = tokio::time::Instant::now();
    let names = std::slice::from_ref(&step.name);
    while begun.elapsed() < GONE {
        let found = aws.services(cluster, names).await?;
        if found.services.iter().all(|it| it["status"] == "INACTIVE") {
            return Ok(());
        }
        if !interrupt.pause(LOOK).await {
            break;
        }
    }
    let request = Request {
        operation: Operation::DeleteService,
        body: serde_json::json!({"service": step.name}),
    };
    Err(local(
        &request,
        "its tasks have not stopped yet; run the same command again to go on waiting".to_owned(),
    ))
}

fn local(request: &Request, message: String) -> Fault {
    Fault {
        kind: FaultKind::Local,
        operation: request.operation.name().to_owned(),
        resource: host_core::fault::subject(request),
        code: None,
        message,
        status: None,
        request_id: None,
    }
}

/// 32 random hexadecimal digits. CreateService takes at most 36 characters.
fn client_token() -> String {
    format!("{:032x}", fastrand::u128(..))
}
