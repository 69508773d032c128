//! Policies.

use serde_json::json;

use super::{changing, of_balancer};
use crate::rules::case::{Case, refused};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = made();
    cases.extend(named());
    cases.extend(sticky());
    cases.extend(used());
    cases
}

fn made() -> Vec<Case> {
    vec![
        changing(
            "elb-policy-twice",
            "CreateLBCookieStickinessPolicy",
            json!({"PolicyName": "sticky"}),
            "DuplicatePolicyName: A policy with the specified name already exists for this load balancer.",
        )
        .after(
            "CreateAppCookieStickinessPolicy",
            of_balancer(json!({"PolicyName": "sticky", "CookieName": "id"})),
        ),
        changing(
            "elb-policy-name",
            "CreateLBCookieStickinessPolicy",
            json!({"PolicyName": "sticky_one"}),
            "ValidationError: The policy name 'sticky_one' is not valid.",
        ),
        changing(
            "elb-policy-name",
            "CreateAppCookieStickinessPolicy",
            json!({"CookieName": "id"}),
            "ValidationError: The policy name '' is not valid.",
        ),
        changing(
            "elb-policy-type",
            "CreateLoadBalancerPolicy",
            json!({"PolicyName": "proxy", "PolicyTypeName": "ProxyPolicyType"}),
            "PolicyTypeNotFound: One or more of the specified policy types do not exist.",
        ),
        refused(
            "elb-policy-type",
            "DescribeLoadBalancerPolicyTypes",
            json!({"PolicyTypeNames": ["ProxyProtocolPolicyType", "ProxyPolicyType"]}),
            "PolicyTypeNotFound: One or more of the specified policy types do not exist.",
        ),
        changing(
            "elb-policy-attribute",
            "CreateLoadBalancerPolicy",
            json!({
                "PolicyName": "proxy",
                "PolicyTypeName": "ProxyProtocolPolicyType",
                "PolicyAttributes": [{"AttributeName": "Proxy", "AttributeValue": "true"}],
            }),
            "InvalidConfigurationRequest: The policy type ProxyProtocolPolicyType does not have an attribute Proxy.",
        ),
    ]
}

fn named() -> Vec<Case> {
    vec![
        changing(
            "elb-policy-not-found",
            "SetLoadBalancerPoliciesOfListener",
            json!({"LoadBalancerPort": 6379, "PolicyNames": ["ELBSecurityPolicy-2016-08", "gone"]}),
            "PolicyNotFound: There is no policy with name gone for load balancer redis-elb",
        ),
        changing(
            "elb-policy-not-found",
            "SetLoadBalancerPoliciesForBackendServer",
            json!({"InstancePort": 6379, "PolicyNames": ["gone"]}),
            "PolicyNotFound: There is no policy with name gone for load balancer redis-elb",
        ),
        changing(
            "elb-policy-not-found",
            "DescribeLoadBalancerPolicies",
            json!({"PolicyNames": ["gone"]}),
            "PolicyNotFound: There is no policy with name gone for load balancer redis-elb",
        ),
        changing(
            "elb-backend-port",
            "SetLoadBalancerPoliciesForBackendServer",
            json!({"InstancePort": 6380, "PolicyNames": []}),
            "InvalidConfigurationRequest: There is no listener with instance port 6380.",
        ),
        changing(
            "elb-backend-port",
            "SetLoadBalancerPoliciesForBackendServer",
            json!({}),
            "InvalidConfigurationRequest: There is no listener with instance port 0.",
        ),
    ]
}

fn sticky() -> Vec<Case> {
    let lasting = |seconds: i64| {
        changing(
            "elb-sticky-period",
            "CreateLBCookieStickinessPolicy",
            json!({"PolicyName": "sticky", "CookieExpirationPeriod": seconds}),
            "ValidationError: The cookie expiration period must be greater than 0.",
        )
    };
    let on_tcp = || {
        changing(
            "elb-sticky-protocol",
            "SetLoadBalancerPoliciesOfListener",
            json!({"LoadBalancerPort": 6379, "PolicyNames": ["sticky"]}),
            "InvalidConfigurationRequest: Session stickiness policies can only be associated with HTTP or HTTPS listeners.",
        )
    };
    vec![
        lasting(0).after(
            "CreateLBCookieStickinessPolicy",
            of_balancer(json!({"PolicyName": "short", "CookieExpirationPeriod": 1})),
        ),
        lasting(-1),
        on_tcp().after(
            "CreateLBCookieStickinessPolicy",
            of_balancer(json!({"PolicyName": "sticky"})),
        ),
        on_tcp().after(
            "CreateAppCookieStickinessPolicy",
            of_balancer(json!({"PolicyName": "sticky", "CookieName": "id"})),
        ),
    ]
}

fn used() -> Vec<Case> {
    let proxy = json!({
        "PolicyName": "proxy",
        "PolicyTypeName": "ProxyProtocolPolicyType",
        "PolicyAttributes": [{"AttributeName": "ProxyProtocol", "AttributeValue": "true"}],
    });
    let deleting = || {
        changing(
            "elb-policy-in-use",
            "DeleteLoadBalancerPolicy",
            json!({"PolicyName": "proxy"}),
            "InvalidConfigurationRequest: You cannot delete policy proxy because it is associated with a listener.",
        )
        .after("CreateLoadBalancerPolicy", of_balancer(proxy.clone()))
    };
    vec![
        deleting().after(
            "SetLoadBalancerPoliciesOfListener",
            of_balancer(json!({"LoadBalancerPort": 6379, "PolicyNames": ["proxy"]})),
        ),
        deleting().after(
            "SetLoadBalancerPoliciesForBackendServer",
            of_balancer(json!({"InstancePort": 6379, "PolicyNames": ["proxy"]})),
        ),
    ]
}
