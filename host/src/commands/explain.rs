//! `host explain`: what a code means.

use anyhow::{Result, bail};

use super::Context;
use crate::cli::ExplainArgs;
use crate::failure::ExitStatus;

pub(super) fn execute(_context: &Context, _arguments: &ExplainArgs) -> Result<ExitStatus> {
    bail!("not written yet")
}
