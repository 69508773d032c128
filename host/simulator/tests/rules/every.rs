//! No rule is left out.

use std::collections::BTreeSet;

use super::case::Case;
use super::{balancers, clusters, definitions, services, tasks};

const WIRE: &str = "doors/wire.rs";
const FAULTS: &str = "doors/faults.rs";

/// Rules that no call alone breaks, each with the file below `tests` that tries it and what stands there.
const ELSEWHERE: [(&str, &str, &str); 15] = [
    (
        "ecs-unknown-operation",
        WIRE,
        r#"400 {"__type":"UnknownOperationException"}"#,
    ),
    (
        "elb-unknown-action",
        WIRE,
        "<Code>InvalidAction</Code><Message>Could not find operation DescribeRules for version 2012-06-01</Message>",
    ),
    (
        "ecs-no-json",
        WIRE,
        r#"400 {"__type":"SerializationException"}"#,
    ),
    (
        "ecs-number-as-text",
        WIRE,
        r#"400 {"__type":"SerializationException","message":"NUMBER_VALUE can not be converted to a String"}"#,
    ),
    (
        "ecs-text-as-number",
        WIRE,
        r#"400 {"__type":"SerializationException","message":"STRING_VALUE can not be converted to an Integer"}"#,
    ),
    (
        "ecs-text-as-boolean",
        WIRE,
        r#"400 {"__type":"SerializationException","message":"STRING_VALUE can not be converted to a Boolean"}"#,
    ),
    (
        "ecs-not-a-structure",
        WIRE,
        r#"400 {"__type":"SerializationException","message":"Start of structure or map found where not expected."}"#,
    ),
    (
        "ecs-wrong-type",
        WIRE,
        r#"400 {"__type":"SerializationException","message":"Unexpected field type"}"#,
    ),
    (
        "elb-malformed-input",
        WIRE,
        "<Code>MalformedInput</Code><Message>Unexpected value type in input</Message>",
    ),
    (
        "ecs-no-credentials",
        WIRE,
        r#"400 {"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#,
    ),
    (
        "elb-no-credentials",
        WIRE,
        "<Code>MissingAuthenticationToken</Code><Message>Request is missing Authentication Token</Message>",
    ),
    (
        "ecs-throttled",
        FAULTS,
        r#"400 {"__type":"ThrottlingException","message":"Rate exceeded"}"#,
    ),
    (
        "elb-throttled",
        FAULTS,
        "<Code>Throttling</Code><Message>Rate exceeded</Message>",
    ),
    (
        "ecs-server-error",
        FAULTS,
        r#"500 {"__type":"ServerException","message":"Service Unavailable. Please try again later."}"#,
    ),
    (
        "elb-server-error",
        FAULTS,
        "<Code>InternalFailure</Code><Message>The request processing has failed because of an unknown error, exception or failure.</Message>",
    ),
];

const GROUPS: [fn() -> Vec<Case>; 5] = [
    clusters::cases,
    definitions::cases,
    services::cases,
    tasks::cases,
    balancers::cases,
];

#[test]
fn every_rule_is_tried() {
    let cases: Vec<Case> = GROUPS.iter().flat_map(|cases| cases()).collect();
    let mut tried: BTreeSet<&str> = cases.iter().map(|it| it.rule).collect();
    for (rule, file, text) in ELSEWHERE {
        let path = format!("{}/tests/{file}", env!("CARGO_MANIFEST_DIR"));
        let file = std::fs::read_to_string(&path).unwrap();
        assert!(file.contains(text), "`{path}` does not say `{text}`");
        tried.insert(rule);
    }
    let rules: BTreeSet<&str> = host_simulator::rules::all().map(|it| it.name).collect();
    let missing: Vec<_> = rules.difference(&tried).collect();
    let unknown: Vec<_> = tried.difference(&rules).collect();
    assert!(missing.is_empty(), "nothing tries {missing:?}");
    assert!(unknown.is_empty(), "there is no rule {unknown:?}");
}
