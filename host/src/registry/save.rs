//! Recipes into a layout. What is in its folder is a stranger's too: nothing is written through a link, and nothing waited for.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use host_core::codes::Problem;
use host_core::codes::registry::LAYOUT;
use host_core::registry::Reference;
use host_core::registry::artifact::{DOCUMENT, Descriptor, MANIFEST};
use host_core::registry::layout::{self, CONTENTS, Entry, Layout, MARK, MARKED, unfit};
use host_core::registry::signature;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, mkdirat, openat, renameat, statat, unlinkat};
use rustix::io::Errno;

use super::bundle::Bundle;
use super::layout::{Folder, document, shown};
use crate::files;

/// The folder of all blobs, and that of those whose names are SHA-256.
const BLOBS: [&str; 2] = ["blobs", "sha256"];

/// How drafts end, which others pass over.
const PART: &str = ".part";

/// How many drafts of one name may be left over by hosts that were killed.
const DRAFTS: u32 = 100;

/// Writes recipes into a layout, which is made where there is none. What is in it already stays, but for what has one of their
/// names.
///
/// # Errors
/// The folder is something else or has links in the place of its own files and folders, what is in it cannot be read, or it
/// cannot be written to.
pub fn save(layout: &Layout, bundles: &[Bundle]) -> Result<(), Problem> {
    let path = Path::new(&layout.folder);
    fs::create_dir_all(path).map_err(|error| unwritable(path, &error))?;
    // Another host that adds something meanwhile, or makes the same folder, must not be lost.
    let _turn = files::turn(path).map_err(|error| unwritable(path, &error))?;
    let place = Place::open(path)?;
    place.check()?;
    // One that was begun and never finished has no contents yet.
    let former = if place.has(CONTENTS) {
        Folder::open(layout)?;
        Some(document(&path.join(CONTENTS))?)
    } else {
        // First, so that a host that is killed here leaves a layout.
        place.write(MARK, MARKED.as_bytes())?;
        None
    };
    let blobs = place.within(BLOBS[0])?.within(BLOBS[1])?;
    let mut entries = Vec::new();
    for bundle in bundles {
        blobs.keep(&bundle.component.digest, &bundle.bytes()?)?;
        blobs.keep(&bundle.config.0.digest, &bundle.config.1)?;
        let name = |it: &Reference| it.to_string().replacen("oci://", "", 1);
        for one in &bundle.names {
            let Some(reference) = &one.reference else {
                continue;
            };
            entries.push(blobs.entry(name(reference), &bundle.manifest)?);
            let Some(beside) = bundle.beside(one) else {
                continue;
            };
            for (blob, bytes) in &beside.blobs {
                blobs.keep(&blob.digest, bytes)?;
            }
            let at = reference.at_tag(&signature::tag(&bundle.digest));
            entries.push(blobs.entry(name(&at), &beside.manifest)?);
        }
    }
    // Last, so that whatever it names is there.
    let contents = shown(&path.join(CONTENTS));
    let index = layout::with(&contents, former.as_deref(), &entries)?;
    if index.len() as u64 > DOCUMENT {
        let why = format!("`{contents}` would be larger than {} KiB", DOCUMENT >> 10);
        return Err(unfit(&why));
    }
    if former.as_ref() != Some(&index) {
        place.write(CONTENTS, &index)?;
    }
    Ok(())
}

/// A folder that is written to. It is held open, so that nobody can have its name lead elsewhere meanwhile.
struct Place {
    folder: OwnedFd,
    path: PathBuf,
}

impl Place {
    /// The folder of a layout, which may be a link: it is what the user named.
    fn open(path: &Path) -> Result<Self, Problem> {
        let folder = File::open(path).map_err(|error| unwritable(path, &error))?;
        Ok(Self {
            folder: folder.into(),
            path: path.to_owned(),
        })
    }

    /// Looks at what is there before anything is written.
    fn check(&self) -> Result<(), Problem> {
        let mut path = PathBuf::new();
        for name in BLOBS {
            path.push(name);
            self.is_own(&path, FileType::Directory)?;
        }
        for name in [MARK, CONTENTS] {
            self.is_own(Path::new(name), FileType::RegularFile)?;
        }
        if self.has(MARK) {
            return Ok(());
        }
        // A host that was killed leaves no more than its blobs.
        let all = fs::read_dir(&self.path).map_err(|error| unwritable(&self.path, &error))?;
        let is_ours =
            |name: &str| name == BLOBS[0] || name.starts_with('.') && name.ends_with(PART);
        for entry in all {
            let entry = entry.map_err(|error| unwritable(&self.path, &error))?;
            if !entry.file_name().to_str().is_some_and(is_ours) {
                let why = format!("`{}` is no layout, and not empty either", shown(&self.path));
                return Err(unfit(&why));
            }
        }
        Ok(())
    }

    /// What is there under a name has to be of this kind; a link would have it written elsewhere.
    fn is_own(&self, name: &Path, kind: FileType) -> Result<(), Problem> {
        let what = match statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => return Ok(()),
            Err(error) => return Err(unwritable(&self.path.join(name), &error.into())),
            Ok(found) => match FileType::from_raw_mode(found.st_mode) {
                found if found == kind => return Ok(()),
                FileType::Symlink => "a link, and nothing is written through one",
                _ if kind == FileType::Directory => "not a folder",
                FileType::Fifo => "not a file, but a pipe",
                FileType::Directory => "not a file, but a folder",
                _ => "not a file",
            },
        };
        let path = shown(&self.path.join(name));
        Err(unfit(&format!("`{path}` is {what}")))
    }

    fn has(&self, name: &str) -> bool {
        statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    /// A folder in it, made where it is missing.
    fn within(&self, name: &str) -> Result<Self, Problem> {
        let path = self.path.join(name);
        match mkdirat(&self.folder, name, Mode::from_raw_mode(0o777)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(unwritable(&path, &error.into())),
        }
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = openat(&self.folder, name, flags, Mode::empty());
        let folder = folder.map_err(|error| unwritable(&path, &error.into()))?;
        Ok(Self { folder, path })
    }

    /// Writes a blob, where it is not there already as its name says.
    fn keep(&self, digest: &str, bytes: &[u8]) -> Result<(), Problem> {
        let name = digest.strip_prefix("sha256:").unwrap_or("-");
        if self.holds(name, bytes) {
            return Ok(());
        }
        self.write(name, bytes)
    }

    fn entry(&self, name: String, manifest: &[u8]) -> Result<Entry, Problem> {
        let descriptor = Descriptor::of(MANIFEST, manifest);
        self.keep(&descriptor.digest, manifest)?;
        Ok(Entry {
            descriptor,
            name: Some(name),
        })
    }

    /// Whether a file, and no pipe or link, has these bytes. Of another length nothing is read.
    fn holds(&self, name: &str, bytes: &[u8]) -> bool {
        // A pipe that nobody writes to is opened at once, too.
        let flags =
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        // What is no file is not even opened: that alone can do something to a device.
        let is_file = statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW)
            .is_ok_and(|it| FileType::from_raw_mode(it.st_mode) == FileType::RegularFile);
        let opened = is_file.then(|| openat(&self.folder, name, flags, Mode::empty()));
        let Some(Ok(file)) = opened.map(|it| it.map(File::from)) else {
            return false;
        };
        let length = bytes.len() as u64;
        if !file
            .metadata()
            .is_ok_and(|it| it.is_file() && it.len() == length)
        {
            return false;
        }
        let mut found = Vec::with_capacity(bytes.len());
        let read = file.take(length + 1).read_to_end(&mut found);
        read.is_ok() && found == bytes
    }

    /// Writes a file in one step. Whatever has its name, a link too, gives way, and what a link led to stays.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Problem> {
        let failed = |error: io::Error| unwritable(&self.path.join(name), &error);
        let (mut file, draft) = self.draft(name).map_err(failed)?;
        let written = file
            .write_all(bytes)
            .and_then(|()| file.sync_all())
            .and_then(|()| Ok(renameat(&self.folder, &draft, &self.folder, name)?));
        if written.is_err() {
            // The first failure is the one to tell.
            let _ = unlinkat(&self.folder, &draft, AtFlags::empty());
        }
        written.map_err(failed)
    }

    fn draft(&self, name: &str) -> io::Result<(File, String)> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        for number in 0..DRAFTS {
            let draft = format!(".{name}.{}-{number}{PART}", std::process::id());
            match openat(&self.folder, &draft, flags, Mode::from_raw_mode(0o644)) {
                Ok(file) => return Ok((file.into(), draft)),
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }
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
