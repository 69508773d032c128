//! Compiled recipes on disk: machine code, so for this user alone.
//!
//! A file is named after all that decides its content: the digest of the
//! component, and the engine's own account of itself, which covers its full
//! version, its settings and this processor. It ends with a checksum, because
//! the engine does not notice damaged code and the processor would run it.

use std::fs::{self, DirBuilder, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

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
const CHECKSUM: usize = 8;

/// The name, without its ending, under which a compiled component is kept.
pub(super) fn key(digest: &str, engine: &Engine) -> String {
    let mut account = Account(Sha256::new());
    digest.hash(&mut account);
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

/// The compiled component of that key, if the cache has it whole.
///
/// The error says why the folder cannot be trusted.
pub(super) fn read(folder: &Path, key: &str, engine: &Engine) -> Result<Option<Component>, String> {
    match fs::metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot look at `{}`: {error}", folder.display())),
        Ok(metadata) => check_owner(folder, &metadata)?,
    }
    let path = folder.join(file_name(key));
    if !is_whole(&path).unwrap_or(false) {
        return Ok(None);
    }
    #[expect(unsafe_code, reason = "machine code must be trusted: see below")]
    // SAFETY: the file is what `write` put there: only this user can write to the folder, its name is made from the
    // engine's account of itself, and its checksum is right. The engine maps it privately and checks its header.
    let component = unsafe { Component::deserialize_file(engine, &path) };
    Ok(component.ok())
}

/// Puts a compiled component into the cache. The error says why it cannot.
pub(super) fn write(folder: &Path, key: &str, component: &Component) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot write to `{}`: {error}", folder.display());
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed)?;
    check_owner(folder, &fs::metadata(folder).map_err(failed)?)?;
    let mut code = component.serialize().map_err(|error| error.to_string())?;
    code.extend(checksum(&code));
    replace(&folder.join(file_name(key)), &code).map_err(failed)
}

fn file_name(key: &str) -> String {
    format!("{key}.cwasm")
}

/// Machine code from a folder that someone else can write to is someone else's program.
fn check_owner(folder: &Path, metadata: &fs::Metadata) -> Result<(), String> {
    let wrong = if !metadata.is_dir() {
        "is not a folder"
    } else if metadata.uid() != rustix::process::geteuid().as_raw() {
        "belongs to another user"
    } else if metadata.mode() & 0o077 != 0 {
        "is open to other users: take their rights with `chmod 700`"
    } else {
        return Ok(());
    };
    Err(format!("`{}` {wrong}", folder.display()))
}

/// Writes beside and renames, so that a reader sees all of it or nothing.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let written = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // The first failure is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Whether a file ends with the checksum of what comes before.
fn is_whole(path: &Path) -> io::Result<bool> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    let Some((code, sum)) = bytes.split_last_chunk::<CHECKSUM>() else {
        return Ok(false);
    };
    Ok(checksum(code) == *sum)
}

/// Against damage, not against people: those are kept out by the folder.
fn checksum(code: &[u8]) -> [u8; CHECKSUM] {
    let mut hasher = DefaultHasher::new();
    hasher.write(code);
    hasher.finish().to_le_bytes()
}
