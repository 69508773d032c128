//! Which keys a stack file has, and what kind of value each takes, told in our own words where it has another.

use std::collections::BTreeSet;
use std::path::Path;

use host_core::codes::parameters::FILE;
use serde_json::Value;

use super::super::parameters::suggestion;
use crate::component::Limit;
use crate::failure::Told;

/// What a key takes.
#[derive(Clone, Copy, Debug)]
enum Form {
    Table,
    Text,
    Texts,
    Number,
    Switch,
    /// The files of keys, or nobody's.
    Signers,
}

impl Form {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Table => value.is_object(),
            Self::Text => value.is_string(),
            Self::Texts => value
                .as_array()
                .is_some_and(|it| it.iter().all(Value::is_string)),
            Self::Number => value.is_u64(),
            Self::Switch => value.is_boolean(),
            Self::Signers => value == "anyone" || Self::Texts.fits(value),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Table => "a table",
            Self::Text => "a text",
            Self::Texts => "a list of texts",
            Self::Number => "a whole number from 0",
            Self::Switch => "`true` or `false`",
            Self::Signers => "a list of files with public keys, or `\"anyone\"`,",
        }
    }

    /// What to write instead.
    fn hint(self, table: &str, key: &str, value: &Value) -> String {
        let example = match (self, value) {
            (Self::Table, _) => {
                let name = if key == "services" {
                    "services.NAME"
                } else {
                    key
                };
                let place = [table, name].into_iter().filter(|it| !it.is_empty());
                return format!(
                    "write it as a table: `[{}]` in a line of its own",
                    place.collect::<Vec<_>>().join(".")
                );
            }
            (Self::Texts, Value::String(_)) => format!("{key} = [{value}]"),
            (Self::Texts, _) => format!("{key} = [\"…\"]"),
            (Self::Text, _) if key == "recipe" => {
                return "write the path of the recipe: `recipe = \"recipes/redis.wasm\"`"
                    .to_owned();
            }
            (Self::Text, Value::Number(_) | Value::Bool(_)) => format!("{key} = \"{value}\""),
            (Self::Text, _) => format!("{key} = \"…\""),
            (Self::Number, _) => format!("{key} = 20"),
            (Self::Switch, _) => format!("{key} = true"),
            (Self::Signers, Value::String(file)) if file.contains('.') => {
                format!("{} = [{value}]", Value::from(key))
            }
            (Self::Signers, _) => {
                let key = Value::from(key);
                return format!(
                    "write the files of their keys, `{key} = [\"their.pub\"]`, or `{key} = \"anyone\"` where nobody has to sign"
                );
            }
        };
        format!("write it as `{example}`, or leave the key out")
    }
}

/// What the keys of each table take. `*` is any name. `[sandbox]` has its limits, and those check their values themselves.
const FORMS: [(&str, &[(&str, Form)]); 6] = [
    (
        "",
        &[
            ("target", Form::Table),
            ("sandbox", Form::Table),
            ("services", Form::Table),
            ("limits", Form::Table),
            ("trust", Form::Table),
        ],
    ),
    (
        "target",
        &[
            ("account", Form::Text),
            ("cluster", Form::Text),
            ("region", Form::Text),
            ("profile", Form::Text),
            ("endpoint-url", Form::Text),
            ("subnets", Form::Texts),
            ("security-groups", Form::Texts),
            ("service-role", Form::Text),
            ("stack", Form::Text),
        ],
    ),
    (
        "limits",
        &[
            ("load-balancers", Form::Number),
            ("digest-only", Form::Switch),
        ],
    ),
    ("trust", &[("*", Form::Signers)]),
    ("services", &[("*", Form::Table)]),
    (
        "services.*",
        &[
            ("recipe", Form::Text),
            ("parameters", Form::Table),
            ("grants", Form::Texts),
            ("granted-to", Form::Text),
        ],
    ),
];

/// The keys that a table has, where those are not free.
fn keys(pattern: &str) -> Option<BTreeSet<&'static str>> {
    if pattern == "sandbox" {
        return Some(Limit::NAMES.into());
    }
    let (_, forms) = FORMS.iter().find(|(it, _)| *it == pattern)?;
    Some(forms.iter().map(|(key, _)| *key).collect())
}

/// The first key that there is not or value of the wrong kind, or the recipe that a service lacks.
///
/// A key of a newer host is refused as well: what it says, most likely of safety, would go unheard.
pub(super) fn check(path: &Path, file: &Value) -> Result<(), Told> {
    check_table(path, file, "", "")
}

fn check_table(path: &Path, value: &Value, pattern: &str, table: &str) -> Result<(), Told> {
    let Some(known) = keys(pattern) else {
        return Ok(());
    };
    let forms = FORMS.iter().find(|(it, _)| *it == pattern);
    let forms = forms.map_or(&[][..], |(_, forms)| forms);
    for (key, value) in value.as_object().into_iter().flatten() {
        let place = join(table, key);
        if !known.contains(key.as_str()) && !known.contains("*") {
            return Err(misspelt(path, table, key, &known));
        }
        let Some((form_of, form)) = forms.iter().find(|(it, _)| it == key || *it == "*") else {
            continue;
        };
        if !form.fits(value) {
            return Err(Told::new(format!(
                "`{}`: `{place}` is {}, and {} is expected",
                path.display(),
                shown(value),
                form.expected()
            ))
            .code(FILE)
            .hint(form.hint(table, key, value)));
        }
        check_table(path, value, &join(pattern, form_of), &place)?;
    }
    if pattern == "services.*" && value.get("recipe").is_none() {
        return Err(Told::new(format!(
            "`{}`: `{table}` has no `recipe`",
            path.display()
        ))
        .code(FILE)
        .hint(format!(
            "write the path of its recipe under `[{table}]`: `recipe = \"recipes/redis.wasm\"`"
        )));
    }
    Ok(())
}

/// Says which key is meant, or which there are.
fn misspelt(path: &Path, table: &str, key: &str, known: &BTreeSet<&str>) -> Told {
    let of_target = || keys("target").is_some_and(|it| it.contains(key));
    let hint = if table.is_empty() && of_target() {
        format!("write it under `[target]`: `{key}` is a key of that table")
    } else {
        let whose = match table {
            "" => "a stack file takes".to_owned(),
            _ => format!("`[{table}]` takes"),
        };
        suggestion(key, known, &whose)
    };
    Told::new(format!(
        "`{}` sets `{}`, which there is not",
        path.display(),
        join(table, key)
    ))
    .code(FILE)
    .hint(hint)
}

fn join(table: &str, key: &str) -> String {
    [table, key]
        .map(str::to_owned)
        .into_iter()
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(".")
}

/// What a value is. Texts may be long, and anybody's.
fn shown(value: &Value) -> String {
    match value {
        Value::String(_) => "a text".to_owned(),
        Value::Array(items) if items.iter().any(|it| !it.is_string()) => {
            "a list with something else than texts".to_owned()
        }
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a table".to_owned(),
        other => format!("`{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use crate::settings::StackFile;

    #[test]
    fn a_value_of_another_kind_is_told_with_its_key_and_what_to_write() {
        for (text, message, hint) in [
            (
                "[services.a]\nrecipe = 'a.wasm'\ngrants = 'privileged'",
                "`services.a.grants` is a text, and a list of texts is expected",
                "`grants = [\"privileged\"]`",
            ),
            (
                "[limits]\nload-balancers = -1",
                "`limits.load-balancers` is `-1`, and a whole number from 0 is expected",
                "`load-balancers = 20`",
            ),
            (
                "[limits]\ndigest-only = 'yes'",
                "`limits.digest-only` is a text, and `true` or `false` is expected",
                "`digest-only = true`",
            ),
            (
                "[target]\ncluster = 5",
                "`target.cluster` is `5`, and a text is expected",
                "`cluster = \"5\"`",
            ),
            (
                "[target]\nsubnets = ['subnet-1', 2]",
                "`target.subnets` is a list with something else than texts, and a list of texts is expected",
                "`subnets = [\"…\"]`",
            ),
            (
                "services = 5",
                "`services` is `5`, and a table is expected",
                "`[services.NAME]` in a line of its own",
            ),
            (
                "[services]\na = 'a.wasm'",
                "`services.a` is a text, and a table is expected",
                "`[services.a]` in a line of its own",
            ),
            (
                "[services.a]",
                "`services.a` has no `recipe`",
                "`recipe = \"recipes/redis.wasm\"`",
            ),
        ] {
            let error = StackFile::parse(text, Path::new("host.toml")).unwrap_err();
            let failure = Failure::read(&error);
            assert_eq!(failure.message, format!("`host.toml`: {message}"));
            assert_eq!(failure.code, Some(FILE));
            assert!(failure.hints[0].contains(hint), "{:?}", failure.hints);
        }
    }
}
