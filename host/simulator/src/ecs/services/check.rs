//! What a service must be (aws-facts §1.3, §1.4, §4).

use serde_json::Value;

use super::super::arguments::{self, is_name, list, text, texts};
use super::super::rules::services as rules;
use crate::refusal::Refusal;
use crate::world::{Revision, RevisionStatus, Service, World};

mod balancer;

/// What a CreateService comes to.
pub(super) struct Creation {
    pub(super) revision: String,
    pub(super) desired: u32,
    /// The ARN of the role it is given, or of the service-linked one.
    pub(super) role: String,
    /// `availabilityZoneRebalancing`, as it settles.
    pub(super) rebalancing: &'static str,
}

/// What an UpdateService comes to; what it does not say stays.
pub(super) struct Change {
    pub(super) revision: Option<String>,
    pub(super) desired: Option<u32>,
}

pub(super) fn name(input: &Value) -> Result<&str, Refusal> {
    let name = text(input, "serviceName").ok_or_else(|| rules::NAME_EMPTY.refusal())?;
    if is_name(name) {
        Ok(name)
    } else {
        Err(rules::NAME.with(&[&name]))
    }
}

pub(super) fn create(world: &World, input: &Value) -> Result<Creation, Refusal> {
    if text(input, "clientToken")
        .is_some_and(|it| it.len() > 36 || !it.bytes().all(|it| (33..=126).contains(&it)))
    {
        return Err(rules::TOKEN.refusal());
    }
    let reference = arguments::required(input, "taskDefinition", &rules::DEFINITION_EMPTY)?;
    let revision = active(world, reference)?;
    let strategy = text(input, "schedulingStrategy").unwrap_or("REPLICA");
    let desired = desired(input, strategy)?;
    launch(input)?;
    network(world, input, revision)?;
    placement(input)?;
    let balancers = list(input, "loadBalancers");
    rollout(input, !balancers.is_empty(), strategy)?;
    balancer::check(world, input, balancers, revision)?;
    let role = balancer::role(world, input, balancers, revision)?;
    supported(input, revision)?;
    let settled = incompatible(input, balancers, strategy);
    Ok(Creation {
        revision: revision.arn.clone(),
        desired,
        role,
        rebalancing: if settled { "DISABLED" } else { "ENABLED" },
    })
}

/// `body` is what the service will be shown as.
pub(super) fn update(
    world: &World,
    input: &Value,
    service: &Service,
    body: &Value,
) -> Result<Change, Refusal> {
    let given = match text(input, "taskDefinition") {
        Some(reference) => Some(active(world, reference)?),
        None => None,
    };
    let runs = service.deployments.first();
    let revision = given.or_else(|| world.revision(&runs?.revision));
    // What is not touched is not checked again: a load balancer may be gone by now.
    let touched = |name: &str| revision.filter(|_| given.is_some() || input.get(name).is_some());
    let strategy = text(body, "schedulingStrategy").unwrap_or("REPLICA");
    let desired = match input.get("desiredCount") {
        Some(_) => Some(desired(input, strategy)?),
        None => None,
    };
    if let Some(revision) = touched("networkConfiguration") {
        network(world, body, revision)?;
    }
    placement(body)?;
    let balancers = list(body, "loadBalancers");
    if (has_classic(balancers) || has_classic(list(&service.body, "loadBalancers")))
        && body["loadBalancers"] != service.body["loadBalancers"]
    {
        return Err(rules::BALANCER_FIXED.refusal());
    }
    rollout(body, !balancers.is_empty(), strategy)?;
    let configuration = &body["deploymentConfiguration"];
    if has_classic(balancers) && configuration.get("deploymentCircuitBreaker").is_some() {
        return Err(rules::BREAKER_CLASSIC.refusal());
    }
    if body["availabilityZoneRebalancing"] == "ENABLED"
        && configuration["maximumPercent"]
            .as_i64()
            .is_some_and(|it| it <= 100)
    {
        return Err(rules::REBALANCING_UPDATE.refusal());
    }
    if let Some(revision) = touched("loadBalancers") {
        balancer::check(world, body, balancers, revision)?;
    }
    Ok(Change {
        revision: given.map(|it| it.arn.clone()),
        desired,
    })
}

fn has_classic(balancers: &[Value]) -> bool {
    balancers
        .iter()
        .any(|it| it.get("loadBalancerName").is_some())
}

/// The ACTIVE revision that a service may be given.
fn active<'a>(world: &'a World, reference: &str) -> Result<&'a Revision, Refusal> {
    let found = arguments::revision(world, reference)
        .ok_or_else(|| rules::DEFINITION_NOT_FOUND.refusal())?;
    if found.status == RevisionStatus::Active {
        Ok(found)
    } else {
        Err(rules::DEFINITION_INACTIVE.refusal())
    }
}

fn desired(input: &Value, strategy: &str) -> Result<u32, Refusal> {
    let given = input["desiredCount"].as_i64();
    match strategy {
        "REPLICA" => {}
        "DAEMON" => {
            return if given.is_some() {
                Err(rules::DESIRED_DAEMON.refusal())
            } else {
                Ok(0)
            };
        }
        other => return Err(rules::STRATEGY.with(&[&other])),
    }
    let given = given
        .filter(|it| *it >= 0)
        .ok_or_else(|| rules::DESIRED_MISSING.refusal())?;
    u32::try_from(given)
        .ok()
        .filter(|it| *it <= 5000)
        .ok_or_else(|| rules::DESIRED_LARGE.refusal())
}

/// `launchType` and its like of CreateService and RunTask.
pub(in crate::ecs) fn launch(input: &Value) -> Result<(), Refusal> {
    let kind = text(input, "launchType");
    if let Some(kind) =
        kind.filter(|it| !["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"].contains(it))
    {
        return Err(rules::LAUNCH_TYPE.with(&[&kind]));
    }
    if kind.is_some() && !list(input, "capacityProviderStrategy").is_empty() {
        return Err(rules::LAUNCH_AND_PROVIDER.refusal());
    }
    if kind == Some("EC2") && text(input, "platformVersion").is_some() {
        return Err(rules::LAUNCH_PLATFORM.refusal());
    }
    Ok(())
}

/// Whether a revision can be launched as an input says.
pub(in crate::ecs) fn supported(input: &Value, revision: &Revision) -> Result<(), Refusal> {
    match text(input, "launchType") {
        Some(kind) if !texts(&revision.body, "compatibilities").contains(&kind) => {
            Err(rules::LAUNCH_UNSUPPORTED.with(&[&kind]))
        }
        _ => Ok(()),
    }
}

/// `networkConfiguration` of a service or of RunTask and StartTask.
pub(in crate::ecs) fn network(
    world: &World,
    input: &Value,
    revision: &Revision,
) -> Result<(), Refusal> {
    let is_awsvpc = revision.body["networkMode"] == "awsvpc";
    let configuration = input.get("networkConfiguration");
    match (is_awsvpc, configuration) {
        (true, None) => return Err(rules::NETWORK_MISSING.refusal()),
        (false, Some(_)) => return Err(rules::NETWORK_UNUSED.refusal()),
        _ => {}
    }
    let Some(configuration) = configuration else {
        return Ok(());
    };
    let own = &configuration["awsvpcConfiguration"];
    let (subnets, groups) = (texts(own, "subnets"), texts(own, "securityGroups"));
    if subnets.is_empty() {
        return Err(rules::SUBNETS_EMPTY.refusal());
    }
    if subnets.len() > 16 {
        return Err(rules::SUBNETS_MANY.refusal());
    }
    if groups.len() > 5 {
        return Err(rules::GROUPS_MANY.refusal());
    }
    let known = &world.network;
    if let Some(subnet) = subnets.iter().find(|it| !known.subnets.contains_key(**it)) {
        return Err(rules::SUBNET.with(&[subnet, subnet]));
    }
    let mut groups = groups.iter();
    match groups.find(|it| !known.security_groups.contains_key(**it)) {
        Some(group) => Err(rules::GROUP.with(&[group, group])),
        None => Ok(()),
    }
}

/// Where tasks of a service or of RunTask may go.
pub(in crate::ecs) fn placement(input: &Value) -> Result<(), Refusal> {
    if list(input, "placementStrategy").len() > 5 {
        return Err(rules::PLACEMENT_STRATEGIES.refusal());
    }
    if list(input, "placementConstraints").len() > 10 {
        return Err(rules::PLACEMENT_CONSTRAINTS.refusal());
    }
    let packs = |it: &&Value| it["type"] == "binpack";
    let field = |it: &Value| text(it, "field").unwrap_or_default().to_lowercase();
    let mut packing = list(input, "placementStrategy").iter().filter(packs);
    if !packing.all(|it| ["cpu", "memory"].contains(&field(it).as_str())) {
        return Err(rules::PLACEMENT_FIELD.refusal());
    }
    let mut constraints = list(input, "placementConstraints").iter();
    if constraints.any(|it| it["type"] == "distinctInstance" && text(it, "expression").is_some()) {
        return Err(rules::PLACEMENT_EXPRESSION.refusal());
    }
    Ok(())
}

/// The numbers of a rollout, as far as an input says them.
fn rollout(input: &Value, has_balancer: bool, strategy: &str) -> Result<(), Refusal> {
    let configuration = &input["deploymentConfiguration"];
    let of = |name: &str| configuration[name].as_i64();
    for (name, least, most) in [
        ("minimumHealthyPercent", 0, 100),
        // A service may go beyond 200 percent; a thousand fold is a slip.
        ("maximumPercent", 0, 100_000),
    ] {
        if of(name).is_some_and(|it| !(least..=most).contains(&it)) {
            return Err(rules::PERCENT_RANGE.with(&[&name, &least, &most]));
        }
    }
    let usual = if strategy == "DAEMON" {
        (0, 100)
    } else {
        (100, 200)
    };
    let (least, most) = (
        of("minimumHealthyPercent").unwrap_or(usual.0),
        of("maximumPercent").unwrap_or(usual.1),
    );
    if configuration.is_object() && least == 100 && most == 100 {
        return Err(rules::PERCENTS.refusal());
    }
    if let Some(grace) = input["healthCheckGracePeriodSeconds"].as_i64() {
        if !(0..=i64::from(i32::MAX)).contains(&grace) {
            return Err(rules::GRACE_RANGE.refusal());
        }
        if !has_balancer {
            return Err(rules::GRACE_WITHOUT_BALANCER.refusal());
        }
    }
    Ok(())
}

/// Whether a new service cannot have Availability Zone rebalancing, or does not want it.
fn incompatible(input: &Value, balancers: &[Value], strategy: &str) -> bool {
    let most = input["deploymentConfiguration"]["maximumPercent"].as_i64();
    text(input, "availabilityZoneRebalancing") == Some("DISABLED")
        || has_classic(balancers)
        || strategy == "DAEMON"
        || input["deploymentController"]["type"] == "EXTERNAL"
        || list(input, "placementConstraints").iter().any(is_of_zone)
        || most.is_some_and(|it| it <= 100)
}

/// Whether a placement constraint names an Availability Zone.
fn is_of_zone(constraint: &Value) -> bool {
    text(constraint, "expression").is_some_and(|it| it.contains("ecs.availability-zone"))
}
