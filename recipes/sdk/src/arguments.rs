//! Reading arguments by name and type.

use crate::{Argument, Diagnostic, Parameter, ParameterType, Value};

/// The arguments of one render, with the declared defaults in place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    given: Vec<Argument>,
}

impl Arguments {
    /// The given arguments, and the default of each parameter that is not among
    /// them. The host has filled the defaults too; doing it here makes a native
    /// test of a recipe see what a deployment sees.
    #[must_use]
    pub fn new(mut given: Vec<Argument>, parameters: &[Parameter]) -> Self {
        for parameter in parameters {
            if given.iter().all(|it| it.name != parameter.name)
                && let Some(value) = default_value(&parameter.accepts)
            {
                given.push(Argument {
                    name: parameter.name.clone(),
                    value,
                });
            }
        }
        Self { given }
    }

    /// The value of a parameter, or nothing where it was not given and has no
    /// default.
    ///
    /// # Errors
    /// When the value is not of the asked type, which is a mistake of the recipe.
    pub fn get<'a, T: FromValue<'a>>(&'a self, name: &str) -> Result<Option<T>, Diagnostic> {
        let Some(argument) = self.given.iter().find(|it| it.name == name) else {
            return Ok(None);
        };
        T::from_value(&argument.value).map(Some).ok_or_else(|| {
            Diagnostic::error(
                format!("parameters.{name}"),
                format!(
                    "the recipe reads `{name}` as {}, but {} was given",
                    T::KIND,
                    kind(&argument.value)
                ),
            )
            .hint("the recipe is at fault: read the parameter as the type it declares")
        })
    }

    /// The value of a parameter that must have one.
    ///
    /// # Errors
    /// When it has none, or one of another type.
    pub fn need<'a, T: FromValue<'a>>(&'a self, name: &str) -> Result<T, Diagnostic> {
        self.get(name)?.ok_or_else(|| {
            Diagnostic::error(
                format!("parameters.{name}"),
                format!("`{name}` is not given"),
            )
            .hint(format!("give it: `--set {name}=…`"))
        })
    }

    /// The items of a list of `NAME=VALUE`, as pairs in their order.
    ///
    /// # Errors
    /// When an item has no `=`, has nothing before it, or repeats a name.
    pub fn pairs(&self, name: &str) -> Result<Vec<(String, String)>, Diagnostic> {
        let items: &[String] = self.get(name)?.unwrap_or_default();
        let mut pairs: Vec<(String, String)> = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let at = |message| Diagnostic::error(format!("parameters.{name}[{index}]"), message);
            match item.split_once('=') {
                Some((key, _)) if pairs.iter().any(|(known, _)| known == key) => {
                    return Err(at(format!("`{key}` is given twice")).hint("keep one of the two"));
                }
                Some((key, value)) if !key.is_empty() => {
                    pairs.push((key.to_owned(), value.to_owned()));
                }
                // The item may be half of a password: it is not repeated here.
                _ => return Err(at("the item is not of the form `NAME=VALUE`".to_owned())),
            }
        }
        Ok(pairs)
    }
}

/// The opaque token of a secret argument. It can only be put into the `secrets`
/// of a container.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Secret<'a>(pub(crate) &'a str);

impl Secret<'_> {
    /// The token as the contract's `secrets` take it: the whole value, unchanged.
    #[must_use]
    pub fn token(self) -> String {
        self.0.to_owned()
    }
}

/// A type that an argument can be read as.
pub trait FromValue<'a>: Sized {
    /// What it is called in a message.
    const KIND: &'static str;

    /// The value, where it is of this type.
    fn from_value(value: &'a Value) -> Option<Self>;
}

impl<'a> FromValue<'a> for &'a str {
    const KIND: &'static str = "text";

    fn from_value(value: &'a Value) -> Option<Self> {
        if let Value::Text(it) = value {
            Some(it)
        } else {
            None
        }
    }
}

impl FromValue<'_> for i32 {
    const KIND: &'static str = "an integer";

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Integer(it) = value {
            Some(*it)
        } else {
            None
        }
    }
}

impl FromValue<'_> for u32 {
    const KIND: &'static str = "an integer from 0";

    fn from_value(value: &Value) -> Option<Self> {
        i32::from_value(value).and_then(|it| it.try_into().ok())
    }
}

impl FromValue<'_> for bool {
    const KIND: &'static str = "a boolean";

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Boolean(it) = value {
            Some(*it)
        } else {
            None
        }
    }
}

impl<'a> FromValue<'a> for &'a [String] {
    const KIND: &'static str = "a list of texts";

    fn from_value(value: &'a Value) -> Option<Self> {
        if let Value::TextList(it) = value {
            Some(it)
        } else {
            None
        }
    }
}

impl<'a> FromValue<'a> for Secret<'a> {
    const KIND: &'static str = "a secret";

    fn from_value(value: &'a Value) -> Option<Self> {
        if let Value::Secret(it) = value {
            Some(Self(it))
        } else {
            None
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Secret(_) => "a secret",
        Value::Text(_) => "a text",
        Value::Integer(_) => "an integer",
        Value::Boolean(_) => "a boolean",
        Value::TextList(_) => "a list of texts",
    }
}

fn default_value(accepts: &ParameterType) -> Option<Value> {
    match accepts {
        ParameterType::Secret => None,
        ParameterType::Text(it) => it.default.clone().map(Value::Text),
        ParameterType::Integer(it) => it.default.map(Value::Integer),
        ParameterType::Boolean(it) => it.map(Value::Boolean),
        ParameterType::Choice(it) => it.default.clone().map(Value::Text),
        ParameterType::TextList(it) if it.default.is_empty() => None,
        ParameterType::TextList(it) => Some(Value::TextList(it.default.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::{boolean, integer, list, secret, text};

    fn argument(name: &str, value: Value) -> Argument {
        Argument {
            name: name.to_owned(),
            value,
        }
    }

    #[test]
    fn a_given_value_wins_over_the_default() {
        let parameters = [
            integer("memory", 6, 512).default(128).into(),
            text("image").default("redis").into(),
        ];
        let arguments = Arguments::new(vec![argument("memory", Value::Integer(256))], &parameters);
        assert_eq!(arguments.need::<u32>("memory"), Ok(256));
        assert_eq!(arguments.need::<&str>("image"), Ok("redis"));
        assert_eq!(arguments.get::<bool>("appendonly"), Ok(None));
    }

    #[test]
    fn parameters_without_a_default_stay_absent() {
        let parameters = [
            secret("password").into(),
            boolean("tls").into(),
            list("names").into(),
        ];
        assert_eq!(
            Arguments::new(Vec::new(), &parameters),
            Arguments::default()
        );
    }

    #[test]
    fn a_wrong_type_is_said_with_its_path() {
        let arguments = Arguments::new(
            vec![argument("memory", Value::Text("much".to_owned()))],
            &[],
        );
        let finding = arguments
            .get::<u32>("memory")
            .expect_err("a text is not an integer");
        assert_eq!(finding.path, "parameters.memory");
        assert_eq!(
            finding.message,
            "the recipe reads `memory` as an integer from 0, but a text was given"
        );
    }

    #[test]
    fn a_negative_number_is_no_count() {
        let arguments = Arguments::new(vec![argument("memory", Value::Integer(-1))], &[]);
        assert_eq!(arguments.need::<i32>("memory"), Ok(-1));
        assert!(arguments.need::<u32>("memory").is_err());
    }

    #[test]
    fn a_missing_value_says_how_to_give_it() {
        let finding = Arguments::default()
            .need::<Secret<'_>>("root-password")
            .expect_err("nothing is given");
        assert_eq!(finding.message, "`root-password` is not given");
        assert_eq!(
            finding.hint.as_deref(),
            Some("give it: `--set root-password=…`")
        );
    }

    #[test]
    fn pairs_split_at_the_first_equals_sign() {
        let items = ["A=1", "B=x=y", "C="].map(str::to_owned).to_vec();
        let arguments = Arguments::new(vec![argument("environment", Value::TextList(items))], &[]);
        let pairs = [("A", "1"), ("B", "x=y"), ("C", "")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(arguments.pairs("environment"), Ok(pairs.to_vec()));
        assert_eq!(Arguments::default().pairs("environment"), Ok(Vec::new()));
    }

    #[test]
    fn pairs_refuse_what_is_no_pair_and_what_repeats_a_name() {
        for (items, path, message) in [
            (
                vec!["hunter2"],
                "parameters.environment[0]",
                "the item is not of the form `NAME=VALUE`",
            ),
            (
                vec!["=1"],
                "parameters.environment[0]",
                "the item is not of the form `NAME=VALUE`",
            ),
            (
                vec!["A=1", "A=2"],
                "parameters.environment[1]",
                "`A` is given twice",
            ),
        ] {
            let items = items.into_iter().map(str::to_owned).collect();
            let arguments =
                Arguments::new(vec![argument("environment", Value::TextList(items))], &[]);
            let finding = arguments.pairs("environment").expect_err(message);
            assert_eq!(
                (finding.path.as_str(), finding.message.as_str()),
                (path, message)
            );
        }
    }
}
