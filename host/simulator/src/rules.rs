//! Every rule that this stand-in enforces.

use crate::refusal::Rule;
use crate::{ecs, elb, faults, model};

/// Every rule, in the order of the tables.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let others = [elb::rules::ALL, model::rules::ALL, faults::rules::ALL];
    ecs::rules::ALL.iter().copied().chain(others).flatten()
}

/// Defines rules as constants of their names, and the table `ALL` of them.
///
/// ```text
/// rules! {
///     /// What it is for.
///     NOT_IDEMPOTENT = ("service-not-idempotent", "§4", Reported, "InvalidParameterException", 400,
///         "Creation of service was not idempotent.");
/// }
/// ```
macro_rules! rules {
    ($($(#[$meta:meta])* $id:ident = ($name:literal, $fact:literal, $source:ident, $code:literal, $status:literal, $text:literal);)*) => {
        $($(#[$meta])*
        pub(crate) const $id: $crate::refusal::Rule = $crate::refusal::Rule {
            name: $name,
            fact: $fact,
            source: $crate::refusal::Source::$source,
            code: $code,
            status: $status,
            text: $text,
        };)*
        /// All of this table.
        pub(crate) const ALL: &[$crate::refusal::Rule] = &[$($id),*];
    };
}
pub(crate) use rules;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let mut seen = BTreeSet::new();
        for rule in all() {
            assert!(
                seen.insert(rule.name),
                "two rules are called `{}`",
                rule.name
            );
        }
    }
}
