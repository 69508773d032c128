//! The bytes of a recipe: of a file, or of what was fetched from a registry.

use std::fs::File;
use std::io::Read as _;

use anyhow::Context as _;
use host_core::codes::{parameters, registry};
use host_core::registry::artifact::check_digest;

use super::super::refuse;
use super::Input;
use crate::component::{self, Limit, Limits};
use crate::files;

/// The bytes of a recipe. Of a file that is too large, or never ends, no more than the first are read.
///
/// # Errors
/// It cannot be read, is too large, or begins as no component does.
pub fn read(input: &Input, limits: &Limits) -> anyhow::Result<Vec<u8>> {
    let path = &input.path;
    let about = || format!("could not load `{}`", path.display());
    let most = limits.get(Limit::Size);
    let take = |file: &File, most: u64| {
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes).map(|_| bytes)
    };
    let opened = files::open(input.file()).and_then(|file| Ok((file.metadata()?.len(), file)));
    let read = opened.and_then(|(length, file)| {
        let mut bytes = take(&file, 8)?;
        if component::check_size(&bytes, length, limits).is_ok() {
            bytes.extend(take(&file, most.saturating_sub(7))?);
        }
        Ok((length.max(bytes.len() as u64), bytes))
    });
    match read {
        Ok((length, bytes)) => {
            component::check_size(&bytes, length, limits).with_context(about)?;
            if let Some(fetched) = &input.fetched {
                // Between here and when it was fetched, a file may change.
                let what = format!("the component of `{}`", path.display());
                check_digest(&what, &bytes, &fetched.component.digest)?;
            }
            Ok(bytes)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && input.fetched.is_some() => {
            refuse(
                registry::CACHE,
                format!(
                    "`{}` is gone from the cache since it was fetched\nhint: run the same again; somebody has tidied up meanwhile, as `host cache prune` does",
                    path.display()
                ),
            )
        }
        Err(error)
            if error.kind() == std::io::ErrorKind::NotFound && path.with_extension("").is_dir() =>
        {
            refuse(
                parameters::NO_FILE,
                format!(
                    "there is no `{}`\nhint: build it: host build {}",
                    path.display(),
                    path.with_extension("").display()
                ),
            )
        }
        Err(error) => refuse(
            parameters::NO_FILE,
            format!(
                "could not read `{}`: {error}\nhint: name the file of a recipe, such as `recipes/redis.wasm`; `host build DIR` makes one",
                path.display()
            ),
        ),
    }
}
