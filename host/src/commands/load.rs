//! `host load`: recipes of a layout into a registry, or into what is kept on this machine.

use anyhow::Result;
use host_core::codes::Problem;
use host_core::codes::registry::LAYOUT;
use host_core::registry::signature::verify;
use host_core::registry::{Reference, Source};

use super::save::print;
use super::{Context, block_on, registry};
use crate::cli::LoadArgs;
use crate::failure::{ExitStatus, Told};
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
        None => keep(context, &registry, &bundles, file.as_ref())?,
        Some(to) => {
            if bundles.iter().any(|it| it.digest != first.digest) {
                let names: Vec<&str> = bundles.iter().map(|it| it.name.as_str()).collect();
                return Err(Told::new(format!(
                    "`{}` holds several recipes, and `{to}` is one",
                    layout.folder
                ))
                .code(LAYOUT)
                .hint(format!(
                    "name one: `oci:{}:NAME`, of `{}`",
                    layout.folder,
                    names.join("`, `")
                ))
                .into());
            }
            let (at, sent) = block_on(async { Ok(registry.give(first, to).await?) })?;
            context.shell.note(&match sent {
                0 => format!("`{at}` was there already"),
                sent => format!("pushed {sent} bytes"),
            });
            vec![(at, first)]
        }
    };
    let all = at
        .iter()
        .map(|(at, it)| (at.to_string(), it.digest.as_str(), it.beside.is_some()));
    print(context, all)?;
    Ok(ExitStatus::Done)
}

/// Keeps what the layout names for a place in a registry, where the stack file trusts it.
fn keep<'a>(
    context: &Context,
    registry: &Registry,
    bundles: &'a [Bundle],
    file: Option<&StackFile>,
) -> Result<Vec<(Reference, &'a Bundle)>> {
    let mut all = Vec::new();
    let mut nameless = Vec::new();
    for bundle in bundles {
        let Some(reference) = &bundle.reference else {
            nameless.push(bundle.name.as_str());
            continue;
        };
        let source = Source::Registry(reference.clone());
        let keys = file.map(|it| it.keys(&source)).transpose()?.flatten();
        if let Some(keys) = keys {
            verify(&source, &bundle.digest, &bundle.signatures(), &keys)?;
        }
        all.push((reference, bundle));
    }
    let names = nameless.join("`, `");
    if all.is_empty() {
        return Err(Problem::new(
            LAYOUT,
            format!(
                "the layout does not say to which registry `{names}` belongs\nhint: it runs as it is, `host run oci:DIR:NAME`; or say where it goes: host load DIR oci://REGISTRY/REPOSITORY"
            ),
        )
        .into());
    }
    if !nameless.is_empty() {
        context.shell.note(&format!(
            "passed over: the layout does not say to which registry `{names}` belongs"
        ));
    }
    for (reference, bundle) in &all {
        registry.keep(bundle, reference)?;
    }
    Ok(all
        .into_iter()
        .map(|(it, bundle)| (it.at_digest(&bundle.digest), bundle))
        .collect())
}
