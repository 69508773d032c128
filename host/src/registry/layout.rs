//! Layouts: registries as folders. What is run of one is copied into the cache first, and checked on the way, so that it cannot
//! become something else between the check and the use.

use std::fs;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use host_core::codes::Problem;
use host_core::codes::registry::CONTENT;
use host_core::digest::sha256_hex;
use host_core::registry::Source;
use host_core::registry::artifact::{self, DOCUMENT, Descriptor, Manifest};
use host_core::registry::layout::{self, CONTENTS, Entry, Layout, MARK, unfit};
use host_core::registry::reference::is_digest;
use host_core::registry::signature::Found;
use sha2::{Digest as _, Sha256};

use super::beside::Reading;
use super::cache::{Cache, hex};
use super::{Fetched, Origin, Registry, failure};
use crate::files;

/// A layout whose contents were read.
pub(super) struct Folder {
    layout: Layout,
    entries: Vec<Entry>,
}

impl Folder {
    /// Reads what the folder is and what is in it.
    pub(super) fn open(layout: &Layout) -> Result<Self, Problem> {
        let folder = Path::new(&layout.folder);
        if fs::metadata(folder).is_err_and(|it| it.kind() == ErrorKind::NotFound) {
            return Err(layout::missing(layout));
        }
        let mark = folder.join(MARK);
        layout::check_mark(&shown(&mark), &document(&mark)?)?;
        let contents = folder.join(CONTENTS);
        Ok(Self {
            layout: layout.clone(),
            entries: layout::entries(&shown(&contents), &document(&contents)?)?,
        })
    }

    /// What it names.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All tags of the place that its name says.
    pub(super) fn tags(&self) -> Vec<String> {
        layout::tags(&self.layout, &self.entries)
    }

    /// A small blob.
    pub(super) fn blob(&self, digest: &str, most: u64) -> Result<Vec<u8>, Problem> {
        let path = blob_path(&self.layout, digest);
        let bytes = read(&path, most)?;
        if is_digest(digest) && format!("sha256:{}", sha256_hex(&bytes)) == digest {
            return Ok(bytes);
        }
        Err(other_content(
            &path,
            &format!("sha256:{}", sha256_hex(&bytes)),
        ))
    }

    /// How many bytes a blob has, whatever they are; none where there is none.
    pub(super) fn length(&self, digest: &str) -> u64 {
        let found = fs::metadata(blob_path(&self.layout, digest));
        found.map_or(0, |it| it.len())
    }

    /// The signatures of a manifest: those that `load` takes along from there.
    pub(super) fn signatures(&self, digest: &str) -> Result<Vec<Found>, Problem> {
        let beside = Reading::of(self).beside(digest, self.layout.place())?;
        Ok(beside.map(|it| it.found()).unwrap_or_default())
    }

    /// The folder, for people.
    pub(super) fn shown(&self) -> &str {
        &self.layout.folder
    }
}

impl Registry {
    /// What is meant in a layout, in the cache, checked. What is meant by its digest, and is there already, takes no layout.
    pub(super) fn fetch_from(&self, layout: &Layout) -> Result<Fetched, Problem> {
        let cache = &self.0.cache;
        let kept = layout
            .digest
            .as_ref()
            .and_then(|it| Some((it, cache.document(it)?)));
        let (tag, digest, bytes) = match (kept, &layout.digest) {
            (Some((digest, bytes)), _) => (None, digest.clone(), bytes),
            (None, Some(digest)) => {
                let bytes = Folder::open(layout)?.blob(digest, DOCUMENT)?;
                (None, digest.clone(), bytes)
            }
            (None, None) => {
                let folder = Folder::open(layout)?;
                let entry = layout::choose(layout, &folder.entries)?;
                let digest = entry.descriptor.digest.clone();
                let bytes = folder.blob(&digest, DOCUMENT)?;
                (entry.tagged().map(str::to_owned), digest, bytes)
            }
        };
        let (manifest, component, path, is_new) =
            self.take_in(layout, &layout.to_string(), &bytes)?;
        if cache.document(&digest).is_none() {
            cache.keep_document(&bytes, &digest)?;
        }
        Ok(Fetched {
            source: Source::Layout(layout.clone()),
            tag,
            digest,
            manifest,
            component,
            path,
            origin: if is_new {
                Origin::Downloaded
            } else {
                Origin::Kept
            },
            signer: None,
        })
    }

    /// The component of a manifest, from the layout into the cache. Says whether it was not there before.
    fn take_in(
        &self,
        layout: &Layout,
        name: &str,
        manifest: &[u8],
    ) -> Result<(Manifest, Descriptor, PathBuf, bool), Problem> {
        let manifest = artifact::read(name, manifest)?;
        let component = manifest.component();
        let (path, is_new) = self.component_of(layout, name, &component)?;
        Ok((manifest, component, path, is_new))
    }

    /// A component, from the layout into the cache. Says whether it was not there before.
    pub(super) fn component_of(
        &self,
        layout: &Layout,
        name: &str,
        component: &Descriptor,
    ) -> Result<(PathBuf, bool), Problem> {
        let most = self.0.options.most;
        if component.size > most {
            return Err(failure::too_large(&name, component.size, most));
        }
        if let Some(path) = self.0.cache.component(component) {
            return Ok((path, false));
        }
        let path = copy(
            &self.0.cache,
            &blob_path(layout, &component.digest),
            component,
        )?;
        Ok((path, true))
    }
}

/// Copies a blob into the cache, hashed and counted on the way.
fn copy(cache: &Cache, from: &Path, blob: &Descriptor) -> Result<PathBuf, Problem> {
    let file = files::open(from).map_err(|error| unreadable(from, &error))?;
    let mut file = file.take(blob.size + 1);
    let mut draft = cache.draft()?;
    let (mut hasher, mut buffer, mut came) = (Sha256::new(), vec![0; 256 << 10], 0);
    loop {
        let read = file
            .read(&mut buffer)
            .map_err(|error| unreadable(from, &error))?;
        if read == 0 {
            break;
        }
        came += read as u64;
        hasher.update(&buffer[..read]);
        let written = draft.file.write_all(&buffer[..read]);
        written.map_err(|error| cache.unwritable(&error))?;
    }
    if came != blob.size {
        let more = if came > blob.size { " or more" } else { "" };
        let why = format!(
            "{} bytes{more} in place of {}",
            blob.size.min(came),
            blob.size
        );
        return Err(other_content(from, &why));
    }
    let found = format!("sha256:{}", hex(hasher));
    if found != blob.digest {
        return Err(other_content(from, &found));
    }
    cache.keep(&draft, &blob.digest)
}

/// The file of a blob. Of what is no digest, which could lead elsewhere, one that cannot be there.
pub(super) fn blob_path(layout: &Layout, digest: &str) -> PathBuf {
    let name = digest.strip_prefix("sha256:").filter(|_| is_digest(digest));
    let blobs = Path::new(&layout.folder).join("blobs/sha256");
    blobs.join(name.unwrap_or("-"))
}

/// A small file of a layout, whole.
pub(super) fn document(path: &Path) -> Result<Vec<u8>, Problem> {
    read(path, DOCUMENT)
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    files::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > most {
        return Err(unfit(&format!(
            "`{}` is larger than {} KiB",
            shown(path),
            most >> 10
        )));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let folder = path.parent().unwrap_or(Path::new(""));
    if error.kind() == ErrorKind::NotFound
        && path.ends_with(MARK)
        && !folder.join(CONTENTS).exists()
    {
        return unfit(&format!(
            "the folder `{}` is no layout: it has no `oci-layout` and no `index.json`",
            shown(folder)
        ));
    }
    unfit(&format!(
        "cannot read `{}` of the layout: {error}",
        shown(path)
    ))
}

fn other_content(path: &Path, found: &str) -> Problem {
    Problem::new(
        CONTENT,
        format!(
            "`{}` has another content than its name says: {found}\nhint: nothing of it was used; copy the layout anew",
            shown(path)
        ),
    )
}

pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
