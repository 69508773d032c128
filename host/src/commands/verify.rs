//! `host verify`: who signed a recipe in a registry.

use anyhow::Result;
use host_core::codes::registry::NOT_TRUSTED;
use host_core::registry::Source;
use host_core::registry::key::PublicKey;
use host_core::report::document;
use host_core::report::text::{Line, Text};
use serde_json::{Value, json};

use super::remote::{Remote, Usage, remote};
use super::{Context, block_on, registry};
use crate::cli::VerifyArgs;
use crate::failure::{ExitStatus, Told};
use crate::ops;
use crate::registry::Fetched;
use crate::settings::{Chosen, StackFile, public_key};

const USAGE: Usage = Usage {
    done: "verified",
    of_file: "name recipes by their references, `oci://…`",
};

pub(super) fn execute(context: &Context, arguments: &VerifyArgs) -> Result<ExitStatus> {
    let mut remote = remote(context, &arguments.recipes, &arguments.sandbox, &USAGE)?;
    if arguments.keys.is_empty() {
        pass_over_layouts(context, &mut remote);
    }
    let (sources, file) = (remote.sources(), remote.file.as_ref());
    let keys = keys(arguments, file, &sources)?;
    let way = registry::open(context, arguments.registry, &remote.options, file, None)?;
    let (checked, fetched) = block_on(async {
        let mut fetched = ops::fetch::fetch(&way, &sources).await?;
        let checked = ops::trust::check(&way, &mut fetched, &keys).await;
        anyhow::Ok((checked, fetched))
    })?;
    if checked.is_ok() {
        registry::remember(&way, file, &fetched)?;
    }
    let fetched = remote.settle(fetched)?;
    if let Err(problem) = checked {
        // Those that are signed are told beside it; a program reads one document, and that is the error.
        let asks = fetched.into_iter().zip(&keys);
        let signed = asks.filter(|(it, keys)| keys.is_none() || it.signer.is_some());
        let signed: Vec<Fetched> = signed.map(|it| it.0).collect();
        if !context.shell.is_json() && !signed.is_empty() {
            tell(context, &signed)?;
        }
        return Err(problem.into());
    }
    for one in &fetched {
        ops::blueprint::check_version(one, &remote.options)?;
    }
    tell(context, &fetched)?;
    Ok(ExitStatus::Done)
}

/// Tells of services in layouts, of which `[trust]` says nothing, and goes on with the others.
fn pass_over_layouts(context: &Context, remote: &mut Remote) {
    let of_layout = |it: &Chosen| it.source.as_ref().is_some_and(|it| it.registry().is_none());
    let is_other = |it: &Chosen| !of_layout(it);
    if !remote.chosen.iter().any(is_other) {
        return;
    }
    for it in remote.chosen.iter().filter(|it| of_layout(it)) {
        if let Some(service) = &it.name {
            context.shell.note(&format!(
                "the recipe of `{service}` lies in a layout, of which `[trust]` does not speak: `host verify --key FILE {service}`"
            ));
        }
    }
    remote.retain(|it| it.name.is_none() || is_other(it));
}

/// Prints recipes with who signed them, or that nobody has to.
pub(super) fn tell(context: &Context, signed: &[Fetched]) -> Result<()> {
    for one in signed {
        registry::tell(context, one);
    }
    let (mut words, mut documents) = (Text::default(), Vec::<Value>::new());
    for one in signed {
        let (pinned, signer) = (one.pinned(), one.signer.as_deref());
        words.push(Line::plain(match signer {
            Some(signer) => format!("{pinned} signed by {signer}"),
            None => format!("{pinned} need not be signed: `[trust]` says `anyone`"),
        }));
        documents.push(json!({
            "reference": one.source.to_string(),
            "pinned": pinned.to_string(),
            "digest": one.digest,
            "signer": signer,
        }));
    }
    if context.shell.is_json() {
        context
            .shell
            .json(&document([("recipes", documents.into())]))
    } else {
        context.shell.data(&words)
    }
}

/// The keys that count for each reference: those that are named, else those of the stack file. None where that says that nobody
/// has to sign.
fn keys(
    arguments: &VerifyArgs,
    file: Option<&StackFile>,
    sources: &[Source],
) -> Result<Vec<Option<Vec<PublicKey>>>> {
    if !arguments.keys.is_empty() {
        let named = arguments.keys.iter().map(|it| public_key(it));
        let named: Vec<PublicKey> = named.collect::<Result<_>>()?;
        return Ok(vec![Some(named); sources.len()]);
    }
    let of_file = |source: &Source| {
        let keys = file.map(|it| it.keys(source)).transpose()?.flatten();
        let is_said = source.registry().is_some() && file.is_some_and(|it| !it.trust.0.is_empty());
        if keys.is_some() || is_said {
            return Ok(keys);
        }
        Err(Told::new(format!(
                "nobody said whose signature `{source}` should have"
            ))
            .code(NOT_TRUSTED)
            .hint("name a public key, `--key their.pub`, or a place with its keys in `[trust]` of `host.toml`")
            .into())
    };
    sources.iter().map(of_file).collect()
}
