//! What is loaded, what is refused, and what stops a hostile recipe.

use std::time::{Duration, Instant};

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use super::*;

mod cache;
mod determinism;
mod effort;

const CONTRACT: &str = include_str!("../../../wit/v0.1/recipe.wit");
const QUIET: &str = include_str!("../../../tests/guests/quiet.wat");

/// A component of a core module in text and the contract that it keeps.
pub(super) fn component(wit: &str, core: &str) -> Vec<u8> {
    let mut core = wat::parse_str(core).unwrap();
    let mut resolve = wit_parser::Resolve::default();
    let package = resolve.push_str("recipe.wit", wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default()
        .validate(true)
        .module(&core)
        .unwrap()
        .encode()
        .unwrap()
}

fn recipe(core: &str) -> Recipe {
    load(&component(CONTRACT, core), &LoadOptions::default()).unwrap()
}

fn refusal(bytes: &[u8]) -> RecipeError {
    load(bytes, &LoadOptions::default()).unwrap_err()
}

fn refusal_of_text(component: &str) -> RecipeError {
    refusal(&wat::parse_str(component).unwrap())
}

#[test]
fn a_recipe_that_says_nothing_describes_and_renders_the_defaults() {
    let recipe = recipe(QUIET);
    assert_eq!(recipe.contract_version(), "0.1.0");
    assert_eq!(recipe.digest().len(), 64);
    assert_eq!(recipe.describe().unwrap(), Manifest::default());
    assert_eq!(
        recipe.render(&[], &Target::default(), &[]).unwrap(),
        Ok(Blueprint::default())
    );
}

#[test]
fn another_patch_of_the_contract_is_known_and_another_minor_is_not() {
    let core = |version: &str| QUIET.replace("@0.1.0", version);
    let contract = |version: &str| CONTRACT.replace("@0.1.0", version);
    let recipe = load(
        &component(&contract("@0.1.7"), &core("@0.1.7")),
        &LoadOptions::default(),
    )
    .unwrap();
    assert_eq!(recipe.contract_version(), "0.1.7");
    assert!(recipe.describe().is_ok());

    for version in ["@0.2.0", "@1.0.0", "@0.10.1"] {
        let error = refusal(&component(&contract(version), &core(version)));
        assert_eq!(
            error.to_string(),
            format!("is built for host:recipe{version}, and this host knows 0.1")
        );
        assert!(error.hint().unwrap().contains("update host"));
    }
}

#[test]
fn what_is_no_component_is_refused() {
    assert_eq!(
        refusal(b"").to_string(),
        "is not WebAssembly: it begins with nothing, it is empty"
    );
    assert_eq!(
        refusal(b"#!/bin/sh\n").to_string(),
        "is not WebAssembly: it begins with `#!/bin/s`"
    );
    let core = refusal_of_text("(module)");
    assert_eq!(core, RecipeError::CoreModule);
    assert!(core.hint().unwrap().contains("host build"));
}

#[test]
fn every_import_is_named_at_once() {
    let error = refusal_of_text(
        r#"(component
            (import "wasi:clocks/wall-clock@0.2.9" (instance))
            (import "wasi:io/poll@0.2.9" (instance))
            (import "log" (func)))"#,
    );
    assert_eq!(
        error.to_string(),
        "imports `wasi:clocks/wall-clock@0.2.9`, `wasi:io/poll@0.2.9`, `log`, and a recipe imports nothing"
    );
    assert!(error.hint().unwrap().contains("--stub-wasi"));
}

#[test]
fn a_component_of_another_kind_says_what_it_exports() {
    let error = refusal_of_text(
        r#"(component
            (core module $m (func (export "f")))
            (core instance $i (instantiate $m))
            (func $f (canon lift (core func $i "f")))
            (export "other" (func $f)))"#,
    );
    assert_eq!(
        error.to_string(),
        "does not export `host:recipe/guest`: it exports `other`"
    );
    assert_eq!(
        refusal_of_text("(component)").to_string(),
        "does not export `host:recipe/guest`: it exports nothing"
    );
}

#[test]
fn a_missing_function_is_named() {
    let wit = "package host:recipe@0.1.0; interface guest { describe: func() -> string; } world recipe { export guest; }";
    let error = refusal(&component(wit, QUIET_DESCRIBE));
    assert_eq!(
        error.to_string(),
        "breaks the contract at `render`: the recipe does not export it"
    );
}

const QUIET_DESCRIBE: &str = r#"(module
    (memory (export "memory") 1)
    (func (export "host:recipe/guest@0.1.0#describe") (result i32) (i32.const 1024)))"#;

#[test]
fn no_part_of_a_component_makes_the_parser_panic() {
    let whole = component(CONTRACT, QUIET);
    for length in (0..whole.len()).step_by(3) {
        // What ends between two sections behind the last export is a component still.
        let loaded = load(&whole[..length], &LoadOptions::default());
        assert!(
            loaded.is_err() || whole[length..].starts_with(b"\0"),
            "{length} of {} bytes",
            whole.len()
        );
    }
    // A byte changed: it is refused, or a component still.
    for at in (8..whole.len()).step_by(5) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        if let Ok(recipe) = load(&damaged, &LoadOptions::default()) {
            assert_ne!(recipe.digest(), host_core::digest::sha256_hex(&whole));
        }
    }
}

#[test]
fn nested_components_may_not_multiply() {
    let levels: Vec<String> = (1..40)
        .map(|level| {
            let below = level - 1;
            format!(
                "(component $c{level} (alias outer 1 $c{below} (component $b)) (instance (instantiate $b)) (instance (instantiate $b)))"
            )
        })
        .collect();
    let error = refusal_of_text(&format!(
        "(component (component $c0) {} (instance (instantiate $c39)))",
        levels.concat()
    ));
    assert!(
        error
            .to_string()
            .contains("more than 10000 instances of nested components"),
        "{error}"
    );
}

#[test]
fn a_component_beyond_the_limit_of_size_is_not_looked_at() {
    let options = LoadOptions {
        limits: Limits::default().with(Limit::Size, 100),
        ..LoadOptions::default()
    };
    let error = load(&component(CONTRACT, QUIET), &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "was stopped in `load`: it needs more than 100 bytes of WebAssembly"
    );
    assert!(error.hint().unwrap().contains("`--sandbox size=32MiB`"));
}

/// Asserts that both functions are stopped, by the limit, in time.
fn check_stopped(core: &str, limits: Limits, expected: Limit) {
    let recipe = load(
        &component(CONTRACT, core),
        &LoadOptions {
            limits,
            ..LoadOptions::default()
        },
    )
    .unwrap();
    let start = Instant::now();
    let errors = [
        recipe.describe().unwrap_err(),
        recipe.render(&[], &Target::default(), &[]).unwrap_err(),
    ];
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    for error in errors {
        let RecipeError::Limit { limit, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(limit, expected, "{error}");
        assert!(error.hint().unwrap().contains(expected.name()));
    }
}

/// Asserts that it is refused before any of it is compiled, because of the limit.
fn check_not_loaded(core: &str, expected: Limit) {
    let error = refusal(&component(CONTRACT, core));
    let RecipeError::Limit {
        function: "load",
        limit,
        ..
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(limit, expected, "{error}");
}

/// Where instructions are what is tested, a busy machine may take longer for them than they have.
fn patient() -> Limits {
    Limits::default().with(Limit::Time, 60_000)
}

#[test]
fn an_endless_loop_is_stopped_by_its_instructions() {
    check_stopped(
        include_str!("../../../tests/guests/endless-loop.wat"),
        patient(),
        Limit::Fuel,
    );
}

#[test]
fn instructions_that_work_for_long_count_for_more() {
    check_stopped(
        include_str!("../../../tests/guests/fill-for-ever.wat"),
        patient(),
        Limit::Fuel,
    );
}

#[test]
fn time_stops_what_instructions_do_not() {
    let limits = Limits::default()
        .with(Limit::Fuel, u64::MAX)
        .with(Limit::Time, 200);
    check_stopped(
        include_str!("../../../tests/guests/endless-loop.wat"),
        limits,
        Limit::Time,
    );
}

#[test]
fn a_memory_bomb_is_stopped_by_its_memory() {
    check_stopped(
        include_str!("../../../tests/guests/memory-bomb.wat"),
        Limits::default(),
        Limit::Memory,
    );
}

#[test]
fn memory_that_is_too_large_from_the_start_is_refused() {
    let core = QUIET.replace(
        r#"(memory (export "memory") 1)"#,
        r#"(memory (export "memory") 2000)"#,
    );
    check_not_loaded(&core, Limit::Memory);
}

#[test]
fn a_table_beyond_the_limit_is_refused() {
    let core = QUIET.replace("(module", "(module (table 300000 funcref)");
    check_not_loaded(&core, Limit::TableElements);
}

#[test]
fn a_giant_result_is_stopped_by_its_size() {
    check_stopped(
        include_str!("../../../tests/guests/giant-output.wat"),
        Limits::default(),
        Limit::Result,
    );
}

#[test]
fn recursion_and_panics_are_traps_in_words() {
    let deep = recipe(include_str!("../../../tests/guests/deep-recursion.wat"))
        .describe()
        .unwrap_err();
    assert!(
        deep.to_string()
            .starts_with("failed in `describe`: its calls nest too deep for the stack"),
        "{deep}"
    );
    let panic = recipe(include_str!("../../../tests/guests/panic.wat"));
    for error in [
        panic.describe().unwrap_err(),
        panic.render(&[], &Target::default(), &[]).unwrap_err(),
    ] {
        assert!(
            matches!(&error, RecipeError::Trap { reason, .. } if reason.starts_with("a panic")),
            "{error}"
        );
    }
}

#[test]
fn a_trap_spoils_nothing_for_the_next_call() {
    let recipe = recipe(include_str!("../../../tests/guests/panic.wat"));
    assert_eq!(
        recipe.describe().unwrap_err(),
        recipe.describe().unwrap_err()
    );
}

#[test]
fn text_that_is_none_is_told() {
    // The manifest begins with its name: where the text is, and how long.
    for (text, reason) in [
        ("\\00\\08\\00\\00\\01", "utf-8"),
        ("\\ff\\ff\\ff\\ff\\01", "out of bounds"),
    ] {
        let data =
            format!(r#"(data (i32.const 1024) "{text}") (data (i32.const 2048) "\ff") (func"#);
        let error = recipe(&QUIET.replacen("(func", &data, 1))
            .describe()
            .unwrap_err();
        assert!(matches!(&error, RecipeError::Unreadable { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
}
