//! Whose signatures count for which recipes: the table `[trust]` of `host.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::reference::{Reference, check_login};
use crate::codes::Problem;
use crate::codes::registry::NOT_TRUSTED;
use crate::escape::escape;

/// What a place is called that stands for all others.
const ANYWHERE: &str = "*";

/// Keys, by the places whose recipes they sign. As it is written: keys are named by the paths of their files.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Trust(pub BTreeMap<String, Signers>);

/// Who has to have signed what lies at a place.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Signers {
    /// One of the owners of these keys, by the paths of their files.
    Keys(Vec<String>),
    /// The word `anyone`.
    Word(Anyone),
}

/// Nobody has to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Anyone {
    Anyone,
}

impl Trust {
    /// The first place that is none, or has no key: it would say nothing, and another place would decide.
    #[must_use]
    pub fn unfit(&self) -> Option<(&str, &'static str)> {
        self.0.iter().find_map(|(place, signers)| {
            if check_login(place).is_err() {
                // Nothing of it is shown.
                return Some(("…", "holds a login, and a place is without one: `ghcr.io/acme`"));
            }
            let why = match signers {
                _ if !is_place(place) => "is no place: a registry, as `ghcr.io`, or a part of one, as `ghcr.io/acme`, or `*` for all others",
                Signers::Keys(keys) if keys.is_empty() => "names no key",
                _ => return None,
            };
            Some((place.as_str(), why))
        })
    }

    /// Who has to have signed a recipe: by the longest place that it lies in. Nothing where nobody has to, because that is said or
    /// because there is no `[trust]` at all.
    ///
    /// # Errors
    /// There is a `[trust]`, and no place of it holds the recipe.
    pub fn of(&self, file: &str, reference: &Reference) -> Result<Option<&[String]>, Problem> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let place = reference.place();
        let holds = |it: &str| {
            let rest = place.strip_prefix(it);
            it == ANYWHERE || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let places = self.0.iter().filter(|(it, _)| holds(it));
        // `*` is shorter than any other.
        match places.max_by_key(|(it, _)| it.len()) {
            Some((_, Signers::Keys(keys))) => Ok(Some(keys)),
            Some((_, Signers::Word(Anyone::Anyone))) => Ok(None),
            None => Err(Problem::new(
                NOT_TRUSTED,
                format!(
                    "`[trust]` of `{}` has no place for `{place}`\nhint: name the keys of those whose recipes you run from there, `\"{place}\" = [\"their.pub\"]`, or say that nobody has to sign: `\"{place}\" = \"anyone\"`",
                    escape(file)
                ),
            )),
        }
    }
}

/// Whether recipes may lie there, as [`Reference::place`] has it.
fn is_place(text: &str) -> bool {
    let of = |text: &str| text.parse::<Reference>().map(|it| it.place() == text[6..]);
    text == ANYWHERE
        || if text.contains('/') {
            of(&format!("oci://{text}")) == Ok(true)
        } else {
            of(&format!("oci://{text}/any")) == Ok(true)
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(text: &str) -> Trust {
        toml::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn of(trust: &Trust, place: &str) -> Result<Option<Vec<String>>, String> {
        let reference: Reference = format!("oci://{place}").parse().unwrap();
        let found = trust.of("host.toml", &reference);
        found
            .map(|it| it.map(<[String]>::to_vec))
            .map_err(|it| it.text)
    }

    #[test]
    fn the_longest_place_decides_and_it_ends_at_a_slash() {
        let trust = trust(
            "\"ghcr.io\" = [\"all.pub\"]\n\"ghcr.io/acme\" = [\"acme.pub\", \"old.pub\"]\n\"ghcr.io/acme/free\" = \"anyone\"",
        );
        let keys = |names: &[&str]| Ok(Some(names.iter().map(|it| (*it).to_owned()).collect()));
        assert_eq!(of(&trust, "ghcr.io/other/x"), keys(&["all.pub"]));
        assert_eq!(
            of(&trust, "ghcr.io/acme/redis"),
            keys(&["acme.pub", "old.pub"])
        );
        assert_eq!(of(&trust, "ghcr.io/acme-evil/redis"), keys(&["all.pub"]));
        assert_eq!(of(&trust, "ghcr.io/acme/free"), Ok(None));
        assert_eq!(
            of(&trust, "ghcr.io/acme/freed"),
            keys(&["acme.pub", "old.pub"])
        );
        let told = of(&trust, "ghcr.io.evil/x").unwrap_err();
        assert!(told.contains("has no place for `ghcr.io.evil/x`"), "{told}");
    }

    #[test]
    fn without_a_table_nobody_has_to_sign() {
        assert_eq!(of(&Trust::default(), "ghcr.io/acme/redis"), Ok(None));
        assert_eq!(of(&trust("\"*\" = \"anyone\""), "a.io/b"), Ok(None));
        assert!(toml::from_str::<Trust>("\"*\" = \"everyone\"").is_err());
    }
    #[test]
    fn a_place_that_says_nothing_is_told() {
        for place in ["ghcr.io", "ghcr.io/acme", "127.0.0.1:5000/a/b", "*"] {
            assert_eq!(trust(&format!("\"{place}\" = [\"a.pub\"]")).unfit(), None);
        }
        for place in [
            "ghcr.io/",
            "oci://ghcr.io",
            "ghcr.io/acme/",
            "GHCR.io",
            "a.io/b:1",
            "",
        ] {
            let trust = trust(&format!("\"{place}\" = \"anyone\""));
            assert_eq!(trust.unfit().map(|it| it.0), Some(place));
        }
        assert_eq!(
            trust("\"a.io\" = []").unfit(),
            Some(("a.io", "names no key"))
        );
    }
}
