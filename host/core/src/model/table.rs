//! The table of all fields, for people: it is part of `wit/README.md`.

use std::fmt::Write as _;

use crate::model::coverage::{Coverage, coverage};
use crate::model::path::contract_path;
use crate::model::shape::{Field, Kind, OPERATIONS, fields};

/// How many leaves are said in which way.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    typed: usize,
    extra: usize,
    host: usize,
    /// Leaves that the model leaves empty, and that take any JSON.
    documents: usize,
}

impl Count {
    fn of<'a>(fields: impl Iterator<Item = &'a Field>) -> Self {
        fields.fold(Self::default(), |mut count, field| {
            match coverage(field.operation, field.path) {
                Some(Coverage::Typed) => count.typed += 1,
                Some(Coverage::Host(_)) => count.host += 1,
                Some(Coverage::Extra) | None => count.extra += 1,
            }
            count.documents += usize::from(field.kind == Kind::Document);
            count
        })
    }

    fn row(self, name: &str) -> String {
        let leaves = self.typed + self.extra + self.host - self.documents;
        format!(
            "| {name} | {leaves} | {} | {} | {} |\n",
            self.typed,
            self.extra - self.documents,
            self.host
        )
    }
}

/// Every leaf of the five operations, with who says it, as Markdown.
pub fn field_table() -> String {
    let mut text = String::from(
        "| operation | leaves | typed | by `extra` | owned by the host |\n|---|---|---|---|---|\n",
    );
    for operation in OPERATIONS {
        text += &Count::of(fields().iter().filter(|it| it.operation == operation))
            .row(operation.name());
    }
    let total = Count::of(fields().iter());
    text += &total.row("all");
    text += &documents(total);
    for operation in OPERATIONS {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n### {operation}\n\n| field | type | said by | in the contract |\n|---|---|---|---|\n"
        );
        fields()
            .iter()
            .filter(|it| it.operation == operation)
            .for_each(|it| text += &row(it));
    }
    text
}

/// What the counts leave out.
fn documents(total: Count) -> String {
    let fields = fields().iter().filter(|it| it.kind == Kind::Document);
    let names: Vec<_> = fields
        .map(|it| format!("`{}` of {}", it.path, it.operation))
        .collect();
    let leaves = total.typed + total.extra + total.host;
    format!(
        "\nThe tables below have {leaves} rows. Not counted above is {}: a structure that the model leaves empty, \
         so that it has no leaf of its own. It takes any JSON, by `extra`.\n",
        names.join(", ")
    )
}

fn row(field: &Field) -> String {
    let (said, place) = match coverage(field.operation, field.path) {
        Some(Coverage::Typed) => (
            "typed",
            format!("`{}`", contract_path(field.operation, field.path)),
        ),
        Some(Coverage::Host(reason)) => ("the host", reason.to_owned()),
        Some(Coverage::Extra) | None if is_of_target_group(field) => {
            ("`extra`", "`load-balancer` of the case `other`".to_owned())
        }
        Some(Coverage::Extra) | None => (
            "`extra`",
            format!("`{}`", contract_path(field.operation, field.path)),
        ),
    };
    format!(
        "| `{}` | {} | {said} | {place} |\n",
        field.path,
        field.kind.name()
    )
}

/// What `loadBalancers[]` says of target groups, which no classic load balancer has.
fn is_of_target_group(field: &Field) -> bool {
    field.path == "loadBalancers[].targetGroupArn"
        || field
            .path
            .starts_with("loadBalancers[].advancedConfiguration.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_is_counted_once() {
        let total = Count::of(fields().iter());
        assert_eq!(total.typed + total.extra + total.host, 251);
        assert_eq!(total.documents, 1, "`hookDetails`");
        assert_eq!(total.host, crate::model::HOST_OWNED.len());
    }
}
