//! `host lock`: writes down which content the recipes of a stack are, and shows what moving one changes.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use host_core::codes::parameters::NO_FILE;
use host_core::codes::registry::{LOCK, UNREACHABLE};
use host_core::diag::Diagnostic;
use host_core::registry::change::changes;
use host_core::registry::lock::Locked;
use host_core::registry::{Lock, Source};
use host_core::report::blueprint::{bodies, compare};
use host_core::report::document;
use host_core::report::lock::{Relocked, json, text};
use serde_json::Value;

use super::prepare::{self, shown};
use super::{Context, registry};
use crate::cli::{LockArgs, TargetArgs};
use crate::component::LoadOptions;
use crate::failure::{ExitStatus, Failure, Told};
use crate::files;
use crate::ops::blueprint::{Live, Loaded, Rendered, render_all};
use crate::registry::Origin;
use crate::settings::{self, Chosen, StackFile, StackLock, Target};

/// The services of a stack whose recipes lie in registries or layouts, by their names.
type Services = BTreeMap<String, Chosen>;

pub(super) fn execute(context: &Context, arguments: &LockArgs) -> Result<ExitStatus> {
    let file = stack(context, &arguments.names)?;
    let wanted = named(&arguments.names, &file)?;
    let options = settings::load_options(&arguments.sandbox, Some(&file), &context.environment)?;
    let stack_lock = StackLock::of(&file)?;
    let name = shown(&stack_lock.path);
    let former = stack_lock.lock.clone().unwrap_or_default();
    // What is locked already is looked at as well: it has to be there, and signed by whoever counts today.
    let kept = |service: &str, it: &Chosen| {
        let locked = former.recipes.get(service);
        locked.filter(|locked| !arguments.update && locked.recipe == it.recipe)
    };
    let mut next = resolve(context, arguments, &options, &wanted, &file, &kept)?;
    let mut relocked = Vec::new();
    for (service, now) in &mut next {
        let before = former.recipes.get(service).cloned();
        if let Some(before) = &before {
            before.check_next(&stack_lock.place(&name), service, now)?;
            if before.digest == now.digest && now.tag.is_none() {
                now.tag.clone_from(&before.tag);
            }
        }
        relocked.push(Relocked {
            service: service.clone(),
            former: before,
            next: now.clone(),
            recipe: Vec::new(),
            blueprint: Vec::new(),
            unknown: None,
        });
    }
    if relocked.iter().any(Relocked::has_moved) {
        let compared = Compared::new(context, arguments, &options, &file, &former, &next);
        match compared {
            Ok(compared) => relocked.iter_mut().for_each(|it| compared.tell(it)),
            Err(error) => {
                // What is locked does not depend on what can be shown.
                let why = Failure::read(&error).message;
                for one in relocked.iter_mut().filter(|it| it.has_moved()) {
                    one.unknown = Some(why.clone());
                }
            }
        }
    }
    let mut gone = Vec::new();
    if names_all(&arguments.names) {
        gone = former
            .recipes
            .keys()
            .filter(|it| !wanted.contains_key(*it))
            .cloned()
            .collect();
    }
    write(context, &file, &former, next, &gone)?;
    if context.shell.is_json() {
        let recipes: Vec<Value> = relocked.iter().map(json).collect();
        context.shell.json(&document([
            ("file", name.into()),
            ("recipes", recipes.into()),
            ("gone", gone.into()),
        ]))?;
    } else {
        context.shell.data(&text(&relocked, &gone))?;
    }
    Ok(ExitStatus::Done)
}

/// The stack file of a verb about locked recipes.
pub(super) fn stack(context: &Context, names: &[String]) -> Result<StackFile> {
    settings::stack_file(names, &context.environment.folder)?.ok_or_else(|| {
        Told::usage("there is no `host.toml` here or above, and recipes are locked for one")
            .hint("write one with `[services.NAME]` and `recipe = \"oci://…\"`, or name another stack file")
            .into()
    })
}

/// Whether all services are meant.
fn names_all(names: &[String]) -> bool {
    names.iter().all(|it| settings::is_stack_file(it))
}

/// Whether each name of a service is one of the stack file's.
///
/// # Errors
/// One of them is not.
pub(super) fn check_services(names: &[String], file: &StackFile) -> Result<()> {
    let unknown = |it: &&String| settings::is_service(it) && !file.services.contains_key(*it);
    let Some(unknown) = names.iter().find(unknown) else {
        return Ok(());
    };
    let stack = shown(&file.path);
    let services: BTreeSet<&str> = file.services.keys().map(String::as_str).collect();
    let hint = if services.is_empty() {
        "add it: `[services.NAME]` with `recipe = \"oci://…\"`".to_owned()
    } else {
        settings::suggestion(unknown, &services, "it has")
    };
    Err(Told::new(format!("`{stack}` has no service `{unknown}`"))
        .code(NO_FILE)
        .hint(hint)
        .into())
}

/// The services that are meant and lie in registries or layouts.
///
/// # Errors
/// Something is named that is no service, or whose recipe is a file.
pub(super) fn named(names: &[String], file: &StackFile) -> Result<Services> {
    let all = |it: Vec<Chosen>| it.into_iter().filter_map(|it| Some((it.name.clone()?, it)));
    if names_all(names) {
        let chosen = if file.services.is_empty() {
            Vec::new()
        } else {
            settings::choose(&[], Some(file))?
        };
        return Ok(all(chosen).filter(|(_, it)| it.source.is_some()).collect());
    }
    // The stack file only says where.
    let services: Vec<String> = names
        .iter()
        .filter(|it| !settings::is_stack_file(it))
        .cloned()
        .collect();
    check_services(names, file)?;
    let chosen = settings::choose(&services, Some(file))?;
    if let Some(other) = chosen.iter().find(|it| it.name.is_none()) {
        return Err(Told::usage(format!(
            "`{}` is a recipe, and the services of `{}` are locked",
            shown(&other.path),
            shown(&file.path)
        ))
        .hint("name a service, or none to have all")
        .into());
    }
    let named = |it: &&Chosen| names.iter().any(|name| it.name.as_ref() == Some(name));
    if let Some(other) = chosen.iter().filter(named).find(|it| it.source.is_none()) {
        let name = other.name.clone().unwrap_or_default();
        return Err(Told::new(format!(
            "the recipe of `{name}` is the file `{}`, and only those of registries and layouts are locked",
            shown(&other.path)
        ))
        .code(LOCK)
        .hint("name a service whose recipe begins with `oci:`")
        .into());
    }
    Ok(all(chosen).filter(|(_, it)| it.source.is_some()).collect())
}

/// What the registries have now of each service; of what is kept, that.
fn resolve<'a>(
    context: &Context,
    arguments: &LockArgs,
    options: &LoadOptions,
    services: &Services,
    file: &StackFile,
    kept: &impl Fn(&str, &Chosen) -> Option<&'a Locked>,
) -> Result<BTreeMap<String, Locked>> {
    let mut chosen = Vec::new();
    for (name, it) in services {
        let mut it = it.clone();
        if let Some(locked) = kept(name, &it) {
            it.source = Some(locked.source(file.folder())?);
        }
        chosen.push(it);
    }
    let sources: Vec<Source> = chosen.iter().filter_map(|it| it.source.clone()).collect();
    let fetched = registry::fetch(context, arguments.registry, options, &sources, Some(file))?;
    // What was seen once is enough to run, and not to say that it is the newest.
    for one in &fetched {
        if let Origin::Seen(reason) = &one.origin {
            return Err(Told::new(format!(
                "nothing was locked, because `{}` cannot be asked for: {reason}",
                one.source
            ))
            .code(UNREACHABLE)
            .hint("what is locked runs without the registry; try again when it answers")
            .into());
        }
    }
    for one in &fetched {
        registry::tell(context, one);
    }
    let loaded = prepare::load(chosen, fetched.into_iter().map(Some).collect(), options)?;
    let locked = services
        .iter()
        .zip(&loaded)
        .filter_map(|((name, it), one)| {
            let fetched = one.input.fetched.as_ref()?;
            let locked = Locked {
                recipe: it.recipe.clone(),
                version: one.manifest.version.clone(),
                tag: fetched.tag.clone(),
                digest: fetched.digest.clone(),
                component: fetched.component.digest.clone(),
                signer: fetched.signer.clone(),
            };
            Some((name.clone(), locked))
        });
    Ok(locked.collect())
}

/// A whole stack, once as it was locked and once as it is to be.
struct Compared {
    services: BTreeMap<String, [(Loaded, Rendered); 2]>,
}

impl Compared {
    fn new(
        context: &Context,
        arguments: &LockArgs,
        options: &LoadOptions,
        file: &StackFile,
        former: &Lock,
        next: &BTreeMap<String, Locked>,
    ) -> Result<Self> {
        let stack = settings::choose(&[], Some(file))?;
        let parameters = prepare::parameters(context, &arguments.parameters, &stack)?;
        let target = Target::resolve(&TargetArgs::default(), Some(file), &context.environment);
        let render = |locked: &dyn Fn(&str) -> Option<Locked>| -> Result<_> {
            let mut chosen = stack.clone();
            for one in &mut chosen {
                let locked = one.name.as_deref().and_then(locked);
                if let Some(locked) = locked.filter(|_| one.source.is_some()) {
                    one.source = Some(locked.source(file.folder())?);
                }
            }
            let fetched =
                registry::of_chosen(context, arguments.registry, options, &chosen, Some(file))?;
            let mut loaded = prepare::load(chosen, fetched, options)?;
            prepare::assign(context, &mut loaded, &parameters)?;
            let rendered = render_all(&loaded, &target.offline(), &Live::new())?;
            prepare::hide(context, &rendered);
            Ok(loaded.into_iter().zip(rendered))
        };
        let before = render(&|name| former.recipes.get(name).cloned())?;
        let after = render(&|name| next.get(name).or_else(|| former.recipes.get(name)).cloned())?;
        let services = before.zip(after).filter_map(|(before, after)| {
            let name = before.0.input.name.clone()?;
            Some((name, [before, after]))
        });
        Ok(Self {
            services: services.collect(),
        })
    }

    /// Says what changes for a service that has moved.
    fn tell(&self, relocked: &mut Relocked) {
        let Some([(old, before), (new, after)]) = self.services.get(&relocked.service) else {
            return;
        };
        if !relocked.has_moved() {
            return;
        }
        relocked.recipe = changes(&old.manifest, &new.manifest);
        let first = |it: &Rendered| it.findings.iter().find(|it| it.is_error()).cloned();
        let failed = first(before).map(|it| (&old.manifest, it));
        let failed = failed.or_else(|| first(after).map(|it| (&new.manifest, it)));
        match failed {
            Some((manifest, finding)) => {
                relocked.unknown = Some(failure(&manifest.version, &finding));
            }
            None => {
                relocked.blueprint = compare(
                    &bodies(&before.desired, None),
                    &bodies(&after.desired, None),
                );
            }
        }
    }
}

fn failure(version: &str, finding: &Diagnostic) -> String {
    format!(
        "{version} cannot be rendered: {}: {}",
        finding.path, finding.message
    )
}

/// Writes what was found out into the lock, where that says something else, and takes out what is gone. What other hosts have
/// written about other services meanwhile stays.
fn write(
    context: &Context,
    file: &StackFile,
    former: &Lock,
    next: BTreeMap<String, Locked>,
    gone: &[String],
) -> Result<()> {
    // From here to the end nobody else writes.
    let folder = file.folder();
    let _turn = files::turn(folder)
        .with_context(|| format!("cannot write in the folder of `{}`", shown(&file.path)))?;
    let there = StackLock::of(file)?;
    let name = shown(&there.path);
    let current = there.lock.clone().unwrap_or_default();
    let is_other = |(service, mine): &(&String, &Locked)| {
        let now = current.recipes.get(*service);
        now != former.recipes.get(*service) && now != Some(*mine)
    };
    if let Some((service, _)) = next.iter().find(is_other) {
        return Err(Told::new(format!(
            "`{name}` was changed meanwhile for service `{service}`, and stays as it is"
        ))
        .code(LOCK)
        .hint("run `host lock` again")
        .into());
    }
    let mut lock = current;
    lock.recipes.retain(|it, _| !gone.contains(it));
    lock.recipes.extend(next);
    if there.lock.is_none() && lock.recipes.is_empty() {
        return Ok(());
    }
    if there.lock.as_ref() == Some(&lock) {
        context.shell.note(&format!("`{name}` is as it was"));
        return Ok(());
    }
    files::replace(&there.path, lock.text().as_bytes(), 0o644)
        .with_context(|| format!("cannot write `{name}`"))?;
    context.shell.note(&format!("wrote `{name}`"));
    Ok(())
}
