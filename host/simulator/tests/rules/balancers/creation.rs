//! Load balancers as such: their names, how many there may be, the list of them.

use serde_json::json;

use super::{balancer, making};
use crate::rules::case::{Case, refused, with};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = names();
    cases.extend(numbers());
    cases.extend(missing());
    cases.extend(lists());
    cases
}

fn names() -> Vec<Case> {
    let longest = "a234567890123456789012345678901b";
    vec![
        making(
            "elb-name",
            json!({"LoadBalancerName": "redis_elb"}),
            "ValidationError: LoadBalancer name cannot contain characters that are not letters, or digits or the dash.",
        ),
        making(
            "elb-name",
            json!({"LoadBalancerName": ""}),
            "ValidationError: LoadBalancer name cannot contain characters that are not letters, or digits or the dash.",
        ),
        making(
            "elb-name-long",
            json!({"LoadBalancerName": format!("{longest}c")}),
            "ValidationError: LoadBalancer name cannot be longer than 32 characters",
        )
        .after(
            "CreateLoadBalancer",
            with(balancer(), json!({"LoadBalancerName": longest})),
        ),
        making(
            "elb-name-dash",
            json!({"LoadBalancerName": "-redis"}),
            "ValidationError: LoadBalancer name cannot begin or end with a dash",
        ),
        making(
            "elb-name-dash",
            json!({"LoadBalancerName": "redis-"}),
            "ValidationError: LoadBalancer name cannot begin or end with a dash",
        ),
        making(
            "elb-scheme",
            json!({"Scheme": "public"}),
            "InvalidScheme: The scheme 'public' is not valid. Use 'internal' or leave it out.",
        ),
    ]
}

fn numbers() -> Vec<Case> {
    let full = |mut case: Case| {
        for number in 1..=20 {
            let name = format!("elb-{number}");
            case = case.after(
                "CreateLoadBalancer",
                with(balancer(), json!({"LoadBalancerName": name})),
            );
        }
        case
    };
    vec![
        making(
            "elb-duplicate-name",
            json!({}),
            "DuplicateLoadBalancerName: The specified load balancer name already exists for this account.",
        )
        .after("CreateLoadBalancer", balancer()),
        full(making(
            "elb-too-many",
            json!({}),
            "TooManyLoadBalancers: The maximum number of load balancers has been reached.",
        )),
        // That the name is taken counts more than that there are too many.
        full(making(
            "elb-duplicate-name",
            json!({"LoadBalancerName": "elb-1"}),
            "DuplicateLoadBalancerName: The specified load balancer name already exists for this account.",
        )),
    ]
}

fn missing() -> Vec<Case> {
    let operations = [
        "ApplySecurityGroupsToLoadBalancer",
        "AttachLoadBalancerToSubnets",
        "ConfigureHealthCheck",
        "CreateAppCookieStickinessPolicy",
        "CreateLBCookieStickinessPolicy",
        "CreateLoadBalancerListeners",
        "CreateLoadBalancerPolicy",
        "DeleteLoadBalancerListeners",
        "DeleteLoadBalancerPolicy",
        "DeregisterInstancesFromLoadBalancer",
        "DescribeInstanceHealth",
        "DescribeLoadBalancerAttributes",
        "DescribeLoadBalancerPolicies",
        "DetachLoadBalancerFromSubnets",
        "DisableAvailabilityZonesForLoadBalancer",
        "EnableAvailabilityZonesForLoadBalancer",
        "ModifyLoadBalancerAttributes",
        "RegisterInstancesWithLoadBalancer",
        "SetLoadBalancerListenerSSLCertificate",
        "SetLoadBalancerPoliciesForBackendServer",
        "SetLoadBalancerPoliciesOfListener",
    ];
    let one = |operation| {
        refused(
            "elb-not-found",
            operation,
            json!({"LoadBalancerName": "gone"}),
            "LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'gone'",
        )
    };
    // One that is there does not help.
    let several = |operation| {
        refused(
            "elb-not-found",
            operation,
            json!({"LoadBalancerNames": ["redis-elb", "gone"]}),
            "LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'gone'",
        )
        .after("CreateLoadBalancer", balancer())
    };
    let tagged = |operation| {
        refused(
            "elb-not-found",
            operation,
            json!({"LoadBalancerNames": ["gone"], "Tags": [{"Key": "team"}]}),
            "LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'gone'",
        )
    };
    let mut cases: Vec<Case> = operations.map(one).into();
    cases.extend(["DescribeLoadBalancers", "DescribeTags"].map(several));
    cases.extend(["AddTags", "RemoveTags"].map(tagged));
    cases
}

fn lists() -> Vec<Case> {
    let paged = |size: i64| {
        refused(
            "elb-page-size",
            "DescribeLoadBalancers",
            json!({"PageSize": size}),
            "ValidationError: Page size must be between 1 and 400, inclusive.",
        )
    };
    vec![
        paged(0).after("DescribeLoadBalancers", json!({"PageSize": 1})),
        paged(401).after("DescribeLoadBalancers", json!({"PageSize": 400})),
        paged(-1),
        refused(
            "elb-marker",
            "DescribeLoadBalancers",
            json!({"Marker": "redis-elb"}),
            "ValidationError: Invalid marker",
        )
        .after("CreateLoadBalancer", balancer()),
    ]
}
