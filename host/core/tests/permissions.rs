//! The page of permissions is made from the tables that are enforced.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use host_core::desired::DesiredTarget;
use host_core::policy::{Body, Granted, asks, check, page};
use host_core::request::Operation;
use serde_json::{Value, json};

#[test]
fn the_page_is_made_from_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../PERMISSIONS.md");
    let page = page();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "`host/PERMISSIONS.md` is out of date; hint: BLESS=1 cargo test --release -p host-core --test permissions"
    );
}

fn read(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// What a recipe of the tutorial asks for that nobody granted, as it is with default parameters.
fn refused(recipe: &str, given: &[(String, String)]) -> Vec<String> {
    let body = |name: &str| read(&format!("recipes/{recipe}/tests/tutorial/{name}.json"));
    let mut task = body("task-definition");
    // The plan carries a token where the test of the recipe has an ARN that the user gave.
    for container in task["containerDefinitions"].as_array_mut().unwrap() {
        for secret in container
            .get_mut("secrets")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            secret["valueFrom"] = "{{secret:root-password}}".into();
        }
    }
    let service = body("service");
    let mut balancer = body("load-balancer");
    balancer["Subnets"] = json!(["subnet-39706b4e"]);
    balancer["SecurityGroups"] = json!(["sg-c70ff2a1"]);
    let bodies = [
        (Operation::RegisterTaskDefinition, &task),
        (Operation::CreateLoadBalancer, &balancer),
        (Operation::CreateService, &service),
    ]
    .map(|(operation, value)| Body {
        operation,
        at: "",
        value,
    });
    let target = DesiredTarget {
        cluster: "searchapp".into(),
        subnets: vec!["subnet-39706b4e".into()],
        security_groups: vec!["sg-c70ff2a1".into()],
        service_role: Some("ecsServiceRole".into()),
        ..DesiredTarget::default()
    };
    let name = format!("{recipe}-elb");
    let granted = Granted {
        target: Some(&target),
        balancer: Some(&name),
        given,
        ..Granted::default()
    };
    check(&asks(bodies), &granted)
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn what_the_tutorial_needs_is_free() {
    for recipe in ["elasticsearch", "redis", "memcached"] {
        assert_eq!(refused(recipe, &[]), [""; 0], "{recipe}");
    }
    // The role that reads its password has no default: whoever runs it names it.
    let arn = "arn:aws:iam::123456789012:role/ecsTaskExecutionRole".to_owned();
    let role = ("execution-role".to_owned(), arn);
    assert_eq!(refused("mysql", &[role]), [""; 0]);
    assert_eq!(refused("mysql", &[]).len(), 1);
}
