//! Files that the user names, read so that none of them is waited for without end.
//!
//! Opening a named pipe waits for whoever writes to it, a device may have no end, and both come before any limit of the
//! sandbox. So what must be a file is looked at first.

use std::fs::{self, File, FileType, Permissions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{
    FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown,
};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The most that a text may have: far more than people write, and less than memory.
const MOST: u64 = 16 << 20;

/// Opens what must be a file.
///
/// # Errors
/// It cannot be opened, or is something else: `is not a file, but a pipe`.
pub fn open(path: &Path) -> io::Result<File> {
    let file = File::options()
        .read(true)
        // A pipe that nobody writes to is opened at once, too; of a file it means nothing.
        .custom_flags(
            (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY)
                .bits()
                .cast_signed(),
        )
        .open(path)?;
    check(file.metadata()?.file_type())?;
    Ok(file)
}

/// Opens a file to write it anew, with these rights where it is made.
///
/// # Errors
/// It cannot be opened, or is something else: `it is not a file, but a pipe`.
pub fn create(path: &Path, mode: u32) -> io::Result<File> {
    // A pipe that nobody reads cannot be opened at all, and what AWS is sent is nothing to stream.
    if let Ok(found) = fs::metadata(path) {
        check(found.file_type())?;
    }
    File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(path)
}

fn check(kind: FileType) -> io::Result<()> {
    if kind.is_file() {
        return Ok(());
    }
    let message = format!("it is not a file, but {}", words(kind));
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}

/// The text of what must be a file.
///
/// # Errors
/// It cannot be opened, is no file or no text, or is far too long.
pub fn text(path: &Path) -> io::Result<String> {
    read(open(path)?)
}

/// The text of a file, or of what another program writes: `<(…)` and `/dev/stdin` are pipes.
///
/// # Errors
/// It cannot be opened, is no text, or is far too long.
pub fn text_of_any(path: &Path) -> io::Result<String> {
    read(File::open(path)?)
}

/// The file that is meant by a name: where it is a link, what that leads to.
pub fn behind(path: &Path) -> PathBuf {
    // A link to what is not there yet leads to where it will be.
    let behind = || fs::read_link(path).map(|to| path.with_file_name("").join(to));
    let found = fs::canonicalize(path).or_else(|_| behind());
    found.unwrap_or_else(|_| path.to_owned())
}

/// A file that is being written beside the one whose place it takes. It is gone with this value unless it was kept.
#[derive(Debug)]
pub struct Draft {
    file: File,
    beside: PathBuf,
    path: PathBuf,
}

impl Draft {
    /// An empty one, with these rights.
    ///
    /// # Errors
    /// There can be no file in that folder.
    pub fn new(path: &Path, mode: u32) -> io::Result<Self> {
        let path = behind(path);
        let mut name = path.file_name().unwrap_or_default().to_owned();
        // Containers that share a folder have the same processes, by their numbers.
        let chance = fastrand::u64(..);
        name.push(format!(".{}-{chance:x}.part", std::process::id()));
        let beside = path.with_file_name(name);
        let mut options = File::options();
        options.write(true).create_new(true).mode(mode);
        // From here on it is this call's own, and nothing else is ever removed.
        let file = options.open(&beside)?;
        Ok(Self { file, beside, path })
    }

    /// Takes over owner and group of the file whose place it takes, as far as this user may give files away, and of its owner's
    /// rights those that it has; nobody else gets any. Where there is none, nothing changes.
    pub fn take_over(&self) {
        let Ok(former) = fs::metadata(&self.path) else {
            return;
        };
        // Whoever runs as another user, as with `sudo`, takes nobody's file away from them.
        let _ = fchown(&self.file, Some(former.uid()), Some(former.gid()));
        let mode = former.mode() & 0o600;
        let _ = self.file.set_permissions(Permissions::from_mode(mode));
    }

    /// Takes over the rights of the file whose place it takes. Where there is none, nothing changes.
    ///
    /// # Errors
    /// They cannot be read or set.
    pub fn take_over_rights(&self) -> io::Result<()> {
        match fs::metadata(&self.path) {
            Ok(former) => self.file.set_permissions(former.permissions()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Writes all of it, down to the disk.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.file.write_all(content)?;
        self.file.sync_all()
    }

    /// Gives it its name. What had that is gone.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn keep(self) -> io::Result<()> {
        fs::rename(&self.beside, &self.path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After it was kept, nothing is there.
        let _ = fs::remove_file(&self.beside);
    }
}

/// How long another program is waited for that writes in the same folder.
const TURN: Duration = Duration::from_secs(10);

/// Waits for its turn to write in a folder. Hosts that do so come one after the other; the turn ends with the value.
///
/// # Errors
/// The folder cannot be opened, or somebody writes there all the time.
pub fn turn(folder: &Path) -> io::Result<File> {
    let here = Path::new(".");
    let folder = Some(folder).filter(|it| !it.as_os_str().is_empty());
    let file = File::open(folder.unwrap_or(here))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if begun.elapsed() < TURN => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                let message = "another host writes there, and does not end";
                return Err(io::Error::new(io::ErrorKind::TimedOut, message));
            }
            // A file system that knows no turns has none.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
}

/// Writes a file in one step: whoever reads it has the old one or the new one, whole.
///
/// # Errors
/// It cannot be written. Then it is as it was.
pub fn replace(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let mut draft = Draft::new(path, mode)?;
    draft.write(content)?;
    draft.keep()
}

fn read(file: File) -> io::Result<String> {
    let mut text = String::new();
    if file.take(MOST + 1).read_to_string(&mut text)? as u64 > MOST {
        let message = format!("it is longer than {} MiB", MOST >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(text)
}

fn words(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else {
        "something else"
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_another_process_of_this_number_writes_stays() {
        let folder = std::env::temp_dir().join(format!("host-drafts-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("file");
        let others = folder.join(format!("file.{}.part", std::process::id()));
        fs::write(&others, "half").unwrap();
        replace(&file, b"whole", 0o600).unwrap();
        assert_eq!(text(&file).unwrap(), "whole");
        let (one, other) = (Draft::new(&file, 0o600), Draft::new(&file, 0o600));
        let (mut one, mut other) = (one.unwrap(), other.unwrap());
        one.write(b"one").unwrap();
        other.write(b"other").unwrap();
        drop(one);
        other.keep().unwrap();
        assert_eq!(text(&file).unwrap(), "other");
        assert_eq!(text(&others).unwrap(), "half");
        // A folder cannot be written over, and nothing is left of the attempt.
        fs::create_dir(folder.join("folder")).unwrap();
        replace(&folder.join("folder"), b"x", 0o600).unwrap_err();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_no_file_is_told_and_not_waited_for() {
        let folder = std::env::temp_dir().join(format!("host-files-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let pipe = folder.join("pipe");
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let why = |path: &Path| text(path).unwrap_err().to_string();
        assert_eq!(why(&pipe), "it is not a file, but a pipe");
        assert_eq!(why(&folder), "it is not a file, but a folder");
        assert_eq!(
            why(Path::new("/dev/zero")),
            "it is not a file, but a device"
        );
        let endless = text_of_any(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(endless.to_string(), "it is longer than 16 MiB");
        let file = folder.join("file");
        fs::write(&file, "text").unwrap();
        assert_eq!(text(&file).unwrap(), "text");
        let why = |path: &Path| create(path, 0o600).unwrap_err().to_string();
        assert_eq!(why(&pipe), "it is not a file, but a pipe");
        assert_eq!(why(&folder), "it is not a file, but a folder");
        create(&file, 0o600).unwrap();
        assert_eq!(text(&file).unwrap(), "");
        // Another program writes, and is waited for.
        let writing = {
            let pipe = pipe.clone();
            std::thread::spawn(move || fs::write(pipe, "piped").unwrap())
        };
        assert_eq!(text_of_any(&pipe).unwrap(), "piped");
        writing.join().unwrap();
        fs::remove_dir_all(&folder).unwrap();
    }
}
