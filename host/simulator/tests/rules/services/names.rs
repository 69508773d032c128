//! Which service a call means, and whether it is there.

use serde_json::{Value, json};

use super::{creation, definition, service, update};
use crate::rules::case::{Case, Step, refused, with};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = names();
    cases.extend(tokens());
    cases.extend(again());
    cases.extend(absent());
    cases.extend(described());
    cases
}

fn names() -> Vec<Case> {
    let empty = "InvalidParameterException: Service name cannot be empty.";
    let long = "a".repeat(256);
    let too_long = format!(
        "InvalidParameterException: Invalid identifier: Identifier is for {long}. It must be 1-255 characters: letters, numbers, underscores, and hyphens."
    );
    vec![
        creation("service-name-empty", json!({"serviceName": null}), empty),
        creation("service-name-empty", json!({"serviceName": ""}), empty),
        creation(
            "service-name",
            json!({"serviceName": "my service"}),
            "InvalidParameterException: Invalid identifier: Identifier is for my service. It must be 1-255 characters: letters, numbers, underscores, and hyphens.",
        ),
        creation("service-name", json!({"serviceName": long}), &too_long),
    ]
}

fn tokens() -> Vec<Case> {
    let long = "a".repeat(37);
    let wrong = [long.as_str(), "a b", "a\u{7f}", "\u{e9}"];
    let says = "InvalidParameterException: Client token must be at most 36 ASCII characters in the range of 33-126 (inclusive).";
    wrong
        .iter()
        .map(|it| creation("service-client-token", json!({"clientToken": it}), says))
        .collect()
}

/// A service of that name is there, or still goes.
fn again() -> Vec<Case> {
    let other = "InvalidParameterException: Creation of service was not idempotent.";
    vec![
        creation("service-not-idempotent", json!({"desiredCount": 2}), other)
            .after("CreateService", service()),
        creation(
            "service-not-idempotent",
            json!({"desiredCount": 2, "clientToken": "two"}),
            other,
        )
        .after(
            "CreateService",
            with(service(), json!({"clientToken": "a".repeat(36)})),
        ),
        creation(
            "service-draining",
            json!({}),
            "InvalidParameterException: Unable to Start a service that is still Draining.",
        )
        .after("CreateService", service())
        .step(Step::Wait(30))
        .after("DeleteService", with(named("web"), json!({"force": true}))),
        refused(
            "service-scaled",
            "DeleteService",
            named("web"),
            "InvalidParameterException: The service cannot be stopped while it is scaled above 0.",
        )
        .after("RegisterTaskDefinition", definition())
        .after("CreateService", service()),
    ]
}

fn absent() -> Vec<Case> {
    let rule = "service-not-found";
    let says = "ServiceNotFoundException: Service not found.";
    let tasks = json!({"cluster": "searchapp", "serviceName": "nope"});
    let deleted = |rule, seconds, says| {
        update(rule, json!({"desiredCount": 0}), json!({}), says)
            .after("DeleteService", named("web"))
            .step(Step::Wait(seconds))
    };
    let inactive = "ServiceNotActiveException: Service was not ACTIVE.";
    vec![
        refused(rule, "UpdateService", named("nope"), says),
        refused(rule, "DeleteService", named("nope"), says),
        refused(rule, "ListTasks", tasks, says),
        // One that is gone is known for an hour.
        deleted(rule, 3600, says),
        deleted("service-not-active", 3599, inactive),
        deleted("service-not-active", 0, inactive),
    ]
}

fn described() -> Vec<Case> {
    let names: Vec<String> = (1..=11).map(|it| format!("web-{it}")).collect();
    let describe = |rule, services: Value, says| {
        let input = json!({"cluster": "searchapp", "services": services});
        refused(rule, "DescribeServices", input, says)
    };
    let none = "InvalidParameterException: Services cannot be empty.";
    vec![
        describe("services-empty", json!([]), none),
        describe("services-empty", Value::Null, none),
        describe(
            "services-too-many",
            json!(names),
            "InvalidParameterException: service names can have at most 10 items.",
        ),
    ]
}

fn named(name: &str) -> Value {
    json!({"cluster": "searchapp", "service": name})
}
