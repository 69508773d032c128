//! Looks whether a call did what it was to do: after a lost answer, and where its name is taken.

use std::time::Duration;

use host_core::fault::{Class, Fault};
use host_core::observed::{ObservedService, Revision};
use host_core::recognition;
use host_core::request::{Operation, Request};
use serde_json::{Value, json};

use super::Means;

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
/// AWS refuses the reads, or the user does not want to wait for another look.
pub(super) async fn made(
    means: &Means,
    request: &Request,
    class: Class,
) -> Result<Option<Value>, Fault> {
    if !matches!(
        request.operation,
        Operation::RegisterTaskDefinition
            | Operation::CreateLoadBalancer
            | Operation::CreateService
    ) {
        return Ok(None);
    }
    // Where a name is taken, whatever took it is there.
    let looks = if class == Class::Conflict {
        1
    } else {
        LOOKS.len()
    };
    let clock = means.aws.clock();
    for pause in &LOOKS[..looks] {
        if !pause.is_zero() && !means.interrupt.pause(&*clock, *pause).await {
            break;
        }
        if let Some(answer) = look(means, request).await? {
            return Ok(Some(answer));
        }
    }
    Ok(None)
}

async fn look(means: &Means, request: &Request) -> Result<Option<Value>, Fault> {
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
        _ => {
            let found = aws
                .services(&name("cluster"), &[name("serviceName")])
                .await?;
            let mut services = found.services.into_iter().filter_map(ObservedService::read);
            let ours = services.find(|(_, it)| recognition::is_served(body, it));
            Ok(ours.map(|(_, it)| json!({"service": it.body})))
        }
    }
}
