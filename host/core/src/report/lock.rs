//! What `host lock` wrote down, and what that changes.

use serde_json::{Value, json};

use super::plan;
use super::text::{Line, Text, Tone};
use crate::plan::{Action, Change};
use crate::registry::change::Change as Difference;
use crate::registry::lock::Locked;

/// One service as it is locked now.
#[derive(Clone, Debug)]
pub struct Relocked {
    pub service: String,
    /// What was locked before; absent where nothing was.
    pub former: Option<Locked>,
    pub next: Locked,
    /// What the recipe itself changes: parameters, endpoints, capabilities.
    pub recipe: Vec<Difference>,
    /// What changes in that which is sent to AWS for this stack's parameters.
    pub blueprint: Vec<Change>,
    /// Why one of the two cannot be shown.
    pub unknown: Option<String>,
}

impl Relocked {
    /// Whether it is other content than before.
    pub fn has_moved(&self) -> bool {
        let former = self.former.as_ref();
        former.is_some_and(|it| it.digest != self.next.digest)
    }
}

/// For people.
pub fn text(all: &[Relocked], gone: &[String]) -> Text {
    let mut text = Text::default();
    for one in all {
        text.append(of_one(one));
    }
    for name in gone {
        let line = Line::new(Tone::Delete, format!("- {name}"));
        text.push(line.and(Tone::Dim, "  no recipe of a registry any more"));
    }
    if text.is_empty() {
        text.push(Line::plain(
            "No recipe of this stack lies in a registry or a layout.",
        ));
    }
    text
}

fn of_one(one: &Relocked) -> Text {
    let (sign, tone, version) = match &one.former {
        None => ("+", Tone::Create, one.next.version.clone()),
        Some(_) if !one.has_moved() => ("=", Tone::Dim, one.next.version.clone()),
        Some(former) => (
            "~",
            Tone::Update,
            format!("{} -> {}", former.version, one.next.version),
        ),
    };
    let mut text = Text::from(
        Line::new(tone, format!("{sign} {}  {version}", one.service))
            .and(Tone::Dim, format!("  {}", one.next.digest)),
    );
    let former = one.former.as_ref();
    match (former.map(|it| &it.signer), &one.next.signer) {
        (Some(former), next) if former != next => {
            let or_nobody = |it: &Option<String>| it.clone().unwrap_or_else(|| "nobody".into());
            let words = format!(
                "    signed by {}, and before by {}",
                or_nobody(next),
                or_nobody(former)
            );
            text.push(Line::new(Tone::Update, words));
        }
        (_, Some(signer)) => text.push(Line::plain(format!("    signed by {signer}"))),
        (_, None) => {}
    }
    if !one.has_moved() {
        return text;
    }
    for it in &one.recipe {
        let tone = if it.breaks { Tone::Delete } else { Tone::Plain };
        text.push(Line::new(tone, format!("    {} {}", it.path, it.words)));
    }
    text.append(plan::changes(&one.blueprint, Action::Update));
    match &one.unknown {
        Some(why) => text.push(Line::new(Tone::Dim, format!("    not compared: {why}"))),
        None if one.recipe.is_empty() && one.blueprint.is_empty() => {
            let words = "    the same parameters, capabilities and blueprint";
            text.push(Line::new(Tone::Dim, words));
        }
        None => {}
    }
    text
}

/// For programs.
pub fn json(one: &Relocked) -> Value {
    let recipe: Vec<Value> = one
        .recipe
        .iter()
        .map(|it| json!({"path": it.path, "change": it.words, "breaks": it.breaks}))
        .collect();
    json!({
        "service": one.service,
        "former": one.former,
        "locked": one.next,
        "changes": {"recipe": recipe, "blueprint": one.blueprint},
        "not_compared": one.unknown,
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn locked(version: &str, digest: &str) -> Locked {
        Locked {
            recipe: "oci://ghcr.io/acme/redis:1.x".into(),
            version: version.into(),
            tag: None,
            digest: format!("sha256:{digest}"),
            component: "sha256:c".into(),
            signer: None,
        }
    }

    fn relocked(service: &str, former: Option<Locked>, next: Locked) -> Relocked {
        Relocked {
            service: service.into(),
            former,
            next,
            recipe: Vec::new(),
            blueprint: Vec::new(),
            unknown: None,
        }
    }

    #[test]
    fn what_moved_says_what_it_changes() {
        let moved = relocked("redis", Some(locked("1.2.0", "a")), locked("1.3.0", "b"));
        let changed = Relocked {
            recipe: vec![Difference {
                path: "parameters.memory".into(),
                words: "takes 64..4096 in place of 6..4096".into(),
                breaks: true,
            }],
            blueprint: vec![Change {
                path: "taskDefinition.containerDefinitions[redis].image".into(),
                before: Some("redis:7.2".into()),
                after: Some("redis:7.4".into()),
                drift: false,
            }],
            ..moved.clone()
        };
        let unknown = Relocked {
            unknown: Some("the registry has no manifest of this digest".into()),
            ..moved.clone()
        };
        let all = [
            relocked("new", None, locked("1.3.0", "b")),
            relocked("kept", Some(locked("1.2.0", "a")), locked("1.2.0", "a")),
            changed,
            Relocked {
                service: "same".into(),
                ..moved
            },
            Relocked {
                service: "lost".into(),
                ..unknown
            },
        ];
        expect![[r#"
            + new  1.3.0  sha256:b
            = kept  1.2.0  sha256:a
            ~ redis  1.2.0 -> 1.3.0  sha256:b
                parameters.memory takes 64..4096 in place of 6..4096
                  taskDefinition.containerDefinitions[redis].image: "redis:7.2" -> "redis:7.4"
            ~ same  1.2.0 -> 1.3.0  sha256:b
                the same parameters, capabilities and blueprint
            ~ lost  1.2.0 -> 1.3.0  sha256:b
                not compared: the registry has no manifest of this digest
            - old  no recipe of a registry any more
        "#]]
        .assert_eq(&text(&all, &["old".to_owned()]).to_string());
        assert_eq!(
            text(&[], &[]).to_string(),
            "No recipe of this stack lies in a registry or a layout.\n"
        );
        let value = json(&all[2]);
        assert_eq!(value["locked"]["version"], "1.3.0");
        assert_eq!(value["changes"]["blueprint"][0]["after"], "redis:7.4");
    }
}
