//! The recipes of registries and layouts that a verb is about: references, services of the stack as they are locked, or all
//! of them.

use anyhow::Result;
use host_core::registry::Source;
use host_core::registry::lock::Locked;

use super::Context;
use super::lock::check_services;
use super::locked::{check_locked, lock_services};
use super::prepare::shown;
use crate::cli::SandboxArgs;
use crate::component::LoadOptions;
use crate::failure::Told;
use crate::registry::Fetched;
use crate::settings::{self, Chosen, StackFile};

/// What a verb does with recipes, in words.
pub(super) struct Usage {
    /// `pulled`
    pub(super) done: &'static str,
    /// What whoever names a file may have meant.
    pub(super) of_file: &'static str,
}

/// What is meant, and the stack file that says how.
pub(super) struct Remote {
    pub(super) file: Option<StackFile>,
    pub(super) options: LoadOptions,
    /// None of them is a file.
    pub(super) chosen: Vec<Chosen>,
    /// What is locked of each.
    locked: Vec<Option<Locked>>,
}

impl Remote {
    /// Where each of them lies.
    pub(super) fn sources(&self) -> Vec<Source> {
        let of = self.chosen.iter().filter_map(|it| it.source.clone());
        of.collect()
    }

    /// Goes on with those alone.
    pub(super) fn retain(&mut self, stays: impl Fn(&Chosen) -> bool) {
        let all = self.chosen.drain(..).zip(self.locked.drain(..));
        (self.chosen, self.locked) = all
            .filter(|it| stays(&it.0))
            .collect::<Vec<_>>()
            .into_iter()
            .unzip();
    }

    /// What was fetched of them, in their order, each under the tag that it was locked at.
    ///
    /// # Errors
    /// It is not what is locked.
    pub(super) fn settle(&self, fetched: Vec<Fetched>) -> Result<Vec<Fetched>> {
        let settle = |(mut it, locked): (Fetched, &Option<Locked>)| {
            check_locked(Some(&it), locked.as_ref())?;
            let tag = locked.as_ref().and_then(|it| it.tag.clone());
            it.tag = it.tag.or(tag);
            Ok(it)
        };
        fetched.into_iter().zip(&self.locked).map(settle).collect()
    }
}

/// Reads what was named; nothing is all services of the nearest stack file. Services are what is locked of them, references
/// what they say. `usage` says what happens to them.
///
/// # Errors
/// Something named is a file, or is not there; or the lock has not what the stack file says.
pub(super) fn remote(
    context: &Context,
    named: &[String],
    sandbox: &SandboxArgs,
    usage: &Usage,
) -> Result<Remote> {
    let environment = &context.environment;
    let file = settings::stack_file(named, &environment.folder)?;
    let options = settings::load_options(sandbox, file.as_ref(), environment)?;
    match &file {
        Some(file) => check_services(named, file)?,
        None if named.is_empty() || named.iter().any(|it| settings::is_service(it)) => {
            return Err(Told::usage(
                "there is no `host.toml` here or above, which would say what is meant",
            )
            .hint(
                "name recipes by their references, `oci://ghcr.io/acme/redis:1.x`, or a stack file",
            )
            .into());
        }
        None => {}
    }
    let chosen = settings::choose(named, file.as_ref())?;
    for it in chosen.iter().filter(|it| it.source.is_none()) {
        let path = shown(&it.path);
        let Some(service) = &it.name else {
            let message = format!(
                "`{path}` is a file, and recipes of registries are {}",
                usage.done
            );
            return Err(Told::usage(message).hint(usage.of_file).into());
        };
        context.shell.note(&format!(
            "the recipe of `{service}` is the file `{path}`, and is not {}",
            usage.done
        ));
    }
    let mut chosen: Vec<Chosen> = chosen
        .into_iter()
        .filter(|it| it.source.is_some())
        .collect();
    let locked = lock_services(context, file.as_ref(), &mut chosen)?;
    Ok(Remote {
        file,
        options,
        chosen,
        locked,
    })
}
