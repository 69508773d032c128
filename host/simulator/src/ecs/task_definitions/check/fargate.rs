//! Task definitions that say they run on Fargate.

use serde_json::Value;

use super::super::super::arguments::{list, text, texts};
use super::super::normal::size;
use super::rules;
use crate::refusal::Refusal;

/// CPU units, the least and the most MiB, and the step between sizes.
const SIZES: [(u64, u64, u64, u64); 7] = [
    (256, 512, 2048, 512),
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16_384, 1024),
    (4096, 8192, 30_720, 1024),
    (8192, 16_384, 61_440, 4096),
    (16_384, 32_768, 122_880, 8192),
];

pub(super) fn check(input: &Value) -> Result<(), Refusal> {
    let asked = texts(input, "requiresCompatibilities");
    for one in &asked {
        if !["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"].contains(one) {
            return Err(rules::COMPATIBILITY.with(&[one]));
        }
    }
    if !asked.contains(&"FARGATE") {
        return Ok(());
    }
    if text(input, "networkMode") != Some("awsvpc") {
        return Err(rules::FARGATE_NETWORK.refusal());
    }
    let of = |name: &str| text(input, name).and_then(|it| size(it, 1024.0));
    let is_size = |cpu: u64, memory: u64| {
        SIZES.iter().any(|(units, least, most, step)| {
            cpu == *units && (*least..=*most).contains(&memory) && memory.is_multiple_of(*step)
        })
    };
    match (of("cpu"), of("memory")) {
        (Some(cpu), Some(memory)) if is_size(cpu, memory) => {}
        _ => return Err(rules::FARGATE_SIZE.refusal()),
    }
    if list(input, "containerDefinitions")
        .iter()
        .any(|it| it["privileged"] == true)
    {
        return Err(rules::FARGATE_UNSUPPORTED.with(&[&"privileged containers"]));
    }
    let of_host = |it: &Value| {
        it["host"].get("sourcePath").is_some() || it.get("dockerVolumeConfiguration").is_some()
    };
    if list(input, "volumes").iter().any(of_host) {
        return Err(rules::FARGATE_UNSUPPORTED.with(&[&"host or docker volumes"]));
    }
    Ok(())
}
