//! Versions as tags, and which of several is wanted.

use std::fmt;

pub use semver::Version;
use semver::VersionReq;

use crate::codes::Problem;
use crate::codes::registry::OTHER_VERSION;
use crate::escape::escape;

/// Reads a tag as a version. Nothing where it is none: `latest`, `1.2`, `v1.2.0`. What stands behind `+` cannot stand in a tag;
/// registries have `_` there.
#[must_use]
pub fn of_tag(tag: &str) -> Option<Version> {
    Version::parse(&tag.replacen('_', "+", 1)).ok()
}

/// A version as a tag.
#[must_use]
pub fn to_tag(version: &Version) -> String {
    version.to_string().replacen('+', "_", 1)
}

/// The version that is meant by a tag that is none and looks like one: `v1.2.0`, `1.2`.
#[must_use]
pub fn meant(tag: &str) -> Option<String> {
    let bare = tag.trim_start_matches(['v', 'V']);
    let missing = 2_usize.checked_sub(bare.matches('.').count())?;
    let whole = format!("{bare}{}", ".0".repeat(missing));
    (of_tag(tag).is_none() && Version::parse(&whole).is_ok()).then_some(whole)
}

/// Refuses what lies at the tag of one version and says itself to be another. Tags that are no versions say nothing.
///
/// # Errors
/// It is so, of the recipe that people call `shown`, and by its content `pinned`.
pub fn check(shown: &str, pinned: &str, tag: &str, version: &str) -> Result<(), Problem> {
    if of_tag(tag).is_none_or(|it| of_tag(version) == Some(it)) {
        return Ok(());
    }
    Err(Problem::new(
        OTHER_VERSION,
        format!(
            "`{}` is at {}, and what lies there says that it is {}\nhint: ask whoever publishes it, or name another version; if it is meant, name it by its content: `{}`",
            escape(shown),
            escape(tag),
            escape(version),
            escape(pinned)
        ),
    ))
}

/// Whether whoever uses `former` may go on with `next`: the same major version, and before 1.0.0 the same minor one.
#[must_use]
pub fn is_compatible(former: &Version, next: &Version) -> bool {
    former.major == next.major && (former.major > 0 || former.minor == next.minor)
}

/// `1.x` or `1.2.x`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub struct Range {
    major: u64,
    minor: Option<u64>,
}

impl Range {
    /// Reads what stands behind the colon of a reference; nothing where that is a tag.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let numbers = text.strip_suffix(".x")?;
        // It knows what a number is.
        let wanted = VersionReq::parse(text).ok()?;
        let [one] = wanted.comparators.as_slice() else {
            return None;
        };
        let range = Self {
            major: one.major,
            minor: one.minor,
        };
        (range.to_string() == text && !numbers.is_empty()).then_some(range)
    }

    /// Whether a version is of the range. A pre-release is of none.
    #[must_use]
    pub fn holds(&self, version: &Version) -> bool {
        version.pre.is_empty()
            && version.major == self.major
            && self.minor.is_none_or(|it| it == version.minor)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minor {
            Some(minor) => write!(formatter, "{}.{minor}.x", self.major),
            None => write!(formatter, "{}.x", self.major),
        }
    }
}

/// The newest of the tags that are versions and no pre-releases, of a range where one is given. The tag comes back as it is
/// spelt.
#[must_use]
pub fn newest<'a>(
    tags: impl IntoIterator<Item = &'a str>,
    range: Option<&Range>,
) -> Option<&'a str> {
    let versions = tags.into_iter().filter_map(|tag| Some((of_tag(tag)?, tag)));
    versions
        .filter(|(it, _)| it.pre.is_empty() && range.is_none_or(|range| range.holds(it)))
        .max_by(|one, two| one.0.cmp(&two.0))
        .map(|(_, tag)| tag)
}

/// The newest of the tags that are versions and no pre-releases, from which users come to `version` without being asked.
#[must_use]
pub fn before<'a>(tags: impl IntoIterator<Item = &'a str>, version: &Version) -> Option<&'a str> {
    let versions = tags.into_iter().filter_map(|tag| Some((of_tag(tag)?, tag)));
    versions
        .filter(|(it, _)| it.pre.is_empty() && it < version && is_compatible(it, version))
        .max_by(|one, two| one.0.cmp(&two.0))
        .map(|(_, tag)| tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_version_or_none() {
        for tag in ["0.1.0", "1.10.0", "1.0.0-rc.1", "1.0.0_build.5"] {
            assert_eq!(to_tag(&of_tag(tag).unwrap()), tag);
        }
        for other in [
            "latest",
            "1",
            "1.2",
            "v1.2.0",
            "1.2.3.4",
            "01.2.3",
            "1.2.3-",
            "",
            "sha256-00.sig",
        ] {
            assert_eq!(of_tag(other), None, "{other}");
        }
    }

    #[test]
    fn the_newest_is_no_pre_release_and_of_the_range() {
        let tags = ["1.2.0", "1.10.0", "latest", "2.0.0-rc.1", "1.2.9", "0.1.0"];
        let of = |range: &str| newest(tags, Some(&Range::read(range).unwrap()));
        assert_eq!(newest(tags, None), Some("1.10.0"));
        assert_eq!(of("1.x"), Some("1.10.0"));
        assert_eq!(of("1.2.x"), Some("1.2.9"));
        assert_eq!(of("2.x"), None);
        assert_eq!(newest([], None), None);
        for none in [
            "x", ".x", "1", "1.2", "1.2.3.x", "a.x", "01.x", "1.*", ">1.x", "1.x.x", "1.x, 2.x",
        ] {
            assert_eq!(Range::read(none), None, "{none}");
        }
    }

    #[test]
    fn users_come_from_the_version_before() {
        let tags = [
            "1.2.0",
            "1.10.0",
            "1.3.0-rc.1",
            "0.9.0",
            "2.0.0",
            "edge",
            "0.1.4",
        ];
        for (version, expected) in [
            ("1.3.0", Some("1.2.0")),
            ("1.11.0", Some("1.10.0")),
            ("1.2.0", None),
            ("0.9.1", Some("0.9.0")),
            ("0.2.0", None),
            ("3.0.0", None),
        ] {
            assert_eq!(
                before(tags, &of_tag(version).unwrap()),
                expected,
                "{version}"
            );
        }
    }

    #[test]
    fn before_the_first_version_each_minor_one_may_break() {
        let read = |it| of_tag(it).unwrap();
        for (one, two, expected) in [
            ("1.2.0", "1.9.9", true),
            ("1.2.0", "2.0.0", false),
            ("0.1.0", "0.1.7", true),
            ("0.1.0", "0.2.0", false),
        ] {
            assert_eq!(
                is_compatible(&read(one), &read(two)),
                expected,
                "{one} {two}"
            );
        }
    }
}
