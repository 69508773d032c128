//! `host load`: recipes of a layout into a registry, or into what is kept on this machine.

use std::collections::BTreeSet;

use anyhow::Result;
use host_core::bounds::list;
use host_core::codes::Problem;
use host_core::codes::registry::LAYOUT;
use host_core::registry::index::Place;
use host_core::registry::layout::Layout;
use host_core::registry::reference::is_digest;
use host_core::registry::signature::{self, verify};
use host_core::registry::{Reference, Source};

use super::push::tell_other_name;
use super::save::print;
use super::{Context, block_on, registry};
use crate::cli::LoadArgs;
use crate::component::LoadOptions;
use crate::failure::{ExitStatus, Failure, Told};
use crate::ops::blueprint;
use crate::ops::carry::{Delivered, To, deliver, goals};
use crate::ops::publish::Listing;
use crate::registry::{Bundle, Fetched, Registry};
use crate::settings::{self, StackFile};

pub(super) fn execute(context: &Context, arguments: &LoadArgs) -> Result<ExitStatus> {
    let file = StackFile::nearest(&context.environment.folder)?;
    let options = settings::load_options(&arguments.sandbox, file.as_ref(), &context.environment)?;
    let layout = registry::layout(&arguments.layout)?;
    let to = arguments.reference.as_deref().map(To::read).transpose()?;
    let registry = registry::open(context, arguments.registry, &options, file.as_ref(), None)?;
    let carried = registry.carried(&layout)?;
    for problem in &carried.passed_over {
        let why = problem.text.lines().next().unwrap_or_default();
        context.shell.note(&format!("passed over: {why}"));
    }
    let bundles = carried.bundles;
    if bundles.is_empty() {
        let message = format!("the layout `{}` holds no recipes", layout.folder);
        return Err(Told::new(message)
            .code(LAYOUT)
            .hint("copy some into it: host save REFERENCE -o DIR")
            .into());
    }
    let at = match &to {
        None => keep(
            context,
            &registry,
            &layout,
            &bundles,
            file.as_ref(),
            &options,
        )?,
        Some(to) => {
            let (goals, passed_over) = goals(&layout, &bundles, to)?;
            if !passed_over.is_empty() {
                context.shell.note(&format!(
                    "passed over: the layout does not say to which repository {} belongs, and at which tag",
                    list(&passed_over)
                ));
            }
            let mut at = Vec::new();
            block_on(deliver(&registry, &layout, &goals, &options, |it| {
                at.push(tell(context, it));
            }))?;
            at
        }
    };
    let all = at
        .iter()
        .map(|(at, it)| (at.to_string(), it.digest.as_str(), it.is_signed()));
    print(context, all)?;
    Ok(ExitStatus::Done)
}

/// Tells of one that is there now, and gives where.
fn tell<'a>(context: &Context, delivered: Delivered<'a>) -> (Reference, &'a Bundle) {
    let Delivered {
        bundle,
        at,
        sent,
        listed,
        begins,
    } = delivered;
    context.shell.note(&match sent {
        0 => format!("`{at}` was there already"),
        sent => format!("pushed {sent} bytes to `{}`", at.place()),
    });
    if let Some(name) = begins {
        tell_other_name(context, &at, &name);
    }
    let index = Place::of(&at).index();
    match listed {
        Ok(Listing::New) => {
            let message = format!("listed in the index `{index}`");
            context.shell.note(&message);
        }
        Ok(_) => {}
        // An index that others keep stops nobody.
        Err(error) => {
            let why = Failure::read(&error).message;
            let message = format!("{at} is published, and not listed in `{index}`: {why}");
            context.shell.warn(&message, None);
        }
    }
    (at, bundle)
}

/// Keeps what the layout names for a place in a registry, where the stack file trusts it.
fn keep<'a>(
    context: &Context,
    registry: &Registry,
    layout: &Layout,
    bundles: &'a [Bundle],
    file: Option<&StackFile>,
    options: &LoadOptions,
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
            // As a pull would, before it takes the place of what was seen there.
            let fetched = Fetched {
                source: Source::Registry(reference.clone()),
                tag: name.tag.clone(),
                ..bundle.fetched(layout)?
            };
            blueprint::check_version(&fetched, options)?;
            names.push((name, reference, counting));
        }
        all.push((bundle, names));
    }
    let nowhere = list(&nameless);
    if let [first, ..] = nameless[..]
        && all.iter().all(|it| it.1.is_empty())
    {
        let gap = if is_digest(first) { '@' } else { ':' };
        let from = format!("oci:{}{gap}{first}", layout.folder);
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
