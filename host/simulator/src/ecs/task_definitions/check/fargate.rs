//! Task definitions that say they run on Fargate.

use serde_json::Value;

use super::super::super::arguments::{list, text, texts};
use super::super::normal::size;
use super::rules;
use crate::refusal::Refusal;

/// CPU units, the least and the most MiB, and the step between sizes.
const SIZES: [(u64, u64, u64, u64); 8] = [
    (256, 512, 1024, 512),
    (256, 2048, 2048, 2048),
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
    for name in ["cpu", "memory"] {
        if text(input, name).is_none() {
            return Err(rules::FARGATE_NO_SIZE.with(&[&name]));
        }
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
        return Err(rules::FARGATE_UNSUPPORTED.with(&[&"privileged"]));
    }
    for volume in list(input, "volumes") {
        for (of, name) in [
            (&volume["host"], "sourcePath"),
            (volume, "dockerVolumeConfiguration"),
        ] {
            if of.get(name).is_some() {
                return Err(rules::FARGATE_UNSUPPORTED.with(&[&name]));
            }
        }
    }
    Ok(())
}
