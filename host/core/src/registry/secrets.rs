//! What opens registries, kept out of what is shown: registries, servers of tokens and credential helpers repeat what they are
//! sent, and whoever reads an error, or the log that it ends up in, is not to learn it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::login::Login;

/// What stands in the place of a secret.
const SHOWN: &str = "(password)";

/// The least bytes of a secret that is masked in the middle of a word. A shorter one is part of too many, and is masked where it
/// stands by itself.
const SHORTEST: usize = 4;

/// Logins and tokens, in every form in which they are known to be repeated. Never printed.
#[derive(Clone, Default)]
pub struct Secrets {
    /// The longest first: what begins with another one would leave its end.
    forms: Vec<String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// Those of one login.
    #[must_use]
    pub fn of(login: &Login) -> Self {
        let mut secrets = Self::default();
        secrets.learn(login);
        secrets
    }

    /// From now on masks a login, also as it is sent: `user:password` in base64.
    pub fn learn(&mut self, login: &Login) {
        match login {
            Login::Password { user, password } => {
                let sent = format!("{user}:{password}");
                self.add(STANDARD.encode(&sent));
                self.add(STANDARD_NO_PAD.encode(&sent));
                self.add(URL_SAFE.encode(&sent));
                self.add(URL_SAFE_NO_PAD.encode(&sent));
                self.learn_token(password);
            }
            Login::Identity(token) => self.learn_token(token),
        }
    }

    /// From now on masks a token or a password, also as JSON and URLs spell it.
    pub fn learn_token(&mut self, token: &str) {
        let json = Value::from(token).to_string();
        self.add(json.trim_matches('"').to_owned());
        self.add(in_url(token));
        self.add(token.to_owned());
    }

    fn add(&mut self, form: String) {
        if !form.is_empty() && !self.forms.contains(&form) {
            self.forms.push(form);
            self.forms.sort_by_key(|it| std::cmp::Reverse(it.len()));
        }
    }

    /// A text without them.
    #[must_use]
    pub fn mask(&self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let before = text[..text.len() - rest.len()].chars().next_back();
            let found = self.forms.iter().find(|form| {
                let behind = rest.strip_prefix(form.as_str());
                behind.is_some_and(|behind| {
                    form.len() >= SHORTEST || !is_word(before) && !is_word(behind.chars().next())
                })
            });
            let taken = if let Some(form) = found {
                masked += SHOWN;
                form.len()
            } else {
                masked.push(next);
                next.len_utf8()
            };
            rest = &rest[taken..];
        }
        masked
    }

    /// The body of an error without them. Only of JSON anything is ever shown, and JSON has many spellings of one text, so each
    /// is masked once it is read. Everything else stays as it is.
    #[must_use]
    pub fn mask_body(&self, body: Vec<u8>) -> Vec<u8> {
        if self.forms.is_empty() {
            return body;
        }
        let Ok(mut document) = serde_json::from_slice::<Value>(&body) else {
            return body;
        };
        self.mask_texts(&mut document);
        document.to_string().into_bytes()
    }

    fn mask_texts(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.mask(text),
            Value::Array(parts) => parts.iter_mut().for_each(|it| self.mask_texts(it)),
            Value::Object(members) => members.values_mut().for_each(|it| self.mask_texts(it)),
            _ => {}
        }
    }
}

fn is_word(character: Option<char>) -> bool {
    character.is_some_and(char::is_alphanumeric)
}

/// As it stands in the query of a URL.
fn in_url(text: &str) -> String {
    let each = text.bytes().map(|it| {
        if it.is_ascii_alphanumeric() || b"-._~".contains(&it) {
            char::from(it).to_string()
        } else {
            format!("%{it:02X}")
        }
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::answer::words;

    fn secrets(password: &str) -> Secrets {
        Secrets::of(&Login::Password {
            user: "me".to_owned(),
            password: password.to_owned(),
        })
    }

    #[test]
    fn a_login_is_masked_in_every_form_in_which_it_is_sent() {
        let sesame = secrets("sesame-open");
        for (text, expected) in [
            (
                "bad header Basic bWU6c2VzYW1lLW9wZW4=",
                "bad header Basic (password)",
            ),
            ("bWU6c2VzYW1lLW9wZW4", "(password)"),
            ("me:sesame-open", "me:(password)"),
            ("xsesame-openx", "x(password)x"),
            ("sesame, open", "sesame, open"),
        ] {
            assert_eq!(sesame.mask(text), expected);
        }
        let odd = secrets("p\"w\\o/ö");
        for text in ["p\"w\\o/ö", r#"p\"w\\o/ö"#, "p%22w%5Co%2F%C3%B6"] {
            assert_eq!(odd.mask(text), "(password)", "{text}");
        }
        assert!(!format!("{sesame:?}").contains("sesame"));
    }

    #[test]
    fn one_that_begins_with_another_leaves_nothing() {
        let mut both = secrets("sesame");
        both.learn(&Login::Identity("sesame-street".to_owned()));
        both.learn_token("password");
        assert_eq!(
            both.mask("sesame-street, sesame, password"),
            "(password), (password), (password)"
        );
    }

    #[test]
    fn a_short_one_is_masked_where_it_stands_by_itself() {
        let short = secrets("no");
        assert_eq!(
            short.mask("no: me:no, unknown"),
            "(password): me:(password), unknown"
        );
        assert_eq!(short.mask("Basic bWU6bm8="), "Basic (password)");
        assert_eq!(Secrets::default().mask("as it is"), "as it is");
        assert_eq!(secrets("").mask("as it is"), "as it is");
    }

    #[test]
    fn json_is_masked_however_it_is_spelt() {
        let odd = secrets("pass\"w\\ord");
        let body = br#"{"errors": [{"code": "DENIED", "message": "p\u0061ss\"w\\ord"}]}"#;
        let masked = odd.mask_body(body.to_vec());
        assert_eq!(words(&masked).unwrap(), "DENIED: (password)");
        let page = b"<html>".to_vec();
        assert_eq!(odd.mask_body(page.clone()), page);
        // It is shortened only after that, or the beginning of a secret would be left at the end.
        let long = format!("{}pass\"w\\ord", "x".repeat(295));
        let body = serde_json::json!({"errors": [{"message": long}]}).to_string();
        let shown = words(&odd.mask_body(body.into_bytes())).unwrap();
        assert!(shown.ends_with("x(pass") && shown.len() == 300, "{shown}");
    }
}
