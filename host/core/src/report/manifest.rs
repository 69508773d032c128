//! What a recipe says about itself.

use serde_json::{Value, json};

use super::text::{Line, Text, Tone, table};
use crate::params::{default, placeholder, words};
use crate::policy::Capability;
use crate::spec::{ListType, Manifest, Parameter, ParameterType, RollbackClass, TextType};

/// A recipe as `inspect` shows it.
#[derive(Clone, Debug)]
pub struct Inspected<'a> {
    pub path: &'a str,
    pub manifest: &'a Manifest,
    /// The reference that means it for ever, of one in a registry or a layout: by the digest of its manifest.
    pub pinned: Option<&'a str>,
    /// SHA-256 of the file, in hexadecimal.
    pub digest: &'a str,
    /// In bytes.
    pub size: u64,
    /// The contract it was built for: `0.1.0`. Absent where nobody said.
    pub contract: Option<&'a str>,
    /// Whether whoever published it said all this, and not the recipe itself.
    pub is_said: bool,
    /// What it may use: name, value, unit.
    pub limits: Vec<(String, u64, &'static str)>,
}

/// For people.
pub fn text(recipe: &Inspected<'_>) -> Text {
    let manifest = recipe.manifest;
    let mut text = Text::from(Line::new(
        Tone::Strong,
        format!("{} {}", manifest.name, manifest.version),
    ));
    if !manifest.summary.is_empty() {
        text.push(Line::plain(format!("  {}", manifest.summary)));
    }
    text.gap();
    let rollback = match manifest.rollback {
        RollbackClass::Manual => "manual: an older version may not read what a newer one wrote",
        RollbackClass::Automatic => "automatic",
    };
    // What is named by the digest of its manifest has a component of another.
    let what = recipe.pinned.map_or("digest", |_| "component");
    if let Some(pinned) = recipe.pinned {
        text.push(Line::plain(format!("  pinned     {pinned}")));
    }
    rows(
        &mut text,
        &[
            vec!["path".to_owned(), recipe.path.to_owned()],
            vec![what.to_owned(), format!("sha256:{}", recipe.digest)],
            vec!["size".to_owned(), format!("{} bytes", recipe.size)],
            vec![
                "contract".to_owned(),
                recipe
                    .contract
                    .map_or("(not said)".to_owned(), |it| format!("host:recipe@{it}")),
            ],
            vec!["rollback".to_owned(), rollback.to_owned()],
        ],
    );
    section(&mut text, "May ask for", &manifest.capabilities, |it| {
        vec![it.clone(), allows(it).to_owned()]
    });
    section(&mut text, "Parameters", &manifest.parameters, |it| {
        vec![
            it.name.clone(),
            accepts(&it.accepts),
            default_words(it),
            description(it),
        ]
    });
    section(&mut text, "Endpoints", &manifest.endpoints, |it| {
        vec![it.name.clone(), some(&it.scheme), it.description.clone()]
    });
    section(&mut text, "Dependencies", &manifest.dependencies, |it| {
        vec![
            it.name.clone(),
            if it.optional { "optional" } else { "required" }.to_owned(),
            it.description.clone(),
        ]
    });
    section(
        &mut text,
        "Limits",
        &recipe.limits,
        |(name, value, unit)| vec![name.clone(), format!("{value} {unit}")],
    );
    text
}

/// For programs: the manifest in the contract's words, and what is known beside it.
pub fn json(recipe: &Inspected<'_>) -> Value {
    let limits: serde_json::Map<String, Value> = recipe
        .limits
        .iter()
        .map(|(name, value, _)| (name.clone(), (*value).into()))
        .collect();
    json!({
        "path": recipe.path,
        "digest": format!("sha256:{}", recipe.digest),
        "pinned": recipe.pinned,
        "size": recipe.size,
        "component": {"digest": format!("sha256:{}", recipe.digest), "size": recipe.size},
        "contract": recipe.contract.map(|it| format!("host:recipe@{it}")),
        "described_by": if recipe.is_said { "publisher" } else { "recipe" },
        "limits": limits,
        "manifest": recipe.manifest,
        "may_ask_for": recipe.manifest.capabilities.iter().map(|it| json!({"capability": it, "allows": allows(it)})).collect::<Vec<_>>(),
    })
}

/// What a capability allows. One that cannot be read is told as a finding, too.
fn allows(capability: &str) -> &'static str {
    Capability::read(capability).map_or("(unknown)", |it| it.allows())
}

fn section<T>(text: &mut Text, title: &str, items: &[T], row: impl Fn(&T) -> Vec<String>) {
    if items.is_empty() {
        return;
    }
    text.gap();
    text.push(Line::new(Tone::Strong, title));
    rows(text, &items.iter().map(row).collect::<Vec<_>>());
}

fn rows(text: &mut Text, rows: &[Vec<String>]) {
    for line in table(rows) {
        text.push(Line::plain(format!("  {line}")));
    }
}

fn some(words: &str) -> String {
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.to_owned()
    }
}

/// A longer list of choices stands with the description.
const CHOICES: usize = 32;

/// What a parameter accepts, in one column: `TEXT (image)`, `1..64`, `a|b`.
fn accepts(accepts: &ParameterType) -> String {
    match accepts {
        ParameterType::Choice(it) if it.choices.join("|").len() > CHOICES => "CHOICE".to_owned(),
        ParameterType::Text(TextType {
            format: Some(format),
            ..
        })
        | ParameterType::TextList(ListType {
            format: Some(format),
            ..
        }) => {
            format!("{} ({format})", placeholder(accepts))
        }
        other => placeholder(other),
    }
}

/// The description, and what has no place in a column.
fn description(parameter: &Parameter) -> String {
    let more = match &parameter.accepts {
        ParameterType::Choice(it) if it.choices.join("|").len() > CHOICES => {
            Some(format!("one of {}", it.choices.join(", ")))
        }
        ParameterType::Text(TextType { pattern, .. })
        | ParameterType::TextList(ListType { pattern, .. }) => {
            pattern.as_ref().map(|it| format!("matches {it}"))
        }
        _ => None,
    };
    let words = [
        Some(parameter.description.clone()).filter(|it| !it.is_empty()),
        more,
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn default_words(parameter: &Parameter) -> String {
    match default(&parameter.accepts) {
        Some(value) => words(&value),
        None if parameter.required => "(required)".to_owned(),
        None => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::spec::{ChoiceType, Endpoint, IntegerType};

    #[test]
    fn everything_that_a_user_asks_first() {
        let parameter =
            |name: &str, accepts: ParameterType, required: bool, description: &str| Parameter {
                name: name.into(),
                description: description.into(),
                required,
                accepts,
            };
        let text_type = TextType {
            pattern: Some("[a-z]+".into()),
            format: Some("name".into()),
            default: Some("redis".into()),
        };
        let manifest = Manifest {
            name: "redis".into(),
            version: "0.1.0".into(),
            summary: "An in-memory store".into(),
            parameters: vec![
                parameter(
                    "name",
                    ParameterType::Text(text_type),
                    false,
                    "Name of the service",
                ),
                parameter(
                    "memory",
                    ParameterType::Integer(IntegerType {
                        min: 6,
                        max: 1024,
                        default: Some(256),
                    }),
                    false,
                    "MiB",
                ),
                parameter("password", ParameterType::Secret, true, "Password"),
                parameter("tls", ParameterType::Boolean(None), false, "TLS"),
                parameter(
                    "environment",
                    ParameterType::TextList(ListType::default()),
                    false,
                    "Variables",
                ),
                parameter(
                    "edition",
                    ParameterType::Choice(ChoiceType {
                        choices: vec!["a".into(), "b".into()],
                        default: Some("a".into()),
                    }),
                    false,
                    "Which image",
                ),
                parameter(
                    "policy",
                    ParameterType::Choice(ChoiceType {
                        choices: vec![
                            "volatile-lru".into(),
                            "volatile-lfu".into(),
                            "allkeys-random".into(),
                        ],
                        default: None,
                    }),
                    false,
                    "",
                ),
            ],
            endpoints: vec![Endpoint {
                name: "redis".into(),
                scheme: "redis".into(),
                description: "Clients connect here".into(),
            }],
            capabilities: vec!["host-path:{name}:rw".into(), "docker-sock".into()],
            ..Manifest::default()
        };
        let limits = vec![("memory".to_owned(), 1024, "bytes of memory")];
        let recipe = Inspected {
            path: "redis.wasm",
            manifest: &manifest,
            pinned: None,
            digest: "ab",
            size: 9,
            contract: Some("0.1.0"),
            is_said: false,
            limits,
        };
        expect![[r#"
            redis 0.1.0
              An in-memory store

              path      redis.wasm
              digest    sha256:ab
              size      9 bytes
              contract  host:recipe@0.1.0
              rollback  manual: an older version may not read what a newer one wrote

            May ask for
              host-path:{name}:rw  a folder or file of the instance; links in it are followed
              docker-sock          (unknown)

            Parameters
              name         TEXT (name)  redis       Name of the service; matches [a-z]+
              memory       6..1024      256         MiB
              password     ARN          (required)  Password
              tls          true|false   -           TLS
              environment  TEXT,…       -           Variables
              edition      a|b          a           Which image
              policy       CHOICE       -           one of volatile-lru, volatile-lfu, allkeys-random

            Endpoints
              redis  redis  Clients connect here

            Limits
              memory  1024 bytes of memory
        "#]]
        .assert_eq(&text(&recipe).to_string());
        let value = json(&recipe);
        assert_eq!(
            value["manifest"]["parameters"][1]["accepts"]["integer"]["max"],
            1024
        );
        assert_eq!(value["contract"], "host:recipe@0.1.0");
        assert_eq!(value["may_ask_for"][1]["allows"], "(unknown)");
    }
}
