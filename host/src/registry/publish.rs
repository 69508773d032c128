//! A recipe, from here into a registry: blobs first, and the manifest that names them last.

use std::time::Duration;

use host_core::codes::Problem;
use host_core::codes::registry::NOT_TAKEN;
use host_core::digest::sha256_hex;
use host_core::registry::Reference;
use host_core::registry::answer;
use host_core::registry::artifact::{self, Artifact, CONFIG, Descriptor, MANIFEST, Manifest};

use super::exchange::{Ask, WRITE, base};
use super::{Registry, failure};
use crate::network::exchange::Answer;

/// How often a tag is written that others write as well.
pub(super) const ATTEMPTS: u32 = 10;

/// The longest wait for others who write the same tag.
const LONGEST: Duration = Duration::from_secs(10);

/// Waits until whoever writes the same tag is done who read it before it was written here: registries have no exchange of a tag
/// in one step. `took` is how long it was here from that reading to the end of the writing; others may need twice as long.
/// Whoever needs still longer takes away what was written here, and nobody is told. A registry that is slow because it limits
/// who asks is not waited for as long as that took.
pub(super) async fn others_are_done(took: Duration) {
    tokio::time::sleep((2 * took).min(LONGEST)).await;
}

/// What lies at a tag.
#[derive(Clone, Debug)]
pub struct There {
    /// The digest of its manifest.
    pub digest: String,
    /// Nothing where it is no recipe.
    pub manifest: Option<Manifest>,
}

impl Registry {
    /// The tags of a repository that recipes are published to. None where it does not exist yet.
    ///
    /// # Errors
    /// The registry cannot be asked.
    pub async fn published(&self, reference: &Reference) -> Result<Vec<String>, Problem> {
        Ok(self.tags_for(reference, WRITE).await?.unwrap_or_default())
    }

    /// What lies at a tag, where something does.
    ///
    /// # Errors
    /// The registry cannot be asked.
    pub async fn there(&self, reference: &Reference, tag: &str) -> Result<Option<There>, Problem> {
        let Some(bytes) = self.manifest_for(reference, tag, WRITE).await? else {
            return Ok(None);
        };
        Ok(Some(There {
            digest: format!("sha256:{}", sha256_hex(&bytes)),
            manifest: artifact::read(&reference.to_string(), &bytes).ok(),
        }))
    }

    /// Uploads what is not there yet, and names it. Gives the digest of the manifest, and how many bytes were sent.
    ///
    /// # Errors
    /// The registry cannot be reached, or does not take it.
    pub async fn publish(
        &self,
        reference: &Reference,
        tag: &str,
        component: &[u8],
        made: &Artifact,
    ) -> Result<(String, u64), Problem> {
        let config = Descriptor::of(CONFIG, &made.config);
        let mut sent = 0;
        for (blob, bytes) in [(&made.layer, component), (&config, &made.config[..])] {
            sent += self.put(reference, blob, bytes).await?;
        }
        let digest = self.name(reference, tag, &made.manifest).await?;
        Ok((digest, sent + made.manifest.len() as u64))
    }

    /// Uploads what is not there yet. Gives how many bytes were sent.
    pub(super) async fn put(
        &self,
        reference: &Reference,
        blob: &Descriptor,
        bytes: &[u8],
    ) -> Result<u64, Problem> {
        if self.has(reference, blob).await? {
            return Ok(0);
        }
        self.upload(reference, blob, bytes).await?;
        Ok(blob.size)
    }

    /// Puts a manifest at a tag. Gives its digest.
    pub(super) async fn name(
        &self,
        reference: &Reference,
        tag: &str,
        manifest: &[u8],
    ) -> Result<String, Problem> {
        let digest = format!("sha256:{}", sha256_hex(manifest));
        let mut ask = writing(reference, "PUT", &format!("manifests/{tag}"));
        ask.headers.push(("content-type", MANIFEST.to_owned()));
        ask.body = manifest.to_vec();
        let answer = self.send(&ask).await?;
        let mut answer = self
            .taken(reference, "the manifest", answer, &[201, 200])
            .await?;
        if let Some(said) = answer.header("docker-content-digest")
            && said != digest
        {
            let why = "it took the manifest and names another digest for it".to_owned();
            return Err(failure::broken(&reference.registry, &why));
        }
        // Nothing of the body is wanted, but the connection is.
        let _ = self.error_body(&mut answer).await;
        Ok(digest)
    }

    async fn has(&self, reference: &Reference, blob: &Descriptor) -> Result<bool, Problem> {
        let ask = writing(reference, "HEAD", &format!("blobs/{}", blob.digest));
        let answer = self.send(&ask).await?;
        match answer.status() {
            200 => Ok(true),
            404 => Ok(false),
            status => Err(failure::unexpected(
                &reference.registry,
                "the question whether it has the component",
                status,
                b"",
            )),
        }
    }

    /// In two requests: where to, and all of it.
    async fn upload(
        &self,
        reference: &Reference,
        blob: &Descriptor,
        bytes: &[u8],
    ) -> Result<(), Problem> {
        let registry = &reference.registry;
        let begin = writing(reference, "POST", "blobs/uploads/");
        let answer = self.send(&begin).await?;
        let answer = self
            .taken(reference, "the component", answer, &[202])
            .await?;
        let location = answer.header("location").unwrap_or_default().to_owned();
        let root = base(registry, false)
            .ok_or_else(|| failure::broken(registry, "its name makes no URL"))?;
        let mut to = root
            .join(&location)
            .map_err(|_| failure::broken(registry, "an upload that leads to no URL"))?;
        to.query_pairs_mut().append_pair("digest", &blob.digest);
        if to.host() != root.host() {
            let why = "an upload that leads to another registry";
            return Err(failure::broken(registry, why));
        }
        let mut ask = writing(reference, "PUT", "");
        ask.target = format!("{}?{}", to.path(), to.query().unwrap_or_default());
        let kind = "application/octet-stream".to_owned();
        ask.headers.push(("content-type", kind));
        ask.body = bytes.to_vec();
        let answer = self.send(&ask).await?;
        self.taken(reference, "the component", answer, &[201, 204])
            .await
            .map(|_| ())
    }

    /// The answer, where it says that what was sent is there.
    async fn taken(
        &self,
        reference: &Reference,
        what: &str,
        mut answer: Answer,
        expected: &[u16],
    ) -> Result<Answer, Problem> {
        let status = answer.status();
        if expected.contains(&status) {
            return Ok(answer);
        }
        let body = self.error_body(&mut answer).await;
        let words = answer::words(&body).map(|it| format!(" ({it})"));
        Err(Problem::new(
            NOT_TAKEN,
            format!(
                "the registry `{}` does not take {what} of `{reference}`: status {status}{}\nhint: look whether your login may write to `{}`, and whether the registry wants the repository to be made first",
                reference.registry,
                words.unwrap_or_default(),
                reference.repository
            ),
        ))
    }
}

/// Something to write to the repository of a reference.
fn writing<'a>(reference: &'a Reference, method: &'static str, what: &str) -> Ask<'a> {
    Ask {
        actions: WRITE,
        method,
        ..Ask::read(reference, what)
    }
}
