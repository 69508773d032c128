//! OCI image layouts: registries as folders, as `skopeo copy … oci:DIR:NAME` and `host save` write them.
//!
//! What is in `index.json` is as much a stranger's as what a registry answers.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use serde_json::Value;

use super::reference::{self, Reference, Wanted, is_digest, is_tag};
use super::version::Range;
use crate::codes::Problem;
use crate::codes::registry::{LAYOUT, REFERENCE};
use crate::escape::escape;

mod contents;

pub use contents::{Entry, choose, entries, signatures, tags, with};

/// What every recipe of a layout begins with. With two slashes behind it is one of a registry.
pub const SCHEME: &str = "oci:";

/// The annotation of an entry with its name.
pub const NAME: &str = "org.opencontainers.image.ref.name";

/// The file that says what the folder is.
pub const MARK: &str = "oci-layout";
/// The file that names what is in it.
pub const CONTENTS: &str = "index.json";

/// What stands in [`MARK`] of the layouts that are made here.
pub const MARKED: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;

/// The most characters of a name.
const LONGEST: usize = 512;

const FORMS: &str = "`oci:DIR`, and behind it nothing (the one recipe that is there), `:1.2.0`, `:1.x`, a full name such as `:ghcr.io/acme/redis:1.2.0`, or `@sha256:…`";

/// A recipe in a layout: `oci:DIR:NAME@sha256:…`.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub struct Layout {
    /// The folder, as it was given or from the folder of the stack file. It has no colon.
    pub folder: String,
    /// The name of its entry, a tag, or a range of versions. Without one the only recipe is meant.
    pub name: Option<String>,
    /// `sha256:` and 64 digits. It decides alone; a name beside it is for people.
    pub digest: Option<String>,
}

impl Layout {
    /// Whether a text is meant as one.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(SCHEME) && !text.starts_with(reference::SCHEME)
    }

    /// The same, of which the folder is named from another one.
    ///
    /// # Errors
    /// That cannot be written as a recipe of a layout: it has a colon, or is no text that can be seen.
    pub fn within(&self, folder: &Path) -> Result<Self, Problem> {
        let whole = folder.join(&self.folder);
        let why = match whole.to_str() {
            Some(it) if it.contains(':') => "has a colon, behind which the name of a recipe begins",
            Some(it) if escape(it) == it => {
                return Ok(Self {
                    folder: it.to_owned(),
                    ..self.clone()
                });
            }
            _ => "has characters that are no text",
        };
        let shown = whole.display().to_string();
        Err(Problem::new(
            REFERENCE,
            format!(
                "`{self}` is in the folder `{}`, whose name {why}\nhint: call the folder of the stack something else, or name the layout from the root, in a folder of another name",
                escape(&shown)
            ),
        ))
    }

    /// The recipe of a registry that it would be with two slashes, where its first part is called as registries are: one was lost.
    #[must_use]
    pub fn with_slashes(&self) -> Option<Reference> {
        let text = self.to_string();
        let bare = text.strip_prefix(SCHEME)?.trim_start_matches('/');
        let reference: Reference = format!("{}{bare}", reference::SCHEME).parse().ok()?;
        let registry = &reference.registry;
        (registry.contains(['.', ':']) || registry == "localhost").then_some(reference)
    }

    /// The place that its name says: `ghcr.io/acme/redis`.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        split(self.name.as_deref()?).0
    }

    /// Which of several versions its name says.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        let tag = self.name.as_deref().map_or("", |it| split(it).1);
        match Range::read(tag) {
            Some(range) => Wanted::Range(range),
            None if tag.is_empty() => Wanted::Newest,
            None => Wanted::Tag(tag.to_owned()),
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{SCHEME}{}", self.folder)?;
        if let Some(name) = &self.name {
            write!(formatter, ":{name}")?;
        }
        match &self.digest {
            Some(digest) => write!(formatter, "@{digest}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Layout {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let wrong = |why: &str| {
            let shown = escape(text);
            Problem::new(
                REFERENCE,
                format!("`{shown}` names no recipe of a layout: {why}\nhint: write {FORMS}"),
            )
        };
        if !Self::is_meant(text) {
            return Err(wrong("it does not begin with `oci:`"));
        }
        let rest = &text[SCHEME.len()..];
        let (rest, digest) = match rest.rsplit_once('@') {
            Some((rest, digest)) if is_digest(digest) => (rest, Some(digest.to_owned())),
            Some((_, digest)) if digest.starts_with("sha") => {
                return Err(wrong(
                    "what stands behind `@` is not `sha256:` and 64 lower-case hexadecimal digits",
                ));
            }
            _ => (rest, None),
        };
        let (folder, name) = match rest.split_once(':') {
            Some((folder, name)) => (folder, Some(name)),
            None => (rest, None),
        };
        let folder = match folder.trim_end_matches('/') {
            "" => folder,
            folder => folder,
        };
        if folder.is_empty() {
            return Err(wrong("it names no folder"));
        }
        if escape(folder) != folder {
            return Err(wrong("its folder has characters that cannot be seen"));
        }
        let is_name = |it: &str| {
            (1..=LONGEST).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_graphic())
        };
        if name.is_some_and(|it| !is_name(it)) {
            return Err(wrong(
                "a name is up to 512 letters, digits and marks, without spaces",
            ));
        }
        Ok(Self {
            folder: folder.to_owned(),
            name: name.map(str::to_owned),
            digest,
        })
    }
}

/// The place and the tag of a name: `ghcr.io/acme/redis` and `1.2.0`, either may be absent.
fn split(name: &str) -> (Option<&str>, &str) {
    // A digest behind it says neither, though it has a colon.
    let name = match name.rsplit_once('@') {
        Some((name, digest)) if is_digest(digest) => name,
        _ => name,
    };
    if is_tag(name) {
        return (None, name);
    }
    match name.rsplit_once(':') {
        Some((place, tag)) if is_tag(tag) => (Some(place), tag),
        _ => (Some(name), ""),
    }
}

/// Reads the version of a layout. `file` is [`MARK`] as people are told of it.
///
/// # Errors
/// It says none, or another than 1.
pub fn check_mark(file: &str, text: &[u8]) -> Result<(), Problem> {
    let document: Value = serde_json::from_slice(text).unwrap_or_default();
    match document["imageLayoutVersion"].as_str() {
        Some(version) if version.starts_with("1.") => Ok(()),
        Some(version) => Err(unfit(&format!(
            "`{file}` says that the layout is of version `{}`, and this host reads 1.0.0",
            escape(version)
        ))),
        None => Err(unfit(&format!("`{file}` does not say its version"))),
    }
}

/// A folder that is not there.
#[must_use]
pub fn missing(layout: &Layout) -> Problem {
    let folder = &layout.folder;
    match layout.with_slashes() {
        Some(meant) => Problem::new(
            LAYOUT,
            format!(
                "the folder `{folder}` is not there\nhint: did you mean `{meant}`? A recipe of a registry begins with `{}`",
                reference::SCHEME
            ),
        ),
        None => unfit(&format!("the folder `{folder}` is not there")),
    }
}

/// A folder that is no layout, or one that is broken.
#[must_use]
pub fn unfit(why: &str) -> Problem {
    Problem::new(
        LAYOUT,
        format!(
            "{why}\nhint: a layout is a folder as `skopeo copy docker://… oci:DIR:NAME` and `host save` make it; make it anew, or name another"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_else_than_a_recipe_of_a_layout_says_what_is_wrong() {
        let long = format!("oci:a:{}", "b".repeat(513));
        for (text, why) in [
            ("oci:", "names no folder"),
            ("oci::1.2.0", "names no folder"),
            ("oci://a", "does not begin"),
            ("oci:a:", "a name is"),
            ("oci:a:b c", "a name is"),
            (&long, "a name is"),
            ("oci:a@sha256:00", "behind `@`"),
            ("oci:a\u{1b}[2J", "cannot be seen"),
        ] {
            let problem = text.parse::<Layout>().unwrap_err().to_string();
            assert!(problem.contains(why), "{text}: {problem}");
            assert!(problem.contains("hint: write"), "{problem}");
        }
        let slash: Layout = "oci:a/b/:1.x".parse().unwrap();
        assert_eq!(slash.to_string(), "oci:a/b:1.x");
        let at: Layout = "oci:a@b/c".parse().unwrap();
        assert_eq!((at.folder.as_str(), at.digest), ("a@b/c", None));
    }

    #[test]
    fn a_registry_that_lost_a_slash_is_known_by_its_name() {
        for (text, meant) in [
            (
                "oci:/127.0.0.1:5000/acme/redis",
                Some("oci://127.0.0.1:5000/acme/redis"),
            ),
            (
                "oci:127.0.0.1:5000/acme/redis:1.x",
                Some("oci://127.0.0.1:5000/acme/redis:1.x"),
            ),
            ("oci:localhost/redis", Some("oci://localhost/redis")),
            ("oci:/ghcr.io/acme/redis", Some("oci://ghcr.io/acme/redis")),
            ("oci:vendor/all:1.2.0", None),
            ("oci:../vendor:1.2.0", None),
            ("oci:./vendor/all", None),
            ("oci:vendor.d:1.2.0", None),
            ("oci:vendor:ghcr.io/acme/redis:1.2.0", None),
        ] {
            let layout: Layout = text.parse().unwrap();
            let found = layout.with_slashes().map(|it| it.to_string());
            assert_eq!(found.as_deref(), meant, "{text}");
        }
        let told = missing(&"oci:ghcr.io/acme/redis".parse().unwrap()).text;
        assert!(
            told.contains("did you mean `oci://ghcr.io/acme/redis`?"),
            "{told}"
        );
    }

    #[test]
    fn broken_files_are_told_by_their_names() {
        for text in ["", "{}", "[]", r#"{"imageLayoutVersion": "2.0.0"}"#] {
            let told = check_mark("v/oci-layout", text.as_bytes()).unwrap_err();
            assert!(told.text.contains("`v/oci-layout`"), "{told}");
        }
        check_mark("v/oci-layout", MARKED.as_bytes()).unwrap();
    }
}
