//! What AWS has of what blueprints name, read for a plan.

use std::collections::{BTreeMap, BTreeSet};

use host_core::desired::{DesiredService, DesiredTarget};
use host_core::fault::Fault;
use host_core::observed::{Observed, ObservedLoadBalancer, ObservedService, Revision};
use host_core::ownership::Tags;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::cloud::aws::Aws;
use crate::ops::target::subnets;

/// What has been read in the first round.
enum Read {
    Services(Vec<Value>),
    Revision(String, Option<Value>),
    LoadBalancers(Vec<Value>),
    // Of the second round, which follows from the first.
    Tags(BTreeMap<String, Tags>),
    Attributes(String, Value),
    InUse(Option<Value>),
    Instances(Vec<Value>),
}

type Reads = JoinSet<Result<Read, Fault>>;

/// What was read for a plan.
pub(super) struct Observation {
    pub(super) observed: Observed,
    /// The container instances, where they say what the subnets are.
    pub(super) instances: Option<Vec<Value>>,
    /// The load balancers of the region, whoever's.
    pub(super) balancers: Vec<Value>,
    /// Whether a load balancer of the first round was gone in the second.
    is_torn: bool,
}

/// How often AWS is looked at again, where it changed in the middle of a look.
const AGAIN: usize = 2;

/// Looks at what the blueprints name, until a look is of one piece.
///
/// A load balancer that another host deletes between the two rounds has no tags in the second, and would pass for one that
/// nobody's host made.
pub(super) async fn observe(
    aws: &Aws,
    target: &DesiredTarget,
    desired: &[DesiredService],
) -> Result<Observation, Fault> {
    let mut seen = look(aws, target, desired).await?;
    for _ in 0..AGAIN {
        if !seen.is_torn {
            break;
        }
        seen = look(aws, target, desired).await?;
    }
    Ok(seen)
}

/// Two rounds of reads: what the blueprints name, then what belongs to what was found.
///
/// N unchanged services take N + ⌈N/10⌉ + ⌈N/20⌉ + 1 calls: a revision each, the services by
/// tens, the tags of load balancers by twenties, and all load balancers at once.
///
/// The cluster's container instances come with it where they say what the subnets are.
async fn look(
    aws: &Aws,
    target: &DesiredTarget,
    desired: &[DesiredService],
) -> Result<Observation, Fault> {
    let mut observed = Observed::default();
    let mut is_torn = false;
    let mut read_instances = None;
    let mut balancers = Vec::new();
    for read in finish(first_round(aws, target, desired)).await? {
        match read {
            Read::Services(services) => {
                let named = services.into_iter().filter_map(ObservedService::named);
                let (inactive, services) = named.partition(|(_, it)| it.is_inactive());
                (observed.inactive, observed.services) = (inactive, services);
            }
            Read::Revision(family, answer) => {
                let active = answer
                    .and_then(|it| Revision::read(&it))
                    .filter(Revision::is_active);
                observed.latest.extend(active.map(|it| (family, it)));
            }
            Read::LoadBalancers(found) => balancers = found,
            Read::Tags(_) | Read::Attributes(..) | Read::InUse(_) | Read::Instances(_) => {}
        }
    }
    let names = balancer_names(desired, &observed);
    let named = balancers
        .iter()
        .filter_map(|it| Some((it["LoadBalancerName"].as_str()?.to_owned(), it)));
    for (name, description) in named.filter(|(name, _)| names.contains(name)) {
        observed.load_balancers.insert(
            name,
            ObservedLoadBalancer {
                description: description.clone(),
                ..ObservedLoadBalancer::default()
            },
        );
    }
    for read in finish(second_round(aws, target, desired, &observed)).await? {
        match read {
            Read::Tags(tags) => {
                let mut names = observed.load_balancers.keys();
                is_torn |= names.any(|it| !tags.contains_key(it));
                for (name, tags) in tags {
                    if let Some(balancer) = observed.load_balancers.get_mut(&name) {
                        balancer.tags = tags;
                    }
                }
            }
            Read::Attributes(name, attributes) => {
                if let Some(balancer) = observed.load_balancers.get_mut(&name) {
                    balancer.attributes = Some(attributes);
                }
            }
            Read::InUse(answer) => {
                observed.in_use.extend(
                    answer
                        .and_then(|it| Revision::read(&it))
                        .map(|it| (it.arn.clone(), it)),
                );
            }
            Read::Instances(instances) => {
                observed.subnets = subnets(&instances);
                read_instances = Some(instances);
            }
            Read::Services(_) | Read::Revision(..) | Read::LoadBalancers(_) => {}
        }
    }
    Ok(Observation {
        observed,
        instances: read_instances,
        balancers,
        is_torn,
    })
}

fn first_round(aws: &Aws, target: &DesiredTarget, desired: &[DesiredService]) -> Reads {
    let mut reads = Reads::new();
    let services = names(desired, |it| {
        Some(it.service.as_ref()?["serviceName"].as_str()?.to_owned())
    });
    if !services.is_empty() {
        let (aws, cluster, services) = (
            aws.clone(),
            target.cluster.clone(),
            services.into_iter().collect::<Vec<_>>(),
        );
        reads.spawn(async move {
            Ok(Read::Services(
                aws.services(&cluster, &services).await?.services,
            ))
        });
    }
    for family in names(desired, |it| {
        Some(it.task_definition.as_ref()?["family"].as_str()?.to_owned())
    }) {
        let aws = aws.clone();
        reads.spawn(async move {
            let revision = aws.task_definition(&family).await?;
            Ok(Read::Revision(family, revision))
        });
    }
    // A service whose recipe names no load balancer any more may still have one.
    if desired
        .iter()
        .any(|it| it.load_balancer.is_some() || it.service.is_some())
    {
        let aws = aws.clone();
        reads.spawn(async move { Ok(Read::LoadBalancers(aws.load_balancers().await?)) });
    }
    reads
}

fn second_round(
    aws: &Aws,
    target: &DesiredTarget,
    desired: &[DesiredService],
    observed: &Observed,
) -> Reads {
    let mut reads = Reads::new();
    if !observed.load_balancers.is_empty() {
        let (aws, names) = (
            aws.clone(),
            observed.load_balancers.keys().cloned().collect::<Vec<_>>(),
        );
        reads.spawn(async move { Ok(Read::Tags(aws.load_balancer_tags(&names).await?)) });
    }
    let mut create = false;
    for balancer in desired.iter().filter_map(|it| it.load_balancer.as_ref()) {
        let name = balancer.create["LoadBalancerName"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let exists = observed.load_balancers.contains_key(&name);
        create |= !exists;
        if exists && balancer.attributes.is_some() {
            let aws = aws.clone();
            reads.spawn(async move {
                let attributes = aws.load_balancer_attributes(&name).await?;
                Ok(Read::Attributes(name, attributes))
            });
        }
    }
    let awsvpc = desired
        .iter()
        .filter_map(|it| it.task_definition.as_ref())
        .any(|it| it["networkMode"] == "awsvpc");
    if (create || awsvpc) && target.subnets.is_empty() {
        let (aws, cluster) = (aws.clone(), target.cluster.clone());
        reads.spawn(async move { Ok(Read::Instances(aws.container_instances(&cluster).await?)) });
    }
    let latest: BTreeSet<&str> = observed
        .latest
        .values()
        .flat_map(|it| [it.arn.as_str(), it.short()])
        .collect();
    for service in observed.services.values() {
        // What a service runs is compared too, where it is not the newest revision of its family.
        if let Some(arn) = service.task_definition().filter(|it| !latest.contains(it)) {
            let (aws, arn) = (aws.clone(), arn.to_owned());
            reads.spawn(async move { Ok(Read::InUse(aws.task_definition(&arn).await?)) });
        }
    }
    reads
}

/// Waits for all reads of a round; the first fault ends it.
async fn finish(mut reads: Reads) -> Result<Vec<Read>, Fault> {
    let mut results = Vec::with_capacity(reads.len());
    while let Some(joined) = reads.join_next().await {
        match joined {
            Ok(result) => results.push(result?),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    Ok(results)
}

/// The load balancers that blueprints name, and those that their services have now.
fn balancer_names(desired: &[DesiredService], observed: &Observed) -> BTreeSet<String> {
    let wanted = names(desired, |it| {
        let name = it.load_balancer.as_ref()?.create["LoadBalancerName"].as_str()?;
        Some(name.to_owned())
    });
    let services = observed.services.values().chain(observed.inactive.values());
    let used = services.flat_map(|it| it.load_balancers().map(str::to_owned));
    wanted.into_iter().chain(used).collect()
}

fn names(
    desired: &[DesiredService],
    name: impl Fn(&DesiredService) -> Option<String>,
) -> BTreeSet<String> {
    desired.iter().filter_map(name).collect()
}
