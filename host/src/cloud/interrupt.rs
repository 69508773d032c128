//! The user's wish to stop, for everything that waits.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Notify;

use super::clock::Clock;

/// What the wish came as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// SIGTERM, by which machines end programs.
    Terminate,
}

/// The user's wish to stop. Clones share it.
///
/// A call that was sent is finished; nothing is begun after it.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<(OnceLock<Signal>, Notify)>);

impl Interrupt {
    /// Asks to stop. The first wish is the one that counts.
    pub fn raise(&self, by: Signal) {
        self.0.0.get_or_init(|| by);
        self.0.1.notify_waiters();
    }

    /// Whether it was asked for.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.by().is_some()
    }

    /// What it was asked for by, if it was.
    #[must_use]
    pub fn by(&self) -> Option<Signal> {
        self.0.0.get().copied()
    }

    /// Comes back once it was asked for.
    pub async fn raised(&self) {
        let raised = self.0.1.notified();
        if !self.is_raised() {
            raised.await;
        }
    }

    /// Sleeps by a clock, unless it is asked for meanwhile. Says whether the time has passed.
    pub async fn pause(&self, clock: &dyn Clock, time: Duration) -> bool {
        if self.is_raised() {
            return false;
        }
        tokio::select! {
            () = self.raised() => false,
            () = clock.sleep(time) => true,
        }
    }
}
