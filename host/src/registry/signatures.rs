//! The signatures beside a recipe, kept like everything else, so that they are checked without the registry too.

use std::time::Instant;

use host_core::codes::Problem;
use host_core::registry::artifact::{Descriptor, Manifest, check_digest};
use host_core::registry::key::PrivateKey;
use host_core::registry::signature::{self, Found};
use host_core::registry::{Reference, Source};

use super::exchange::{Ask, WRITE};
use super::layout::Folder;
use super::publish::{ATTEMPTS, others_are_done};
use super::{Registry, failure};

impl Registry {
    /// The signatures of a manifest that the registry or the layout has, none where nobody signed. They are not kept yet: see
    /// [`Self::keep_signatures`].
    ///
    /// # Errors
    /// The registry cannot be asked, the layout cannot be read, or what it has is not what its digests say.
    pub async fn signatures(&self, source: &Source, digest: &str) -> Result<Vec<Found>, Problem> {
        let reference = match source {
            Source::Registry(reference) => reference,
            Source::Layout(layout) => return Folder::open(layout)?.signatures(digest),
        };
        let tag = signature::tag(digest);
        let Some(bytes) = self.manifest(reference, &tag).await? else {
            return Ok(Vec::new());
        };
        self.found_beside(reference, &bytes).await
    }

    /// Puts a signature beside a recipe. Those of others stay, and the same does not stand twice.
    ///
    /// # Errors
    /// The registry cannot be reached or does not take it, what lies at the tag is something else, or others write there all
    /// the time.
    pub async fn sign(
        &self,
        reference: &Reference,
        digest: &str,
        key: &PrivateKey,
    ) -> Result<(), Problem> {
        let payload = signature::payload(reference, digest);
        let layer = signature::layer(&payload, key);
        self.add(reference, digest, &Found { layer, payload }).await
    }

    /// Puts one more signature beside those that are there.
    pub(super) async fn add(
        &self,
        reference: &Reference,
        digest: &str,
        found: &Found,
    ) -> Result<(), Problem> {
        let Found { layer, payload } = found;
        let tag = signature::tag(digest);
        let mut written = None;
        for attempt in 1..=ATTEMPTS {
            let begun = Instant::now();
            let former = self.manifest_for(reference, &tag, WRITE).await?;
            let former = former.map(|it| serde_json::from_slice::<Manifest>(&it));
            let former = former.transpose().map_err(|_| {
                let why = format!(
                    "the tag `{tag}` of `{}` holds no signatures",
                    reference.place()
                );
                failure::broken(&reference.registry, &why)
            })?;
            if former.as_ref().is_some_and(|it| it.layers.contains(layer)) {
                let Some(took) = written.take().filter(|_| attempt < ATTEMPTS) else {
                    return Ok(());
                };
                others_are_done(took).await;
                continue;
            }
            let (config, manifest) = signature::with(former, layer.clone());
            self.put(reference, layer, payload).await?;
            self.put(reference, &manifest.config, &config).await?;
            let manifest = serde_json::to_vec(&manifest).unwrap_or_default();
            self.name(reference, &tag, &manifest).await?;
            written = Some(begun.elapsed());
        }
        let why = "signatures that were put there are gone again: others write there, too";
        Err(failure::broken(&reference.registry, why))
    }

    /// A small blob: a payload, a config.
    pub(super) async fn small(
        &self,
        reference: &Reference,
        blob: &Descriptor,
        most: u64,
    ) -> Result<Vec<u8>, Problem> {
        if let Some(bytes) = self.0.cache.document(&blob.digest) {
            return Ok(bytes);
        }
        let registry = &reference.registry;
        let what = format!("what belongs to `{}`", reference.place());
        let ask = Ask::read(reference, &format!("blobs/{}", blob.digest));
        let mut answer = self.send(&ask).await?;
        if answer.status() != 200 {
            let body = self.error_body(&mut answer).await;
            return Err(failure::unexpected(registry, &what, answer.status(), &body));
        }
        let whole = answer.whole(most).await;
        let bytes = whole.map_err(|it| self.failed(registry, &it))?;
        let bytes = bytes.ok_or_else(|| {
            failure::broken(
                registry,
                &format!("{what} is larger than {} KiB", most >> 10),
            )
        })?;
        check_digest(&what, &bytes, &blob.digest)?;
        self.0.cache.keep_document(&bytes, &blob.digest)?;
        Ok(bytes)
    }
}
