//! How a classic load balancer finds out whether an instance works.

use crate::diag::Diagnostic;
use crate::validate::place::Place;

/// The target's length, in UTF-16 units.
const TARGET_LIMIT: usize = 1024;
const HINT: &str = "write it as `TCP:6379`, `SSL:443`, `HTTP:9200/_cluster/health` or `HTTPS:443/`";

pub(super) fn check(health: &Place<'_>, found: &mut Vec<Diagnostic>) {
    for name in [
        "Target",
        "Interval",
        "Timeout",
        "UnhealthyThreshold",
        "HealthyThreshold",
    ] {
        found.extend(health.missing(name, "AWS wants all five fields of a health check"));
    }
    if let Some(target) = health.text("Target").filter(|it| !it.is_empty()) {
        found.extend(check_target(target).map(|message| health.error("Target", message, HINT)));
    }
    found.extend(health.outside("Interval", 5..=300, "seconds"));
    found.extend(health.outside("Timeout", 2..=60, "seconds"));
    found.extend(health.outside("UnhealthyThreshold", 2..=10, "failures"));
    found.extend(health.outside("HealthyThreshold", 2..=10, "successes"));
    if let (Some(timeout), Some(interval)) = (health.number("Timeout"), health.number("Interval"))
        && timeout >= interval
    {
        let message = format!(
            "is {timeout} seconds, but must be less than the interval, which is {interval}"
        );
        found.push(health.error("Timeout", message, "lower it, or raise `interval`"));
    }
}

/// What is wrong with a target like `HTTP:80/path`.
fn check_target(target: &str) -> Option<String> {
    let length = target.encode_utf16().count();
    if length > TARGET_LIMIT {
        return Some(format!(
            "has {length} characters, and AWS takes {TARGET_LIMIT}"
        ));
    }
    let (protocol, rest) = target.split_once(':').unwrap_or((target, ""));
    let slash = rest.find('/').unwrap_or(rest.len());
    let (port, path) = rest.split_at(slash);
    match (protocol, path) {
        _ if !is_port(port) => Some(format!(
            "`{target}` has no port from 1 to 65535 behind its protocol"
        )),
        ("TCP" | "SSL", "") => None,
        ("TCP" | "SSL", _) => Some(format!(
            "`{target}` has a path, and {protocol} only opens a connection"
        )),
        ("HTTP" | "HTTPS", "") => Some(format!("`{target}` has no path to ask for")),
        ("HTTP" | "HTTPS", _) => None,
        _ => Some(format!(
            "`{target}` does not begin with TCP, SSL, HTTP or HTTPS"
        )),
    }
}

/// Digits only: `parse` would take `+80` as well.
fn is_port(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_digit()) && text.parse().is_ok_and(|it: u16| it > 0)
}

/// Seconds until an instance that never answers is out of service.
pub(super) fn seconds_until_out(health: &Place<'_>) -> Option<i64> {
    Some(health.number("Interval")? * health.number("UnhealthyThreshold")?)
}

#[cfg(test)]
mod tests;
