//! What stands for a user and for other services where neither is there: a recipe is rendered, and nothing is deployed.

use host_core::params;
use host_core::spec::Parameter;

use super::blueprint::{Live, Loaded};

/// The port of whatever a recipe depends on.
const PORT: u16 = 80;

/// The parameters that have to be given and were not, with their places in the manifest.
#[must_use]
pub fn missing(loaded: &Loaded) -> Vec<(usize, Parameter)> {
    let all = loaded.manifest.parameters.iter().enumerate();
    let is_missing = |it: &Parameter| {
        it.required
            && params::default(&it.accepts).is_none()
            && !loaded.input.given.contains_key(&it.name)
    };
    all.filter(|(_, it)| is_missing(it))
        .map(|(index, it)| (index, it.clone()))
        .collect()
}

/// An endpoint for everything that the recipes depend on, at a name that is nowhere.
#[must_use]
pub fn endpoints(loaded: &[Loaded]) -> Live {
    let needed = loaded.iter().flat_map(|it| &it.manifest.dependencies);
    needed
        .map(|it| (it.name.clone(), (format!("{}.invalid", it.name), PORT)))
        .collect()
}
