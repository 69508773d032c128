//! What a task definition must be to be registered (aws-facts §1.1, §1.2).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::arguments::{is_name, list, text, texts};
use super::super::rules::definitions as rules;
use super::containers;
use super::normal::size;
use crate::refusal::Refusal;

mod container;
mod fargate;
mod order;
mod ports;

/// # Errors
/// The first rule that is broken, as AWS tells one at a time.
pub(super) fn check(input: &Value) -> Result<(), Refusal> {
    family(input)?;
    let mode = text(input, "networkMode").unwrap_or("bridge");
    if !["bridge", "host", "awsvpc", "none"].contains(&mode) {
        return Err(rules::NETWORK_MODE.with(&[&mode]));
    }
    let volumes = volumes(input)?;
    let task_memory = task_size(input, "memory")?;
    let all = containers(input);
    if all.is_empty() {
        return Err(rules::NO_CONTAINERS.refusal());
    }
    if all.len() > 10 {
        return Err(rules::TOO_MANY_CONTAINERS.refusal());
    }
    task_size(input, "cpu")?;
    for one in all {
        container::check(one, mode, task_memory)?;
    }
    memory_sum(all, task_memory)?;
    references(all, mode, &volumes)?;
    order::check(all)?;
    if all.iter().all(|it| it["essential"] == false) {
        return Err(rules::NO_ESSENTIAL.refusal());
    }
    ports::check(all, mode)?;
    fargate::check(input)?;
    let length = input.to_string().len();
    if length > 65_536 {
        return Err(rules::TOO_LARGE.with(&[&length]));
    }
    Ok(())
}

fn family(input: &Value) -> Result<(), Refusal> {
    let family = text(input, "family").ok_or_else(|| rules::FAMILY_EMPTY.refusal())?;
    if family.len() > 255 {
        return Err(rules::FAMILY_LONG.refusal());
    }
    if is_name(family) {
        Ok(())
    } else {
        Err(rules::FAMILY_NAME.refusal())
    }
}

/// The task's own CPU units or MiB.
fn task_size(input: &Value, name: &str) -> Result<Option<u64>, Refusal> {
    let Some(given) = text(input, name) else {
        return Ok(None);
    };
    let (rule, bounds) = match name {
        "cpu" => (&rules::TASK_CPU, 128..=196_608),
        _ => (&rules::TASK_MEMORY, 6..=u64::MAX),
    };
    let size = size(given, 1024.0).filter(|it| bounds.contains(it));
    size.map(Some).ok_or_else(|| rule.refusal())
}

/// What all containers reserve together is part of what the task has.
fn memory_sum(all: &[Value], task: Option<u64>) -> Result<(), Refusal> {
    let reserved = |it: &Value| {
        let soft = it["memoryReservation"].as_u64();
        soft.or_else(|| it["memory"].as_u64()).unwrap_or(0)
    };
    let sum: u64 = all.iter().map(reserved).sum();
    match task {
        Some(task) if sum > task => Err(rules::MEMORY_SUM.with(&[&sum])),
        _ => Ok(()),
    }
}

/// The names of the volumes.
fn volumes(input: &Value) -> Result<BTreeSet<String>, Refusal> {
    let mut names = BTreeSet::new();
    for volume in list(input, "volumes") {
        let name = text(volume, "name").unwrap_or_default();
        if !is_name(name) {
            return Err(rules::VOLUME_NAME.refusal());
        }
        let kinds = [
            "host",
            "dockerVolumeConfiguration",
            "efsVolumeConfiguration",
            "fsxWindowsFileServerVolumeConfiguration",
            "s3filesVolumeConfiguration",
            "configuredAtLaunch",
        ];
        let said = |kind: &&&str| volume.get(**kind).is_some_and(|it| *it != false);
        if kinds.iter().filter(said).count() > 1 {
            return Err(rules::VOLUME_KINDS.with(&[&name]));
        }
        if !names.insert(name.to_owned()) {
            return Err(rules::VOLUME_TWICE.with(&[&name]));
        }
    }
    Ok(names)
}

/// What containers say of each other and of volumes.
fn references(all: &[Value], mode: &str, volumes: &BTreeSet<String>) -> Result<(), Refusal> {
    let mut seen = BTreeMap::new();
    for one in all {
        let name = text(one, "name").unwrap_or_default();
        if seen.insert(name, one).is_some() {
            return Err(rules::NAME_TWICE.with(&[&name]));
        }
    }
    for (name, one) in &seen {
        for mount in list(one, "mountPoints") {
            let volume = text(mount, "sourceVolume").unwrap_or_default();
            if !volumes.contains(volume) {
                return Err(rules::VOLUME_UNKNOWN.with(&[&volume]));
            }
        }
        for from in list(one, "volumesFrom") {
            let source = text(from, "sourceContainer").unwrap_or_default();
            if !seen.contains_key(source) {
                return Err(rules::VOLUMES_FROM_UNKNOWN.with(&[name, &source]));
            }
        }
        let links = texts(one, "links");
        if !links.is_empty() && mode != "bridge" {
            return Err(rules::LINKS_NOT_BRIDGE.with(&[&mode]));
        }
        for link in links {
            let other = link.split(':').next().unwrap_or_default();
            if !seen.contains_key(other) {
                return Err(rules::LINK_UNKNOWN.with(&[name, &other]));
            }
        }
    }
    Ok(())
}
