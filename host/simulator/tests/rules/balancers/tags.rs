//! Tags.

use serde_json::{Value, json};

use super::{balancer, making};
use crate::rules::case::{Case, refused};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = numbers();
    cases.extend(names());
    cases.extend(keys_and_values());
    cases
}

fn adding(rule: &'static str, tags: &Value, says: &str) -> Case {
    refused(
        rule,
        "AddTags",
        json!({"LoadBalancerNames": ["redis-elb"], "Tags": tags}),
        says,
    )
    .after("CreateLoadBalancer", balancer())
}

fn numbers() -> Vec<Case> {
    let many = |number| {
        let tag = |it| json!({"Key": format!("key-{it}"), "Value": ""});
        Value::from((1..=number).map(tag).collect::<Vec<_>>())
    };
    let full = json!({"LoadBalancerNames": ["redis-elb"], "Tags": many(10)});
    vec![
        making(
            "elb-tag-too-many",
            json!({"Tags": many(11)}),
            "TooManyTags: The quota for the number of tags that can be assigned to a load balancer has been reached.",
        ),
        // A tag that is there already takes no place.
        adding(
            "elb-tag-too-many",
            &json!([{"Key": "key-1"}, {"Key": "one-more"}]),
            "TooManyTags: The quota for the number of tags that can be assigned to a load balancer has been reached.",
        )
        .after("AddTags", full.clone())
        .after("AddTags", full),
    ]
}

fn names() -> Vec<Case> {
    let one_name = |operation, names: &[&str]| {
        refused(
            "elb-tags-one-name",
            operation,
            json!({"LoadBalancerNames": names, "Tags": [{"Key": "team"}]}),
            "ValidationError: Exactly 1 LoadBalancerName can be specified",
        )
        .after("CreateLoadBalancer", balancer())
    };
    let names = |number| vec!["redis-elb"; number];
    vec![
        refused(
            "elb-tags-many-names",
            "DescribeTags",
            json!({"LoadBalancerNames": names(21)}),
            "ValidationError: 1 validation error detected: Value '[redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb, redis-elb]' at 'loadBalancerNames' failed to satisfy constraint: Member must have length less than or equal to 20",
        )
        .after("CreateLoadBalancer", balancer())
        .after("DescribeTags", json!({"LoadBalancerNames": names(20)})),
        one_name("AddTags", &["redis-elb", "gone"]),
        one_name("AddTags", &[]),
        one_name("RemoveTags", &["redis-elb", "gone"]),
    ]
}

fn keys_and_values() -> Vec<Case> {
    let longest_key = "k".repeat(128);
    let longest_value = "v".repeat(256);
    vec![
        adding(
            "elb-tag-twice",
            &json!([{"Key": "team", "Value": "a"}, {"Key": "team", "Value": "b"}]),
            "DuplicateTagKeys: A tag key was specified more than once.",
        ),
        making(
            "elb-tag-key",
            json!({"Tags": [{"Key": "", "Value": "a"}]}),
            "ValidationError: The tag key '' is not valid.",
        ),
        adding(
            "elb-tag-key",
            &json!([{"Key": "AWS:team"}]),
            "ValidationError: The tag key 'AWS:team' is not valid.",
        ),
        adding(
            "elb-tag-key",
            &json!([{"Key": "team?"}]),
            "ValidationError: The tag key 'team?' is not valid.",
        ),
        adding(
            "elb-tag-key",
            &json!([{"Key": format!("{longest_key}k")}]),
            "ValidationError: The tag key 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk' is not valid.",
        ),
        adding(
            "elb-tag-value",
            &json!([{"Key": "team", "Value": "a\nb"}]),
            "ValidationError: The value of the tag 'team' is not valid.",
        ),
        adding(
            "elb-tag-value",
            &json!([{"Key": "team", "Value": format!("{longest_value}v")}]),
            "ValidationError: The value of the tag 'team' is not valid.",
        )
        .after(
            "AddTags",
            json!({"LoadBalancerNames": ["redis-elb"], "Tags": [{"Key": longest_key, "Value": longest_value}]}),
        ),
    ]
}
