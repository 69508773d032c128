//! `host load`: recipes of a layout into a registry, or into what is kept on this machine.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use host_core::bounds::list;
use host_core::codes::Problem;
use host_core::codes::registry::LAYOUT;
use host_core::registry::index::Place;
use host_core::registry::layout::Layout;
use host_core::registry::signature::{self, verify};
use host_core::registry::{Reference, Source};

use super::save::print;
use super::{Context, block_on, registry};
use crate::cli::LoadArgs;
use crate::component::LoadOptions;
use crate::failure::{ExitStatus, Told};
use crate::ops::{blueprint, publish};
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
    let Some(first) = bundles.first() else {
        let message = format!("the layout `{}` holds no recipes", layout.folder);
        return Err(Told::new(message)
            .code(LAYOUT)
            .hint("copy some into it: host save REFERENCE -o DIR")
            .into());
    };
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
            let goals = goals(&layout, &bundles, first, to)?;
            // All of them before anything is asked of the registry, and all that is asked before anything is sent.
            let admit =
                |(bundle, to): &(&Bundle, Reference)| publish::admit(bundle, &layout, to, &options);
            let own = goals.iter().map(admit).collect::<Result<Vec<_>>>()?;
            let given = block_on(async {
                let mut missing = Vec::new();
                for ((bundle, to), own) in goals.iter().zip(&own) {
                    let tags = registry.missing(bundle, to).await?;
                    if let (Some(own), Some(tag)) = (own, tags.first()) {
                        publish::check_kin(&registry, to, tag, own, &options).await?;
                    }
                    missing.push(tags);
                }
                let mut given = Vec::new();
                for ((bundle, to), missing) in goals.iter().zip(&missing) {
                    let at = registry.give(bundle, to, missing).await?;
                    given.extend(at.into_iter().map(|(at, sent)| (at, sent, *bundle)));
                }
                Ok(given)
            })?;
            for (at, sent, _) in &given {
                context.shell.note(&match sent {
                    0 => format!("`{at}` was there already"),
                    sent => format!("pushed {sent} bytes to `{}`", at.place()),
                });
            }
            given.into_iter().map(|(at, _, it)| (at, it)).collect()
        }
    };
    let all = at
        .iter()
        .map(|(at, it)| (at.to_string(), it.digest.as_str(), it.is_signed()));
    print(context, all)?;
    Ok(ExitStatus::Done)
}

/// Where recipes of a layout go.
enum To {
    /// One of them, to a repository: `oci://registry.test/acme/redis`.
    One(Reference),
    /// All of them, each to a repository of its name there: `oci://registry.test/acme/`.
    Each(Place),
}

impl To {
    fn read(text: &str) -> Result<Self, Problem> {
        if text.ends_with('/') {
            Place::read(text).map(Self::Each)
        } else {
            text.parse().map(Self::One)
        }
    }
}

/// Where each recipe of a layout goes.
fn goals<'a>(
    layout: &Layout,
    bundles: &'a [Bundle],
    first: &'a Bundle,
    to: &To,
) -> Result<Vec<(&'a Bundle, Reference)>> {
    let folder = &layout.folder;
    let place = match to {
        To::One(to) if bundles.len() == 1 => return Ok(vec![(first, to.clone())]),
        To::One(to) => {
            let names = bundles.iter().flat_map(|it| &it.names);
            let names = list(names.map(|it| &it.shown));
            return Err(
                Told::new(format!("`{folder}` holds several recipes, and `{to}` is one"))
                    .code(LAYOUT)
                    .hint(format!(
                        "name one, `oci:{folder}:NAME`, of {names}; or name a place for all of them, with a slash behind it: `{}/`",
                        Place::of(to)
                    ))
                    .into(),
            );
        }
        To::Each(place) => place,
    };
    let mut taken: BTreeMap<(String, String), &str> = BTreeMap::new();
    let mut goals = Vec::new();
    for bundle in bundles {
        let named = bundle.names.iter().find_map(|it| it.reference.as_ref());
        let shown = list(bundle.names.iter().map(|it| &it.shown));
        let Some(named) = named else {
            return Err(
                Told::new(format!("`{folder}` does not say what {shown} is called"))
                    .code(LAYOUT)
                    .hint(format!(
                        "say it: host load oci:{folder}:NAME {place}/REPOSITORY"
                    ))
                    .into(),
            );
        };
        let to = place.below(named.repository.rsplit('/').next().unwrap_or_default());
        for tag in bundle.tags(&to)? {
            let at = (to.repository.clone(), tag.to_owned());
            if let Some(other) = taken.insert(at, &bundle.digest)
                && other != bundle.digest
            {
                return Err(Told::new(format!(
                    "`{folder}` holds two recipes that would both be `{}`",
                    to.at_tag(tag)
                ))
                .code(LAYOUT)
                .hint(format!(
                    "{shown} is one: load each by itself, to repositories of other names"
                ))
                .into());
            }
        }
        goals.push((bundle, to));
    }
    Ok(goals)
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
