//! `host pull`: recipes from registries into the cache.

use anyhow::Result;
use host_core::report::document;
use host_core::report::text::{Line, Text};
use serde_json::{Value, json};

use super::prepare::shown;
use super::remote::{Usage, remote};
use super::{Context, registry};
use crate::cli::PullArgs;
use crate::failure::ExitStatus;
use crate::registry::{Fetched, Origin};

const USAGE: Usage = Usage {
    done: "pulled",
    of_file: "name recipes by their references, `oci://…`; a file is here already",
};

pub(super) fn execute(context: &Context, arguments: &PullArgs) -> Result<ExitStatus> {
    let shell = &context.shell;
    let remote = remote(context, &arguments.recipes, &arguments.sandbox, &USAGE)?;
    let fetched = registry::of_chosen(
        context,
        arguments.registry,
        &remote.options,
        &remote.chosen,
        remote.file.as_ref(),
    )?;
    let fetched = remote.settle(fetched.into_iter().flatten().collect())?;
    let mut words = Text::default();
    for one in &fetched {
        let how = match one.origin {
            Origin::Downloaded => "pulled",
            Origin::Kept | Origin::Seen(_) => "kept",
        };
        shell.note(&format!(
            "{how} {}: {} bytes, in `{}`",
            one.source,
            one.component.size,
            shown(&one.path)
        ));
        words.push(Line::plain(one.pinned().to_string()));
    }
    if shell.is_json() {
        let documents: Vec<Value> = fetched.iter().map(json).collect();
        shell.json(&document([("recipes", documents.into())]))?;
    } else {
        shell.data(&words)?;
    }
    Ok(ExitStatus::Done)
}

fn json(fetched: &Fetched) -> Value {
    let origin = match fetched.origin {
        Origin::Downloaded => "downloaded",
        Origin::Kept => "kept",
        Origin::Seen(_) => "seen",
    };
    json!({
        "reference": fetched.source.to_string(),
        "pinned": fetched.pinned().to_string(),
        "tag": fetched.tag,
        "digest": fetched.digest,
        "component": {"digest": fetched.component.digest, "size": fetched.component.size},
        "path": shown(&fetched.path),
        "origin": origin,
        "signer": fetched.signer,
    })
}
