//! Components that no compiler makes: of the texts in `tests/guests`, and of a generator where a text would be long.

use std::fmt::Write as _;
use std::fs;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use crate::harness::root;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

/// The text of `tests/guests/NAME.wat`.
pub(crate) fn text(name: &str) -> String {
    read(&format!("tests/guests/{name}.wat"))
}

/// The component that a compiler would make of `tests/guests/NAME.wat`; what is a component there stays as it is.
pub(crate) fn guest(name: &str) -> Vec<u8> {
    let text = text(name);
    if text.contains("(component\n") || name == "core-module" {
        return wat::parse_str(text).unwrap();
    }
    component(&text, &read("wit/v0.1/recipe.wit"))
}

/// The same; what is only a module stays one.
pub(crate) fn guest_or_module(name: &str) -> Vec<u8> {
    let text = text(name);
    let contract = read("wit/v0.1/recipe.wit");
    try_component(&text, &contract).unwrap_or_else(|| wat::parse_str(text).unwrap())
}

/// The component of a core module, if it keeps the contract.
pub(crate) fn try_component(core: &str, contract: &str) -> Option<Vec<u8>> {
    let mut core = wat::parse_str(core).ok()?;
    let mut resolve = wit_parser::Resolve::default();
    let package = resolve.push_str("recipe.wit", contract).ok()?;
    let world = resolve.select_world(&[package], None).ok()?;
    embed_component_metadata(&mut core, &resolve, world, StringEncoding::UTF8).ok()?;
    let encoder = ComponentEncoder::default().validate(false);
    encoder.module(&core).ok()?.encode().ok()
}

/// The component of a core module and its contract.
pub(super) fn component(core: &str, contract: &str) -> Vec<u8> {
    try_component(core, contract).expect("the module keeps the contract")
}

/// A recipe of a contract that there is not yet.
pub(super) fn of_another_version() -> Vec<u8> {
    let replace = |text: String| text.replace("@0.1.0", "@0.9.0");
    component(
        &replace(text("quiet")),
        &replace(read("wit/v0.1/recipe.wit")),
    )
}

/// A recipe with more functions beside its own.
fn with(functions: &str) -> Vec<u8> {
    let core = text("quiet").replacen("(func", &format!("{functions} (func"), 1);
    component(&core, &read("wit/v0.1/recipe.wit"))
}

/// A function of so many locals, used inside of so many loops: the compiler has to carry each through each.
pub(super) fn hungry_to_compile(locals: usize, loops: usize) -> Vec<u8> {
    let mut body = format!("(func (local {}) ", "i64 ".repeat(locals));
    body.push_str(&"loop ".repeat(loops));
    for local in 0..locals {
        let _ = write!(
            body,
            "local.get {local} i64.const 1 i64.add local.set {local} "
        );
    }
    body.push_str(&"i32.const 0 br_if 0 end ".repeat(loops));
    body.push(')');
    with(&body)
}

/// So many functions, each of a few hundred bytes.
pub(super) fn large(functions: usize) -> Vec<u8> {
    let line = "local.get 0 i64.const 123456789 i64.mul local.get 1 i64.rotl local.tee 0 i64.popcnt local.set 1 ";
    let function = format!(
        "(func (param i64 i64) (result i64) {} local.get 0)\n",
        line.repeat(16)
    );
    with(&function.repeat(functions))
}

/// Bytes that nobody chose, behind a header that is right.
pub(super) fn random(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    while bytes.len() < length {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        bytes.extend((state >> 32).to_le_bytes());
    }
    bytes
}

/// A recipe with some of its bytes exchanged.
pub(super) fn mutated() -> Vec<u8> {
    let mut bytes = guest("quiet");
    for at in (40..bytes.len()).step_by(97) {
        bytes[at] ^= 0x15;
    }
    bytes
}
