//! Recipes of the tests' own, built from a source as an author outside of this repository would.

use std::fs;
use std::path::PathBuf;

use super::{Sandbox, root, scratch};

/// Builds a recipe with `host build`, once for each version.
pub(crate) fn build(name: &str, versions: &[&str], source: &str) -> Vec<PathBuf> {
    let sandbox = Sandbox::new().with_cargo();
    let sdk = root().join("recipes/sdk");
    sandbox.write(&format!("{name}/src/lib.rs"), source);
    // The same versions as here: nothing is asked for in the network.
    sandbox.write(
        &format!("{name}/Cargo.lock"),
        fs::read(root().join("Cargo.lock")).unwrap(),
    );
    let build = |version: &&str| {
        sandbox.write(
            &format!("{name}/Cargo.toml"),
            format!(
                "[package]\nname = '{name}'\nversion = '{version}'\nedition = '2024'\n[lib]\ncrate-type = ['cdylib', 'rlib']\n\
                 [dependencies]\nrecipe-sdk = {{ path = '{}' }}\n[workspace]\n",
                sdk.display()
            ),
        );
        sandbox.host(&["build", name]).ends_with(0);
        let built = PathBuf::from(scratch(&format!("{name}-{version}.wasm")));
        // It appears at once with all of its content, whoever else reads it.
        let beside = built.with_extension(format!("{}.new", std::process::id()));
        fs::copy(sandbox.path(&format!("{name}.wasm")), &beside).unwrap();
        fs::rename(&beside, &built).unwrap();
        built
    };
    versions.iter().map(build).collect()
}
