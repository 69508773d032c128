//! One look at services that are waited for: what they are, their health, and what explains trouble.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use host_core::fault::{Fault, FaultKind, explain};
use host_core::stability::{Needs, Snapshot, Unread, Watch};
use serde_json::Value;
use tokio::task::JoinSet;

use super::apply::passes;
use crate::cloud::aws::Aws;

/// A service, and what to read of it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) watch: Watch,
    pub(super) needs: Needs,
}

/// What was read beside the services themselves.
enum Beside {
    Health(Result<Vec<Value>, Fault>),
    Stopped(Option<Vec<Value>>),
    Running(Option<BTreeSet<String>>),
    Revision(Option<Value>),
}

/// Looks at all services and at the health of what is registered at their load balancers.
///
/// Gives a snapshot of each service, also of one that is not there. That the health of one cannot be read says nothing
/// about the others, and is part of its snapshot. What only explains is left out where it cannot be read.
/// Services in `known` were read a moment ago and are not read again.
pub(super) async fn look(
    aws: &Aws,
    cluster: &str,
    asked: &[Asked],
    mut known: BTreeMap<String, Value>,
    at: Duration,
) -> Result<BTreeMap<String, Snapshot>, Fault> {
    let mut beside = JoinSet::new();
    for one in asked {
        let name = one.watch.service.clone();
        if let Some(balancer) = one.watch.load_balancer.clone() {
            let (aws, name) = (aws.clone(), name.clone());
            beside
                .spawn(async move { (name, Beside::Health(aws.instance_health(&balancer).await)) });
        }
        if one.needs.stopped {
            let (aws, name, cluster) = (aws.clone(), name.clone(), cluster.to_owned());
            beside.spawn(async move {
                let tasks = aws.tasks(&cluster, &name, "STOPPED").await.ok();
                (name, Beside::Stopped(tasks.map(newest_first)))
            });
        }
        if one.needs.running {
            let (aws, name, cluster) = (aws.clone(), name.clone(), cluster.to_owned());
            beside.spawn(async move {
                let tasks = aws.task_arns(&cluster, &name, "RUNNING").await.ok();
                (name, Beside::Running(tasks.map(BTreeSet::from_iter)))
            });
        }
        if one.needs.revision {
            let (aws, revision) = (aws.clone(), one.watch.revision.clone());
            beside.spawn(async move {
                let answer = aws.task_definition(&revision).await.ok().flatten();
                (
                    name,
                    Beside::Revision(answer.map(|it| it["taskDefinition"].clone())),
                )
            });
        }
    }
    let mut snapshots: BTreeMap<String, Snapshot> = asked
        .iter()
        .map(|it| {
            let snapshot = Snapshot {
                service: known.remove(&it.watch.service),
                at,
                read: it.needs,
                ..Snapshot::default()
            };
            (it.watch.service.clone(), snapshot)
        })
        .collect();
    let unknown: Vec<String> = snapshots
        .iter()
        .filter(|(_, it)| it.service.is_none())
        .map(|(name, _)| name.clone())
        .collect();
    if !unknown.is_empty() {
        for service in aws.services(cluster, &unknown).await?.services {
            if let Some(name) = service["serviceName"].as_str().map(str::to_owned) {
                snapshots.entry(name).or_default().service = Some(service);
            }
        }
    }
    if asked.iter().any(|it| it.needs.instances) {
        let instances = aws.container_instances(cluster).await;
        for one in asked.iter().filter(|it| it.needs.instances) {
            let snapshot = snapshots.entry(one.watch.service.clone()).or_default();
            match &instances {
                Ok(instances) => snapshot.instances.clone_from(instances),
                Err(_) => snapshot.read.instances = false,
            }
        }
    }
    while let Some(joined) = beside.join_next().await {
        let (service, read) = match joined {
            Ok(read) => read,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        let snapshot = snapshots.entry(service).or_default();
        match read {
            Beside::Health(Ok(states)) => snapshot.health = states,
            // Without credentials nothing can be looked at, and nothing is known of any service.
            Beside::Health(Err(fault)) if is_of_credentials(&fault) => return Err(fault),
            Beside::Health(Err(fault)) => snapshot.unread = Some(unread(&fault)),
            // What could not be read says nothing, and is read again.
            Beside::Stopped(tasks) => {
                snapshot.read.stopped = tasks.is_some();
                snapshot.stopped = tasks.unwrap_or_default();
            }
            Beside::Running(tasks) => {
                snapshot.read.running = tasks.is_some();
                snapshot.running = tasks;
            }
            Beside::Revision(revision) => {
                snapshot.read.revision = revision.is_some();
                snapshot.revision = revision;
            }
        }
    }
    Ok(snapshots)
}

/// The tasks that stopped last come first.
pub(super) fn newest_first(mut tasks: Vec<Value>) -> Vec<Value> {
    let stopped = |it: &Value| {
        it["stoppedAt"]
            .as_f64()
            .or_else(|| it["stoppingAt"].as_f64())
            .unwrap_or_default()
    };
    tasks.sort_by(|one, other| stopped(other).total_cmp(&stopped(one)));
    tasks
}

/// Whether the credentials are at fault, for this call and all further ones.
fn is_of_credentials(fault: &Fault) -> bool {
    let expired = ["ExpiredToken", "ExpiredTokenException", "RequestExpired"];
    fault.kind == FaultKind::Credentials
        || fault
            .code
            .as_deref()
            .is_some_and(|it| expired.contains(&it))
}

/// Why health could not be read. What does not pass by itself is told with what AWS said.
fn unread(fault: &Fault) -> Unread {
    let passes = passes(fault);
    let explanation = explain(fault);
    let cause = explanation
        .cause
        .filter(|_| !passes)
        .map(|it| format!(" ({it})"));
    Unread {
        reason: explanation.message + &cause.unwrap_or_default(),
        passes,
    }
}
