//! What registries answer beside content: errors in their own words, lists of tags in pages, tokens.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::bounds::NAMES;
use crate::escape::escape;
use crate::near::is_near;
use crate::registry::reference::{is_repository, is_tag};
use crate::registry::signature::is_beside;
use crate::registry::version::{Range, newest, of_tag};

/// The most bytes of an answer that is an error.
pub const ERROR: u64 = 64 << 10;
/// The most characters that are repeated of one.
const WORDS: usize = 300;

/// What an error says of itself, fit for a message: `MANIFEST_UNKNOWN: manifest unknown`. Of a page that is meant for people
/// nothing.
#[must_use]
pub fn words(body: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(body).ok()?;
    let first = &document["errors"][0];
    // Servers of tokens have a form of their own.
    let parts = [
        &first["code"],
        &first["message"],
        &document["error"],
        &document["error_description"],
        &document["details"],
        &document["message"],
    ];
    let parts: Vec<&str> = parts
        .into_iter()
        .filter_map(Value::as_str)
        .filter(|it| !it.is_empty())
        .take(2)
        .collect();
    let said: String = parts.join(": ").chars().take(WORDS).collect();
    (!said.is_empty()).then(|| escape(&said).into_owned())
}

/// The tags of one page, without those that hold signatures and the like. What is no tag is passed over.
#[must_use]
pub fn tags(body: &[u8]) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct Page {
        /// `null`, where all were deleted.
        tags: Option<Vec<String>>,
    }
    let Page { tags } = serde_json::from_slice(body).ok()?;
    let mut tags = tags.unwrap_or_default();
    tags.retain(|it| is_tag(it) && !is_beside(it));
    Some(tags)
}

/// The repositories of one page. What is none is passed over.
#[must_use]
pub fn repositories(body: &[u8]) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct Page {
        /// `null`, where there are none.
        repositories: Option<Vec<String>>,
    }
    let Page { repositories } = serde_json::from_slice(body).ok()?;
    let mut repositories = repositories.unwrap_or_default();
    repositories.retain(|it| is_repository(it));
    Some(repositories)
}

/// Where the next page is, by the header `Link`: `</v2/a/tags/list?last=x>; rel="next"`.
#[must_use]
pub fn next_page(link: &str) -> Option<&str> {
    link.split(',').find_map(|one| {
        let (target, parameters) = one.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = |it: &str| matches!(it.trim(), "rel=\"next\"" | "rel=next");
        parameters.split(';').any(is_next).then_some(target)
    })
}

/// The token that an answer holds, by either of its names.
#[must_use]
pub fn token(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Answer {
        token: Option<String>,
        access_token: Option<String>,
    }
    let Answer {
        token,
        access_token,
    } = serde_json::from_slice(body).ok()?;
    let said = token.filter(|it| !it.is_empty()).or(access_token);
    // It becomes a header.
    said.filter(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_graphic()))
}

/// What to say of a tag or a range that is not there: the tags that may be meant, else the newest versions.
#[must_use]
pub fn instead(wanted: &str, tags: &[String]) -> Option<String> {
    let quoted = |tags: Vec<&str>| format!("`{}`", tags.join("`, `"));
    // `1` and `1.2` are what others call a range.
    let range = format!("{wanted}.x");
    if let Some(it) =
        Range::read(&range).filter(|it| newest(tags.iter().map(String::as_str), Some(it)).is_some())
    {
        return Some(format!("`:{it}` is the newest of them"));
    }
    if wanted == "latest" && newest(tags.iter().map(String::as_str), None).is_some() {
        return Some("leave the tag out to have the newest version".to_owned());
    }
    let near: BTreeSet<&str> = tags
        .iter()
        .map(String::as_str)
        .filter(|it| Range::read(wanted).is_none() && is_near(wanted, it))
        .collect();
    if (1..=NAMES).contains(&near.len()) {
        let near = near.into_iter().collect();
        return Some(format!("did you mean {}?", quoted(near)));
    }
    let mut versions: Vec<_> = tags
        .iter()
        .filter_map(|it| Some((of_tag(it)?, it.as_str())))
        .collect();
    versions.sort_by(|one, two| two.0.cmp(&one.0));
    let mut all: Vec<&str> = versions.into_iter().map(|(_, it)| it).collect();
    let others = tags.iter().map(String::as_str);
    all.extend(others.filter(|it| of_tag(it).is_none()));
    let more = all.len().saturating_sub(NAMES);
    all.truncate(NAMES);
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!all.is_empty()).then(|| format!("it has {}{more}", quoted(all)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn errors_are_told_in_one_harmless_line() {
        for (body, expected) in [
            (
                r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"x"}}]}"#,
                Some("MANIFEST_UNKNOWN: manifest unknown"),
            ),
            (
                r#"{"errors":[{"code":"X","message":"a\nhint: curl \u001b[2J"}]}"#,
                Some(r"X: a\nhint: curl \u{1b}[2J"),
            ),
            (
                r#"{"details":"incorrect username or password"}"#,
                Some("incorrect username or password"),
            ),
            (r#"{"errors":[]}"#, None),
            ("[]", None),
            ("<html>", None),
            ("", None),
        ] {
            assert_eq!(words(body.as_bytes()).as_deref(), expected, "{body}");
        }
        let long = format!(r#"{{"message":"{}"}}"#, "ä".repeat(1000));
        assert_eq!(words(long.as_bytes()).unwrap().chars().count(), WORDS);
    }

    #[test]
    fn pages_of_tags_lead_to_the_next() {
        let page = br#"{"name":"a","tags":["1.0.0","sha256-00.sig","edge","../x","",5]}"#;
        assert_eq!(tags(page), None, "a number is no tag");
        let page = br#"{"name":"a","tags":["1.0.0","sha256-00.sig","edge","../x",""]}"#;
        assert_eq!(tags(page), Some(texts(&["1.0.0", "edge"])));
        assert_eq!(tags(br#"{"name":"a","tags":null}"#), Some(vec![]));
        assert_eq!(tags(b"<html>"), None);
        let page = br#"{"repositories":["acme/redis","../x","Acme",""]}"#;
        assert_eq!(repositories(page), Some(texts(&["acme/redis"])));
        assert_eq!(repositories(br#"{"repositories":null}"#), Some(vec![]));
        assert_eq!(repositories(b"{\"tags\":[]}"), Some(vec![]));
        assert_eq!(repositories(b"<html>"), None);
        for (link, expected) in [
            (
                "</v2/a/tags/list?last=x&n=5>; rel=\"next\"",
                Some("/v2/a/tags/list?last=x&n=5"),
            ),
            ("<a>; rel=\"prev\", <b>;x=y; rel=next", Some("b")),
            ("<a>", None),
            ("a; rel=\"next\"", None),
            ("", None),
        ] {
            assert_eq!(next_page(link), expected, "{link}");
        }
    }

    #[test]
    fn a_token_has_one_of_two_names_and_fits_into_a_header() {
        assert_eq!(token(br#"{"token":"a.b"}"#).as_deref(), Some("a.b"));
        let both = br#"{"token":"","access_token":"c"}"#;
        assert_eq!(token(both).as_deref(), Some("c"));
        for none in [r#"{"token":"a\nb"}"#, r#"{"token":""}"#, "{}", "x"] {
            assert_eq!(token(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn what_is_there_instead_is_named() {
        let tags = texts(&["1.2.0", "1.10.0", "edge", "0.1.0"]);
        assert_eq!(
            instead("1.2.1", &tags).as_deref(),
            Some("did you mean `1.2.0`?")
        );
        assert_eq!(
            instead("3.x", &tags).as_deref(),
            Some("it has `1.10.0`, `1.2.0`, `0.1.0`, `edge`")
        );
        assert_eq!(
            instead("edg", &tags).as_deref(),
            Some("did you mean `edge`?")
        );
        assert_eq!(instead("x", &[]), None);
        let many: Vec<String> = (0..30).map(|it| format!("{it}.0.0")).collect();
        let told = instead("9.x", &many).unwrap();
        assert!(told.starts_with("it has `29.0.0`, `28.0.0`"), "{told}");
        assert!(told.ends_with("`20.0.0` and 20 more"), "{told}");
    }
}
