//! Classic load balancers: the whole, and their attributes.

use crate::codes::blueprint;
use crate::diag::{Diagnostic, coded};
use crate::validate::names::check_balancer_name;
use crate::validate::place::Place;
use crate::validate::{Balancer, health, listeners};

const DESYNC: &str = "elb.http.desyncmitigationmode";
const DESYNC_MODES: [&str; 3] = ["monitor", "defensive", "strictest"];

pub(super) fn check(balancer: &Balancer<'_>, found: &mut Vec<Diagnostic>) {
    coded(blueprint::NAME, found, |found| {
        check_balancer_name(&balancer.create, "LoadBalancerName", found);
    });
    coded(blueprint::SCHEME, found, |found| {
        check_scheme(&balancer.create, found);
    });
    coded(blueprint::LISTENERS, found, |found| {
        listeners::check(&balancer.create, found);
    });
    coded(blueprint::HEALTH_CHECK, found, |found| {
        health::check(&balancer.health_check, found);
    });
    if let Some(attributes) = &balancer.attributes {
        coded(blueprint::ATTRIBUTES, found, |found| {
            check_attributes(attributes, found);
        });
    }
}

/// AWS's default is the whole internet, so the scheme has to be said.
fn check_scheme(create: &Place<'_>, found: &mut Vec<Diagnostic>) {
    let hint = "set it to `internal` or `internet-facing`";
    match create.text("Scheme") {
        None if create.has("Scheme") => {}
        None => found.push(create.error(
            "Scheme",
            "is missing, and AWS would open it to the internet",
            hint,
        )),
        Some("internal" | "internet-facing") => {}
        Some(scheme) => {
            found.push(create.error("Scheme", format!("`{scheme}` is not a scheme"), hint));
        }
    }
}

fn check_attributes(attributes: &Place<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(draining) = attributes.member("ConnectionDraining") {
        found.extend(draining.outside("Timeout", 1..=3600, "seconds"));
    }
    if let Some(settings) = attributes.member("ConnectionSettings") {
        found.extend(settings.outside("IdleTimeout", 1..=3600, "seconds"));
    }
    if let Some(log) = attributes.member("AccessLog") {
        check_access_log(&log, found);
    }
    for other in attributes.items("AdditionalAttributes") {
        check_additional(&other, found);
    }
}

fn check_access_log(log: &Place<'_>, found: &mut Vec<Diagnostic>) {
    if log.flag("Enabled") == Some(true) {
        found.extend(log.missing("S3BucketName", "name the bucket, or set `Enabled` to false"));
    }
    if let Some(minutes) = log
        .number("EmitInterval")
        .filter(|it| ![5, 60].contains(it))
    {
        let message = format!("must be 5 or 60 minutes, but is {minutes}");
        found.push(log.error("EmitInterval", message, "set it to 5 or 60"));
    }
}

/// AWS has one of these so far; others may come.
fn check_additional(attribute: &Place<'_>, found: &mut Vec<Diagnostic>) {
    found.extend(attribute.missing("Key", "name the attribute"));
    if let (Some(DESYNC), Some(mode)) = (attribute.text("Key"), attribute.text("Value"))
        && !DESYNC_MODES.contains(&mode)
    {
        let message = format!("`{mode}` is not a value of `{DESYNC}`");
        found.push(attribute.error(
            "Value",
            message,
            "set it to `monitor`, `defensive` or `strictest`",
        ));
    }
}

#[cfg(test)]
mod tests;
