//! `host verify`: who signed a recipe in a registry.

use anyhow::Result;
use host_core::codes::registry::NOT_TRUSTED;
use host_core::registry::Source;
use host_core::registry::key::PublicKey;
use host_core::report::document;
use host_core::report::text::{Line, Text};
use serde_json::{Value, json};

use super::remote::{Usage, remote};
use super::{Context, block_on, registry};
use crate::cli::VerifyArgs;
use crate::failure::{ExitStatus, Told};
use crate::ops;
use crate::registry::Fetched;
use crate::settings::{StackFile, public_key};

const USAGE: Usage = Usage {
    done: "verified",
    of_file: "name recipes by their references, `oci://…`",
};

pub(super) fn execute(context: &Context, arguments: &VerifyArgs) -> Result<ExitStatus> {
    let remote = remote(context, &arguments.recipes, &arguments.sandbox, &USAGE)?;
    let (sources, file) = (remote.sources(), remote.file.as_ref());
    let keys = keys(arguments, file, &sources)?;
    let way = registry::open(context, arguments.registry, &remote.options, file, None)?;
    let signed = block_on(async {
        let mut signed = ops::fetch::fetch(&way, &sources).await?;
        ops::trust::check(&way, &mut signed, &keys).await?;
        anyhow::Ok(signed)
    })?;
    registry::remember(&way, file, &signed)?;
    tell(context, &remote.settle(signed)?)?;
    Ok(ExitStatus::Done)
}

/// Prints recipes with who signed them.
pub(super) fn tell(context: &Context, signed: &[Fetched]) -> Result<()> {
    for one in signed {
        registry::tell(context, one);
    }
    let (mut words, mut documents) = (Text::default(), Vec::<Value>::new());
    for one in signed {
        let (pinned, signer) = (one.pinned(), one.signer.as_deref().unwrap_or_default());
        words.push(Line::plain(format!("{pinned} signed by {signer}")));
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

/// The keys that count for each reference: those that are named, else those of the stack file.
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
        if keys.is_some() {
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
