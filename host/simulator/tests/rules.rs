//! Every rule of the simulator is tried, with the text that AWS gives.
//!
//! The texts stand here as they were read, not as the tables have them: a slip in a table shows.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod rules {
    pub mod case;
    pub mod clusters;
}

use std::collections::BTreeSet;

use rules::case::{Case, try_all};

/// Rules that no call alone breaks, each with the file that tries it and what stands there.
const ELSEWHERE: [(&str, &str, &str); 0] = [];

fn all() -> Vec<Case> {
    let groups: [fn() -> Vec<Case>; 1] = [rules::clusters::cases];
    groups.iter().flat_map(|cases| cases()).collect()
}

#[test]
fn clusters() {
    try_all(rules::clusters::cases());
}

#[test]
#[ignore = "until all groups are written"]
fn every_rule_is_tried() {
    let tried: BTreeSet<&str> = all().iter().map(|it| it.rule).collect();
    let elsewhere = ELSEWHERE.map(|(rule, file, text)| {
        let path = format!("{}/tests/{file}", env!("CARGO_MANIFEST_DIR"));
        let file = std::fs::read_to_string(&path).unwrap();
        assert!(file.contains(text), "`{path}` does not say `{text}`");
        rule
    });
    let tried: BTreeSet<&str> = tried.into_iter().chain(elsewhere).collect();
    let rules: BTreeSet<&str> = host_simulator::rules::all().map(|it| it.name).collect();
    let missing: Vec<_> = rules.difference(&tried).collect();
    let unknown: Vec<_> = tried.difference(&rules).collect();
    assert!(missing.is_empty(), "nothing tries {missing:?}");
    assert!(unknown.is_empty(), "there is no rule {unknown:?}");
}
