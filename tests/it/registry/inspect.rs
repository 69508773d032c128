//! `host inspect` of what lies in a registry, without more of it than it takes.

use host_core::registry::artifact::{RECIPE, artifact};
use host_core::spec::Manifest;
use serde_json::{Value, json};

use super::{at_version, sandbox};
use crate::harness::{Registry, Sandbox};

/// What a recipe says of itself.
fn described(sandbox: &Sandbox) -> Manifest {
    let run = sandbox.host(&["inspect", "recipes/redis.wasm", "--output", "json"]);
    let document = run.ends_with(0).json();
    serde_json::from_value(document["recipes"][0]["manifest"].clone()).unwrap()
}

#[test]
fn one_request_says_what_it_is_and_the_component_stays_where_it_is() {
    let registry = Registry::start();
    let sandbox = sandbox();
    let manifest = described(&sandbox);
    let made = artifact(&at_version("0.1.0"), &manifest, "host:recipe/guest@0.1.0");
    registry.hold(&at_version("0.1.0"));
    registry.hold(&made.config);
    let digest = registry.tag("acme/redis", "0.1.0", &made.manifest);
    let reference = registry.reference("acme/redis:0.1.0");
    let line = ["inspect", &reference, "--output", "json"];
    let run = sandbox.host(&line).ends_with(0);
    let run = run.says(&[&reference, "as its publisher described it", "`host pull`"]);
    let asked = "GET /v2/acme/redis/manifests/0.1.0".to_owned();
    assert_eq!(registry.asked(), std::slice::from_ref(&asked));

    // What is said is what the recipe says, but for who says it.
    let of_file = sandbox.host(&["inspect", "recipes/redis.wasm", "--output", "json"]);
    let mut expected = of_file.json()["recipes"][0].clone();
    expected["path"] = json!(reference);
    expected["described_by"] = json!("publisher");
    expected["pinned"] = json!(format!("{reference}@{digest}"));
    assert_eq!(run.json()["recipes"][0], expected);

    // What is here is asked itself.
    sandbox.host(&["pull", &reference, "--quiet"]).ends_with(0);
    let before = registry.asked().len();
    let run = sandbox.host(&line).ends_with(0);
    let one = run.json()["recipes"][0].clone();
    assert_eq!(one["described_by"], "recipe");
    // Its own digest is not the one that it is pinned by, and is not taken for it.
    let component = one["component"]["digest"].as_str().unwrap();
    assert_eq!(component, made.layer.digest);
    assert_eq!(one["digest"], component);
    assert!(!run.stderr.contains("publisher"), "{run}");
    assert_eq!(registry.asked()[before..], [asked]);

    let words = sandbox.host(&["inspect", &reference]).ends_with(0).stdout;
    assert!(words.contains(&format!("  pinned     {reference}@{digest}\n")));
    assert!(words.contains(&format!("  component  {component}\n")));
    let wrong = format!("{}@{component}", registry.reference("acme/redis"));
    let refused = sandbox.host(&["pull", &wrong]).ends_with(1);
    refused.says(&["error[H0802]", "the digest of a component", "as `pinned`"]);
    let other = format!(
        "{}@sha256:{}",
        registry.reference("acme/redis"),
        "0".repeat(64)
    );
    let refused = sandbox.host(&["pull", &other]).ends_with(1);
    refused.says(&["error[H0812]", "not that of the component"]);

    // Without the registry, what was seen of it last is shown.
    drop(registry);
    sandbox
        .host(&line)
        .ends_with(0)
        .says(&["as it was seen last"]);
}

#[test]
fn what_nobody_described_is_downloaded_and_asked() {
    let registry = Registry::start();
    let sandbox = sandbox();
    let manifest = described(&sandbox);
    let made = artifact(&at_version("0.1.0"), &manifest, "");
    registry.hold(&at_version("0.1.0"));
    registry.hold(&made.config);
    let long = Manifest {
        summary: "x".repeat(1 << 20),
        ..manifest
    };
    for (tag, said) in [
        ("edge", None),
        ("beta", Some("{".to_owned())),
        ("0.1.0", Some(serde_json::to_string(&long).unwrap())),
    ] {
        let mut document: Value = serde_json::from_slice(&made.manifest).unwrap();
        let annotations = document["annotations"].as_object_mut().unwrap();
        annotations.remove(RECIPE);
        annotations.extend(said.map(|it| (RECIPE.to_owned(), json!(it))));
        registry.tag("acme/redis", tag, document.to_string().as_bytes());
        let reference = registry.reference(&format!("acme/redis:{tag}"));
        let sandbox = super::sandbox();
        let run = sandbox.host(&["inspect", &reference, "--output", "json"]);
        let run = run.ends_with(0);
        assert_eq!(run.json()["recipes"][0]["described_by"], "recipe");
        let asked = registry.asked();
        assert!(asked.last().unwrap().contains("/blobs/"), "{asked:?}");
    }
}
