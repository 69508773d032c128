//! The account as a file: loaded before the first call, written after each that changes it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::time::Time;
use crate::world::World;

/// The form of the file. Another number is another form.
const VERSION: u32 = 1;
/// How long to wait for another process that uses the account.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file that holds an account, locked for this process until it is dropped.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    _lock: File,
}

/// Why an account cannot be used. Each says what to do in a `hint:` line.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("cannot use `{}`: {source}\nhint: choose a file in a folder that you can write to", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error(
        "the simulated account `{}` is used by another process\n\
         hint: wait until that one has ended, or use another file", path.display()
    )]
    Busy { path: PathBuf },
    #[error(
        "`{}` is no simulated account: {reason}\n\
         hint: move it away, or delete it to begin with a new account", path.display()
    )]
    Damaged { path: PathBuf, reason: String },
    #[error(
        "`{}` was written by another version of this program (form {found}, this one reads {VERSION})\n\
         hint: use that version, or delete the file to begin with a new account", path.display()
    )]
    Version { path: PathBuf, found: u32 },
}

#[derive(Deserialize)]
struct Saved {
    version: u32,
    /// Another version may call it otherwise: the number is looked at first.
    #[serde(default)]
    world: serde_json::Value,
}

#[derive(Serialize)]
struct Saving<'a> {
    version: u32,
    world: &'a World,
}

impl StateFile {
    /// Locks the file for this process. Folders that are missing are made, readable by their owner alone.
    ///
    /// # Errors
    /// It cannot be made, or another process keeps it for more than ten seconds.
    pub fn lock(path: &Path) -> Result<Self, StateError> {
        Self::lock_within(path, PATIENCE)
    }

    fn lock_within(path: &Path, patience: Duration) -> Result<Self, StateError> {
        let failed = |source| StateError::Io {
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(failed)?;
        }
        let mut beside = path.as_os_str().to_owned();
        beside.push(".lock");
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        let lock = options.open(&beside).map_err(failed)?;
        let begun = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) if begun.elapsed() >= patience => {
                    return Err(StateError::Busy {
                        path: path.to_owned(),
                    });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The account in it; nothing where there is no file yet.
    ///
    /// # Errors
    /// What is there is no account of this version. It is left as it is.
    pub fn load(&self) -> Result<Option<World>, StateError> {
        let path = || self.path.clone();
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(StateError::Io {
                    path: path(),
                    source,
                });
            }
        };
        let damaged = |error: serde_json::Error| StateError::Damaged {
            path: path(),
            reason: error.to_string(),
        };
        let saved: Saved = serde_json::from_str(&text).map_err(damaged)?;
        if saved.version != VERSION {
            return Err(StateError::Version {
                path: path(),
                found: saved.version,
            });
        }
        serde_json::from_value(saved.world)
            .map(Some)
            .map_err(damaged)
    }

    /// Writes the account. A reader sees the old one or the new one, never a part.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, world: &World) -> Result<(), StateError> {
        let failed = |source| StateError::Io {
            path: self.path.clone(),
            source,
        };
        let saving = Saving {
            version: VERSION,
            world,
        };
        let text = serde_json::to_vec(&saving).map_err(|it| failed(it.into()))?;
        let mut beside = self.path.as_os_str().to_owned();
        beside.push(".new");
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).write(true).mode(0o600);
        let mut file = options.open(&beside).map_err(failed)?;
        file.write_all(&text).map_err(failed)?;
        fs::rename(&beside, &self.path).map_err(failed)
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The moment at which a loaded account goes on: time has passed meanwhile, and it never goes back.
#[must_use]
pub fn resume(world: &World, wall: Time) -> Time {
    world.now.max(wall)
}

#[cfg(test)]
mod tests;
