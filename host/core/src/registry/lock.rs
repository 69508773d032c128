//! `host.lock`: which content each recipe of a stack is, and who signed it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codes::Problem;
use crate::codes::registry::LOCK;
use crate::escape::{escape, one_line};
use crate::registry::reference::{Reference, is_digest};

/// The name of the file, beside `host.toml`.
pub const FILE: &str = "host.lock";

/// The form of the file.
const FORM: u32 = 1;

/// What stands at the top of the file.
const HEAD: &str = "# Made by `host lock`, and read by every verb that takes recipes. Keep it under version control.\n";

/// Every recipe of a stack that comes from a registry, by the name of its service.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Lock {
    pub recipes: BTreeMap<String, Locked>,
}

/// One recipe as it is locked.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// As `host.toml` has it. Where that says another one by now, the lock is no longer of it.
    pub recipe: String,
    /// The version that the recipe itself says.
    pub version: String,
    /// The digest of the artifact's manifest, `sha256:…`, by which it is asked for.
    pub digest: String,
    /// The digest of the component.
    pub component: String,
    /// The fingerprint of the key that signed it; absent where nobody had to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
}

/// The file as TOML has it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    recipes: BTreeMap<String, Locked>,
}

impl Lock {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// It is no lock, or of a later host.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let wrong = |why: String| {
            Problem::new(
                LOCK,
                format!(
                    "`{FILE}` {why}\nhint: take it from version control again, or make it anew: host lock"
                ),
            )
        };
        let file: File = toml::from_str(text)
            .map_err(|error| wrong(format!("cannot be read: {}", one_line(error.message()))))?;
        if file.version != FORM {
            return Err(wrong(format!(
                "is of the form {}, and this host reads {FORM}",
                file.version
            )));
        }
        for (name, locked) in &file.recipes {
            for (member, digest) in [("digest", &locked.digest), ("component", &locked.component)] {
                if !is_digest(digest) {
                    let name = escape(name);
                    return Err(wrong(format!(
                        "has no digest in `recipes.{name}.{member}`: `{}`",
                        escape(digest)
                    )));
                }
            }
            locked.recipe.parse::<Reference>()?;
        }
        Ok(Self {
            recipes: file.recipes,
        })
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        let file = File {
            version: FORM,
            recipes: self.recipes.clone(),
        };
        // Texts and numbers, which TOML can always say.
        let text = toml::to_string(&file).unwrap_or_default();
        format!("{HEAD}{text}")
    }

    /// What a service is locked to.
    ///
    /// # Errors
    /// It is not in the file, or was locked for another reference.
    pub fn of(&self, service: &str, recipe: &str) -> Result<&Locked, Problem> {
        let shown = escape(service);
        let refuse = |why: String| {
            Problem::new(
                LOCK,
                format!(
                    "`{FILE}` {why}\nhint: lock what `host.toml` says now: host lock --update {shown}"
                ),
            )
        };
        match self.recipes.get(service) {
            None => Err(refuse(format!("does not hold service `{shown}`"))),
            Some(locked) if locked.recipe != recipe => Err(refuse(format!(
                "holds `{}` for service `{shown}`, and `host.toml` says `{}`",
                escape(&locked.recipe),
                escape(recipe)
            ))),
            Some(locked) => Ok(locked),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked() -> Locked {
        Locked {
            recipe: "oci://ghcr.io/acme/redis:1.x".into(),
            version: "1.2.0".into(),
            digest: format!("sha256:{}", "0a".repeat(32)),
            component: format!("sha256:{}", "0b".repeat(32)),
            signer: None,
        }
    }

    fn lock() -> Lock {
        let signed = Locked {
            signer: Some(format!("sha256:{}", "0c".repeat(32))),
            ..locked()
        };
        Lock {
            recipes: [("redis".into(), locked()), ("cache".into(), signed)].into(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = lock().text();
        assert!(text.starts_with("# Made by `host lock`"), "{text}");
        assert_eq!(Lock::read(&text), Ok(lock()), "{text}");
        assert_eq!(lock().text(), text);
    }

    #[test]
    fn only_what_it_was_made_for_is_taken_from_it() {
        let lock = lock();
        assert_eq!(
            lock.of("redis", "oci://ghcr.io/acme/redis:1.x"),
            Ok(&locked())
        );
        let other = lock
            .of("redis", "oci://ghcr.io/acme/redis:2.x")
            .unwrap_err();
        assert!(
            other
                .text
                .contains("holds `oci://ghcr.io/acme/redis:1.x` for service `redis`")
        );
        let none = lock.of("mysql", "oci://ghcr.io/acme/mysql").unwrap_err();
        assert!(
            none.text.contains("host lock --update mysql"),
            "{}",
            none.text
        );
    }

    #[test]
    fn what_is_no_lock_is_told() {
        let good = lock().text();
        for (text, why) in [
            ("", "missing field `version`"),
            ("version = 2", "is of the form 2"),
            (
                &good.replace("sha256:0a", "sha256:0A"),
                "no digest in `recipes.cache.digest`",
            ),
            (&good.replace("oci://", "http://"), "is no reference"),
            (&good.replace("signer", "singer"), "unknown field `singer`"),
            ("version = 1\n[recipes.redis]\nrecipe = 5", "cannot be read"),
        ] {
            let told = Lock::read(text).unwrap_err().text;
            assert!(told.contains(why), "{told}");
        }
    }
}
