//! Recipes in registries and layouts: brought here before they are loaded.

use std::sync::Arc;

use anyhow::Result;
use host_core::registry::Source;
use host_core::registry::key::PublicKey;
use host_core::registry::layout::Layout;

use super::{Context, block_on};
use crate::cli::RegistryArgs;
use crate::component::{Limit, LoadOptions};
use crate::network::Network;
use crate::ops;
use crate::progress::Downloads;
use crate::registry::{Fetched, Hear, Options, Origin, Registry, Trace};
use crate::settings::{self, Chosen, StackFile};

/// The recipes of registries and layouts that were named.
///
/// # Errors
/// One of them is none.
pub(super) fn sources(named: &[String]) -> Result<Vec<Source>> {
    let read = named.iter().map(|it| it.parse());
    Ok(read.collect::<Result<_, _>>()?)
}

/// Fetches what is meant, in their order, and tells what people should know of it. Without any, nothing is
/// opened.
pub(super) fn fetch(
    context: &Context,
    given: RegistryArgs,
    options: &LoadOptions,
    sources: &[Source],
    trust: Option<&StackFile>,
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
    let hear = {
        let downloads = downloads.clone();
        Arc::new(move |name: &str, came, of| downloads.show(name, came, of)) as Hear
    };
    let registry = open(context, given, options, Some(hear))?;
    let fetched = block_on(async {
        let mut fetched = ops::fetch::fetch(&registry, sources).await?;
        for (one, keys) in fetched.iter_mut().zip(&keys) {
            if let Some(keys) = keys {
                one.signer = Some(ops::trust::signer(&registry, one, keys).await?);
            }
        }
        anyhow::Ok(fetched)
    })?;
    drop((registry, downloads));
    for one in &fetched {
        tell(context, one);
    }
    Ok(fetched)
}

/// What was fetched of each recipe that is no file, in the order of all.
pub(super) fn of_chosen(
    context: &Context,
    given: RegistryArgs,
    options: &LoadOptions,
    chosen: &[Chosen],
    trust: Option<&StackFile>,
) -> Result<Vec<Option<Fetched>>> {
    let sources: Vec<Source> = chosen.iter().filter_map(|it| it.source.clone()).collect();
    let mut fetched = fetch(context, given, options, &sources, trust)?.into_iter();
    let one = |it: &Chosen| it.source.as_ref().and_then(|_| fetched.next());
    Ok(chosen.iter().map(one).collect())
}

/// The way to registries. `hear` is told how far downloads are.
pub(super) fn open(
    context: &Context,
    given: RegistryArgs,
    options: &LoadOptions,
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
        plain_http: given.plain_http,
        most: options.limits.get(Limit::Size),
        network: Network::read(|name| environment.get(name)),
        trace,
        hear,
    };
    Ok(Registry::open(options)?)
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
