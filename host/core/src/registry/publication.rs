//! What may be published where: the same for what is made here and for what is carried from elsewhere.

use super::index::Place;
use super::reference::Reference;
use super::reference::is_repository;
use super::version::{Version, before, newest, of_tag};
use crate::bounds::quoted;
use crate::codes::Problem;
use crate::codes::registry::{EXISTS, OTHER_NAME, REFERENCE};

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

/// The tag that a recipe at `tag` is held against, of those of its repository, and whether users come from there without being
/// asked. Without a version before it that is the newest one: whoever puts another recipe into a repository raises the major
/// version.
#[must_use]
pub fn held_against<'a>(tags: &'a [String], tag: &str) -> Option<(&'a str, bool)> {
    let all = || tags.iter().map(String::as_str);
    let version = of_tag(tag).filter(|it| it.pre.is_empty());
    if let Some(tag) = version.and_then(|it| before(all(), &it)) {
        return Some((tag, true));
    }
    let early = || all().max_by_key(|it| of_tag(it));
    let early = || early().filter(|it| of_tag(it).is_some());
    let any = || all().find(|it| *it == tag).or_else(|| all().next());
    let kin = newest(all(), None).or_else(early).or_else(any)?;
    Some((kin, false))
}

/// Checks the name that a recipe says of itself against that of one that is in the repository, at `tag`.
///
/// # Errors
/// They are two recipes.
pub fn check_name(to: &Reference, own: &str, tag: &str, former: &str) -> Result<(), Problem> {
    // What says no name is no other.
    if own == former || former.is_empty() {
        return Ok(());
    }
    let instead = beside(to, own).filter(|it| *it != to.repository);
    let hint = match instead {
        Some(it) => format!(
            "publish it to `oci://{}/{it}`, or to another repository of its own",
            to.registry
        ),
        None => format!(
            "publish it to another repository, or have the registry delete {} if it came there by a slip",
            quoted(tag)
        ),
    };
    Err(Problem::new(
        OTHER_NAME,
        format!(
            "`oci://{}` holds `{}`, at {}, and this is `{}`\nhint: {hint}",
            to.place(),
            quoted(former),
            quoted(tag),
            quoted(own)
        ),
    ))
}

/// Whether a repository is called as the recipe calls itself.
#[must_use]
pub fn is_called(to: &Reference, own: &str) -> bool {
    beside(to, own).is_some_and(|it| it == to.repository)
}

/// The repository of that name beside the one of a reference. Nothing where no repository can have it.
fn beside(to: &Reference, name: &str) -> Option<String> {
    let at = to.repository.rfind('/').map_or(0, |it| it + 1);
    let repository = format!("{}{name}", &to.repository[..at]);
    is_repository(&repository).then_some(repository)
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
    fn a_repository_is_one_recipe() {
        let to = reference("oci://ghcr.io/acme/redis:3.0.0");
        for former in ["redis", ""] {
            assert_eq!(check_name(&to, "redis", "2.0.0", former), Ok(()));
        }
        let other = told(check_name(&to, "elasticsearch", "2.0.0", "redis"));
        assert!(
            other.starts_with(
                "`oci://ghcr.io/acme/redis` holds `redis`, at 2.0.0, and this is `elasticsearch`"
            ) && other.contains("publish it to `oci://ghcr.io/acme/elasticsearch`"),
            "{other}"
        );
        // Its own name is that of the repository already, or none that one can have.
        for (own, former) in [("redis", "elasticsearch"), ("Redis 7", "redis")] {
            let other = told(check_name(&to, own, "2.0.0", former));
            assert!(other.contains("have the registry delete 2.0.0"), "{other}");
        }
        assert!(is_called(&to, "redis") && !is_called(&to, "elasticsearch"));
        assert!(is_called(&reference("oci://localhost/redis"), "redis"));
    }

    #[test]
    fn what_comes_is_held_against_the_version_before_it_or_the_newest() {
        let tags = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        for (all, tag, wanted) in [
            (
                &["1.0.0", "1.2.0", "2.0.0"][..],
                "1.3.0",
                Some(("1.2.0", true)),
            ),
            (&["1.0.0", "2.0.0", "edge"], "3.0.0", Some(("2.0.0", false))),
            (&["1.0.0", "2.0.0", "edge"], "edge", Some(("2.0.0", false))),
            (&["1.0.0", "2.0.0"], "1.1.0-rc.1", Some(("2.0.0", false))),
            (
                &["1.0.0-rc.1", "edge"],
                "1.0.0",
                Some(("1.0.0-rc.1", false)),
            ),
            (&["edge", "main"], "main", Some(("main", false))),
            (&["edge"], "1.0.0", Some(("edge", false))),
            (&[], "1.0.0", None),
        ] {
            assert_eq!(held_against(&tags(all), tag), wanted, "{all:?} {tag}");
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
