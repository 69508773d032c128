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
use crate::registry::{Fetched, Origin};
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
    // Other content at a version that is locked is told as that, whoever has signed it or not.
    let place = stack_lock.place(&name);
    let check = |fetched: &[Fetched]| {
        for ((service, it), now) in wanted.iter().zip(fetched) {
            let former = former.recipes.get(service);
            let former = former.filter(|former| former.recipe == it.recipe);
            if let Some((former, tag)) = former.zip(now.tag.as_ref()) {
                former.check_moved(&place, service, tag, &now.digest)?;
            }
        }
        Ok(())
    };
    let mut next = resolve(context, arguments, &options, &wanted, &file, &kept, check)?;
    let mut relocked = Vec::new();
    for (service, now) in &mut next {
        let before = former.recipes.get(service).cloned();
        if let Some(before) = &before {
            before.check_next(&place, service, now)?;
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
        // What is locked does not depend on what can be shown.
        let told = match Compared::new(context, arguments, &options, &file, &former, &next) {
            Ok(mut compared) => {
                compared.tell_recipes(&mut relocked);
                compared.tell_blueprints(context, arguments, &file, &mut relocked)
            }
            Err(error) => Err((error, false)),
        };
        if let Err((error, is_next)) = told {
            let why = Failure::read(&error).message;
            if is_next {
                warn(context, &file, &why);
            }
            for one in relocked.iter_mut().filter(|it| it.has_moved()) {
                one.unknown = Some(why.clone());
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
    check: impl FnOnce(&[Fetched]) -> Result<()>,
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
    let given = arguments.registry;
    let fetched = registry::fetch_checked(context, given, options, &sources, Some(file), check)?;
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
    former: Vec<Loaded>,
    next: Vec<Loaded>,
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
        let load = |locked: &dyn Fn(&str) -> Option<Locked>| {
            let mut chosen = stack.clone();
            for one in &mut chosen {
                let locked = one.name.as_deref().and_then(locked);
                if let Some(locked) = locked.filter(|_| one.source.is_some()) {
                    one.source = Some(locked.source(file.folder())?);
                }
            }
            let fetched =
                registry::of_chosen(context, arguments.registry, options, &chosen, Some(file))?;
            prepare::load(chosen, fetched, options)
        };
        Ok(Self {
            former: load(&|name| former.recipes.get(name).cloned())?,
            next: load(&|name| next.get(name).or_else(|| former.recipes.get(name)).cloned())?,
        })
    }

    /// Says what changes in the recipes themselves, which takes no parameters.
    fn tell_recipes(&self, relocked: &mut [Relocked]) {
        for one in relocked.iter_mut().filter(|it| it.has_moved()) {
            let of = |all: &[Loaded]| {
                let all = all.iter().map(|it| (&it.input.name, &it.manifest));
                let mut all = all.filter(|it| it.0.as_ref() == Some(&one.service));
                all.next().map(|it| it.1.clone())
            };
            if let Some((former, next)) = of(&self.former).zip(of(&self.next)) {
                one.recipe = changes(&former, &next);
            }
        }
    }

    /// Says what changes in the blueprints for what the stack gives them.
    ///
    /// # Errors
    /// They cannot be made at all, as it was locked or as it is to be; that it is the second alone is said as well.
    fn tell_blueprints(
        &mut self,
        context: &Context,
        arguments: &LockArgs,
        file: &StackFile,
        relocked: &mut [Relocked],
    ) -> std::result::Result<(), (anyhow::Error, bool)> {
        let stack = settings::choose(&[], Some(file));
        let parameters =
            stack.and_then(|it| prepare::parameters(context, &arguments.parameters, &it));
        let parameters = parameters.map_err(|error| (error, false))?;
        let target = Target::resolve(&TargetArgs::default(), Some(file), &context.environment);
        let render = |loaded: &mut Vec<Loaded>| -> Result<Vec<Rendered>> {
            prepare::assign(context, loaded, &parameters)?;
            let rendered = render_all(loaded, &target.offline(), &Live::new())?;
            prepare::hide(context, &rendered);
            Ok(rendered)
        };
        // What was so before is nothing to warn of: parameters may come by flags at each run.
        let before = render(&mut self.former).map_err(|error| (error, false))?;
        let after = render(&mut self.next).map_err(|error| (error, true))?;
        let names = self.next.iter().map(|it| it.input.name.clone());
        for (name, (before, after)) in names.zip(before.iter().zip(&after)) {
            let is_it = |it: &&mut Relocked| Some(&it.service) == name.as_ref() && it.has_moved();
            let Some(one) = relocked.iter_mut().find(is_it) else {
                continue;
            };
            let error = |it: &Rendered| it.findings.iter().find(|it| it.is_error()).cloned();
            let failed = |it: &Rendered| Some(failure(&it.manifest.version, &error(it)?));
            if let Some(why) = failed(before) {
                one.unknown = Some(why);
            } else if let Some(why) = failed(after) {
                warn(context, file, &why);
                one.unknown = Some(why);
            } else {
                one.blueprint = compare(
                    &bodies(&before.desired, None),
                    &bodies(&after.desired, None),
                );
            }
        }
        Ok(())
    }
}

/// Says at once what the next run would say.
fn warn(context: &Context, file: &StackFile, why: &str) {
    let stack = shown(&file.path);
    context.shell.warn(
        &format!("what is locked now does not run with what `{stack}` says: {why}"),
        Some(&format!(
            "mend `{stack}`, or take the former lock from version control again"
        )),
    );
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
