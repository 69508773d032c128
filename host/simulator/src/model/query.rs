//! The Query protocol's way to write an input: `Listeners.member.1.Protocol=TCP`.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use super::Shape;

/// Names and values as a tree, before anybody knows the types.
#[derive(Debug, Default)]
struct Tree {
    value: Option<String>,
    below: BTreeMap<String, Self>,
}

/// Reads a form in the shapes of an input. What does not fit its type is left as text, for the check to refuse.
pub(crate) fn read_form<'a>(
    shape: &Shape,
    form: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Value {
    let mut tree = Tree::default();
    for (name, value) in form {
        let mut place = &mut tree;
        for part in name.split('.') {
            place = place.below.entry(part.to_owned()).or_default();
        }
        place.value = Some(value.to_owned());
    }
    read(shape, &tree)
}

fn read(shape: &Shape, tree: &Tree) -> Value {
    let text = || tree.value.clone().unwrap_or_default();
    match shape {
        Shape::Structure(members) => {
            let found = members.iter().filter_map(|(name, shape)| {
                let tree = tree.below.get(name)?;
                Some((name.clone(), read(shape, tree)))
            });
            Value::Object(found.collect())
        }
        Shape::List(shape) => {
            let items = tree.below.get("member").map(|it| &it.below);
            let mut numbered: Vec<(u32, &Tree)> = items
                .into_iter()
                .flatten()
                .filter_map(|(number, tree)| Some((number.parse().ok()?, tree)))
                .collect();
            numbered.sort_by_key(|(number, _)| *number);
            numbered
                .into_iter()
                .map(|(_, tree)| read(shape, tree))
                .collect()
        }
        Shape::Integer => {
            let text = text();
            text.parse::<i64>().map_or(Value::String(text), Value::from)
        }
        Shape::Number => {
            let text = text();
            let number = text.parse().ok().and_then(Number::from_f64);
            number.map_or(Value::String(text), Value::Number)
        }
        Shape::Boolean => match text().to_ascii_lowercase().as_str() {
            "true" => true.into(),
            "false" => false.into(),
            other => Value::String(other.to_owned()),
        },
        // Classic ELB has neither maps nor documents.
        Shape::Text | Shape::Word(_) | Shape::Map(_) | Shape::Document => text().into(),
    }
}
