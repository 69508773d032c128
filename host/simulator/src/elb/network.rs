//! Where a load balancer is: subnets, zones, security groups.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::arguments::{balancer, balancer_mut, texts};
use super::rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::{LoadBalancer, World};

/// Puts a new load balancer into its subnets and security groups (aws-facts §1.5).
pub(super) fn put_into(
    world: &World,
    balancer: &mut LoadBalancer,
    subnets: &[String],
    zones: &[String],
    groups: &[String],
) -> Result<(), Refusal> {
    let subnets = match (subnets.is_empty(), zones.is_empty()) {
        (false, false) => return Err(rules::SUBNETS_OR_ZONES.refusal()),
        (true, true) => return Err(rules::NO_PLACE.refusal()),
        (false, true) => subnets.to_vec(),
        // Zones alone are those of the default VPC.
        (true, false) => zones
            .iter()
            .map(|it| default_subnet(world, it))
            .collect::<Result<_, _>>()?,
    };
    check_subnets(world, &subnets)?;
    let vpc = world.network.subnets[&subnets[0]].vpc.clone();
    if balancer.scheme != "internal" && !world.network.gateways.contains(&vpc) {
        return Err(rules::NO_GATEWAY.with(&[&vpc]));
    }
    balancer.security_groups = if groups.is_empty() {
        let of_vpc = world.network.security_groups.iter();
        let default = of_vpc.filter(|(_, it)| it.vpc == vpc && it.name == "default");
        default.map(|(id, _)| id.clone()).take(1).collect()
    } else {
        check_groups(world, &vpc, groups)?
    };
    balancer.vpc = vpc;
    settle(world, balancer, subnets);
    Ok(())
}

fn default_subnet(world: &World, zone: &str) -> Result<String, Refusal> {
    let found = world.network.subnets.iter().find(|(_, it)| it.zone == zone);
    found
        .map(|(id, _)| id.clone())
        .ok_or_else(|| rules::ZONE.with(&[&zone]))
}

fn check_subnets(world: &World, subnets: &[String]) -> Result<(), Refusal> {
    let (mut zones, mut vpcs) = (BTreeSet::new(), BTreeSet::new());
    for id in subnets.iter().collect::<BTreeSet<_>>() {
        let subnet = world
            .network
            .subnets
            .get(id)
            .ok_or_else(|| rules::SUBNET_NOT_FOUND.with(&[id]))?;
        vpcs.insert(&subnet.vpc);
        if vpcs.len() > 1 {
            return Err(rules::SUBNETS_TWO_VPCS.refusal());
        }
        if !zones.insert(&subnet.zone) {
            return Err(rules::SUBNETS_ONE_ZONE.refusal());
        }
    }
    Ok(())
}

fn check_groups(world: &World, vpc: &str, groups: &[String]) -> Result<Vec<String>, Refusal> {
    let is_there = |id: &String| {
        world
            .network
            .security_groups
            .get(id)
            .is_some_and(|it| it.vpc == vpc)
    };
    if !groups.iter().all(is_there) {
        return Err(rules::SECURITY_GROUP.refusal());
    }
    let unique: BTreeSet<String> = groups.iter().cloned().collect();
    Ok(unique.into_iter().collect())
}

/// Sets the subnets, and the zones that follow from them.
fn settle(world: &World, balancer: &mut LoadBalancer, subnets: Vec<String>) {
    let unique: BTreeSet<String> = subnets.into_iter().collect();
    let zones: BTreeSet<&String> = unique
        .iter()
        .filter_map(|it| Some(&world.network.subnets.get(it)?.zone))
        .collect();
    balancer.zones = zones.into_iter().cloned().collect();
    balancer.subnets = unique.into_iter().collect();
}

pub(super) fn apply_security_groups(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let groups = texts(call.input, "SecurityGroups");
    let vpc = balancer(call.world, call.input)?.vpc.clone();
    if groups.is_empty() {
        return Err(rules::NO_SECURITY_GROUPS.refusal());
    }
    let groups = check_groups(call.world, &vpc, &groups)?;
    let balancer = balancer_mut(call.world, call.input)?;
    balancer.security_groups = groups;
    Ok(json!({"SecurityGroups": balancer.security_groups}))
}

pub(super) fn attach_subnets(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let mut changed = balancer(call.world, call.input)?.clone();
    let all = [changed.subnets.clone(), texts(call.input, "Subnets")].concat();
    check_subnets(call.world, &all)?;
    settle(call.world, &mut changed, all);
    Ok(json!({"Subnets": replace(call, changed).subnets}))
}

pub(super) fn detach_subnets(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let mut changed = balancer(call.world, call.input)?.clone();
    let gone = texts(call.input, "Subnets");
    let left: Vec<String> = changed
        .subnets
        .iter()
        .filter(|it| !gone.contains(it))
        .cloned()
        .collect();
    if left.is_empty() {
        return Err(rules::LAST_SUBNET.refusal());
    }
    settle(call.world, &mut changed, left);
    Ok(json!({"Subnets": replace(call, changed).subnets}))
}

/// Zones are enabled and disabled where there is no VPC; here all load balancers are in one.
pub(super) fn enable_zones(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = balancer(call.world, call.input)?;
    let asked = texts(call.input, "AvailabilityZones");
    if asked.iter().all(|it| found.zones.contains(it)) {
        return Ok(json!({"AvailabilityZones": found.zones}));
    }
    Err(rules::ZONES_OF_VPC.refusal())
}

pub(super) fn disable_zones(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = balancer(call.world, call.input)?;
    let asked = texts(call.input, "AvailabilityZones");
    if !asked.iter().any(|it| found.zones.contains(it)) {
        return Ok(json!({"AvailabilityZones": found.zones}));
    }
    if found.zones.iter().all(|it| asked.contains(it)) {
        return Err(rules::LAST_ZONE.refusal());
    }
    Err(rules::ZONES_OF_VPC.refusal())
}

fn replace<'a>(call: &'a mut Call<'_>, changed: LoadBalancer) -> &'a LoadBalancer {
    let name = changed.name.clone();
    call.world.balancers.insert(name.clone(), changed);
    &call.world.balancers[&name]
}
