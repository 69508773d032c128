//! Where a recipe lies in a registry: `oci://ghcr.io/acme/redis:1.2.0`.

use std::fmt::{self, Write as _};
use std::path::Path;
use std::str::FromStr;

use crate::codes::Problem;
use crate::codes::registry::REFERENCE;
use crate::escape::escape;
use crate::registry::version::Range;

/// What every reference begins with.
pub const SCHEME: &str = "oci://";

/// How references are written.
const FORMS: &str = "`oci://REGISTRY/REPOSITORY`, and behind it nothing (the newest version), `:1.2.0`, `:1.x`, or `@sha256:…`";

/// The most characters that a registry takes in the name of a repository.
const REPOSITORY: usize = 255;
/// The most characters of a tag.
const TAG: usize = 128;

/// A recipe in a registry.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub struct Reference {
    /// Host name and port, as it is typed: `ghcr.io`, `127.0.0.1:5000`.
    pub registry: String,
    /// `acme/redis`.
    pub repository: String,
    /// What stands behind the colon.
    pub wanted: Wanted,
    /// `sha256:` and 64 digits. It decides alone; a tag beside it is for people.
    pub digest: Option<String>,
}

/// Which of several versions.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub enum Wanted {
    /// The newest that is no pre-release.
    #[default]
    Newest,
    /// The newest of a range: `1.x`, `1.2.x`.
    Range(Range),
    /// Exactly this tag. It may be moved.
    Tag(String),
}

impl Reference {
    /// `ghcr.io/acme/redis`.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// The same recipe by exactly this tag.
    #[must_use]
    pub fn at_tag(&self, tag: &str) -> Self {
        Self {
            wanted: Wanted::Tag(tag.to_owned()),
            digest: None,
            ..self.clone()
        }
    }

    /// The same recipe by exactly this content. A tag stays, for people.
    #[must_use]
    pub fn at_digest(&self, digest: &str) -> Self {
        Self {
            digest: Some(digest.to_owned()),
            ..self.clone()
        }
    }

    /// The reference that is meant by one without its beginning, or with another one: `ghcr.io/acme/redis`, `docker://…`.
    #[must_use]
    pub fn forgotten(text: &str) -> Option<Self> {
        let schemes = ["docker://", "https://", "http://"];
        let bare = schemes.iter().find_map(|it| text.strip_prefix(it));
        let reference: Self = format!("{SCHEME}{}", bare.unwrap_or(text)).parse().ok()?;
        // Folders have seldom a dot or a port, and registries always.
        let is_host = reference.registry.contains(['.', ':']);
        let is_file = Path::new(text).extension().is_some_and(|it| it == "wasm");
        ((bare.is_some() || is_host) && !is_file).then_some(reference)
    }

    /// Whether it names one content for ever.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.digest.is_some()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{SCHEME}{}", self.place())?;
        match &self.wanted {
            Wanted::Newest => {}
            Wanted::Range(range) => write!(formatter, ":{range}")?,
            Wanted::Tag(tag) => write!(formatter, ":{tag}")?,
        }
        match &self.digest {
            Some(digest) => write!(formatter, "@{digest}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Reference {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        check_login(text)?;
        let wrong = |why: &str| {
            let shown = escape(text);
            Problem::new(
                REFERENCE,
                format!("`{shown}` is no reference: {why}\nhint: write {FORMS}"),
            )
        };
        let Some(rest) = text.strip_prefix(SCHEME) else {
            let why = "it does not begin with `oci://`";
            let Some(meant) = Self::forgotten(text) else {
                return Err(wrong(why));
            };
            let shown = escape(text);
            return Err(Problem::new(
                REFERENCE,
                format!("`{shown}` is no reference: {why}\nhint: write `{meant}`"),
            ));
        };
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) if is_digest(digest) => (rest, Some(digest.to_owned())),
            Some(_) => {
                return Err(wrong(
                    "what stands behind `@` is not `sha256:` and 64 lower-case hexadecimal digits",
                ));
            }
            None => (rest, None),
        };
        let Some((registry, rest)) = rest.split_once('/') else {
            let mut problem = wrong("it names no repository");
            // Whoever means a folder writes no slashes.
            if !rest.is_empty() {
                let folder = escape(&text[SCHEME.len()..]);
                let _ = write!(
                    problem.text,
                    "; a recipe in the folder of a layout is `oci:{folder}`"
                );
            }
            return Err(problem);
        };
        if is_odd_address(registry) {
            return Err(wrong(
                "an address of a registry is written in full and in one way, as `127.0.0.1` or `[::1]`",
            ));
        }
        if !is_registry(registry) {
            return Err(wrong(
                "a registry is a host name in lower case, with a port where it is not that of HTTPS",
            ));
        }
        if let Some(usual) = usual(registry) {
            return Err(wrong(&format!(
                "its registry is `{usual}`, and is called so everywhere"
            )));
        }
        let (repository, tag) = match rest.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (rest, None),
        };
        if !is_repository(repository) {
            return Err(wrong(
                "a repository is lower-case letters and digits, with `.`, `_`, `-` between them, in parts that `/` divides",
            ));
        }
        let wanted = match tag {
            None => Wanted::Newest,
            Some(tag) => match Range::read(tag) {
                Some(range) => Wanted::Range(range),
                None if is_tag(tag) => Wanted::Tag(tag.to_owned()),
                None => {
                    return Err(wrong(
                        "a tag is up to 128 letters, digits, `.`, `_` and `-`, and begins with a letter, a digit or `_`",
                    ));
                }
            },
        };
        Ok(Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            wanted,
            digest,
        })
    }
}

/// Refuses a text with a login before the name of a registry, as URLs have it, and shows nothing of that. It may be anything
/// that is meant to name a registry or a part of one, with a scheme or without.
///
/// # Errors
/// There is one, or what may be one.
pub fn check_login(text: &str) -> Result<(), Problem> {
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
    // One slash may be lost, or both.
    let bare = bare
        .strip_prefix("oci:")
        .unwrap_or(bare)
        .trim_start_matches('/');
    // The `@` of a digest ends a reference, and passwords have some as well.
    let pinned = bare.rsplit_once('@').filter(|it| is_digest(it.1));
    let bare = pinned.map_or(bare, |(rest, _)| rest);
    let Some((before, behind)) = bare.rsplit_once('@') else {
        return Ok(());
    };
    // A version that somebody wrote behind an `@` is told as that.
    if !behind.contains('/') && !before.contains('@') && names_repository(before) {
        return Ok(());
    }
    let host = behind.split('/').next().unwrap_or_default();
    let host = if is_registry(host) { host } else { "REGISTRY" };
    Err(Problem::new(
        REFERENCE,
        format!(
            "the name of a registry holds no login\nhint: log in by itself, `host login {host}`, and write `{SCHEME}{host}/…`"
        ),
    ))
}

/// Whether a text begins with the names of a registry and of a repository.
fn names_repository(text: &str) -> bool {
    let names = text.split_once('/');
    names.is_some_and(|(registry, rest)| {
        let repository = rest.split(':').next().unwrap_or_default();
        is_registry(registry) && is_repository(repository)
    })
}

/// Whether it is a digest of the one kind that is taken.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:");
    hex.is_some_and(|it| {
        it.len() == 64 && it.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// The one name of a registry that has several: what is said of it under one, in `[trust]` and in locks, holds for all.
pub(crate) fn usual(registry: &str) -> Option<&str> {
    // The ports that are asked without being named, over TLS and in plain HTTP.
    let port = [":443", ":80"]
        .iter()
        .find_map(|it| registry.strip_suffix(it));
    let usual = match port.unwrap_or(registry) {
        "index.docker.io" | "registry-1.docker.io" | "registry.hub.docker.com" => "docker.io",
        other => other,
    };
    (usual != registry).then_some(usual)
}

/// Whether a text is a host name, an IPv4 address or an IPv6 address in brackets, with a port or without. An address has one
/// spelling: `127.1`, `0x7f.0.0.1` and `[0:0::1]` would lead to the same registry by another name.
pub(crate) fn is_registry(text: &str) -> bool {
    let (host, port) = host_and_port(text);
    let is_port = |it: &str| it.parse::<u16>().is_ok() && !it.starts_with(['+', '0']);
    let is_label = |it: &str| {
        !it.is_empty()
            && !it.starts_with('-')
            && !it.ends_with('-')
            && it
                .bytes()
                .all(|it| matches!(it, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    let is_host = match in_brackets(host) {
        Some(address) => {
            let read = address.parse::<core::net::Ipv6Addr>();
            // That of an IPv4 address leads to where that leads.
            read.is_ok_and(|it| it.to_string() == address && it.to_ipv4_mapped().is_none())
        }
        None if ends_in_number(host) => host.parse::<core::net::Ipv4Addr>().is_ok(),
        None => host.len() <= 253 && host.split('.').all(is_label),
    };
    is_host && port.is_none_or(is_port)
}

fn host_and_port(registry: &str) -> (&str, Option<&str>) {
    match registry.rsplit_once(':') {
        // The last colon of `[::1]` is in the brackets.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (registry, None),
    }
}

/// What is meant as an IPv6 address.
fn in_brackets(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

/// Whether a text would lead to a registry whose address is written otherwise.
fn is_odd_address(text: &str) -> bool {
    let (host, _) = host_and_port(text);
    let is_address = in_brackets(host).map_or_else(
        || ends_in_number(host),
        |it| it.parse::<core::net::Ipv6Addr>().is_ok(),
    );
    is_address && !is_registry(host)
}

/// Whether a host is read as an IPv4 address by what makes URLs of it: by its last part.
fn ends_in_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
    is_hexadecimal || !last.is_empty() && last.bytes().all(|it| it.is_ascii_digit())
}

/// Whether a text is the name of a repository, as the distribution specification has it: parts of
/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
pub(crate) fn is_repository(text: &str) -> bool {
    text.len() <= REPOSITORY && text.split('/').all(is_part)
}

fn is_part(part: &str) -> bool {
    let is_word = |it: u8| matches!(it, b'a'..=b'z' | b'0'..=b'9');
    let bytes = part.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    // What stands between two words.
    let mut between = part
        .split(|it: char| it.is_ascii() && is_word(it as u8))
        .filter(|it| !it.is_empty());
    is_word(*first)
        && is_word(*last)
        && between.all(|it| matches!(it, "." | "_" | "__") || it.bytes().all(|it| it == b'-'))
}

/// Whether a text is the name of a tag, as the distribution specification has it.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let is_word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    text.len() <= TAG
        && text.bytes().next().is_some_and(is_word)
        && text
            .bytes()
            .all(|it| is_word(it) || it == b'.' || it == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Reference {
        text.parse()
            .unwrap_or_else(|problem| panic!("{text}: {problem}"))
    }

    #[test]
    fn what_is_written_is_read_and_written_again() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for text in [
            "oci://ghcr.io/acme/redis",
            "oci://ghcr.io/acme/redis:1.2.0",
            "oci://ghcr.io/acme/redis:1.x",
            "oci://ghcr.io/acme/redis:1.2.x",
            "oci://127.0.0.1:5000/a",
            "oci://[::1]:5000/a/b__c/d--e.f:latest",
            "oci://localhost/a:v1",
            &format!("oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com/recipes/redis@{digest}"),
            &format!("oci://ghcr.io/acme/redis:1.2.0@{digest}"),
        ] {
            assert_eq!(read(text).to_string(), text);
        }
        assert_eq!(read("oci://a.io/b").wanted, Wanted::Newest);
        assert_eq!(read("oci://a.io/b:1.0").wanted, Wanted::Tag("1.0".into()));
        assert!(matches!(read("oci://a.io/b:1.x").wanted, Wanted::Range(_)));
        assert!(read(&format!("oci://a.io/b@{digest}")).is_pinned());
    }

    #[test]
    fn everything_else_says_what_is_wrong() {
        let long = format!("oci://a.io/{}", "a".repeat(256));
        for (text, why) in [
            ("ghcr.io/acme/redis", "does not begin"),
            ("oci://ghcr.io", "names no repository"),
            ("oci:///redis", "a registry is"),
            ("oci://GHCR.io/redis", "a registry is"),
            ("oci://ghcr.io/redis@sha512:00", "behind `@`"),
            ("oci://ghcr.io:0/redis", "a registry is"),
            ("oci://ghcr.io:99999/redis", "a registry is"),
            ("oci://ghcr.io:0443/redis", "a registry is"),
            ("oci://ghcr.io:443/redis", "its registry is `ghcr.io`"),
            ("oci://index.docker.io/a/b", "its registry is `docker.io`"),
            (
                "oci://registry-1.docker.io:443/a/b",
                "its registry is `docker.io`",
            ),
            ("oci://ghcr.io:80/redis", "its registry is `ghcr.io`"),
            ("oci://[::g]/redis", "a registry is"),
            (
                "oci://[::ffff:127.0.0.1]/redis",
                "an address of a registry is",
            ),
            ("oci://[0:0::1]:5000/redis", "an address of a registry is"),
            ("oci://[::0001]/redis", "an address of a registry is"),
            ("oci://127.1:5000/redis", "an address of a registry is"),
            ("oci://0x7f.0.0.1/redis", "an address of a registry is"),
            ("oci://127.0.0.0x1/redis", "an address of a registry is"),
            ("oci://2130706433/redis", "an address of a registry is"),
            ("oci://127.0.0.01/redis", "an address of a registry is"),
            ("oci://ghcr.io/redis@1.2.0", "behind `@`"),
            ("oci://ghcr.io:5000/redis:1.0@1.2.0", "behind `@`"),
            ("oci://a..b/redis", "a registry is"),
            ("oci://ghcr.io/", "a repository is"),
            ("oci://ghcr.io/Acme/redis", "a repository is"),
            ("oci://ghcr.io/acme//redis", "a repository is"),
            ("oci://ghcr.io/../redis", "a repository is"),
            ("oci://ghcr.io/a___b", "a repository is"),
            ("oci://ghcr.io/a b", "a repository is"),
            (&long, "a repository is"),
            ("oci://ghcr.io/redis:", "a tag is"),
            ("oci://ghcr.io/redis:-1", "a tag is"),
            ("oci://ghcr.io/redis:a/b", "a tag is"),
            ("oci://ghcr.io/redis@sha256:00", "behind `@`"),
            ("oci://ghcr.io/redis@md5:00", "behind `@`"),
            ("oci://ghcr.io/redis?x=1", "a repository is"),
            ("oci://ghcr.io/\u{1b}[31m", "\\u{1b}"),
        ] {
            let problem = text.parse::<Reference>().unwrap_err().to_string();
            assert!(problem.contains(why), "{text}: {problem}");
            assert!(problem.contains("hint: write"), "{problem}");
        }
    }

    #[test]
    fn what_has_no_beginning_is_told_with_it() {
        for text in [
            "127.0.0.1:5000/acme/redis:1.x",
            "https://127.0.0.1:5000/acme/redis:1.x",
        ] {
            let told = text.parse::<Reference>().unwrap_err().text;
            let hint = "hint: write `oci://127.0.0.1:5000/acme/redis:1.x`";
            assert!(told.ends_with(hint), "{told}");
        }
        for other in ["redis", "acme/redis", "./acme/redis", "a.d/redis.wasm"] {
            let told = other.parse::<Reference>().unwrap_err().text;
            assert!(told.contains("hint: write `oci://REGISTRY"), "{told}");
        }
    }

    #[test]
    fn what_names_no_repository_may_be_a_folder() {
        let told = "oci://vendor:0.1.2".parse::<Reference>().unwrap_err();
        let told = told.to_string();
        assert!(
            told.contains("in the folder of a layout is `oci:vendor:0.1.2`"),
            "{told}"
        );
    }

    #[test]
    fn a_login_in_a_reference_is_not_shown() {
        let digest = "0a".repeat(32);
        for text in [
            "oci://me:sesqqq@ghcr.io/redis",
            "oci://me:ses@qqq@ghcr.io/redis",
            "oci://me:ses/qqq@ghcr.io/redis",
            "oci://me:ses://qqq@ghcr.io/redis",
            "oci://me:sesqqq@ghcr.io",
            "oci://me:sesqqq@ghcr.io:5000",
            "oci://me:sesqqq@sha256:x@ghcr.io/redis",
            &format!("oci://me:sesqqq@ghcr.io/redis@sha256:{digest}"),
        ] {
            let problem = text.parse::<Reference>().unwrap_err().to_string();
            assert!(problem.contains("holds no login"), "{problem}");
            assert!(problem.contains("`host login ghcr.io"), "{problem}");
            assert!(!problem.contains("qqq"), "{problem}");
        }
        for text in [
            "oci://me:sesqqq@ghcr.io/redis@1.0",
            "oci://sesqqq@ghcr.io/redis:1.0@sha256:00",
            "oci://me:sesqqq@sha256:sesqqq",
        ] {
            let problem = text.parse::<Reference>().unwrap_err().to_string();
            assert!(problem.contains("`host login REGISTRY`"), "{problem}");
            assert!(!problem.contains("qqq"), "{problem}");
        }
    }
}
