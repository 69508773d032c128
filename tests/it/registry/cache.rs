//! `host cache`: what is kept is listed, looked at and let go.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::lock::publish;
use super::{redis, sandbox};
use crate::harness::{Registry, Sandbox};

fn folder(sandbox: &Sandbox, of: &str) -> Vec<PathBuf> {
    let folder = sandbox.path(&format!("../cache/host/{of}"));
    let all = fs::read_dir(folder).into_iter().flatten();
    let mut all: Vec<PathBuf> = all.map(|it| it.unwrap().path()).collect();
    all.sort();
    all
}

/// Has every file below a folder be used last so many days ago.
fn age(files: &[PathBuf], days: u64) {
    let then = SystemTime::now() - Duration::from_hours(24 * days);
    for path in files {
        File::open(path).unwrap().set_modified(then).unwrap();
    }
}

#[test]
fn what_is_kept_is_listed_by_the_tags_that_led_to_it() {
    let registry = Registry::start();
    let sandbox = sandbox();
    let empty = sandbox.host(&["cache", "list"]).ends_with(0);
    assert_eq!(
        empty.stdout,
        "0 files of registries and layouts, 0 bytes\n0 files of compiled recipes, 0 bytes\n"
    );
    let (digest, component) = registry.publish("acme/redis", "1.2.0", &redis());
    let moving = publish(&registry, "1.2.0");
    for wanted in ["acme/redis:1.x", "acme/redis:1.2.0"] {
        sandbox
            .host(&["render", &registry.reference(wanted)])
            .ends_with(0);
    }
    // By its digest alone nobody knows a tag of it.
    let pinned = registry.reference(&format!("acme/moving@{moving}"));
    sandbox.host(&["pull", &pinned]).ends_with(0);
    let listed = sandbox.host(&["cache", "ls"]).ends_with(0);
    let lines: Vec<&str> = listed.stdout.lines().collect();
    let name = format!("{}/acme/redis:1.2.0", registry.name());
    assert!(
        lines[1].starts_with(&name) && lines[1].ends_with(&format!("today  {digest}")),
        "{listed}"
    );
    assert!(
        lines[2].starts_with("- ") && lines[2].ends_with(&moving),
        "{listed}"
    );
    assert!(
        lines[3].starts_with("4 files of registries and layouts, "),
        "{listed}"
    );
    assert!(
        lines[4].starts_with("1 file of compiled recipes, "),
        "{listed}"
    );
    let json = sandbox
        .host(&["cache", "list", "--output", "json"])
        .ends_with(0)
        .json();
    assert_eq!(json["recipes"][0]["name"], name.as_str());
    let manifest = registry.manifest("acme/redis", "1.2.0").len();
    assert_eq!(json["recipes"][0]["size"], redis().len() + manifest);
    assert!(json["recipes"][0]["used"].as_u64() > Some(1_700_000_000));
    assert_eq!(
        (&json["content"]["files"], &json["compiled"]["files"]),
        (&4.into(), &1.into())
    );

    // Each damaged file is named and deleted, once.
    let whole = sandbox.host(&["cache", "check"]).ends_with(0);
    assert_eq!(whole.stdout, "5 files looked at, 0 damaged\n");
    let path = sandbox.path(&format!(
        "../cache/host/registry/{}",
        component.replace(':', "/")
    ));
    let compiled = folder(&sandbox, "compiled").remove(0);
    for path in [&path, &compiled] {
        let mut bytes = fs::read(path).unwrap();
        bytes[100] ^= 1;
        fs::write(path, bytes).unwrap();
    }
    let run = sandbox.host(&["cache", "check"]).ends_with(1);
    let run = run.says(&["error[H0803]", "2 files of the cache were damaged", "hint:"]);
    assert!(
        run.stdout.contains(&component[7..])
            && run.stdout.ends_with("5 files looked at, 2 damaged\n"),
        "{run}"
    );
    assert!(!path.exists() && !compiled.exists());
    sandbox
        .host(&["cache", "check", "--output", "json"])
        .ends_with(0);
    sandbox
        .host(&["render", &registry.reference("acme/redis:1.2.0")])
        .ends_with(0);
}

#[test]
fn what_was_not_used_for_long_goes_and_what_is_being_written_stays() {
    let registry = Registry::start();
    registry.publish("acme/redis", "1.2.0", &redis());
    publish(&registry, "1.2.0");
    let sandbox = sandbox();
    let (old, new) = (
        registry.reference("acme/redis:1.2.0"),
        registry.reference("acme/moving:1.2.0"),
    );
    for reference in [&old, &new] {
        sandbox.host(&["render", reference]).ends_with(0);
    }
    let all = || {
        [
            folder(&sandbox, "registry/sha256"),
            folder(&sandbox, "compiled"),
        ]
        .concat()
    };
    age(&all(), 31);
    // Using it is what counts.
    sandbox.host(&["render", &new]).ends_with(0);
    let draft = sandbox.path("../cache/host/registry/sha256/content.1-1-1.part");
    fs::write(&draft, "coming").unwrap();
    // What somebody left of a tag holds no folder for ever.
    let of_old = folder(&sandbox, "registry/seen").into_iter();
    let of_old = of_old.map(|it| it.join("1.2.0.1-1-1.part"));
    let of_old: Vec<PathBuf> = of_old.collect();
    for path in &of_old {
        fs::write(path, "half").unwrap();
    }
    age(&of_old, 1);
    let kept = sandbox
        .host(&["cache", "prune", "--older-than", "60d"])
        .ends_with(0);
    assert_eq!(kept.stdout, "removed 0 files, 0 bytes\n");
    let pruned = sandbox.host(&["cache", "prune"]).ends_with(0);
    assert!(pruned.stdout.starts_with("removed 3 files, "), "{pruned}");
    assert_eq!(all().len(), 4);
    assert_eq!(folder(&sandbox, "registry/seen").len(), 1);
    drop(registry);
    sandbox.host(&["render", &new]).ends_with(0);
    sandbox
        .host(&["render", &old])
        .ends_with(1)
        .says(&["error[H0810]"]);
    let json = sandbox
        .host(&["cache", "prune", "--all", "--output", "json"])
        .ends_with(0)
        .json();
    assert_eq!(json["files"], 3);
    assert_eq!(all(), [draft]);
    assert_eq!(folder(&sandbox, "registry/seen").len(), 0);
    sandbox
        .host(&["cache", "prune", "--all", "--older-than", "1d"])
        .ends_with(64);
    sandbox
        .host(&["cache", "prune", "--older-than", "soon"])
        .ends_with(64)
        .says(&["is expected"]);
}
