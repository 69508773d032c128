//! `host endpoints`: where to connect, from the tags alone.

use anyhow::Result;
use host_core::codes::target::NO_SERVICE;
use host_core::desired::DesiredTarget;
use host_core::ownership::stack_tag;
use host_core::report::document;
use host_core::report::endpoints::{Endpoint, text};
use serde_json::json;

use super::{Context, block_on, dotenv, missing, prepare};
use crate::cli::EndpointsArgs;
use crate::failure::{ExitStatus, Told};
use crate::ops::inventory::{self, Balancers, LostBalancer, Names};
use crate::shell::Shell;

pub(super) fn execute(context: &Context, arguments: &EndpointsArgs) -> Result<ExitStatus> {
    let target = prepare::target(context, &arguments.target)?;
    let flags = target.flags.clone();
    let (target, listed, found) = block_on(async {
        let (aws, target) = prepare::connect(context, &target).await?;
        let (listed, found) =
            tokio::try_join!(inventory::list(&aws, &target), Balancers::read(&aws))?;
        Ok((target, listed, found))
    })?;
    let wanted =
        |name: &str| arguments.names.is_empty() || arguments.names.iter().any(|it| it == name);
    for lost in found.lost(&listed, &target) {
        if wanted(&lost.service) {
            warn_of_lost(&context.shell, &lost);
        }
    }
    let endpoints: Vec<Endpoint> = found
        .endpoints(&target)
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
        let names = Names::read(&listed, &target);
        return Err(refusal(name, &names, &target, &flags).into());
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

/// Why a name has no endpoint: there is no such service, or it has no load balancer.
fn refusal(name: &str, names: &Names, target: &DesiredTarget, flags: &str) -> Told {
    if !names.services.contains(name) {
        return missing::service(name, names, target);
    }
    let message = format!("`{name}` has no endpoint in stack `{}`", stack_tag(target));
    Told::new(message).code(NO_SERVICE).hint(format!(
        "`host status {name}{flags}` shows its load balancer"
    ))
}

/// A service that nobody finds an endpoint of, although it has a load balancer.
fn warn_of_lost(shell: &Shell, lost: &LostBalancer) {
    let LostBalancer {
        service,
        load_balancer,
        why,
    } = lost;
    let message = format!("`{service}` is left out: its load balancer `{load_balancer}` {why}");
    shell.warn(
        &message,
        Some("`host plan` with its recipe shows what mends it"),
    );
}
