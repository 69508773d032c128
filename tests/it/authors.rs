//! Recipes by others: one in C and one in TypeScript, which no Rust code of ours helped to write, and one in Rust.

mod rust;

use serde_json::Value;

use crate::harness::{Sandbox, author_recipe};
use crate::recipes::bodies::differences;

/// A sandbox with the recipe beside those of this repository.
fn sandbox(name: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.link(&author_recipe(name), &format!("recipes/{name}.wasm"));
    sandbox
}

fn manifest(sandbox: &Sandbox, name: &str) -> Value {
    let inspected = sandbox
        .host(&[
            "inspect",
            &format!("recipes/{name}.wasm"),
            "--output",
            "json",
        ])
        .ends_with(0)
        .json();
    inspected["recipes"][0]["manifest"].clone()
}

/// What their bodies say otherwise than ours, for the same arguments.
fn compare(theirs: &str, ours: &str, arguments: &[&str]) -> Vec<String> {
    let sandbox = sandbox(theirs);
    let render = |name: &str| {
        let path = format!("recipes/{name}.wasm");
        let line = [&["render", &path][..], arguments].concat();
        sandbox.host(&line).ends_with(0).json()
    };
    differences(&render(ours), &render(theirs))
}

/// No difference at all.
const NOTHING: [&str; 0] = [];

#[test]
fn the_one_in_c_says_what_it_is() {
    let sandbox = sandbox("c-redis");
    let manifest = manifest(&sandbox, "c-redis");
    assert_eq!(
        (&manifest["name"], &manifest["version"]),
        (&"redis".into(), &"0.1.0".into())
    );
    let names: Vec<&Value> = manifest["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    assert_eq!(names, ["name", "memory", "port"]);
    assert_eq!(manifest["rollback"], "automatic");
}

#[test]
fn the_one_in_typescript_says_what_it_is() {
    let sandbox = sandbox("ts-memcached");
    let manifest = manifest(&sandbox, "ts-memcached");
    assert_eq!(manifest["name"], "memcached");
    assert_eq!(
        manifest["parameters"][1]["accepts"]["integer"]["default"],
        128
    );
    assert_eq!(manifest["endpoints"][0]["scheme"], "memcached");
}

#[test]
fn the_one_in_c_renders_what_ours_renders() {
    assert_eq!(compare("c-redis", "redis", &[]), NOTHING);
    assert_eq!(
        compare(
            "c-redis",
            "redis",
            &["--set", "name=cache", "--set", "memory=512"]
        ),
        NOTHING
    );
}

#[test]
fn the_one_in_typescript_renders_what_ours_renders() {
    assert_eq!(compare("ts-memcached", "memcached", &[]), NOTHING);
    assert_eq!(
        compare("ts-memcached", "memcached", &["--set", "port=11311"]),
        NOTHING
    );
}

/// Findings of a recipe and findings of the host about its arguments look the same, whoever wrote it.
#[test]
fn both_refuse_by_name_and_bound() {
    for (name, port) in [("c-redis", "2375"), ("ts-memcached", "51678")] {
        let sandbox = sandbox(name);
        let path = format!("recipes/{name}.wasm");
        let taken = sandbox
            .host(&["render", &path, "--set", &format!("port={port}")])
            .ends_with(1);
        taken.says(&[
            "parameters.port",
            "is a port that the container instance uses itself",
            "hint:",
        ]);
        let small = sandbox
            .host(&["render", &path, "--set", "memory=5"])
            .ends_with(1);
        small.says(&["parameters.memory", "6"]);
    }
}
