//! Recipes whose contract is not quite ours: read by name, and refused where meaning would be lost.

use expect_test::{Expect, expect};
use host_core::diag::Severity;
use host_core::spec::Value;
use wit_parser::abi::{AbiVariant, WasmType};

use super::super::tests::component;
use super::super::{LoadOptions, Recipe, load};
use super::*;

/// A recipe with a contract of its own, whose functions return what lies at 1024 and 2048 in its memory.
fn recipe(types: &str, manifest: &str, result: &str, parameters: &str, data: &str) -> Recipe {
    let wit = format!(
        "package host:recipe@0.1.0; interface guest {{ {types} describe: func() -> {manifest}; \
         render: func({parameters}) -> {result}; }} world recipe {{ export guest; }}"
    );
    let resolve = {
        let mut resolve = wit_parser::Resolve::default();
        resolve.push_str("recipe.wit", &wit).unwrap();
        resolve
    };
    let render = resolve.interfaces.iter().next().unwrap().1.functions["render"].clone();
    let signature = resolve.wasm_signature(AbiVariant::GuestExport, &render);
    let flat: String = signature
        .params
        .iter()
        .map(|ty| if *ty == WasmType::I64 { "i64 " } else { "i32 " })
        .collect();
    let core = format!(
        r#"(module
            (memory (export "memory") 1)
            {data}
            (func (export "host:recipe/guest@0.1.0#describe") (result i32) (i32.const 1024))
            (func (export "host:recipe/guest@0.1.0#render") (param {flat}) (result i32) (i32.const 2048))
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 32768)))"#
    );
    load(&component(&wit, &core), &LoadOptions::default()).unwrap()
}

/// What `describe` says when it returns `bytes`, read as `manifest`.
fn check_manifest(types: &str, bytes: &str, expected: &Expect) {
    let data = format!(r#"(data (i32.const 1024) "{bytes}") (data (i32.const 4096) "redis")"#);
    let recipe = recipe(
        types,
        "manifest",
        "result<blueprint, list<diagnostic>>",
        "",
        &data,
    );
    expected.assert_eq(&match recipe.describe() {
        Ok(manifest) => format!("{manifest:?}"),
        Err(error) => format!("{error}\nhint: {}", error.hint().unwrap_or_default()),
    });
}

const REST: &str = "record blueprint { other: u32 } record diagnostic { message: string }";

#[test]
fn missing_fields_take_their_defaults() {
    check_manifest(
        &format!("record manifest {{ name: string }} {REST}"),
        r"\00\10\00\00\05\00\00\00",
        &expect![[
            r#"Manifest { name: "redis", version: "", summary: "", parameters: [], endpoints: [], dependencies: [], capabilities: [], rollback: Manual, extra: None }"#
        ]],
    );
}

/// A manifest with fields of every kind that this host does not know.
const NEWER: &str = "
    enum colour { plain, red }
    variant mood { none, glad(string) }
    record inner { a: u32, b: bool, c: tuple<string, u32> }
    record manifest {
        name: string, colour: colour, mood: mood, inner: inner, note: option<string>, count: s64, marks: list<u32>
    }";

#[test]
fn unknown_fields_that_say_nothing_are_passed_over() {
    check_manifest(
        &format!("{NEWER} {REST}"),
        r"\00\10\00\00\05\00\00\00",
        &expect![[
            r#"Manifest { name: "redis", version: "", summary: "", parameters: [], endpoints: [], dependencies: [], capabilities: [], rollback: Manual, extra: None }"#
        ]],
    );
}

#[test]
fn unknown_fields_that_are_set_are_refused_by_name() {
    let types = format!("{NEWER} {REST}");
    check_manifest(
        &types,
        r"\00\10\00\00\05\00\00\00\01",
        &expect![[r"
            sets `colour` in `describe`, which this host does not know
            hint: it is built for a newer contract: update host"]],
    );
    // The variant `mood` begins at 12, the record `inner` at 24, the option `note` at 44.
    for (at, field) in [
        (12, "mood"),
        (24, "inner"),
        (28, "inner"),
        (44, "note"),
        (56, "count"),
        (68, "marks"),
    ] {
        let mut bytes = r"\00\10\00\00\05\00\00\00".to_owned();
        bytes.push_str(&r"\00".repeat(at - 8));
        bytes.push_str(r"\01");
        let data = format!(r#"(data (i32.const 1024) "{bytes}") (data (i32.const 4096) "redis")"#);
        let recipe = recipe(
            &types,
            "manifest",
            "result<blueprint, list<diagnostic>>",
            "",
            &data,
        );
        let RecipeError::Newer {
            function: "describe",
            path,
        } = recipe.describe().unwrap_err()
        else {
            panic!("{at}: {:?}", recipe.describe());
        };
        assert_eq!(path, field, "{at}");
    }
}

#[test]
fn unknown_cases_are_refused_where_they_are() {
    check_manifest(
        &format!(
            "variant parameter-type {{ duration, secret }} record parameter {{ name: string, accepts: parameter-type }} \
             record manifest {{ parameters: list<parameter> }} {REST}"
        ),
        r"\08\04\00\00\01\00\00\00\00\10\00\00\05\00\00\00\00",
        &expect![[r"
            sets `parameters[0].accepts.duration` in `describe`, which this host does not know
            hint: it is built for a newer contract: update host"]],
    );
}

#[test]
fn a_field_of_another_type_is_told_with_its_path() {
    check_manifest(
        &format!(
            "record parameter {{ name: u32 }} record manifest {{ parameters: list<parameter> }} {REST}"
        ),
        r"\08\04\00\00\01\00\00\00\07",
        &expect![[r"
            returned from `describe` at `parameters[0].name`: invalid type: integer `7`, expected a string
            hint: build the recipe again with bindings for `wit/v0.1`"]],
    );
}

#[test]
fn findings_are_read_and_a_failure_without_any_says_so() {
    let types = "record blueprint { other: u32 } record manifest { name: string } \
                 record diagnostic { path: string, message: string }";
    let result = "result<blueprint, list<diagnostic>>";
    let render = |data: &str| {
        let recipe = recipe(types, "manifest", result, "", data);
        recipe
            .render(&[], &Target::default(), &[])
            .unwrap()
            .unwrap_err()
    };
    let one = render(
        r#"(data (i32.const 2048) "\01\00\00\00\00\09\00\00\01") (data (i32.const 2312) "\00\10\00\00\05")
           (data (i32.const 4096) "small")"#,
    );
    assert_eq!(one, [Diagnostic::error("", "small")]);
    let none = render(r#"(data (i32.const 2048) "\01")"#);
    assert_eq!(none.len(), 1);
    assert_eq!(
        (none[0].severity, none[0].message.as_str()),
        (Severity::Error, "the recipe failed without saying why")
    );
}

#[test]
fn a_number_out_of_range_is_told_with_its_path() {
    let types = "record service { desired-count: option<u64> } record blueprint { service: option<service> } \
                 record manifest { name: string } record diagnostic { message: string }";
    let data = r#"(data (i32.const 2048)
        "\00\00\00\00\00\00\00\00" "\01\00\00\00\00\00\00\00" "\01\00\00\00\00\00\00\00" "\00\00\00\00\01\00\00\00")"#;
    let recipe = recipe(
        types,
        "manifest",
        "result<blueprint, list<diagnostic>>",
        "",
        data,
    );
    let error = recipe.render(&[], &Target::default(), &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "returned from `render` at `service.desired-count`: invalid value: integer `4294967296`, expected u32"
    );
}

#[test]
fn arguments_are_built_from_the_guests_own_types() {
    // Other order, other fields, another parameter: all of it is filled by name or with nothing.
    let types = "enum stage { test, live }
        variant value { text(string), integer(s32), text-list(list<string>), boolean(bool), secret(string) }
        record argument { value: value, name: string, stage: stage }
        record target { zone: option<string>, region: string, flavour: tuple<u32, string> }
        record dependency { port: u16, name: string }
        record blueprint { other: u32 } record manifest { name: string } record diagnostic { message: string }";
    let recipe = recipe(
        types,
        "manifest",
        "result<blueprint, list<diagnostic>>",
        "target: target, clock: option<u64>, dependencies: list<dependency>, arguments: list<argument>",
        "",
    );
    let arguments = [
        ("a", Value::Text("x".into())),
        ("b", Value::Integer(-7)),
        ("c", Value::TextList(vec!["y".into()])),
        ("d", Value::Boolean(true)),
        ("e", Value::Secret("t".into())),
    ]
    .map(|(name, value)| Argument {
        name: name.into(),
        value,
    });
    let target = Target {
        region: "us-east-1".into(),
        cluster: "c".into(),
        extra: Some("{}".into()),
    };
    let dependencies = [Dependency {
        name: "redis".into(),
        address: "t".into(),
        port: 6379,
    }];

    let values = parameters(&recipe.render.signature, &arguments, &target, &dependencies).unwrap();
    expect![[r#"
        {zone: none, region: "us-east-1", flavour: (0, "")}
        none
        [{port: 6379, name: "redis"}]
        [{value: text("x"), name: "a", stage: test}, {value: integer(-7), name: "b", stage: test}, {value: text-list(["y"]), name: "c", stage: test}, {value: boolean(true), name: "d", stage: test}, {value: secret("t"), name: "e", stage: test}]
    "#]]
    .assert_eq(&(values.iter().map(show).collect::<Vec<_>>().join("\n") + "\n"));
    assert!(
        recipe
            .render(&arguments, &target, &dependencies)
            .unwrap()
            .is_ok()
    );

    let far = [Dependency {
        port: 70_000,
        ..dependencies[0].clone()
    }];
    let error = recipe.render(&arguments, &target, &far).unwrap_err();
    assert_eq!(
        error.to_string(),
        "breaks the contract at `render`: it takes a number where this host gives 70000"
    );
}

/// A value as people write it.
fn show(value: &Val) -> String {
    let list = |items: &[Val]| items.iter().map(show).collect::<Vec<_>>().join(", ");
    match value {
        Val::Bool(it) => it.to_string(),
        Val::S32(it) => it.to_string(),
        Val::U32(it) => it.to_string(),
        Val::U16(it) => it.to_string(),
        Val::String(it) => format!("{it:?}"),
        Val::Enum(it) => it.clone(),
        Val::Option(None) => "none".to_owned(),
        Val::List(items) => format!("[{}]", list(items)),
        Val::Tuple(items) => format!("({})", list(items)),
        Val::Variant(name, Some(payload)) => format!("{name}({})", show(payload)),
        Val::Record(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{name}: {}", show(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => format!("{other:?}"),
    }
}
