//! Looking after the cache: what is in it, whether it is whole, and what nobody needs any more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use host_core::escape::escape;
use host_core::registry::artifact;
use host_core::registry::reference::is_tag;
use host_core::registry::signature::is_beside;

use super::Registry;
use super::cache::{hash, seen_with_place};
use crate::folder::is_draft;

/// A recipe that is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// `ghcr.io/acme/redis:1.2.0`, for people; absent where no tag led to it, or none that is remembered.
    pub name: Option<String>,
    /// The digest of its manifest.
    pub digest: String,
    /// Bytes of all of it that is here.
    pub size: u64,
    pub used: SystemTime,
}

impl Registry {
    /// What is kept: each recipe by each of its tags, how many files there are, and their bytes.
    #[must_use]
    pub fn kept(&self) -> (Vec<Kept>, u64, u64) {
        let held = self.0.cache.content.held();
        let (files, bytes) = (held.len() as u64, held.iter().map(|it| it.size).sum());
        let held: BTreeMap<String, (u64, SystemTime)> = held
            .into_iter()
            .map(|it| (format!("sha256:{}", it.name), (it.size, it.used)))
            .collect();
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for seen in self.all_seen() {
            if let Some(digest) = seen.digest.filter(|_| !is_beside(tag_of(&seen.name))) {
                names.entry(digest).or_default().insert(seen.name);
            }
        }
        let mut kept = Vec::new();
        for (digest, (size, used)) in &held {
            // A component is larger than that or no JSON; a manifest of signatures is none of a recipe.
            let manifest = (*size <= artifact::DOCUMENT)
                .then(|| self.0.cache.content.path().join(&digest[7..]))
                .and_then(|it| fs::read(it).ok())
                .filter(|it| it.starts_with(b"{"))
                .and_then(|it| artifact::read("", &it).ok());
            let Some(manifest) = manifest else { continue };
            let parts = [manifest.component().digest, manifest.config.digest];
            let parts = parts.iter().filter_map(|it| held.get(it));
            let kept_as = |name: Option<String>| Kept {
                name,
                digest: digest.clone(),
                size: size + parts.clone().map(|it| it.0).sum::<u64>(),
                used: *used,
            };
            match names.get(digest) {
                Some(names) => kept.extend(names.iter().cloned().map(|it| kept_as(Some(it)))),
                None => kept.push(kept_as(None)),
            }
        }
        // Those without a name last.
        kept.sort_by(|one, two| {
            (one.name.is_none(), &one.name).cmp(&(two.name.is_none(), &two.name))
        });
        (kept, files, bytes)
    }

    /// Hashes everything, and deletes what is not what its name says. Gives their names.
    #[must_use]
    pub fn check(&self) -> Vec<String> {
        let content = &self.0.cache.content;
        let is_right = |name: &str| {
            let found = content.file(name).and_then(|it| hash(&it));
            found.is_ok_and(|it| it == name)
        };
        let names = content.held().into_iter().map(|it| it.name);
        let mut wrong: Vec<String> = names
            .filter(|it| !is_right(it) && content.remove(it))
            .map(|it| escape(&it).into_owned())
            .collect();
        for seen in self.all_seen() {
            if seen.digest.is_none() && fs::remove_file(&seen.path).is_ok() {
                wrong.push(seen.name);
            }
        }
        wrong
    }

    /// Deletes what was not used since then, and the tags that led to it. Gives how many files, and their bytes.
    #[must_use]
    pub fn prune(&self, since: SystemTime) -> (u64, u64) {
        let content = &self.0.cache.content;
        let freed = content.prune(since);
        for seen in self.all_seen() {
            let digest = seen.digest.unwrap_or_default();
            let name = digest.strip_prefix("sha256:").unwrap_or("-");
            if !content.path().join(name).exists() {
                let _ = fs::remove_file(&seen.path);
            }
        }
        self.0.cache.sweep_seen();
        for place in entries(self.0.cache.seen.path()) {
            // Only if nothing is in it.
            let _ = fs::remove_dir(&place);
        }
        freed
    }

    /// All tags that were seen.
    fn all_seen(&self) -> Vec<Seen> {
        let folders = entries(self.0.cache.seen.path());
        let files = folders.iter().flat_map(|it| entries(it));
        let seen = files.filter_map(|path| {
            let tag = path.file_name()?.to_str()?.to_owned();
            if is_draft(&path) || !is_tag(&tag) {
                return None;
            }
            let (digest, place) = seen_with_place(&path).unzip();
            let place = place.flatten().unwrap_or_else(|| "(unknown)".to_owned());
            let name = escape(&format!("{place}:{tag}")).into_owned();
            Some(Seen { path, name, digest })
        });
        seen.collect()
    }
}

/// A tag that was seen.
struct Seen {
    path: PathBuf,
    /// `ghcr.io/acme/redis:1.2.0`, for people.
    name: String,
    /// Absent where what is written there is none.
    digest: Option<String>,
}

fn tag_of(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or_default()
}

fn entries(folder: &std::path::Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all: Vec<PathBuf> = all.map(|it| it.path()).collect();
    all.sort();
    all
}
