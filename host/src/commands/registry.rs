//! Recipes in registries and layouts: brought here before they are loaded.

use std::sync::Arc;

use anyhow::Result;
use host_core::fault::explain;
use host_core::registry::Source;
use host_core::registry::ecr::Ecr;
use host_core::registry::key::PublicKey;
use host_core::registry::layout::Layout;

use super::{Context, block_on};
use crate::cli::RegistryArgs;
use crate::cloud::aws::{self, Connection};
use crate::component::{Limit, LoadOptions};
use crate::network::Network;
use crate::ops;
use crate::progress::Downloads;
use crate::registry::{Fetched, Hear, Looked, OfAws, Options, Origin, Registry, Trace};
use crate::settings::{self, Chosen, StackFile};

/// The variable of `--profile`, for verbs without the flag.
const PROFILE: &str = "RECIPE_HOST_PROFILE";

/// The recipes of registries and layouts that were named.
///
/// # Errors
/// One of them is none.
pub(super) fn sources(named: &[String]) -> Result<Vec<Source>> {
    let read = named.iter().map(|it| it.parse());
    Ok(read.collect::<Result<_, _>>()?)
}

/// Fetches what is meant, in their order, signed by whoever counts. Without any, nothing is opened.
pub(super) fn fetch(
    context: &Context,
    given: RegistryArgs,
    options: &LoadOptions,
    sources: &[Source],
    trust: Option<&StackFile>,
) -> Result<Vec<Fetched>> {
    fetch_checked(context, given, options, sources, trust, |_| Ok(()))
}

/// The same. `check` sees what was fetched before it is asked who signed that.
pub(super) fn fetch_checked(
    context: &Context,
    given: RegistryArgs,
    options: &LoadOptions,
    sources: &[Source],
    trust: Option<&StackFile>,
    check: impl FnOnce(&[Fetched]) -> Result<()>,
) -> Result<Vec<Fetched>> {
    if sources.is_empty() {
        return Ok(Vec::new());
    }
    // Nothing is asked of a registry that nobody trusts.
    let keys = sources.iter().map(|it| match trust {
        Some(file) => file.keys(it),
        None => Ok(None),
    });
    let keys: Vec<Option<Vec<PublicKey>>> = keys.collect::<Result<_>>()?;
    let downloads = Downloads::new(&context.shell);
    let registry = open(context, given, options, trust, Some(hear(&downloads)))?;
    let fetched = block_on(async {
        let mut fetched = ops::fetch::fetch(&registry, sources).await?;
        check(&fetched)?;
        ops::trust::check(&registry, &mut fetched, &keys).await?;
        anyhow::Ok(fetched)
    })?;
    for one in &fetched {
        ops::blueprint::check_version(one, options)?;
    }
    if trust.is_some() {
        // All that has to be signed is, by one of its keys.
        for one in &fetched {
            registry.remember(one)?;
        }
    } else {
        let nearest = StackFile::nearest(&context.environment.folder)?;
        remember(&registry, nearest.as_ref(), &fetched)?;
    }
    drop((registry, downloads));
    Ok(fetched)
}

/// Remembers what the tags of recipes name, for when their registries are out of reach. Where the stack file has keys, only what
/// one of them signed: what anybody put at a tag would take the place of what ran.
pub(super) fn remember<'a>(
    registry: &Registry,
    file: Option<&StackFile>,
    fetched: impl IntoIterator<Item = &'a Fetched>,
) -> Result<()> {
    for one in fetched {
        // Where nobody said whose signatures count, nothing is run either.
        let Ok(keys) = file.map_or(Ok(None), |it| it.keys(&one.source)) else {
            continue;
        };
        let is_by = |it: &PublicKey| one.signer.as_deref() == Some(it.fingerprint().as_str());
        if keys.is_none_or(|keys| keys.iter().any(is_by)) {
            registry.remember(one)?;
        }
    }
    Ok(())
}

/// What was fetched of each recipe that is no file, in the order of all. What people should know of it is told.
pub(super) fn of_chosen(
    context: &Context,
    given: RegistryArgs,
    options: &LoadOptions,
    chosen: &[Chosen],
    trust: Option<&StackFile>,
) -> Result<Vec<Option<Fetched>>> {
    let sources: Vec<Source> = chosen.iter().filter_map(|it| it.source.clone()).collect();
    let fetched = fetch(context, given, options, &sources, trust)?;
    for one in &fetched {
        tell(context, one);
    }
    let mut fetched = fetched.into_iter();
    let one = |it: &Chosen| it.source.as_ref().and_then(|_| fetched.next());
    Ok(chosen.iter().map(one).collect())
}

/// What is known of each recipe that lies in a registry, in the order of all, without downloading what need not be.
pub(super) fn look(
    context: &Context,
    given: RegistryArgs,
    options: &LoadOptions,
    chosen: &[Chosen],
) -> Result<Vec<Option<Looked>>> {
    let sources: Vec<Source> = chosen.iter().filter_map(|it| it.source.clone()).collect();
    let looked = if sources.is_empty() {
        Vec::new()
    } else {
        let downloads = Downloads::new(&context.shell);
        let registry = open(context, given, options, None, Some(hear(&downloads)))?;
        let looked = block_on(ops::fetch::look(&registry, &sources))?;
        let nearest = StackFile::nearest(&context.environment.folder)?;
        remember(
            &registry,
            nearest.as_ref(),
            looked.iter().map(Looked::fetched),
        )?;
        looked
    };
    for one in &looked {
        tell(context, one.fetched());
    }
    let mut looked = looked.into_iter();
    let one = |it: &Chosen| it.source.as_ref().and_then(|_| looked.next());
    Ok(chosen.iter().map(one).collect())
}

/// What shows how far downloads are.
fn hear(downloads: &Downloads) -> Hear {
    let downloads = downloads.clone();
    Arc::new(move |name: &str, came, of| downloads.show(name, came, of))
}

/// The way to registries. `file` is the stack file that counts, where it is not the nearest; `hear` is told how far downloads are.
pub(super) fn open(
    context: &Context,
    given: RegistryArgs,
    options: &LoadOptions,
    file: Option<&StackFile>,
    hear: Option<Hear>,
) -> Result<Registry> {
    let environment = &context.environment;
    let shell = context.shell.clone();
    let trace = shell
        .traces()
        .then(|| Arc::new(move |line: &str| shell.verbose(line)) as Trace);
    let options = Options {
        cache: settings::cache_folder(environment).map(|it| it.join("registry")),
        docker: settings::docker_folder(environment),
        aws: Some(of_aws(context, file)),
        plain_http: given.plain_http,
        most: options.limits.get(Limit::Size),
        network: Network::read(|name| environment.get(name)),
        trace,
        hear,
    };
    Ok(Registry::open(options)?)
}

/// The way to logins of ECR: by the profile that is named for this call, else by that of the stack file, else as the `aws`
/// command finds credentials.
fn of_aws(context: &Context, file: Option<&StackFile>) -> OfAws {
    let named = || context.environment.get(PROFILE).map(str::to_owned);
    let of_file = || match file {
        Some(file) => file.target.profile.clone(),
        // One that cannot be read says nothing here; whoever needs it tells that.
        None => StackFile::nearest(&context.environment.folder)
            .ok()
            .flatten()
            .and_then(|it| it.target.profile),
    };
    let profile = context.profile.clone().or_else(named).or_else(of_file);
    let shell = context.shell.clone();
    let network = Network::read(|name| context.environment.get(name));
    Arc::new(move |ecr: Ecr| {
        let shell = shell.clone();
        let trace = shell
            .traces()
            .then(|| Arc::new(move |line: &str| shell.verbose(line)) as Trace);
        let connection = Connection {
            region: Some(ecr.region.clone()),
            profile: profile.clone(),
            endpoint_url: None,
            network: network.clone(),
            trace,
        };
        Box::pin(async move {
            let answered = aws::login_of_ecr(&connection, &ecr).await;
            answered.map_err(|fault| {
                let told = explain(&fault);
                let cause = told.cause.map(|it| format!(" ({it})")).unwrap_or_default();
                let hint = told.hint.map(|it| format!("\nhint: {it}"));
                format!("{}{cause}{}", told.message, hint.unwrap_or_default())
            })
        })
    })
}

/// A recipe that is not what the registry has now is told, a choice among several in passing.
pub(super) fn tell(context: &Context, fetched: &Fetched) {
    let Fetched { source, digest, .. } = fetched;
    let tag = fetched.tag.as_deref().unwrap_or_default();
    match &fetched.origin {
        Origin::Seen(reason) => context.shell.note(&format!(
            "`{source}` is {tag} as it was seen last, {digest}: {reason}"
        )),
        Origin::Downloaded | Origin::Kept if !tag.is_empty() => context
            .shell
            .verbose(&format!("`{source}` is {tag}, {digest}")),
        Origin::Downloaded | Origin::Kept => {}
    }
}

/// The layout that a folder is, or one recipe of it: `vendor`, `oci:vendor:1.2.0`.
///
/// # Errors
/// It cannot be the name of either.
pub(super) fn layout(named: &str) -> Result<Layout> {
    if Layout::is_meant(named) {
        return Ok(named.parse()?);
    }
    Ok(format!("oci:{}", named.trim_end_matches('/')).parse()?)
}
