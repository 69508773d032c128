//! A login that is kept, or is no longer: which registry is meant, what docker's `config.json` says after it, and what the
//! program that keeps it is told.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Value, json};

use super::{Helper, names, server};
use crate::codes::Problem;
use crate::codes::registry::REFERENCE;
use crate::escape::escape;
use crate::registry::reference::{SCHEME, check_login, is_registry, usual};

/// The registry that somebody means who writes its name, its address or a reference of it: `ghcr.io`.
///
/// # Errors
/// It is none, or it is a part of one: a login is to the whole of it.
pub fn registry(typed: &str) -> Result<String, Problem> {
    let wrong = |why: &str, write: &str| {
        let shown = escape(typed);
        Problem::new(
            REFERENCE,
            format!("`{shown}` is no registry: {why}\nhint: write {write}"),
        )
    };
    check_login(typed)?;
    let bare = [SCHEME, "https://", "http://"]
        .iter()
        .find_map(|it| typed.strip_prefix(it))
        .unwrap_or(typed);
    // What docker and others write down is taken, too.
    let (name, path) = bare.split_once('/').unwrap_or((bare, ""));
    if !is_registry(name) {
        let why = "it is not a host name in lower case, with a port where it is not that of HTTPS";
        return Err(wrong(why, "its name alone, such as `ghcr.io`"));
    }
    if !["", "v1", "v2"].contains(&path.trim_end_matches('/')) {
        let why = "a login is to the whole of a registry, and not to a part";
        return Err(wrong(why, &format!("`{name}`")));
    }
    // References have no other name of it.
    Ok(usual(name).unwrap_or(name).to_owned())
}

/// The text of `config.json` with a login in it, everything else as it was; nothing where it says that already. Without `login`
/// a program keeps it, and the file says only that there is one, as docker has it.
///
/// # Errors
/// The text is something else, or something in it cannot be kept as it is; in a few words that repeat nothing of it.
pub fn with(
    text: &str,
    registry: &str,
    login: Option<(&str, &str)>,
) -> Result<Option<String>, String> {
    let former = read(text)?;
    let mut document = former.clone();
    let entry = login.map_or_else(
        || json!({}),
        |(user, password)| json!({"auth": STANDARD.encode(format!("{user}:{password}"))}),
    );
    let auths = document.entry("auths").or_insert(Value::Null);
    if auths.is_null() {
        *auths = json!({});
    }
    let auths = auths.as_object_mut().ok_or(NO_TABLE)?;
    // Where a program keeps it, an older one that lies here in the open has no business any more.
    if login.is_none() {
        auths.retain(|name, _| !names(registry).contains(name));
    }
    auths.insert(server(registry).to_owned(), entry);
    let is_changed = document != former;
    is_changed.then(|| write(text, &document)).transpose()
}

/// The text of `config.json` without any login to a registry; nothing where it says nothing of one.
///
/// # Errors
/// As with [`with`].
pub fn without(text: &str, registry: &str) -> Result<Option<String>, String> {
    let mut document = read(text)?;
    let Some(auths) = document.get_mut("auths").filter(|it| !it.is_null()) else {
        return Ok(None);
    };
    let auths = auths.as_object_mut().ok_or(NO_TABLE)?;
    let before = auths.len();
    let names = names(registry);
    auths.retain(|name, _| !names.contains(name));
    let is_changed = auths.len() < before;
    is_changed.then(|| write(text, &document)).transpose()
}

/// What the program reads that is to keep a login.
#[must_use]
pub fn to_helper(helper: &Helper, user: &str, password: &str) -> String {
    json!({"ServerURL": helper.server, "Username": user, "Secret": password}).to_string()
}

const NO_TABLE: &str = "its `auths` is no table";

fn read(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    let read: Option<Map<String, Value>> = serde_json::from_str(text).map_err(|error| {
        format!(
            "it is no configuration of docker (line {}, column {})",
            error.line(),
            error.column()
        )
    })?;
    Ok(read.unwrap_or_default())
}

/// With tabs, as docker writes it; `former` is the text that it was read from.
///
/// # Errors
/// A number of that is beyond what is calculated with here, and would become another one: a login is no reason for it.
fn write(former: &str, document: &Map<String, Value>) -> Result<String, String> {
    let mut bytes = Vec::new();
    let mut serializer =
        Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"\t"));
    // What was read as JSON can be written as such, and memory takes it.
    let _ = document.serialize(&mut serializer);
    let written = String::from_utf8_lossy(&bytes).into_owned();
    let before: BTreeSet<Number> = numbers(former).map(|(_, it)| it).collect();
    let after: BTreeSet<Number> = numbers(&written).map(|(_, it)| it).collect();
    if after.is_subset(&before) {
        return Ok(written);
    }
    let lost = numbers(former).find(|(_, it)| !after.contains(it));
    Err(format!(
        "the number in line {} has more digits than can be kept, and would be another one after this",
        lost.map_or(1, |(line, _)| line)
    ))
}

/// A number as it is written in JSON, whatever the spelling: whether it is below zero, its digits without zeros at either end,
/// and the power of ten that the last of them counts.
type Number = (bool, String, i64);

/// The numbers of a JSON text, each with its line, the first of which is 1.
fn numbers(text: &str) -> impl Iterator<Item = (usize, Number)> {
    let (mut line, mut rest) = (1, text);
    std::iter::from_fn(move || {
        loop {
            let next = rest.chars().next()?;
            let taken = match next {
                '"' => string(rest),
                '-' | '0'..='9' => {
                    let is_of_it = |it: char| it.is_ascii_digit() || "+-.eE".contains(it);
                    let number = rest.split(|it| !is_of_it(it)).next().unwrap_or_default();
                    rest = &rest[number.len()..];
                    return Some((line, number_of(number)));
                }
                _ => next.len_utf8(),
            };
            line += usize::from(next == '\n');
            rest = &rest[taken..];
        }
    })
}

/// How many bytes a string of JSON has that a text begins with.
fn string(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|it| {
        let is_end = it == b'"' && !is_escaped;
        is_escaped = it == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |it| it + 2)
}

fn number_of(written: &str) -> Number {
    let (mantissa, power) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
    let is_below = mantissa.starts_with('-');
    let mantissa = mantissa.trim_start_matches('-');
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{part}");
    let digits = all.trim_end_matches('0');
    let zeros = i64::try_from(all.len() - digits.len()).unwrap_or_default();
    let behind = i64::try_from(part.len()).unwrap_or_default();
    let digits = digits.trim_start_matches('0').to_owned();
    let power = if digits.is_empty() {
        0
    } else {
        // What has no place here is nothing that can be kept, and equal to nothing that is written.
        let power: i64 = power.parse().unwrap_or(i64::MIN);
        power.saturating_add(zeros).saturating_sub(behind)
    };
    (is_below, digits, power)
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Login};
    use super::*;

    const FILE: &str = r#"{
	"credsStore": "",
	"auths": {
		"https://quay.io/v2/": {
			"auth": "eDp5"
		},
		"ghcr.io": {
			"identitytoken": "long"
		}
	},
	"HttpHeaders": {
		"b": 1,
		"a": 18446744073709551615
	}
}"#;

    #[test]
    fn a_registry_is_known_however_it_is_written() {
        for (typed, expected) in [
            ("ghcr.io", "ghcr.io"),
            ("https://ghcr.io/", "ghcr.io"),
            ("oci://127.0.0.1:5000", "127.0.0.1:5000"),
            ("http://[::1]:5000/v2/", "[::1]:5000"),
            ("docker.io", "docker.io"),
            ("https://index.docker.io/v1/", "docker.io"),
            ("registry-1.docker.io", "docker.io"),
            ("ghcr.io:443", "ghcr.io"),
        ] {
            assert_eq!(registry(typed).unwrap(), expected, "{typed}");
        }
        for (typed, told) in [
            ("ghcr.io/acme", "hint: write `ghcr.io`"),
            ("oci://ghcr.io/acme/redis:1.0.0", "hint: write `ghcr.io`"),
            ("GHCR.io", "in lower case"),
            ("me@ghcr.io", "`host login ghcr.io`"),
            ("https://me:pass@word@ghcr.io/v2/", "`host login ghcr.io`"),
            ("", "is no registry"),
            ("ftp://ghcr.io", "is no registry"),
            ("gh\u{1b}cr", "\\u{1b}"),
        ] {
            let problem = registry(typed).unwrap_err().to_string();
            assert!(problem.contains(told), "{typed}: {problem}");
            assert!(!problem.contains("word"), "{problem}");
        }
    }

    #[test]
    fn a_login_comes_into_the_file_and_out_of_it_and_all_else_stays() {
        let written = with(FILE, "ghcr.io", Some(("me", "sesame:open")));
        let written = written.unwrap().unwrap();
        let login = Config::read(&written).unwrap().login("ghcr.io");
        let (user, password) = ("me".to_owned(), "sesame:open".to_owned());
        assert_eq!(login, Some(Login::Password { user, password }));
        let expected = FILE.replace(
            "\"identitytoken\": \"long\"",
            "\"auth\": \"bWU6c2VzYW1lOm9wZW4=\"",
        );
        assert_eq!(written, expected);
        let gone = without(&written, "ghcr.io").unwrap().unwrap();
        assert_eq!(Config::read(&gone).unwrap().login("ghcr.io"), None);
        assert_eq!(without(&gone, "ghcr.io"), Ok(None));
        // Under whatever name docker had it.
        let gone = without(FILE, "quay.io").unwrap().unwrap();
        assert!(!gone.contains("quay.io") && gone.contains("ghcr.io"));
        let hub = with("", "docker.io", Some(("me", "pw")));
        let hub = hub.unwrap().unwrap();
        assert!(hub.contains("\"https://index.docker.io/v1/\""), "{hub}");
        assert_eq!(without("", "docker.io"), Ok(None));
        assert_eq!(without(r#"{"auths": null}"#, "docker.io"), Ok(None));
    }

    #[test]
    fn where_a_program_keeps_it_the_file_has_no_password() {
        let file = r#"{"auths": {"https://ghcr.io/v2/": {"auth": "bWU6cHc="}}}"#;
        let written = with(file, "ghcr.io", None).unwrap().unwrap();
        assert_eq!(with(&written, "ghcr.io", None), Ok(None));
        let written: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(written, json!({"auths": {"ghcr.io": {}}}));
        let helper = Helper {
            program: "docker-credential-pass".to_owned(),
            server: "ghcr.io".to_owned(),
        };
        assert_eq!(
            to_helper(&helper, "me", "p\"w"),
            r#"{"ServerURL":"ghcr.io","Username":"me","Secret":"p\"w"}"#
        );
    }

    #[test]
    fn a_number_is_kept_or_nothing_is_written() {
        let login = Some(("me", "pw"));
        for number in [
            "18446744073709551615",
            "-1",
            "0",
            "-0",
            "1.50",
            "1e2",
            "120E-1",
            "0.001",
            "1.5e-7",
        ] {
            let text = format!(r#"{{"a\"9": [{number}], "a": 1, "auths": {{"ghcr.io": 7}}}}"#);
            let written = with(&text, "ghcr.io", login);
            assert!(written.is_ok_and(|it| it.is_some()), "{number}");
        }
        for number in [
            "123456789012345678901234567890",
            "18446744073709551617",
            "0.12345678901234567890123",
            "1e-99999999999999999999",
        ] {
            let text = format!("{{\"b\": 5,\n\"a\": {number}, \"auths\": {{\"x.io\": {{}}}}}}");
            let one = with(&text, "ghcr.io", login).unwrap_err();
            assert!(
                one.starts_with("the number in line 2 has"),
                "{number}: {one}"
            );
            assert_eq!(without(&text, "x.io"), Err(one));
            assert_eq!(without(&text, "ghcr.io"), Ok(None));
        }
        // Of two members the last counts, and the other one is nobody's number.
        let twice = with(r#"{"a": 1, "a": 2}"#, "ghcr.io", login);
        assert!(twice.unwrap().unwrap().contains("\"a\": 2"));
    }

    #[test]
    fn what_is_no_such_file_is_not_written_over() {
        for (text, told) in [
            ("{ sesame", "line 1, column 3"),
            ("[]", "no configuration of docker"),
            (r#"{"auths": 5}"#, "`auths` is no table"),
        ] {
            let one = with(text, "ghcr.io", None).unwrap_err();
            let other = without(text, "ghcr.io").unwrap_err();
            assert!(one.contains(told) && !one.contains("sesame"), "{one}");
            assert_eq!(one, other);
        }
    }
}
