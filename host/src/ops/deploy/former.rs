//! What is there of a service whose recipe calls it otherwise now. A recipe chooses the names of what it makes, so a new
//! one would have no former, and nothing to be compared with.

use std::collections::BTreeMap;

use host_core::desired::{DesiredService, DesiredTarget};
use host_core::fault::Fault;
use host_core::observed::{Observed, ObservedLoadBalancer, ObservedService, Revision};
use host_core::ownership::{Owner, Tags, owner};
use host_core::policy;
use serde_json::Value;

use crate::cloud::aws::Aws;
use crate::ops::blueprint::Rendered;

/// What has been read of AWS.
pub(super) struct Seen<'a> {
    pub(super) observed: &'a Observed,
    /// All services of the cluster, by AWS's names.
    pub(super) services: &'a BTreeMap<String, ObservedService>,
    /// All load balancers of the region.
    pub(super) load_balancers: &'a [Value],
}

/// The services of a call that ask for something, and that are not there under the names that they say. Of others it does
/// not matter what they were called, and nothing is read.
pub(super) fn unknown<'a>(
    rendered: &'a [Rendered],
    target: &DesiredTarget,
    observed: &Observed,
) -> Vec<&'a DesiredService> {
    rendered
        .iter()
        .filter(|it| it.permit.reaches_further(target))
        .map(|it| &it.desired)
        .filter(|it| !policy::is_known(it, target, observed))
        .collect()
}

/// What AWS has, with all that carries the tags of these services, whatever it is called.
///
/// # Errors
/// AWS refuses a read.
pub(super) async fn observe(
    aws: &Aws,
    target: &DesiredTarget,
    desired: &[&DesiredService],
    seen: &Seen<'_>,
) -> Result<Observed, Fault> {
    let mut observed = seen.observed.clone();
    for one in desired {
        let is_ours = |tags: &Tags| owner(tags, target, &one.name) == Owner::Ours;
        let services = seen.services.iter().filter(|(_, it)| is_ours(&it.tags));
        let services: Vec<(String, ObservedService)> = services
            .map(|(name, it)| (name.clone(), it.clone()))
            .collect();
        let with_attributes = one
            .load_balancer
            .as_ref()
            .is_some_and(|it| it.attributes.is_some());
        let balancers = if services.is_empty() {
            tagged(aws, seen, is_ours).await?
        } else {
            used(seen, &services)
        };
        for (name, mut balancer) in balancers {
            if with_attributes {
                balancer.attributes = Some(aws.load_balancer_attributes(&name).await?);
            }
            observed.load_balancers.entry(name).or_insert(balancer);
        }
        for (name, service) in services {
            if let Some(said) = service.task_definition()
                && observed.revision(said).is_none()
            {
                let answer = aws.task_definition(said).await?;
                let revision = answer.as_ref().and_then(Revision::read);
                observed
                    .in_use
                    .extend(revision.map(|it| (it.arn.clone(), it)));
            }
            observed.services.insert(name, service);
        }
    }
    Ok(observed)
}

type Named = Vec<(String, ObservedLoadBalancer)>;

/// The load balancers that have not been looked at, by name.
fn others<'a>(seen: &'a Seen<'_>) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let named = seen.load_balancers.iter();
    let named = named.filter_map(|it| Some((it["LoadBalancerName"].as_str()?, it)));
    named.filter(|(name, _)| !seen.observed.load_balancers.contains_key(*name))
}

/// Those that these services have.
fn used(seen: &Seen<'_>, services: &[(String, ObservedService)]) -> Named {
    let used: Vec<&str> = services
        .iter()
        .flat_map(|(_, it)| it.load_balancers())
        .collect();
    others(seen)
        .filter(|(name, _)| used.contains(name))
        .map(|(name, it)| (name.to_owned(), balancer(it, Tags::new())))
        .collect()
}

/// Those whose tags say so.
async fn tagged(
    aws: &Aws,
    seen: &Seen<'_>,
    is_ours: impl Fn(&Tags) -> bool,
) -> Result<Named, Fault> {
    let names: Vec<String> = others(seen).map(|(name, _)| name.to_owned()).collect();
    let mut tags = aws.load_balancer_tags(&names).await?;
    let ours = others(seen).filter_map(|(name, it)| {
        let tags = tags.remove(name).filter(|it| is_ours(it))?;
        Some((name.to_owned(), balancer(it, tags)))
    });
    Ok(ours.collect())
}

fn balancer(description: &Value, tags: Tags) -> ObservedLoadBalancer {
    ObservedLoadBalancer {
        description: description.clone(),
        tags,
        attributes: None,
    }
}
