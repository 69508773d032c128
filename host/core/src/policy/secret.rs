//! Values in the open whose names say that they should not be.

use serde_json::Value;

use crate::bounds::{NAME, curb, shorten};
use crate::codes::policy as codes;
use crate::diag::Diagnostic;
use crate::escape::escape;
use crate::policy::ask::Body;
use crate::request::Operation;

/// What is shown in place of such a value.
pub const MASK: &str = "(masked)";

/// Words that name a secret by themselves.
const SECRETS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "pass",
    "secret",
    "secrets",
    "token",
    "credential",
    "credentials",
    "apikey",
    "accesskey",
    "privatekey",
];

/// Words before `key` that make it one.
const KEYS: [&str; 9] = [
    "access",
    "api",
    "auth",
    "encryption",
    "license",
    "master",
    "private",
    "secret",
    "signing",
];

/// Last words that say that it is about a secret, and not the secret itself.
const ABOUT: [&str; 17] = [
    "arn", "enabled", "expiry", "file", "header", "id", "length", "lifetime", "name", "path",
    "policy", "required", "rotation", "seconds", "ttl", "type", "url",
];

/// Whether the name of a variable sounds as if its value were a secret.
///
/// `DB_PASSWORD`, `apiKey` and `GITHUB_TOKEN` do; `PASSWORD_FILE` and
/// `ALLOW_EMPTY_PASSWORD` are only about one.
pub fn looks_secret(name: &str) -> bool {
    let words = words(name);
    let is_about = words.last().is_some_and(|it| ABOUT.contains(&it.as_str()))
        || words.first().is_some_and(|it| it == "allow")
        || words
            .windows(2)
            .any(|it| it[0] == "allow" || it[0] == "random");
    let is_key = |pair: &[String]| KEYS.contains(&pair[0].as_str()) && pair[1] == "key";
    let is_word = |it: &String| {
        SECRETS.iter().any(|secret| {
            it == secret || it.len() > secret.len() && secret.len() >= 5 && it.ends_with(secret)
        })
    };
    !is_about && (words.iter().any(is_word) || words.windows(2).any(is_key))
}

/// The words of `DB_PASSWORD`, `db-password` and `dbPassword`, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in name.chars() {
        let begins = letter.is_uppercase() && before.is_lowercase();
        if !letter.is_alphanumeric() || begins {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|it| !it.is_empty());
    words
}

/// A warning for each variable in the open that looks like a secret.
pub fn open_secrets(bodies: &[Body<'_>]) -> Vec<Diagnostic> {
    let tasks = bodies
        .iter()
        .filter(|it| it.operation == Operation::RegisterTaskDefinition && it.at.is_empty());
    let mut found = Vec::new();
    for (index, container) in tasks
        .flat_map(|it| items(it.value, "containerDefinitions"))
        .enumerate()
    {
        let container_name = container
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        for (variable, entry) in items(container, "environment").enumerate() {
            let name = entry
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let is_set = entry.get("value").is_some_and(|it| it != "");
            if is_set && looks_secret(name) {
                let message = format!(
                    "`{}` of container `{}` looks like a secret, and its value can be read in the task definition",
                    told(name),
                    told(container_name)
                );
                found.push(
                    Diagnostic::warning(
                        format!("task-definition.container-definitions[{index}].environment[{variable}]"),
                        message,
                    )
                    .hint("keep it in Secrets Manager or the Parameter Store, and give its ARN to a secret parameter")
                    .code(codes::OPEN_SECRET),
                );
            }
        }
    }
    curb(found)
}

fn told(name: &str) -> String {
    escape(&shorten(name, NAME)).into_owned()
}

/// Masks the values of such variables in a body that is about to be shown. What is sent is another copy.
pub fn mask(body: &mut Value) {
    let containers = body
        .get_mut("containerDefinitions")
        .and_then(Value::as_array_mut);
    for container in containers.into_iter().flatten() {
        let variables = container
            .get_mut("environment")
            .and_then(Value::as_array_mut);
        for variable in variables.into_iter().flatten() {
            let is_secret = variable
                .get("name")
                .and_then(Value::as_str)
                .is_some_and(looks_secret);
            if let Some(value) = variable
                .get_mut("value")
                .filter(|it| is_secret && **it != "")
            {
                *value = MASK.into();
            }
        }
    }
}

/// Whether the leaf at a path of [`crate::normal::Flat`] is such a value: `containerDefinitions[web].environment[DB_PASSWORD].value`.
pub fn is_masked(path: &str) -> bool {
    path.strip_suffix("].value")
        .and_then(|it| it.split_once(".environment["))
        .is_some_and(|(_, name)| looks_secret(name))
}

fn items<'a>(value: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(list)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests;
