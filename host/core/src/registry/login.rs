//! Logins to registries where people have them: docker's `config.json`, and what its credential helpers answer.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};

use crate::escape::escape;

pub mod stored;

/// The user that a helper names where the secret is a token.
const TOKEN: &str = "<token>";

/// The most characters that are repeated of the name of a helper which is none.
const NAME: usize = 100;

/// How the registry of Docker is called in references, and where it is.
const DOCKER: (&str, &str) = ("docker.io", "registry-1.docker.io");
/// How it is called among logins.
const DOCKER_LOGIN: &str = "https://index.docker.io/v1/";

/// Whom a registry is to take us for. Never printed.
#[derive(Clone, Eq, PartialEq)]
pub enum Login {
    /// A name and a password.
    Password { user: String, password: String },
    /// A token of a login that was made elsewhere, to be exchanged for one that opens a repository.
    Identity(String),
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Login(…)")
    }
}

impl Login {
    /// As the header `Authorization` has a name and a password.
    #[must_use]
    pub fn basic(user: &str, password: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
    }
}

/// `config.json`, as far as it is about logins.
#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Config {
    #[serde(deserialize_with = "or_default")]
    auths: BTreeMap<String, Option<Entry>>,
    #[serde(deserialize_with = "or_default")]
    cred_helpers: BTreeMap<String, Option<String>>,
    #[serde(deserialize_with = "or_default")]
    creds_store: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Entry {
    #[serde(deserialize_with = "or_default")]
    auth: String,
    #[serde(deserialize_with = "or_default")]
    username: String,
    #[serde(deserialize_with = "or_default")]
    password: String,
    #[serde(deserialize_with = "or_default")]
    identitytoken: String,
}

/// `null` says nothing, as in whatever is read in Go.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl fmt::Debug for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Config").finish_non_exhaustive()
    }
}

/// A program that keeps logins, and what it is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Helper {
    /// `docker-credential-pass`.
    pub program: String,
    /// The registry, as the program calls it.
    pub server: String,
}

impl Config {
    /// Reads the text of `config.json`.
    ///
    /// # Errors
    /// It is something else; in a few words that repeat nothing of it.
    pub fn read(text: &str) -> Result<Self, String> {
        // Docker takes an empty file for one that says nothing.
        let text = if text.trim().is_empty() { "{}" } else { text };
        let read: Option<Self> = serde_json::from_str(text).map_err(|error| {
            format!(
                "it is no configuration of docker (line {}, column {})",
                error.line(),
                error.column()
            )
        })?;
        Ok(read.unwrap_or_default())
    }

    /// The program that keeps the login to a registry, where one does.
    ///
    /// # Errors
    /// What stands there is no name of one; in words that go on after those of the file.
    pub fn helper(&self, registry: &str) -> Result<Option<Helper>, String> {
        let own = names(registry)
            .iter()
            .find_map(|it| self.cred_helpers.get(it));
        let (member, name) = match own {
            Some(name) => ("credHelpers", name.as_deref().unwrap_or_default()),
            None => ("credsStore", self.creds_store.as_str()),
        };
        if name.is_empty() {
            return Ok(None);
        }
        // It becomes part of the name of a program, and names no other place.
        let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
        if !name.chars().all(is_name) {
            let shown: String = name.chars().take(NAME).collect();
            return Err(format!(
                "`{member}` names `{}`, which is no plain name: `pass` there means the program `docker-credential-pass`",
                escape(&shown)
            ));
        }
        Ok(Some(Helper {
            program: format!("docker-credential-{name}"),
            server: server(registry).to_owned(),
        }))
    }

    /// The login that stands in the file itself.
    #[must_use]
    pub fn login(&self, registry: &str) -> Option<Login> {
        let found = names(registry).iter().find_map(|it| self.auths.get(it));
        let entry = found?.as_ref()?;
        if !entry.identitytoken.is_empty() {
            return Some(Login::Identity(entry.identitytoken.clone()));
        }
        let decoded = STANDARD.decode(entry.auth.trim()).ok();
        let decoded = decoded.and_then(|it| String::from_utf8(it).ok());
        let (user, password) = match decoded.as_deref().and_then(|it| it.split_once(':')) {
            Some((user, password)) => (user.to_owned(), password.trim_end_matches('\0').to_owned()),
            None => (entry.username.clone(), entry.password.clone()),
        };
        (!user.is_empty()).then_some(Login::Password { user, password })
    }
}

/// Reads what a helper answers.
#[must_use]
pub fn of_helper(answer: &[u8]) -> Option<Login> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        username: String,
        secret: String,
    }
    let Answer { username, secret } = serde_json::from_slice(answer).ok()?;
    Some(if username == TOKEN {
        Login::Identity(secret)
    } else {
        Login::Password {
            user: username,
            password: secret,
        }
    })
}

/// The host of a registry, without its port.
#[must_use]
pub fn host(registry: &str) -> &str {
    let host = address(registry);
    match host.rsplit_once(':') {
        // The last colon of `[::1]` is in the brackets.
        Some((host, port)) if !port.ends_with(']') => host,
        _ => host,
    }
}

/// Where a registry is: `docker.io` is a name for another host.
#[must_use]
pub fn address(registry: &str) -> &str {
    if registry == DOCKER.0 {
        DOCKER.1
    } else {
        registry
    }
}

/// How a registry is called by `docker login`, which writes down what it was told.
#[must_use]
pub fn server(registry: &str) -> &str {
    if registry == DOCKER.0 || registry == DOCKER.1 {
        DOCKER_LOGIN
    } else {
        registry
    }
}

/// Every name under which a login to a registry may stand.
fn names(registry: &str) -> Vec<String> {
    let mut names = vec![server(registry).to_owned(), registry.to_owned()];
    for (scheme, port) in [("https", ":443"), ("http", ":80")] {
        // Others write the port that is meant without.
        names.push(format!("{registry}{port}"));
        for port in ["", port] {
            let of = |it: &str| format!("{scheme}://{registry}{port}{it}");
            names.extend(["", "/", "/v1/", "/v2/"].map(of));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(user: &str, password: &str) -> Login {
        Login::Password {
            user: user.to_owned(),
            password: password.to_owned(),
        }
    }

    #[test]
    fn a_login_is_found_under_every_name_that_docker_gives_it() {
        let config = Config::read(
            r#"{"auths": {
                "ghcr.io": {"auth": "bWU6c2VzYW1lOm9wZW4="},
                "https://quay.io/v2/": {"username": "robot", "password": "x"},
                "https://index.docker.io/v1/": {"auth": "aHViOnB3"},
                "acr.io": {"auth": "MDAwOg==", "identitytoken": "long"},
                "empty.io": {}, "broken.io": {"auth": "%%%"}
            }, "HttpHeaders": {"x": "y"}}"#,
        )
        .unwrap();
        assert_eq!(config.login("ghcr.io"), Some(password("me", "sesame:open")));
        assert_eq!(config.login("quay.io"), Some(password("robot", "x")));
        assert_eq!(config.login("docker.io"), Some(password("hub", "pw")));
        assert_eq!(
            config.login("registry-1.docker.io"),
            Some(password("hub", "pw"))
        );
        assert_eq!(
            config.login("acr.io"),
            Some(Login::Identity("long".to_owned()))
        );
        for none in ["empty.io", "broken.io", "other.io", "ghcr.io:444"] {
            assert_eq!(config.login(none), None, "{none}");
        }
        assert_eq!(config.helper("ghcr.io"), Ok(None));
        assert!(!format!("{config:?}{:?}", config.login("ghcr.io")).contains("sesame"));
        let told = Config::read("{\"auths\": {\"a\": sesame}}").unwrap_err();
        assert!(
            told.contains("line 1") && !told.contains("sesame"),
            "{told}"
        );
    }

    #[test]
    fn a_helper_of_a_registry_goes_before_that_of_all() {
        let config = Config::read(
            r#"{"credsStore": "pass", "credHelpers": {"ecr.aws": "ecr-login", "bad.io": "../x"}}"#,
        )
        .unwrap();
        let program = |registry: &str| config.helper(registry).unwrap().map(|it| it.program);
        assert_eq!(
            program("ecr.aws").as_deref(),
            Some("docker-credential-ecr-login")
        );
        assert_eq!(
            program("ghcr.io").as_deref(),
            Some("docker-credential-pass")
        );
        let of_docker = config.helper("docker.io").unwrap().unwrap();
        assert_eq!(of_docker.server, DOCKER_LOGIN);
        let told = config.helper("bad.io").unwrap_err();
        assert!(
            told.starts_with("`credHelpers` names `../x`, which"),
            "{told}"
        );
        let config = Config::read(r#"{"credsStore": "/opt/k\u001b", "credHelpers": {"a.io": ""}}"#);
        let config = config.unwrap();
        let told = config.helper("b.io").unwrap_err();
        assert!(
            told.starts_with("`credsStore` names `/opt/k\\u{1b}`"),
            "{told}"
        );
        assert_eq!(config.helper("a.io"), Ok(None));
    }

    #[test]
    fn null_says_nothing() {
        for text in [
            "null",
            r#"{"auths": null, "credHelpers": null, "credsStore": null}"#,
            r#"{"auths": {"other.io": null}, "credHelpers": {"ghcr.io": null}}"#,
            r#"{"auths": {"ghcr.io": {"auth": null, "username": null, "password": null, "identitytoken": null}}}"#,
        ] {
            let config = Config::read(text).unwrap();
            assert_eq!(config.helper("ghcr.io"), Ok(None), "{text}");
            assert_eq!(config.login("ghcr.io"), None, "{text}");
            let written = stored::with(text, "ghcr.io", Some(("me", "pw")));
            let written = Config::read(&written.unwrap().unwrap()).unwrap();
            assert_eq!(written.login("ghcr.io"), Some(password("me", "pw")));
        }
    }

    #[test]
    fn a_helper_answers_a_password_or_a_token() {
        assert_eq!(
            of_helper(br#"{"ServerURL": "x", "Username": "me", "Secret": "pw"}"#),
            Some(password("me", "pw"))
        );
        assert_eq!(
            of_helper(br#"{"Username": "<token>", "Secret": "pw"}"#),
            Some(Login::Identity("pw".to_owned()))
        );
        assert_eq!(of_helper(b"credentials not found in native keychain"), None);
        assert_eq!(Login::basic("me", "pw"), "Basic bWU6cHc=");
    }
}
