//! Classic load balancers.

use super::case::{Case, try_all};

pub(super) fn cases() -> Vec<Case> {
    vec![]
}

#[test]
fn rules_are_kept() {
    try_all(cases());
}
