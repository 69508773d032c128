//! Values for parameters that nobody set, so that a recipe can be tried without its user.

use std::collections::BTreeMap;

use serde_json::json;

use crate::params::{Given, resolve};
use crate::spec::{Parameter, ParameterType};

/// The ARN of a secret that there is nowhere.
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:example-AbCdEf";

/// Texts of the kinds that patterns ask for, the plainest first.
const TEXTS: [&str; 24] = [
    "example",
    "example-1",
    "Example1",
    "1",
    "10",
    "0.1",
    "a",
    "10.0.0.0",
    "10.0.0.0/16",
    "example.com",
    "https://example.com",
    "user@example.com",
    "/example",
    "NAME=value",
    "1.2.3",
    "us-east-1",
    "123456789012",
    "512m",
    "10s",
    "0 0 * * *",
    "arn:aws:iam::123456789012:role/example",
    "fs-01234567",
    "fsap-01234567",
    "subnet-01234567",
];

/// A value that the parameter accepts; nothing where none could be thought of.
///
/// Whatever it is, [`resolve`] takes it: the pattern, the bounds and the format are
/// asked, and not guessed.
pub fn example(parameter: &Parameter) -> Option<Given> {
    let alone = Parameter {
        // The name is not asked about, and a wrong one is told elsewhere.
        name: "example".to_owned(),
        required: true,
        ..parameter.clone()
    };
    let is_taken = |given: &Given| {
        let given = BTreeMap::from([(alone.name.clone(), given.clone())]);
        resolve(std::slice::from_ref(&alone), &given).1.is_empty()
    };
    candidates(&parameter.accepts).into_iter().find(is_taken)
}

fn candidates(accepts: &ParameterType) -> Vec<Given> {
    match accepts {
        ParameterType::Secret => vec![Given::Text(SECRET.to_owned())],
        ParameterType::Integer(it) => [1.clamp(it.min.min(it.max), it.max), it.min, it.max]
            .map(|it| Given::Typed(json!(it)))
            .into(),
        ParameterType::Boolean(_) => vec![Given::Typed(json!(false))],
        ParameterType::Choice(it) => {
            let first = it.choices.first();
            first
                .map(|it| Given::Text(it.clone()))
                .into_iter()
                .collect()
        }
        ParameterType::Text(_) => {
            let each = TEXTS.iter();
            each.map(|it| Given::Typed(json!(it))).collect()
        }
        ParameterType::TextList(_) => {
            let each = TEXTS.iter();
            each.map(|it| Given::Typed(json!([it]))).collect()
        }
    }
}
