//! What is there, from the tags alone: no recipe at hand.

use std::collections::{BTreeMap, BTreeSet};

use host_core::desired::DesiredTarget;
use host_core::fault::Fault;
use host_core::observed::{ObservedService, short};
use host_core::ownership::{self, Tags};
use serde::Serialize;
use serde_json::Value;

use super::blueprint::Live;
use crate::cloud::aws::Aws;

mod balancers;
mod doomed;

pub use balancers::{Balancers, LeftBalancer, LostBalancer};
pub use doomed::doomed;

/// One ECS service of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Listed {
    /// AWS's name of the ECS service.
    pub service: String,
    /// The name in its stack. Absent: it was not made by host.
    pub name: Option<String>,
    /// The stack, `searchapp/default`.
    pub stack: Option<String>,
    /// Whether it belongs to the stack that was asked for.
    pub ours: bool,
    /// `redis@0.1.0`.
    pub recipe: Option<String>,
    /// `redis:3`.
    pub revision: String,
    /// The last revision that was seen steady.
    pub stable: Option<String>,
    pub status: String,
    pub desired: i64,
    pub running: i64,
    pub pending: i64,
    pub load_balancer: Option<String>,
    /// More than one: a rollout is going on.
    pub deployments: usize,
    /// The last five events, newest first.
    pub events: Vec<String>,
}

/// Every service of the cluster, foreign ones too.
///
/// # Errors
/// AWS refuses a read.
pub async fn list(aws: &Aws, target: &DesiredTarget) -> Result<Vec<Listed>, Fault> {
    let services = services(aws, target).await?;
    let mut listed: Vec<Listed> = services
        .into_iter()
        .map(|(name, it)| describe(name, &it, target))
        .collect();
    listed.sort_by(|one, other| (&one.name, &one.service).cmp(&(&other.name, &other.service)));
    Ok(listed)
}

/// Every service of the cluster by AWS's name of it.
///
/// # Errors
/// AWS refuses a read.
pub async fn services(
    aws: &Aws,
    target: &DesiredTarget,
) -> Result<BTreeMap<String, ObservedService>, Fault> {
    let arns = aws.service_arns(&target.cluster).await?;
    let names: Vec<String> = arns.iter().map(|arn| short(arn).to_owned()).collect();
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = aws.services(&target.cluster, &names).await?.services;
    let found = found.into_iter().filter_map(ObservedService::read);
    Ok(found.collect())
}

/// The names that one which is not there may be a slip for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Names {
    /// The services of the stack.
    pub services: BTreeSet<String>,
    /// Those of the other stacks of the cluster, by the name of the stack.
    pub others: BTreeMap<String, BTreeSet<String>>,
}

impl Names {
    /// The names of what is listed.
    pub fn read(listed: &[Listed], target: &DesiredTarget) -> Self {
        let mut names = Self::default();
        for one in listed {
            let stack = one.stack.as_deref().and_then(|it| it.split_once('/'));
            if one.ours {
                names.services.extend(one.name.clone());
            } else if let Some((cluster, stack)) = stack
                && cluster == target.cluster
            {
                let services = names.others.entry(stack.to_owned()).or_default();
                services.extend(one.name.clone());
            }
        }
        names
    }
}

/// The names of the stack, and of those beside it.
///
/// # Errors
/// AWS refuses a read.
pub async fn names(aws: &Aws, target: &DesiredTarget) -> Result<Names, Fault> {
    Ok(Names::read(&list(aws, target).await?, target))
}

fn describe(service: String, observed: &ObservedService, target: &DesiredTarget) -> Listed {
    let body = &observed.body;
    let stack = observed.tags.get(ownership::STACK).cloned();
    let texts = |list: &Value, key: &str| -> Vec<String> {
        let items = list.as_array().into_iter().flatten();
        items
            .filter_map(|it| it[key].as_str().map(str::to_owned))
            .collect()
    };
    Listed {
        service,
        name: observed.tags.get(ownership::SERVICE).cloned(),
        ours: stack.as_deref() == Some(&ownership::stack_tag(target)),
        stack,
        recipe: observed.tags.get(ownership::RECIPE).cloned(),
        revision: short(observed.task_definition().unwrap_or_default()).to_owned(),
        stable: observed.tags.get(ownership::STABLE).cloned(),
        status: body["status"].as_str().unwrap_or_default().to_owned(),
        desired: body["desiredCount"].as_i64().unwrap_or_default(),
        running: body["runningCount"].as_i64().unwrap_or_default(),
        pending: body["pendingCount"].as_i64().unwrap_or_default(),
        load_balancer: observed.load_balancers().next().map(str::to_owned),
        deployments: body["deployments"].as_array().map_or(0, Vec::len),
        events: texts(&body["events"], "message")
            .into_iter()
            .take(5)
            .collect(),
    }
}

/// The service that the tags name, if they are of this stack.
fn owned_service(tags: &Tags, target: &DesiredTarget) -> Option<String> {
    tags.get(ownership::STACK)
        .filter(|it| **it == ownership::stack_tag(target))?;
    tags.get(ownership::SERVICE).cloned()
}

/// The first endpoint of each service of the stack, for recipes that depend on it.
///
/// # Errors
/// AWS refuses a read.
pub async fn live(aws: &Aws, target: &DesiredTarget) -> Result<Live, Fault> {
    Ok(Balancers::read(aws).await?.live(target))
}
