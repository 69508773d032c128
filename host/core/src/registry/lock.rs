//! `host.lock`: which content each recipe of a stack is, and who signed it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::codes::Problem;
use crate::codes::registry::LOCK;
use crate::escape::{escape, one_line};
use crate::registry::reference::{Reference, Wanted, is_digest, is_tag};
use crate::registry::source::Source;
use crate::registry::version::of_tag;

/// The form of the file.
const FORM: u32 = 1;

/// What stands at the top of the file.
const HEAD: &str = "# Made by `host lock`, and read by every verb that takes recipes. Keep it under version control.\n";

/// Every recipe of a stack that comes from a registry or a layout, by the name of its service.
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
    /// The tag that it was found at, where one was looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
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
    /// Reads the text of the file that people are told of as `file`.
    ///
    /// # Errors
    /// It is no lock, or of a later host.
    pub fn read(file: &str, text: &str) -> Result<Self, Problem> {
        let name = escape(file);
        let wrong = |why: String| {
            Problem::new(
                LOCK,
                format!(
                    "`{name}` {why}\nhint: take it from version control again, or remove it and make it anew: host lock"
                ),
            )
        };
        let file: File = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|it| text.get(..it.start));
            let line = before.unwrap_or_default().matches('\n').count() + 1;
            wrong(format!(
                "cannot be read, line {line}: {}",
                one_line(error.message())
            ))
        })?;
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
            let source = locked.recipe.parse::<Source>().map_err(|problem| {
                let why = problem.text.lines().next().unwrap_or_default().to_owned();
                let name = escape(name);
                wrong(format!(
                    "has no reference in `recipes.{name}.recipe`: {why}"
                ))
            })?;
            locked
                .check(&source)
                .map_err(|why| wrong(format!("has in `recipes.{}` {why}", escape(name))))?;
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

    /// What is locked of a service whose recipe is written so. `place` says where that and the lock stand.
    ///
    /// # Errors
    /// The lock does not hold it, or is of what the stack file said before.
    pub fn of(&self, place: &Place<'_>, service: &str, recipe: &str) -> Result<&Locked, Problem> {
        let shown = escape(service);
        let (file, stack) = (escape(place.lock), escape(place.stack));
        let refuse = |why: String, update: &str| {
            let command = place.command(&format!("{update}{shown}"));
            Problem::new(
                LOCK,
                format!("`{file}` {why}\nhint: lock what `{stack}` says now: {command}"),
            )
        };
        match self.recipes.get(service) {
            None => Err(refuse(format!("does not hold service `{shown}`"), "")),
            Some(locked) if locked.recipe != recipe => Err(refuse(
                format!(
                    "holds `{}` for service `{shown}`, and `{stack}` says `{}`",
                    escape(&locked.recipe),
                    escape(recipe)
                ),
                "--update ",
            )),
            Some(locked) => Ok(locked),
        }
    }
}

/// Where a lock stands, as people are told of it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The lock: `host.lock`.
    pub lock: &'a str,
    /// The stack file that it is of: `host.toml`.
    pub stack: &'a str,
}

impl Place<'_> {
    /// `host lock NAME`, with the stack file where that is not found by itself.
    #[must_use]
    pub fn command(&self, rest: &str) -> String {
        let file = Some(self.stack).filter(|it| *it != "host.toml");
        let words = ["host lock", rest, &file.map(escape).unwrap_or_default()];
        let words: Vec<&str> = words.into_iter().filter(|it| !it.is_empty()).collect();
        words.join(" ")
    }
}

impl Locked {
    /// What is asked for: this content and no other. Folders of layouts are named from `folder`.
    ///
    /// # Errors
    /// The recipe is no reference.
    pub fn source(&self, folder: &Path) -> Result<Source, Problem> {
        let source = Source::within(&self.recipe, folder)?.at_digest(&self.digest);
        Ok(match source {
            Source::Registry(it) => Source::Registry(Reference {
                wanted: Wanted::Newest,
                ..it
            }),
            layout @ Source::Layout(_) => layout,
        })
    }

    /// Whether what is locked fits together and is of `source`, which its recipe was read as; else why not.
    fn check(&self, source: &Source) -> Result<(), String> {
        if let Some(pinned) = source.digest().filter(|it| *it != self.digest) {
            // The stack file says which content it is, and a lock says no other.
            let digest = &self.digest;
            return Err(format!(
                "the digest `{digest}`, and its recipe is `{pinned}`"
            ));
        }
        let Some(tag) = &self.tag else {
            return Ok(());
        };
        if !is_tag(tag) {
            return Err(format!("`{}`, which is no tag", escape(tag)));
        }
        if of_tag(tag).is_some_and(|it| of_tag(&self.version) != Some(it)) {
            let (tag, version) = (escape(tag), escape(&self.version));
            return Err(format!("the tag `{tag}` and the version `{version}`"));
        }
        Ok(())
    }

    /// Refuses other content at the tag of the version that is locked, whatever that is: before anybody looks at who signed it.
    ///
    /// # Errors
    /// It is so.
    pub fn check_moved(
        &self,
        place: &Place<'_>,
        service: &str,
        tag: &str,
        digest: &str,
    ) -> Result<(), Problem> {
        if self.digest == digest || self.tag.as_deref() != Some(tag) || !is_version(tag) {
            return Ok(());
        }
        Err(self.refused(place, service, &moved(tag)))
    }

    /// Refuses to take another content in its place that nobody can mean: an older version, or other bytes of the same one.
    /// A stack file that says another recipe by now may have any.
    ///
    /// # Errors
    /// It is so; the text says what to do where somebody means it all the same.
    pub fn check_next(&self, place: &Place<'_>, service: &str, next: &Self) -> Result<(), Problem> {
        if self.recipe != next.recipe || self.digest == next.digest {
            return Ok(());
        }
        let (before, after) = (of_tag(&self.version), of_tag(&next.version));
        let is_older = before
            .zip(after)
            .is_some_and(|(before, after)| after < before);
        let why = if is_older {
            format!(
                "is {} now, and {} is locked: an older version has been put in its place, or the newer one was withdrawn",
                escape(&next.version),
                escape(&self.version)
            )
        } else if self.tag == next.tag && self.tag.as_deref().is_some_and(is_version)
            || self.version == next.version && names_a_version(&self.recipe)
        {
            moved(self.tag.as_ref().unwrap_or(&self.version))
        } else {
            return Ok(());
        };
        Err(self.refused(place, service, &why))
    }

    fn refused(&self, place: &Place<'_>, service: &str, why: &str) -> Problem {
        let (recipe, service) = (escape(&self.recipe), escape(service));
        Problem::new(
            LOCK,
            format!(
                "`{recipe}` of service `{service}` {why}\nhint: ask whoever publishes it; if it is meant, take `[recipes.{service}]` out of `{}`, and lock anew: {}",
                escape(place.lock),
                place.command(&service)
            ),
        )
    }
}

fn moved(tag: &str) -> String {
    let tag = escape(tag);
    format!("is other content than the locked one of {tag}: somebody has moved the tag")
}

fn is_version(tag: &str) -> bool {
    of_tag(tag).is_some()
}

/// Whether a reference is of versions, which do not change: a range, the newest, or a tag that is one.
fn names_a_version(recipe: &str) -> bool {
    let source: Result<Source, Problem> = recipe.parse();
    source.is_ok_and(|it| match it.wanted() {
        Wanted::Newest | Wanted::Range(_) => true,
        Wanted::Tag(tag) => is_version(&tag),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked() -> Locked {
        Locked {
            recipe: "oci://ghcr.io/acme/redis:1.x".into(),
            version: "1.2.0".into(),
            tag: Some("1.2.0".into()),
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
        assert_eq!(Lock::read("host.lock", &text), Ok(lock()), "{text}");
        assert_eq!(lock().text(), text);
    }

    const PLACE: Place<'_> = Place {
        lock: "host.lock",
        stack: "host.toml",
    };

    #[test]
    fn only_what_it_was_made_for_is_taken_from_it() {
        let lock = lock();
        assert_eq!(
            lock.of(&PLACE, "redis", "oci://ghcr.io/acme/redis:1.x"),
            Ok(&locked())
        );
        let of = |place: &Place<'_>, service: &str, recipe: &str| {
            lock.of(place, service, recipe).unwrap_err().text
        };
        assert_eq!(
            of(&PLACE, "redis", "oci://ghcr.io/acme/redis:2.x"),
            "`host.lock` holds `oci://ghcr.io/acme/redis:1.x` for service `redis`, and `host.toml` says `oci://ghcr.io/acme/redis:2.x`\n\
             hint: lock what `host.toml` says now: host lock --update redis"
        );
        let of_prod = Place {
            lock: "prod.lock",
            stack: "prod.toml",
        };
        assert_eq!(
            of(&of_prod, "mysql", "oci://ghcr.io/acme/mysql"),
            "`prod.lock` does not hold service `mysql`\n\
             hint: lock what `prod.toml` says now: host lock mysql prod.toml"
        );
    }

    #[test]
    fn what_is_locked_is_asked_for_by_its_content() {
        let source = locked().source(Path::new("deploy")).unwrap();
        let digest = "0a".repeat(32);
        let pinned = format!("oci://ghcr.io/acme/redis@sha256:{digest}");
        assert_eq!(source.to_string(), pinned);
        assert_eq!(pinned.parse(), Ok(source));
        let of_layout = Locked {
            recipe: "oci:vendor:1.x".into(),
            ..locked()
        };
        assert_eq!(
            of_layout.source(Path::new("deploy")).unwrap().to_string(),
            format!("oci:deploy/vendor:1.x@sha256:{digest}")
        );
    }

    #[test]
    fn nothing_older_and_no_moved_version_takes_its_place() {
        let next = |recipe: &str, version: &str, digest: &str| Locked {
            recipe: recipe.into(),
            version: version.into(),
            tag: Some(
                recipe
                    .rsplit(':')
                    .next()
                    .unwrap_or_default()
                    .replace("1.x", version),
            ),
            digest: format!("sha256:{}", digest.repeat(32)),
            ..locked()
        };
        let told = |former: &Locked, next: &Locked| {
            let checked = former.check_next(&PLACE, "redis", next);
            checked.map_or_else(|it| it.text, |()| "taken".to_owned())
        };
        let range = "oci://ghcr.io/acme/redis:1.x";
        assert_eq!(told(&locked(), &next(range, "1.3.0", "1a")), "taken");
        assert_eq!(told(&locked(), &locked()), "taken");
        let older = told(&locked(), &next(range, "1.1.9", "1a"));
        assert!(
            older.contains("is 1.1.9 now, and 1.2.0 is locked"),
            "{older}"
        );
        assert!(
            older.ends_with(
                "take `[recipes.redis]` out of `host.lock`, and lock anew: host lock redis"
            ),
            "{older}"
        );
        let moved = told(&locked(), &next(range, "1.2.0", "1a"));
        assert!(moved.contains("somebody has moved the tag"), "{moved}");
        let moved = Locked {
            version: "1.4.0".into(),
            ..next(range, "1.2.0", "1a")
        };
        let moved = told(&locked(), &moved);
        assert!(
            moved.contains("of 1.2.0: somebody has moved the tag"),
            "{moved}"
        );
        // Whoever names a tag that moves means that, and whoever writes another recipe anything.
        let edge = next("oci://ghcr.io/acme/redis:edge", "1.2.0", "0a");
        let moved = next("oci://ghcr.io/acme/redis:edge", "1.2.0", "1a");
        assert_eq!(told(&edge, &moved), "taken");
        let other = next("oci://ghcr.io/acme/redis:1.1.0", "1.1.0", "1a");
        assert_eq!(told(&locked(), &other), "taken");
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
            (
                &good.replace("redis:1.x", &format!("redis@sha256:{}", "0c".repeat(32))),
                "has in `recipes.cache` the digest `sha256:0a",
            ),
            (
                &good.replace("tag = \"1.2.0\"", "tag = \"1.2.0/..\""),
                "`1.2.0/..`, which is no tag",
            ),
            (
                &good.replace("tag = \"1.2.0\"", "tag = \"1.4.0\""),
                "the tag `1.4.0` and the version `1.2.0`",
            ),
            (&good.replace("signer", "singer"), "unknown field `singer`"),
            (
                "version = 1\n[recipes.redis]\nrecipe = 5",
                "cannot be read, line 3: ",
            ),
        ] {
            let told = Lock::read("host.lock", text).unwrap_err().text;
            assert!(told.contains(why), "{told}");
        }
    }
}
