//! Components: made of a core module, and looked at.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use wit_component::{ComponentEncoder, DecodedWasm};
use wit_parser::{Resolve, WorldId, WorldItem};

use crate::bindings::read_contract;

/// Makes a component of a core module that carries its types in a custom section.
pub(crate) fn encode(core: &Path, out: &Path) -> Result<()> {
    let module = read(core)?;
    let component = ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.validate(true).encode())
        .with_context(|| format!("cannot make a component of `{}`", core.display()))?;
    fs::write(out, component).with_context(|| format!("cannot write `{}`", out.display()))
}

/// Refuses a file that imports anything or does not export what the contract's
/// world exports, with the contract's own types.
pub(crate) fn check(wit: &Path, recipe: &Path) -> Result<()> {
    let (contract, contract_world) = read_contract(wit)?;
    let bytes = read(recipe)?;
    let decoded = wit_component::decode(&bytes)
        .with_context(|| format!("`{}` is not a component", recipe.display()))?;
    let DecodedWasm::Component(found, world) = decoded else {
        bail!("`{}` is a WIT package, not a component", recipe.display());
    };

    let imports = item_names(&found, world, Side::Imports);
    ensure!(
        imports.is_empty(),
        "`{}` imports {}; a recipe imports nothing",
        recipe.display(),
        imports.join(", ")
    );
    let exports = item_names(&found, world, Side::Exports);
    for wanted in item_names(&contract, contract_world, Side::Exports) {
        ensure!(
            exports.contains(&wanted),
            "`{}` does not export {wanted}; it exports {}",
            recipe.display(),
            if exports.is_empty() {
                "nothing".to_owned()
            } else {
                exports.join(", ")
            }
        );
    }
    wit_component::targets(&contract, contract_world, &bytes)
        .with_context(|| format!("`{}` does not fit the contract", recipe.display()))?;

    println!(
        "{} bytes, imports nothing, exports {}",
        bytes.len(),
        exports.join(", ")
    );
    Ok(())
}

#[derive(Clone, Copy)]
enum Side {
    Imports,
    Exports,
}

/// The names that a world imports or exports. A type is no door and does not count.
fn item_names(resolve: &Resolve, world: WorldId, side: Side) -> Vec<String> {
    let items = match side {
        Side::Imports => &resolve.worlds[world].imports,
        Side::Exports => &resolve.worlds[world].exports,
    };
    items
        .iter()
        .filter(|(_, item)| !matches!(item, WorldItem::Type { .. }))
        .map(|(key, _)| format!("`{}`", resolve.name_world_key(key)))
        .collect()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}
