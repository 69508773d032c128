//! The types and the export glue that `wit/v0.1/recipe.wit` generates.
//!
//! Nothing here is public by itself: [`crate`] names again, one by one, what
//! authors may use. The documentation of each field is the contract's own.
#![allow(
    missing_docs,
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    clippy::all,
    clippy::pedantic,
    clippy::undocumented_unsafe_blocks,
    reason = "generated code is not ours to format or to document"
)]

wit_bindgen::generate!({
    path: "../../wit/v0.1",
    world: "recipe",
    additional_derives: [Default, PartialEq],
    // Enums and variants have no `#[default]` case there; `defaults` says it for them.
    additional_derives_ignore: [
        "severity",
        "parameter-type",
        "rollback-class",
        "value",
        "argument",
        "transport-protocol",
        "scheme",
        "listener-protocol",
        "load-balancer",
    ],
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "recipe_sdk::bindings",
});
