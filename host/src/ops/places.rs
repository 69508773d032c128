//! Whether a service that is made keeps its data where another one of the cluster does.

use std::collections::BTreeMap;

use host_core::desired::DesiredService;
use host_core::diag::Diagnostic;
use host_core::fault::Fault;
use host_core::observed::{ObservedService, Revision};
use host_core::plan::{Plan, data_of_others, keeps_data, new_with_data};
use tokio::task::JoinSet;

use crate::cloud::aws::Aws;

/// The warnings, each with the name of its service. `services` are all of the cluster, by AWS's names. Their revisions
/// are read only where the plan makes a service that keeps data.
///
/// # Errors
/// AWS refuses a read.
pub(super) async fn check(
    aws: &Aws,
    plan: &Plan,
    desired: &[DesiredService],
    services: &BTreeMap<String, ObservedService>,
) -> Result<Vec<(String, Diagnostic)>, Fault> {
    let new = new_with_data(plan, desired);
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let mut reads = JoinSet::new();
    for (name, service) in services {
        let is_planned = plan.steps().any(|it| it.name == *name);
        let Some(arn) = service.task_definition().filter(|_| !is_planned) else {
            continue;
        };
        let (aws, name, arn) = (aws.clone(), name.clone(), arn.to_owned());
        reads.spawn(async move { (name, aws.task_definition(&arn).await) });
    }
    let mut others = BTreeMap::new();
    for (name, answer) in reads.join_all().await {
        let revision = answer?.as_ref().and_then(Revision::read);
        others.extend(
            revision
                .filter(|it| keeps_data(&it.body))
                .map(|it| (name, it.body)),
        );
    }
    Ok(data_of_others(&new, &others))
}
