//! From what the user typed to the arguments a recipe gets.

use std::collections::BTreeMap;

use regex_lite::{Regex, RegexBuilder};
use serde_json::Value as Json;

use crate::bounds;
use crate::codes;
use crate::diag::Diagnostic;
use crate::policy::secret_arns;
use crate::spec::{Argument, ListType, Parameter, ParameterType, TextType, Value};
use crate::tokens;

/// The most items a list takes when its type says nothing.
const LIST_LIMIT: usize = 100;

/// A value as it was given.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// On the command line or in the environment: text that its parameter's type reads.
    Text(String),
    /// In a file: a value with a type of its own.
    Typed(Json),
}

/// Arguments with their defaults, and what their secrets stand for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// In the order in which the manifest declares them. Secrets are readable tokens.
    pub list: Vec<Argument>,
    /// Token → ARN.
    pub secrets: tokens::Known,
}

/// Resolves what was given against what the manifest declares. All findings come back.
///
/// Names that the manifest does not declare are the caller's to find: a name may
/// be meant for another recipe of the same call. More than [`bounds::PARAMETERS`]
/// are not resolved: [`crate::manifest::check`] refuses such a manifest.
pub fn resolve(
    parameters: &[Parameter],
    given: &BTreeMap<String, Given>,
) -> (Arguments, Vec<Diagnostic>) {
    let mut arguments = Arguments::default();
    let mut findings = Vec::new();
    for parameter in parameters.iter().take(bounds::PARAMETERS) {
        let path = format!("parameters.{}", parameter.name);
        let read = match given.get(&parameter.name) {
            Some(given) => read(&parameter.accepts, given).map(Some),
            None => Ok(default(&parameter.accepts)),
        };
        match read {
            Ok(Some(Value::Secret(arn))) => {
                let token = tokens::secret(&parameter.name);
                arguments.secrets.insert(token.clone(), arn);
                arguments.list.push(Argument {
                    name: parameter.name.clone(),
                    value: Value::Secret(token),
                });
            }
            Ok(Some(value)) => arguments.list.push(Argument {
                name: parameter.name.clone(),
                value,
            }),
            Ok(None) if parameter.required => findings.push(
                error(path, format!("must be given: {}", parameter.description)).hint(format!(
                    "--set {}={}",
                    parameter.name,
                    placeholder(&parameter.accepts)
                )),
            ),
            Ok(None) => {}
            Err(finding) => {
                let lists = || {
                    "`host inspect` lists the parameters of a recipe, and what they take".to_owned()
                };
                findings.push(Diagnostic {
                    path,
                    hint: finding.hint.or_else(|| Some(lists())),
                    ..finding
                });
            }
        }
    }
    (arguments, bounds::curb(findings))
}

/// What stands for a value in a hint or in help: `TEXT`, `1..64`, `a|b`.
pub fn placeholder(accepts: &ParameterType) -> String {
    match accepts {
        ParameterType::Secret => "ARN".to_owned(),
        ParameterType::Text(_) => "TEXT".to_owned(),
        ParameterType::Integer(it) => format!("{}..{}", it.min, it.max),
        ParameterType::Boolean(_) => "true|false".to_owned(),
        ParameterType::Choice(it) => it.choices.join("|"),
        ParameterType::TextList(_) => "TEXT,…".to_owned(),
    }
}

/// The value of a parameter that was not given.
pub fn default(accepts: &ParameterType) -> Option<Value> {
    match accepts {
        ParameterType::Secret => None,
        ParameterType::Text(it) => it.default.clone().map(Value::Text),
        ParameterType::Integer(it) => it.default.map(Value::Integer),
        ParameterType::Boolean(it) => it.map(Value::Boolean),
        ParameterType::Choice(it) => it.default.clone().map(Value::Text),
        ParameterType::TextList(it) => {
            Some(Value::TextList(it.default.clone())).filter(|_| !it.default.is_empty())
        }
    }
}

/// A value as it is typed, for people.
pub fn words(value: &Value) -> String {
    match value {
        Value::Text(it) if it.is_empty() => "\"\"".to_owned(),
        Value::Text(it) | Value::Secret(it) => it.clone(),
        Value::Integer(it) => it.to_string(),
        Value::Boolean(it) => it.to_string(),
        Value::TextList(it) => it.join(","),
    }
}

/// Reads one value. The finding has no path yet.
fn read(accepts: &ParameterType, given: &Given) -> Result<Value, Diagnostic> {
    match accepts {
        ParameterType::Secret => read_secret(given).map(Value::Secret),
        ParameterType::Text(accepted) => {
            let text = text_of(given)?;
            check_text(&text, accepted)?;
            Ok(Value::Text(text))
        }
        ParameterType::Integer(accepted) => {
            let number = integer_of(given)?;
            let within = i32::try_from(number)
                .ok()
                .filter(|it| (accepted.min..=accepted.max).contains(it));
            within.map(Value::Integer).ok_or_else(|| {
                error(
                    "",
                    format!(
                        "is {number}, and {} to {} are allowed",
                        accepted.min, accepted.max
                    ),
                )
            })
        }
        ParameterType::Boolean(_) => match given {
            Given::Typed(Json::Bool(it)) => Ok(Value::Boolean(*it)),
            Given::Text(text) if text == "true" => Ok(Value::Boolean(true)),
            Given::Text(text) if text == "false" => Ok(Value::Boolean(false)),
            other => Err(error(
                "",
                format!("is {}, and `true` or `false` is expected", shown(other)),
            )),
        },
        ParameterType::Choice(accepted) => {
            let text = text_of(given)?;
            if accepted.choices.contains(&text) {
                Ok(Value::Text(text))
            } else {
                let choices = accepted.choices.join("`, `");
                Err(error(
                    "",
                    format!("is `{text}`, and one of `{choices}` is expected"),
                ))
            }
        }
        ParameterType::TextList(accepted) => {
            let items = list_of(given)?;
            check_list(&items, accepted).map_err(|finding| match given {
                Given::Text(text) if text.contains(',') => finding.hint(
                    "items end at commas; where one has a comma, give JSON: `[\"A=1,2\", \"B=3\"]`",
                ),
                Given::Text(_) | Given::Typed(_) => finding,
            })?;
            Ok(Value::TextList(items))
        }
    }
}

/// The message never repeats what was given: it may be the secret itself.
fn read_secret(given: &Given) -> Result<String, Diagnostic> {
    let hint = "store the value with `aws secretsmanager create-secret` or `aws ssm put-parameter`, and give its ARN";
    let (Given::Text(text) | Given::Typed(Json::String(text))) = given else {
        return Err(error("", "is not the ARN of a secret").hint(hint));
    };
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let is_secret = matches!(
        parts[..],
        ["arn", partition, "secretsmanager" | "ssm", region, account, rest]
            if partition.starts_with("aws") && !region.is_empty() && !account.is_empty() && !rest.is_empty()
    ) && secret_arns(text) == [text.as_str()];
    if is_secret {
        Ok(text.clone())
    } else {
        let message = "is not the ARN of a Secrets Manager secret or an SSM parameter; plain values are refused";
        Err(error("", message).hint(hint))
    }
}

fn text_of(given: &Given) -> Result<String, Diagnostic> {
    match given {
        Given::Text(text) | Given::Typed(Json::String(text)) => Ok(text.clone()),
        other @ Given::Typed(_) => Err(error(
            "",
            format!("is {}, and a text is expected", shown(other)),
        )),
    }
}

fn integer_of(given: &Given) -> Result<i64, Diagnostic> {
    let number = match given {
        Given::Text(text) => text.parse().ok(),
        Given::Typed(value) => value.as_i64(),
    };
    number.ok_or_else(|| {
        error(
            "",
            format!("is {}, and a whole number is expected", shown(given)),
        )
    })
}

/// `a,b` on the command line, or a JSON array where an item has a comma.
fn list_of(given: &Given) -> Result<Vec<String>, Diagnostic> {
    let array = match given {
        Given::Text(text) if text.starts_with('[') => {
            serde_json::from_str(text).map_err(|error| {
                Diagnostic::error("", format!("begins like a JSON array and is none: {error}"))
                    .code(codes::parameters::ARGUMENT)
            })?
        }
        Given::Text(text) if text.is_empty() => return Ok(Vec::new()),
        Given::Text(text) => return Ok(text.split(',').map(str::to_owned).collect()),
        Given::Typed(value) => value.clone(),
    };
    let items = array.as_array().map(|items| {
        items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect()
    });
    items.flatten().ok_or_else(|| {
        error(
            "",
            format!("is {}, and a list of texts is expected", shown(given)),
        )
    })
}

fn shown(given: &Given) -> String {
    match given {
        Given::Text(text) => format!("`{text}`"),
        Given::Typed(value) => format!("`{value}`"),
    }
}

fn check_text(text: &str, accepted: &TextType) -> Result<(), Diagnostic> {
    check_one(
        text,
        accepted.format.as_deref(),
        accepted.pattern.as_deref(),
    )
}

fn check_list(items: &[String], accepted: &ListType) -> Result<(), Diagnostic> {
    let limit = if accepted.max_items == 0 {
        LIST_LIMIT
    } else {
        accepted.max_items as usize
    };
    if items.len() > limit {
        return Err(error(
            "",
            format!("has {} items, and {limit} are allowed", items.len()),
        ));
    }
    for item in items {
        check_one(
            item,
            accepted.format.as_deref(),
            accepted.pattern.as_deref(),
        )?;
    }
    Ok(())
}

/// Where both speak against it, the format has the words and the pattern is exact.
fn check_one(text: &str, format: Option<&str>, pattern: Option<&str>) -> Result<(), Diagnostic> {
    let exact = check_pattern(text, pattern);
    match (check_format(text, format), pattern) {
        // Most names are shorter than a name may be.
        (Err(finding), Some(pattern)) if exact.is_err() && format != Some("name") => {
            let message = format!("{}: it has to match `{pattern}`", finding.message);
            Err(error("", message))
        }
        (formed, _) => exact.and(formed),
    }
}

fn check_pattern(text: &str, pattern: Option<&str>) -> Result<(), Diagnostic> {
    let Some(pattern) = pattern else {
        return Ok(());
    };
    if text.len() > bounds::TEXT {
        // The pattern is the recipe's, and matching it takes time that grows with the text.
        let message = format!(
            "has {} bytes, and {} are allowed where a pattern has to match",
            text.len(),
            bounds::TEXT
        );
        return Err(error("", message));
    }
    // The manifest is checked before, so a pattern that does not compile cannot get here.
    let matches = whole(pattern).is_ok_and(|regex| regex.is_match(text));
    if matches {
        Ok(())
    } else {
        Err(error(
            "",
            format!("is `{text}`, which does not match `{pattern}`"),
        ))
    }
}

/// The pattern, anchored at both ends.
///
/// Matching takes time that grows with the pattern times the text, and both may
/// be a recipe's: so neither the pattern nor what is made of it may be large.
pub fn whole(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > bounds::PATTERN {
        return Err(format!(
            "it has {} bytes, and {} are allowed",
            pattern.len(),
            bounds::PATTERN
        ));
    }
    RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(bounds::PATTERN_PROGRAM)
        .build()
        .map_err(|error| error.to_string())
}

/// The formats that the host knows. Any other is for the reader only.
fn check_format(text: &str, format: Option<&str>) -> Result<(), Diagnostic> {
    let plain = |limit: usize, characters: &str| {
        (1..=limit).contains(&text.len())
            && text
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || characters.contains(it))
    };
    let (fits, expected) = match format {
        Some("name") => (plain(255, "-_"), "1 to 255 letters, digits, `-` and `_`"),
        Some("image") => (plain(255, "-_:./#@"), "an image such as `redis:7.4`"),
        Some("path") => (is_path(text), "an absolute path without `..`"),
        Some("arn") => (
            text.starts_with("arn:") && text.matches(':').count() >= 5,
            "an ARN",
        ),
        Some("key=value") => (text.find('=').is_some_and(|at| at > 0), "`KEY=VALUE`"),
        _ => (true, ""),
    };
    if fits {
        Ok(())
    } else {
        Err(error(
            "",
            format!("is `{text}`, and {expected} is expected"),
        ))
    }
}

/// An absolute path that leads where it looks like: `/srv/../etc` is another folder than one reads.
fn is_path(text: &str) -> bool {
    text.starts_with('/') && !text.split('/').any(|it| it == "..")
}

fn error(path: impl Into<String>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(path, message).code(codes::parameters::ARGUMENT)
}

#[cfg(test)]
mod tests;
