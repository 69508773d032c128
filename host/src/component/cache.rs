//! Compiled recipes on disk: machine code, so for this user alone.
//!
//! A file is named after all that decides its content: the digest of the
//! component, the limits by which it was let in, and the engine's own account of
//! itself, which covers its full version, its settings and this processor. It
//! ends with a checksum of that name and all before, because the engine does not
//! notice damaged code and the processor would run it.
//!
//! Whoever writes makes a file of its own and renames it, so that hosts which
//! run at once see all of a file or nothing, and overwrite like with like.

use std::fs::{self, DirBuilder, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Seek, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use super::limits::{Limit, Limits};

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

/// After this long a file that was being written is one that nobody writes any more.
const ABANDONED: Duration = Duration::from_hours(1);

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

/// A folder that only this user can enter, and that nobody else can exchange for another one.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder, made where it is missing. The error says why it cannot be trusted.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let failed = |error: io::Error| format!("cannot write to `{}`: {error}", path.display());
        if fs::symlink_metadata(path).is_err() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path)
                .map_err(failed)?;
        }
        if fs::symlink_metadata(path).map_err(failed)?.is_symlink() {
            return Err(format!(
                "`{}` is a link: name the folder itself",
                path.display()
            ));
        }
        // From here on without links: whoever owns one of those that lead here can have it lead elsewhere later.
        let path = fs::canonicalize(path).map_err(failed)?;
        let me = rustix::process::geteuid().as_raw();
        // From the root down: what was found in order holds still what lies in it, so that each name goes on meaning what
        // it meant when it was looked at, also when files are opened.
        let levels: Vec<&Path> = path.ancestors().collect();
        for level in levels.into_iter().rev() {
            let facts = Facts::of(&fs::symlink_metadata(level).map_err(failed)?);
            let wrong = if level == path {
                facts.wrong_as_cache(me)
            } else {
                facts.wrong_above(me)
            };
            if let Some(wrong) = wrong {
                return Err(format!("`{}` {wrong}", level.display()));
            }
        }
        Ok(Self(path))
    }

    /// The compiled component of that key, if the cache has it whole.
    pub(super) fn read(&self, key: &str, engine: &Engine, limits: &Limits) -> Option<Component> {
        let file = File::options()
            .read(true)
            // A link leads to what somebody else may write to; a pipe would be waited for.
            .custom_flags(
                (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK)
                    .bits()
                    .cast_signed(),
            )
            .open(self.0.join(file_name(key)))
            .ok()?;
        is_whole(&file, key, limits).ok().filter(|it| *it)?;
        load(&file, &self.0.join(file_name(key)), engine).ok()
    }

    /// A new file that takes the place of that key once it is whole.
    pub(super) fn draft(&self, key: &str) -> Result<Draft, String> {
        let failed = |error: io::Error| format!("cannot write to `{}`: {error}", self.0.display());
        let draft = Draft::new(&self.0, key).map_err(failed)?;
        self.tidy();
        Ok(draft)
    }

    /// Puts a finished draft in its place. The error says why it cannot.
    pub(super) fn keep(&self, key: &str, mut draft: Draft) -> Result<(), String> {
        draft
            .seal(key)
            .and_then(|()| fs::rename(&draft.path, self.0.join(file_name(key))))
            .map_err(|error| format!("cannot write to `{}`: {error}", self.0.display()))
    }

    /// Makes room: files that nobody finished, and the oldest where there is too much. What cannot be removed stays.
    fn tidy(&self) {
        let now = SystemTime::now();
        let mut kept: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            let written = metadata.modified().unwrap_or(now);
            let age = now.duration_since(written).unwrap_or_default();
            let path = entry.path();
            match path.extension().and_then(|it| it.to_str()) {
                Some("part") if age > ABANDONED => {
                    let _ = fs::remove_file(path);
                }
                Some("cwasm") => kept.push((written, metadata.len(), path)),
                _ => {}
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

fn file_name(key: &str) -> String {
    format!("{key}.cwasm")
}

/// What decides whether a folder is trusted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// The user whom it belongs to.
    pub(super) owner: u32,
    /// Its rights.
    pub(super) mode: u32,
    pub(super) is_folder: bool,
}

impl Facts {
    fn of(metadata: &fs::Metadata) -> Self {
        Self {
            owner: metadata.uid(),
            mode: metadata.mode(),
            is_folder: metadata.is_dir(),
        }
    }

    /// Why the machine code in it may be somebody else's program.
    pub(super) fn wrong_as_cache(self, me: u32) -> Option<&'static str> {
        if !self.is_folder {
            Some("is not a folder")
        } else if self.owner != me {
            Some("belongs to another user")
        } else if self.mode & 0o077 != 0 {
            Some("is open to other users: take their rights with `chmod 700`")
        } else {
            None
        }
    }

    /// Why what lies in it can be exchanged by somebody else. Where rights are sticky, as those of /tmp, only the owner of
    /// either can.
    pub(super) fn wrong_above(self, me: u32) -> Option<&'static str> {
        const ROOT: u32 = 0;
        if !self.is_folder {
            Some("is not a folder")
        } else if self.owner != me && self.owner != ROOT {
            Some(
                "belongs to another user, who can exchange what is in it: set XDG_CACHE_HOME to a folder of your own",
            )
        } else if self.mode & 0o022 != 0 && self.mode & 0o1000 == 0 {
            Some("lets others rename what is in it: take that right with `chmod go-w`")
        } else {
            None
        }
    }
}

/// Machine code that is being written. It is gone with this value unless it was kept.
pub(super) struct Draft {
    path: PathBuf,
    file: File,
}

impl Draft {
    /// One that is not to be kept.
    pub(super) fn temporary() -> io::Result<Self> {
        Self::new(&std::env::temp_dir(), "host")
    }

    fn new(folder: &Path, name: &str) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // A process that was killed may have had the same number, and in a folder for all anyone may have guessed it.
        let chance = fastrand::u64(..);
        let path = folder.join(format!(
            "{name}.{}-{number}-{chance:x}.part",
            std::process::id()
        ));
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        Ok(Self { path, file })
    }

    /// Where the machine code goes.
    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// The component whose machine code is in it.
    pub(super) fn load(&self, engine: &Engine) -> wasmtime::Result<Component> {
        load(&self.file, &self.path, engine)
    }

    /// Puts the checksum behind what is there.
    fn seal(&mut self, key: &str) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let sum = checksum(&self.file, length, key)?;
        self.file.seek(io::SeekFrom::End(0))?;
        self.file.write_all(&sum)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After it was kept, nothing is there.
        let _ = fs::remove_file(&self.path);
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
