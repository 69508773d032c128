//! Listeners of a classic load balancer.

use crate::diag::Diagnostic;
use crate::validate::place::{Place, repeated};

/// The quota of listeners of a load balancer.
const LIMIT: usize = 100;

/// What a listener or an instance speaks, read in any case, as AWS reads it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Protocol {
    Tcp,
    Ssl,
    Http,
    Https,
}

impl Protocol {
    fn read(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "TCP" => Some(Self::Tcp),
            "SSL" => Some(Self::Ssl),
            "HTTP" => Some(Self::Http),
            "HTTPS" => Some(Self::Https),
            _ => None,
        }
    }

    fn is_secure(self) -> bool {
        matches!(self, Self::Ssl | Self::Https)
    }

    /// Whether it is of the layer that reads requests.
    fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::Https)
    }
}

pub(super) fn check(create: &Place<'_>, found: &mut Vec<Diagnostic>) {
    let listeners = create.items("Listeners");
    if listeners.is_empty() {
        found.push(create.error(
            "Listeners",
            "is empty",
            "a load balancer has at least one listener",
        ));
    } else if listeners.len() > LIMIT {
        let message = format!("has {} listeners, and AWS takes {LIMIT}", listeners.len());
        found.push(create.error("Listeners", message, "leave some out"));
    }
    for listener in &listeners {
        check_listener(listener, found);
    }
    check_ports(&listeners, found);
    check_security(&listeners, found);
}

fn check_listener(listener: &Place<'_>, found: &mut Vec<Diagnostic>) {
    for name in ["LoadBalancerPort", "InstancePort"] {
        found.extend(listener.missing(name, "set it to a port from 1 to 65535"));
        found.extend(listener.outside(name, 1..=65_535, ""));
    }
    found.extend(listener.missing("Protocol", "set it to TCP, SSL, HTTP or HTTPS"));
    let front = read_protocol(listener, "Protocol", found);
    let back = read_protocol(listener, "InstanceProtocol", found);
    if let (Some(front), Some(back)) = (front, back)
        && front.is_http() != back.is_http()
    {
        let (same, layer) = if front.is_http() {
            ("HTTP or HTTPS", "HTTP")
        } else {
            ("TCP or SSL", "TCP")
        };
        let message = format!("must be {same}, because `protocol` is of the layer of {layer}");
        found.push(listener.error(
            "InstanceProtocol",
            message,
            format!("set it to {same}, or leave it out"),
        ));
    }
    if front.is_some_and(Protocol::is_secure) {
        let hint = "name a certificate of ACM or IAM by its ARN";
        found.extend(listener.missing("SSLCertificateId", hint));
    } else if front.is_some() && listener.has("SSLCertificateId") {
        // AWS takes the certificate and forgets it, so every plan would set it again.
        let message = "is for the protocols HTTPS and SSL only: AWS drops it without a word";
        let hint = "leave it out, or set `protocol` to HTTPS or SSL";
        found.push(listener.error("SSLCertificateId", message, hint));
    }
}

fn read_protocol(
    listener: &Place<'_>,
    member: &str,
    found: &mut Vec<Diagnostic>,
) -> Option<Protocol> {
    let text = listener.text(member).filter(|it| !it.is_empty())?;
    let protocol = Protocol::read(text);
    if protocol.is_none() {
        let message = format!("`{text}` is not a protocol of classic load balancers");
        found.push(listener.error(member, message, "set it to TCP, SSL, HTTP or HTTPS"));
    }
    protocol
}

fn check_ports(listeners: &[Place<'_>], found: &mut Vec<Diagnostic>) {
    for (listener, earlier) in repeated(listeners, |it| it.number("LoadBalancerPort")) {
        let port = listener.number("LoadBalancerPort").unwrap_or_default();
        let message = format!(
            "{port} is already the port of `{}`",
            earlier.contract_path()
        );
        found.push(listener.error(
            "LoadBalancerPort",
            message,
            "give each listener a port of its own",
        ));
    }
}

/// Listeners that lead to the same port of the instance have to agree whether it is encrypted.
fn check_security(listeners: &[Place<'_>], found: &mut Vec<Diagnostic>) {
    for (listener, earlier) in repeated(listeners, |it| it.number("InstancePort")) {
        let (Some(here), Some(there)) = (instance_protocol(listener), instance_protocol(earlier))
        else {
            continue;
        };
        if here.is_secure() != there.is_secure() {
            let port = listener.number("InstancePort").unwrap_or_default();
            let (is, other) = if here.is_secure() {
                ("secure", "is not")
            } else {
                ("not secure", "is")
            };
            let message = format!(
                "is {is}, but `{}` {other}, and both lead to port {port}",
                earlier.contract_path()
            );
            found.push(listener.error("InstanceProtocol", message, "make both secure or none"));
        }
    }
}

/// AWS takes the protocol of the listener where none is said.
fn instance_protocol(listener: &Place<'_>) -> Option<Protocol> {
    Protocol::read(
        listener
            .text("InstanceProtocol")
            .or_else(|| listener.text("Protocol"))?,
    )
}

#[cfg(test)]
mod tests;
