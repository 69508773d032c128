//! The bodies of CreateLoadBalancer and of what follows it.

use serde_json::{Value, json};

use super::overlay::{ATTRIBUTES, CLASSIC, overlay};
use super::{object, unique};
use crate::desired::DesiredLoadBalancer;
use crate::diag::Diagnostic;
use crate::spec::{ClassicLoadBalancer, LoadBalancerAttributes};

pub(super) fn lower_classic(
    classic: &ClassicLoadBalancer,
    findings: &mut Vec<Diagnostic>,
) -> DesiredLoadBalancer {
    let at = "load-balancer";
    let mut create = object(classic);
    unique(&classic.tags, &format!("{at}.tags"), findings);
    overlay(
        &mut create,
        classic.extra.as_deref(),
        CLASSIC,
        ClassicLoadBalancer::FIELDS,
        at,
        findings,
    );
    for listener in create
        .get_mut("Listeners")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        // AWS takes the protocol of the same layer; saying so makes both sides comparable.
        if listener.get("InstanceProtocol").is_none() {
            listener["InstanceProtocol"] = listener["Protocol"].clone();
        }
    }
    let health_check = match &classic.health_check {
        Some(check) => Value::Object(object(check)),
        None => default_health_check(classic),
    };
    let attributes = classic.attributes.as_ref().map(|attributes| {
        let at = format!("{at}.attributes");
        let mut body = object(attributes);
        let fields = LoadBalancerAttributes::FIELDS;
        overlay(
            &mut body,
            attributes.extra.as_deref(),
            ATTRIBUTES,
            fields,
            &at,
            findings,
        );
        Value::Object(body)
    });
    DesiredLoadBalancer {
        create: Value::Object(create),
        health_check,
        attributes: attributes.filter(|it| it != &json!({})),
    }
}

/// TCP on the first instance port, in service after 20 seconds.
///
/// AWS's own default takes five minutes: ten successes, 30 seconds apart.
fn default_health_check(classic: &ClassicLoadBalancer) -> Value {
    let port = classic
        .listeners
        .first()
        .map_or(0, |listener| listener.instance_port);
    json!({
        "Target": format!("TCP:{port}"),
        "Interval": 10,
        "Timeout": 5,
        "UnhealthyThreshold": 2,
        "HealthyThreshold": 2,
    })
}
