//! Recipes that mean harm, or are broken: one clear line, soon, and nothing else happens.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::harness::{Run, Sandbox};

mod cache;
pub(crate) mod guests;
mod table;

use guests::guest;

fn render(name: &str) -> Run {
    let sandbox = Sandbox::new();
    sandbox.write("guest.wasm", guest(name));
    sandbox.host(&["render", "guest.wasm"])
}

/// It says nothing at all, which the contract allows and the host does not: a manifest has a name.
#[test]
fn a_recipe_without_a_name_is_refused_with_a_reason() {
    let run = render("quiet").ends_with(1);
    assert_eq!(run.stdout, "", "{run}");
    run.says(&["manifest.name: is ``", "manifest.version: is ``"]);
}

/// A pipe is waited for before any limit counts, and a device never ends.
#[test]
fn what_is_no_file_is_told_at_once() {
    let sandbox = Sandbox::new();
    for name in ["pipe.wasm", "pipe.toml", "pipe.json"] {
        let pipe = sandbox.path(name);
        let made = Command::new("mkfifo").arg(pipe).status().unwrap();
        assert!(made.success());
    }
    sandbox.link(Path::new("/dev/zero"), "zero.wasm");
    for (line, code, what) in [
        (["inspect", "pipe.wasm"], "H0115", "a pipe"),
        (["render", "pipe.wasm"], "H0115", "a pipe"),
        (["lint", "pipe.wasm"], "H0115", "a pipe"),
        (["inspect", "zero.wasm"], "H0115", "a device"),
        (["render", "pipe.toml"], "H0104", "a pipe"),
        (["run", "pipe.json"], "H0320", "a pipe"),
    ] {
        let run = sandbox.host(&line).ends_with(1);
        assert!(run.took < Duration::from_secs(5), "{run}");
        let said = run.everything();
        assert!(said.contains(code), "{run}");
        assert!(
            said.contains(&format!("is not a file, but {what}")),
            "{run}"
        );
        assert!(said.contains("hint:"), "{run}");
    }
    // Parameters may come from another program.
    let pipe = sandbox.path("pipe.toml");
    let writing = std::thread::spawn(move || std::fs::write(pipe, "memory = 512\n").unwrap());
    let line = ["render", "recipes/redis.wasm", "--params", "pipe.toml"];
    let run = sandbox.host(&line).ends_with(0);
    writing.join().unwrap();
    assert!(run.stdout.contains("\"memory\": 512"), "{run}");
}

/// Asks for `command` of the guest. It is refused soon, for `reason` alone.
fn check_refusal(command: &str, name: &str, reason: &str) {
    let sandbox = Sandbox::new();
    sandbox.write("guest.wasm", guest(name));
    let run = sandbox.host(&[command, "guest.wasm"]).ends_with(1);
    assert!(run.took < Duration::from_secs(5), "{run}");
    assert!(run.stderr.len() < 2000, "{run}");
    let errors = run.stderr.lines().filter(|it| it.starts_with("error"));
    let told = errors.filter(|it| !it.contains("nothing was sent"));
    let told: Vec<&str> = told.collect();
    assert!(told.len() == 1 && told[0].contains(reason), "{run}");
}

/// The pattern and what it has to match are both the recipe's.
#[test]
fn a_pattern_cannot_keep_the_host_busy() {
    check_refusal(
        "render",
        "slow-pattern",
        "manifest.parameters[0].accepts.default: has 1048576 bytes, and 4096 are allowed",
    );
    for command in ["render", "inspect"] {
        check_refusal(command, "growing-pattern", "exceeded size limit");
    }
}

#[test]
fn ten_thousand_parameters_are_one_error() {
    check_refusal(
        "render",
        "many-parameters",
        "manifest.parameters: has 10000 entries, and 100 are allowed",
    );
}

#[test]
fn six_thousand_volumes_are_one_error() {
    check_refusal(
        "render",
        "many-volumes",
        "task-definition.volumes: has 6000 entries, and the host takes 1000",
    );
}

/// What a stack has beside it is not done either.
#[test]
fn one_bad_recipe_stops_the_call() {
    let sandbox = Sandbox::new();
    sandbox.write("guest.wasm", guest("panic"));
    let run = sandbox
        .host(&["render", "recipes/redis.wasm", "guest.wasm"])
        .ends_with(1);
    assert_eq!(run.stdout, "", "{run}");
}
/// Neither a manifest that is too large nor what a recipe finds can flood the terminal.
#[test]
fn a_manifest_that_is_too_large_is_not_shown() {
    let sandbox = Sandbox::new();
    sandbox.write("guest.wasm", guest("slow-pattern"));
    let run = sandbox.host(&["inspect", "guest.wasm"]).ends_with(1);
    assert_eq!(run.stdout, "", "{run}");
    assert!(run.stderr.len() < 2000, "{run}");
}

#[test]
fn of_five_thousand_findings_the_first_are_told() {
    let run = render("many-findings").ends_with(1);
    assert_eq!(run.stdout, "", "{run}");
    assert!(run.stderr.lines().count() < 250, "{}", run.stderr.len());
    run.says(&["and 4901 more findings"]);
}
