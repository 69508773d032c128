//! C bindings of the contract.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wit_bindgen_core::Files;
use wit_parser::{Resolve, WorldId};

/// Writes the header, the source and the object file that carries the types.
pub(crate) fn write(wit: &Path, directory: &Path) -> Result<()> {
    let (mut resolve, world) = read_contract(wit)?;
    let mut files = Files::default();
    wit_bindgen_c::Opts::default()
        .build()
        .generate(&mut resolve, world, &mut files)
        .with_context(|| format!("cannot generate C bindings of `{}`", wit.display()))?;

    fs::create_dir_all(directory)
        .with_context(|| format!("cannot create `{}`", directory.display()))?;
    for (name, contents) in files.iter() {
        let path = directory.join(name);
        fs::write(&path, contents).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}

/// The contract and its only world.
pub(crate) fn read_contract(wit: &Path) -> Result<(Resolve, WorldId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_path(wit)
        .with_context(|| format!("cannot read the contract `{}`", wit.display()))?;
    let world = resolve
        .select_world(&[package], None)
        .with_context(|| format!("cannot choose a world of `{}`", wit.display()))?;
    Ok((resolve, world))
}
