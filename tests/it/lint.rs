//! `host lint`: what authors should mend.

use serde_json::Value;

use crate::harness::{RECIPES, Run, Sandbox};
use crate::hostile::guests::guest;

fn lint(name: &str, more: &[&str]) -> (Run, Value) {
    let sandbox = Sandbox::new();
    sandbox.write("guest.wasm", guest(name));
    let mut line = vec!["lint", "guest.wasm", "--output", "json"];
    line.extend(more);
    let run = sandbox.host(&line);
    let document = run.json();
    (run, document["recipes"][0].clone())
}

/// The findings of a severity: code, path and message.
fn told(recipe: &Value, severity: &str) -> Vec<String> {
    let all = recipe["findings"].as_array().unwrap();
    let of = all.iter().filter(|it| it["severity"] == severity);
    let words = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    of.map(|it| [words(it, "code"), words(it, "path"), words(it, "message")].join(" "))
        .collect()
}

#[track_caller]
fn has(told: &[String], part: &str) {
    assert!(
        told.iter().any(|it| it.contains(part)),
        "nothing says `{part}`: {told:#?}"
    );
}

#[test]
fn what_cannot_be_loaded_is_an_error_of_the_recipe() {
    for (name, told_of) in [
        (
            "import-wasi",
            "H0110  imports `wasi:filesystem/preopens@0.2.9`",
        ),
        ("other-world", "H0110  does not export"),
        ("endless-loop", "H0111  was stopped in `describe`"),
        ("panic", "H0112  failed in `describe`: a panic"),
    ] {
        let (run, recipe) = lint(name, &[]);
        assert_eq!(run.status, 1, "{run}");
        assert_eq!(
            (&recipe["errors"], &recipe["recipe"]),
            (&Value::from(1), &Value::Null),
            "{run}"
        );
        has(&told(&recipe, "error"), told_of);
    }
}

#[test]
fn a_recipe_that_traps_on_its_own_defaults_is_an_error() {
    let (run, recipe) = lint("loop-in-render", &["--sandbox", "fuel=1000000"]);
    assert_eq!(run.status, 1, "{run}");
    has(
        &told(&recipe, "error"),
        "H0111  was stopped in `render`: it needs more than 1000000 instructions",
    );
    has(&told(&recipe, "warning"), "H0701 manifest.summary is empty");
}

#[test]
fn who_looks_inside_a_token_is_told_so() {
    let (run, recipe) = lint("lint-token", &[]);
    assert_eq!(run.status, 1, "{run}");
    has(
        &told(&recipe, "error"),
        "H0706  gives another result when the tokens",
    );
    has(
        &told(&recipe, "warning"),
        "H0701 manifest.parameters[0].description is empty: nobody learns what `password` is for",
    );
}

#[test]
fn what_is_asked_for_and_not_declared_is_an_error() {
    let (run, recipe) = lint("lint-undeclared", &[]);
    assert_eq!(run.status, 1, "{run}");
    has(
        &told(&recipe, "error"),
        "H0605 task-definition.task-role-arn task definition `guest` asks for the task role",
    );
}

#[test]
fn each_argument_is_tried_alone() {
    let (run, recipe) = lint("lint-switch", &[]);
    assert_eq!(run.status, 1, "{run}");
    let undeclared = told(&recipe, "error");
    let undeclared = undeclared.iter().filter(|it| it.starts_with("H0605"));
    // The same for the switch's other side is told once.
    assert_eq!(undeclared.count(), 1, "{run}");
    has(
        &told(&recipe, "error"),
        "H0605 task-definition.task-role-arn with `--set is-admin=true`: task definition `guest` asks for the task role",
    );
    has(
        &told(&recipe, "warning"),
        "H0707 manifest.summary holds characters that are no text",
    );
}

/// Their defaults are the tutorial's of 2015, whose images have no version: that is told, and is no error.
#[test]
fn our_own_recipes_have_no_errors() {
    let sandbox = Sandbox::new();
    let paths: Vec<String> = RECIPES
        .iter()
        .map(|it| format!("recipes/{it}.wasm"))
        .collect();
    let mut line = vec!["lint", "--output", "json"];
    line.extend(paths.iter().map(String::as_str));
    let run = sandbox.host(&line).ends_with(0);
    let document = run.json();
    let recipes = document["recipes"].as_array().unwrap();
    assert_eq!(recipes.len(), RECIPES.len());
    for recipe in recipes {
        has(
            &told(recipe, "warning"),
            "H0702 task-definition.container-definitions[0].image",
        );
    }
    let mysql = recipes
        .iter()
        .find(|it| it["recipe"] == "mysql 0.1.0")
        .unwrap();
    // The recipe says it itself; our own table need not say it again.
    has(
        &told(mysql, "warning"),
        "H0150 parameters.memory 256 MiB is too little for mysql since 8.0",
    );
    assert!(!mysql.to_string().contains("H0703"), "{mysql}");
    line.extend(["--set", "edition=current"]);
    let run = sandbox.host(&line).ends_with(0);
    for recipe in run.json()["recipes"].as_array().unwrap() {
        assert!(
            !run.stdout.contains("H0702") && !run.stdout.contains("H0703"),
            "{recipe}"
        );
    }
}

#[test]
fn people_read_a_line_for_each() {
    let sandbox = Sandbox::new();
    sandbox.write("guest.wasm", guest("import-invented"));
    let run = sandbox
        .host(&["lint", "guest.wasm", "recipes/redis.wasm"])
        .ends_with(1);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], "guest.wasm: 1 error", "{run}");
    assert!(
        lines[1]
            .starts_with("  error[H0110]: imports `host:recipe/credentials@0.1.0`, `run-on-host`"),
        "{run}"
    );
    assert!(lines[2].starts_with("    hint: "), "{run}");
    assert!(
        lines
            .iter()
            .any(|it| it.starts_with("recipes/redis.wasm (redis 0.1.0): ")),
        "{run}"
    );
    let none = sandbox.host(&["lint", "missing.wasm"]).ends_with(1);
    none.says(&["could not read `missing.wasm`"]);
}
