//! `host endpoints`: where to connect, from the tags alone.

use anyhow::Result;
use host_core::codes::target::NO_SERVICE;
use host_core::ownership::stack_tag;
use host_core::report::document;
use host_core::report::endpoints::{Endpoint, text};
use serde_json::json;

use super::{Context, block_on, dotenv, prepare};
use crate::cli::EndpointsArgs;
use crate::failure::{ExitStatus, Told};
use crate::ops::inventory;

pub(super) fn execute(context: &Context, arguments: &EndpointsArgs) -> Result<ExitStatus> {
    let target = prepare::target(context, &arguments.target)?;
    let (target, found) = block_on(async {
        let (aws, target) = prepare::connect(context, &target).await?;
        let found = inventory::endpoints(&aws, &target).await?;
        Ok((target, found))
    })?;
    let wanted =
        |name: &str| arguments.names.is_empty() || arguments.names.iter().any(|it| it == name);
    let endpoints: Vec<Endpoint> = found
        .into_iter()
        .filter(|it| wanted(&it.service))
        .map(|it| Endpoint {
            service: it.service,
            name: None,
            address: it.address,
            port: it.port,
            scheme: None,
        })
        .collect();
    if let Some(name) = arguments
        .names
        .iter()
        .find(|name| !endpoints.iter().any(|it| it.service == **name))
    {
        let message = format!("`{name}` has no endpoint in stack `{}`", stack_tag(&target));
        return Err(Told::new(message)
            .code(NO_SERVICE)
            .hint("`host list` shows every service of the cluster")
            .into());
    }
    for file in &arguments.write.dotenv {
        dotenv::write(&context.shell, file, &endpoints)?;
    }
    if context.shell.is_json() {
        context
            .shell
            .json(&document([("endpoints", json!(endpoints))]))?;
    } else {
        context.shell.data(&text(&endpoints))?;
    }
    Ok(ExitStatus::Done)
}
