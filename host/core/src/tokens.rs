//! Values that recipes may not see, or that do not exist yet: tokens in their place.
//!
//! A recipe gets an opaque text for every secret and for every address. It is
//! rendered twice, with texts of different spelling and length; where the two
//! results differ in anything but those texts, the recipe looked inside one or
//! is not deterministic. Afterwards each text is replaced by a readable token,
//! `{{secret:root-password}}`, which stays in every request until it is sent.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::codes;
use crate::diag::Diagnostic;

/// What a token stands for, by its readable form.
pub type Known = BTreeMap<String, String>;

/// The readable token of a secret parameter.
pub fn secret(parameter: &str) -> String {
    format!("{{{{secret:{parameter}}}}}")
}

/// The readable token of the address of another service.
pub fn address(service: &str) -> String {
    format!("{{{{address:{service}}}}}")
}

/// The readable token of the revision that a service's blueprint becomes.
pub fn task_definition(service: &str) -> String {
    format!("{{{{task-definition:{service}}}}}")
}

/// One of the two spellings in which a recipe sees a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Spelling {
    First,
    Second,
}

/// What the recipe sees in place of `token`.
///
/// Both spellings are letters, digits, dots and hyphens, so that they pass where a
/// host name or an ARN is looked at, and differ in length.
pub fn disguise(token: &str, spelling: Spelling) -> String {
    let digest = crate::digest::sha256_hex(token.as_bytes());
    match spelling {
        Spelling::First => format!("t{}.host-token.invalid", &digest[..16]),
        Spelling::Second => format!("t{}-2.host-token.invalid", &digest[16..48]),
    }
}

/// Replaces what the recipe saw by the readable tokens, everywhere in `value`.
pub fn unmask(value: &mut Value, tokens: &[String], spelling: Spelling) {
    let disguises: BTreeMap<String, String> = tokens
        .iter()
        .map(|token| (disguise(token, spelling), token.clone()))
        .collect();
    fill(value, &disguises);
}

/// The same for a text of its own.
pub fn unmask_text(text: &mut String, tokens: &[String], spelling: Spelling) {
    for token in tokens {
        *text = text.replace(&disguise(token, spelling), token);
    }
}

/// Replaces every key of `known` by its value, in every text of `value`.
pub fn fill(value: &mut Value, known: &Known) {
    each_text(value, &mut |text| {
        for (token, meaning) in known {
            if text.contains(token.as_str()) {
                *text = text.replace(token.as_str(), meaning);
            }
        }
    });
}

/// Replaces addresses that are not known yet by words, for showing.
pub fn explain(value: &mut Value) {
    let words: Known = remaining(value)
        .into_iter()
        .filter_map(|token| {
            let service = token.strip_prefix("{{address:")?.strip_suffix("}}")?;
            let words = format!("(address of {service}, known after apply)");
            Some((token.clone(), words))
        })
        .collect();
    fill(value, &words);
}

/// The tokens of any kind that are still in `value`.
pub fn remaining(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, "", &mut |_, text| {
        for token in tokens(text) {
            if !found.iter().any(|it| it == token) {
                found.push(token.to_owned());
            }
        }
    });
    found
}

/// The tokens in a text.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let each = std::iter::from_fn(move || {
        let start = rest.find("{{")?;
        let length = rest[start..].find("}}")?;
        let token = &rest[start..start + length + 2];
        rest = &rest[start + length + 2..];
        Some(token)
    });
    each.filter(|it| is_token(it))
}

fn is_token(text: &str) -> bool {
    ["{{secret:", "{{address:", "{{task-definition:"]
        .iter()
        .any(|start| text.starts_with(start))
}

/// Finds secrets that stand anywhere but as the whole value of a secret.
///
/// `body` is the body of RegisterTaskDefinition or any other request; `prefix` the
/// contract's word for it.
pub fn misused_secrets(body: &Value, prefix: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    walk(body, "", &mut |path, text| {
        if !text.contains("{{secret:") {
            return;
        }
        let whole = text.starts_with("{{secret:") && text.find("}}") == Some(text.len() - 2);
        let is_reference = path.ends_with(".valueFrom") || path.ends_with(".credentialsParameter");
        if !(whole && is_reference) {
            findings.push(
                error(
                    format!("{prefix}{path}"),
                    "a secret may stand only as the whole value of an entry of `secrets`",
                )
                .hint("pass it to the container by `secrets`: the variable's name, and the token as it came"),
            );
        }
    });
    findings
}

/// Finds tokens that stand for nothing the recipe was given: it made them up, or somebody typed one.
pub fn unknown(body: &Value, known: &[String], prefix: &str) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    walk(body, "", &mut |path, text| {
        let found = tokens(text).find(|it| !known.iter().any(|known| known == it));
        if let Some(token) = found {
            let message = format!("`{token}` stands for nothing that this recipe was given");
            findings.push(
                error(format!("{prefix}{path}"), message)
                    .hint("declare a secret parameter or a dependency, and hand on what comes for it as it is"),
            );
        }
    });
    findings
}

fn walk(value: &Value, path: &str, visit: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => visit(path, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}[{index}]"), visit);
            }
        }
        Value::Object(members) => {
            for (key, member) in members {
                walk(member, &format!("{path}.{key}"), visit);
                visit(path, key);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Runs `change` over every text of `value`, the names of members included: a label may be a token too.
fn each_text(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Object(members) => {
            let taken = std::mem::take(members);
            for (mut key, mut member) in taken {
                change(&mut key);
                each_text(&mut member, change);
                members.insert(key, member);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn error(path: impl Into<String>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(path, message).code(codes::parameters::TOKEN)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn spellings_differ_and_unmask_to_the_same_token() {
        let token = secret("root-password");
        for spelling in [Spelling::First, Spelling::Second] {
            let seen = disguise(&token, spelling);
            let mut value =
                json!({"secrets": [{"valueFrom": seen}], "text": format!("http://{seen}:80")});
            unmask(&mut value, std::slice::from_ref(&token), spelling);
            assert_eq!(
                value,
                json!({"secrets": [{"valueFrom": token}], "text": format!("http://{token}:80")})
            );
        }
        assert_ne!(
            disguise(&token, Spelling::First).len(),
            disguise(&token, Spelling::Second).len()
        );
    }

    #[test]
    fn remaining_names_each_token_once_and_nothing_else() {
        let value =
            json!({"a": "{{address:es}} {{address:es}}", "b": ["{{secret:p}}", "{{mustache}} {{"]});
        assert_eq!(remaining(&value), ["{{address:es}}", "{{secret:p}}"]);
    }

    #[test]
    fn an_unknown_address_is_explained() {
        let mut value = json!("redis://{{address:redis}}:80");
        explain(&mut value);
        assert_eq!(value, "redis://(address of redis, known after apply):80");
    }

    #[test]
    fn what_was_never_given_is_no_token() {
        let known = [secret("p"), address("redis")];
        let fine =
            json!({"a": "{{secret:p}}", "b": ["redis://{{address:redis}}:80 {{mustache}} {{"]});
        assert_eq!(unknown(&fine, &known, "task-definition"), []);
        for wrong in [
            json!({"a": "{{secret:other}}"}),
            json!({"a": ["{{address:redis}} {{address:nobody}}"]}),
            json!({"{{task-definition:redis}}": "x"}),
            json!({"a": "{{address:{{secret:p}}}}"}),
        ] {
            let found = unknown(&wrong, &known, "task-definition");
            assert_eq!(found.len(), 1, "{wrong}");
            assert!(found[0].is_error(), "{wrong}");
        }
    }

    #[test]
    fn secrets_belong_into_secrets_only() {
        let fine = json!({"containerDefinitions": [{"secrets": [{"name": "P", "valueFrom": "{{secret:p}}"}]}]});
        assert_eq!(misused_secrets(&fine, "task-definition"), []);
        for wrong in [
            json!({"containerDefinitions": [{"environment": [{"name": "P", "value": "{{secret:p}}"}]}]}),
            json!({"containerDefinitions": [{"secrets": [{"name": "P", "valueFrom": "x{{secret:p}}"}]}]}),
            json!({"containerDefinitions": [{"secrets": [{"name": "P", "valueFrom": "{{secret:p}}{{secret:p}}"}]}]}),
            json!({"containerDefinitions": [{"dockerLabels": {"{{secret:p}}": "x"}}]}),
        ] {
            assert_eq!(
                misused_secrets(&wrong, "task-definition").len(),
                1,
                "{wrong}"
            );
        }
    }
}
