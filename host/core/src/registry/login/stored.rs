//! A login that is kept, or is no longer: which registry is meant, what docker's `config.json` says after it, and what the
//! program that keeps it is told.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Value, json};

use super::{DOCKER, DOCKER_LOGIN, Helper, names, server};
use crate::codes::Problem;
use crate::codes::registry::REFERENCE;
use crate::escape::escape;
use crate::registry::reference::{SCHEME, is_registry};

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
    let is_docker = typed == DOCKER_LOGIN || name == "index.docker.io" || name == DOCKER.1;
    Ok(if is_docker { DOCKER.0 } else { name }.to_owned())
}

/// The text of `config.json` with a login in it, everything else as it was; nothing where it says that already. Without `login`
/// a program keeps it, and the file says only that there is one, as docker has it.
///
/// # Errors
/// The text is something else; in a few words that repeat nothing of it.
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
    Ok((document != former).then(|| write(&document)))
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
    Ok(is_changed.then(|| write(&document)))
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
    serde_json::from_str(text).map_err(|error| {
        format!(
            "it is no configuration of docker (line {}, column {})",
            error.line(),
            error.column()
        )
    })
}

/// With tabs, as docker writes it.
fn write(document: &Map<String, Value>) -> String {
    let mut bytes = Vec::new();
    let mut serializer =
        Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"\t"));
    // What was read as JSON can be written as such, and memory takes it.
    let _ = document.serialize(&mut serializer);
    String::from_utf8_lossy(&bytes).into_owned()
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
        ] {
            assert_eq!(registry(typed).unwrap(), expected, "{typed}");
        }
        for (typed, told) in [
            ("ghcr.io/acme", "hint: write `ghcr.io`"),
            ("oci://ghcr.io/acme/redis:1.0.0", "hint: write `ghcr.io`"),
            ("GHCR.io", "in lower case"),
            ("me@ghcr.io", "its name alone"),
            ("", "is no registry"),
            ("ftp://ghcr.io", "is no registry"),
            ("gh\u{1b}cr", "\\u{1b}"),
        ] {
            let problem = registry(typed).unwrap_err().to_string();
            assert!(problem.contains(told), "{typed}: {problem}");
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
