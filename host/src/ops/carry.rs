//! Recipes of a layout on their way into a registry: where each goes, and that it may go there.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use host_core::bounds::list;
use host_core::codes::Problem;
use host_core::codes::registry::{EXISTS, LAYOUT};
use host_core::registry::Reference;
use host_core::registry::index::Place;
use host_core::registry::layout::Layout;
use host_core::registry::publication::check_name;
use host_core::registry::reference::SCHEME;

use super::publish::{self, Listing};
use crate::component::LoadOptions;
use crate::registry::{Bundle, Goal, Registry};

/// Where recipes of a layout go.
#[derive(Clone, Debug)]
pub enum To {
    /// One of them, to a repository: `oci://registry.test/acme/redis`.
    One(Reference),
    /// All of them, each to a repository of its name there: `oci://registry.test/acme/`.
    Each(Place),
}

impl To {
    /// Reads either; a slash at the end says that all are meant.
    ///
    /// # Errors
    /// It is neither.
    pub fn read(text: &str) -> Result<Self, Problem> {
        if text.starts_with(SCHEME) && text.ends_with('/') {
            return Place::read(text).map(Self::Each);
        }
        let one: Result<Reference, Problem> = text.parse();
        let whole = Place::read(text).ok().filter(|it| it.namespace.is_empty());
        match (one, whole) {
            (Err(problem), Some(place)) => {
                Err(problem.hint(&format!("all of a layout goes to `{place}/`")))
            }
            (one, _) => one.map(Self::One),
        }
    }
}

/// Where each recipe of a layout goes, and which of its names say nothing of that.
///
/// # Errors
/// Several are to be one, two are to be at one tag, or nothing says where any of them goes.
pub fn goals<'a>(
    layout: &Layout,
    bundles: &'a [Bundle],
    to: &To,
) -> Result<(Vec<Goal<'a>>, Vec<&'a str>), Problem> {
    let folder = &layout.folder;
    let unfit = |why: String, hint: String| Problem::new(LAYOUT, format!("{why}\nhint: {hint}"));
    let place = match (to, bundles) {
        (To::One(to), [bundle]) => {
            let tags = bundle.tags(to)?;
            let to = to.clone();
            return Ok((vec![Goal { bundle, to, tags }], Vec::new()));
        }
        (To::One(to), _) => {
            let names = bundles.iter().flat_map(|it| &it.names);
            let names = list(names.map(|it| &it.shown));
            return Err(unfit(
                format!("`{folder}` holds several recipes, and `{to}` is one"),
                format!(
                    "name one, `oci:{folder}:NAME`, of {names}; or say that it is a place for all of them, by a slash: `{SCHEME}{}/`",
                    to.place()
                ),
            ));
        }
        (To::Each(place), _) => place,
    };
    let (mut goals, mut passed_over) = (Vec::new(), Vec::new());
    let mut taken = BTreeMap::new();
    for bundle in bundles {
        // One content may have names in several repositories.
        let mut tags: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for name in &bundle.names {
            match (&name.reference, &name.tag) {
                (Some(it), Some(tag)) => {
                    let repository = it.repository.rsplit('/').next().unwrap_or_default();
                    tags.entry(repository).or_default().insert(tag.clone());
                }
                _ => passed_over.push(name.shown.as_str()),
            }
        }
        for (repository, tags) in tags {
            let to = place.below(repository);
            for tag in &tags {
                let at = to.at_tag(tag);
                if taken
                    .insert(at.clone(), bundle)
                    .is_some_and(|it| it.digest != bundle.digest)
                {
                    return Err(unfit(
                        format!("`{folder}` holds two recipes that would both be `{at}`"),
                        "load each by itself, to repositories of other names".to_owned(),
                    ));
                }
            }
            goals.push(Goal { bundle, to, tags });
        }
    }
    if goals.is_empty() {
        return Err(unfit(
            format!(
                "`{folder}` does not say what {} is called, and at which tag",
                list(&passed_over)
            ),
            format!("say it: host load oci:{folder} {place}/REPOSITORY:TAG"),
        ));
    }
    Ok((goals, passed_over))
}

/// A recipe that is in a registry now.
#[derive(Debug)]
pub struct Delivered<'a> {
    pub bundle: &'a Bundle,
    /// By its tag and its content.
    pub at: Reference,
    /// How many bytes were sent.
    pub sent: u64,
    /// What came of the index.
    pub listed: Result<Listing>,
    /// The recipe's own name, where it begins a repository that is called otherwise.
    pub begins: Option<String>,
}

/// Publishes recipes as they are, with their signatures, and lists them where there is an index. `tell` hears of each as soon as it
/// is there.
///
/// # Errors
/// One of them may not go where it should, which is found out of all before anything is sent; or the registry cannot be reached or
/// does not take it.
pub async fn deliver<'a>(
    registry: &Registry,
    layout: &Layout,
    goals: &[Goal<'a>],
    options: &LoadOptions,
    mut tell: impl FnMut(Delivered<'a>),
) -> Result<()> {
    // Of one call as of what is there: a repository is one recipe.
    let mut names: BTreeMap<&str, (String, &str)> = BTreeMap::new();
    let mut own = Vec::new();
    for goal in goals {
        let name = publish::admit(goal, layout, options)?;
        let tag = goal.tags.first().map_or("", String::as_str);
        if let Some((former, at)) = names.get(goal.to.repository.as_str()) {
            check_name(&goal.to, &name, at, former)?;
        }
        names.insert(&goal.to.repository, (name.clone(), tag));
        own.push(name);
    }
    let mut missing = Vec::new();
    for (goal, own) in goals.iter().zip(&own) {
        let tags = registry.missing(goal).await;
        // Another recipe is no version of this one, so that it is, is told first.
        let first = match &tags {
            Ok(tags) => tags.first().copied(),
            Err(problem) if problem.code == EXISTS => goal.tags.first(),
            Err(_) => None,
        };
        let begins = match first {
            Some(tag) => publish::check_kin(registry, &goal.to, tag, own, options).await?,
            None => false,
        };
        missing.push((tags?, begins.then(|| own.clone())));
    }
    for (goal, (missing, begins)) in goals.iter().zip(missing) {
        for (at, sent) in registry.give(goal, &missing).await? {
            let bundle = goal.bundle;
            tell(Delivered {
                bundle,
                listed: publish::list(registry, &at, bundle.manifest(), false).await,
                at,
                sent,
                begins: begins.clone(),
            });
        }
    }
    Ok(())
}
