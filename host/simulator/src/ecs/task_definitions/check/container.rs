//! One container by itself.

use serde_json::Value;

use super::super::super::arguments::{is_name, list, text};
use super::rules;
use crate::refusal::Refusal;

/// The least that docker takes, in MiB.
const LEAST_MEMORY: i64 = 6;

/// Parameters that a task with an interface of its own cannot have, as AWS speaks of them.
const NOT_WITH_AWSVPC: [(&str, &str); 4] = [
    ("hostname", "hostname is"),
    ("extraHosts", "Extra hosts are"),
    ("dnsServers", "DNS servers are"),
    ("dnsSearchDomains", "DNS search domains are"),
];

pub(super) fn check(
    container: &Value,
    mode: &str,
    task_memory: Option<u64>,
) -> Result<(), Refusal> {
    let name = text(container, "name").ok_or_else(|| rules::NAME_EMPTY.refusal())?;
    if !is_name(name) {
        return Err(rules::NAME_INVALID.refusal());
    }
    let image = text(container, "image").ok_or_else(|| rules::IMAGE_EMPTY.refusal())?;
    if !is_image(image) {
        return Err(rules::IMAGE_INVALID.refusal());
    }
    memory(container, name, task_memory)?;
    if container["cpu"].as_i64().is_some_and(|it| it < 0) {
        return Err(rules::CPU_NEGATIVE.with(&[&name]));
    }
    if mode == "awsvpc" {
        for (parameter, says) in NOT_WITH_AWSVPC {
            let is_said =
                text(container, parameter).is_some() || !list(container, parameter).is_empty();
            if is_said {
                return Err(rules::NOT_WITH_AWSVPC.with(&[&says]));
            }
        }
    }
    log(container)?;
    ulimits(container, name)?;
    health(container, name)
}

/// What AWS's model of `LogDriver` has.
const LOG_DRIVERS: [&str; 8] = [
    "json-file",
    "syslog",
    "journald",
    "gelf",
    "fluentd",
    "awslogs",
    "splunk",
    "awsfirelens",
];

fn log(container: &Value) -> Result<(), Refusal> {
    match text(&container["logConfiguration"], "logDriver") {
        Some(driver) if !LOG_DRIVERS.contains(&driver) => {
            Err(rules::LOG_DRIVER.with(&[&driver, &LOG_DRIVERS.join(",")]))
        }
        _ => Ok(()),
    }
}

/// What AWS's model of `UlimitName` has.
const ULIMITS: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// Linux calls it -1 where there is no limit.
fn ulimits(container: &Value, name: &str) -> Result<(), Refusal> {
    for limit in list(container, "ulimits") {
        let of = text(limit, "name").unwrap_or_default();
        if !ULIMITS.contains(&of) {
            return Err(rules::ULIMIT_NAME.with(&[&of]));
        }
        let height = |field: &str| match limit[field].as_i64().unwrap_or_default() {
            -1 => i64::MAX,
            height => height,
        };
        if height("softLimit") > height("hardLimit") {
            return Err(rules::ULIMIT_ORDER.with(&[&name, &of]));
        }
    }
    Ok(())
}

/// Whether an image is a name with or without a tag, or a name and a digest (aws-facts §1.1).
fn is_image(image: &str) -> bool {
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (image, None),
    };
    let is_fit = |it: u8| it.is_ascii_alphanumeric() || b"-_:./#".contains(&it);
    let is_digest = |it: &str| {
        it.strip_prefix("sha256:")
            .is_some_and(|it| it.len() == 64 && it.bytes().all(|it| it.is_ascii_hexdigit()))
    };
    image.len() <= 255
        && !name.is_empty()
        && name.bytes().all(is_fit)
        && digest.is_none_or(is_digest)
}

fn memory(container: &Value, name: &str, task_memory: Option<u64>) -> Result<(), Refusal> {
    let (limit, reservation) = (
        container["memory"].as_i64(),
        container["memoryReservation"].as_i64(),
    );
    if limit.is_none() && reservation.is_none() && task_memory.is_none() {
        return Err(rules::NO_MEMORY.with(&[&name]));
    }
    if limit.or(reservation).is_some_and(|it| it < LEAST_MEMORY) {
        return Err(rules::MEMORY_SMALL.with(&[&name]));
    }
    if let (Some(limit), Some(reservation)) = (limit, reservation)
        && limit <= reservation
    {
        return Err(rules::MEMORY_BELOW_RESERVATION.with(&[&name]));
    }
    let asked = limit.or(reservation).and_then(|it| u64::try_from(it).ok());
    if let (Some(asked), Some(task)) = (asked, task_memory)
        && asked > task
    {
        return Err(rules::MEMORY_ABOVE_TASK.with(&[&name]));
    }
    Ok(())
}

/// Bounds of a container's own health check, in seconds and times.
const HEALTH: [(&str, i64, i64); 4] = [
    ("interval", 5, 300),
    ("timeout", 2, 60),
    ("retries", 1, 10),
    ("startPeriod", 0, 300),
];

fn health(container: &Value, name: &str) -> Result<(), Refusal> {
    let Some(check) = container.get("healthCheck") else {
        return Ok(());
    };
    if list(check, "command").is_empty() {
        return Err(rules::HEALTH_COMMAND.with(&[&name]));
    }
    for (field, least, most) in HEALTH {
        if check[field]
            .as_i64()
            .is_some_and(|it| !(least..=most).contains(&it))
        {
            return Err(rules::HEALTH_RANGE.with(&[&name, &field, &least, &most]));
        }
    }
    Ok(())
}
