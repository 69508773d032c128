//! The cache of machine code: what is kept, and what is not trusted.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::super::*;
use super::{CONTRACT, QUIET, component};

/// A folder of its own for one test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("host-component-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn cache(&self) -> PathBuf {
        self.0.join("compiled")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn load_with(cache: &Path, bytes: &[u8]) -> Recipe {
    load(
        bytes,
        &LoadOptions {
            cache: Some(cache.to_owned()),
            limits: Limits::default(),
        },
    )
    .unwrap()
}

fn only_file(folder: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.into_iter().next().unwrap()
}

#[test]
fn a_second_load_comes_from_the_cache() {
    let folder = Folder::new("second-load");
    let bytes = component(CONTRACT, QUIET);
    let first = load_with(&folder.cache(), &bytes);
    assert_eq!(*first.compilation(), Compilation::Stored);
    let second = load_with(&folder.cache(), &bytes);
    assert_eq!(*second.compilation(), Compilation::Cached);
    assert_eq!(second.describe().unwrap(), first.describe().unwrap());
    assert_eq!(second.digest(), first.digest());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.cache()), 0o700);
    assert_eq!(mode(&only_file(&folder.cache())), 0o600);
}

#[test]
fn a_damaged_file_is_compiled_anew() {
    let folder = Folder::new("damaged");
    let bytes = component(CONTRACT, QUIET);
    load_with(&folder.cache(), &bytes);
    let file = only_file(&folder.cache());
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for damaged in [
        &whole[..whole.len() / 2],
        &flipped,
        &[],
        b"not machine code".as_slice(),
    ] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(
            *load_with(&folder.cache(), &bytes).compilation(),
            Compilation::Stored
        );
        assert_eq!(fs::read(&file).unwrap(), whole);
    }
    assert_eq!(
        *load_with(&folder.cache(), &bytes).compilation(),
        Compilation::Cached
    );
}

#[test]
fn a_cache_that_others_may_write_to_is_refused() {
    let folder = Folder::new("open");
    fs::create_dir(folder.cache()).unwrap();
    fs::set_permissions(folder.cache(), fs::Permissions::from_mode(0o755)).unwrap();
    let recipe = load_with(&folder.cache(), &component(CONTRACT, QUIET));
    let Compilation::CacheRefused(reason) = recipe.compilation() else {
        panic!("{:?}", recipe.compilation())
    };
    assert!(reason.contains("is open to other users"), "{reason}");
    assert!(recipe.describe().is_ok());
    assert_eq!(fs::read_dir(folder.cache()).unwrap().count(), 0);
}

#[test]
fn a_cache_that_cannot_be_written_stops_nothing() {
    let folder = Folder::new("file");
    fs::write(folder.cache(), "a file").unwrap();
    let recipe = load_with(&folder.cache(), &component(CONTRACT, QUIET));
    assert!(
        matches!(recipe.compilation(), Compilation::CacheRefused(_)),
        "{:?}",
        recipe.compilation()
    );
    assert!(recipe.describe().is_ok());
}
