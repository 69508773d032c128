//! Arguments with which a recipe is tried beside its defaults: one other value at a time.

use std::collections::BTreeMap;

use serde_json::json;

use super::example;
use crate::params::Given;
use crate::spec::{Parameter, ParameterType};

/// One argument that differs from what a recipe takes by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    pub parameter: String,
    pub value: Given,
}

impl Variant {
    /// The argument as it is typed.
    pub fn typed(&self) -> String {
        let value = match &self.value {
            Given::Text(text) => text.clone(),
            Given::Typed(value) => match value.as_array() {
                Some(items) => {
                    let texts = items.iter().filter_map(|it| it.as_str());
                    texts.collect::<Vec<_>>().join(",")
                }
                None => value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
            },
        };
        format!("{}={value}", self.parameter)
    }
}

/// Every switch the other way, every other choice, and an example of what has no default; each alone. What was given stays.
pub fn variants(parameters: &[Parameter], given: &BTreeMap<String, Given>) -> Vec<Variant> {
    let free = parameters.iter().filter(|it| !given.contains_key(&it.name));
    let each = free.flat_map(|parameter| {
        others(parameter).into_iter().map(|value| Variant {
            parameter: parameter.name.clone(),
            value,
        })
    });
    each.collect()
}

fn others(parameter: &Parameter) -> Vec<Given> {
    match &parameter.accepts {
        ParameterType::Boolean(default) => {
            let all = [true, false].into_iter();
            all.filter(|it| Some(*it) != *default)
                .map(|it| Given::Typed(json!(it)))
                .collect()
        }
        ParameterType::Choice(it) => {
            let all = it.choices.iter();
            all.filter(|choice| it.default.as_ref() != Some(*choice))
                .map(|it| Given::Text(it.clone()))
                .collect()
        }
        accepts if crate::params::default(accepts).is_none() => {
            example(parameter).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ChoiceType, IntegerType, TextType};

    #[test]
    fn each_is_tried_alone_and_what_was_given_stays() {
        let parameter = |name: &str, accepts| Parameter {
            name: name.into(),
            accepts,
            ..Parameter::default()
        };
        let parameters = [
            parameter("tls", ParameterType::Boolean(Some(true))),
            parameter("free", ParameterType::Boolean(None)),
            parameter(
                "edition",
                ParameterType::Choice(ChoiceType {
                    choices: vec!["tutorial".into(), "current".into()],
                    default: Some("tutorial".into()),
                }),
            ),
            parameter(
                "data-path",
                ParameterType::Text(TextType {
                    format: Some("path".into()),
                    ..TextType::default()
                }),
            ),
            parameter(
                "port",
                ParameterType::Integer(IntegerType {
                    min: 1,
                    max: 65_535,
                    default: Some(80),
                }),
            ),
            parameter("password", ParameterType::Secret),
        ];
        let given = BTreeMap::from([("password".to_owned(), Given::Text("arn:…".to_owned()))]);
        let typed: Vec<String> = variants(&parameters, &given)
            .iter()
            .map(Variant::typed)
            .collect();
        assert_eq!(
            typed,
            [
                "tls=false",
                "free=true",
                "free=false",
                "edition=current",
                "data-path=/example"
            ]
        );
    }
}
