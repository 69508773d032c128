//! A recipe that is published: looked at as its author would, held against what is published already, then uploaded.

use anyhow::Result;
use host_core::codes::Problem;
use host_core::codes::registry::{EXISTS, REFERENCE};
use host_core::diag::Diagnostic;
use host_core::digest::sha256_hex;
use host_core::manifest::check_extent;
use host_core::registry::artifact::{Artifact, Manifest, artifact};
use host_core::registry::change::breaks;
use host_core::registry::index::{Listed, Place};
use host_core::registry::version::{Version, before, of_tag, to_tag};
use host_core::registry::{Reference, Source, Wanted};
use host_core::spec;

use super::blueprint::{self, Input, Loaded};
use super::refuse;
use crate::component::LoadOptions;
use crate::registry::Registry;

/// What is to be published, and where.
#[derive(Clone, Debug)]
pub struct Publication {
    /// With its tag.
    pub reference: Reference,
    tag: String,
    /// Absent where the tag is none: then it is moved.
    version: Option<Version>,
    artifact: Artifact,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Published {
    /// It is there now, at this digest; so many bytes were sent, and this lay at the tag before.
    Now {
        digest: String,
        sent: u64,
        former: Option<String>,
        /// Why what it changes for users of the version before it is not known.
        unknown: Option<String>,
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
    let unfit = |why: &str| {
        Problem::new(
            REFERENCE,
            format!(
                "nothing can be published to `{reference}`: {why}\nhint: leave it out to publish the recipe's own version, {own}, or name a tag such as `:edge`"
            ),
        )
    };
    if Place::of(reference).index().repository == reference.repository {
        let why = "a repository of this name is the index of the recipes that lie beside it";
        return Err(Problem::new(
            REFERENCE,
            format!("nothing can be published to `{reference}`: {why}\nhint: choose another name for the recipe"),
        )
        .into());
    }
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
    let version = of_tag(&tag);
    if let Some(version) = version.as_ref().filter(|it| it.to_string() != *own) {
        let why = format!("the tag is the version {version}, and the recipe says that it is {own}");
        return Err(unfit(&why).into());
    }
    let contract = format!("host:recipe/guest@{}", loaded.recipe.contract_version());
    Ok(Publication {
        reference: reference.at_tag(&tag),
        tag,
        version,
        artifact: artifact(component, &loaded.manifest, &contract),
    })
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
        version,
        artifact,
    } = publication;
    let digest = format!("sha256:{}", sha256_hex(&artifact.manifest));
    let there = registry.there(reference, tag).await?;
    let former = match there {
        Some(there) if there.digest == digest => return Ok(Published::Before { digest }),
        Some(there) if version.is_some() => {
            return refuse(
                EXISTS,
                format!(
                    "`{reference}` is published already, with another content: {}\nhint: give the recipe a new version; whoever uses {tag} relies on what it is",
                    there.digest
                ),
            );
        }
        other => other.map(|it| it.digest),
    };
    let mut unknown = None;
    if let Some(version) = version {
        match broken(registry, reference, loaded, version, options).await? {
            Ok(broken) if broken.is_empty() => {}
            Ok(broken) => return Ok(Published::Breaks(broken)),
            Err(why) => unknown = Some(why),
        }
    }
    let (digest, sent) = registry
        .publish(reference, tag, component, artifact)
        .await?;
    Ok(Published::Now {
        digest,
        sent,
        former,
        unknown,
    })
}

/// Whether a recipe stands in the index of its place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Listing {
    /// Since now.
    New,
    /// It did before, or a newer version of it does.
    Before,
    /// There is no index, or nothing to list: a tag that is no version may be moved.
    No,
}

/// Lists a version that was published in the index of its place, where there is one or one is to be begun.
///
/// # Errors
/// The registry cannot be asked or does not take it, or something else lies there.
pub async fn list(registry: &Registry, publication: &Publication, begins: bool) -> Result<Listing> {
    let Publication {
        reference,
        version,
        artifact,
        tag,
    } = publication;
    if version.as_ref().is_none_or(|it| !it.pre.is_empty()) {
        return Ok(Listing::No);
    }
    let place = Place::of(reference);
    if !begins && registry.index(&place).await?.is_none() {
        return Ok(Listing::No);
    }
    let manifest: Manifest = serde_json::from_slice(&artifact.manifest)?;
    let listed = Listed::of(&reference.repository, tag, &manifest);
    Ok(if registry.list(&place, &listed).await? {
        Listing::New
    } else {
        Listing::Before
    })
}

/// What breaks users of the newest version before it that they may come from without being asked. The inner error is why that is
/// not known.
async fn broken(
    registry: &Registry,
    reference: &Reference,
    loaded: &Loaded,
    version: &Version,
    options: &LoadOptions,
) -> Result<Result<Vec<Diagnostic>, String>> {
    if !version.pre.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let tags = registry.published(reference).await?;
    let Some(tag) = before(tags.iter().map(String::as_str), version) else {
        return Ok(Ok(Vec::new()));
    };
    let at = reference.at_tag(tag);
    let Some(there) = registry.there(&at, tag).await? else {
        return Ok(Ok(Vec::new()));
    };
    let said = there.manifest.and_then(|it| it.recipe());
    let former = match said.filter(|it| check_extent(it).is_empty()) {
        Some(it) => Ok(it),
        None => ask(registry, at.at_digest(&there.digest), options).await,
    };
    Ok(former
        .map(|it| breaks(&it, &loaded.manifest))
        .map_err(|error| {
            let why = format!("{error:#}");
            let why = why.lines().next().unwrap_or_default();
            format!("{tag} cannot be asked what it is: {why}")
        }))
}

/// What a recipe is that another tool published, which wrote nothing of it beside it.
async fn ask(
    registry: &Registry,
    reference: Reference,
    options: &LoadOptions,
) -> Result<spec::Manifest> {
    let source = Source::Registry(reference);
    let fetched = registry.fetch(&source).await?;
    let input = Input {
        path: source.to_string().into(),
        fetched: Some(fetched),
        ..Input::default()
    };
    Ok(blueprint::load(input, options)?.manifest)
}
