//! Policies of load balancers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::arguments::{balancer, balancer_mut, list, text, texts};
use super::listeners::is_http;
use super::rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::{LoadBalancer, Policy};

/// A type of policies: its name, what it is for, and its attributes with their types and how many there may be.
struct Kind {
    name: &'static str,
    description: &'static str,
    attributes: &'static [(&'static str, &'static str, &'static str)],
}

const APP_COOKIE: &str = "AppCookieStickinessPolicyType";
const LB_COOKIE: &str = "LBCookieStickinessPolicyType";

#[rustfmt::skip]
const KINDS: [Kind; 6] = [
    Kind { name: APP_COOKIE, description: "Stickiness that follows a cookie of the application.",
        attributes: &[("CookieName", "String", "ONE")] },
    Kind { name: "BackendServerAuthenticationPolicyType", description: "Which public keys instances may answer with.",
        attributes: &[("PublicKeyPolicyName", "PolicyName", "ONE_OR_MORE")] },
    Kind { name: LB_COOKIE, description: "Stickiness by a cookie of the load balancer.",
        attributes: &[("CookieExpirationPeriod", "Long", "ZERO_OR_ONE")] },
    Kind { name: "ProxyProtocolPolicyType", description: "Whether the proxy protocol is spoken to instances.",
        attributes: &[("ProxyProtocol", "Boolean", "ONE")] },
    Kind { name: "PublicKeyPolicyType", description: "A public key.",
        attributes: &[("PublicKey", "String", "ONE")] },
    Kind { name: "SSLNegotiationPolicyType", description: "Protocols and ciphers of secure listeners.",
        attributes: &[("Reference-Security-Policy", "String", "ZERO_OR_ONE"), ("Protocol-TLSv1", "Boolean", "ZERO_OR_ONE"),
            ("Protocol-TLSv1.1", "Boolean", "ZERO_OR_ONE"), ("Protocol-TLSv1.2", "Boolean", "ZERO_OR_ONE"),
            ("Server-Defined-Cipher-Order", "Boolean", "ZERO_OR_ONE"),
            ("ECDHE-RSA-AES128-GCM-SHA256", "Boolean", "ZERO_OR_ONE"), ("ECDHE-RSA-AES256-GCM-SHA384", "Boolean", "ZERO_OR_ONE"),
            ("AES128-GCM-SHA256", "Boolean", "ZERO_OR_ONE"), ("AES256-GCM-SHA384", "Boolean", "ZERO_OR_ONE")] },
];

/// Policies that every account has, for secure listeners.
const OF_AWS: [&str; 3] = [
    "ELBSecurityPolicy-2016-08",
    "ELBSecurityPolicy-TLS-1-2-2017-01",
    "ELBSecurityPolicy-2015-05",
];

fn insert(
    call: &mut Call<'_>,
    kind: &str,
    attributes: Vec<(String, String)>,
) -> Result<Value, Refusal> {
    let name = text(call.input, "PolicyName")
        .unwrap_or_default()
        .to_owned();
    let is_fit = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
    let found = balancer_mut(call.world, call.input)?;
    if name.is_empty() || !name.bytes().all(is_fit) {
        return Err(rules::POLICY_NAME.with(&[&name]));
    }
    if found.policies.contains_key(&name) {
        return Err(rules::POLICY_TWICE.refusal());
    }
    let policy = Policy {
        kind: kind.to_owned(),
        attributes,
    };
    found.policies.insert(name, policy);
    Ok(json!({}))
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Value, Refusal> {
    balancer(call.world, call.input)?;
    let kind = text(call.input, "PolicyTypeName")
        .unwrap_or_default()
        .to_owned();
    let known = KINDS
        .iter()
        .find(|it| it.name == kind)
        .ok_or_else(|| rules::POLICY_TYPE.refusal())?;
    let mut attributes = Vec::new();
    for given in list(call.input, "PolicyAttributes") {
        let of = |name: &str| text(given, name).unwrap_or_default().to_owned();
        let name = of("AttributeName");
        if !known.attributes.iter().any(|(it, ..)| *it == name) {
            return Err(rules::POLICY_ATTRIBUTE.with(&[&kind, &name]));
        }
        attributes.push((name, of("AttributeValue")));
    }
    insert(call, &kind, attributes)
}

pub(super) fn create_app_cookie(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let cookie = text(call.input, "CookieName")
        .unwrap_or_default()
        .to_owned();
    insert(call, APP_COOKIE, vec![("CookieName".into(), cookie)])
}

pub(super) fn create_lb_cookie(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let period = call.input["CookieExpirationPeriod"].as_i64();
    if period.is_some_and(|it| it <= 0) {
        return Err(rules::STICKY_PERIOD.refusal());
    }
    let attributes = period.map(|it| ("CookieExpirationPeriod".to_owned(), it.to_string()));
    insert(call, LB_COOKIE, attributes.into_iter().collect())
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let name = text(call.input, "PolicyName").unwrap_or_default();
    let found = balancer_mut(call.world, call.input)?;
    let is_used = found
        .listeners
        .values()
        .any(|it| it.policies.iter().any(|it| it == name))
        || found
            .backend_policies
            .values()
            .any(|it| it.iter().any(|it| it == name));
    if is_used {
        return Err(rules::POLICY_IN_USE.with(&[&name]));
    }
    // What is not there is deleted already.
    found.policies.remove(name);
    Ok(json!({}))
}

/// The policies that an input names, all of which must exist.
fn named(found: &LoadBalancer, input: &Value) -> Result<Vec<String>, Refusal> {
    let names = texts(input, "PolicyNames");
    for name in &names {
        if !found.policies.contains_key(name) && !OF_AWS.contains(&name.as_str()) {
            return Err(rules::POLICY_NOT_FOUND.with(&[name, &found.name]));
        }
    }
    Ok(names)
}

pub(super) fn set_of_listener(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = balancer_mut(call.world, call.input)?;
    let port = call.input["LoadBalancerPort"].as_i64().unwrap_or_default();
    let names = named(found, call.input)?;
    let is_sticky = |name: &String| {
        found
            .policies
            .get(name)
            .is_some_and(|it| it.kind == APP_COOKIE || it.kind == LB_COOKIE)
    };
    let any_sticky = names.iter().any(is_sticky);
    let listener = u16::try_from(port)
        .ok()
        .and_then(|it| found.listeners.get_mut(&it));
    let listener = listener.ok_or_else(|| rules::LISTENER_NOT_FOUND.with(&[&port]))?;
    if any_sticky && !is_http(&listener.protocol) {
        return Err(rules::STICKY_PROTOCOL.refusal());
    }
    listener.policies = names;
    Ok(json!({}))
}

pub(super) fn set_for_backend(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let found = balancer_mut(call.world, call.input)?;
    let port = call.input["InstancePort"].as_i64().unwrap_or_default();
    let names = named(found, call.input)?;
    let known = u16::try_from(port)
        .ok()
        .filter(|port| found.listeners.values().any(|it| it.instance_port == *port));
    let port = known.ok_or_else(|| rules::BACKEND_PORT.with(&[&port]))?;
    if names.is_empty() {
        found.backend_policies.remove(&port);
    } else {
        found.backend_policies.insert(port, names);
    }
    Ok(json!({}))
}

pub(super) fn describe(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let asked: BTreeSet<String> = texts(call.input, "PolicyNames").into_iter().collect();
    let shown = |name: &str, policy: &Policy| {
        let attributes: Vec<Value> = policy
            .attributes
            .iter()
            .map(|(name, value)| json!({"AttributeName": name, "AttributeValue": value}))
            .collect();
        json!({"PolicyName": name, "PolicyTypeName": policy.kind, "PolicyAttributeDescriptions": attributes})
    };
    let of_aws = || {
        OF_AWS.iter().map(|name| {
            let attributes = vec![("Reference-Security-Policy".to_owned(), (*name).to_owned())];
            (
                *name,
                Policy {
                    kind: "SSLNegotiationPolicyType".to_owned(),
                    attributes,
                },
            )
        })
    };
    // Without a load balancer these are the policies of AWS.
    let all: Vec<(String, Policy)> = if text(call.input, "LoadBalancerName").is_some() {
        let found = balancer(call.world, call.input)?;
        found
            .policies
            .iter()
            .map(|(name, it)| (name.clone(), it.clone()))
            .collect()
    } else {
        of_aws().map(|(name, it)| (name.to_owned(), it)).collect()
    };
    if let Some(missing) = asked
        .iter()
        .find(|it| !all.iter().any(|(name, _)| name == *it))
    {
        let of = text(call.input, "LoadBalancerName").unwrap_or_default();
        return Err(rules::POLICY_NOT_FOUND.with(&[missing, &of]));
    }
    let wanted = all
        .iter()
        .filter(|(name, _)| asked.is_empty() || asked.contains(name));
    let shown: Vec<Value> = wanted.map(|(name, it)| shown(name, it)).collect();
    Ok(json!({"PolicyDescriptions": shown}))
}

pub(super) fn describe_types(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let asked = texts(call.input, "PolicyTypeNames");
    if !asked
        .iter()
        .all(|it| KINDS.iter().any(|kind| kind.name == it))
    {
        return Err(rules::POLICY_TYPE.refusal());
    }
    let wanted = KINDS
        .iter()
        .filter(|it| asked.is_empty() || asked.iter().any(|name| name == it.name));
    let shown = wanted.map(|it| {
        let attributes = it.attributes.iter();
        let attributes: Vec<Value> = attributes
            .map(|(name, kind, many)| json!({"AttributeName": name, "AttributeType": kind, "Cardinality": many}))
            .collect();
        json!({"PolicyTypeName": it.name, "Description": it.description, "PolicyAttributeTypeDescriptions": attributes})
    });
    Ok(json!({"PolicyTypeDescriptions": shown.collect::<Vec<_>>()}))
}
