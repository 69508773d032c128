//! What may be published where: the same for what is made here and for what is carried from elsewhere.

use super::index::Place;
use super::reference::Reference;
use super::version::{Version, of_tag};
use crate::bounds::quoted;
use crate::codes::Problem;
use crate::codes::registry::{EXISTS, REFERENCE};

/// Why nothing can be published to a reference, and what to name in its place.
#[must_use]
pub fn unfit(to: &Reference, why: &str, hint: &str) -> Problem {
    Problem::new(
        REFERENCE,
        format!("nothing can be published to `{to}`: {why}\nhint: {hint}"),
    )
}

/// Checks that a recipe may have the repository.
///
/// # Errors
/// It has the name of the index of its place.
pub fn check_repository(to: &Reference) -> Result<(), Problem> {
    if Place::of(to).index().repository != to.repository {
        return Ok(());
    }
    let why = "a repository of this name is the index of the recipes that lie beside it";
    Err(unfit(to, why, "choose another name for the recipe"))
}

/// Checks that a recipe which says this version of itself may have the tag. Gives the version that the tag is, if it is one.
///
/// # Errors
/// The tag is another version.
pub fn check_tag(to: &Reference, tag: &str, own: &str) -> Result<Option<Version>, Problem> {
    let version = of_tag(tag);
    let Some(other) = version.as_ref().filter(|it| it.to_string() != own) else {
        return Ok(version);
    };
    let own = quoted(own);
    let why = format!("the tag is the version {other}, and the recipe says that it is {own}");
    let hint =
        format!("name the recipe's own version, {own}, or a tag that is none, such as `:edge`");
    Err(unfit(to, &why, &hint))
}

/// Checks a tag against what lies there, both by the digests of their manifests. Says whether it is there already.
///
/// # Errors
/// The tag is a version, and something else lies there.
pub fn check_free(
    at: &Reference,
    tag: &str,
    digest: &str,
    there: Option<&str>,
) -> Result<bool, Problem> {
    match there {
        Some(there) if there == digest => Ok(true),
        Some(there) if of_tag(tag).is_some() => Err(Problem::new(
            EXISTS,
            format!(
                "`{at}` is published already, with another content: {there}\nhint: give the recipe a new version, or name a tag that is none, such as `:edge`; whoever uses {tag} relies on what it is"
            ),
        )),
        _ => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(text: &str) -> Reference {
        text.parse().unwrap()
    }

    fn told(result: Result<impl std::fmt::Debug, Problem>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn the_name_of_an_index_is_no_recipes() {
        for name in ["oci://ghcr.io/acme/index:1.0.0", "oci://localhost/index"] {
            let told = told(check_repository(&reference(name)));
            assert!(
                told.starts_with(&format!("nothing can be published to `{name}`")),
                "{told}"
            );
        }
        for name in ["oci://ghcr.io/index/redis", "oci://ghcr.io/acme/index-of"] {
            assert_eq!(check_repository(&reference(name)), Ok(()));
        }
    }

    #[test]
    fn a_tag_that_is_a_version_is_the_recipes_own() {
        let to = reference("oci://ghcr.io/acme/redis");
        assert_eq!(check_tag(&to, "edge", "1.2.0"), Ok(None));
        assert_eq!(check_tag(&to, "1.2.0", "1.2.0"), Ok(of_tag("1.2.0")));
        assert_eq!(check_tag(&to, "1.2.0_5", "1.2.0+5"), Ok(of_tag("1.2.0_5")));
        let told = told(check_tag(&to, "1.3.0", "1.2.0"));
        assert!(
            told.contains("the tag is the version 1.3.0, and the recipe says that it is 1.2.0"),
            "{told}"
        );
    }

    #[test]
    fn a_version_stays_and_another_tag_moves() {
        let at = reference("oci://ghcr.io/acme/redis:1.2.0");
        assert_eq!(check_free(&at, "1.2.0", "sha256:0a", None), Ok(false));
        assert_eq!(
            check_free(&at, "1.2.0", "sha256:0a", Some("sha256:0a")),
            Ok(true)
        );
        assert_eq!(
            check_free(&at, "edge", "sha256:0a", Some("sha256:0b")),
            Ok(false)
        );
        let told = told(check_free(&at, "1.2.0", "sha256:0a", Some("sha256:0b")));
        assert!(told.contains("with another content: sha256:0b"), "{told}");
    }
}
