//! The use cases: each puts the doors and the core in order, and decides nothing that the core could.

use std::time::Duration;

use host_core::codes::{Code, Problem};
use host_core::plan::Step;

pub use crate::cloud::interrupt::{Interrupt, Signal};

pub mod apply;
pub mod blueprint;
pub mod carry;
pub mod deploy;
pub mod examples;
pub mod fetch;
pub mod inspection;
pub mod inventory;
mod limit;
pub mod lint;
mod look;
mod places;
pub mod publish;
pub mod rollback;
pub mod search;
pub mod target;
pub mod trust;
pub mod wait;

/// Something is not done, for a reason with a code. Lines of the text that begin with `hint: ` say what to do.
fn refuse<T>(code: Code, text: impl Into<String>) -> anyhow::Result<T> {
    Err(Problem::new(code, text).into())
}

/// Who hears of what happens while it happens.
pub trait Progress: Send + Sync {
    /// A step begins.
    fn step_started(&self, step: &Step);
    /// A step is done; `note` says what came of it, such as the revision.
    fn step_done(&self, step: &Step, note: &str);
    /// A step failed, or was not begun because one that it needs failed.
    fn step_failed(&self, step: &Step, reason: &str);
    /// The user stopped a step in the middle.
    fn step_stopped(&self, step: &Step);
    /// What a service is waited for, whenever that changes.
    fn waiting(&self, service: &str, reason: &str);
    /// An event of the service, as AWS words it.
    fn event(&self, service: &str, message: &str);
    /// Something about the service that stops nothing, with its `hint:` lines.
    fn warning(&self, service: &str, message: &str);
    /// The service failed, and this is done about it now.
    fn turning_back(&self, service: &str, what: &str);
    /// The service is up.
    fn steady(&self, service: &str, after: Duration);
}
