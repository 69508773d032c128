//! Compiled recipes on disk: machine code, so for this user alone.
//!
//! A file is named after all that decides its content: the digest of the
//! component, the limits by which it was let in, and the engine's own account of
//! itself, which covers its full version, its settings and this processor. It
//! ends with a checksum of that name and all before, because the engine does not
//! notice damaged code and the processor would run it.
//!
//! Hosts which run at once overwrite like with like.

use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use super::limits::{Limit, Limits};
use crate::folder;

/// Where the machine code of a recipe came from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Compilation {
    /// From the cache.
    Cached,
    /// Compiled now, and kept in the cache.
    Stored,
    /// Compiled now; no cache was asked for.
    Uncached,
    /// Compiled now; the cache cannot be used, for this reason.
    CacheRefused(String),
}

/// The bytes of the checksum at the end of a file.
const CHECKSUM: usize = 32;

/// Bytes of all files together; beyond it the oldest go when a new one comes.
const MOST: u64 = 1 << 30;

/// The name, without its ending, under which a compiled component is kept.
pub(super) fn key(digest: &str, limits: &Limits, engine: &Engine) -> String {
    let mut account = Account(Sha256::new());
    digest.hash(&mut account);
    // What one call lets in by a raised limit is not let in by the next one without it.
    Limit::AT_LOAD.map(|it| limits.get(it)).hash(&mut account);
    engine.precompile_compatibility_hash().hash(&mut account);
    hex(&account.0.finalize())
}

/// A hasher of the standard library that keeps all of SHA-256.
struct Account(Sha256);

impl Hasher for Account {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Not used: the account is read whole.
    fn finish(&self) -> u64 {
        0
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// The folder of the cache.
pub(super) struct Folder(folder::Folder);

impl Folder {
    /// The folder, made where it is missing. The error says why it cannot be trusted.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        folder::Folder::open(path).map(Self)
    }

    /// The compiled component of that key, if the cache has it whole.
    pub(super) fn read(&self, key: &str, engine: &Engine, limits: &Limits) -> Option<Component> {
        let name = file_name(key);
        let file = self.0.file(&name).ok()?;
        is_whole(&file, key, limits).ok().filter(|it| *it)?;
        folder::touch(&file);
        load(&file, &self.0.path().join(name), engine).ok()
    }

    /// A new file that takes the place of that key once it is whole.
    pub(super) fn draft(&self, key: &str) -> Result<Draft, String> {
        let path = self.0.path();
        let failed = |error: io::Error| format!("cannot write to `{}`: {error}", path.display());
        let draft = folder::Draft::new(path, key).map_err(failed)?;
        self.tidy();
        Ok(Draft(draft))
    }

    /// Puts a finished draft in its place. The error says why it cannot.
    pub(super) fn keep(&self, key: &str, mut draft: Draft) -> Result<(), String> {
        let path = self.0.path();
        draft
            .seal(key)
            .and_then(|()| draft.0.keep(&path.join(file_name(key))))
            .map_err(|error| format!("cannot write to `{}`: {error}", path.display()))
    }

    /// Makes room: files that nobody finished, and the oldest where there is too much. What cannot be removed stays.
    fn tidy(&self) {
        self.0.sweep();
        let now = SystemTime::now();
        let mut kept: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(self.0.path()).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            let written = metadata.modified().unwrap_or(now);
            let path = entry.path();
            if path.extension().is_some_and(|it| it == "cwasm") {
                kept.push((written, metadata.len(), path));
            }
        }
        let mut total: u64 = kept.iter().map(|it| it.1).sum();
        kept.sort();
        for (_, size, path) in kept {
            if total <= MOST {
                break;
            }
            let _ = fs::remove_file(path);
            total -= size;
        }
    }
}

/// The compiled recipes that are kept, for whoever looks after them.
#[derive(Debug)]
pub struct Compiled(folder::Folder);

impl Compiled {
    /// The folder, made where it is missing.
    ///
    /// # Errors
    /// It cannot be trusted, in words.
    pub fn open(path: &Path) -> Result<Self, String> {
        folder::Folder::open(path).map(Self)
    }

    /// How many there are, and their bytes.
    #[must_use]
    pub fn count(&self) -> (u64, u64) {
        let held = self.0.held();
        (held.len() as u64, held.iter().map(|it| it.size).sum())
    }

    /// Deletes those whose checksum is wrong. Gives their names.
    #[must_use]
    pub fn check(&self) -> Vec<String> {
        let is_right = |name: &str| -> io::Result<bool> {
            let mut file = self.0.file(name)?;
            let length = file.metadata()?.len().saturating_sub(CHECKSUM as u64);
            let key = name.strip_suffix(".cwasm").unwrap_or_default();
            let expected = checksum(&file, length, key)?;
            let mut sum = [0; CHECKSUM];
            Ok(file.read_exact(&mut sum).is_ok() && sum == expected)
        };
        let names = self.0.held().into_iter().map(|it| it.name);
        let wrong = names.filter(|it| !is_right(it).unwrap_or(false) && self.0.remove(it));
        wrong.collect()
    }

    /// Deletes those that were not used since then. Gives how many, and their bytes.
    #[must_use]
    pub fn prune(&self, since: SystemTime) -> (u64, u64) {
        self.0.prune(since)
    }
}

fn file_name(key: &str) -> String {
    format!("{key}.cwasm")
}

/// Machine code that is being written. It is gone with this value unless it was kept.
pub(super) struct Draft(folder::Draft);

impl Draft {
    /// One that is not to be kept.
    pub(super) fn temporary() -> io::Result<Self> {
        folder::Draft::new(&std::env::temp_dir(), "host").map(Self)
    }

    /// Where the machine code goes.
    pub(super) fn file(&mut self) -> &mut File {
        &mut self.0.file
    }

    /// The component whose machine code is in it.
    pub(super) fn load(&self, engine: &Engine) -> wasmtime::Result<Component> {
        load(&self.0.file, &self.0.path, engine)
    }

    /// Puts the checksum behind what is there.
    fn seal(&mut self, key: &str) -> io::Result<()> {
        let mut file = &self.0.file;
        let length = file.metadata()?.len();
        let sum = checksum(file, length, key)?;
        file.seek(io::SeekFrom::End(0))?;
        file.write_all(&sum)
    }
}

/// Maps machine code. The very file that was looked at, whatever its name leads to by now.
fn load(file: &File, path: &Path, engine: &Engine) -> wasmtime::Result<Component> {
    let opened = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    let path = if opened.exists() { &opened } else { path };
    #[expect(unsafe_code, reason = "machine code must be trusted: see below")]
    // SAFETY: the file is what this program, or the child that it compiles in, wrote. One from the cache lies where only
    // this user can write, its name is made from the engine's account of itself, and its checksum is right. The engine
    // maps it privately and checks its header.
    unsafe {
        Component::deserialize_file(engine, path)
    }
}

/// Whether a file is this user's own, not larger than machine code can be, and ends with the checksum of what comes
/// before.
fn is_whole(file: &File, key: &str, limits: &Limits) -> io::Result<bool> {
    let metadata = file.metadata()?;
    let Some(length) = metadata.len().checked_sub(CHECKSUM as u64) else {
        return Ok(false);
    };
    if !metadata.is_file()
        || metadata.uid() != rustix::process::geteuid().as_raw()
        || metadata.mode() & 0o022 != 0
        || length > limits.get(Limit::Code)
    {
        return Ok(false);
    }
    let expected = checksum(file, length, key)?;
    let mut sum = [0; CHECKSUM];
    let mut file = file;
    file.read_exact(&mut sum)?;
    Ok(sum == expected)
}

/// The checksum of the first bytes of a file and of its name; the file is then read up to there.
///
/// Against damage, not against people: those are kept out by the folder.
fn checksum(mut file: &File, length: u64, key: &str) -> io::Result<[u8; CHECKSUM]> {
    file.rewind()?;
    let mut hasher = Sha256::new();
    hasher.update(key);
    let mut buffer = vec![0; 256 << 10];
    let mut left = length;
    while left > 0 {
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let part = &mut buffer[..most];
        file.read_exact(part)?;
        hasher.update(part);
        left -= most as u64;
    }
    Ok(hasher.finalize().into())
}
