//! A recipe with all that belongs to it, on its way between registries, layouts and the cache: its manifest, its config, its
//! component, and the signatures beside it, each byte for byte.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use host_core::codes::Problem;
use host_core::codes::registry::{
    CACHE, EXISTS, GAVE_UP, LAYOUT, NO_RECIPE, REFERENCE, UNREACHABLE,
};
use host_core::escape::escape;
use host_core::registry::artifact::{Artifact, DOCUMENT, Descriptor, Manifest, check_digest};
use host_core::registry::layout::{self, Entry, Layout};
use host_core::registry::signature::{self, Found};
use host_core::registry::version::of_tag;
use host_core::registry::{Reference, Wanted};

use super::layout::{Folder, shown};
use super::signatures::layers;
use super::{Fetched, Registry, failure};

/// A recipe with all that belongs to it. The component lies in the cache.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// Where it belongs: at its tag, else by its digest. Absent where a layout does not say.
    pub reference: Option<Reference>,
    /// The tag, where it has one.
    pub tag: Option<String>,
    /// What people are told of it.
    pub name: String,
    /// The digest of its manifest.
    pub digest: String,
    pub(super) manifest: Vec<u8>,
    pub(super) config: (Descriptor, Vec<u8>),
    pub(super) component: Descriptor,
    path: PathBuf,
    /// What lies beside it, nothing where nobody signed.
    pub beside: Option<Beside>,
}

/// The signatures beside a recipe.
#[derive(Clone, Debug)]
pub struct Beside {
    pub(super) manifest: Vec<u8>,
    pub(super) blobs: Vec<(Descriptor, Vec<u8>)>,
}

/// What a layout holds.
#[derive(Clone, Debug)]
pub struct Carried {
    pub bundles: Vec<Bundle>,
    /// Why others of its entries are no recipes.
    pub passed_over: Vec<Problem>,
}

impl Bundle {
    /// The signatures, as they are checked.
    #[must_use]
    pub fn signatures(&self) -> Vec<Found> {
        self.beside.as_ref().map(Beside::found).unwrap_or_default()
    }

    /// The component, which is looked at once more.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Problem> {
        let path = shown(&self.path);
        let bytes = fs::read(&self.path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => gone(&format!("`{path}`, the component of `{}`,", self.name)),
            _ => Problem::new(
                CACHE,
                format!(
                    "cannot read `{path}`: {error}\nhint: mend the folder, or set `XDG_CACHE_HOME` to another"
                ),
            ),
        })?;
        check_digest(&format!("`{path}`"), &bytes, &self.component.digest)?;
        Ok(bytes)
    }
}

impl Beside {
    fn found(&self) -> Vec<Found> {
        let payload = |layer: Descriptor| {
            let (_, payload) = self.blobs.iter().find(|it| it.0.digest == layer.digest)?;
            Some(Found {
                payload: payload.clone(),
                layer,
            })
        };
        layers(&self.manifest)
            .into_iter()
            .filter_map(payload)
            .collect()
    }
}

impl Registry {
    /// All that belongs to a recipe that was fetched.
    ///
    /// # Errors
    /// It is of a layout, or the registry has not all of it and neither has the cache.
    pub async fn bundle(&self, fetched: &Fetched) -> Result<Bundle, Problem> {
        let Some(reference) = fetched.source.registry() else {
            return Err(Problem::new(
                LAYOUT,
                format!(
                    "`{}` is in a layout already\nhint: copy the folder, or what skopeo takes of it: skopeo copy oci:DIR:NAME oci:OTHER:NAME",
                    fetched.source
                ),
            ));
        };
        let said = match &reference.wanted {
            Wanted::Tag(tag) => Some(tag.as_str()),
            Wanted::Newest | Wanted::Range(_) => None,
        };
        let tag = fetched.tag.as_deref().or(said);
        let at = match tag {
            Some(tag) => reference.at_tag(tag),
            None => Reference {
                wanted: Wanted::Newest,
                ..reference.at_digest(&fetched.digest)
            },
        };
        let Some(manifest) = self.0.cache.document(&fetched.digest) else {
            return Err(gone(&format!("the manifest of `{at}`")));
        };
        let config = &fetched.manifest.config;
        Ok(Bundle {
            name: at.to_string(),
            reference: Some(at),
            tag: tag.map(str::to_owned),
            digest: fetched.digest.clone(),
            manifest,
            config: (
                config.clone(),
                self.small(reference, config, DOCUMENT).await?,
            ),
            component: fetched.component.clone(),
            path: fetched.path.clone(),
            beside: self.beside(reference, &fetched.digest).await?,
        })
    }

    /// The signatures beside a recipe, whole; where the registry is out of reach, those that were seen.
    async fn beside(&self, reference: &Reference, digest: &str) -> Result<Option<Beside>, Problem> {
        let tag = signature::tag(digest);
        let manifest = match self.manifest(reference, &tag).await {
            Ok(None) => return Ok(None),
            Ok(Some(bytes)) => bytes,
            Err(problem) if [UNREACHABLE, GAVE_UP].contains(&problem.code) => {
                let seen = self.0.cache.seen(reference, &tag);
                let kept = seen.and_then(|it| self.0.cache.document(&it));
                // That nobody signed it cannot be known.
                kept.ok_or(problem)?
            }
            Err(problem) => return Err(problem),
        };
        let mut blobs = Vec::new();
        let all = blobs_of(&manifest, &reference.to_string());
        for blob in all.map_err(|why| failure::broken(&reference.registry, &why))? {
            let bytes = self.small(reference, &blob, signature::SIZE).await?;
            blobs.push((blob, bytes));
        }
        self.see_beside(reference, digest, &manifest)?;
        Ok(Some(Beside { manifest, blobs }))
    }

    fn see_beside(
        &self,
        reference: &Reference,
        digest: &str,
        manifest: &[u8],
    ) -> Result<(), Problem> {
        let of = Descriptor::of("", manifest).digest;
        self.0.cache.keep_document(manifest, &of)?;
        self.0.cache.see(reference, &signature::tag(digest), &of)
    }

    /// The recipes of a layout, or the one that is named. Their components are in the cache then.
    ///
    /// # Errors
    /// The layout cannot be read, something in it is not what its digest says, or what is named is no recipe.
    pub fn carried(&self, layout: &Layout) -> Result<Carried, Problem> {
        let folder = Folder::open(layout)?;
        let entries = folder.entries();
        let is_named = layout.name.is_some() || layout.digest.is_some();
        let wanted: Vec<&Entry> = if is_named {
            vec![layout::choose(layout, entries)?]
        } else {
            entries.iter().filter(|it| it.may_be_recipe()).collect()
        };
        let mut carried = Carried {
            bundles: Vec::new(),
            passed_over: Vec::new(),
        };
        for entry in wanted {
            let digest = entry.descriptor.digest.clone();
            let manifest = folder.blob(&digest, DOCUMENT)?;
            let name = escape(entry.name.as_deref().unwrap_or(&digest)).into_owned();
            let (read, component, path, _) = match self.take_in(layout, &name, &manifest) {
                Err(problem) if !is_named && problem.code == NO_RECIPE => {
                    carried.passed_over.push(problem);
                    continue;
                }
                other => other?,
            };
            let beside = layout::signatures_of(entries, entry);
            let beside = beside.map(|it| {
                let manifest = folder.blob(&it.descriptor.digest, DOCUMENT)?;
                let all = blobs_of(&manifest, &name).map_err(|why| layout::unfit(&why))?;
                let blobs = all.into_iter().map(|blob| {
                    let bytes = folder.blob(&blob.digest, signature::SIZE)?;
                    Ok((blob, bytes))
                });
                let blobs = blobs.collect::<Result<_, Problem>>()?;
                Ok::<_, Problem>(Beside { manifest, blobs })
            });
            carried.bundles.push(Bundle {
                reference: entry.reference(),
                tag: entry.tagged().map(str::to_owned),
                name,
                config: (
                    read.config.clone(),
                    folder.blob(&read.config.digest, DOCUMENT)?,
                ),
                digest,
                manifest,
                component,
                path,
                beside: beside.transpose()?,
            });
        }
        Ok(carried)
    }

    /// Keeps a recipe as if it had been fetched from there.
    ///
    /// # Errors
    /// The cache cannot be written to.
    pub fn keep(&self, bundle: &Bundle, reference: &Reference) -> Result<(), Problem> {
        let cache = &self.0.cache;
        cache.keep_document(&bundle.config.1, &bundle.config.0.digest)?;
        cache.keep_document(&bundle.manifest, &bundle.digest)?;
        if let Some(beside) = &bundle.beside {
            for (blob, bytes) in &beside.blobs {
                cache.keep_document(bytes, &blob.digest)?;
            }
            self.see_beside(reference, &bundle.digest, &beside.manifest)?;
        }
        match &bundle.tag {
            Some(tag) => cache.see(reference, tag, &bundle.digest),
            None => Ok(()),
        }
    }

    /// Publishes a recipe as it is, with the signatures beside it. Gives where it is now, and how many bytes were sent.
    ///
    /// # Errors
    /// The reference names what cannot be published to, the version is there with another content, or the registry cannot be
    /// reached or does not take it.
    pub async fn give(&self, bundle: &Bundle, to: &Reference) -> Result<(Reference, u64), Problem> {
        let tag = match &to.wanted {
            Wanted::Tag(tag) if to.digest.is_none() => Some(tag.clone()),
            Wanted::Newest if to.digest.is_none() => bundle.tag.clone(),
            _ => None,
        };
        let Some(tag) = tag else {
            return Err(Problem::new(
                REFERENCE,
                format!(
                    "nothing can be published to `{to}`: neither that nor `{}` says a tag\nhint: name one, such as `:1.2.0`",
                    bundle.name
                ),
            ));
        };
        let at = to.at_tag(&tag);
        let there = self.there(&at, &tag).await?;
        let mut sent = 0;
        match there.map(|it| it.digest) {
            Some(digest) if digest == bundle.digest => {}
            Some(digest) if of_tag(&tag).is_some() => {
                return Err(Problem::new(
                    EXISTS,
                    format!(
                        "`{at}` is published already, with another content: {digest}\nhint: give another tag; whoever uses {tag} relies on what it is"
                    ),
                ));
            }
            _ => {
                let artifact = Artifact {
                    layer: bundle.component.clone(),
                    config: bundle.config.1.clone(),
                    manifest: bundle.manifest.clone(),
                };
                sent = self
                    .publish(&at, &tag, &bundle.bytes()?, &artifact)
                    .await?
                    .1;
            }
        }
        if let Some(beside) = &bundle.beside {
            self.give_beside(&at, &bundle.digest, beside).await?;
        }
        Ok((at.at_digest(&bundle.digest), sent))
    }

    /// Puts signatures beside a recipe: byte for byte where there are none, else each beside the others.
    async fn give_beside(
        &self,
        reference: &Reference,
        digest: &str,
        beside: &Beside,
    ) -> Result<(), Problem> {
        let tag = signature::tag(digest);
        match self.there(reference, &tag).await? {
            Some(there) if there.digest == Descriptor::of("", &beside.manifest).digest => {}
            Some(_) => {
                for found in beside.found() {
                    self.add(reference, digest, &found).await?;
                }
            }
            None => {
                for (blob, bytes) in &beside.blobs {
                    self.put(reference, blob, bytes).await?;
                }
                self.name(reference, &tag, &beside.manifest).await?;
            }
        }
        Ok(())
    }
}

/// What was there a moment ago, and was pruned since.
fn gone(what: &str) -> Problem {
    Problem::new(
        CACHE,
        format!(
            "{what} is gone from the cache: something deleted it meanwhile\nhint: run the same again, when no `host cache prune` is under way"
        ),
    )
}

/// All blobs that a manifest of signatures names, each once; else what is wrong with it.
fn blobs_of(manifest: &[u8], of: &str) -> Result<Vec<Descriptor>, String> {
    let read: Manifest = serde_json::from_slice(manifest)
        .map_err(|error| format!("what lies beside `{of}` holds no signatures ({error})"))?;
    let mut blobs: Vec<Descriptor> = Vec::new();
    for blob in read.layers.into_iter().chain([read.config]) {
        if !blobs.iter().any(|it| it.digest == blob.digest) {
            blobs.push(blob);
        }
    }
    if blobs.len() > signature::MOST + 1 {
        let most = signature::MOST;
        return Err(format!("more than {most} signatures lie beside `{of}`"));
    }
    Ok(blobs)
}
