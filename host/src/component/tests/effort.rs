//! What a component may hold, and which ones are compiled in a process of their own.

use super::*;

fn refused(text: &str, limits: Limits) -> RecipeError {
    let bytes = wat::parse_str(text).unwrap();
    let options = LoadOptions {
        limits,
        ..LoadOptions::default()
    };
    load(&bytes, &options).unwrap_err()
}

#[test]
fn what_a_component_holds_is_counted_before_it_is_compiled() {
    let functions = "(func)".repeat(6);
    for (text, limit) in [
        (format!("(component {})", "(core module)".repeat(6)), Limit::Modules),
        (format!("(component {})", "(component)".repeat(6)), Limit::Components),
        ("(component (component (core module (func)) (core module (func)) (core module (func)) (core module (func)) (core module (func)) (core module (func))))".to_owned(), Limit::Functions),
        (format!("(component (core module {functions}))"), Limit::Functions),
        (format!("(component (core module (func {})))", "nop ".repeat(6)), Limit::FunctionSize),
        (format!("(component (core module {}))", "(memory 0)".repeat(6)), Limit::Memories),
        (format!("(component (core module {}))", "(table 0 funcref)".repeat(6)), Limit::Tables),
        ("(component (core module (table 3 funcref)) (core module (table 3 funcref)))".to_owned(), Limit::TableElements),
    ] {
        let error = refused(&text, Limits::default().with(limit, 5));
        assert_eq!(
            error,
            RecipeError::Limit {
                function: "load",
                limit,
                value: 5
            },
            "{text}"
        );
        let error = refused(&text, Limits::default());
        assert!(matches!(error, RecipeError::NoGuest { .. }), "{text}: {error}");
    }
}

#[test]
fn memory_is_counted_over_all_modules() {
    let text = "(component (core module (memory 400)) (core module (memory 400)))";
    let error = refused(text, Limits::default());
    assert!(
        error
            .to_string()
            .contains("more than 50331648 bytes of memory"),
        "{error}"
    );
}

#[test]
fn texts_and_entries_of_a_result_are_counted() {
    let findings = include_str!("../../../../tests/guests/many-findings.wat");
    for (limit, value, told) in [
        (
            Limit::Entries,
            4_999,
            "more than 4999 entries of lists in its result",
        ),
        (Limit::Texts, 9_999, "more than 9999 texts in its result"),
    ] {
        let render = |value| {
            let options = LoadOptions {
                limits: Limits::default().with(limit, value),
                ..LoadOptions::default()
            };
            let recipe = load(&component(CONTRACT, findings), &options).unwrap();
            recipe.render(&[], &Target::default(), &[])
        };
        let error = render(value).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
        // Five thousand findings, each of two texts.
        assert!(render(value + 1).is_ok());
    }
}

#[test]
fn a_larger_stack_is_deeper() {
    let deep = r#"(func $deeper (param i32) (result i32)
            (if (result i32) (local.get 0)
                (then (i32.add (call $deeper (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
                (else (i32.const 0))))
        (func"#;
    let core = QUIET.replacen("(func", deep, 1).replace(
        "(i32.const 1024))",
        "(drop (call $deeper (i32.const 20000))) (i32.const 1024))",
    );
    let describe = |stack| {
        let options = LoadOptions {
            limits: Limits::default().with(Limit::Stack, stack),
            ..LoadOptions::default()
        };
        let recipe = load(&component(CONTRACT, &core), &options).unwrap();
        recipe.describe()
    };
    let error = describe(16 << 10).unwrap_err();
    assert!(
        error.to_string().contains("too deep for the stack"),
        "{error}"
    );
    assert!(
        error.hint().unwrap().contains("--sandbox stack="),
        "{error:?}"
    );
    assert!(describe(1 << 20).is_ok());
}

/// The recipes of this repository are compiled at once, and what could take long is not.
#[test]
fn only_what_takes_a_moment_is_compiled_here() {
    let effort = |bytes: &[u8]| outline::read(bytes, &Limits::default()).unwrap().effort;
    assert!(effort(&component(CONTRACT, QUIET)).is_small());
    // A function of many locals and many branches: each branch may carry each local.
    let locals = QUIET.replacen(
        "(func",
        &format!(
            "(func (local {}) {}) (func",
            "i32 ".repeat(2_000),
            "(loop (nop))".repeat(1_000)
        ),
        1,
    );
    assert!(!effort(&component(CONTRACT, &locals)).is_small());
    // The same with the parameters of blocks.
    let blocks = QUIET.replacen(
        "(func",
        &format!(
            "(type $wide (func (result {}))) (func {}) (func",
            "i32 ".repeat(900),
            "(loop (nop))".repeat(1_000)
        ),
        1,
    );
    assert!(!effort(&component(CONTRACT, &blocks)).is_small());
    let large = QUIET.replacen(
        "(module",
        &format!("(module (@custom \"padding\" \"{}\")", "x".repeat(1 << 20)),
        1,
    );
    assert!(!effort(&component(CONTRACT, &large)).is_small());
}
