//! Tags.

use serde_json::{Value, json};

use crate::rules::case::{Case, refused, with};
use crate::rules::tasks::definition;

const CLUSTER: &str = "arn:aws:ecs:us-east-1:387705308362:cluster/searchapp";

pub(super) fn cases() -> Vec<Case> {
    [targets(), values()].into_iter().flatten().collect()
}

fn targets() -> Vec<Case> {
    let tag = |arn: &str| json!({"resourceArn": arn, "tags": [{"key": "a", "value": "b"}]});
    let untag = |arn: &str| json!({"resourceArn": arn, "tagKeys": ["a"]});
    let arn = |arn: &str| {
        refused(
            "tag-arn",
            "TagResource",
            tag(arn),
            "InvalidParameterException: Invalid ARN.",
        )
    };
    let missing = |operation, input| {
        refused(
            "tag-target",
            operation,
            input,
            "ResourceNotFoundException: The specified resource was not found. Verify the ARN and try again.",
        )
    };
    let inactive = |operation, input| {
        refused(
            "tag-inactive-cluster",
            operation,
            input,
            "InvalidParameterException: The specified cluster is inactive. Specify an active cluster and try again.",
        )
        .after("CreateCluster", json!({"clusterName": "gone"}))
        .after("DeleteCluster", json!({"cluster": "gone"}))
    };
    let gone = "arn:aws:ecs:us-east-1:387705308362:cluster/gone";
    let service = "arn:aws:ecs:us-east-1:387705308362:service/searchapp/web";
    let list_target = |input| {
        refused(
            "tag-list-target",
            "ListTagsForResource",
            input,
            "InvalidParameterException: The specified resource was not found. Verify the ARN and try again.",
        )
    };
    vec![
        arn(""),
        arn("searchapp"),
        arn("arn:aws:ecs:us-east-1:387705308362:cluster"),
        arn("arn:aws:ecs:us-east-1:387705308362:queue/a"),
        arn("arn:aws:ecs:eu-west-1:387705308362:cluster/searchapp"),
        missing("TagResource", tag(service)),
        missing("UntagResource", untag(service)),
        // The old form of an ARN is of cluster `default`.
        missing(
            "TagResource",
            tag("arn:aws:ecs:us-east-1:387705308362:service/web"),
        ),
        missing("TagResource", tag(gone)),
        missing(
            "TagResource",
            tag("arn:aws:ecs:us-east-1:387705308362:task-definition/web:2"),
        )
        .after("RegisterTaskDefinition", definition()),
        missing(
            "TagResource",
            tag(
                "arn:aws:ecs:us-east-1:387705308362:task/searchapp/00000000000000000000000000000000",
            ),
        ),
        missing(
            "TagResource",
            tag(
                "arn:aws:ecs:us-east-1:387705308362:container-instance/searchapp/00000000000000000000000000000000",
            ),
        ),
        inactive("TagResource", tag(gone)),
        inactive("UntagResource", untag(gone)),
        inactive("ListTagsForResource", json!({"resourceArn": gone})),
        list_target(json!({"resourceArn": service})),
        list_target(json!({"resourceArn": gone})),
    ]
}

fn values() -> Vec<Case> {
    let tagged = |tags: &[(&str, &str)]| {
        let tags: Vec<Value> = tags
            .iter()
            .map(|(key, value)| json!({"key": key, "value": value}))
            .collect();
        json!({"resourceArn": CLUSTER, "tags": tags})
    };
    let one = |rule, key: &str, value: &str, says: &str| {
        refused(rule, "TagResource", tagged(&[(key, value)]), says)
    };
    let numbered = |numbers: std::ops::Range<u32>| {
        let tags: Vec<Value> = numbers
            .map(|it| json!({"key": format!("key-{it}"), "value": ""}))
            .collect();
        json!({"tags": tags})
    };
    let many = |operation, input| {
        refused(
            "tag-too-many",
            operation,
            input,
            "InvalidParameterException: The number of tags cannot be more than 50.",
        )
    };
    let long = "k".repeat(129);
    let value_of_team = "InvalidParameterException: The value of the tag team is not valid. Values have up to 256 letters, numbers, spaces, and _ . : / = + - @.";
    vec![
        many(
            "CreateCluster",
            with(json!({"clusterName": "a"}), numbered(0..51)),
        ),
        many(
            "RegisterTaskDefinition",
            with(definition(), numbered(0..51)),
        ),
        many("TagResource", with(tagged(&[]), numbered(50..51)))
            .after("TagResource", with(tagged(&[]), numbered(0..50))),
        one(
            "tag-key",
            "",
            "b",
            "InvalidParameterException: The tag key  is not valid. Keys have 1 to 128 letters, numbers, spaces, and _ . : / = + - @.",
        ),
        one(
            "tag-key",
            "a,b",
            "b",
            "InvalidParameterException: The tag key a,b is not valid. Keys have 1 to 128 letters, numbers, spaces, and _ . : / = + - @.",
        ),
        one(
            "tag-key",
            &long,
            "b",
            &format!(
                "InvalidParameterException: The tag key {long} is not valid. Keys have 1 to 128 letters, numbers, spaces, and _ . : / = + - @."
            ),
        ),
        one("tag-value", "team", "search & find", value_of_team),
        one("tag-value", "team", &"v".repeat(257), value_of_team).after(
            "TagResource",
            tagged(&[(&"ä".repeat(128), &"ß".repeat(256))]),
        ),
        one(
            "tag-reserved",
            "aws:team",
            "search",
            "InvalidParameterException: The tag key aws:team starts with the reserved prefix aws:.",
        ),
        one(
            "tag-reserved",
            "AWS:Team",
            "search",
            "InvalidParameterException: The tag key AWS:Team starts with the reserved prefix aws:.",
        ),
        refused(
            "tag-twice",
            "TagResource",
            tagged(&[("team", "search"), ("team", "find")]),
            "InvalidParameterException: Duplicate tag keys found: team.",
        ),
    ]
}
