//! What the control plane says when it refuses: a code, an HTTP status and a text, each by a rule.

use std::fmt;

/// A rule of AWS that this stand-in enforces.
///
/// Rules stand in tables (`ecs/rules.rs`, `elb/rules.rs`); a test sees to it that every one is tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rule {
    /// A name in kebab-case, unique among all rules.
    pub name: &'static str,
    /// The row of the AWS facts it stands on: `§1.3`.
    pub fact: &'static str,
    /// How the text is known.
    pub source: Source,
    /// AWS's error code: `InvalidParameterException`.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// AWS's text; each `{}` stands for what [`Rule::with`] is given.
    pub text: &'static str,
}

/// How a text of AWS is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// AWS's documentation or service model states the rule and the text.
    Documented,
    /// People quote the text from real AWS.
    Reported,
    /// The rule is documented, the text is ours: programs must not match it.
    Assumed,
}

impl Rule {
    /// The refusal, with its text filled in order.
    #[must_use]
    pub fn with(&self, values: &[&dyn fmt::Display]) -> Refusal {
        let mut message = String::new();
        let mut values = values.iter();
        for (index, part) in self.text.split("{}").enumerate() {
            if index > 0
                && let Some(value) = values.next()
            {
                message += &value.to_string();
            }
            message += part;
        }
        Refusal {
            rule: self.name,
            code: self.code.to_owned(),
            status: self.status,
            message,
        }
    }

    /// The refusal of a rule without anything to fill in.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.with(&[])
    }
}

/// A call that was refused. Nothing has changed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The name of the [`Rule`].
    pub rule: &'static str,
    pub code: String,
    pub status: u16,
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_filled_in_order() {
        let rule = Rule {
            name: "port-missing",
            fact: "§4",
            source: Source::Reported,
            code: "InvalidParameterException",
            status: 400,
            text: "The container {} did not have a container port {} defined.",
        };
        assert_eq!(
            rule.with(&[&"web", &80]).to_string(),
            "InvalidParameterException: The container web did not have a container port 80 defined."
        );
    }
}
