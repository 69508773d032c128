//! What verbs take of the lock of a stack: which content its recipes are, and that they are.

use anyhow::Result;
use host_core::bounds::list;
use host_core::codes::registry::LOCK;
use host_core::escape::escape;
use host_core::registry::lock::Locked;

use super::Context;
use super::prepare::shown;
use crate::failure::Told;
use crate::registry::Fetched;
use crate::settings::{self, StackFile, StackLock};

/// Has the recipes of registries and layouts mean what the stack's lock says, and gives that.
pub(super) fn lock(
    context: &Context,
    file: Option<&StackFile>,
    chosen: &mut [settings::Chosen],
) -> Result<Vec<Option<Locked>>> {
    let is_open = |it: &settings::Chosen| it.source.as_ref().is_some_and(|it| !it.is_pinned());
    let in_registries = chosen.iter().any(|it| it.source.is_some());
    let Some(file) = file.filter(|_| in_registries) else {
        return Ok(vec![None; chosen.len()]);
    };
    let stack_lock = StackLock::of(file)?;
    if chosen.iter().any(|it| it.name.is_some() && is_open(it)) {
        tell_unlocked(context, file, &stack_lock);
    }
    let locked = stack_lock.pin(chosen)?;
    if stack_lock.lock.is_some() {
        let beside = chosen.iter().zip(&locked);
        for (it, _) in beside.filter(|(it, locked)| is_open(it) && locked.is_none()) {
            let message = format!(
                "`{}` is no recipe of `{}`, so `{}` says nothing of it",
                it.recipe,
                shown(&file.path),
                shown(&stack_lock.path)
            );
            let services = stack_lock.lock.iter().flat_map(|it| it.recipes.keys());
            let services = list(services);
            let hint = format!("what is locked runs by the names of its services: {services}");
            context.shell.warn(&message, Some(&hint));
        }
    }
    Ok(locked)
}

/// The same for the services among them alone: whoever says a reference means that, and not what the stack has of it.
pub(super) fn lock_services(
    context: &Context,
    file: Option<&StackFile>,
    chosen: &mut [settings::Chosen],
) -> Result<Vec<Option<Locked>>> {
    let is_service = |it: &settings::Chosen| it.name.is_some();
    let services = chosen.iter().filter(|it| is_service(it)).cloned();
    let mut services: Vec<settings::Chosen> = services.collect();
    let locked = lock(context, file, &mut services)?;
    let mut services = services.into_iter().zip(locked);
    let of_each = chosen.iter_mut().map(|it| {
        let (service, locked) = is_service(it).then(|| services.next()).flatten()?;
        *it = service;
        locked
    });
    Ok(of_each.collect())
}

/// The recipes of a verb that only looks, and of those of services what is locked of them, which they are.
pub(super) fn looked_at(
    context: &Context,
    named: &[String],
    file: Option<&StackFile>,
) -> Result<(Vec<settings::Chosen>, Vec<Option<Locked>>)> {
    let chosen = named
        .iter()
        .map(|it| settings::of_service_or_recipe(it, file));
    let mut chosen = chosen.collect::<Result<Vec<_>>>()?;
    let locked = lock_services(context, file, &mut chosen)?;
    Ok((chosen, locked))
}

/// A stack without a lock is told of, and how it gets one.
pub(super) fn tell_unlocked(context: &Context, file: &StackFile, lock: &StackLock) {
    if lock.lock.is_none() {
        let name = shown(&lock.path);
        context.shell.note(&format!(
            "`{}` is not locked: `{}` writes down which content runs, and only that runs then",
            shown(&file.path),
            lock.place(&name).command("")
        ));
    }
}

/// A lock that was written by hand may name a manifest, and a component that is none of it.
pub(super) fn check_locked(fetched: Option<&Fetched>, locked: Option<&Locked>) -> Result<()> {
    let (Some(fetched), Some(locked)) = (fetched, locked) else {
        return Ok(());
    };
    if fetched.component.digest == locked.component {
        return Ok(());
    }
    Err(Told::new(format!(
        "the lock says that `{}` has the component {}, and its manifest says {}",
        fetched.source, locked.component, fetched.component.digest
    ))
    .code(LOCK)
    .hint(ANEW)
    .into())
}

/// And it may name a version that the recipe is not.
pub(super) fn check_version(recipe: &str, version: &str, locked: Option<&Locked>) -> Result<()> {
    let Some(locked) = locked.filter(|it| it.version != version) else {
        return Ok(());
    };
    Err(Told::new(format!(
        "the lock says that `{recipe}` is {}, and the recipe says that it is {version}",
        escape(&locked.version)
    ))
    .code(LOCK)
    .hint(ANEW)
    .into())
}

/// What to do about a lock that somebody wrote into.
const ANEW: &str =
    "take the lock from version control again, or remove it and make it anew: host lock";
