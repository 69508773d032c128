//! `host save` and `host load`: recipes on their way into a closed network, with all that belongs to them.

use std::fs;
use std::path::Path;

use host_core::registry::Reference;
use host_core::registry::signature::tag;
use serde_json::Value;

use super::lock::{moving, publish, stack};
use super::sandbox;
use crate::harness::{Registry, Sandbox};

const KEY: &str = include_str!("../../../host/core/src/registry/key/fixtures/openssl.key");
const PUBLIC: &str = include_str!("../../../host/core/src/registry/key/fixtures/openssl.pub");
const OTHER: &str = include_str!("other.pub");

/// A sandbox with a pair of keys.
pub(super) fn with_keys() -> Sandbox {
    let sandbox = sandbox();
    sandbox.write("host.key", KEY);
    sandbox.write("host.pub", PUBLIC);
    sandbox.write("other.pub", OTHER);
    sandbox
}

pub(super) fn sign(sandbox: &Sandbox, reference: &str) {
    let line = ["sign", "--key", "host.key", reference];
    sandbox.host(&line).ends_with(0);
}

/// All files of a folder, with what is in them.
pub(super) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                all.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

pub(super) fn names(folder: &Path) -> Vec<String> {
    let index = fs::read(folder.join("index.json")).unwrap();
    let index: Value = serde_json::from_slice(&index).unwrap();
    let entries = index["manifests"].as_array().unwrap().iter();
    let name = |it: &Value| it["annotations"]["org.opencontainers.image.ref.name"].clone();
    entries
        .map(|it| name(it).as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_was_saved_and_loaded_runs_where_there_is_no_registry() {
    let registry = Registry::start();
    let digest = publish(&registry, "1.2.0");
    let outside = with_keys();
    stack(&outside, &registry, ":1.x");
    let trust = format!("\n[trust]\n\"{}\" = [\"host.pub\"]\n", registry.name());
    let text = fs::read_to_string(outside.path("host.toml")).unwrap() + &trust;
    outside.write("host.toml", &text);
    sign(&outside, &registry.reference("acme/moving:1.2.0"));
    outside.host(&["lock"]).ends_with(0);
    // There is a newer one, and what is locked is saved.
    publish(&registry, "1.3.0");
    let saved = outside.host(&["save", "-o", "vendor"]).ends_with(0);
    let pinned = registry.reference(&format!("acme/moving:1.2.0@{digest}"));
    assert_eq!(saved.stdout, format!("{pinned}\n"));
    saved.says(&[
        "`cache` is the file `recipes/redis.wasm`, and is not saved",
        "saved in `vendor`",
    ]);
    let vendor = outside.path("vendor");
    let place = format!("{}/acme/moving", registry.name());
    assert_eq!(
        names(&vendor),
        [
            format!("{place}:1.2.0"),
            format!("{place}:{}", tag(&digest))
        ]
    );
    // The manifest, config and component of both.
    assert_eq!(files(&vendor.join("blobs/sha256")).len(), 6);

    // Again, in parts and in another order: the same bytes.
    let before = files(&vendor);
    outside
        .host(&["save", "moving", "-o", "vendor"])
        .ends_with(0);
    assert!(files(&vendor) == before);
    let other = registry.reference("acme/moving:1.3.0");
    outside.write(
        "host.toml",
        text.replace("host.pub", "host.pub\", \"other.pub"),
    );
    sign(&outside, &other);
    outside
        .host(&["save", &other, "--layout", "vendor"])
        .ends_with(0);
    outside
        .host(&["save", &other, "-o", "turned/round/"])
        .ends_with(0);
    outside
        .host(&["save", "moving", "-o", "turned/round"])
        .ends_with(0);
    assert!(files(&outside.path("turned/round")) == files(&vendor));
    assert_eq!(names(&vendor).len(), 4);

    // Elsewhere, without the registry.
    let inside = with_keys();
    inside.write("host.toml", &text);
    inside.write("host.lock", fs::read(outside.path("host.lock")).unwrap());
    let asked = registry.asked().len();
    let loaded = inside
        .host(&["load", &vendor.display().to_string()])
        .ends_with(0);
    assert_eq!(loaded.stdout.lines().count(), 2);
    assert!(
        loaded.stdout.starts_with(&format!("{pinned}\n")),
        "{loaded}"
    );
    assert_eq!(registry.asked().len(), asked);
    drop(registry);
    inside.host(&["run", "--local", "--yes"]).ends_with(0);
    let run = inside.host(&["render", "moving"]).ends_with(0);
    assert!(run.stdout.contains("redis:7.2"), "{run}");
    // As if it had been pulled: by its tag, too, and to be saved again.
    inside
        .host(&["pull", pinned.split('@').next().unwrap()])
        .ends_with(0)
        .says(&["as it was seen last"]);
    inside.host(&["save", "moving", "-o", "again"]).ends_with(0);
    let of_first = [
        format!("{place}:1.2.0"),
        format!("{place}:{}", tag(&digest)),
    ];
    assert_eq!(names(&inside.path("again")), of_first);

    // Where somebody else is trusted nothing is kept.
    let stranger = with_keys();
    stranger.write("host.toml", text.replace("host.pub", "other.pub"));
    let run = stranger
        .host(&["load", &vendor.display().to_string()])
        .ends_with(1);
    let run = run.says(&["error[H0808]", "hint:"]);
    assert!(run.stdout.is_empty(), "{run}");
}

/// Whoever searches by an index finds what was carried there.
/// Nor does it take the place of what was pulled.
#[test]
fn what_is_loaded_at_another_version_leaves_the_one_that_was_seen() {
    let registry = Registry::start();
    let sandbox = sandbox();
    publish(&registry, "1.2.0");
    let right = publish(&registry, "1.3.0");
    let [old, new] = ["1.2.0", "1.3.0"].map(|it| registry.reference(&format!("acme/moving:{it}")));
    sandbox.host(&["save", &old, "-o", "vendor"]).ends_with(0);
    sandbox.host(&["render", &new]).ends_with(0);
    let index = fs::read_to_string(sandbox.path("vendor/index.json")).unwrap();
    sandbox.write("vendor/index.json", index.replace(":1.2.0", ":1.3.0"));
    let run = sandbox.host(&["load", "vendor"]).ends_with(1);
    run.says(&[
        "error[H0819]",
        "is at 1.3.0, and what lies there says that it is 1.2.0",
    ]);
    drop(registry);
    let run = sandbox.host(&["render", &new]).ends_with(0);
    run.says(&[&right]);
}

/// What another tool put into a layout has no more rights than what is made here.
#[test]
fn what_cannot_be_saved_or_loaded_is_told() {
    let registry = Registry::start();
    publish(&registry, "1.2.0");
    publish(&registry, "1.3.0");
    let sandbox = with_keys();
    let (one, two) = (
        registry.reference("acme/moving:1.2.0"),
        registry.reference("acme/moving:1.3.0"),
    );
    sandbox
        .host(&["save", &one, &two, "-o", "vendor"])
        .ends_with(0);
    let to = registry.reference("mirror/moving");
    let first = format!("{}/acme/moving:1.2.0", registry.name());
    let refused = |line: &[&str], status: i32, told: &[&str]| {
        let run = sandbox
            .host(line)
            .ends_with(status)
            .says(told)
            .says(&["hint:"]);
        assert!(run.stdout.is_empty(), "{run}");
    };
    refused(
        &["load", "vendor", &to],
        1,
        &[
            "error[H0825]",
            "several recipes",
            "`oci:vendor:NAME`",
            &first,
        ],
    );
    refused(
        &["load", "oci:vendor:1.4.0", &to],
        1,
        &["error[H0812]", &first],
    );
    refused(
        &["load", "nowhere"],
        1,
        &["error[H0825]", "`nowhere` is not there"],
    );
    refused(
        &["save", &one, "-o", "oci:vendor:1.2.0"],
        64,
        &["names a recipe of a layout"],
    );
    refused(
        &["save", "oci:vendor:1.2.0", "-o", "other"],
        1,
        &["error[H0825]", "is in a layout already"],
    );
    refused(
        &["save", "recipes/redis.wasm", "-o", "other"],
        64,
        &["is a file"],
    );
    sandbox.write("full/of-something", "");
    refused(
        &["save", &one, "-o", "full"],
        1,
        &["error[H0825]", "`full` is no layout, and not empty"],
    );
    sandbox.write("file", "");
    refused(
        &["save", &one, "-o", "file"],
        1,
        &["error[H0825]", "`file`"],
    );
    assert!(!sandbox.path("other").exists());
    // A tag alone does not say from where it is.
    let index = fs::read_to_string(sandbox.path("vendor/index.json")).unwrap();
    sandbox.write("vendor/index.json", index.replace(&first, "1.2.0"));
    let run = sandbox.host(&["load", "vendor"]).ends_with(0);
    run.says(&["passed over: the layout does not say to which registry `1.2.0` belongs"]);
    refused(
        &["load", "oci:vendor:1.2.0"],
        1,
        &[
            "error[H0825]",
            "to which registry `1.2.0` belongs",
            "`host run oci:vendor:1.2.0`",
            "host load oci:vendor:1.2.0 oci://",
        ],
    );
    // Something else was put in the place of a config, which nobody reads to run.
    let reference: Reference = one.parse().unwrap();
    let manifest: Value =
        serde_json::from_slice(&registry.manifest(&reference.repository, "1.2.0")).unwrap();
    let config = manifest["config"]["digest"]
        .as_str()
        .unwrap()
        .replace(':', "/");
    sandbox.write(&format!("vendor/blobs/{config}"), "{}");
    refused(
        &["load", "oci:vendor:1.2.0", &to],
        1,
        &["error[H0803]", "another content"],
    );
}

#[test]
fn what_was_saved_by_its_digest_alone_has_no_tag() {
    let registry = Registry::start();
    let digest = publish(&registry, "1.2.0");
    let (outside, inside) = (with_keys(), with_keys());
    let pinned = registry.reference(&format!("acme/moving@{digest}"));
    let saved = outside
        .host(&["save", &pinned, "-o", "vendor"])
        .ends_with(0);
    assert_eq!(saved.stdout, format!("{pinned}\n"));
    assert_eq!(names(&outside.path("vendor")), [&pinned["oci://".len()..]]);
    let vendor = outside.path("vendor").display().to_string();
    let to = registry.reference("mirror/moving");
    let run = inside.host(&["load", &vendor, &to]).ends_with(1);
    run.says(&[
        "error[H0801]",
        "says a tag",
        "hint: name one: `oci://",
        &format!("{to}:1.2.0"),
    ]);
    inside
        .host(&["load", &vendor, &format!("{to}:1.2.0")])
        .ends_with(0);
    drop(registry);
    let loaded = inside.host(&["load", &vendor]).ends_with(0);
    assert_eq!(loaded.stdout, format!("{pinned}\n"));
    inside.host(&["render", &pinned]).ends_with(0);
    inside
        .host(&["render", &format!("oci:{vendor}@{digest}")])
        .ends_with(0);
}

#[test]
fn all_tags_of_one_content_arrive() {
    let registry = Registry::start();
    let digest = publish(&registry, "1.2.0");
    let manifest = registry.manifest("acme/moving", "1.2.0");
    registry.tag("acme/moving", "stable", &manifest);
    let sandbox = sandbox();
    for tag in ["1.2.0", "stable"] {
        let reference = registry.reference(&format!("acme/moving:{tag}"));
        sandbox
            .host(&["save", &reference, "-o", "vendor"])
            .ends_with(0);
    }
    let to = registry.reference("mirror/moving");
    let all = format!("{to}:1.2.0@{digest}\n{to}:stable@{digest}\n");
    let loaded = sandbox.host(&["load", "vendor", &to]).ends_with(0);
    assert_eq!(loaded.stdout, all);
    for tag in ["1.2.0", "stable"] {
        assert!(!registry.manifest("mirror/moving", tag).is_empty());
    }
    // One that is named is the only one.
    let other = registry.reference("other/moving");
    let loaded = sandbox
        .host(&["load", "oci:vendor:stable", &other])
        .ends_with(0);
    assert_eq!(loaded.stdout, format!("{other}:stable@{digest}\n"));
    // Where one of them is something else there, none is moved.
    registry.publish("third/moving", "1.2.0", &moving("1.3.0"));
    let before = registry.asked().len();
    let third = registry.reference("third/moving");
    let run = sandbox.host(&["load", "vendor", &third]).ends_with(1);
    run.says(&["error[H0818]"]);
    assert!(
        registry.asked()[before..]
            .iter()
            .all(|it| it.starts_with("GET"))
    );
}
