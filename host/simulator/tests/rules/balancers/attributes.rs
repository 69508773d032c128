//! Attributes.

use serde_json::{Value, json};

use super::{changing, of_balancer};
use crate::rules::case::Case;

const MODIFY: &str = "ModifyLoadBalancerAttributes";

fn modifying(rule: &'static str, attributes: &Value, says: &str) -> Case {
    changing(
        rule,
        MODIFY,
        json!({"LoadBalancerAttributes": attributes}),
        says,
    )
}

/// The same after attributes that are taken.
fn fits(case: Case, attributes: &Value) -> Case {
    case.after(
        MODIFY,
        of_balancer(json!({"LoadBalancerAttributes": attributes})),
    )
}

pub(super) fn cases() -> Vec<Case> {
    let idle = |it: i64| json!({"ConnectionSettings": {"IdleTimeout": it}});
    let idling = |it| {
        modifying(
            "elb-idle-timeout",
            &idle(it),
            "InvalidConfigurationRequest: The idle timeout must be between 1 and 4000 seconds.",
        )
    };
    let drain = |it: i64| json!({"ConnectionDraining": {"Enabled": true, "Timeout": it}});
    let draining = |it| {
        modifying(
            "elb-drain-timeout",
            &drain(it),
            "InvalidConfigurationRequest: The connection draining timeout must be between 1 and 3600 seconds.",
        )
    };
    let log = |it: i64| json!({"AccessLog": {"Enabled": true, "S3BucketName": "logs", "EmitInterval": it}});
    let logging = |it| {
        modifying(
            "elb-log-interval",
            &log(it),
            "InvalidConfigurationRequest: The access log emit interval is 5 or 60 minutes.",
        )
    };
    vec![
        fits(idling(0), &idle(1)),
        fits(idling(4001), &idle(4000)),
        fits(draining(0), &drain(1)),
        fits(draining(3601), &drain(3600)),
        fits(logging(6), &log(5)),
        fits(logging(59), &log(60)),
        modifying(
            "elb-log-bucket",
            &json!({"AccessLog": {"Enabled": true}}),
            "InvalidConfigurationRequest: Access Denied for bucket: . Please check S3bucket permission",
        ),
        modifying(
            "elb-attribute",
            &json!({"AdditionalAttributes": [
                {"Key": "elb.http.desyncmitigationmode", "Value": "strictest"},
                {"Key": "elb.http.keepalive", "Value": "true"},
            ]}),
            "LoadBalancerAttributeNotFound: The specified load balancer attribute does not exist: elb.http.keepalive",
        ),
    ]
}
