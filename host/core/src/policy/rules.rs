//! What each field of AWS asks for: the table of all leaves.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::policy::kind::Kind;
use crate::request::Operation;

/// What a field asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Nothing: it stays within the container, or is about how the service is run.
    Free,
    /// A grant of this kind; which values are free, the note says.
    Grant(Kind),
    /// It is the target's, and no other value of it is ever sent.
    Target,
    /// It is the name of the blueprint's own load balancer, and no other is ever sent.
    Own,
    /// The host fills it, and no recipe can say it.
    Host,
    /// No grant gives it; which values are free, the note says.
    Never,
}

/// A row of the table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    pub operation: Operation,
    /// As in [`crate::model::Field`].
    pub path: &'static str,
    pub verdict: Verdict,
    /// What the verdict does not say; often empty.
    pub note: &'static str,
}

/// Every row, in the order of the model.
pub fn rules() -> &'static [Rule] {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        let rows = include_str!("rules.tsv").lines();
        rows.map(|row| read_row(row).expect("a test reads the embedded table"))
            .collect()
    });
    &RULES
}

/// The row of a leaf of the model. A leaf without one would be taken for a field that nobody knows.
pub(super) fn rule(operation: Operation, path: &str) -> Option<&'static Rule> {
    static BY_PATH: LazyLock<BTreeMap<(Operation, &str), &Rule>> = LazyLock::new(|| {
        let rows = rules().iter();
        rows.map(|it| ((it.operation, it.path), it)).collect()
    });
    BY_PATH.get(&(operation, path)).copied()
}

fn read_row(row: &'static str) -> Option<Rule> {
    let mut columns = row.split('\t');
    let (operation, path, verdict) = (columns.next()?, columns.next()?, columns.next()?);
    Some(Rule {
        operation: Operation::ALL
            .into_iter()
            .find(|it| it.name() == operation)?,
        path,
        verdict: match verdict {
            "free" => Verdict::Free,
            "target" => Verdict::Target,
            "own" => Verdict::Own,
            "host" => Verdict::Host,
            "never" => Verdict::Never,
            word => Verdict::Grant(Kind::find(word)?),
        },
        note: columns.next()?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::{Coverage, coverage, fields};

    #[test]
    fn every_leaf_of_the_model_has_one_row_and_no_row_is_of_nothing() {
        let leaves: Vec<_> = fields().iter().map(|it| (it.operation, it.path)).collect();
        let rows: Vec<_> = rules().iter().map(|it| (it.operation, it.path)).collect();
        let missing: Vec<_> = leaves.iter().filter(|it| !rows.contains(it)).collect();
        assert!(
            missing.is_empty(),
            "new leaves of the AWS model; say in `policy/rules.tsv` what each asks for: {missing:?}"
        );
        assert_eq!(
            rows, leaves,
            "the rows are not those of the model, in its order"
        );
        assert_eq!(rows.iter().collect::<BTreeSet<_>>().len(), rows.len());
    }

    #[test]
    fn what_is_the_hosts_own_no_recipe_is_free_to_say() {
        for rule in rules() {
            let is_host = matches!(coverage(rule.operation, rule.path), Some(Coverage::Host(_)));
            if matches!(rule.verdict, Verdict::Target | Verdict::Own | Verdict::Host) {
                assert!(is_host, "{} {}", rule.operation, rule.path);
            }
            if is_host {
                assert_ne!(
                    rule.verdict,
                    Verdict::Free,
                    "{} {}",
                    rule.operation,
                    rule.path
                );
            }
        }
    }

    #[test]
    fn every_kind_of_grant_is_asked_for_by_a_field() {
        // The socket is a path, as far as AWS knows.
        for kind in Kind::ALL.iter().filter(|it| **it != Kind::DockerSocket) {
            let asks = rules().iter().any(|it| it.verdict == Verdict::Grant(*kind));
            assert!(asks, "nothing asks for `{}`", kind.word());
        }
    }

    #[test]
    fn a_row_that_nobody_can_read_is_noticed() {
        assert_eq!(read_row("CreateService\trole\tgift\t"), None);
        assert_eq!(read_row("CreateService\trole\tfree"), None);
        assert!(read_row("CreateService\trole\ttarget\t").is_some());
    }
}
