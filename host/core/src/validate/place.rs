//! A value in a request body, together with where it is.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde_json::Value;

use crate::diag::Diagnostic;
use crate::model;
use crate::request::Operation;

pub(super) use crate::bounds::list;

/// A value in a request body.
///
/// Readers return nothing for a value of another type: the model has an error
/// for that already, and no rule shall say it twice.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    operation: Operation,
    /// AWS's path: `containerDefinitions[0].memory`.
    path: String,
    value: &'a Value,
}

impl<'a> Place<'a> {
    pub(super) fn new(operation: Operation, path: &str, value: &'a Value) -> Self {
        Self {
            operation,
            path: path.to_owned(),
            value,
        }
    }

    /// What the AWS model itself says of it.
    pub(super) fn check_model(&self) -> Vec<Diagnostic> {
        model::check(self.operation, &self.path, self.value)
    }

    pub(super) fn member(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name)?;
        Some(Self {
            operation: self.operation,
            path: self.path_of(name),
            value,
        })
    }

    /// The elements of a list; none where there is no list.
    pub(super) fn items(&self, name: &str) -> Vec<Self> {
        let path = self.path_of(name);
        let elements = self
            .value
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let place = |(index, value)| Self {
            operation: self.operation,
            path: format!("{path}[{index}]"),
            value,
        };
        elements.enumerate().map(place).collect()
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name)?.as_str()
    }

    /// A whole number of 32 bits.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        let number = self.value.get(name)?.as_i64()?;
        i32::try_from(number).is_ok().then_some(number)
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.value.get(name)?.as_bool()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some()
    }

    /// The text of an element of a list of texts.
    pub(super) fn as_text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    pub(super) fn operation(&self) -> Operation {
        self.operation
    }

    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    /// Bytes of it as JSON.
    pub(super) fn size(&self) -> usize {
        self.value.to_string().len()
    }

    /// Where it stands, in the words of the contract.
    pub(super) fn contract_path(&self) -> String {
        self.contract_path_of("")
    }

    /// Where a member stands, or one of its own: `volumes[0].host`.
    pub(super) fn contract_path_of(&self, name: &str) -> String {
        model::contract_path(self.operation, &self.path_of(name))
    }

    pub(super) fn error(
        &self,
        name: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(self.contract_path_of(name), message).hint(hint)
    }

    pub(super) fn warning(
        &self,
        name: &str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::warning(self.contract_path_of(name), message).hint(hint)
    }

    /// The finding for a number outside of what AWS takes, if it is one.
    pub(super) fn outside(
        &self,
        name: &str,
        range: RangeInclusive<i64>,
        unit: &str,
    ) -> Option<Diagnostic> {
        let number = self.number(name).filter(|it| !range.contains(it))?;
        let (low, high) = range.into_inner();
        let space = if unit.is_empty() { "" } else { " " };
        let limits = if high == i64::from(i32::MAX) {
            format!("at least {low}")
        } else {
            format!("{low} to {high}")
        };
        let message = format!("must be {limits}{space}{unit}, but is {number}");
        Some(self.error(
            name,
            message,
            format!("the nearest that AWS takes is {}", number.clamp(low, high)),
        ))
    }

    /// The finding for a member that has to be there and is not.
    pub(super) fn missing(&self, name: &str, hint: &str) -> Option<Diagnostic> {
        let absent = !self.has(name) || self.text(name) == Some("");
        absent.then(|| self.error(name, "is missing", hint))
    }

    /// The path of a member; of itself where the name is empty.
    fn path_of(&self, name: &str) -> String {
        let dot = if self.path.is_empty() || name.is_empty() {
            ""
        } else {
            "."
        };
        format!("{}{dot}{name}", self.path)
    }
}

/// The places whose key an earlier one has already, each with that earlier one.
pub(super) fn repeated<'p, 'a, K: Ord>(
    places: &'p [Place<'a>],
    key: impl Fn(&Place<'a>) -> Option<K>,
) -> Vec<(&'p Place<'a>, &'p Place<'a>)> {
    let mut first = BTreeMap::new();
    let mut again = Vec::new();
    for place in places {
        let Some(key) = key(place) else { continue };
        match first.get(&key) {
            Some(earlier) => again.push((place, *earlier)),
            None => {
                first.insert(key, place);
            }
        }
    }
    again
}
