//! The cache of machine code: what is kept, and what is not trusted.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::super::*;
use super::{CONTRACT, QUIET, component};
use crate::folder::Facts;

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
            ..LoadOptions::default()
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

fn refused(path: &Path) -> String {
    let recipe = load_with(path, &component(CONTRACT, QUIET));
    assert!(recipe.describe().is_ok());
    match recipe.compilation() {
        Compilation::CacheRefused(reason) => reason.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_link_in_place_of_the_folder_is_refused() {
    let folder = Folder::new("link");
    let real = folder.0.join("real");
    fs::create_dir(&real).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o700)).unwrap();
    std::os::unix::fs::symlink(&real, folder.cache()).unwrap();
    let reason = refused(&folder.cache());
    assert!(reason.contains("is a link"), "{reason}");
    assert_eq!(fs::read_dir(&real).unwrap().count(), 0);
}

#[test]
fn a_folder_that_others_can_rename_is_refused() {
    let folder = Folder::new("parent");
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o777)).unwrap();
    let reason = refused(&folder.cache());
    assert!(reason.contains("lets others rename"), "{reason}");
    // As in /tmp, where nobody can rename what is another's.
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o1777)).unwrap();
    let recipe = load_with(&folder.cache(), &component(CONTRACT, QUIET));
    assert_eq!(*recipe.compilation(), Compilation::Stored);
}

/// Whoever owns a folder, or may write to it, at whatever level, can put another one in its place.
#[test]
fn who_could_exchange_the_folder_is_told_by_owner_and_rights() {
    const ME: u32 = 1000;
    let folder = |owner, mode| Facts {
        owner,
        mode,
        is_folder: true,
    };
    for (owner, mode, trusted) in [
        (ME, 0o700, true),
        (ME, 0o755, true),
        (0, 0o755, true),
        (0, 0o1777, true),
        (ME, 0o1777, true),
        (ME, 0o775, false),
        (ME, 0o757, false),
        (0, 0o777, false),
        (1001, 0o700, false),
        (1001, 0o755, false),
        (1001, 0o1777, false),
    ] {
        let wrong = folder(owner, mode).wrong_above(ME);
        assert_eq!(wrong.is_none(), trusted, "{owner} {mode:o}: {wrong:?}");
    }
    for (owner, mode, trusted) in [
        (ME, 0o700, true),
        (ME, 0o710, false),
        (ME, 0o701, false),
        (0, 0o700, false),
        (1001, 0o700, false),
    ] {
        let wrong = folder(owner, mode).wrong_as_cache(ME);
        assert_eq!(wrong.is_none(), trusted, "{owner} {mode:o}: {wrong:?}");
    }
    // Who is root trusts no folder of a user.
    assert!(folder(ME, 0o755).wrong_above(0).is_some());
}

/// The same on disk, where the tests may give a folder away.
#[test]
fn a_folder_below_one_of_another_user_is_refused() {
    let folder = Folder::new("foreign");
    let foreign = folder.0.join("theirs");
    let cache = foreign.join("between/compiled");
    fs::create_dir_all(cache.parent().unwrap()).unwrap();
    if std::os::unix::fs::chown(&foreign, Some(65534), None).is_err() {
        return;
    }
    for link in [false, true] {
        let path = if link {
            // By whatever way it is reached.
            let way = folder.0.join("way");
            std::os::unix::fs::symlink(&foreign, &way).unwrap();
            way.join("between/compiled")
        } else {
            cache.clone()
        };
        let reason = refused(&path);
        assert!(
            reason.contains("theirs` belongs to another user"),
            "{reason}"
        );
    }
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 0);
}

/// Not only the one right above: whoever may rename a grandparent exchanges all below it.
#[test]
fn a_folder_that_others_can_rename_further_up_is_refused() {
    let folder = Folder::new("grandparent");
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o777)).unwrap();
    let between = folder.0.join("between");
    fs::create_dir(&between).unwrap();
    fs::set_permissions(&between, fs::Permissions::from_mode(0o700)).unwrap();
    let reason = refused(&between.join("compiled"));
    assert!(reason.contains("lets others rename"), "{reason}");
}

#[test]
fn a_file_that_is_not_as_it_was_written_is_not_used() {
    let folder = Folder::new("file-rights");
    let bytes = component(CONTRACT, QUIET);
    load_with(&folder.cache(), &bytes);
    let file = only_file(&folder.cache());
    let whole = fs::read(&file).unwrap();
    // Others may write to it.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let compilation = |bytes: &[u8]| load_with(&folder.cache(), bytes).compilation().clone();
    assert_eq!(compilation(&bytes), Compilation::Stored);
    assert_eq!(compilation(&bytes), Compilation::Cached);
    // It is a link to what may be anywhere.
    let elsewhere = folder.0.join("elsewhere");
    fs::write(&elsewhere, &whole).unwrap();
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    assert_eq!(compilation(&bytes), Compilation::Stored);
    // It is the machine code of another recipe, whole and well.
    let other = component(CONTRACT, &QUIET.replace("1024", "1028"));
    fs::remove_file(&file).unwrap();
    assert_eq!(compilation(&other), Compilation::Stored);
    fs::rename(only_file(&folder.cache()), &file).unwrap();
    assert_eq!(compilation(&bytes), Compilation::Stored);
    assert_eq!(fs::read(&file).unwrap(), whole);
}

/// What was let in because somebody raised a limit is not let in without that.
#[test]
fn a_limit_that_was_raised_once_is_not_raised_for_good() {
    let folder = Folder::new("raised");
    let bytes = component(
        CONTRACT,
        &QUIET.replacen("(func", &format!("{}(func", "(func)".repeat(20)), 1),
    );
    let with = |functions| {
        load(
            &bytes,
            &LoadOptions {
                cache: Some(folder.cache()),
                limits: Limits::default().with(Limit::Functions, functions),
                ..LoadOptions::default()
            },
        )
    };
    assert!(with(10).is_err());
    assert!(with(100).is_ok());
    assert!(with(10).is_err());
}

#[test]
fn what_nobody_finished_is_cleared_away() {
    let folder = Folder::new("abandoned");
    let bytes = component(CONTRACT, QUIET);
    load_with(&folder.cache(), &bytes);
    fs::remove_file(only_file(&folder.cache())).unwrap();
    let write = |name: &str, age: u64| {
        let path = folder.cache().join(name);
        fs::write(&path, "half").unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        let written = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
        file.set_modified(written).unwrap();
        path
    };
    let (old, new) = (write("old.part", 7200), write("new.part", 60));
    load_with(&folder.cache(), &bytes);
    assert!(!old.exists() && new.exists());
}
