//! `host simulator`: the stand-in for AWS as a server.

use anyhow::Result;

use super::Context;
use super::stop::{Signals, block_on_until};
use crate::cli::SimulatorArgs;
use crate::cloud::local::{self, Served};
use crate::failure::ExitStatus;

pub(super) fn execute(context: &Context, arguments: &SimulatorArgs) -> Result<ExitStatus> {
    let served = Served {
        listen: arguments.listen,
        state: arguments.state.clone(),
        script: arguments.script.clone(),
        port_file: arguments.port_file.clone(),
        calls: arguments.calls.clone(),
        region: context
            .environment
            .get("AWS_REGION")
            .unwrap_or("us-east-1")
            .to_owned(),
    };
    let ready = |url: &str| {
        context.shell.note(&format!(
            "simulating ECS and classic ELB at {url}; Ctrl-C stops it"
        ));
        context.shell.note(&format!(
            "lead programs here: AWS_ENDPOINT_URL={url} AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION={0} AWS_DEFAULT_REGION={0}",
            served.region
        ));
    };
    block_on_until(async {
        let mut signals = Signals::listen()?;
        let stop = async {
            tokio::select! {
                () = local::after(arguments.stop_after) => {}
                _ = signals.next() => {}
            }
        };
        local::serve(&served, ready, stop).await
    })?;
    Ok(ExitStatus::Done)
}
