//! `host completions`: a script for a shell.

use anyhow::Result;

use super::Context;
use crate::cli::{CompletionsArgs, command};
use crate::failure::ExitStatus;

pub(super) fn execute(context: &Context, arguments: &CompletionsArgs) -> Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command(), "host", &mut script);
    context.shell.raw(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Done)
}
