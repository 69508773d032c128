//! The user's wish to stop, for everything that waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::clock::Clock;

/// The user's wish to stop. Clones share it.
///
/// A call that was sent is finished; nothing is begun after it.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<(AtomicBool, Notify)>);

impl Interrupt {
    /// Asks to stop.
    pub fn raise(&self) {
        self.0.0.store(true, Ordering::SeqCst);
        self.0.1.notify_waiters();
    }

    /// Whether it was asked for.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.0.load(Ordering::SeqCst)
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
