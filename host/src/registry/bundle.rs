//! A recipe with all that belongs to it, on its way between registries, layouts and the cache: its manifest, its config, its
//! component, and the signatures beside it, each byte for byte.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use host_core::codes::Problem;
use host_core::codes::registry::{EXISTS, GAVE_UP, LAYOUT, NO_RECIPE, REFERENCE, UNREACHABLE};
use host_core::escape::escape;
use host_core::registry::artifact::{
    Artifact, DOCUMENT, Descriptor, MANIFEST, Manifest, check_digest,
};
use host_core::registry::layout::{self, CONTENTS, Entry, Layout, MARK, MARKED};
use host_core::registry::signature::{self, Found};
use host_core::registry::version::of_tag;
use host_core::registry::{Reference, Wanted};

use super::layout::{Folder, blob_path, entries_of, shown};
use super::signatures::layers;
use super::{Fetched, Registry, failure};
use crate::files;

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
    manifest: Vec<u8>,
    config: (Descriptor, Vec<u8>),
    component: Descriptor,
    path: PathBuf,
    /// What lies beside it, nothing where nobody signed.
    pub beside: Option<Beside>,
}

/// The signatures beside a recipe.
#[derive(Clone, Debug)]
pub struct Beside {
    manifest: Vec<u8>,
    blobs: Vec<(Descriptor, Vec<u8>)>,
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
    fn bytes(&self) -> Result<Vec<u8>, Problem> {
        let bytes = fs::read(&self.path).unwrap_or_default();
        check_digest(
            &format!("`{}`", shown(&self.path)),
            &bytes,
            &self.component.digest,
        )?;
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
            return Err(failure::broken(
                &reference.registry,
                "its manifest is gone from the cache",
            ));
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
        let entries = entries_of(&folder);
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

/// Writes recipes into a layout, which is made where there is none. What is in it already stays, but for what has one of their
/// names.
///
/// # Errors
/// The folder is something else, what is in it cannot be read, or it cannot be written to.
pub fn save(layout: &Layout, bundles: &[Bundle]) -> Result<(), Problem> {
    let folder = Path::new(&layout.folder);
    let failed = |error: io::Error| unwritable(folder, &error);
    let (mark, contents) = (folder.join(MARK), folder.join(CONTENTS));
    let is_empty = |it: &Path| fs::read_dir(it).map_or(true, |mut all| all.next().is_none());
    if !mark.exists() && !is_empty(folder) {
        return Err(layout::unfit(&format!(
            "`{}` is no layout, and not empty either",
            layout.folder
        )));
    }
    fs::create_dir_all(folder.join("blobs/sha256")).map_err(failed)?;
    // Another host that adds something meanwhile must not be lost.
    let _turn = files::turn(folder).map_err(failed)?;
    // One that was begun and never finished has no contents yet.
    let former = if contents.exists() {
        Folder::open(layout)?;
        Some(fs::read(&contents).map_err(failed)?)
    } else {
        files::replace(&mark, MARKED.as_bytes(), 0o644).map_err(failed)?;
        None
    };
    let mut entries = Vec::new();
    for bundle in bundles {
        let Some(reference) = &bundle.reference else {
            continue;
        };
        write(layout, &bundle.component.digest, &bundle.bytes()?)?;
        write(layout, &bundle.config.0.digest, &bundle.config.1)?;
        let name = |it: &Reference| it.to_string().replacen("oci://", "", 1);
        entries.push(entry(layout, name(reference), &bundle.manifest)?);
        if let Some(beside) = &bundle.beside {
            for (blob, bytes) in &beside.blobs {
                write(layout, &blob.digest, bytes)?;
            }
            let at = reference.at_tag(&signature::tag(&bundle.digest));
            entries.push(entry(layout, name(&at), &beside.manifest)?);
        }
    }
    // Last, so that whatever it names is there.
    let index = layout::with(&shown(&contents), former.as_deref(), &entries)?;
    if former.as_ref() != Some(&index) {
        files::replace(&contents, &index, 0o644).map_err(failed)?;
    }
    Ok(())
}

fn entry(layout: &Layout, name: String, manifest: &[u8]) -> Result<Entry, Problem> {
    let descriptor = Descriptor::of(MANIFEST, manifest);
    write(layout, &descriptor.digest, manifest)?;
    Ok(Entry {
        descriptor,
        name: Some(name),
    })
}

/// Writes a blob, where it is not there already as its name says.
fn write(layout: &Layout, digest: &str, bytes: &[u8]) -> Result<(), Problem> {
    let path = blob_path(layout, digest);
    let is_there = fs::read(&path).is_ok_and(|it| it == bytes);
    if is_there {
        return Ok(());
    }
    files::replace(&path, bytes, 0o644).map_err(|error| unwritable(&path, &error))
}

fn unwritable(path: &Path, error: &io::Error) -> Problem {
    Problem::new(
        LAYOUT,
        format!(
            "cannot write `{}`: {error}\nhint: name a folder that you can write to, and look whether the disk is full",
            shown(path)
        ),
    )
}
