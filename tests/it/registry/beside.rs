//! Signatures on their way: which of a layout count for which place, and that what is kept of them only grows.

use std::fs;
use std::path::Path;

use host_core::registry::Reference;
use host_core::registry::artifact::{Descriptor, MANIFEST, Manifest};
use host_core::registry::key::PrivateKey;
use host_core::registry::signature::{MOST, PAYLOAD, layer, payload, tag, with};

use super::layout::{KEY, OTHER, PUBLIC, name, put, write};
use super::lock::{moving, publish};
use super::sandbox;
use crate::harness::{Registry, Sandbox};

const OTHER_KEY: &str = include_str!("other.key");

fn key(text: &str) -> PrivateKey {
    PrivateKey::read("key", text, "").unwrap()
}

/// Puts signatures of a manifest by these keys beside it, with other layers before them, at a place of a layout.
fn sign(folder: &Path, place: &str, digest: &str, by: &[&str], before: &[Descriptor]) {
    let reference: Reference = format!("oci://{place}:1.2.0").parse().unwrap();
    let signed = payload(&reference, digest);
    put(folder, "", &signed);
    let layers = by.iter().map(|it| layer(&signed, &key(it)));
    let (config, mut manifest) = with(None::<Manifest>, Descriptor::default());
    manifest.layers = before.iter().cloned().chain(layers).collect();
    put(folder, "", &config);
    let entry = put(folder, MANIFEST, &serde_json::to_vec(&manifest).unwrap());
    name(folder, &format!("{place}:{}", tag(digest)), entry);
}

/// As many layers as are looked at, which are no signatures of anybody.
fn noise(folder: &Path) -> Vec<Descriptor> {
    let noise = (0..MOST).map(|number| {
        let bytes = format!("noise {number}");
        put(folder, "", bytes.as_bytes());
        Descriptor::of(PAYLOAD, bytes.as_bytes())
    });
    noise.collect()
}

fn with_keys() -> Sandbox {
    let sandbox = sandbox();
    sandbox.write("host.pub", PUBLIC);
    sandbox.write("other.pub", OTHER);
    sandbox
}

#[test]
fn of_two_places_of_one_content_each_has_its_own_signatures_first_and_no_other_is_lost() {
    let sandbox = with_keys();
    let vendor = sandbox.path("vendor");
    let (one, two) = ("127.0.0.1:1/acme/moving", "127.0.0.1:2/acme/moving");
    let (digest, _) = write(&vendor, &format!("{one}:1.2.0"), &moving("1.2.0"));
    write(&vendor, &format!("{two}:1.2.0"), &moving("1.2.0"));
    sign(&vendor, one, &digest, &[OTHER_KEY], &[]);
    sign(&vendor, two, &digest, &[KEY], &[]);
    sandbox.write(
        "host.toml",
        "[trust]\n\"127.0.0.1:1\" = [\"other.pub\"]\n\"127.0.0.1:2\" = [\"host.pub\"]\n",
    );
    sandbox.host(&["load", "vendor"]).ends_with(0);
    for place in [one, two] {
        // From the cache, as it was loaded.
        sandbox
            .host(&["pull", &format!("oci://{place}:1.2.0")])
            .ends_with(0);
        // What is said of the layout is said of all that `load` takes along.
        for file in ["host.pub", "other.pub"] {
            let reference = format!("oci:vendor:{place}:1.2.0");
            sandbox
                .host(&["verify", "--key", file, &reference])
                .ends_with(0);
        }
    }
    let registry = Registry::start();
    let to = registry.reference("mirror/moving");
    sandbox.host(&["load", "vendor", &to]).ends_with(0);
    for file in ["host.pub", "other.pub"] {
        let reference = format!("{to}:1.2.0");
        let run = with_keys().host(&["verify", "--key", file, &reference]);
        run.ends_with(0);
    }
}

#[test]
fn what_lies_at_another_place_takes_no_room_of_those_that_count() {
    let sandbox = with_keys();
    let vendor = sandbox.path("vendor");
    let (one, two) = ("127.0.0.1:1/acme/moving", "127.0.0.1:2/acme/moving");
    let (digest, _) = write(&vendor, &format!("{one}:1.2.0"), &moving("1.2.0"));
    write(&vendor, &format!("{two}:1.2.0"), &moving("1.2.0"));
    let noise = noise(&vendor);
    sign(&vendor, one, &digest, &[], &noise);
    sign(&vendor, two, &digest, &[KEY], &[]);
    sandbox.write("host.toml", "[trust]\n\"127.0.0.1:2\" = [\"host.pub\"]\n");
    let reference = format!("oci:vendor:{two}:1.2.0");
    sandbox.host(&["load", &reference]).ends_with(0);
    sandbox
        .host(&["verify", "--key", "host.pub", &reference])
        .ends_with(0);
    sandbox
        .host(&["pull", &format!("oci://{two}:1.2.0")])
        .ends_with(0);
    // Of many entries no more are read than of many layers.
    for number in 0..2 * MOST {
        let entry = put(&vendor, MANIFEST, format!("{number}").as_bytes());
        name(&vendor, &format!("three-{number}:{}", tag(&digest)), entry);
    }
    for (blob, _) in super::carry::files(&vendor.join("blobs/sha256")) {
        let path = vendor.join("blobs/sha256").join(blob);
        if fs::read(&path).unwrap() == format!("{}", 2 * MOST - 1).as_bytes() {
            fs::remove_file(path).unwrap();
        }
    }
    sandbox
        .host(&["verify", "--key", "host.pub", &reference])
        .ends_with(0);
}

#[test]
fn what_is_kept_of_signatures_only_grows() {
    let registry = Registry::start();
    let digest = publish(&registry, "1.2.0");
    let sandbox = with_keys();
    sandbox.write("host.key", KEY);
    sandbox.write("other.key", OTHER_KEY);
    let place = format!("{}/acme/moving", registry.name());
    let reference = registry.reference("acme/moving:1.2.0");
    let trust = |key: &str| {
        let text = format!("[trust]\n\"{}\" = [\"{key}\"]\n", registry.name());
        sandbox.write("host.toml", text);
    };
    let pull = || sandbox.host(&["pull", &reference]);
    sandbox
        .host(&["sign", "--key", "host.key", &reference])
        .ends_with(0);
    trust("host.pub");
    pull().ends_with(0);
    // The registry has lost that one, and has another.
    registry.untag("acme/moving", &tag(&digest));
    sandbox
        .host(&["sign", "--key", "other.key", &reference])
        .ends_with(0);
    trust("other.pub");
    pull().ends_with(0);
    // Layouts with none, and with as many as are looked at, kept where nobody asks who signed.
    for (folder, is_noisy) in [("empty", false), ("noisy", true)] {
        let layout = sandbox.path(folder);
        write(&layout, &format!("{place}:1.2.0"), &moving("1.2.0"));
        let before = if is_noisy { noise(&layout) } else { Vec::new() };
        sign(&layout, &place, &digest, &[], &before);
        fs::remove_file(sandbox.path("host.toml")).unwrap();
        sandbox.host(&["load", folder]).ends_with(0);
        trust("other.pub");
    }
    // `save` sees what the registry has now.
    sandbox
        .host(&["save", &reference, "-o", "vendor"])
        .ends_with(0);
    drop(registry);
    for key in ["host.pub", "other.pub"] {
        let at = place.split('/').next().unwrap();
        sandbox.write("host.toml", format!("[trust]\n\"{at}\" = [\"{key}\"]\n"));
        sandbox.host(&["pull", &reference]).ends_with(0);
    }
}

/// Kept where nobody asked who signed, and as many as are looked at.
#[test]
fn what_was_kept_before_leaves_room_for_what_counts() {
    let registry = Registry::start();
    let digest = publish(&registry, "1.2.0");
    let sandbox = with_keys();
    sandbox.write("host.key", KEY);
    let place = format!("{}/acme/moving", registry.name());
    let reference = registry.reference("acme/moving:1.2.0");
    for folder in ["noisy", "signed"] {
        let layout = sandbox.path(folder);
        write(&layout, &format!("{place}:1.2.0"), &moving("1.2.0"));
    }
    let noise = noise(&sandbox.path("noisy"));
    sign(&sandbox.path("noisy"), &place, &digest, &[], &noise);
    sign(&sandbox.path("signed"), &place, &digest, &[OTHER_KEY], &[]);
    sandbox.host(&["load", "noisy"]).ends_with(0);
    let trust = |key: &str| {
        let text = format!("[trust]\n\"{}\" = [\"{key}\"]\n", registry.name());
        sandbox.write("host.toml", text);
    };
    // From the registry, and from a layout.
    sandbox
        .host(&["sign", "--key", "host.key", &reference])
        .ends_with(0);
    trust("host.pub");
    sandbox.host(&["pull", &reference]).ends_with(0);
    trust("other.pub");
    sandbox.host(&["load", "signed"]).ends_with(0);
    registry.untag("acme/moving", &tag(&digest));
    for key in ["host.pub", "other.pub"] {
        trust(key);
        sandbox.host(&["pull", &reference]).ends_with(0);
    }
}

/// Among those of a layout one is broken, by its bytes or by its manifest.
#[test]
fn a_broken_signature_of_a_layout_takes_nothing_from_the_others() {
    let sandbox = with_keys();
    let vendor = sandbox.path("vendor");
    let place = "127.0.0.1:1/acme/moving";
    let (digest, _) = write(&vendor, &format!("{place}:1.2.0"), &moving("1.2.0"));
    let lost = Descriptor::of(PAYLOAD, b"lost");
    sign(&vendor, place, &digest, &[KEY], &[lost]);
    sign(
        &vendor,
        "127.0.0.1:2/acme/moving",
        &digest,
        &[OTHER_KEY],
        &[],
    );
    let empty = put(&vendor, MANIFEST, b"{}");
    let blob = empty["digest"]
        .as_str()
        .unwrap()
        .trim_start_matches("sha256:");
    let blob = vendor.join("blobs/sha256").join(blob);
    name(&vendor, &format!("a:{}", tag(&digest)), empty);
    fs::write(blob, "[]").unwrap();
    let reference = format!("oci:vendor:{place}:1.2.0");
    for file in ["host.pub", "other.pub"] {
        sandbox
            .host(&["verify", "--key", file, &reference])
            .ends_with(0);
    }
    sandbox.host(&["load", "vendor"]).ends_with(0);
    // Any number of them that are small takes nothing either, and large ones no more time than is let to all.
    let broken = |number: usize, bytes: &[u8]| {
        let entry = put(&vendor, MANIFEST, format!("{{\"a\": {number}}}").as_bytes());
        let blob = entry["digest"]
            .as_str()
            .unwrap()
            .trim_start_matches("sha256:");
        fs::write(vendor.join("blobs/sha256").join(blob), bytes).unwrap();
        name(&vendor, &format!("b-{number}:{}", tag(&digest)), entry);
    };
    let verify = || sandbox.host(&["verify", "--key", "host.pub", &reference]);
    (0..20).for_each(|number| broken(number, b"[]"));
    verify().ends_with(0);
    let large = vec![b'x'; 4 << 20];
    (20..35).for_each(|number| broken(number, &large));
    verify().ends_with(0);
    broken(36, &large);
    let run = verify().ends_with(1);
    run.says(&["error[H0825]", "are more than 64 MiB"]);
}

#[test]
fn what_counts_for_nobody_at_the_tag_of_signatures_is_passed_over_or_the_registrys_fault() {
    let registry = Registry::start();
    let digest = publish(&registry, "1.2.0");
    let sandbox = with_keys();
    let reference = registry.reference("acme/moving:1.2.0");
    registry.tag("acme/moving", &tag(&digest), b"{}");
    let run = sandbox.host(&["save", &reference, "-o", "vendor"]);
    let run = run
        .ends_with(1)
        .says(&["error[H0813]", "holds no signatures", "hint:"]);
    assert!(
        run.stdout.is_empty() && !run.stderr.contains("layout"),
        "{run}"
    );
    // Beside a signature lie other things, of which the registry has not even the bytes.
    let signed = payload(&reference.parse().unwrap(), &digest);
    let (config, mut manifest) = with(None::<Manifest>, layer(&signed, &key(KEY)));
    let other = Descriptor {
        size: 1 << 40,
        ..Descriptor::of("application/x-other", b"other")
    };
    let lost = Descriptor::of(PAYLOAD, b"lost");
    manifest.layers.splice(0..0, [other, lost]);
    registry.hold(&signed);
    registry.hold(&config);
    let manifest = serde_json::to_vec(&manifest).unwrap();
    registry.tag("acme/moving", &tag(&digest), &manifest);
    sandbox
        .host(&["save", &reference, "-o", "vendor"])
        .ends_with(0);
    sandbox
        .host(&["verify", "--key", "host.pub", "oci:vendor:1.2.0"])
        .ends_with(0);
    let to = registry.reference("mirror/moving");
    sandbox.host(&["load", "vendor", &to]).ends_with(0);
    sandbox
        .host(&["verify", "--key", "host.pub", &format!("{to}:1.2.0")])
        .ends_with(0);
}
