//! `host rollback`: a service back to a revision that was seen steady.

use anyhow::{Result, bail};

use super::Context;
use crate::cli::RollbackArgs;
use crate::failure::ExitStatus;

pub(super) fn execute(_context: &Context, _arguments: &RollbackArgs) -> Result<ExitStatus> {
    bail!("not written yet")
}
