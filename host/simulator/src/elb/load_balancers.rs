//! Load balancers.

use serde_json::{Value, json};

use super::arguments::{list, text, texts};
use super::{attributes, limits, listeners, network, rules, tags};
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::{HealthCheck, LoadBalancer};

fn check_name(name: &str) -> Result<(), Refusal> {
    let is_fit = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
    if name.chars().count() > 32 {
        Err(rules::NAME_LONG.refusal())
    } else if name.is_empty() || !name.bytes().all(is_fit) {
        Err(rules::NAME.refusal())
    } else if name.starts_with('-') || name.ends_with('-') {
        Err(rules::NAME_DASH.refusal())
    } else {
        Ok(())
    }
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let input = call.input;
    let name = text(input, "LoadBalancerName").unwrap_or_default();
    check_name(name)?;
    let given = list(input, "Listeners");
    if given.is_empty() {
        return Err(rules::NO_LISTENERS.refusal());
    }
    let scheme = match text(input, "Scheme") {
        None | Some("internet-facing") => "internet-facing",
        Some("internal") => "internal",
        Some(other) => return Err(rules::SCHEME.with(&[&other])),
    };
    let mut balancer = LoadBalancer {
        name: name.to_owned(),
        scheme: scheme.to_owned(),
        created: call.world.now,
        attributes: attributes::usual(),
        ..LoadBalancer::default()
    };
    for one in given {
        let listener = listeners::read(one)?;
        let port = listener.port;
        listeners::add(&mut balancer, listener).map_err(|refusal| {
            if refusal.rule == rules::DUPLICATE_LISTENER.name {
                rules::LISTENER_TWICE.with(&[&port])
            } else {
                refusal
            }
        })?;
    }
    let first = given[0]["InstancePort"].as_i64().unwrap_or_default();
    balancer.health_check = HealthCheck {
        target: format!("TCP:{first}"),
        interval: 30,
        timeout: 5,
        unhealthy_threshold: 2,
        healthy_threshold: 10,
    };
    balancer.tags = tags::merge(&balancer.tags, list(input, "Tags"))?;
    if call.world.balancers.contains_key(name) {
        return Err(rules::DUPLICATE_NAME.refusal());
    }
    if call.world.balancers.len() >= limits::load_balancers(call.script) {
        return Err(rules::TOO_MANY.refusal());
    }
    network::put_into(
        call.world,
        &mut balancer,
        &texts(input, "Subnets"),
        &texts(input, "AvailabilityZones"),
        &texts(input, "SecurityGroups"),
    )?;
    let prefix = if scheme == "internal" {
        "internal-"
    } else {
        ""
    };
    let digits = call.world.ids.decimal(9);
    balancer.dns_name = format!(
        "{prefix}{}-{digits}.{}.elb.amazonaws.com",
        name.to_lowercase(),
        call.world.region
    );
    let address = balancer.dns_name.clone();
    call.world.balancers.insert(name.to_owned(), balancer);
    Ok(json!({"DNSName": address}))
}

/// What is not there is deleted already.
#[expect(clippy::unnecessary_wraps, reason = "an operation like all others")]
pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, Refusal> {
    call.world
        .balancers
        .remove(text(call.input, "LoadBalancerName").unwrap_or_default());
    Ok(json!({}))
}

pub(super) fn describe(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let input = call.input;
    let size = match input["PageSize"].as_i64() {
        None => 400,
        Some(size) => usize::try_from(size)
            .ok()
            .filter(|it| (1..=400).contains(it))
            .ok_or_else(|| rules::PAGE_SIZE.refusal())?,
    };
    let asked = texts(input, "LoadBalancerNames");
    // One name that is missing fails all of it.
    for name in &asked {
        if !call.world.balancers.contains_key(name) {
            return Err(rules::NOT_FOUND.with(&[name]));
        }
    }
    let all = call
        .world
        .balancers
        .values()
        .filter(|it| asked.is_empty() || asked.contains(&it.name));
    let all: Vec<&LoadBalancer> = all.collect();
    let begin = match text(input, "Marker") {
        None => 0,
        // A marker is the last name of the page before, in a form that is not a name.
        Some(marker) => {
            marker
                .strip_prefix("after:")
                .and_then(|name| all.iter().position(|it| it.name == name))
                .ok_or_else(|| rules::MARKER.refusal())?
                + 1
        }
    };
    let end = (begin + size).min(all.len());
    let descriptions: Vec<Value> = all[begin..end].iter().map(|it| shown(call, it)).collect();
    let mut answer = json!({"LoadBalancerDescriptions": descriptions});
    if end < all.len() {
        answer["NextMarker"] = format!("after:{}", all[end - 1].name).into();
    }
    Ok(answer)
}

/// The attributes of a policy, in their order.
type Pairs = [(String, String)];

/// A load balancer as it is described.
fn shown(call: &Call<'_>, of: &LoadBalancer) -> Value {
    let group = of
        .security_groups
        .first()
        .and_then(|it| call.world.network.security_groups.get(it));
    let policies = |kind: &str, members: &dyn Fn(&str, &Pairs) -> Value| -> Value {
        let of_kind = of.policies.iter().filter(|(_, it)| it.kind == kind);
        of_kind
            .map(|(name, it)| members(name, &it.attributes))
            .collect()
    };
    let value = |attributes: &Pairs, name: &str| {
        attributes
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.clone())
    };
    let others: Vec<&String> = of
        .policies
        .iter()
        .filter(|(_, it)| !it.kind.ends_with("CookieStickinessPolicyType"))
        .map(|(name, _)| name)
        .collect();
    let health = &of.health_check;
    let mut shown = json!({
        "LoadBalancerName": of.name,
        "DNSName": of.dns_name,
        "ListenerDescriptions": of.listeners.values().map(listeners::shown).collect::<Vec<_>>(),
        "Policies": {
            "AppCookieStickinessPolicies": policies("AppCookieStickinessPolicyType", &|name, it| json!({
                "PolicyName": name, "CookieName": value(it, "CookieName"),
            })),
            "LBCookieStickinessPolicies": policies("LBCookieStickinessPolicyType", &|name, it| json!({
                "PolicyName": name, "CookieExpirationPeriod": value(it, "CookieExpirationPeriod").and_then(|it| it.parse::<i64>().ok()),
            })),
            "OtherPolicies": others,
        },
        "BackendServerDescriptions": of.backend_policies.iter().map(|(port, names)| json!({
            "InstancePort": port, "PolicyNames": names,
        })).collect::<Vec<_>>(),
        "AvailabilityZones": of.zones,
        "Subnets": of.subnets,
        "VPCId": of.vpc,
        "Instances": of.instances.iter().filter(|(_, it)| it.draining_until.is_none()).map(|(id, _)| json!({"InstanceId": id})).collect::<Vec<_>>(),
        "HealthCheck": {
            "Target": health.target,
            "Interval": health.interval,
            "Timeout": health.timeout,
            "UnhealthyThreshold": health.unhealthy_threshold,
            "HealthyThreshold": health.healthy_threshold,
        },
        "SourceSecurityGroup": {
            "OwnerAlias": call.world.account,
            "GroupName": group.map_or("default", |it| &it.name),
        },
        "SecurityGroups": of.security_groups,
        "CreatedTime": of.created.iso8601(),
        "Scheme": of.scheme,
    });
    shown["CanonicalHostedZoneNameID"] = "Z35SXDOTRQ7X7K".into();
    // An internal one has the id of a zone, but no name in it.
    if of.scheme != "internal" {
        shown["CanonicalHostedZoneName"] = of.dns_name.as_str().into();
    }
    shown
}
