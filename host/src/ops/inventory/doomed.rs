//! What is to be deleted, from the tags alone: also what an interrupted run left of it.

use std::collections::{BTreeMap, BTreeSet};

use host_core::desired::DesiredTarget;
use host_core::fault::Fault;
use host_core::observed::{ObservedService, Revision, short};
use host_core::ownership::{self, Tags};
use host_core::plan::{Doomed, DoomedService};
use serde_json::Value;
use tokio::task::JoinSet;

use super::{Balancers, owned_service};
use crate::cloud::aws::Aws;

/// How many families are looked at side by side where all of the region are.
const FAMILIES: usize = 10;

/// What was found, by the name in the stack.
type Found = BTreeMap<String, Doomed>;

/// Families of task definitions, by the name in the stack.
type Families = BTreeMap<String, BTreeSet<String>>;

/// Everything of the named services of the stack, or of all of them.
///
/// Services and load balancers are listed with their tags. A service that is being deleted is not listed: it is found by
/// its tasks that still stop, and by the names that recipes give. Where nothing is left but revisions, all families of
/// the region are looked at.
///
/// # Errors
/// AWS refuses a read.
pub async fn doomed(
    aws: &Aws,
    target: &DesiredTarget,
    names: &[String],
) -> Result<Vec<Doomed>, Fault> {
    let wanted = |name: &str| names.is_empty() || names.iter().any(|it| it == name);
    let mut found = Found::new();
    // The family of a recipe's usual shape has the name of the service.
    let mut families: Families = names
        .iter()
        .map(|it| (it.clone(), BTreeSet::from([it.clone()])))
        .collect();
    let balancers = Balancers::read(aws).await?;
    for (name, balancer) in balancers.ours(target) {
        if !wanted(&name) {
            continue;
        }
        let doomed = found.entry(name.clone()).or_default();
        doomed.recipe = recipe(&balancer.tags);
        let of_service = families.entry(name.clone()).or_default();
        of_service.insert(name);
        if let Some(name) = balancer.description["LoadBalancerName"].as_str() {
            doomed.load_balancers.push(name.to_owned());
            of_service.extend(name.strip_suffix("-elb").map(str::to_owned));
        }
    }
    let mut services = services(aws, target, listed(aws, target).await?, &families).await?;
    let is_ours =
        |it: &ObservedService| owned_service(&it.tags, target).is_some_and(|name| wanted(&name));
    let staying: Vec<(String, ObservedService)> = services
        .extract_if(.., |_, it| !is_ours(it))
        .filter(|(_, it)| !it.is_draining())
        .collect();
    let is_found = |name: &String| {
        let mut owners = services
            .values()
            .filter_map(|it| owned_service(&it.tags, target));
        found.contains_key(name) || owners.any(|it| it == *name)
    };
    if names.is_empty() || !names.iter().all(is_found) {
        let more = orphans(aws, target, &families, &services).await?;
        let more: Families = more.into_iter().filter(|(name, _)| wanted(name)).collect();
        let draining = self::services(aws, target, BTreeSet::new(), &more).await?;
        services.extend(draining.into_iter().filter(|(_, it)| is_ours(it)));
        for (name, of_service) in more {
            families.entry(name).or_default().extend(of_service);
        }
    }
    for observed in services.values() {
        if let Some(name) = owned_service(&observed.tags, target) {
            let of_service = families.entry(name.clone()).or_default();
            of_service.extend([name, family(observed).to_owned()]);
        }
    }
    let revisions = revisions(aws, target, &families).await?;
    for (service, observed) in services {
        let Some(name) = owned_service(&observed.tags, target) else {
            continue;
        };
        let running = running(aws, &observed, revisions.get(&name)).await?;
        let doomed = found.entry(name.clone()).or_default();
        doomed.recipe = recipe(&observed.tags);
        if let Some(body) = &running {
            doomed.leave(body);
        }
        for it in observed.load_balancers() {
            let stays = balancers.stranger(it, &name, target);
            doomed.spares.extend(stays.map(|why| (it.to_owned(), why)));
        }
        let service = DoomedService::read(service, &observed, running.as_ref());
        doomed.services.push(service);
    }
    for (name, revisions) in revisions {
        let doomed = found.entry(name).or_default();
        for revision in revisions {
            doomed.leave(&revision.body);
            if doomed.recipe.is_empty() {
                doomed.recipe = recipe(&revision.tags);
            }
            doomed.revisions.push(revision.arn);
        }
    }
    spare_none_that_goes(&mut found);
    for (service, observed) in &staying {
        for doomed in found.values_mut() {
            doomed.find_use(service, observed);
        }
    }
    Ok(found
        .into_iter()
        .map(|(name, doomed)| Doomed { name, ..doomed })
        .collect())
}

/// A load balancer that is another service's by its tags does not stay where that is deleted, too.
fn spare_none_that_goes(found: &mut Found) {
    let goes = found.values().flat_map(|it| &it.load_balancers);
    let goes: BTreeSet<String> = goes.cloned().collect();
    for doomed in found.values_mut() {
        doomed.spares.retain(|name, _| !goes.contains(name));
    }
}

fn recipe(tags: &Tags) -> String {
    tags.get(ownership::RECIPE).cloned().unwrap_or_default()
}

fn family(service: &ObservedService) -> &str {
    let revision = short(service.task_definition().unwrap_or_default());
    revision.split(':').next().unwrap_or_default()
}

/// The services of the cluster: those that ECS lists, and by their last tasks those that are being deleted.
async fn listed(aws: &Aws, target: &DesiredTarget) -> Result<BTreeSet<String>, Fault> {
    let (listed, stopping) = tokio::join!(
        aws.service_arns(&target.cluster),
        aws.services_that_stop(&target.cluster)
    );
    let listed = listed?;
    let listed = listed.iter().map(|arn| short(arn).to_owned());
    Ok(listed.chain(stopping?).collect())
}

/// These services, and those that are being deleted as far as they have the usual name for one of these families.
async fn services(
    aws: &Aws,
    target: &DesiredTarget,
    mut names: BTreeSet<String>,
    families: &Families,
) -> Result<BTreeMap<String, ObservedService>, Fault> {
    let families = families.values().flatten();
    names.extend(families.map(|it| format!("{it}-service")));
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = aws
        .services(&target.cluster, &Vec::from_iter(names))
        .await?;
    Ok(found
        .services
        .into_iter()
        .filter_map(ObservedService::read)
        .collect())
}

/// The families of the region whose newest revision is of this stack, beside those that are known.
async fn orphans(
    aws: &Aws,
    target: &DesiredTarget,
    known: &Families,
    services: &BTreeMap<String, ObservedService>,
) -> Result<Families, Fault> {
    let is_known = |it: &String| {
        known.values().any(|families| families.contains(it))
            || services.values().any(|service| family(service) == it)
    };
    let mut unknown = aws.families().await?;
    unknown.retain(|it| !is_known(it));
    let mut found = Families::new();
    for batch in unknown.chunks(FAMILIES) {
        let mut reads = JoinSet::new();
        for family in batch {
            let (aws, family) = (aws.clone(), family.clone());
            reads.spawn(async move { (aws.task_definition(&family).await, family) });
        }
        for (answer, family) in reads.join_all().await {
            let revision = answer?.as_ref().and_then(Revision::read);
            let active = revision.filter(Revision::is_active);
            if let Some(name) = active.and_then(|it| owned_service(&it.tags, target)) {
                found.entry(name).or_default().insert(family);
            }
        }
    }
    Ok(found)
}

/// What a service runs: mostly one of the revisions that are read already, else one that somebody deregistered.
async fn running(
    aws: &Aws,
    service: &ObservedService,
    known: Option<&Vec<Revision>>,
) -> Result<Option<Value>, Fault> {
    let Some(said) = service.task_definition() else {
        return Ok(None);
    };
    let mut known = known.into_iter().flatten();
    if let Some(revision) = known.find(|it| it.is(said)) {
        return Ok(Some(revision.body.clone()));
    }
    let answer = aws.task_definition(said).await?;
    Ok(answer.as_ref().and_then(Revision::read).map(|it| it.body))
}

/// The active revisions of these families that are ours, by the name of the service.
async fn revisions(
    aws: &Aws,
    target: &DesiredTarget,
    families: &Families,
) -> Result<BTreeMap<String, Vec<Revision>>, Fault> {
    let mut reads = JoinSet::new();
    for (name, family) in families
        .iter()
        .flat_map(|(name, families)| families.iter().map(move |it| (name, it)))
    {
        let (aws, target, name, family) =
            (aws.clone(), target.clone(), name.clone(), family.clone());
        reads.spawn(async move {
            let mut ours = Vec::new();
            for arn in aws.task_definitions(&family).await? {
                let answer = aws.task_definition(&arn).await?;
                ours.extend(answer.as_ref().and_then(Revision::read).filter(|it| {
                    owned_service(&it.tags, &target).as_deref() == Some(name.as_str())
                }));
            }
            Ok::<_, Fault>((name, ours))
        });
    }
    let mut found: BTreeMap<String, Vec<Revision>> = BTreeMap::new();
    while let Some(joined) = reads.join_next().await {
        match joined {
            Ok(result) => {
                let (name, ours) = result?;
                if !ours.is_empty() {
                    found.entry(name).or_default().extend(ours);
                }
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    Ok(found)
}
