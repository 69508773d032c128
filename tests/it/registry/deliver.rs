//! `host load` into registries: which rules hold there, where each recipe goes, and what it brings along.

use std::fs;

use host_core::registry::artifact::Manifest;
use host_core::registry::signature::tag;

use super::carry::{sign, with_keys};
use super::layout::write;
use super::lock::{moving, publish};
use super::sandbox;
use crate::harness::{Registry, Sandbox, recipe};

/// Publishes 1.2.0, and saves it in `vendor`.
fn save(sandbox: &Sandbox, registry: &Registry) {
    publish(registry, "1.2.0");
    let from = registry.reference("acme/moving:1.2.0");
    sandbox.host(&["save", &from, "-o", "vendor"]).ends_with(0);
}

#[test]
fn what_is_loaded_into_a_registry_keeps_its_digests_and_signatures() {
    let (outer, inner) = (Registry::start(), Registry::start());
    let digest = publish(&outer, "1.2.0");
    let sandbox = with_keys();
    let from = outer.reference("acme/moving:1.2.0");
    sign(&sandbox, &from);
    sandbox.host(&["save", &from, "-o", "vendor"]).ends_with(0);
    drop(outer);
    let to = inner.reference("mirror/moving");
    let loaded = sandbox.host(&["load", "vendor", &to]).ends_with(0);
    let pinned = format!("{to}:1.2.0@{digest}");
    assert_eq!(loaded.stdout, format!("{pinned}\n"));
    let inside = with_keys();
    let verified = inside.host(&["verify", "--key", "host.pub", &format!("{to}:1.2.0")]);
    assert!(verified.ends_with(0).stdout.starts_with(&pinned));
    assert!(inner.manifest("mirror/moving", &tag(&digest)).len() > 100);
    // Once more sends nothing, and a signature of somebody else there stays.
    let before = inner.manifest("mirror/moving", &tag(&digest));
    let asked = inner.asked().len();
    sandbox
        .host(&["load", "oci:vendor:1.2.0", &to])
        .ends_with(0)
        .says(&["was there already"]);
    assert!(
        inner.asked()[asked..]
            .iter()
            .all(|it| it.starts_with("GET")),
        "{:?}",
        inner.asked()
    );
    assert_eq!(inner.manifest("mirror/moving", &tag(&digest)), before);
    sandbox.write("host.key", include_str!("other.key"));
    inner.untag("mirror/moving", &tag(&digest));
    sign(&sandbox, &format!("{to}:1.2.0"));
    sandbox.host(&["load", "vendor", &to]).ends_with(0);
    for key in ["host.pub", "other.pub"] {
        with_keys()
            .host(&["verify", "--key", key, &pinned])
            .ends_with(0);
    }
    // A version is a promise there, too; another tag moves.
    inner.publish("mirror/moving", "1.2.0", &moving("1.3.0"));
    let run = sandbox.host(&["load", "vendor", &to]).ends_with(1);
    run.says(&["error[H0818]", "hint:"]);
    sandbox
        .host(&["load", "vendor", &format!("{to}:edge")])
        .ends_with(0);
    sandbox
        .host(&["load", "vendor", &format!("{to}:1.x")])
        .ends_with(1)
        .says(&["error[H0801]", "hint:"]);
}

/// A slash that was forgotten, most likely.
#[test]
fn a_repository_of_another_name_is_told() {
    let (outer, inner) = (Registry::start(), Registry::start());
    let sandbox = sandbox();
    save(&sandbox, &outer);
    let other = "is called otherwise than its recipe, `moving`";
    let load = |to: &str| {
        sandbox
            .host(&["load", "vendor", &inner.reference(to)])
            .ends_with(0)
    };
    load("mirror").says(&["warning: ", other, "hint:"]);
    for to in ["mirror/", "mirror/moving", "mirror"] {
        let run = load(to);
        assert!(!run.stderr.contains(other), "{run}");
    }
}

#[test]
fn a_whole_layout_goes_to_a_place_each_recipe_to_a_repository_of_its_name() {
    let (outer, inner) = (Registry::start(), Registry::start());
    let sandbox = with_keys();
    let first = publish(&outer, "1.2.0");
    let (second, _) = outer.publish("acme/other", "1.3.0", &moving("1.3.0"));
    let all = ["moving:1.2.0", "other:1.3.0"].map(|it| outer.reference(&format!("acme/{it}")));
    sign(&sandbox, &all[1]);
    sandbox
        .host(&["save", &all[0], &all[1], "-o", "vendor"])
        .ends_with(0);
    let place = inner.reference("mirror/part/");
    let loaded = sandbox.host(&["load", "vendor", &place]).ends_with(0);
    assert_eq!(
        loaded.stdout,
        format!("{place}moving:1.2.0@{first}\n{place}other:1.3.0@{second}\n")
    );
    let there = format!("{place}other:1.3.0");
    sandbox
        .host(&["verify", "--key", "host.pub", &there])
        .ends_with(0);
    // Before anything is sent: two of one name at one tag, two recipes in one repository, and nothing that says where to.
    let writes = || {
        inner
            .asked()
            .iter()
            .filter(|it| it.starts_with('P'))
            .count()
    };
    let sent = writes();
    let refused = |code: &str, told: &str| {
        let run = sandbox.host(&["load", "vendor", &place]).ends_with(1);
        run.says(&[code, told, "hint:"]);
        assert_eq!(writes(), sent);
    };
    let index = fs::read_to_string(sandbox.path("vendor/index.json")).unwrap();
    let twice = index.replace("acme/other:1.3.0", "else/moving:1.2.0");
    sandbox.write("vendor/index.json", twice);
    refused("error[H0825]", "holds two recipes that would both be");
    let name = |it: &str| format!("{}/acme/{it}", outer.name());
    let nameless = index
        .replace(&name("other:"), "")
        .replace(&name("moving:"), "");
    sandbox.write("vendor/index.json", &nameless);
    refused(
        "error[H0825]",
        "does not say what `1.2.0`, `1.3.0` is called",
    );
    // One that is not called anything is passed over, and one content may be at several places.
    let half = index.replace(&name("other:"), "");
    sandbox.write(
        "vendor/index.json",
        half.replace(&name("moving:1.2.0"), "r.test/b/new:edge"),
    );
    let run = sandbox.host(&["load", "vendor", &place]).ends_with(0);
    let run = run.says(&["passed over: ", "`1.3.0` belongs"]);
    assert_eq!(run.stdout, format!("{place}new:edge@{first}\n"));
    let mut both: serde_json::Value = serde_json::from_str(&index).unwrap();
    let entries = both["manifests"].as_array_mut().unwrap();
    let mut other = entries[0].clone();
    let title = "org.opencontainers.image.ref.name";
    let is_moving = |it: &serde_json::Value| {
        it["annotations"][title]
            .as_str()
            .unwrap()
            .contains("moving:")
    };
    if !is_moving(&other) {
        other = entries.iter().find(|it| is_moving(it)).unwrap().clone();
    }
    other["annotations"][title] = serde_json::json!("r.test/b/store:prod");
    entries.push(other);
    sandbox.write("vendor/index.json", both.to_string());
    let run = sandbox.host(&["load", "vendor", &place]).ends_with(0);
    for at in ["moving:1.2.0", "other:1.3.0", "store:prod"] {
        assert!(run.stdout.contains(&format!("{place}{at}@")), "{run}");
    }
    assert_eq!(run.stdout.lines().count(), 3, "{run}");
    // Another recipe in the same repository.
    let vendor = sandbox.path("apps");
    let redis = fs::read(recipe("redis")).unwrap();
    write(&vendor, "r.test/a/app:0.1.0", &redis);
    write(&vendor, "r.test/b/app:edge", &moving("1.2.0"));
    let sent = writes();
    let run = sandbox.host(&["load", "apps", &place]).ends_with(1);
    run.says(&["error[H0820]", "hint:"]);
    assert_eq!(writes(), sent);
}

#[test]
fn what_is_loaded_is_listed_where_there_is_an_index() {
    let (outer, inner) = (Registry::start(), Registry::start());
    let sandbox = sandbox();
    save(&sandbox, &outer);
    let to = inner.reference("mirror/redis");
    sandbox
        .host(&["push", "recipes/redis.wasm", &to, "--index"])
        .ends_with(0);
    let place = inner.reference("mirror/");
    let run = sandbox.host(&["load", "vendor", &place]).ends_with(0);
    run.says(&["listed in the index"]);
    let index = inner.manifest("mirror/index", "latest");
    let index: Manifest = serde_json::from_slice(&index).unwrap();
    let layer = inner.blob(&index.layers[0].digest);
    assert!(String::from_utf8(layer).unwrap().contains("mirror/moving"));
}

#[test]
fn what_is_loaded_into_a_registry_keeps_the_rules_of_what_is_pushed() {
    let (outer, inner) = (Registry::start(), Registry::start());
    let sandbox = sandbox();
    save(&sandbox, &outer);
    let index = fs::read_to_string(sandbox.path("vendor/index.json")).unwrap();
    sandbox.write("vendor/index.json", index.replace(":1.2.0", ":1.4.0"));
    let other = "the tag is the version 1.4.0, and the recipe says that it is 1.2.0";
    for (to, told) in [
        ("mirror/index:edge", "is the index of the recipes"),
        ("mirror/moving", other),
        ("mirror/moving:1.4.0", other),
        (
            "mirror/moving:1.3.0",
            "the tag is the version 1.3.0, and the recipe says that it is 1.2.0",
        ),
    ] {
        let to = inner.reference(to);
        let run = sandbox.host(&["load", "vendor", &to]).ends_with(1);
        let run = run.says(&["error[H0801]", &to, told, "hint:"]);
        assert!(run.stdout.is_empty(), "{run}");
    }
    assert_eq!(inner.asked(), Vec::<String>::new());
    for tag in ["1.2.0", "edge"] {
        let to = inner.reference(&format!("mirror/moving:{tag}"));
        sandbox.host(&["load", "vendor", &to]).ends_with(0);
    }
}
