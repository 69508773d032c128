//! Folders of the cache that only this user can enter, and files that come into being in them in one step.
//!
//! Whoever writes makes a file of its own and renames it, so that hosts which run at once see all of a file or nothing.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// After this long a file that was being written is one that nobody writes any more.
const ABANDONED: Duration = Duration::from_hours(1);

/// After this long nobody goes on any more with what began to come in.
const OUT_OF_DATE: Duration = Duration::from_hours(7 * 24);

/// How exactly it is noted when a file was used: less often than it is used.
const SELDOM: Duration = Duration::from_hours(1);

/// The ending of files that are being written.
const PART: &str = "part";

/// What stands behind the name of those that a later call goes on with.
const BEGUN: &str = "begun";

/// How often another file is made in place of one that somebody else took before it was ours alone.
const ATTEMPTS: u32 = 8;

/// A folder that only this user can enter, and that nobody else can exchange for another one.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// The folder, made where it is missing. The error says why it cannot be trusted.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
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

    /// Where it is, without links.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Opens a file in it. A link leads to what somebody else may write to, and a pipe would be waited for.
    pub(crate) fn file(&self, name: &str) -> io::Result<File> {
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        File::options()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(self.0.join(name))
    }

    /// The files in it, but those that are being written, by their names.
    pub(crate) fn held(&self) -> Vec<Held> {
        let mut held = self.files();
        held.retain(|it| !is_draft(Path::new(&it.name)));
        held
    }

    fn files(&self) -> Vec<Held> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let held = entries.filter_map(|it| {
            let facts = it.metadata().ok().filter(fs::Metadata::is_file)?;
            Some(Held {
                name: it.file_name().into_string().ok()?,
                size: facts.len(),
                used: facts.modified().ok()?,
            })
        });
        let mut held: Vec<Held> = held.collect();
        held.sort_by(|one, two| one.name.cmp(&two.name));
        held
    }

    /// Deletes a file in it, and says whether it is gone.
    pub(crate) fn remove(&self, name: &str) -> bool {
        fs::remove_file(self.0.join(name)).is_ok()
    }

    /// Deletes what was not used since then. Gives how many files that were, and their bytes.
    pub(crate) fn prune(&self, since: SystemTime) -> (u64, u64) {
        self.sweep();
        let mut freed = (0, 0);
        for it in self.files() {
            let path = self.0.join(&it.name);
            // What is being written stays, and what was begun and nobody writes any more goes. As long as it is taken nobody
            // else goes on with it.
            let taken = if is_begun(&path) { take(path) } else { None };
            let is_free = !is_draft(Path::new(&it.name)) || taken.is_some();
            if is_free && it.used <= since && self.remove(&it.name) {
                freed = (freed.0 + 1, freed.1 + it.size);
            }
        }
        freed
    }

    /// Deletes what somebody began to write and never finished. What cannot be removed stays.
    pub(crate) fn sweep(&self) {
        sweep(&self.0);
    }
}

/// The same of a folder that lies in one of those.
pub(crate) fn sweep(folder: &Path) {
    let now = SystemTime::now();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if !is_draft(&path) {
            continue;
        }
        let written = entry.metadata().and_then(|it| it.modified());
        let age = written.map(|it| now.duration_since(it).unwrap_or_default());
        let most = if is_begun(&path) {
            OUT_OF_DATE
        } else {
            ABANDONED
        };
        if age.is_ok_and(|it| it > most) {
            let _ = fs::remove_file(path);
        }
    }
}

/// A file that is kept.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) name: String,
    /// Bytes.
    pub(crate) size: u64,
    /// When it was used last, give or take [`SELDOM`].
    pub(crate) used: SystemTime,
}

/// Notes that a file is used now. Whether that can be written down makes no difference to whoever uses it.
pub(crate) fn touch(file: &File) {
    let now = SystemTime::now();
    let noted = file.metadata().and_then(|it| it.modified());
    let is_old = |it: SystemTime| now.duration_since(it).is_ok_and(|age| age > SELDOM);
    if noted.is_ok_and(is_old) {
        let _ = file.set_modified(now);
    }
}

/// What decides whether a folder is trusted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// The user whom it belongs to.
    pub(crate) owner: u32,
    /// Its rights.
    pub(crate) mode: u32,
    pub(crate) is_folder: bool,
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
    pub(crate) fn wrong_as_cache(self, me: u32) -> Option<&'static str> {
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
    pub(crate) fn wrong_above(self, me: u32) -> Option<&'static str> {
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

/// Whether a file is one that is being written, by its name.
pub(crate) fn is_draft(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == PART)
}

/// Whether a file holds what may be gone on with.
fn is_begun(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(&format!(".{PART}")) && name.contains(&format!(".{BEGUN}."))
}

/// A file that is being written. It is gone with this value unless it was kept.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) path: PathBuf,
    pub(crate) file: File,
    /// Whether what is in it stays for a later call to go on with.
    pub(crate) stays: bool,
}

impl Draft {
    /// A new file of a name that nobody else has.
    pub(crate) fn new(folder: &Path, name: &str) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // A process that was killed may have had the same number, and in a folder for all anyone may have guessed it.
        let chance = fastrand::u64(..);
        let path = folder.join(format!(
            "{name}.{}-{number}-{chance:x}.{PART}",
            std::process::id()
        ));
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        Ok(Self {
            path,
            file,
            stays: false,
        })
    }

    /// The largest file that a call which ended left behind when it wrote under this name, now this one's alone; else a new one.
    ///
    /// Who writes has the file locked, and the system takes that back when a process ends, however it does.
    pub(crate) fn go_on(folder: &Path, name: &str) -> io::Result<Self> {
        let begun = format!("{name}.{BEGUN}");
        let mut found: Vec<(u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(folder)?.flatten() {
            let of_name = entry.file_name().to_string_lossy().starts_with(&begun);
            if of_name && is_begun(&entry.path()) {
                let size = entry.metadata().map_or(0, |it| it.len());
                found.push((size, entry.path()));
            }
        }
        found.sort();
        let taken = found.into_iter().rev().find_map(|(_, path)| take(path));
        if let Some(draft) = taken {
            return Ok(draft);
        }
        for _ in 0..ATTEMPTS {
            let mut draft = Self::new(folder, &begun)?;
            draft.stays = true;
            match draft.file.try_lock() {
                Ok(()) if is_named(&draft.file, &draft.path) => return Ok(draft),
                // Between its making and its locking somebody else took it over, or away.
                Ok(()) | Err(TryLockError::WouldBlock) => draft.leave(),
                // Where there are no locks, nobody goes on with what others write.
                Err(TryLockError::Error(_)) => return Ok(draft),
            }
        }
        // One that nobody goes on with is nobody else's.
        Self::new(folder, name)
    }

    /// Leaves the file to whoever has it.
    fn leave(mut self) {
        self.path = PathBuf::new();
    }

    /// Gives it its name, in the same file system. What had the name is gone.
    pub(crate) fn keep(&self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)
    }
}

/// Takes over a file that nobody writes any more.
fn take(path: PathBuf) -> Option<Draft> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = File::options()
        .read(true)
        .write(true)
        .custom_flags(flags.bits().cast_signed())
        .open(&path)
        .ok()?;
    file.try_lock().ok()?;
    // Whoever wrote it may have kept it in between: then the name is gone, or another file's.
    is_named(&file, &path).then_some(Draft {
        path,
        file,
        stays: true,
    })
}

/// Whether an open file still has this name.
fn is_named(file: &File, path: &Path) -> bool {
    let (Ok(own), Ok(named)) = (file.metadata(), fs::symlink_metadata(path)) else {
        return false;
    };
    own.is_file() && (own.ino(), own.dev()) == (named.ino(), named.dev())
}

impl Drop for Draft {
    fn drop(&mut self) {
        let is_empty = || self.file.metadata().is_ok_and(|it| it.len() == 0);
        if !self.stays || is_empty() {
            // After it was kept, nothing is there.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Write as _;
    use std::sync::Mutex;

    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("host-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            DirBuilder::new().mode(0o700).create(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// Files that are written at once are never the same one, also where each is looked for by the next as soon as it is there.
    #[test]
    fn whoever_goes_on_is_alone_with_the_file() {
        let folder = Scratch::new("go-on");
        let name = "0".repeat(64);
        let written = Mutex::new(BTreeSet::new());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let mut draft = Draft::go_on(&folder.0, &name).unwrap();
                        let inode = draft.file.metadata().unwrap().ino();
                        assert!(written.lock().unwrap().insert(inode), "it is another's");
                        draft.file.write_all(b"x").unwrap();
                        written.lock().unwrap().remove(&inode);
                        draft.keep(&folder.0.join(&name)).unwrap();
                    }
                });
            }
        });
        let held = super::Folder(folder.0.clone()).held();
        assert_eq!(held.len(), 1, "{held:?}");
    }

    #[test]
    fn what_somebody_writes_is_not_pruned_and_what_nobody_goes_on_with_is() {
        let scratch = Scratch::new("prune");
        let folder = super::Folder(scratch.0.clone());
        let name = "0".repeat(64);
        let mut writing = Draft::new(&scratch.0, &name).unwrap();
        let mut going_on = Draft::go_on(&scratch.0, &name).unwrap();
        let mut left = Draft::go_on(&scratch.0, &name).unwrap();
        for draft in [&mut writing, &mut going_on, &mut left] {
            draft.file.write_all(b"half").unwrap();
        }
        drop(left);
        let later = SystemTime::now() + Duration::from_mins(1);
        assert_eq!(folder.prune(later), (1, 4));
        assert!(writing.path.exists() && going_on.path.exists());
        drop((writing, going_on));
        assert_eq!(folder.prune(later), (1, 4), "what was begun is left");
        assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 0);
    }
}
