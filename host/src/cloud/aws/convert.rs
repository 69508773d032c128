//! The SDK's types of classic ELB as JSON in AWS's own names. Pure.
//!
//! What AWS did not say is absent, as it is in its own answers.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancing::operation::configure_health_check::ConfigureHealthCheckOutput;
use aws_sdk_elasticloadbalancing::operation::create_load_balancer::CreateLoadBalancerOutput;
use aws_sdk_elasticloadbalancing::operation::modify_load_balancer_attributes::ModifyLoadBalancerAttributesOutput;
use aws_sdk_elasticloadbalancing::primitives::DateTimeFormat;
use aws_sdk_elasticloadbalancing::types::{
    HealthCheck, InstanceState, Listener, ListenerDescription, LoadBalancerAttributes,
    LoadBalancerDescription, Policies, TagDescription,
};
use serde_json::{Map, Value, json};

pub(super) fn load_balancer(described: &LoadBalancerDescription) -> Value {
    object([
        ("LoadBalancerName", text(described.load_balancer_name())),
        ("DNSName", text(described.dns_name())),
        (
            "CanonicalHostedZoneName",
            text(described.canonical_hosted_zone_name()),
        ),
        (
            "CanonicalHostedZoneNameID",
            text(described.canonical_hosted_zone_name_id()),
        ),
        (
            "ListenerDescriptions",
            each(
                described.listener_descriptions.as_deref(),
                listener_description,
            ),
        ),
        ("Policies", described.policies().map(policies)),
        (
            "BackendServerDescriptions",
            each(described.backend_server_descriptions.as_deref(), |server| {
                object([
                    ("InstancePort", server.instance_port().map(Value::from)),
                    ("PolicyNames", strings(server.policy_names.as_deref())),
                ])
            }),
        ),
        (
            "AvailabilityZones",
            strings(described.availability_zones.as_deref()),
        ),
        ("Subnets", strings(described.subnets.as_deref())),
        ("VPCId", text(described.vpc_id())),
        (
            "Instances",
            each(described.instances.as_deref(), |instance| {
                object([("InstanceId", text(instance.instance_id()))])
            }),
        ),
        (
            "HealthCheck",
            described.health_check().and_then(health_check),
        ),
        (
            "SourceSecurityGroup",
            described.source_security_group().map(|group| {
                object([
                    ("OwnerAlias", text(group.owner_alias())),
                    ("GroupName", text(group.group_name())),
                ])
            }),
        ),
        (
            "SecurityGroups",
            strings(described.security_groups.as_deref()),
        ),
        (
            "CreatedTime",
            described
                .created_time()
                .and_then(|time| time.fmt(DateTimeFormat::DateTime).ok())
                .map(Value::from),
        ),
        ("Scheme", text(described.scheme())),
    ])
}

pub(super) fn attributes(attributes: &LoadBalancerAttributes) -> Value {
    object([
        (
            "CrossZoneLoadBalancing",
            attributes
                .cross_zone_load_balancing()
                .map(|zones| json!({"Enabled": zones.enabled()})),
        ),
        (
            "AccessLog",
            attributes.access_log().map(|log| {
                object([
                    ("Enabled", Some(json!(log.enabled()))),
                    ("S3BucketName", text(log.s3_bucket_name())),
                    ("EmitInterval", log.emit_interval().map(Value::from)),
                    ("S3BucketPrefix", text(log.s3_bucket_prefix())),
                ])
            }),
        ),
        (
            "ConnectionDraining",
            attributes.connection_draining().map(|draining| {
                object([
                    ("Enabled", Some(json!(draining.enabled()))),
                    ("Timeout", draining.timeout().map(Value::from)),
                ])
            }),
        ),
        (
            "ConnectionSettings",
            attributes
                .connection_settings()
                .map(|settings| json!({"IdleTimeout": settings.idle_timeout()})),
        ),
        (
            "AdditionalAttributes",
            each(attributes.additional_attributes.as_deref(), |attribute| {
                object([
                    ("Key", text(attribute.key())),
                    ("Value", text(attribute.value())),
                ])
            }),
        ),
    ])
}

/// A load balancer's name and its tags; a tag without a value has an empty one.
pub(super) fn tags(described: &TagDescription) -> Option<(String, BTreeMap<String, String>)> {
    let pair = |tag: &aws_sdk_elasticloadbalancing::types::Tag| {
        (
            tag.key().to_owned(),
            tag.value().unwrap_or_default().to_owned(),
        )
    };
    Some((
        described.load_balancer_name()?.to_owned(),
        described.tags().iter().map(pair).collect(),
    ))
}

pub(super) fn instance_state(state: &InstanceState) -> Value {
    object([
        ("InstanceId", text(state.instance_id())),
        ("State", text(state.state())),
        ("ReasonCode", text(state.reason_code())),
        ("Description", text(state.description())),
    ])
}

pub(super) fn created(answer: &CreateLoadBalancerOutput) -> Value {
    object([("DNSName", text(answer.dns_name()))])
}

pub(super) fn configured(answer: &ConfigureHealthCheckOutput) -> Value {
    object([("HealthCheck", answer.health_check().and_then(health_check))])
}

pub(super) fn modified(answer: &ModifyLoadBalancerAttributesOutput) -> Value {
    object([
        ("LoadBalancerName", text(answer.load_balancer_name())),
        (
            "LoadBalancerAttributes",
            answer.load_balancer_attributes().map(attributes),
        ),
    ])
}

fn listener_description(described: &ListenerDescription) -> Value {
    object([
        ("Listener", described.listener().map(listener)),
        ("PolicyNames", strings(described.policy_names.as_deref())),
    ])
}

fn listener(listener: &Listener) -> Value {
    object([
        ("Protocol", text(Some(listener.protocol()))),
        (
            "LoadBalancerPort",
            Some(json!(listener.load_balancer_port())),
        ),
        ("InstanceProtocol", text(listener.instance_protocol())),
        ("InstancePort", Some(json!(listener.instance_port()))),
        ("SSLCertificateId", text(listener.ssl_certificate_id())),
    ])
}

/// Absent where AWS answered an empty one: the SDK makes zeros of it, which no health check has.
fn health_check(check: &HealthCheck) -> Option<Value> {
    (!check.target().is_empty()).then(|| {
        json!({
            "Target": check.target(),
            "Interval": check.interval(),
            "Timeout": check.timeout(),
            "UnhealthyThreshold": check.unhealthy_threshold(),
            "HealthyThreshold": check.healthy_threshold(),
        })
    })
}

fn policies(policies: &Policies) -> Value {
    object([
        (
            "AppCookieStickinessPolicies",
            each(
                policies.app_cookie_stickiness_policies.as_deref(),
                |policy| {
                    object([
                        ("PolicyName", text(policy.policy_name())),
                        ("CookieName", text(policy.cookie_name())),
                    ])
                },
            ),
        ),
        (
            "LBCookieStickinessPolicies",
            each(
                policies.lb_cookie_stickiness_policies.as_deref(),
                |policy| {
                    object([
                        ("PolicyName", text(policy.policy_name())),
                        (
                            "CookieExpirationPeriod",
                            policy.cookie_expiration_period().map(Value::from),
                        ),
                    ])
                },
            ),
        ),
        ("OtherPolicies", strings(policies.other_policies.as_deref())),
    ])
}

/// The fields that are there.
fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let fields = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn text(text: Option<&str>) -> Option<Value> {
    text.map(Value::from)
}

fn strings(items: Option<&[String]>) -> Option<Value> {
    items.map(|items| json!(items))
}

fn each<T>(items: Option<&[T]>, convert: impl Fn(&T) -> Value) -> Option<Value> {
    items.map(|items| items.iter().map(convert).collect())
}
