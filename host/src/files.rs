//! Files that the user names, read so that none of them is waited for without end.
//!
//! Opening a named pipe waits for whoever writes to it, a device may have no end, and both come before any limit of the
//! sandbox. So what must be a file is looked at first.

use std::fs::{self, File, FileType, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
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

/// The file behind a link, and the name of one beside it that takes its place.
pub fn place(path: &Path) -> (PathBuf, PathBuf) {
    // A link to what is not there yet leads to where it will be.
    let behind = || fs::read_link(path).map(|to| path.with_file_name("").join(to));
    let found = fs::canonicalize(path).or_else(|_| behind());
    let path = found.unwrap_or_else(|_| path.to_owned());
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let beside = path.with_file_name(name);
    (path, beside)
}

/// A file that is not there yet, with these rights.
///
/// # Errors
/// It is there, or cannot be made.
pub fn create_new(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(mode).open(path)
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
    let (path, beside) = place(path);
    let written = create_new(&beside, mode)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // The first failure is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written
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
