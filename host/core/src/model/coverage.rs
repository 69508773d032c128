//! Who says a field: a typed field of the contract, its `extra`, or the host.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::model::sample::fill;
use crate::model::shape::{self, Shape};
use crate::request::Operation;
use crate::spec::{ClassicLoadBalancer, Service, TaskDefinition};

/// How a field of a request gets its value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Coverage {
    /// A record of the contract has a field for it.
    Typed,
    /// By the `extra` of the record around it; for the target groups of a
    /// service, by the load balancer `other`.
    Extra,
    /// The host, for this reason. No recipe can say it.
    Host(&'static str),
}

const FROM_TARGET: &str = "comes from the target";
const FROM_BLUEPRINT: &str = "is the blueprint's own load balancer";

/// What no recipe can say, and why.
pub const HOST_OWNED: &[(Operation, &str, &str)] = &[
    (Operation::CreateService, "cluster", FROM_TARGET),
    (
        Operation::CreateService,
        "taskDefinition",
        "is the revision that the host has just registered",
    ),
    (
        Operation::CreateService,
        "clientToken",
        "is made by the host, so that a repeated call does nothing twice",
    ),
    (Operation::CreateService, "role", FROM_TARGET),
    (
        Operation::CreateService,
        "launchType",
        "is left to the cluster: EC2, or its default capacity providers",
    ),
    (
        Operation::CreateService,
        "loadBalancers[].loadBalancerName",
        FROM_BLUEPRINT,
    ),
    (
        Operation::CreateService,
        "networkConfiguration.awsvpcConfiguration.subnets[]",
        FROM_TARGET,
    ),
    (
        Operation::CreateService,
        "networkConfiguration.awsvpcConfiguration.securityGroups[]",
        FROM_TARGET,
    ),
    (
        Operation::CreateLoadBalancer,
        "AvailabilityZones[]",
        "follows from the target's subnets",
    ),
    (Operation::CreateLoadBalancer, "Subnets[]", FROM_TARGET),
    (
        Operation::CreateLoadBalancer,
        "SecurityGroups[]",
        FROM_TARGET,
    ),
    (
        Operation::ConfigureHealthCheck,
        "LoadBalancerName",
        FROM_BLUEPRINT,
    ),
    (
        Operation::ModifyLoadBalancerAttributes,
        "LoadBalancerName",
        FROM_BLUEPRINT,
    ),
];

/// Who says the field at `path`: `containerDefinitions[0].memory`, indexes given or not.
///
/// A list belongs to the contract as soon as the contract types anything of its
/// elements, because JSON laid over it would replace it whole. Nothing is
/// returned for objects, which are merged, and for what the model does not know.
pub fn coverage(operation: Operation, path: &str) -> Option<Coverage> {
    shape::find(operation, path).and_then(of_shape)
}

pub(super) fn of_shape(shape: &Shape) -> Option<Coverage> {
    match shape {
        Shape::Object(_) => None,
        Shape::Leaf(field) => Some(of_leaf(field)),
        Shape::List(element) => {
            let all: Vec<_> = element.leaves().into_iter().map(of_leaf).collect();
            let strongest = all
                .iter()
                .find(|it| **it == Coverage::Typed)
                .or_else(|| all.iter().find(|it| **it != Coverage::Extra));
            Some(strongest.copied().unwrap_or(Coverage::Extra))
        }
    }
}

pub(super) fn of_leaf(field: &shape::Field) -> Coverage {
    let key = (field.operation, field.path);
    if contract().typed.contains(&key) {
        return Coverage::Typed;
    }
    let owned = HOST_OWNED
        .iter()
        .find(|(operation, path, _)| (*operation, *path) == key);
    owned.map_or(Coverage::Extra, |(_, _, reason)| Coverage::Host(reason))
}

/// Whether the contract types anything at or below it.
pub(super) fn has_typed(shape: &Shape) -> bool {
    shape
        .leaves()
        .into_iter()
        .any(|it| of_leaf(it) == Coverage::Typed)
}

/// Whether the record at `path`, in the contract's spelling with `[]` for any
/// element, has an `extra`.
pub(super) fn is_open(path: &str) -> bool {
    contract().open.contains(path)
}

/// What [`crate::spec`] types.
struct Contract {
    typed: BTreeSet<(Operation, &'static str)>,
    open: BTreeSet<String>,
}

fn contract() -> &'static Contract {
    static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
        let open = RefCell::new(BTreeSet::new());
        let mut typed = BTreeSet::new();
        for (operation, body) in
            bodies(&open).expect("records of the contract are made of a few types only")
        {
            if let Some(request) = shape::request(operation) {
                note_leaves(request, &body, &mut typed);
            }
        }
        Contract {
            typed,
            open: open.into_inner(),
        }
    });
    &CONTRACT
}

/// The requests of a blueprint that sets every field.
fn bodies(open: &RefCell<BTreeSet<String>>) -> Result<Vec<(Operation, Value)>, String> {
    let failed = |error: serde::de::value::Error| error.to_string();
    let task_definition: TaskDefinition = fill("task-definition", open).map_err(failed)?;
    let service: Service = fill("service", open).map_err(failed)?;
    let balancer: ClassicLoadBalancer = fill("load-balancer", open).map_err(failed)?;
    let (task_definition, service) = (
        serde_json::to_value(task_definition),
        serde_json::to_value(service),
    );
    let create = serde_json::to_value(&balancer);
    Ok(vec![
        (
            Operation::RegisterTaskDefinition,
            task_definition.map_err(|it| it.to_string())?,
        ),
        (
            Operation::CreateService,
            service.map_err(|it| it.to_string())?,
        ),
        (
            Operation::CreateLoadBalancer,
            create.map_err(|it| it.to_string())?,
        ),
        (
            Operation::ConfigureHealthCheck,
            json!({ "HealthCheck": balancer.health_check }),
        ),
        (
            Operation::ModifyLoadBalancerAttributes,
            json!({ "LoadBalancerAttributes": balancer.attributes }),
        ),
    ])
}

/// Notes every leaf that `body` has.
fn note_leaves(shape: &Shape, body: &Value, typed: &mut BTreeSet<(Operation, &'static str)>) {
    match (shape, body) {
        (Shape::Object(members), Value::Object(values)) => {
            for (shape, value) in members
                .iter()
                .filter_map(|(name, shape)| Some((shape, values.get(*name)?)))
            {
                note_leaves(shape, value, typed);
            }
        }
        (Shape::List(element), Value::Array(values)) => {
            for value in values {
                note_leaves(element, value, typed);
            }
        }
        (Shape::Leaf(field), _) => {
            typed.insert((field.operation, field.path));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Diagnostic;
    use crate::model::{check, fields};

    #[test]
    fn everything_that_the_contract_types_is_in_the_model() {
        for (operation, body) in bodies(&RefCell::default()).unwrap() {
            let unknown: Vec<_> = check(operation, "", &body)
                .into_iter()
                .filter(|it| it.message.contains("sent as it is"))
                .collect();
            assert_eq!(unknown, [], "{operation}");
            let wrong: Vec<_> = check(operation, "", &body)
                .into_iter()
                .filter(Diagnostic::is_error)
                .collect();
            assert_eq!(wrong, [], "{operation}");
        }
    }

    #[test]
    fn everything_that_the_host_owns_is_in_the_model_and_nowhere_typed() {
        for (operation, path, reason) in HOST_OWNED {
            assert_eq!(
                coverage(*operation, path),
                Some(Coverage::Host(reason)),
                "{operation} {path}"
            );
        }
    }

    #[test]
    fn every_leaf_is_covered() {
        let covered = fields()
            .iter()
            .filter(|it| coverage(it.operation, it.path).is_some())
            .count();
        assert_eq!(covered, fields().len());
    }

    #[test]
    fn lists_belong_to_whoever_types_their_elements() {
        let task = Operation::RegisterTaskDefinition;
        assert_eq!(
            coverage(task, "containerDefinitions"),
            Some(Coverage::Typed)
        );
        assert_eq!(
            coverage(task, "containerDefinitions[2].memory"),
            Some(Coverage::Typed)
        );
        assert_eq!(
            coverage(task, "containerDefinitions[2].links"),
            Some(Coverage::Extra)
        );
        assert_eq!(
            coverage(task, "containerDefinitions[2].dockerLabels[\"a\"]"),
            Some(Coverage::Typed)
        );
        assert_eq!(coverage(task, "containerDefinitions[2]"), None);
        assert_eq!(coverage(task, "nextYear"), None);
        let subnets = "networkConfiguration.awsvpcConfiguration.subnets";
        assert_eq!(
            coverage(Operation::CreateService, subnets),
            Some(Coverage::Host(FROM_TARGET))
        );
    }
}
