//! A component, from the registry into the cache: hashed and counted while it comes in, and gone on with where the
//! connection breaks; in a later call, too, where this one ends before.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use host_core::codes::Problem;
use host_core::codes::registry::CONTENT;
use host_core::registry::Reference;
use host_core::registry::artifact::Descriptor;
use sha2::{Digest as _, Sha256};

use super::cache::hex;
use super::exchange::Ask;
use super::{Registry, failure};
use crate::folder::Draft;
use crate::network::exchange::{Answer, Kind};

/// How often a download is gone on with.
const RESUMED: u32 = 5;
/// The first of the pauses between. Each is twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(100);

/// What has come in so far.
struct Coming {
    draft: Draft,
    hasher: Sha256,
    came: u64,
    /// How much of that came in an earlier call.
    before: u64,
    /// When this call began with it.
    begun: Instant,
}

impl Coming {
    /// The digest of what came, which is at its end.
    fn found(&self) -> String {
        format!("sha256:{}", hex(self.hasher.clone()))
    }

    fn take(&mut self, part: &[u8]) -> io::Result<()> {
        self.draft.file.write_all(part)?;
        self.hasher.update(part);
        self.came += part.len() as u64;
        Ok(())
    }

    /// What an earlier call left of it, hashed anew; of more than it can be, nothing.
    fn of(draft: Draft, size: u64) -> io::Result<Self> {
        let mut coming = Self {
            draft,
            hasher: Sha256::new(),
            came: 0,
            before: 0,
            begun: Instant::now(),
        };
        if coming.draft.file.metadata()?.len() > size {
            coming.begin_again()?;
        }
        let mut buffer = vec![0; 256 << 10];
        loop {
            match coming.draft.file.read(&mut buffer)? {
                0 => break,
                read => {
                    coming.hasher.update(&buffer[..read]);
                    coming.came += read as u64;
                }
            }
        }
        coming.before = coming.came;
        Ok(coming)
    }

    fn begin_again(&mut self) -> io::Result<()> {
        self.draft.file.set_len(0)?;
        self.draft.file.seek(SeekFrom::Start(0))?;
        (self.hasher, self.came, self.before) = (Sha256::new(), 0, 0);
        self.begun = Instant::now();
        Ok(())
    }
}

impl Registry {
    /// The file of a component. It comes from the registry where it is not kept.
    pub(super) async fn component(
        &self,
        reference: &Reference,
        descriptor: &Descriptor,
    ) -> Result<(PathBuf, bool), Problem> {
        let most = self.0.options.most;
        if descriptor.size > most {
            return Err(failure::too_large(reference, descriptor.size, most));
        }
        if let Some(path) = self.0.cache.component(descriptor) {
            return Ok((path, false));
        }
        let cache = &self.0.cache;
        let unwritable = |error: io::Error| cache.unwritable(&error);
        let draft = cache.begun(&descriptor.digest)?;
        let mut coming = Coming::of(draft, descriptor.size).map_err(unwritable)?;
        if coming.before > 0 {
            self.trace(&format!(
                "{reference}: {} of {} bytes are here from an earlier call",
                coming.before, descriptor.size
            ));
        }
        self.come_whole(reference, descriptor, &mut coming).await?;
        let mut found = coming.found();
        if found != descriptor.digest && coming.before > 0 {
            // What was left from before may be what is wrong: all of it anew, once.
            coming.begin_again().map_err(unwritable)?;
            self.come_whole(reference, descriptor, &mut coming).await?;
            found = coming.found();
        }
        if found != descriptor.digest {
            coming.draft.stays = false;
            return Err(other_content(reference, &found, &descriptor.digest));
        }
        let path = cache.keep(&coming.draft, &descriptor.digest)?;
        Ok((path, true))
    }

    /// Takes in all that is missing, as often as it takes.
    async fn come_whole(
        &self,
        reference: &Reference,
        descriptor: &Descriptor,
        coming: &mut Coming,
    ) -> Result<(), Problem> {
        let mut resumed = 0;
        while !self.come(reference, descriptor, coming).await? {
            if resumed == RESUMED {
                return Err(failure::broken(
                    &reference.registry,
                    &format!(
                        "the component of `{reference}` broke off {} times, at last after {} of {} bytes",
                        RESUMED + 1,
                        coming.came,
                        descriptor.size
                    ),
                ));
            }
            tokio::time::sleep(PAUSE * (1 << resumed)).await;
            resumed += 1;
        }
        Ok(())
    }

    /// Takes in what is missing. Says whether all is there; else the connection broke.
    async fn come(
        &self,
        reference: &Reference,
        descriptor: &Descriptor,
        coming: &mut Coming,
    ) -> Result<bool, Problem> {
        if coming.came > 0 && coming.came == descriptor.size {
            return Ok(true);
        }
        let registry = &reference.registry;
        let mut ask = Ask::read(reference, &format!("blobs/{}", descriptor.digest));
        if coming.came > 0 {
            ask = ask.with("range", format!("bytes={}-", coming.came));
        }
        let mut answer = self.send(&ask).await?;
        match answer.status() {
            206 if coming.came > 0 && begins_at(&answer) == Some(coming.came) => {}
            // It does not know how to go on.
            200 if coming.came > 0 => coming
                .begin_again()
                .map_err(|error| self.0.cache.unwritable(&error))?,
            200 => {}
            // What is here is more than there is there: it was never a part of it.
            416 if coming.came > 0 => {
                let again = coming.begin_again();
                again.map_err(|error| self.0.cache.unwritable(&error))?;
                return Ok(false);
            }
            404 => {
                let why = format!(
                    "it has not the component that its own manifest of `{reference}` names"
                );
                return Err(failure::broken(registry, &why));
            }
            status => {
                let body = self.error_body(&mut answer).await;
                let what = "the question for a component";
                return Err(failure::unexpected(registry, what, status, &body));
            }
        }
        answer.counts_since(coming.begun, coming.came - coming.before);
        let too_much = |came: u64| {
            failure::broken(
                registry,
                &format!(
                    "the component of `{reference}` has {} bytes by its manifest, and {came} or more come",
                    descriptor.size
                ),
            )
        };
        if let Some(length) = answer.length()
            && coming.came + length > descriptor.size
        {
            coming.draft.stays = false;
            return Err(too_much(coming.came + length));
        }
        loop {
            let part = match answer.part().await {
                Ok(Some(part)) => part,
                Ok(None) => return Ok(coming.came == descriptor.size),
                // Whether more would have come is not known, and what came is hashed.
                Err(_) if coming.came == descriptor.size => return Ok(true),
                Err(failed) if failed.kind == Kind::Lost => return Ok(false),
                Err(failed) => return Err(self.failed(registry, &failed)),
            };
            if coming.came + part.len() as u64 > descriptor.size {
                coming.draft.stays = false;
                return Err(too_much(coming.came + part.len() as u64));
            }
            coming
                .take(&part)
                .map_err(|error| self.0.cache.unwritable(&error))?;
            if let Some(hear) = &self.0.options.hear {
                hear(&reference.to_string(), coming.came, descriptor.size);
            }
        }
    }
}

/// Where a part of a body begins: `content-range: bytes 100-199/200`.
fn begins_at(answer: &Answer) -> Option<u64> {
    let range = answer.header("content-range")?.strip_prefix("bytes ")?;
    range.split_once('-')?.0.parse().ok()
}

fn other_content(reference: &Reference, found: &str, digest: &str) -> Problem {
    Problem::new(
        CONTENT,
        format!(
            "the component of `{reference}` has another content than its digest says: {found} in place of {digest}\nhint: nothing of it was used; try again, and ask whoever runs the registry if it stays so"
        ),
    )
}
