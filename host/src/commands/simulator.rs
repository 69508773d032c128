//! `host simulator`: the stand-in for AWS as a server.

use anyhow::{Result, bail};

use super::Context;
use crate::cli::SimulatorArgs;
use crate::failure::ExitStatus;

pub(super) fn execute(_context: &Context, _arguments: &SimulatorArgs) -> Result<ExitStatus> {
    bail!("not written yet")
}
