//! `host save` into a folder that others have written in, too, before or at the same moment.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use super::carry::{files, names};
use super::lock::publish;
use super::sandbox;
use crate::harness::{Access, Asked, Registry};

/// A layout is a stranger's, too: what it links to is not written to, and nothing in it is waited for.
#[test]
fn nothing_is_written_through_the_links_of_a_layout_and_no_pipe_is_waited_for() {
    let registry = Registry::start();
    publish(&registry, "1.2.0");
    let sandbox = sandbox();
    let reference = registry.reference("acme/moving:1.2.0");
    let save = ["save", &reference, "-o", "vendor"];
    sandbox.host(&save).ends_with(0);
    let vendor = sandbox.path("vendor");
    let whole = files(&vendor);
    sandbox.write("elsewhere/mine", "mine");
    let mine = sandbox.path("elsewhere/mine");
    let is_mine = || {
        let all = files(&sandbox.path("elsewhere"));
        assert_eq!(all, [("mine".to_owned(), b"mine".to_vec())]);
    };
    let refused = |told: &[&str]| {
        let run = sandbox.host(&save).ends_with(1).says(told);
        assert!(run.says(&["error[H0825]", "hint:"]).stdout.is_empty());
        is_mine();
    };
    // A blob of another kind than a file gives way to what its name says.
    let blobs = files(&vendor.join("blobs/sha256"));
    assert_eq!(blobs.len(), 3);
    for (name, _) in &blobs {
        let blob = vendor.join("blobs/sha256").join(name);
        fs::remove_file(&blob).unwrap();
        symlink(&mine, &blob).unwrap();
        sandbox.host(&save).ends_with(0);
        is_mine();
        fs::remove_file(&blob).unwrap();
        pipe(&blob);
        sandbox.host(&save).ends_with(0);
        assert!(files(&vendor) == whole);
    }
    for name in ["index.json", "oci-layout"] {
        let path = vendor.join(name);
        let right = fs::read(&path).unwrap();
        // A right one elsewhere would be exchanged, and one that is not there yet made.
        for target in ["elsewhere/mine", "elsewhere/none"] {
            fs::remove_file(&path).unwrap();
            symlink(sandbox.path(target), &path).unwrap();
            refused(&[&format!("`vendor/{name}` is a link")]);
        }
        fs::remove_file(&path).unwrap();
        pipe(&path);
        refused(&[&format!("`vendor/{name}` is not a file, but a pipe")]);
        fs::remove_file(&path).unwrap();
        fs::write(&path, right).unwrap();
    }
    for (name, moved) in [("blobs/sha256", "kept"), ("blobs", "also-kept")] {
        let path = vendor.join(name);
        fs::rename(&path, sandbox.path(moved)).unwrap();
        symlink(sandbox.path("elsewhere"), &path).unwrap();
        refused(&[&format!("`vendor/{name}` is a link")]);
        fs::remove_file(&path).unwrap();
        fs::rename(sandbox.path(moved), &path).unwrap();
    }
    assert!(files(&vendor) == whole);
    // The folder itself is the user's to name.
    symlink(&vendor, sandbox.path("called")).unwrap();
    sandbox
        .host(&["save", &reference, "-o", "called"])
        .ends_with(0);
    assert!(files(&vendor) == whole);
}

fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
fn several_at_once_make_one_layout_and_a_half_made_one_is_gone_on_with() {
    let registry = Registry::start();
    let all = ["1.2.0", "1.3.0", "2.0.0"].map(|version| {
        publish(&registry, version);
        registry.reference(&format!("acme/moving:{version}"))
    });
    let sandbox = sandbox();
    for one in &all {
        sandbox.host(&["pull", one]).ends_with(0);
    }
    for round in 0..10 {
        let folder = format!("vendor-{round}");
        let running = all
            .each_ref()
            .map(|it| sandbox.start(&["save", it, "-o", &folder]));
        for one in running {
            one.finish().ends_with(0);
        }
        assert_eq!(names(&sandbox.path(&folder)).len(), 3);
    }
    // As a host leaves it that was killed.
    for part in ["blobs", "blobs/sha256"] {
        fs::remove_dir_all(sandbox.path("vendor-0")).unwrap();
        fs::create_dir_all(sandbox.path("vendor-0").join(part)).unwrap();
        sandbox
            .host(&["save", &all[0], "-o", "vendor-0"])
            .ends_with(0);
        assert_eq!(names(&sandbox.path("vendor-0")).len(), 1);
    }
}

#[test]
fn what_was_pruned_meanwhile_is_told_as_gone() {
    let cache = Arc::new(Mutex::new(PathBuf::new()));
    let folder = Arc::clone(&cache);
    // Between the component and the layout the signatures are asked for.
    let hook = move |asked: &Asked, _: &mut TcpStream| {
        if asked.line.contains(".sig") {
            for file in fs::read_dir(&*folder.lock().unwrap()).unwrap() {
                let path = file.unwrap().path();
                if fs::read(&path).unwrap().starts_with(b"\0asm") {
                    fs::remove_file(path).unwrap();
                }
            }
        }
        Ok(false)
    };
    let registry = Registry::with(Access::Anyone, Some(Box::new(hook)));
    publish(&registry, "1.2.0");
    let sandbox = sandbox();
    *cache.lock().unwrap() = sandbox.path("../cache/host/registry/sha256");
    let reference = registry.reference("acme/moving:1.2.0");
    let run = sandbox
        .host(&["save", &reference, "-o", "vendor"])
        .ends_with(1);
    let run = run.says(&["is gone from the cache", "hint: run the same again"]);
    assert!(
        run.stdout.is_empty() && !run.stderr.contains("e3b0c442"),
        "{run}"
    );
    assert!(!sandbox.path("vendor/index.json").exists());
}
