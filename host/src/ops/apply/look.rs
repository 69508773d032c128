//! Looks whether a call did what it was to do: after a lost answer, and where its name is taken.

use std::time::Duration;

use host_core::fault::{Class, Fault};
use host_core::observed::{ObservedService, Revision};
use host_core::recognition;
use host_core::request::{Operation, Request};
use serde_json::{Value, json};

use super::Means;
use crate::ops::wait::primary_deployment;

/// How many looks there are where AWS says that a name is taken: whatever took it is there, and reads may still lag.
const OF_CONFLICT: usize = 3;

/// What there was of a service before a call that starts its tasks anew.
#[derive(Debug)]
pub(super) struct Before {
    /// The id of its primary deployment.
    deployment: Option<String>,
}

/// Reads what [`made`] has to know of a service before the call.
///
/// # Errors
/// AWS refuses the read.
pub(super) async fn before(means: &Means, request: &Request) -> Result<Before, Fault> {
    let service = service(means, &request.body, "service").await?;
    let deployment = service.and_then(|it| primary_deployment(&it.body));
    Ok(Before { deployment })
}

/// AWS may show what it made only a moment later, so that one look that finds nothing proves nothing.
const LOOKS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(6),
];

/// The answer that the call would have had, where what it makes is there and is ours.
///
/// # Errors
/// AWS refuses the reads.
pub(super) async fn made(
    means: &Means,
    request: &Request,
    before: Option<&Before>,
    class: Class,
) -> Result<Option<Value>, Fault> {
    let makes = matches!(
        request.operation,
        Operation::RegisterTaskDefinition
            | Operation::CreateLoadBalancer
            | Operation::CreateService
    );
    if !makes && (class == Class::Conflict || before.is_none()) {
        return Ok(None);
    }
    let looks = if class == Class::Conflict {
        OF_CONFLICT
    } else {
        LOOKS.len()
    };
    let clock = means.aws.clock();
    for pause in &LOOKS[..looks] {
        if !pause.is_zero() && !means.interrupt.pause(&*clock, *pause).await {
            break;
        }
        if let Some(answer) = look(means, request, before).await? {
            return Ok(Some(answer));
        }
    }
    Ok(None)
}

async fn look(
    means: &Means,
    request: &Request,
    before: Option<&Before>,
) -> Result<Option<Value>, Fault> {
    let (aws, body) = (&means.aws, &request.body);
    let name = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
    match request.operation {
        Operation::RegisterTaskDefinition => {
            let answer = aws.task_definition(&name("family")).await?;
            let revision = answer.as_ref().and_then(Revision::read);
            let is_ours = revision.is_some_and(|it| recognition::is_registered(body, &it));
            Ok(answer.filter(|_| is_ours))
        }
        Operation::CreateLoadBalancer => {
            let name = name("LoadBalancerName");
            let all = aws.load_balancers().await?;
            let Some(found) = all.into_iter().find(|it| it["LoadBalancerName"] == *name) else {
                return Ok(None);
            };
            let mut tags = aws.load_balancer_tags(std::slice::from_ref(&name)).await?;
            let tags = tags.remove(&name).unwrap_or_default();
            let is_ours = recognition::is_created(body, &found, &tags);
            Ok(is_ours.then(|| recognition::created(&found)))
        }
        Operation::CreateService => {
            let found = service(means, body, "serviceName").await?;
            let ours = found.filter(|it| recognition::is_served(body, it));
            Ok(ours.map(|it| json!({"service": it.body})))
        }
        _ => {
            let found = service(means, body, "service").await?;
            let former = before.and_then(|it| it.deployment.as_deref());
            let anew = found.filter(|it| recognition::is_begun_anew(body, it, former));
            Ok(anew.map(|it| json!({"service": it.body})))
        }
    }
}

/// The service whose name is in that field of the body.
async fn service(
    means: &Means,
    body: &Value,
    field: &str,
) -> Result<Option<ObservedService>, Fault> {
    let name = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
    let found = means.aws.services(&name("cluster"), &[name(field)]).await?;
    let mut services = found.services.into_iter().filter_map(ObservedService::read);
    Ok(services.next().map(|(_, it)| it))
}
