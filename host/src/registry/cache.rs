//! What registries hold, kept by its digest; and which digest a tag had when it was seen last.
//!
//! ```text
//! registry/sha256/HEX      manifests and components, named by what is in them
//! registry/seen/PLACE/TAG  the digest of a manifest, and `ghcr.io/acme/redis`, of which PLACE is the SHA-256
//! ```
//!
//! All of it can be made again. What is read is hashed first, and what is not what its name says is deleted.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use host_core::codes::Problem;
use host_core::codes::registry::CACHE;
use host_core::digest::sha256_hex;
use host_core::registry::Reference;
use host_core::registry::artifact::{DOCUMENT, Descriptor, check_digest};
use host_core::registry::reference::{is_digest, is_tag};
use sha2::{Digest, Sha256};

use crate::folder::{Draft, Folder, is_draft, sweep, touch};

/// The folder of what is kept.
#[derive(Debug)]
pub(super) struct Cache {
    pub(super) content: Folder,
    pub(super) seen: Folder,
    damaged: AtomicBool,
    tidied: Once,
}

impl Cache {
    /// The folder, made where it is missing.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Problem> {
        let Some(path) = path else {
            return Err(Problem::new(
                CACHE,
                "there is no folder to keep recipes from registries in\nhint: set `XDG_CACHE_HOME` or `HOME` to a folder that you can write to",
            ));
        };
        let open = |path: &Path| Folder::open(path).map_err(|why| unfit(&why));
        open(path)?;
        Ok(Self {
            content: open(&path.join("sha256"))?,
            seen: open(&path.join("seen"))?,
            damaged: AtomicBool::new(false),
            tidied: Once::new(),
        })
    }

    /// A document that is kept, whole and as its digest says.
    pub(super) fn document(&self, digest: &str) -> Option<Vec<u8>> {
        let name = file_name(digest)?;
        let mut bytes = Vec::new();
        let mut file = self.content.file(name).ok()?;
        // A component, say, that somebody calls a document: it stays.
        if file.metadata().ok()?.len() > DOCUMENT {
            return None;
        }
        (&mut file)
            .take(DOCUMENT + 1)
            .read_to_end(&mut bytes)
            .ok()?;
        touch(&file);
        if check_digest("it", &bytes, digest).is_ok() {
            return Some(bytes);
        }
        self.forget(name);
        None
    }

    /// The file of a component that is kept, whole and as its digest says.
    pub(super) fn component(&self, descriptor: &Descriptor) -> Option<PathBuf> {
        let name = file_name(&descriptor.digest)?;
        let file = self.content.file(name).ok()?;
        let size = file.metadata().ok()?.len();
        touch(&file);
        if hash(&file).is_ok_and(|it| it == name) {
            // Who says another size of it may not take it away from those who say the right one.
            return (size == descriptor.size).then(|| self.content.path().join(name));
        }
        self.forget(name);
        None
    }

    /// Clears away what others began and left, once: it looks at every file.
    fn tidy(&self) {
        self.tidied.call_once(|| {
            self.content.sweep();
            self.sweep_seen();
        });
    }

    /// Clears away what others began to write of tags, and left: each place has a folder of its own.
    pub(super) fn sweep_seen(&self) {
        for place in fs::read_dir(self.seen.path())
            .into_iter()
            .flatten()
            .flatten()
        {
            sweep(&place.path());
        }
    }

    /// Whether something that was kept turned out to be another thing than its name says.
    pub(super) fn was_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// What cannot be deleted is replaced.
    fn forget(&self, name: &str) {
        self.damaged.store(true, Ordering::Relaxed);
        let _ = fs::remove_file(self.content.path().join(name));
    }

    /// A new file for something that comes in.
    pub(super) fn draft(&self) -> Result<Draft, Problem> {
        self.tidy();
        Draft::new(self.content.path(), "content").map_err(|error| self.unwritable(&error))
    }

    /// The file for content that comes in, with as much as an earlier call left of it.
    pub(super) fn begun(&self, digest: &str) -> Result<Draft, Problem> {
        self.tidy();
        let name = file_name(digest).unwrap_or("content");
        Draft::go_on(self.content.path(), name).map_err(|error| self.unwritable(&error))
    }

    /// Keeps what has come in, under its digest.
    pub(super) fn keep(&self, draft: &Draft, digest: &str) -> Result<PathBuf, Problem> {
        let path = self
            .content
            .path()
            .join(file_name(digest).unwrap_or_default());
        draft.keep(&path).map_err(|error| self.unwritable(&error))?;
        Ok(path)
    }

    /// Keeps a document whose digest was checked.
    pub(super) fn keep_document(&self, bytes: &[u8], digest: &str) -> Result<(), Problem> {
        let mut draft = self.draft()?;
        draft
            .file
            .write_all(bytes)
            .map_err(|error| self.unwritable(&error))?;
        self.keep(&draft, digest).map(|_| ())
    }

    /// The folder cannot be written to, or the disk is full.
    pub(super) fn unwritable(&self, error: &io::Error) -> Problem {
        let path = self.content.path().display();
        unfit(&format!("cannot write to `{path}`: {error}"))
    }

    /// Remembers which manifest a tag names.
    pub(super) fn see(
        &self,
        reference: &Reference,
        tag: &str,
        digest: &str,
    ) -> Result<(), Problem> {
        let folder = self.seen_at(reference);
        let failed = |error: io::Error| self.unwritable(&error);
        let text = format!("{digest}\n{}\n", reference.place());
        if fs::read_to_string(folder.join(tag)).is_ok_and(|it| it == text) {
            return Ok(());
        }
        // Somebody who tidies up at the same moment may find the folder empty and take it away.
        for last in [false, false, true] {
            match write_seen(&folder, tag, &text) {
                Err(error) if error.kind() == ErrorKind::NotFound && !last => {}
                written => return written.map_err(failed),
            }
        }
        Ok(())
    }

    /// The manifest that a tag named when it was seen last.
    pub(super) fn seen(&self, reference: &Reference, tag: &str) -> Option<String> {
        seen_in(&self.seen_at(reference).join(tag))
    }

    /// Every tag of a repository that was seen.
    pub(super) fn seen_tags(&self, reference: &Reference) -> Vec<String> {
        let entries = fs::read_dir(self.seen_at(reference));
        let names = entries.into_iter().flatten().flatten();
        // A draft has a name that could be a tag's, and may be whole.
        let mut tags: Vec<String> = names
            .filter(|it| !is_draft(&it.path()))
            .filter_map(|it| it.file_name().into_string().ok())
            .filter(|it| is_tag(it) && self.seen(reference, it).is_some())
            .collect();
        tags.sort();
        tags
    }

    fn seen_at(&self, reference: &Reference) -> PathBuf {
        self.seen
            .path()
            .join(sha256_hex(reference.place().as_bytes()))
    }
}

fn write_seen(folder: &Path, tag: &str, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut draft = Draft::new(folder, tag)?;
    draft.file.write_all(text.as_bytes())?;
    draft.keep(&folder.join(tag))
}

/// The digest that a file of `seen` holds.
fn seen_in(path: &Path) -> Option<String> {
    seen_with_place(path).map(|(digest, _)| digest)
}

/// The digest that a file of `seen` holds, and the place whose tag it is, if that is written there.
pub(super) fn seen_with_place(path: &Path) -> Option<(String, Option<String>)> {
    let mut text = String::new();
    let file = File::open(path).ok()?;
    file.take(1024).read_to_string(&mut text).ok()?;
    let mut lines = text.lines().map(str::to_owned);
    let digest = lines.next().filter(|it| is_digest(it))?;
    Some((digest, lines.next()))
}

fn unfit(why: &str) -> Problem {
    Problem::new(
        CACHE,
        format!(
            "recipes from registries cannot be kept: {why}\nhint: mend the folder, or set `XDG_CACHE_HOME` to another"
        ),
    )
}

/// The name of the file for a digest. Of what is none, nothing: it could lead elsewhere.
fn file_name(digest: &str) -> Option<&str> {
    is_digest(digest)
        .then(|| digest.strip_prefix("sha256:"))
        .flatten()
}

/// SHA-256 of a file, in hexadecimal digits.
pub(super) fn hash(mut file: &File) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(hasher)),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// The end of hashing, in hexadecimal digits.
pub(super) fn hex(hasher: Sha256) -> String {
    let digits = hasher.finalize();
    digits
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

#[cfg(test)]
mod tests {
    use host_core::registry::artifact::LAYER;

    use super::*;

    #[test]
    fn what_is_kept_is_what_its_name_says_or_gone() {
        let folder = std::env::temp_dir().join(format!("host-registry-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let cache = Cache::open(Some(&folder)).unwrap();
        let descriptor = Descriptor::of(LAYER, b"bytes");
        assert_eq!(cache.component(&descriptor), None);
        let kept = || cache.keep_document(b"bytes", &descriptor.digest).unwrap();
        kept();
        let path = cache.component(&descriptor).unwrap();
        assert_eq!(cache.document(&descriptor.digest).unwrap(), b"bytes");
        for damaged in [&b"other"[..], b"byte", b""] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(cache.component(&descriptor), None);
            assert!(!path.exists());
            kept();
            fs::write(&path, damaged).unwrap();
            assert_eq!(cache.document(&descriptor.digest), None);
            assert!(!path.exists());
            kept();
        }
        let lie = Descriptor {
            size: 1,
            ..descriptor.clone()
        };
        assert_eq!(cache.component(&lie), None);
        assert!(cache.component(&descriptor).is_some());
        let reference: Reference = "oci://a.io/b:1.x".parse().unwrap();
        assert_eq!(cache.seen_tags(&reference), Vec::<String>::new());
        cache.see(&reference, "1.2.0", &descriptor.digest).unwrap();
        cache.see(&reference, "edge", &descriptor.digest).unwrap();
        assert_eq!(cache.seen_tags(&reference), ["1.2.0", "edge"]);
        assert_eq!(cache.seen(&reference, "1.2.0"), Some(descriptor.digest));
        let other: Reference = "oci://a.io/c".parse().unwrap();
        assert_eq!(cache.seen(&other, "1.2.0"), None);
        fs::remove_dir_all(&folder).unwrap();
    }

    /// Whoever was killed between writing and renaming leaves the whole of it under a name that could be a version's.
    #[test]
    fn what_was_being_written_is_no_tag_and_goes_after_a_while() {
        let folder = std::env::temp_dir().join(format!("host-seen-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let cache = Cache::open(Some(&folder)).unwrap();
        let digest = Descriptor::of(LAYER, b"bytes").digest;
        let reference: Reference = "oci://a.io/b".parse().unwrap();
        cache.see(&reference, "1.2.0_build", &digest).unwrap();
        let place = cache.seen_at(&reference);
        let left = |name: &str, hours: u64| {
            let path = place.join(format!("1.2.0_build.{name}.part"));
            fs::copy(place.join("1.2.0_build"), &path).unwrap();
            let then = std::time::SystemTime::now() - std::time::Duration::from_hours(hours);
            File::open(&path).unwrap().set_modified(then).unwrap();
            path
        };
        let (old, new) = (left("9-0-abc", 2), left("8-0-abc", 0));
        assert_eq!(cache.seen_tags(&reference), ["1.2.0_build"]);
        // As soon as anything is kept.
        cache.keep_document(b"bytes", &digest).unwrap();
        assert!(!old.exists() && new.exists());
        assert_eq!(cache.seen(&reference, "1.2.0_build"), Some(digest));
        fs::remove_dir_all(&folder).unwrap();
    }
}
