//! `host load`: recipes of a layout into a registry, or into what is kept on this machine.

use std::collections::BTreeSet;

use anyhow::Result;
use host_core::bounds::list;
use host_core::codes::Problem;
use host_core::codes::registry::LAYOUT;
use host_core::registry::layout::Layout;
use host_core::registry::signature::{self, verify};
use host_core::registry::{Reference, Source};

use super::save::print;
use super::{Context, block_on, registry};
use crate::cli::LoadArgs;
use crate::failure::{ExitStatus, Told};
use crate::ops::publish;
use crate::registry::{Bundle, Registry};
use crate::settings::{self, StackFile};

pub(super) fn execute(context: &Context, arguments: &LoadArgs) -> Result<ExitStatus> {
    let file = StackFile::nearest(&context.environment.folder)?;
    let options = settings::load_options(&arguments.sandbox, file.as_ref(), &context.environment)?;
    let layout = registry::layout(&arguments.layout)?;
    let to = arguments
        .reference
        .as_ref()
        .map(|it| it.parse::<Reference>());
    let to = to.transpose()?;
    let registry = registry::open(context, arguments.registry, &options, file.as_ref(), None)?;
    let carried = registry.carried(&layout)?;
    for problem in &carried.passed_over {
        let why = problem.text.lines().next().unwrap_or_default();
        context.shell.note(&format!("passed over: {why}"));
    }
    let bundles = carried.bundles;
    let Some(first) = bundles.first() else {
        let message = format!("the layout `{}` holds no recipes", layout.folder);
        return Err(Told::new(message)
            .code(LAYOUT)
            .hint("copy some into it: host save REFERENCE -o DIR")
            .into());
    };
    let at = match &to {
        None => keep(context, &registry, &layout, &bundles, file.as_ref())?,
        Some(to) => {
            if bundles.len() > 1 {
                let names = bundles.iter().flat_map(|it| &it.names);
                return Err(Told::new(format!(
                    "`{}` holds several recipes, and `{to}` is one",
                    layout.folder
                ))
                .code(LAYOUT)
                .hint(format!(
                    "name one: `oci:{}:NAME`, of {}",
                    layout.folder,
                    list(names.map(|it| &it.shown))
                ))
                .into());
            }
            // Before anything is asked of the registry.
            let own = publish::admit(first, &layout, to, &options)?;
            let given = block_on(async {
                let missing = registry.missing(first, to).await?;
                if let (Some(own), Some(tag)) = (&own, missing.first()) {
                    publish::check_kin(&registry, to, tag, own, &options).await?;
                }
                Ok(registry.give(first, to, &missing).await?)
            })?;
            for (at, sent) in &given {
                context.shell.note(&match sent {
                    0 => format!("`{at}` was there already"),
                    sent => format!("pushed {sent} bytes"),
                });
            }
            given.into_iter().map(|(at, _)| (at, first)).collect()
        }
    };
    let all = at
        .iter()
        .map(|(at, it)| (at.to_string(), it.digest.as_str(), it.is_signed()));
    print(context, all)?;
    Ok(ExitStatus::Done)
}

/// Keeps what the layout names for a place in a registry, where the stack file trusts it.
fn keep<'a>(
    context: &Context,
    registry: &Registry,
    layout: &Layout,
    bundles: &'a [Bundle],
    file: Option<&StackFile>,
) -> Result<Vec<(Reference, &'a Bundle)>> {
    let mut all = Vec::new();
    let mut nameless = Vec::new();
    for bundle in bundles {
        let mut names = Vec::new();
        let mut places = BTreeSet::new();
        for name in &bundle.names {
            let Some(reference) = &name.reference else {
                nameless.push(name.shown.as_str());
                continue;
            };
            let mut counting = Vec::new();
            // What holds for one tag of a place holds for all.
            if places.insert(reference.place()) {
                let source = Source::Registry(reference.clone());
                let keys = file.map(|it| it.keys(&source)).transpose()?.flatten();
                if let Some(keys) = keys {
                    let found = bundle.signatures(name);
                    verify(&source, &bundle.digest, &found, &keys)?;
                    counting = signature::counting(&source, &bundle.digest, &found, &keys);
                }
            }
            names.push((name, reference, counting));
        }
        all.push((bundle, names));
    }
    let nowhere = list(&nameless);
    if let [first, ..] = nameless[..]
        && all.iter().all(|it| it.1.is_empty())
    {
        let from = format!("oci:{}:{first}", layout.folder);
        return Err(Problem::new(
            LAYOUT,
            format!(
                "the layout does not say to which registry {nowhere} belongs\nhint: it runs as it is, `host run {from}`; or say where it goes: host load {from} oci://REGISTRY/REPOSITORY"
            ),
        )
        .into());
    }
    if !nameless.is_empty() {
        context.shell.note(&format!(
            "passed over: the layout does not say to which registry {nowhere} belongs"
        ));
    }
    let mut kept = Vec::new();
    for (bundle, names) in all.iter().filter(|it| !it.1.is_empty()) {
        registry.keep(bundle, names)?;
        let at = names.iter().map(|it| it.1.at_digest(&bundle.digest));
        kept.extend(at.map(|it| (it, *bundle)));
    }
    Ok(kept)
}
