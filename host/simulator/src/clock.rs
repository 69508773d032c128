//! How the account's time follows ours.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::time::Time;

/// A clock. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Source>>);

#[derive(Debug)]
enum Source {
    /// So many times as fast as ours.
    Running {
        begun: Instant,
        from: Time,
        speed: f64,
    },
    /// Stands still until it is told to go on.
    Stepped(Time),
}

impl Clock {
    /// Runs from a moment on, `speed` times as fast as ours.
    #[must_use]
    pub fn running(from: Time, speed: f64) -> Self {
        let begun = Instant::now();
        Self(Arc::new(Mutex::new(Source::Running { begun, from, speed })))
    }

    /// Stands at a moment until [`Clock::step`].
    #[must_use]
    pub fn stepped(from: Time) -> Self {
        Self(Arc::new(Mutex::new(Source::Stepped(from))))
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Time {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Source::Running { begun, from, speed } => *from + begun.elapsed().mul_f64(*speed),
            Source::Stepped(now) => *now,
        }
    }

    /// Moves a stepped clock on. A running one takes no notice.
    pub fn step(&self, time: Duration) {
        if let Source::Stepped(now) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            *now = *now + time;
        }
    }

    /// How long to wait, by our clock, for this much of its own; nothing by a stepped one.
    #[must_use]
    pub fn wait(&self, time: Duration) -> Option<Duration> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Source::Running { speed, .. } => Some(time.div_f64(*speed)),
            Source::Stepped(_) => None,
        }
    }
}

/// The moment it is outside.
#[must_use]
pub fn wall() -> Time {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
