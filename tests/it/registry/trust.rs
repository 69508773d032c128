//! Signatures: whose count for what, what is refused, and what holds without the registry.

use std::fs;

use host_core::registry::Reference;
use host_core::registry::artifact::{self, Descriptor, artifact};
use host_core::registry::key::{PrivateKey, PublicKey};
use host_core::registry::signature::{layer, payload, tag, with};
use host_core::spec::Manifest;

use super::lock::{custom_section, moving};
use super::sandbox;
use crate::harness::{Access, Hook, Registry, Run, Sandbox, reply};

const KEY: &str = include_str!("../../../host/core/src/registry/key/fixtures/openssl.key");
const PUBLIC: &str = include_str!("../../../host/core/src/registry/key/fixtures/openssl.pub");
const OTHER: &str = include_str!("other.pub");
const OTHER_KEY: &str = include_str!("other.key");
/// The same key as `KEY`, as cosign keeps it.
const SEALED: &str = include_str!("../../../host/core/src/registry/key/fixtures/cosign.key");
const PASSWORD: &str = "open sesame";

fn key() -> PrivateKey {
    PrivateKey::read("key", KEY, "").unwrap()
}

/// Puts a signature of `signed` beside the manifest `beside`, as cosign does.
fn sign(registry: &Registry, beside: &str, signed: &str) {
    let reference: Reference = registry.reference("acme/moving:1.2.0").parse().unwrap();
    let payload = payload(&reference, signed);
    put(registry, beside, layer(&payload, &key()), &payload);
}

fn put(registry: &Registry, beside: &str, layer: Descriptor, payload: &[u8]) {
    let (config, manifest) = with(None, layer);
    registry.hold(&config);
    registry.hold(payload);
    let manifest = serde_json::to_vec(&manifest).unwrap();
    registry.tag("acme/moving", &tag(beside), &manifest);
}

/// A stack that takes only what the owner of `key` signed.
fn trusting(registry: &Registry, key: &str) -> Sandbox {
    let sandbox = sandbox();
    sandbox.write("keys/theirs.pub", key);
    let (name, recipe) = (registry.name(), registry.reference("acme/moving:1.2.0"));
    sandbox.write(
        "host.toml",
        format!(
            "[trust]\n\"{name}/acme\" = [\"keys/theirs.pub\"]\n\n[services.moving]\nrecipe = \"{recipe}\"\n"
        ),
    );
    sandbox
}

/// Puts a signature before the others whose payload the registry has not.
fn spoil(registry: &Registry, of: &str) {
    let tag = tag(of);
    let manifest = registry.manifest("acme/moving", &tag);
    let mut manifest: artifact::Manifest = serde_json::from_slice(&manifest).unwrap();
    let lost = Descriptor {
        digest: format!("sha256:{}", "0".repeat(64)),
        ..manifest.layers[0].clone()
    };
    manifest.layers.insert(0, lost);
    let manifest = serde_json::to_vec(&manifest).unwrap();
    registry.tag("acme/moving", &tag, &manifest);
}

fn refused(run: Run, told: &[&str]) {
    let run = run.ends_with(1).says(told).says(&["hint:"]);
    assert!(run.stdout.is_empty(), "{run}");
}

#[test]
fn what_is_signed_by_whom_one_trusts_runs_and_later_without_the_registry() {
    let registry = Registry::start();
    let (digest, _) = registry.publish("acme/moving", "1.2.0", &moving("1.2.0"));
    sign(&registry, &digest, &digest);
    let sandbox = trusting(&registry, PUBLIC);
    let reference = registry.reference("acme/moving:1.2.0");
    let fingerprint = key().public().fingerprint();
    let verified = sandbox.host(&["verify", &reference]).ends_with(0);
    assert_eq!(
        verified.stdout,
        format!("{reference}@{digest} signed by {fingerprint}\n")
    );
    let line = [
        "verify",
        "--key",
        "keys/theirs.pub",
        &reference,
        "--output",
        "json",
    ];
    let json = sandbox.host(&line).ends_with(0).json();
    assert_eq!(json["recipes"][0]["signer"], fingerprint.as_str());
    sandbox.host(&["pull", &reference]).ends_with(0);
    let locked = sandbox.host(&["lock"]).ends_with(0);
    assert!(
        locked
            .stdout
            .ends_with(&format!("    signed by {fingerprint}\n")),
        "{locked}"
    );
    let all = sandbox.host(&["verify"]).ends_with(0);
    assert_eq!(all.stdout, verified.stdout);
    let lock = fs::read_to_string(sandbox.path("host.lock")).unwrap();
    assert!(
        lock.contains(&format!("signer = \"{fingerprint}\"")),
        "{lock}"
    );
    let before = registry.asked().len();
    sandbox.host(&["run", "--local", "--yes"]).ends_with(0);
    assert_eq!(registry.asked().len(), before, "{:?}", registry.asked());
    // What somebody else puts at the tag is refused, and does not take the place of what was trusted.
    registry.publish("acme/moving", "1.2.0", &moving("1.3.0"));
    refused(sandbox.host(&["pull", &reference]), &["error[H0807]"]);
    drop(registry);
    let pulled = sandbox.host(&["pull", &reference]).ends_with(0);
    assert_eq!(pulled.stdout, format!("{reference}@{digest}\n"));
    sandbox.host(&["render"]).ends_with(0);
    // The key is another one by now, and what was seen is by none that counts.
    sandbox.write("keys/theirs.pub", OTHER);
    refused(sandbox.host(&["render"]), &["error[H0810]"]);
}

#[test]
fn what_is_not_signed_so_is_not_run() {
    let registry = Registry::start();
    let (digest, _) = registry.publish("acme/moving", "1.2.0", &moving("1.2.0"));
    let reference = registry.reference("acme/moving:1.2.0");
    let sandbox = trusting(&registry, PUBLIC);
    let verbs = [
        &["render"][..],
        &["plan", "--local"],
        &["run", "--local", "--yes"],
        &["lock"],
        &["pull", &reference],
        &["verify", &reference],
    ];
    let all = |sandbox: &Sandbox, told: &[&str]| {
        for line in verbs {
            refused(sandbox.host(line), told);
        }
    };
    all(&sandbox, &["error[H0807]", "is not signed, and has to be"]);
    // By somebody else.
    sign(&registry, &digest, &digest);
    let other = trusting(&registry, OTHER);
    all(
        &other,
        &["error[H0808]", "by none of the keys that count for it"],
    );
    sandbox.host(&["render"]).ends_with(0);
    // A newer content at the tag, beside which the signature of the older one was put.
    let (next, _) = registry.publish("acme/moving", "1.2.0", &moving("1.3.0"));
    all(&sandbox, &["error[H0807]", "is not signed"]);
    sign(&registry, &next, &digest);
    all(&sandbox, &["error[H0808]", "is of other content", &digest]);
    // A signature whose payload was changed after it.
    let reference: Reference = reference.parse().unwrap();
    let (old, new) = (payload(&reference, &digest), payload(&reference, &next));
    let forged = Descriptor {
        annotations: layer(&old, &key()).annotations,
        ..layer(&new, &key())
    };
    put(&registry, &next, forged, &new);
    all(&sandbox, &["error[H0808]", "by none of the keys"]);
    assert!(!sandbox.path("host.lock").exists());
}

#[test]
fn places_that_nobody_named_are_not_even_asked() {
    let registry = Registry::start();
    registry.publish("other/moving", "1.2.0", &moving("1.2.0"));
    let sandbox = trusting(&registry, PUBLIC);
    let reference = registry.reference("other/moving:1.2.0");
    sandbox.write(
        "other.toml",
        format!("[trust]\n\"a.io\" = \"anyone\"\n[services.moving]\nrecipe = \"{reference}\"\n"),
    );
    let before = registry.asked().len();
    for line in [
        &["lock", "other.toml"][..],
        &["outdated", "other.toml"],
        &["render", "other.toml"],
    ] {
        let told = ["error[H0809]", "`[trust]` of `other.toml` has no place for"];
        refused(sandbox.host(line), &told);
    }
    assert_eq!(registry.asked().len(), before);
    for verb in ["render", "pull", "verify"] {
        let told = ["error[H0809]", "`[trust]` of `host.toml` has no place for"];
        refused(sandbox.host(&[verb, &reference]), &told);
    }
    assert_eq!(registry.asked().len(), before);
    // What is no key is told by its name.
    sandbox.write("keys/theirs.pub", KEY);
    refused(
        sandbox.host(&["render"]),
        &["error[H0806]", "`keys/theirs.pub` holds a private key"],
    );
    let none = sandbox.host(&["verify", &reference, "--key", "none.pub"]);
    refused(none, &["error[H0806]", "`none.pub`"]);
    sandbox.write("host.toml", "[trust]\n\"ghcr.io\" = \"everyone\"\n");
    refused(
        sandbox.host(&["render", &reference]),
        &[
            "error[H0104]",
            "`trust.ghcr.io` is",
            "`\"ghcr.io\" = [\"their.pub\"]`, or `\"ghcr.io\" = \"anyone\"` where",
        ],
    );
    sandbox.write("host.toml", "[trust]\n\"ghcr.io/\" = \"anyone\"\n");
    refused(
        sandbox.host(&["render", &reference]),
        &["error[H0104]", "`trust.\"ghcr.io/\"` is no place"],
    );
    // It would be no other than none at all.
    sandbox.write("host.toml", "[trust]\n");
    refused(
        sandbox.host(&["render", &reference]),
        &["error[H0104]", "`trust` names no place", "hint:"],
    );
}

/// Whoever has to see to several recipes hears of all of them at once.
#[test]
fn all_that_nobody_signed_are_told_together() {
    let registry = Registry::start();
    let (digest, _) = registry.publish("acme/moving", "1.2.0", &moving("1.2.0"));
    let signed = registry.reference("acme/moving:1.2.0");
    sign(&registry, &digest, &digest);
    let sandbox = trusting(&registry, PUBLIC);
    let mut stack = fs::read_to_string(sandbox.path("host.toml")).unwrap();
    for name in ["first", "second", "third"] {
        registry.publish(&format!("acme/{name}"), "1.2.0", &moving("1.2.0"));
        let recipe = registry.reference(&format!("acme/{name}:1.2.0"));
        stack.extend(["[services.", name, "]\nrecipe = \"", &recipe, "\"\n"]);
    }
    sandbox.write("host.toml", stack);
    let place = "acme/first:1.2.0` is not signed";
    let [second, third] =
        ["second", "third"].map(|it| registry.reference(&format!("acme/{it}:1.2.0")));
    let others = format!("hint: it is not the only one that was refused: `{second}`, `{third}`;");
    for verb in ["lock", "pull", "render"] {
        let run = sandbox.host(&[verb]);
        assert!(!run.everything().contains(&signed), "{run}");
        refused(run, &["error[H0807]", place, &others]);
    }
    // Whoever asks who signed is told of the others, too.
    let run = sandbox.host(&["verify"]).ends_with(1);
    let run = run.says(&["error[H0807]", place, &others]);
    assert!(
        run.stdout.contains(&signed) && run.stdout.lines().count() == 1,
        "{run}"
    );
}

#[test]
fn signatures_stand_side_by_side_and_each_counts() {
    let registry = Registry::start();
    let (digest, _) = registry.publish("acme/moving", "1.2.0", &moving("1.2.0"));
    let reference = registry.reference("acme/moving:1.2.0");
    let sandbox = trusting(&registry, PUBLIC);
    sandbox.write("cosign.key", SEALED);
    sandbox.write("other.key", OTHER_KEY);
    sandbox.write("other.pub", OTHER);
    let run = |sandbox: &Sandbox, key: &str| sandbox.host(&["sign", "--key", key, &reference]);
    refused(
        run(&sandbox, "cosign.key"),
        &[
            "error[H0806]",
            "`cosign.key` is encrypted, and there is no password",
        ],
    );
    let wrong = sandbox.set("COSIGN_PASSWORD", "close sesame");
    refused(
        run(&wrong, "cosign.key"),
        &["error[H0806]", "the password does not open `cosign.key`"],
    );
    let sandbox = wrong.set("COSIGN_PASSWORD", PASSWORD);
    let fingerprint = key().public().fingerprint();
    let signed = run(&sandbox, "cosign.key").ends_with(0);
    assert_eq!(
        signed.stdout,
        format!("{reference}@{digest} signed by {fingerprint}\n")
    );
    assert!(!signed.everything().contains(PASSWORD), "{signed}");
    // The same again writes nothing.
    let before = registry.asked().len();
    run(&sandbox, "cosign.key").ends_with(0);
    let asked = registry.asked().split_off(before);
    assert!(asked.iter().all(|it| it.starts_with("GET ")), "{asked:?}");
    sandbox.host(&["render"]).ends_with(0);

    // Both are there, for whoever trusts the one or the other, and so they are beside one that is none.
    run(&sandbox, "other.key").ends_with(0);
    spoil(&registry, &digest);
    for (key, file) in [(PUBLIC, "keys/theirs.pub"), (OTHER, "other.pub")] {
        let fingerprint = PublicKey::read("key", key).unwrap().fingerprint();
        let verified = sandbox.host(&["verify", "--key", file, &reference]);
        let verified = verified.ends_with(0);
        assert!(verified.stdout.contains(&fingerprint), "{verified}");
    }
    for file in ["none.key", "other.pub"] {
        refused(run(&sandbox, file), &["error[H0806]", &format!("`{file}`")]);
    }
}

/// Who reads the tag before it is written here, and writes it later, takes away what was written.
#[test]
fn a_signature_that_another_one_took_away_is_put_there_again() {
    let reference: Reference = "oci://registry.test/acme/moving:1.2.0".parse().unwrap();
    let made = artifact(&moving("1.2.0"), &Manifest::default(), "");
    let digest = Descriptor::of("", &made.manifest).digest;
    let payload = payload(&reference, &digest);
    let other = PrivateKey::read("key", OTHER_KEY, "").unwrap();
    let (config, manifest) = with(None, layer(&payload, &other));
    let manifest = serde_json::to_vec(&manifest).unwrap();
    let overtaken: Hook = Box::new(move |asked, stream| {
        // When it was there already.
        let is_late = asked.line.starts_with("GET ") && asked.line.contains("/sha256-");
        let is_late = is_late && asked.before == 2;
        if is_late {
            reply(stream, "200 OK", &[], &manifest)?;
        }
        Ok(is_late)
    });
    let registry = Registry::with(Access::Anyone, Some(overtaken));
    registry.hold(&payload);
    registry.hold(&config);
    registry.hold(&moving("1.2.0"));
    registry.hold(&made.config);
    assert_eq!(registry.tag("acme/moving", "1.2.0", &made.manifest), digest);
    let sandbox = sandbox();
    sandbox.write("host.key", KEY);
    sandbox.write("host.pub", PUBLIC);
    sandbox.write("other.pub", OTHER);
    let reference = registry.reference("acme/moving:1.2.0");
    sandbox
        .host(&["sign", "--key", "host.key", &reference])
        .ends_with(0);
    for file in ["host.pub", "other.pub"] {
        sandbox
            .host(&["verify", "--key", file, &reference])
            .ends_with(0);
    }
}

/// What a tag named last is for when the registry is out of reach, and is what somebody signed whom the stack trusts.
#[test]
fn a_look_at_what_nobody_signed_takes_nothing_from_what_runs_offline() {
    let registry = Registry::start();
    let edge = |version: &str| {
        let said = Manifest {
            name: "moving".to_owned(),
            version: version.to_owned(),
            ..Manifest::default()
        };
        registry.publish_as("acme/moving", "edge", &moving(version), &said)
    };
    let (digest, _) = edge("1.2.0");
    sign(&registry, &digest, &digest);
    let sandbox = trusting(&registry, PUBLIC);
    let reference = registry.reference("acme/moving:edge");
    let text = fs::read_to_string(sandbox.path("host.toml")).unwrap();
    sandbox.write("host.toml", text.replace(":1.2.0", ":edge"));
    sandbox.write("other.key", OTHER_KEY);
    sandbox.write("other.pub", OTHER);
    sandbox.host(&["render"]).ends_with(0);
    edge("1.3.0");
    sandbox.host(&["inspect", &reference]).ends_with(0);
    sandbox.host(&["lint", &reference]).ends_with(0);
    sandbox
        .host(&["sign", "--key", "other.key", &reference])
        .ends_with(0);
    sandbox
        .host(&["verify", "--key", "other.pub", &reference])
        .ends_with(0);
    drop(registry);
    let run = sandbox.host(&["render"]).ends_with(0);
    run.says(&["as it was seen last", &digest]);
}

#[test]
fn where_nobody_has_to_sign_is_said_and_hides_nothing_of_the_others() {
    let registry = Registry::start();
    let (digest, _) = registry.publish("acme/moving", "1.2.0", &moving("1.2.0"));
    registry.publish("free/moving", "1.2.0", &moving("1.2.0"));
    let sandbox = trusting(&registry, PUBLIC);
    let text = fs::read_to_string(sandbox.path("host.toml")).unwrap();
    let free = format!("[trust]\n\"{}/free\" = \"anyone\"", registry.name());
    let other = registry.reference("free/moving:1.2.0");
    sandbox.write(
        "host.toml",
        format!(
            "{}\n[services.free]\nrecipe = \"{other}\"\n",
            text.replace("[trust]", &free)
        ),
    );
    let said = "need not be signed: `[trust]` says `anyone`";
    let run = sandbox.host(&["verify"]).ends_with(1);
    let run = run.says(&["error[H0807]", "acme/moving:1.2.0` is not signed"]);
    assert!(
        run.stdout.contains(said) && run.stdout.contains("/free/"),
        "{run}"
    );
    assert_eq!(run.stdout.lines().count(), 1, "{run}");
    sign(&registry, &digest, &digest);
    let run = sandbox.host(&["verify"]).ends_with(0);
    assert!(
        run.stdout.contains(said) && run.stdout.contains(" signed by "),
        "{run}"
    );
    let json = sandbox.host(&["verify", "--output", "json"]).json();
    // What lies in a layout is told, and hides nothing either.
    sandbox.host(&["save", &other, "-o", "vendor"]).ends_with(0);
    let stack = fs::read_to_string(sandbox.path("host.toml")).unwrap();
    let layout = "[services.vendored]\nrecipe = \"oci:vendor\"\n";
    sandbox.write("host.toml", format!("{stack}\n{layout}"));
    let run = sandbox.host(&["verify"]).ends_with(0);
    let run = run.says(&[
        "the recipe of `vendored` lies in a layout",
        "--key FILE vendored",
    ]);
    assert_eq!(run.stdout.lines().count(), 2, "{run}");
    let free = &json["recipes"][0];
    assert_eq!(free["reference"], other);
    assert!(free["signer"].is_null(), "{json}");
}

/// That nobody signed the other content is not what matters of it.
#[test]
fn a_moved_tag_is_told_as_that_whoever_signed_what_is_there_now() {
    let registry = Registry::start();
    let (digest, _) = registry.publish("acme/moving", "1.2.0", &moving("1.2.0"));
    sign(&registry, &digest, &digest);
    let sandbox = trusting(&registry, PUBLIC);
    sandbox.host(&["lock"]).ends_with(0);
    let other = [moving("1.2.0"), custom_section()].concat();
    let (next, _) = registry.publish("acme/moving", "1.2.0", &other);
    let moved = &["error[H0804]", "somebody has moved the tag"];
    refused(sandbox.host(&["lock", "--update"]), moved);
    let by_another = {
        let payload = payload(
            &registry.reference("acme/moving:1.2.0").parse().unwrap(),
            &next,
        );
        let other = PrivateKey::read("key", OTHER_KEY, "").unwrap();
        (layer(&payload, &other), payload)
    };
    put(&registry, &next, by_another.0, &by_another.1);
    refused(sandbox.host(&["lock", "--update"]), moved);
}

/// Variables of CI systems hold keys, and not the names of files.
#[test]
fn a_key_in_the_place_of_its_file_is_not_shown() {
    let secret = KEY.lines().nth(1).unwrap();
    let line = KEY.lines().nth(1).unwrap().repeat(3);
    let named = "oci://127.0.0.1:1/acme/moving:1.2.0";
    for key in [KEY, &line] {
        let sandbox = sandbox();
        let by_flag = ["sign", "--key", key, named];
        let verify = ["verify", "--key", key, named];
        let by_variable = self::sandbox().set("RECIPE_HOST_KEY", key);
        for run in [
            sandbox.host(&by_flag),
            sandbox.host(&verify),
            by_variable.host(&["sign", named]),
        ] {
            let run = run
                .ends_with(1)
                .says(&["error[H0806]", "the key itself is given"]);
            assert!(!run.everything().contains(secret), "{run}");
        }
    }
}
