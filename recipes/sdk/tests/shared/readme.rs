//! Holds the table of recipes against what the recipes declare.

use recipe_sdk::Manifest;

const README: &str = include_str!("../../../README.md");

/// Each parameter of the recipe stands in the README.
pub(crate) fn check(manifest: &Manifest) {
    let missing: Vec<_> = manifest
        .parameters
        .iter()
        .map(|it| format!("`{}`", it.name))
        .filter(|it| !README.contains(it))
        .collect();
    assert!(
        missing.is_empty(),
        "recipes/README.md does not say {missing:?} of {}",
        manifest.name
    );
}
