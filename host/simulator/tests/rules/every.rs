//! No rule is left out.

use std::collections::BTreeSet;

use super::case::Case;
use super::{balancers, clusters, definitions, services, tasks};

/// Rules that no call alone breaks, each with the file below `tests` that tries it and what stands there.
const ELSEWHERE: [(&str, &str, &str); 0] = [];

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
