//! What several commands do first: recipes with their parameters, the way to AWS, the target.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use host_core::desired::DesiredTarget;
use host_core::params::Given;
use host_core::report::permissions::{Permission, permissions};

use super::locked::{check_locked, check_version, lock};
use super::{Context, findings, registry};
use crate::cli::{ParameterArgs, RecipeArgs, TargetArgs};
use crate::cloud::aws::{self, Aws, Connection, Trace};
use crate::cloud::local;
use crate::component::{Compilation, LoadOptions};
use crate::network::Network;
use crate::ops::apply::Guard;
use crate::ops::blueprint::{self, Input, Live, Loaded, Rendered};
use crate::ops::deploy::{self, Planned};
use crate::ops::inventory;
use crate::ops::target::{self, Wish};
use crate::registry::Fetched;
use crate::settings::{self, Parameters, StackFile, Taker, Target};

/// The stack file and the target, for commands about what is there already.
pub(super) fn target(context: &Context, given: &TargetArgs) -> Result<Target> {
    Ok(target_and_file(context, given, &[])?.0)
}

/// The same, with the stack file: the one that is named, else the nearest.
pub(super) fn target_and_file(
    context: &Context,
    given: &TargetArgs,
    named: &[String],
) -> Result<(Target, Option<StackFile>)> {
    let file = settings::stack_file(named, &context.environment.folder)?;
    let target = Target::resolve(given, file.as_ref(), &context.environment);
    Ok((target, file))
}

/// What a call asks for: recipes, loaded and with their parameters, and where they go.
pub(super) struct Asked {
    pub(super) loaded: Vec<Loaded>,
    pub(super) target: Target,
    /// The stack file that counts.
    pub(super) file: Option<StackFile>,
}

/// The recipes of a call, loaded and with their parameters, and where they go.
pub(super) fn recipes(
    context: &Context,
    given: &RecipeArgs,
    target: &TargetArgs,
) -> Result<(Vec<Loaded>, Target)> {
    let Asked { loaded, target, .. } = ask(context, given, target, |_| Ok(()))?;
    Ok((loaded, target))
}

/// The same, with the stack file. `check` sees the recipes before their parameters are assigned.
pub(super) fn ask(
    context: &Context,
    given: &RecipeArgs,
    target: &TargetArgs,
    check: impl FnOnce(&[Loaded]) -> Result<()>,
) -> Result<Asked> {
    let environment = &context.environment;
    let file = settings::stack_file(&given.recipes, &environment.folder)?;
    let target = Target::resolve(target, file.as_ref(), environment);
    let mut chosen = settings::choose(&given.recipes, file.as_ref())?;
    let parameters = parameters(context, &given.parameters, &chosen)?;
    let options = settings::load_options(&given.sandbox, file.as_ref(), environment)?;
    let locked = lock(context, file.as_ref(), &mut chosen)?;
    let fetched = registry::of_chosen(context, given.registry, &options, &chosen, file.as_ref())?;
    for (fetched, locked) in fetched.iter().zip(&locked) {
        check_locked(fetched.as_ref(), locked.as_ref())?;
    }
    let mut loaded = load(chosen, fetched, &options)?;
    for (one, locked) in loaded.iter().zip(&locked) {
        let recipe = shown(&one.input.path);
        check_version(&recipe, &one.manifest.version, locked.as_ref())?;
    }
    check(&loaded)?;
    tell_compilation(context, &loaded);
    assign(context, &mut loaded, &parameters)?;
    Ok(Asked {
        loaded,
        target,
        file,
    })
}

/// Loads recipes that were chosen, and fetched where they lie in a registry or a layout.
pub(super) fn load(
    chosen: Vec<settings::Chosen>,
    fetched: Vec<Option<Fetched>>,
    options: &LoadOptions,
) -> Result<Vec<Loaded>> {
    let load = |(it, fetched): (settings::Chosen, Option<Fetched>)| {
        let input = Input {
            name: it.name,
            path: it.path,
            fetched,
            given: it.parameters,
            entries: it.entries,
            limits: it.limits,
            file: it.file,
            recipe: it.recipe,
            taken: it.taken,
        };
        blueprint::load(input, options)
    };
    chosen.into_iter().zip(fetched).map(load).collect()
}

/// What recipes are told. The ARNs of secrets in it, and in what the stack file says for those chosen, are not shown.
pub(super) fn parameters(
    context: &Context,
    given: &ParameterArgs,
    chosen: &[settings::Chosen],
) -> Result<Parameters> {
    let environment = &context.environment;
    for text in settings::typed_texts(given, environment) {
        context.shell.hide_arns(text);
    }
    let parameters = Parameters::read(given, environment)?;
    let of_file = chosen.iter().flat_map(|it| it.parameters.values());
    for text in of_file.map(text_of).chain(parameters.texts()) {
        context.shell.hide_arns(&text);
    }
    Ok(parameters)
}

/// Gives the recipes of a call their parameters.
pub(super) fn assign(
    context: &Context,
    loaded: &mut [Loaded],
    parameters: &Parameters,
) -> Result<()> {
    let takers: Vec<Taker> = loaded.iter().map(taker).collect();
    let assigned = settings::assign(parameters, &takers)?;
    for unused in &assigned.unused {
        context.shell.warn(
            &format!("{unused}, which no recipe of this call is called"),
            None,
        );
    }
    for (one, given) in loaded.iter_mut().zip(assigned.given) {
        one.input.given = given;
    }
    Ok(())
}

/// A value with all texts in it.
fn text_of(given: &Given) -> String {
    match given {
        Given::Text(text) => text.clone(),
        Given::Typed(value) => value.to_string(),
    }
}

/// A cache that cannot be used makes every call slow.
pub(super) fn tell_compilation(context: &Context, loaded: &[Loaded]) {
    for one in loaded {
        let path = one.input.path.display();
        match one.recipe.compilation() {
            Compilation::CacheRefused(reason) => {
                let hint = "recipes are compiled at every call: mend the folder, or set `XDG_CACHE_HOME` to another";
                context.shell.warn(
                    &format!("the compiled `{path}` cannot be kept: {reason}"),
                    Some(hint),
                );
            }
            Compilation::Stored => context.shell.verbose(&format!("compiled `{path}`")),
            Compilation::Cached | Compilation::Uncached => {}
        }
    }
}

/// Who the parameters of `--set` and of files may be for: the service, the recipe, the file.
pub(super) fn taker(loaded: &Loaded) -> Taker {
    let file = match &loaded.input.fetched {
        Some(fetched) => Some(fetched.source.stem().to_owned()),
        None => loaded
            .input
            .path
            .file_stem()
            .map(|it| it.to_string_lossy().into_owned()),
    };
    let mut names: Vec<String> = loaded.input.name.iter().cloned().collect();
    for name in [Some(loaded.manifest.name.clone()), file]
        .into_iter()
        .flatten()
    {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let declared = loaded
        .manifest
        .parameters
        .iter()
        .map(|it| it.name.clone())
        .collect();
    Taker {
        names,
        declared,
        given: loaded.input.given.clone(),
    }
}

/// The way to AWS, and the target completed by what is there.
pub(super) async fn connect(context: &Context, target: &Target) -> Result<(Aws, DesiredTarget)> {
    let aws = open(context, target).await?;
    let target = complete(&aws, target).await?;
    Ok((aws, target))
}

/// The way to AWS. Where calls wait for long in AWS's budgets, the shell tells why.
pub(super) async fn open(context: &Context, target: &Target) -> Result<Aws> {
    let shell = context.shell.clone();
    let aws = reach(context, target).await?;
    Ok(aws.telling(Arc::new(move |line| shell.note(&format!("  {line}")))))
}

async fn reach(context: &Context, target: &Target) -> Result<Aws> {
    let trace: Option<Trace> = context.shell.traces().then(|| {
        let shell = context.shell.clone();
        Arc::new(move |line: &str| shell.verbose(line)) as Trace
    });
    if let Some(wanted) = &target.local {
        return local(context, target, wanted, trace);
    }
    let connection = Connection {
        region: target.region.clone(),
        profile: target.profile.clone(),
        endpoint_url: target.endpoint_url.clone(),
        network: Network::read(|name| context.environment.get(name)),
        trace,
    };
    Ok(aws::connect(&connection).await?)
}

/// The way to the simulated account of this machine.
fn local(
    context: &Context,
    target: &Target,
    wanted: &settings::Local,
    trace: Option<Trace>,
) -> Result<Aws> {
    let region = target.region.clone().unwrap_or_default();
    let account = local::Account {
        file: settings::local_account(&context.environment, &region)?,
        script: wanted.script.clone(),
        region,
        cluster: target.cluster.clone(),
        subnets: target.subnets.clone(),
        security_groups: target.security_groups.clone(),
        service_role: target.service_role.clone(),
    };
    let shell = context.shell.clone();
    let warn: Trace = Arc::new(move |said: &str| match said.split_once("\nhint: ") {
        Some((message, hint)) => shell.warn(message, Some(hint)),
        None => shell.warn(said, None),
    });
    let opened = local::open(&account, trace, warn)?;
    let file = shown(&account.file);
    context.shell.note(&format!(
        "simulated on this machine, in {file}: nothing is started, and nothing listens"
    ));
    if let Some(named) = &wanted.account {
        context.shell.note(&format!(
            "account {named} is not looked at: the id of a simulated account is made up"
        ));
    }
    if !opened.made.is_empty() {
        context.shell.note(&format!(
            "made there, because the target names it: {}",
            opened.made.join(", ")
        ));
    }
    Ok(opened.aws)
}

/// The target, with the cluster that nobody named.
pub(super) async fn complete(aws: &Aws, target: &Target) -> Result<DesiredTarget> {
    target::resolve(aws, &wish(target)).await
}

/// What the user said of the target.
pub(super) fn wish(target: &Target) -> Wish {
    Wish {
        account: target.account.clone(),
        adopt: target.adopt,
        cluster: target.cluster.clone(),
        stack: target.stack.clone(),
        subnets: target.subnets.clone(),
        security_groups: target.security_groups.clone(),
        service_role: target.service_role.clone(),
    }
}

/// A plan with all that it was made from.
pub(super) struct Ready {
    /// The flags of the target, for commands in hints.
    pub(super) flags: String,
    pub(super) aws: Aws,
    pub(super) target: DesiredTarget,
    pub(super) rendered: Vec<Rendered>,
    pub(super) planned: Planned,
}

impl Ready {
    /// What the recipes asked for beyond a plain container.
    pub(super) fn permissions(&self) -> Vec<Permission> {
        let of_one =
            |it: &Rendered| permissions(it.permit.asks(), &it.permit.granted(&self.target));
        self.rendered.iter().flat_map(of_one).collect()
    }

    /// What their calls may ask for.
    pub(super) fn guard(&self) -> Guard {
        let permits = self.rendered.iter();
        Guard {
            target: self.planned.placed.clone(),
            permits: permits
                .map(|it| (it.desired.name.clone(), it.permit.clone()))
                .collect(),
        }
    }
}

/// Renders, checks and plans. What can be refused without AWS is refused before the first call.
pub(super) async fn plan(context: &Context, loaded: &[Loaded], target: &Target) -> Result<Ready> {
    let others = needs_others(loaded);
    let offline = target.offline();
    // A recipe may go by region and cluster, so it is asked once both are known, and then only once.
    let early = if others || offline.region.is_empty() || offline.cluster.is_empty() {
        findings::refuse(&context.shell, &blueprint::check_arguments(loaded))?;
        None
    } else {
        let rendered = blueprint::render_all(loaded, &offline, &Live::new())?;
        hide(context, &rendered);
        findings::refuse(&context.shell, &rendered)?;
        Some(rendered)
    };
    let flags = target.flags.clone();
    let (aws, target) = connect(context, target).await?;
    let live = if others {
        inventory::live(&aws, &target).await?
    } else {
        Live::new()
    };
    let same = (&offline.region, &offline.cluster) == (&target.region, &target.cluster);
    let mut rendered = match early.filter(|_| same) {
        Some(rendered) => rendered,
        None => blueprint::render_all(loaded, &target, &live)?,
    };
    hide(context, &rendered);
    findings::refuse(&context.shell, &rendered)?;
    let planned = deploy::plan(&aws, &target, &rendered, &live).await?;
    findings::refuse_found(&context.shell, &planned.findings, &[])?;
    deploy::forget_downtime(&mut rendered, &planned.seen);
    let DesiredTarget {
        cluster,
        region,
        stack,
        ..
    } = &target;
    context
        .shell
        .note(&format!("cluster {cluster} in {region}, stack {stack}"));
    findings::warn_of_changes(&context.shell, &rendered, &planned.plan);
    findings::tell_all(&context.shell, &planned.findings);
    Ok(Ready {
        flags,
        aws,
        target,
        rendered,
        planned,
    })
}

/// Shows no secrets of these recipes from now on, in the words of their findings neither.
pub(super) fn hide(context: &Context, rendered: &[Rendered]) {
    for one in rendered {
        context.shell.hide(&one.secrets);
    }
}

/// Whether a recipe may depend on a service that is not part of this call.
fn needs_others(loaded: &[Loaded]) -> bool {
    let names: Vec<String> = loaded.iter().map(blueprint::service_name).collect();
    let declared = loaded.iter().flat_map(|it| &it.manifest.dependencies);
    declared.into_iter().any(|it| !names.contains(&it.name))
}

/// A path as it was given, for people.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
