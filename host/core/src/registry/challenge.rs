//! What a registry that refuses a request says of how to ask: `WWW-Authenticate`.

use std::collections::BTreeMap;

/// The most bytes of a header that are looked at.
const MOST: usize = 8 << 10;

/// How a registry wants to be asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Challenge {
    /// With a name and a password.
    Basic,
    /// With a token that another server gives.
    Bearer {
        /// The URL of that server.
        realm: String,
        /// Whom the token is for, in the words of that server.
        service: Option<String>,
    },
}

impl Challenge {
    /// Reads the headers of one answer. A token goes before a password, where both will do; nothing where neither does.
    #[must_use]
    pub fn read<'a>(headers: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let all: Vec<(String, BTreeMap<String, String>)> = headers
            .into_iter()
            .filter(|it| it.len() <= MOST)
            .flat_map(schemes)
            .collect();
        let bearer = all.iter().find_map(|(scheme, parameters)| {
            let realm = parameters.get("realm").filter(|_| scheme == "bearer")?;
            Some(Self::Bearer {
                realm: realm.clone(),
                service: parameters.get("service").cloned(),
            })
        });
        let basic = all.iter().any(|(scheme, _)| scheme == "basic");
        bearer.or_else(|| basic.then_some(Self::Basic))
    }
}

/// Every scheme of a header with its parameters, names in lower case.
fn schemes(header: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut found: Vec<(String, BTreeMap<String, String>)> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let word = rest[..end].to_ascii_lowercase();
        if word.is_empty() {
            return found;
        }
        rest = rest[end..].trim_start_matches([' ', '\t']);
        let Some(behind) = rest.strip_prefix('=') else {
            found.push((word, BTreeMap::new()));
            continue;
        };
        let (value, behind) = value(behind.trim_start_matches([' ', '\t']));
        rest = behind;
        if let Some((_, parameters)) = found.last_mut() {
            parameters.entry(word).or_insert(value);
        }
    }
}

/// A value in quotes or without, and what stands behind it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, it)| it)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>) -> Challenge {
        Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
        }
    }

    #[test]
    fn the_challenges_of_registries_are_read() {
        for (headers, expected) in [
            (
                &[
                    r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull""#,
                ][..],
                Some(bearer(
                    "https://auth.docker.io/token",
                    Some("registry.docker.io"),
                )),
            ),
            (
                &[r#"bearer realm=https://a/b , service = "x, y=\"z\"""#],
                Some(bearer("https://a/b", Some(r#"x, y="z""#))),
            ),
            (&[r#"Basic realm="Registry""#], Some(Challenge::Basic)),
            (&["Basic"], Some(Challenge::Basic)),
            (
                &[r#"Basic realm="a", Bearer realm="https://b""#],
                Some(bearer("https://b", None)),
            ),
            (
                &["Basic realm=a", r#"Bearer realm="https://b""#],
                Some(bearer("https://b", None)),
            ),
            (&["Bearer"], None),
            (&[r#"Bearer realm="#], Some(bearer("", None))),
            (&["Negotiate", "NTLM"], None),
            (&["=", ",,,", "", "\"\"", "a=\"b\\"], None),
            (&[], None),
        ] {
            let read = Challenge::read(headers.iter().copied());
            assert_eq!(read, expected, "{headers:?}");
        }
        let long = format!("Basic {}", "x".repeat(MOST));
        assert_eq!(Challenge::read([long.as_str()]), None);
    }
}
