//! The pages are made from the tables, and what they say is true.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use host_simulator::{Api, Script, Time, World, call, pages};
use serde_json::json;

#[track_caller]
fn check(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "`host/simulator/{name}` is out of date; hint: BLESS=1 cargo test --release -p host-simulator --test pages"
    );
}

#[test]
fn operations() {
    check("OPERATIONS.md", &pages::operations());
}

#[test]
fn rules() {
    check("RULES.md", &pages::rules());
}

/// What the page calls simulated is known, and what it does not is answered as an unknown action.
#[test]
fn the_page_of_operations_is_true() {
    let page = pages::operations();
    let (ecs, elb) = page.split_once("## Classic ELB").unwrap();
    let script = Script::default();
    for (api, section) in [(Api::Ecs, ecs), (Api::Elb, elb)] {
        let simulated: Vec<&str> = section
            .lines()
            .filter_map(|it| it.strip_prefix("- "))
            .collect();
        let others = section.split_once("Not simulated: ").map(|(_, it)| it);
        let others: Vec<&str> = others
            .into_iter()
            .flat_map(|it| it.trim_end().trim_end_matches('.').split(", "))
            .collect();
        let is_unknown = |operation: &str| {
            let mut world = World::new(Time::default(), "us-east-1", &script);
            let before = world.clone();
            let answer = call(&mut world, &script, api, operation, &json!({}));
            let refusal = answer.err();
            let is_unknown = refusal.is_some_and(|it| {
                ["UnknownOperationException", "InvalidAction"].contains(&it.code.as_str())
            });
            assert!(!is_unknown || world == before, "{operation}");
            is_unknown
        };
        for operation in &simulated {
            assert!(!is_unknown(operation), "{operation} is not known");
        }
        for operation in &others {
            assert!(is_unknown(operation), "{operation} is known");
        }
        if api == Api::Elb {
            assert_eq!((simulated.len(), others.len()), (29, 0));
        }
    }
}
