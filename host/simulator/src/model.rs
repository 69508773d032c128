//! AWS's own service models: which operations there are, and the types of their inputs.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use crate::call::Api;
use crate::refusal::Refusal;

mod query;
pub(crate) mod rules;

pub(crate) use query::read_form;
use rules::{
    ELB_MALFORMED, NOT_A_STRUCTURE, NUMBER_AS_TEXT, TEXT_AS_BOOLEAN, TEXT_AS_NUMBER, WRONG_TYPE,
};

/// The table that `model.py` writes.
const TABLE: &str = include_str!("model.tsv");

/// A type of the model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Structure(BTreeMap<String, Self>),
    List(Box<Self>),
    Map(Box<Self>),
    Text,
    /// One of these words.
    Word(Vec<String>),
    Integer,
    Number,
    Boolean,
    /// Whatever JSON it is given.
    Document,
}

type Inputs = BTreeMap<(Api, String), Shape>;

/// The input of every operation that AWS has. It is read once.
fn inputs() -> &'static Inputs {
    static INPUTS: OnceLock<Inputs> = OnceLock::new();
    INPUTS.get_or_init(|| parse(TABLE))
}

/// Every operation that AWS has.
pub(crate) fn operations(api: Api) -> impl Iterator<Item = &'static str> {
    inputs()
        .keys()
        .filter(move |(of, _)| *of == api)
        .map(|(_, name)| name.as_str())
}

/// The input of an operation.
pub(crate) fn input(api: Api, operation: &str) -> Option<&'static Shape> {
    inputs().get(&(api, operation.to_owned()))
}

fn parse(table: &str) -> Inputs {
    let mut inputs = Inputs::new();
    for line in table.lines() {
        let mut columns = line.split('\t');
        let api = match columns.next() {
            Some("ecs") => Api::Ecs,
            _ => Api::Elb,
        };
        let operation = columns.next().unwrap_or_default().to_owned();
        let (path, kind) = (
            columns.next().unwrap_or_default(),
            columns.next().unwrap_or_default(),
        );
        let shape = inputs
            .entry((api, operation))
            .or_insert_with(|| Shape::Structure(BTreeMap::new()));
        if !path.is_empty() {
            insert(shape, path, kind);
        }
    }
    inputs
}

/// Puts a leaf into a shape: `a[].b` into a structure.
fn insert(shape: &mut Shape, path: &str, kind: &str) {
    let Shape::Structure(members) = shape else {
        return;
    };
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let name = first.trim_end_matches(['[', ']', '{', '}']);
    let leaf = match (rest, kind) {
        (Some(_), _) => Shape::Structure(BTreeMap::new()),
        (None, "integer") => Shape::Integer,
        (None, "number") => Shape::Number,
        (None, "boolean") => Shape::Boolean,
        (None, "document") => Shape::Document,
        (None, words) if words.contains('|') => Shape::Word(
            words
                .split('|')
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
        (None, _) => Shape::Text,
    };
    let mut wrapped = leaf;
    let marks = &first[name.len()..];
    for mark in marks.as_bytes().chunks(2).rev() {
        wrapped = if mark == b"[]" {
            Shape::List(Box::new(wrapped))
        } else {
            Shape::Map(Box::new(wrapped))
        };
    }
    let mut inner = members.entry(name.to_owned()).or_insert(wrapped);
    while let Shape::List(below) | Shape::Map(below) = inner {
        inner = below;
    }
    if let Some(rest) = rest {
        insert(inner, rest, kind);
    }
}

/// The version of classic ELB's interface. That of its successor is another service, which is not simulated.
pub(crate) const ELB_VERSION: &str = "2012-06-01";

/// What AWS answers to an operation that it does not have, and we to one that we do not have.
pub(crate) fn unknown(api: Api, operation: &str) -> Refusal {
    match api {
        Api::Ecs => rules::UNKNOWN_ECS.refusal(),
        Api::Elb => rules::UNKNOWN_ELB.with(&[&operation, &ELB_VERSION]),
    }
}

/// Checks the types of an input and drops what the model does not know, as AWS does.
///
/// # Errors
/// A member has the wrong type.
pub(crate) fn check(api: Api, operation: &str, value: &Value) -> Result<Value, Refusal> {
    match input(api, operation) {
        Some(shape) => read(api, shape, value),
        None => Err(unknown(api, operation)),
    }
}

fn read(api: Api, shape: &Shape, value: &Value) -> Result<Value, Refusal> {
    let wrong = |rule: &crate::refusal::Rule| match api {
        Api::Ecs => Err(rule.refusal()),
        Api::Elb => Err(ELB_MALFORMED.refusal()),
    };
    match (shape, value) {
        (Shape::Structure(members), Value::Object(given)) => {
            let mut read_members = Map::new();
            // null is as good as absent, everywhere in AWS.
            for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
                if let Some(shape) = members.get(name) {
                    read_members.insert(name.clone(), read(api, shape, value)?);
                }
            }
            Ok(Value::Object(read_members))
        }
        (Shape::List(shape), Value::Array(items)) => {
            items.iter().map(|it| read(api, shape, it)).collect()
        }
        (Shape::Map(shape), Value::Object(entries)) => {
            let entries = entries
                .iter()
                .map(|(key, it)| Ok((key.clone(), read(api, shape, it)?)));
            entries.collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        (Shape::Text | Shape::Word(_), Value::String(_))
        | (Shape::Boolean, Value::Bool(_))
        | (Shape::Number, Value::Number(_))
        | (Shape::Document, _) => Ok(value.clone()),
        (Shape::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {
            Ok(value.clone())
        }
        (Shape::Text | Shape::Word(_), Value::Number(_) | Value::Bool(_)) => wrong(&NUMBER_AS_TEXT),
        (Shape::Integer | Shape::Number, Value::String(_)) => wrong(&TEXT_AS_NUMBER),
        (Shape::Boolean, Value::String(_)) => wrong(&TEXT_AS_BOOLEAN),
        (_, Value::Object(_)) => wrong(&NOT_A_STRUCTURE),
        _ => wrong(&WRONG_TYPE),
    }
}

/// The refusal of the first word of an input that is none of its enum. An empty one says nothing.
pub(crate) fn outside(api: Api, operation: &str, input: &Value) -> Option<Refusal> {
    let (name, words) = odd(self::input(api, operation)?, "", input)?;
    let rule = match operation {
        "RegisterTaskDefinition" => &rules::DEFINITION_WORD,
        _ => &rules::WORD,
    };
    Some(rule.with(&[&name, &words.join(",")]))
}

/// The name of the first member with a word outside of its enum, and that enum.
fn odd<'a>(shape: &'a Shape, name: &'a str, value: &'a Value) -> Option<(&'a str, &'a [String])> {
    match (shape, value) {
        (Shape::Structure(members), Value::Object(given)) => members
            .iter()
            .find_map(|(name, shape)| odd(shape, name, given.get(name)?)),
        (Shape::List(shape), Value::Array(items)) => {
            items.iter().find_map(|it| odd(shape, name, it))
        }
        (Shape::Map(shape), Value::Object(entries)) => {
            entries.values().find_map(|it| odd(shape, name, it))
        }
        (Shape::Word(words), Value::String(word)) => {
            let is_odd = !word.is_empty() && !words.contains(word);
            is_odd.then_some((name, words.as_slice()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
