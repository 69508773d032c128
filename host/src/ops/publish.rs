//! A recipe that is published: looked at as its author would, held against what is published already, then uploaded.

use anyhow::Result;
use host_core::codes::Code;
use host_core::codes::registry::{CACHE, CERTIFICATE, GAVE_UP, LOGIN, UNREACHABLE};
use host_core::diag::Diagnostic;
use host_core::digest::sha256_hex;
use host_core::manifest::check_extent;
use host_core::registry::artifact::{Artifact, Manifest, artifact};
use host_core::registry::change::breaks;
use host_core::registry::index::{Listed, Place};
use host_core::registry::layout::Layout;
use host_core::registry::publication::{
    check_free, check_name, check_repository, check_tag, held_against, is_called, unfit,
};
use host_core::registry::version::{Version, of_tag, to_tag};
use host_core::registry::{Reference, Source, Wanted};
use host_core::spec;

use super::blueprint::{self, Input, Loaded};
use crate::component::LoadOptions;
use crate::registry::{Goal, Registry};

/// What is to be published, and where.
#[derive(Clone, Debug)]
pub struct Publication {
    /// With its tag.
    pub reference: Reference,
    /// That of the reference.
    pub tag: String,
    pub artifact: Artifact,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Published {
    /// It is there now, at this digest; so many bytes were sent, and this lay at the tag before.
    Now {
        digest: String,
        sent: u64,
        former: Option<String>,
        /// What is not known of it beside what was there before, and why.
        unknown: Option<String>,
        /// Its name, where it begins a repository that is called otherwise.
        begins: Option<String>,
    },
    /// The very same was there.
    Before { digest: String },
    /// It breaks users of the version before it.
    Breaks(Vec<Diagnostic>),
}

/// Makes the artifact of a recipe, and finds out its tag.
///
/// # Errors
/// The reference names what cannot be published to, or another version than the recipe's own.
pub fn prepare(loaded: &Loaded, component: &[u8], reference: &Reference) -> Result<Publication> {
    let own = &loaded.manifest.version;
    check_repository(reference)?;
    let unfit = |why: &str| {
        let hint = format!(
            "leave it out to publish the recipe's own version, {own}, or name a tag such as `:edge`"
        );
        unfit(reference, why, &hint)
    };
    if reference.digest.is_some() {
        return Err(unfit("a digest comes of what is published").into());
    }
    let tag = match &reference.wanted {
        Wanted::Tag(tag) => tag.clone(),
        Wanted::Range(_) => return Err(unfit("a range means several versions").into()),
        Wanted::Newest => match own.parse::<Version>() {
            Ok(version) => to_tag(&version),
            Err(error) => {
                let why = format!("the recipe calls its version `{own}`, which is none ({error})");
                return Err(unfit(&why).into());
            }
        },
    };
    check_tag(reference, &tag, own)?;
    let contract = format!("host:recipe/guest@{}", loaded.recipe.contract_version());
    Ok(Publication {
        reference: reference.at_tag(&tag),
        tag,
        artifact: artifact(component, &loaded.manifest, &contract),
    })
}

/// Checks that a recipe of a layout may be published where it should, by the rules for what is made here. Gives the name that it
/// says of itself. At which tags something else lies is looked at when it is given.
///
/// # Errors
/// The repository may be no recipe's, a tag is another version than the recipe's own, or the recipe cannot be asked.
pub fn admit(goal: &Goal<'_>, layout: &Layout, options: &LoadOptions) -> Result<String> {
    check_repository(&goal.to)?;
    let input = Input {
        path: layout.to_string().into(),
        fetched: Some(goal.bundle.fetched(layout)?),
        ..Input::default()
    };
    let own = blueprint::load(input, options)?.manifest;
    for tag in &goal.tags {
        check_tag(&goal.to.at_tag(tag), tag, &own.version)?;
    }
    Ok(own.name)
}

/// Checks that a recipe of this name may be published at a tag of the repository, by what is there already. What cannot be asked
/// refuses nothing. Says whether the recipe begins a repository that is called otherwise.
///
/// # Errors
/// The repository holds another recipe, or the registry cannot be asked.
pub async fn check_kin(
    registry: &Registry,
    reference: &Reference,
    tag: &str,
    own: &str,
    options: &LoadOptions,
) -> Result<bool> {
    let Some(kin) = kin(registry, reference, tag, options).await? else {
        return Ok(!is_called(reference, own));
    };
    if let Ok(former) = kin.recipe {
        check_name(reference, own, &kin.tag, &former.name)?;
    }
    Ok(false)
}

/// Uploads it, unless the very same is there, or it breaks users of what is published.
///
/// # Errors
/// The version is published with another content, or the registry cannot be reached or does not take it.
pub async fn publish(
    registry: &Registry,
    loaded: &Loaded,
    component: &[u8],
    publication: &Publication,
    options: &LoadOptions,
) -> Result<Published> {
    let Publication {
        reference,
        tag,
        artifact,
        ..
    } = publication;
    let digest = format!("sha256:{}", sha256_hex(&artifact.manifest));
    let former = registry.there(reference, tag).await?.map(|it| it.digest);
    if former.as_ref() == Some(&digest) {
        return Ok(Published::Before { digest });
    }
    let own = &loaded.manifest;
    let (mut unknown, mut begins) = (None, None);
    let kin = kin(registry, reference, tag, options).await?;
    // Another recipe is no version of this one, so that it is, is told first.
    if let Some(kin) = &kin
        && let Ok(former) = &kin.recipe
    {
        check_name(reference, &own.name, &kin.tag, &former.name)?;
    }
    check_free(reference, tag, &digest, former.as_deref())?;
    match kin {
        None => begins = Some(own.name.clone()).filter(|it| !is_called(reference, it)),
        Some(kin) => match &kin.recipe {
            Ok(former) => {
                let broken = kin.is_before.then(|| breaks(former, own));
                if let Some(broken) = broken.filter(|it| !it.is_empty()) {
                    return Ok(Published::Breaks(broken));
                }
            }
            Err(why) => unknown = Some(kin.unknown(reference, why)),
        },
    }
    let (digest, sent) = registry
        .publish(reference, tag, component, artifact)
        .await?;
    Ok(Published::Now {
        digest,
        sent,
        former,
        unknown,
        begins,
    })
}

/// Whether a recipe stands in the index of its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Listing {
    /// Since now.
    New,
    /// It did before.
    Before,
    /// This newer version of it does.
    Newer(String),
    /// There is no index, or nothing to list: a tag that is no version may be moved, and nobody gets a pre-release who did not ask.
    No,
}

/// Lists a version that was published, at its tag and with this manifest, in the index of its place, where there is one or one is
/// to be begun.
///
/// # Errors
/// The registry cannot be asked or does not take it, or something else lies there.
pub async fn list(
    registry: &Registry,
    reference: &Reference,
    manifest: &[u8],
    begins: bool,
) -> Result<Listing> {
    let Wanted::Tag(tag) = &reference.wanted else {
        return Ok(Listing::No);
    };
    if of_tag(tag).is_none_or(|it| !it.pre.is_empty()) {
        return Ok(Listing::No);
    }
    let place = Place::of(reference);
    if !begins && registry.index(&place).await?.is_none() {
        return Ok(Listing::No);
    }
    let manifest: Manifest = serde_json::from_slice(manifest)?;
    let listed = Listed::of(&reference.repository, tag, &manifest);
    Ok(match registry.list(&place, &listed).await? {
        None => Listing::New,
        Some(there) if there.version == listed.version => Listing::Before,
        Some(newer) => Listing::Newer(newer.version),
    })
}

/// What is in a repository already and is held against what is published to it.
struct Kin {
    tag: String,
    /// Whether its users come to what is published without being asked.
    is_before: bool,
    /// Nothing but the reason where it cannot be asked what it is.
    recipe: Result<spec::Manifest, String>,
}

impl Kin {
    fn unknown(&self, reference: &Reference, why: &str) -> String {
        let what = if self.is_before {
            format!("{reference} breaks users of the version before it")
        } else {
            format!("`oci://{}` holds another recipe", reference.place())
        };
        format!("whether {what} is not known: {why}")
    }
}

/// Looks for it. Nothing where the repository is empty.
async fn kin(
    registry: &Registry,
    reference: &Reference,
    tag: &str,
    options: &LoadOptions,
) -> Result<Option<Kin>> {
    let tags = registry.published(reference).await?;
    let Some((tag, is_before)) = held_against(&tags, tag) else {
        return Ok(None);
    };
    let at = reference.at_tag(tag);
    let Some(there) = registry.there(&at, tag).await? else {
        return Ok(None);
    };
    let said = there.manifest.and_then(|it| it.recipe());
    let recipe = match said.filter(|it| check_extent(it).is_empty()) {
        Some(it) => Ok(it),
        None => ask(registry, at.at_digest(&there.digest), options).await?,
    };
    Ok(Some(Kin {
        tag: tag.to_owned(),
        is_before,
        recipe: recipe.map_err(|error| {
            let why = format!("{error:#}");
            let why = why.lines().next().unwrap_or_default();
            format!("{tag} cannot be asked what it is: {why}")
        }),
    }))
}

/// Why something cannot be had now, and can later.
const PASSING: [Code; 5] = [CACHE, CERTIFICATE, GAVE_UP, LOGIN, UNREACHABLE];

/// What a recipe is that another tool published, which wrote nothing of it beside it. The inner error is that it is none, or
/// says nothing; that the registry does not give it now is no reason to go without.
async fn ask(
    registry: &Registry,
    reference: Reference,
    options: &LoadOptions,
) -> Result<Result<spec::Manifest>> {
    let source = Source::Registry(reference);
    let fetched = match registry.fetch(&source).await {
        Err(problem) if !PASSING.contains(&problem.code) => return Ok(Err(problem.into())),
        other => other?,
    };
    let input = Input {
        path: source.to_string().into(),
        fetched: Some(fetched),
        ..Input::default()
    };
    Ok(blueprint::load(input, options).map(|it| it.manifest))
}
