//! Values in the open whose names, or they themselves, say that they should not be.

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
const SECRETS: [&str; 19] = [
    "password",
    "passwords",
    "passwd",
    "pgpass",
    "passphrase",
    "passcode",
    "pwd",
    "pass",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "apikey",
    "accesskey",
    "privatekey",
    "secretkey",
    "signingkey",
];

/// Words before `key` that make it one wherever they stand: `SIGNING_KEY_BASE64`.
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

/// Words before a last `key` that make it one that opens nothing: it is public, or finds something.
const HARMLESS_KEYS: [&str; 27] = [
    "authorized",
    "bucket",
    "cache",
    "composite",
    "default",
    "foreign",
    "group",
    "hash",
    "host",
    "hot",
    "idempotency",
    "index",
    "join",
    "kms",
    "lookup",
    "message",
    "object",
    "partition",
    "primary",
    "public",
    "range",
    "record",
    "routing",
    "row",
    "shard",
    "sort",
    "unique",
];

/// Last words that are a secret behind another word, and alone too much else: `GITHUB_PAT`, `REDIS_AUTH`.
const ENDS: [&str; 5] = ["auth", "jwt", "pat", "pw", "webhook"];

/// Words that end in `pass` and are no password.
const NO_PASSWORDS: [&str; 5] = ["bypass", "compass", "encompass", "overpass", "underpass"];

/// First words of what is switched on or off.
const SWITCHES: [&str; 8] = [
    "allow", "disable", "enable", "no", "require", "skip", "use", "with",
];

/// Last words that say that it is about a secret, and not the secret itself.
const ABOUT: [&str; 18] = [
    "arn", "enabled", "expiry", "file", "header", "id", "length", "lifetime", "name", "path",
    "policy", "prefix", "required", "rotation", "seconds", "ttl", "type", "url",
];

/// Whether the name of a variable sounds as if its value were a secret.
///
/// `DB_PASSWORD`, `apiKey`, `TLS_KEY` and `GITHUB_PAT` do; `PASSWORD_FILE`, `PUBLIC_KEY` and
/// `ALLOW_EMPTY_PASSWORD` are only about one, or something else.
pub fn looks_secret(name: &str) -> bool {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_about = words.last().is_some_and(|it| ABOUT.contains(it))
        || words.first().is_some_and(|it| *it == "allow")
        || words
            .windows(2)
            .any(|it| it[0] == "allow" || it[0] == "random");
    let is_pair = |pair: &[&str]| KEYS.contains(&pair[0]) && pair[1] == "key";
    let is_word = |it: &&str| {
        let is_joined = |end: &str| it.strip_suffix(end).is_some_and(|it| !it.is_empty());
        let is_key = it.strip_suffix("key").is_some_and(|it| KEYS.contains(&it));
        let is_password = is_joined("pass") && !NO_PASSWORDS.contains(it) || is_joined("pw");
        is_key
            || is_password
            || SECRETS.iter().any(|secret| {
                it == secret || it.len() > secret.len() && secret.len() >= 5 && it.ends_with(secret)
            })
    };
    !is_about && (words.iter().any(is_word) || words.windows(2).any(is_pair) || ends_secret(&words))
}

/// Whether the last word makes it a secret, with the one before it.
fn ends_secret(words: &[&str]) -> bool {
    match words {
        ["auth" | "jwt" | "pw"] => true,
        [.., before, "key" | "keys"] => !HARMLESS_KEYS.contains(before),
        [first, .., last] => ENDS.contains(last) && !SWITCHES.contains(first),
        _ => false,
    }
}

/// Whether a value holds a password: in a URL, `redis://app:hunter2@cache:6379`, in a list, `Server=db;Password=hunter2`, or
/// behind a flag, `--requirepass hunter2`. What is put in later, `${PASSWORD}`, is none.
fn holds_password(value: &str) -> bool {
    let authorities = value.split("://").skip(1).map(|it| {
        let end = it.find(['/', '?', '#']).unwrap_or(it.len());
        &it[..end]
    });
    let passwords = authorities.filter_map(|it| it.rsplit_once('@')?.0.split_once(':'));
    let is_filled_in = |it: &str| {
        let inner = it.strip_prefix("${").and_then(|it| it.strip_suffix('}'));
        let inner = inner.or_else(|| it.strip_prefix("$(")?.strip_suffix(')'));
        inner.is_some_and(|it| it.chars().all(|it| it.is_alphanumeric() || it == '_'))
    };
    let in_lists = value.split(';').filter_map(|it| it.split_once('='));
    let in_lists = in_lists.filter(|(name, _)| {
        let name = name.trim().to_lowercase();
        name == "password" || name == "pwd"
    });
    let words: Vec<&str> = value.split_whitespace().collect();
    let flags = words.windows(2).filter(|it| !it[1].starts_with('-'));
    let flags = flags.map(|it| (it[0], it[1]));
    let flags = flags.chain(words.iter().filter_map(|it| it.split_once('=')));
    let flags = flags.filter(|(flag, _)| flag.starts_with("--") && looks_secret(flag));
    let mut passwords = passwords
        .chain(in_lists)
        .chain(flags)
        .map(|(_, it)| it.trim());
    passwords.any(|it| !it.is_empty() && !is_filled_in(it))
}

/// Whether a variable of this name and value looks like a secret. What is empty holds none.
fn is_open(name: &str, value: &Value) -> bool {
    let is_url = || value.as_str().is_some_and(holds_password);
    *value != "" && (looks_secret(name) || is_url())
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
            if entry.get("value").is_some_and(|it| is_open(name, it)) {
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
            let name = variable.get("name").and_then(Value::as_str);
            let name = name.unwrap_or_default().to_owned();
            let value = variable.get_mut("value");
            if let Some(value) = value.filter(|it| is_open(&name, it)) {
                *value = MASK.into();
            }
        }
    }
}

/// Whether the leaf at a path of [`crate::normal::Flat`], `containerDefinitions[web].environment[DB_PASSWORD].value`, is such
/// a value. An empty one of such a name is masked too: beside another it would say that it was.
pub fn is_masked(path: &str, value: &Value) -> bool {
    path.strip_suffix("].value")
        .and_then(|it| it.split_once(".environment["))
        .is_some_and(|(_, name)| looks_secret(name) || is_open(name, value))
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
