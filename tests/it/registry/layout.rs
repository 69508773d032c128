//! Layouts: registries as folders. Everything that takes a recipe takes one of them, and nothing of it is believed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use host_core::registry::Reference;
use host_core::registry::artifact::{Descriptor, INDEX, MANIFEST, artifact};
use host_core::registry::key::PrivateKey;
use host_core::registry::signature;
use host_core::spec::Manifest;
use serde_json::{Value, json};

use super::lock::{custom_section, moving};
use super::{at_version, sandbox};
use crate::harness::Sandbox;

pub(super) const KEY: &str =
    include_str!("../../../host/core/src/registry/key/fixtures/openssl.key");
pub(super) const PUBLIC: &str =
    include_str!("../../../host/core/src/registry/key/fixtures/openssl.pub");
pub(super) const OTHER: &str = include_str!("other.pub");

/// Puts bytes into a layout. Gives the entry of the index, or the descriptor, for them.
pub(super) fn put(folder: &Path, kind: &str, bytes: &[u8]) -> Value {
    let Descriptor {
        media_type,
        digest,
        size,
        ..
    } = Descriptor::of(kind, bytes);
    fs::create_dir_all(folder.join("blobs/sha256")).unwrap();
    fs::write(folder.join("blobs").join(digest.replace(':', "/")), bytes).unwrap();
    json!({"mediaType": media_type, "digest": digest, "size": size})
}

/// Adds a name to the index of a layout.
pub(super) fn name(folder: &Path, name: &str, mut entry: Value) {
    let index = folder.join("index.json");
    let mut contents: Value = fs::read(&index).map_or_else(
        |_| json!({"schemaVersion": 2, "manifests": []}),
        |text| serde_json::from_slice(&text).unwrap(),
    );
    if !name.is_empty() {
        entry["annotations"] = json!({"org.opencontainers.image.ref.name": name});
    }
    contents["manifests"].as_array_mut().unwrap().push(entry);
    fs::write(index, contents.to_string()).unwrap();
    fs::write(
        folder.join("oci-layout"),
        r#"{"imageLayoutVersion": "1.0.0"}"#,
    )
    .unwrap();
}

/// Puts a recipe into a layout, as it would be in a registry of that name. Gives the digests of its manifest and of the component.
pub(super) fn write(folder: &Path, named: &str, component: &[u8]) -> (String, String) {
    let (place, tag) = named.rsplit_once(':').unwrap_or(("", named));
    let recipe = Manifest {
        name: place.rsplit('/').next().unwrap_or_default().to_owned(),
        version: tag.to_owned(),
        ..Manifest::default()
    };
    let made = artifact(component, &recipe, "");
    put(folder, "", component);
    put(folder, "", &made.config);
    let entry = put(folder, MANIFEST, &made.manifest);
    let digest = entry["digest"].as_str().unwrap().to_owned();
    name(folder, named, entry);
    (digest, made.layer.digest)
}

fn file(folder: &Path, digest: &str) -> std::path::PathBuf {
    folder.join("blobs").join(digest.replace(':', "/"))
}

fn refused(sandbox: &Sandbox, line: &[&str], told: &[&str]) {
    let run = sandbox.host(line).ends_with(1).says(told).says(&["hint:"]);
    assert!(run.stdout.is_empty(), "{run}");
}

#[test]
fn every_verb_that_takes_a_recipe_takes_one_of_a_layout() {
    let sandbox = sandbox();
    let (digest, component) = write(&sandbox.path("vendor"), "0.1.0", &at_version("0.1.0"));
    let layout = "oci:vendor:0.1.0";
    let of_file = sandbox.host(&["render", "recipes/redis.wasm"]).ends_with(0);
    for spelt in [
        layout,
        "oci:vendor",
        "oci:./vendor:0.x",
        &format!("oci:vendor@{digest}"),
        &format!("oci:{}:0.1.0", sandbox.path("vendor").display()),
    ] {
        let rendered = sandbox.host(&["render", spelt]).ends_with(0);
        assert_eq!(rendered.stdout, of_file.stdout, "{spelt}");
    }
    let inspected = sandbox.host(&["inspect", layout, "--output", "json"]);
    assert_eq!(inspected.ends_with(0).json()["recipes"][0]["path"], layout);
    sandbox.host(&["lint", layout]).ends_with(0);
    sandbox
        .host(&["iam", layout, "--region", "us-east-1"])
        .ends_with(0);
    let plan = [
        "plan",
        layout,
        "--local",
        "--set",
        "redis.memory=256",
        "-o",
        "p.json",
    ];
    sandbox.host(&plan).ends_with(0);
    sandbox.host(&["run", "p.json"]).ends_with(0);
    let pulled = sandbox
        .host(&["pull", "oci:vendor:0.x", "--output", "json"])
        .ends_with(0);
    let one = &pulled.json()["recipes"][0];
    assert_eq!(one["pinned"], format!("oci:vendor:0.1.0@{digest}"));
    assert_eq!(
        (&one["tag"], &one["origin"]),
        (&json!("0.1.0"), &json!("kept"))
    );
    let kept = fs::read(one["path"].as_str().unwrap()).unwrap();
    assert!(kept == at_version("0.1.0") && one["component"]["digest"] == component);
    // What is meant by its digest is in the cache by now, and nobody needs the layout.
    fs::remove_dir_all(sandbox.path("vendor")).unwrap();
    sandbox
        .host(&["render", &format!("oci:vendor@{digest}")])
        .ends_with(0);
    refused(
        &sandbox,
        &["render", layout],
        &[
            "error[H0825]",
            "the folder `vendor` is not there",
            "make it anew",
        ],
    );
    // A slash that was lost.
    for slash in ["", "/"] {
        refused(
            &sandbox,
            &["pull", &format!("oci:{slash}127.0.0.1:5000/acme/redis")],
            &[
                "error[H0825]",
                "is not there",
                "hint: did you mean `oci://127.0.0.1:5000/acme/redis`?",
            ],
        );
    }
    let push = [
        "push",
        "recipes/redis.wasm",
        "oci:127.0.0.1:5000/acme/redis",
    ];
    let run = sandbox.host(&push).ends_with(64);
    run.says(&["hint: did you mean `oci://127.0.0.1:5000/acme/redis`?"]);
}

#[test]
fn a_stack_names_layouts_from_its_own_folder_and_locks_them() {
    let sandbox = sandbox();
    let vendor = sandbox.path("deploy/vendor");
    let (first, _) = write(&vendor, "registry.test/acme/moving:1.2.0", &moving("1.2.0"));
    sandbox.write(
        "deploy/host.toml",
        "[trust]\n\"ghcr.io\" = \"anyone\"\n\n[services.moving]\nrecipe = \"oci:vendor:1.x\"\n",
    );
    let stack = "deploy/host.toml";
    let locked = sandbox.host(&["lock", stack]).ends_with(0);
    assert_eq!(locked.stdout, format!("+ moving  1.2.0  {first}\n"));
    write(&vendor, "registry.test/acme/moving:1.3.0", &moving("1.3.0"));
    let outdated = sandbox
        .host(&["outdated", stack, "--output", "json"])
        .ends_with(0);
    assert_eq!(outdated.json()["recipes"][0]["newest"], "1.3.0");
    let run = sandbox.host(&["render", stack]).ends_with(0);
    assert!(run.stdout.contains("redis:7.2"), "{run}");
    let moved = sandbox.host(&["lock", "--update", stack]).ends_with(0);
    assert!(
        moved.stdout.starts_with("~ moving  1.2.0 -> 1.3.0"),
        "{moved}"
    );
    fs::remove_dir_all(&vendor).unwrap();
    sandbox
        .host(&["run", stack, "--local", "--yes"])
        .ends_with(0);
    // Somebody else put other content at the version.
    let other = [moving("1.3.0"), custom_section()].concat();
    write(&vendor, "1.3.0", &other);
    refused(
        &sandbox,
        &["lock", "--update", stack],
        &["error[H0804]", "other content than the locked one of 1.3.0"],
    );
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let sandbox = sandbox();
    let vendor = sandbox.path("vendor");
    write(&vendor, "ghcr.io/acme/moving:1.2.0", &moving("1.2.0"));
    write(&vendor, "ghcr.io/acme/moving:1.3.0", &moving("1.3.0"));
    let names = "`ghcr.io/acme/moving:1.2.0`, `ghcr.io/acme/moving:1.3.0`";
    refused(
        &sandbox,
        &["render", "oci:vendor:2.x"],
        &["error[H0812]", "`oci:vendor:2.x`", names],
    );
    refused(
        &sandbox,
        &["render", "oci:vendor"],
        &["error[H0825]", "several recipes", names],
    );
    refused(
        &sandbox,
        &["render", "oci:"],
        &["error[H0801]", "names no folder"],
    );
    let none = format!("oci:vendor@sha256:{}", "0".repeat(64));
    refused(
        &sandbox,
        &["render", &none],
        &["error[H0825]", "cannot read `vendor/blobs/sha256/000"],
    );
    let pushed = sandbox
        .host(&["sign", "--key", "none", "oci:vendor:1.3.0"])
        .ends_with(64);
    pushed.says(&[
        "is in a layout, and signatures are put into registries",
        "hint:",
    ]);
    sandbox.write("none/file", "");
    refused(
        &sandbox,
        &["render", "oci:none"],
        &["error[H0825]", "`none` is no layout"],
    );
}

#[test]
fn nothing_of_a_layout_is_believed() {
    let sandbox = sandbox();
    let vendor = sandbox.path("vendor");
    let (manifest, component) = write(&vendor, "0.1.0", &at_version("0.1.0"));
    let refuse = |told: &[&str]| refused(&sandbox, &["inspect", "oci:vendor:0.1.0"], told);
    let cache = sandbox.path("../cache");
    // Each file, changed in some way, and mended again.
    let mut cases: Vec<(std::path::PathBuf, &[u8], Vec<&str>)> = vec![
        (
            vendor.join("oci-layout"),
            b"{\"imageLayoutVersion\": \"2.0.0\"}",
            vec!["H0825", "`vendor/oci-layout`", "version `2.0.0`"],
        ),
        (
            vendor.join("oci-layout"),
            b"<html>",
            vec!["H0825", "`vendor/oci-layout`"],
        ),
        (
            vendor.join("index.json"),
            b"{",
            vec!["H0825", "`vendor/index.json`"],
        ),
        (
            vendor.join("index.json"),
            br#"{"manifests": [{"mediaType": "a", "digest": "../../x", "size": 1, "annotations": {"org.opencontainers.image.ref.name": "0.1.0"}}]}"#,
            vec!["H0825", "`../../x`"],
        ),
        (
            file(&vendor, &manifest),
            b"{}",
            vec!["H0803", "`vendor/blobs/sha256/", "another content"],
        ),
    ];
    let (short, mut other) = (at_version("0.1.0")[1..].to_vec(), at_version("0.1.0"));
    let last = other.len() - 1;
    other[last] ^= 1;
    let long = [at_version("0.1.0"), vec![0]].concat();
    let size = format!("in place of {}", at_version("0.1.0").len());
    cases.push((file(&vendor, &component), &short, vec!["H0803", &size]));
    cases.push((
        file(&vendor, &component),
        &long,
        vec!["H0803", "or more", &size],
    ));
    cases.push((
        file(&vendor, &component),
        &other,
        vec!["H0803", "another content"],
    ));
    for (path, bytes, told) in cases {
        let right = fs::read(&path).unwrap();
        fs::write(&path, bytes).unwrap();
        refuse(&told);
        fs::remove_file(&path).unwrap();
        refuse(&["H0825", "cannot read `vendor/"]);
        // A pipe is not waited for.
        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        refuse(&["H0825", "not a file, but a pipe"]);
        fs::remove_file(&path).unwrap();
        symlink("/dev/zero", &path).unwrap();
        refuse(&["H0825", "not a file, but a device"]);
        fs::remove_file(&path).unwrap();
        fs::write(&path, right).unwrap();
    }
    // Nothing of that is kept, nor half of it.
    let content = fs::read_dir(cache.join("host/registry/sha256")).unwrap();
    assert_eq!(content.count(), 0);
    sandbox
        .host(&["inspect", "oci:vendor:0.1.0", "--sandbox", "size=1000"])
        .ends_with(1);
    sandbox.host(&["inspect", "oci:vendor:0.1.0"]).ends_with(0);
}

#[test]
fn what_is_no_recipe_is_told_by_what_it_is() {
    let sandbox = sandbox();
    let vendor = sandbox.path("vendor");
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []});
    name(
        &vendor,
        "images",
        put(&vendor, INDEX, index.to_string().as_bytes()),
    );
    refused(
        &sandbox,
        &["render", "oci:vendor:images"],
        &["error[H0802]", "`oci:vendor:images`", INDEX],
    );
    let image = put(&vendor, "application/vnd.oci.image.config.v1+json", b"{}");
    let image = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": image, "layers": []});
    name(
        &vendor,
        "image",
        put(&vendor, MANIFEST, image.to_string().as_bytes()),
    );
    refused(
        &sandbox,
        &["render", "oci:vendor:image"],
        &["error[H0802]", "application/vnd.oci.image.config"],
    );
    write(&vendor, "module", b"\0asm\x01\0\0\0");
    sandbox
        .host(&["render", "oci:vendor:module"])
        .ends_with(1)
        .says(&["oci:vendor:module", "is a core WebAssembly module"]);
}

#[test]
fn signatures_in_a_layout_are_those_that_lie_beside_the_recipe() {
    let sandbox = sandbox();
    let vendor = sandbox.path("vendor");
    let (digest, _) = write(&vendor, "1.2.0", &moving("1.2.0"));
    sandbox.write("their.pub", PUBLIC);
    sandbox.write("other.pub", OTHER);
    let verify = ["verify", "--key", "their.pub", "oci:vendor:1.2.0"];
    refused(
        &sandbox,
        &verify,
        &[
            "error[H0807]",
            "`oci:vendor:1.2.0` is not signed",
            "host save",
        ],
    );
    let key = PrivateKey::read("key", KEY, "").unwrap();
    let reference: Reference = "oci://registry.test/acme/moving:1.2.0".parse().unwrap();
    let payload = signature::payload(&reference, &digest);
    let (config, manifest) = signature::with(None, signature::layer(&payload, &key));
    put(&vendor, "", &payload);
    put(&vendor, "", &config);
    let entry = put(&vendor, MANIFEST, &serde_json::to_vec(&manifest).unwrap());
    name(&vendor, &signature::tag(&digest), entry);
    let run = sandbox.host(&verify).ends_with(0);
    let fingerprint = key.public().fingerprint();
    assert_eq!(
        run.stdout,
        format!("oci:vendor:1.2.0@{digest} signed by {fingerprint}\n")
    );
    let other = ["verify", "--key", "other.pub", "oci:vendor:1.2.0"];
    refused(&sandbox, &other, &["error[H0808]", "by none of the keys"]);
    fs::write(file(&vendor, &Descriptor::of("", &payload).digest), "{}").unwrap();
    refused(&sandbox, &verify, &["error[H0803]", "another content"]);
}

/// Puts a recipe with a config of 4 MiB, which is all that one may have, into a layout, under many names.
fn heavy(folder: &Path, number: usize, names: usize) {
    let component = moving("1.2.0");
    let mut made = artifact(&component, &Manifest::default(), "");
    made.config.resize(4 << 20, b' ');
    let at = made.config.len() - 8;
    made.config[at..].copy_from_slice(format!("{number:8}").as_bytes());
    put(folder, "", &component);
    put(folder, "", &made.config);
    let mut manifest: Value = serde_json::from_slice(&made.manifest).unwrap();
    let config = Descriptor::of("", &made.config);
    manifest["config"]["digest"] = json!(config.digest);
    manifest["config"]["size"] = json!(config.size);
    let entry = put(folder, MANIFEST, manifest.to_string().as_bytes());
    for at in 0..names {
        let tag = format!("registry.test/acme/moving:{number}-{at}");
        name(folder, &tag, entry.clone());
    }
}

#[test]
fn many_names_of_one_recipe_take_no_more_memory_than_one() {
    let sandbox = sandbox();
    heavy(&sandbox.path("vendor"), 0, 400);
    let (run, peak) = sandbox.measured(&["load", "vendor"]);
    assert_eq!(run.ends_with(0).stdout.lines().count(), 400);
    assert!(peak < 100 << 10, "{peak} KiB");
    for number in 1..20 {
        heavy(&sandbox.path("vendor"), number, 1);
    }
    let (run, peak) = sandbox.measured(&["load", "vendor"]);
    run.ends_with(1)
        .says(&["error[H0825]", "more than 64 MiB", "hint:"]);
    assert!(peak < 160 << 10, "{peak} KiB");
    // One of them is not too much.
    sandbox.host(&["load", "oci:vendor:3-0"]).ends_with(0);
}

#[test]
fn what_has_another_kind_of_digest_hinders_nobody_who_does_not_mean_it() {
    let sandbox = sandbox();
    let vendor = sandbox.path("vendor");
    write(&vendor, "registry.test/acme/moving:1.2.0", &moving("1.2.0"));
    let digest = format!("sha512:{}", "0".repeat(128));
    let other = json!({"mediaType": MANIFEST, "digest": digest, "size": 1});
    name(&vendor, "2.0.0", other);
    for line in [
        &["render", "oci:vendor"][..],
        &["render", "oci:vendor:1.x"],
        &["load", "vendor"],
    ] {
        sandbox.host(line).ends_with(0);
    }
    refused(
        &sandbox,
        &["render", "oci:vendor:2.0.0"],
        &[
            "error[H0825]",
            "`2.0.0` of `oci:vendor` has the digest `sha512:",
        ],
    );
}

#[test]
fn a_folder_that_no_reference_can_name_is_told() {
    let sandbox = sandbox();
    write(&sandbox.path("a:b/vendor"), "0.1.0", &at_version("0.1.0"));
    let stack = "[services.redis]\nrecipe = \"oci:vendor:0.1.0\"\n";
    sandbox.write("a:b/host.toml", stack);
    refused(
        &sandbox,
        &["pull", "a:b/host.toml"],
        &["error[H0801]", "a:b/vendor`, whose name has a colon"],
    );
}
