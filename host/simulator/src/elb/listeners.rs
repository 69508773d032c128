//! Listeners.

use serde_json::{Value, json};

use super::arguments::{balancer_mut, list, text};
use super::rules;
use crate::call::Call;
use crate::refusal::Refusal;
use crate::world::{Listener, LoadBalancer};

/// The quota of a load balancer (aws-facts §1.1).
const MOST: usize = 100;
/// The policy that AWS gives a secure listener.
const SECURE_POLICY: &str = "ELBSecurityPolicy-2016-08";

/// Reads a listener of an input (aws-facts §1.5).
pub(super) fn read(given: &Value) -> Result<Listener, Refusal> {
    let protocol = protocol(given, "Protocol", "")?;
    // What is left out is of the same layer as the protocol in front.
    let usual = if is_http(&protocol) { "HTTP" } else { "TCP" };
    let instance_protocol = self::protocol(given, "InstanceProtocol", usual)?;
    if is_http(&protocol) != is_http(&instance_protocol) {
        return Err(rules::LAYERS.with(&[&protocol, &instance_protocol]));
    }
    let port = |name: &str| {
        let number = given[name].as_i64().and_then(|it| u16::try_from(it).ok());
        number.filter(|it| *it != 0)
    };
    let certificate = text(given, "SSLCertificateId").map(str::to_owned);
    if is_secure(&protocol) {
        match &certificate {
            Some(id) => check_certificate(id)?,
            None => return Err(rules::CERTIFICATE_MISSING.refusal()),
        }
    }
    let policies = if is_secure(&protocol) {
        vec![SECURE_POLICY.to_owned()]
    } else {
        Vec::new()
    };
    Ok(Listener {
        port: port("LoadBalancerPort").ok_or_else(|| rules::PORT.refusal())?,
        instance_port: port("InstancePort").ok_or_else(|| rules::INSTANCE_PORT.refusal())?,
        protocol,
        instance_protocol,
        certificate,
        policies,
    })
}

fn protocol(given: &Value, name: &str, usual: &str) -> Result<String, Refusal> {
    let protocol = text(given, name).unwrap_or(usual).to_ascii_uppercase();
    if ["HTTP", "HTTPS", "TCP", "SSL"].contains(&protocol.as_str()) {
        Ok(protocol)
    } else {
        Err(rules::PROTOCOL.with(&[&protocol]))
    }
}

pub(super) fn is_http(protocol: &str) -> bool {
    protocol.starts_with("HTTP")
}

fn is_secure(protocol: &str) -> bool {
    protocol == "HTTPS" || protocol == "SSL"
}

/// Certificates are not simulated: the ARN of one in this account's form is taken for one that exists.
fn check_certificate(id: &str) -> Result<(), Refusal> {
    let parts: Vec<&str> = id.split(':').collect();
    let is_one = matches!(parts.as_slice(), ["arn", _, "acm", _, _, rest] if rest.starts_with("certificate/"))
        || matches!(parts.as_slice(), ["arn", _, "iam", _, _, rest] if rest.starts_with("server-certificate/"));
    if is_one {
        Ok(())
    } else {
        Err(rules::CERTIFICATE.with(&[&id]))
    }
}

/// Adds a listener. One that is there already, and the same, is no error.
pub(super) fn add(balancer: &mut LoadBalancer, mut new: Listener) -> Result<(), Refusal> {
    // AWS takes a certificate that nothing would use, and forgets it.
    if !is_secure(&new.protocol) {
        new.certificate = None;
    }
    if let Some(old) = balancer.listeners.get(&new.port) {
        let key = |it: &Listener| {
            (
                it.protocol.clone(),
                it.instance_protocol.clone(),
                it.instance_port,
                it.certificate.clone(),
            )
        };
        return if key(old) == key(&new) {
            Ok(())
        } else {
            Err(rules::DUPLICATE_LISTENER.with(&[&balancer.name, &new.port]))
        };
    }
    let is_mixed = |it: &&Listener| {
        it.instance_port == new.instance_port
            && is_secure(&it.instance_protocol) != is_secure(&new.instance_protocol)
    };
    if balancer.listeners.values().any(|it| is_mixed(&it)) {
        return Err(rules::INSTANCE_PORT_MIXED.with(&[&new.instance_port]));
    }
    if balancer.listeners.len() >= MOST {
        return Err(rules::TOO_MANY_LISTENERS.refusal());
    }
    balancer.listeners.insert(new.port, new);
    Ok(())
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let balancer = balancer_mut(call.world, call.input)?;
    let given = list(call.input, "Listeners");
    if given.is_empty() {
        return Err(rules::NO_LISTENERS.refusal());
    }
    let mut changed = balancer.clone();
    for one in given {
        add(&mut changed, read(one)?)?;
    }
    *balancer = changed;
    Ok(json!({}))
}

/// Ports without a listener are no error.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let balancer = balancer_mut(call.world, call.input)?;
    let ports = list(call.input, "LoadBalancerPorts")
        .iter()
        .filter_map(Value::as_i64);
    for port in ports.filter_map(|it| u16::try_from(it).ok()) {
        balancer.listeners.remove(&port);
    }
    Ok(json!({}))
}

pub(super) fn set_certificate(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let balancer = balancer_mut(call.world, call.input)?;
    let port = call.input["LoadBalancerPort"].as_i64().unwrap_or_default();
    let listener = u16::try_from(port)
        .ok()
        .and_then(|it| balancer.listeners.get_mut(&it));
    let listener = listener.ok_or_else(|| rules::LISTENER_NOT_FOUND.with(&[&port]))?;
    let id = text(call.input, "SSLCertificateId").unwrap_or_default();
    check_certificate(id)?;
    listener.certificate = Some(id.to_owned());
    Ok(json!({}))
}

/// A listener as it is described.
pub(super) fn shown(listener: &Listener) -> Value {
    let mut inner = json!({
        "Protocol": listener.protocol,
        "LoadBalancerPort": listener.port,
        "InstanceProtocol": listener.instance_protocol,
        "InstancePort": listener.instance_port,
    });
    if let Some(id) = &listener.certificate {
        inner["SSLCertificateId"] = id.as_str().into();
    }
    json!({"Listener": inner, "PolicyNames": listener.policies})
}
