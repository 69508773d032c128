//! The fields of the AWS model, as a list and as a tree.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::model::path::{Step, steps};
use crate::request::Operation;

/// What a leaf holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// `string`.
    Text,
    /// `integer`, of 32 bits with a sign everywhere in these operations.
    Integer,
    /// `double`.
    Double,
    /// `boolean`.
    Boolean,
    /// Text by names that the user chooses.
    Map,
    /// Any JSON.
    Document,
}

impl Kind {
    /// The model's own word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Map => "map",
            Self::Document => "document",
        }
    }

    fn read(name: &str) -> Option<Self> {
        let all = [
            Self::Text,
            Self::Integer,
            Self::Double,
            Self::Boolean,
            Self::Map,
            Self::Document,
        ];
        all.into_iter().find(|it| it.name() == name)
    }
}

/// A leaf of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    pub operation: Operation,
    /// `containerDefinitions[].portMappings[].hostPort`; `dockerLabels{}` for a map.
    pub path: &'static str,
    pub kind: Kind,
    /// The values of an enum that AWS had when the copy was made.
    pub values: Vec<&'static str>,
}

/// The operations that a blueprint becomes, in the order in which they are told.
pub(crate) const OPERATIONS: [Operation; 5] = [
    Operation::RegisterTaskDefinition,
    Operation::CreateService,
    Operation::CreateLoadBalancer,
    Operation::ConfigureHealthCheck,
    Operation::ModifyLoadBalancerAttributes,
];

/// Every leaf of the five operations, in the order of the model.
pub fn fields() -> &'static [Field] {
    static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
        let rows = include_str!("fields.tsv").lines();
        rows.map(|row| read_row(row).expect("the embedded table was written by `wit/fields.py`"))
            .collect()
    });
    &FIELDS
}

fn read_row(row: &'static str) -> Option<Field> {
    let mut columns = row.split('\t');
    let (operation, path, kind) = (columns.next()?, columns.next()?, columns.next()?);
    Some(Field {
        operation: OPERATIONS.into_iter().find(|it| it.name() == operation)?,
        path,
        kind: Kind::read(kind)?,
        values: columns
            .next()?
            .split(',')
            .filter(|it| !it.is_empty())
            .collect(),
    })
}

/// A node of a request.
#[derive(Debug)]
pub(crate) enum Shape {
    Object(BTreeMap<&'static str, Self>),
    List(Box<Self>),
    Leaf(&'static Field),
}

impl Shape {
    /// What is one step further down.
    pub(super) fn below(&self, step: &Step<'_>) -> Option<&Self> {
        match (self, step) {
            (Self::Object(members), Step::Member(name)) => members.get(*name),
            (Self::List(element), Step::Element(_)) => Some(element),
            (Self::Leaf(field), Step::Key(_)) if field.kind == Kind::Map => Some(self),
            _ => None,
        }
    }

    /// The leaves at or below it.
    pub(super) fn leaves(&self) -> Vec<&'static Field> {
        match self {
            Self::Object(members) => members.values().flat_map(Self::leaves).collect(),
            Self::List(element) => element.leaves(),
            Self::Leaf(field) => vec![*field],
        }
    }

    fn add(&mut self, steps: &[Step<'static>], field: &'static Field) {
        match (self, steps) {
            (Self::Object(members), [Step::Member(name), rest @ ..]) => {
                members
                    .entry(name)
                    .or_insert_with(|| Self::start(rest, field))
                    .add(rest, field);
            }
            (Self::List(element), [Step::Element(_), rest @ ..]) => element.add(rest, field),
            _ => {}
        }
    }

    /// The node on which `steps` can be walked.
    fn start(steps: &[Step<'static>], field: &'static Field) -> Self {
        match steps {
            [Step::Member(_), ..] => Self::Object(BTreeMap::new()),
            [Step::Element(_), rest @ ..] => Self::List(Box::new(Self::start(rest, field))),
            [] | [Step::Key(_), ..] => Self::Leaf(field),
        }
    }
}

/// The request of an operation, or nothing for one that no blueprint becomes.
pub(crate) fn request(operation: Operation) -> Option<&'static Shape> {
    static REQUESTS: LazyLock<BTreeMap<Operation, Shape>> = LazyLock::new(|| {
        let mut requests = BTreeMap::new();
        for field in fields() {
            let request = requests
                .entry(field.operation)
                .or_insert_with(|| Shape::Object(BTreeMap::new()));
            request.add(&steps(field.path), field);
        }
        requests
    });
    REQUESTS.get(&operation)
}

/// The node at `path`, whose indexes do not matter.
pub(crate) fn find(operation: Operation, path: &str) -> Option<&'static Shape> {
    steps(path)
        .iter()
        .try_fold(request(operation)?, |shape, step| shape.below(step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_holds_every_row_and_nothing_else() {
        let leaves: usize = OPERATIONS
            .iter()
            .filter_map(|it| request(*it))
            .map(|it| it.leaves().len())
            .sum();
        assert_eq!(leaves, fields().len());
        for field in fields() {
            let Some(Shape::Leaf(found)) = find(field.operation, field.path) else {
                panic!("{field:?}")
            };
            assert_eq!(*found, field);
        }
    }

    #[test]
    fn a_row_that_nobody_can_read_is_noticed() {
        assert_eq!(read_row("CreateService\trole\tblob\t"), None);
        assert_eq!(read_row("CreateCluster\tname\tstring\t"), None);
        assert_eq!(read_row("CreateService\trole\tstring"), None);
    }
}
