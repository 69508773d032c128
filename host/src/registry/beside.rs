//! Signatures on their way: what lies beside a recipe at one place, whole.
//!
//! One set is looked at wherever signatures are checked, carried and kept: those of the same place first, no more than
//! [`signature::MOST`]. What is kept of them only grows, because what is signed is the content itself.

use std::collections::BTreeMap;

use host_core::codes::Problem;
use host_core::codes::registry::{CONTENT, GAVE_UP, PROTOCOL, UNREACHABLE};
use host_core::registry::artifact::{DOCUMENT, Descriptor, Manifest};
use host_core::registry::layout::{self, unfit};
use host_core::registry::reference::is_digest;
use host_core::registry::signature::{self, Found, layers};
use host_core::registry::{Reference, Source};

use super::layout::Folder;
use super::{Registry, failure};
use crate::files;
use crate::network::exchange::Several;

/// The most bytes of manifests, configs and signatures that are held at once of a layout. Those of a recipe are a few KiB.
const HELD: u64 = 64 << 20;

/// The signatures beside a recipe at one place: at least one.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    pub(super) manifest: Vec<u8>,
    /// All that the manifest names, each once.
    pub(super) blobs: Vec<(Descriptor, Vec<u8>)>,
}

impl Beside {
    /// What was found of a manifest, byte for byte where that is all of it, else made anew of what counts.
    fn gathered(manifest: &[u8], config: Option<Vec<u8>>, found: &[Found]) -> Option<Self> {
        let read = serde_json::from_slice::<Manifest>(manifest).ok();
        let is_all = |it: &Manifest| it.layers.iter().eq(found.iter().map(|it| &it.layer));
        match (read.filter(is_all), config) {
            (Some(read), Some(config)) => Self::of(manifest.to_vec(), read.config, config, found),
            _ => Self::made(found),
        }
    }

    /// A manifest of our own of these signatures.
    fn made(found: &[Found]) -> Option<Self> {
        let (config, manifest) = signature::all(found.iter().map(|it| it.layer.clone()))?;
        let bytes = serde_json::to_vec(&manifest).unwrap_or_default();
        Self::of(bytes, manifest.config, config, found)
    }

    fn of(manifest: Vec<u8>, config: Descriptor, bytes: Vec<u8>, found: &[Found]) -> Option<Self> {
        let payloads = found
            .iter()
            .map(|it| (it.layer.clone(), it.payload.clone()));
        let mut blobs: Vec<(Descriptor, Vec<u8>)> = Vec::new();
        for (blob, bytes) in payloads.chain([(config, bytes)]) {
            if !blobs.iter().any(|it| it.0.digest == blob.digest) {
                blobs.push((blob, bytes));
            }
        }
        (!found.is_empty()).then_some(Self { manifest, blobs })
    }

    /// All of several, those of the first ones where they are too many: byte for byte where one of them holds all.
    fn joined(all: Vec<Self>) -> Option<Self> {
        let mut found: Vec<Found> = Vec::new();
        for one in all.iter().flat_map(Self::found) {
            if !found.contains(&one) {
                found.push(one);
            }
        }
        found.truncate(signature::MOST);
        match all.iter().position(|it| it.covers(&found)) {
            Some(whole) => all.into_iter().nth(whole),
            None => Self::made(&found),
        }
    }

    fn covers(&self, all: &[Found]) -> bool {
        let layers = layers(&self.manifest);
        all.iter().all(|it| layers.contains(&it.layer))
    }

    /// The signatures, as they are checked.
    pub(super) fn found(&self) -> Vec<Found> {
        let payload = |layer: Descriptor| {
            let (_, payload) = self.blobs.iter().find(|it| it.0.digest == layer.digest)?;
            Some(Found {
                payload: payload.clone(),
                layer,
            })
        };
        let layers = layers(&self.manifest);
        layers.into_iter().filter_map(payload).collect()
    }

    fn size(&self) -> u64 {
        let blobs = self.blobs.iter().map(|it| it.1.len());
        (self.manifest.len() + blobs.sum::<usize>()) as u64
    }
}

/// What is read of a layout, as long as it is not too much to hold.
pub(super) struct Reading<'a> {
    pub(super) folder: &'a Folder,
    /// The signatures of each manifest of such.
    read: BTreeMap<String, Option<Beside>>,
    left: u64,
}

impl<'a> Reading<'a> {
    pub(super) fn of(folder: &'a Folder) -> Self {
        Self {
            folder,
            read: BTreeMap::new(),
            left: HELD,
        }
    }

    /// A manifest or a config.
    pub(super) fn document(&mut self, digest: &str) -> Result<Vec<u8>, Problem> {
        let bytes = self.folder.blob(digest, DOCUMENT)?;
        self.hold(bytes.len() as u64)?;
        Ok(bytes)
    }

    /// The signatures of a manifest for a place, or for none: those that lie there, then those that lie elsewhere.
    pub(super) fn beside(
        &mut self,
        digest: &str,
        place: Option<&str>,
    ) -> Result<Option<Beside>, Problem> {
        let (mut all, mut broken) = (Vec::new(), None);
        for entry in layout::signatures(self.folder.entries(), digest, place) {
            let of = &entry.descriptor.digest;
            if !self.read.contains_key(of) {
                let one = self.one(&entry.descriptor)?;
                let one = one.unwrap_or_else(|problem| {
                    broken = broken.take().or(Some(problem));
                    None
                });
                self.hold(one.as_ref().map_or(0, Beside::size))?;
                self.read.insert(of.clone(), one);
            }
            all.extend(self.read.get(of).cloned().flatten());
        }
        let joined = Beside::joined(all);
        self.hold(joined.as_ref().map_or(0, Beside::size))?;
        match (joined, broken) {
            (None, Some(problem)) => Err(problem),
            (joined, _) => Ok(joined),
        }
    }

    /// What a manifest of signatures names. One that is broken takes nothing away from others; that all are is the inner error.
    /// What was read of those counts, as reading it takes as long.
    fn one(&mut self, entry: &Descriptor) -> Result<Result<Option<Beside>, Problem>, Problem> {
        let manifest = match self.folder.blob(&entry.digest, DOCUMENT) {
            Ok(manifest) => manifest,
            Err(problem) => {
                self.hold(self.folder.length(&entry.digest).min(DOCUMENT))?;
                return Ok(Err(problem));
            }
        };
        let (mut found, mut broken) = (Vec::new(), None);
        for layer in layers(&manifest) {
            match self.folder.blob(&layer.digest, signature::SIZE) {
                Ok(payload) => found.push(Found { layer, payload }),
                Err(problem) => {
                    self.hold(self.folder.length(&layer.digest).min(signature::SIZE))?;
                    broken = broken.or(Some(problem));
                }
            }
        }
        if let Some(problem) = broken.filter(|_| found.is_empty()) {
            return Ok(Err(problem));
        }
        let config = serde_json::from_slice::<Manifest>(&manifest).ok();
        // Nobody reads it, so a signature counts without it, too.
        let config = config.and_then(|it| {
            let bytes = self.folder.blob(&it.config.digest, signature::SIZE);
            bytes.ok()
        });
        Ok(Ok(Beside::gathered(&manifest, config, &found)))
    }

    fn hold(&mut self, bytes: u64) -> Result<(), Problem> {
        let left = self.left.checked_sub(bytes);
        self.left = left.ok_or_else(|| {
            let folder = self.folder.shown();
            unfit(&format!(
                "the manifests, configs and signatures of `{folder}` are more than {} MiB",
                HELD >> 20
            ))
        })?;
        Ok(())
    }
}

impl Registry {
    /// The signatures beside a recipe, whole; where the registry is out of reach, those that were seen.
    pub(super) async fn beside(
        &self,
        reference: &Reference,
        digest: &str,
    ) -> Result<Option<Beside>, Problem> {
        let tag = signature::tag(digest);
        let manifest = match self.manifest(reference, &tag).await {
            Ok(None) => return Ok(None),
            Ok(Some(bytes)) => bytes,
            Err(problem) if [UNREACHABLE, GAVE_UP].contains(&problem.code) => {
                let kept = self.kept_beside(reference, digest);
                // That nobody signed it cannot be known.
                return kept.map(Some).ok_or(problem);
            }
            Err(problem) => return Err(problem),
        };
        let Ok(read) = serde_json::from_slice::<Manifest>(&manifest) else {
            let place = reference.place();
            let why = format!("the tag `{tag}` of `{place}` holds no signatures");
            return Err(failure::broken(&reference.registry, &why));
        };
        let found = self.found_beside(reference, &manifest).await?;
        let config = match self.beside_blob(reference, &read.config).await {
            Some(it) => Some(it?),
            None => None,
        };
        let beside = Beside::gathered(&manifest, config, &found);
        if let Some(beside) = &beside {
            self.see_beside(reference, digest, &[], beside)?;
        }
        Ok(beside)
    }

    /// The signatures that a manifest of a registry names and that are some.
    pub(super) async fn found_beside(
        &self,
        reference: &Reference,
        manifest: &[u8],
    ) -> Result<Vec<Found>, Problem> {
        let mut found = Vec::new();
        let mut several = Several::new();
        for layer in layers(manifest) {
            let payload = several.within(self.beside_blob(reference, &layer)).await;
            let payload = payload.map_err(|it| self.failed(&reference.registry, &it))?;
            if let Some(payload) = payload {
                let payload = payload?;
                several.add(payload.len());
                found.push(Found { layer, payload });
            }
        }
        Ok(found)
    }

    /// A payload or a config; nothing where the registry has none. One signature that is none takes nothing away from others.
    async fn beside_blob(
        &self,
        reference: &Reference,
        blob: &Descriptor,
    ) -> Option<Result<Vec<u8>, Problem>> {
        if !is_digest(&blob.digest) {
            return None;
        }
        match self.small(reference, blob, signature::SIZE).await {
            Err(problem) if [PROTOCOL, CONTENT].contains(&problem.code) => {
                self.trace(problem.text.lines().next().unwrap_or_default());
                None
            }
            other => Some(other),
        }
    }

    /// The signatures of a manifest that were seen before.
    #[must_use]
    pub fn kept_signatures(&self, source: &Source, digest: &str) -> Vec<Found> {
        // Those of a layout are as near as what is kept.
        let kept = source
            .registry()
            .and_then(|it| self.kept_beside(it, digest));
        kept.map(|it| it.found()).unwrap_or_default()
    }

    fn kept_beside(&self, reference: &Reference, digest: &str) -> Option<Beside> {
        let cache = &self.0.cache;
        let kept = cache.seen(reference, &signature::tag(digest))?;
        let manifest = cache.document(&kept)?;
        let found = layers(&manifest).into_iter().filter_map(|layer| {
            let payload = cache.document(&layer.digest)?;
            Some(Found { layer, payload })
        });
        let found: Vec<Found> = found.collect();
        let read = serde_json::from_slice::<Manifest>(&manifest).ok()?;
        Beside::gathered(&manifest, cache.document(&read.config.digest), &found)
    }

    /// Keeps the signatures that were found, for when their registry is out of reach. One of them has to be by whom one trusts;
    /// those that are, `counting`, come before all others.
    ///
    /// # Errors
    /// The cache cannot be written to.
    pub fn keep_signatures(
        &self,
        source: &Source,
        digest: &str,
        counting: &[Found],
        found: &[Found],
    ) -> Result<(), Problem> {
        match (source.registry(), Beside::made(found)) {
            (Some(reference), Some(beside)) => {
                self.see_beside(reference, digest, counting, &beside)
            }
            _ => Ok(()),
        }
    }

    /// Keeps signatures with those that were seen before. Where they are too many, those that count stay before these, and these
    /// before what is new.
    pub(super) fn see_beside(
        &self,
        reference: &Reference,
        digest: &str,
        counting: &[Found],
        beside: &Beside,
    ) -> Result<(), Problem> {
        let cache = &self.0.cache;
        // What another host sees at the same moment stays as well.
        let turn = files::turn(cache.seen.path());
        let _turn = turn.map_err(|error| cache.unwritable(&error))?;
        let kept = self.kept_beside(reference, digest);
        let joined = match kept {
            Some(kept) if !beside.covers(&kept.found()) => {
                let counting = Beside::made(counting).into_iter();
                Beside::joined(counting.chain([kept, beside.clone()]).collect())
            }
            _ => Some(beside.clone()),
        };
        let Some(joined) = joined else {
            return Ok(());
        };
        let of = Descriptor::of("", &joined.manifest).digest;
        for (blob, bytes) in &joined.blobs {
            cache.keep_document(bytes, &blob.digest)?;
        }
        cache.keep_document(&joined.manifest, &of)?;
        cache.see(reference, &signature::tag(digest), &of)
    }

    /// Puts signatures beside a recipe: byte for byte where there are none, else each beside the others.
    pub(super) async fn give_beside(
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
