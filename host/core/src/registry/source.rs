//! Where a recipe comes from that is no file: a registry, or a layout of one in a folder.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::layout::{self, Layout};
use super::reference::{Reference, Wanted};
use crate::codes::Problem;

/// A recipe by where it lies.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Source {
    /// `oci://ghcr.io/acme/redis:1.2.0`.
    Registry(Reference),
    /// `oci:vendor:1.2.0`.
    Layout(Layout),
}

impl Source {
    /// Whether a text is meant as one of them.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(layout::SCHEME)
    }

    /// Reads a text in which the folders of layouts are named from `folder`.
    ///
    /// # Errors
    /// It is neither.
    pub fn within(text: &str, folder: &Path) -> Result<Self, Problem> {
        Ok(match text.parse()? {
            Self::Layout(it) => Self::Layout(it.within(folder)?),
            registry @ Self::Registry(_) => registry,
        })
    }

    /// The registry's, where it lies in one. What only registries can do is asked of nothing else.
    #[must_use]
    pub fn registry(&self) -> Option<&Reference> {
        match self {
            Self::Registry(it) => Some(it),
            Self::Layout(_) => None,
        }
    }

    /// What people call the recipe where it lies: `redis`.
    #[must_use]
    pub fn stem(&self) -> &str {
        let place = match self {
            Self::Registry(it) => &it.repository,
            Self::Layout(it) => it.place().unwrap_or(&it.folder),
        };
        place.rsplit('/').next().unwrap_or_default()
    }

    /// Which of several versions.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        match self {
            Self::Registry(it) => it.wanted.clone(),
            Self::Layout(it) => it.wanted(),
        }
    }

    /// The same recipe by exactly this content. A tag stays, for people.
    #[must_use]
    pub fn at_digest(&self, digest: &str) -> Self {
        match self {
            Self::Registry(it) => Self::Registry(it.at_digest(digest)),
            Self::Layout(it) => Self::Layout(Layout {
                digest: Some(digest.to_owned()),
                ..it.clone()
            }),
        }
    }

    /// The same recipe at the tag that was found for it. The name that a layout has for it stays, where one was said.
    #[must_use]
    pub fn at_tag(&self, tag: &str) -> Self {
        match self {
            Self::Registry(it) => Self::Registry(it.at_tag(tag)),
            Self::Layout(it) => {
                let is_exact = matches!(it.wanted(), Wanted::Tag(_));
                let name = it.name.clone().filter(|_| is_exact);
                Self::Layout(Layout {
                    name: name.or_else(|| Some(tag.to_owned())),
                    ..it.clone()
                })
            }
        }
    }

    /// This content of it, without any tag or name.
    #[must_use]
    pub fn content(&self, digest: &str) -> Self {
        match self.at_digest(digest) {
            Self::Registry(it) => Self::Registry(Reference {
                wanted: Wanted::Newest,
                ..it
            }),
            Self::Layout(it) => Self::Layout(Layout { name: None, ..it }),
        }
    }

    /// The one content that it names, where it does.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        match self {
            Self::Registry(it) => it.digest.as_deref(),
            Self::Layout(it) => it.digest.as_deref(),
        }
    }

    /// Whether it names one content for ever.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.digest().is_some()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(it) => it.fmt(formatter),
            Self::Layout(it) => it.fmt(formatter),
        }
    }
}

impl FromStr for Source {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        if Layout::is_meant(text) {
            text.parse().map(Self::Layout)
        } else {
            text.parse().map(Self::Registry)
        }
    }
}

impl From<Reference> for Source {
    fn from(reference: Reference) -> Self {
        Self::Registry(reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_slashes_decide() {
        let read = |it: &str| it.parse::<Source>().unwrap();
        let registry = read("oci://a.io/acme/redis:1.x");
        assert!(registry.registry().is_some() && registry.stem() == "redis");
        let layout = read("oci:vendor/all:ghcr.io/acme/redis:1.x");
        assert!(layout.registry().is_none() && layout.stem() == "redis");
        assert_eq!(layout.wanted(), registry.wanted());
        assert_eq!(read("oci:/vendor/all").stem(), "all");
        assert_eq!(layout.at_tag("1.2.0").to_string(), "oci:vendor/all:1.2.0");
        let exact = read("oci:v:a.io/b:1.0.0").at_tag("1.0.0");
        assert_eq!(exact.to_string(), "oci:v:a.io/b:1.0.0");
        let within = |it: &str| {
            Source::within(it, Path::new("up/here"))
                .unwrap()
                .to_string()
        };
        assert_eq!(within("oci:v:1.x"), "oci:up/here/v:1.x");
        assert_eq!(within("oci:/v"), "oci:/v");
        assert_eq!(within("oci://a.io/b"), "oci://a.io/b");
        // What would be read as another folder.
        let told = Source::within("oci:v:1.x", Path::new("a:b")).unwrap_err();
        assert!(
            told.text.contains("`a:b/v`, whose name has a colon"),
            "{told}"
        );
        assert!(Source::within("oci:/v:1.x", Path::new("a:b")).is_ok());
        assert!("redis".parse::<Source>().is_err());
    }
}
