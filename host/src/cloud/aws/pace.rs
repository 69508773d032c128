//! Calls wait for their turn, so that AWS takes them all.
//!
//! One line for each category of calls: whoever stands at its head sleeps until the budget has a call left, and the others
//! stand behind. A call that waits is not under way, so the clock of a simulated account goes on.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use host_core::budget::{Bucket, Category};

use crate::cloud::clock::Clock;
use crate::cloud::interrupt::Interrupt;

/// What is left of each budget, and who waits for it.
pub(super) struct Pacer([Line; Category::ALL.len()]);

struct Line {
    category: Category,
    bucket: Mutex<Bucket>,
    /// Held by whoever is the next. It is fair: who comes first goes first.
    head: tokio::sync::Mutex<()>,
    waiting: AtomicUsize,
    /// Whether it was told that there is a line. It is told again only when the budget was whole in between.
    is_told: AtomicBool,
}

/// With what a call waits.
pub(super) struct Waiting<'a> {
    pub(super) clock: &'a dyn Clock,
    pub(super) interrupt: &'a Interrupt,
    /// Hears why there is a line, once for as long as the budget is strained.
    pub(super) tell: &'a (dyn Fn(&str) + Sync),
}

/// A line that is longer than this is told.
const LONG: Duration = Duration::from_secs(5);
/// Calls that come together come within so much time; only then is it known how long the line is.
const TOGETHER: Duration = Duration::from_millis(100);

impl Default for Pacer {
    fn default() -> Self {
        Self(Category::ALL.map(|category| Line {
            category,
            bucket: Mutex::new(Bucket::full(category.budget())),
            head: tokio::sync::Mutex::default(),
            waiting: AtomicUsize::default(),
            is_told: AtomicBool::default(),
        }))
    }
}

impl Pacer {
    /// Waits for the turn of a call, and begins it by `begin` before anybody else has a turn.
    ///
    /// Gives nothing where the user stops the run meanwhile. A call that need not wait goes all the same: what is
    /// half done is better done.
    pub(super) async fn turn<T>(
        &self,
        category: Category,
        with: &Waiting<'_>,
        begin: impl FnOnce(Duration) -> T,
    ) -> Option<T> {
        let line = self.line(category);
        let place = Place::take(line);
        let _head = tokio::select! {
            biased;
            head = line.head.lock() => head,
            () = with.interrupt.raised() => return None,
        };
        line.look(with.clock.now());
        let mut is_gathered = line.is_told.load(Ordering::SeqCst);
        loop {
            let now = with.clock.now();
            let taken = line.bucket().take(now);
            let Err(wait) = taken else {
                drop(place);
                return Some(begin(now));
            };
            let nap = if is_gathered {
                line.tell(wait, with.tell);
                wait
            } else {
                is_gathered = true;
                wait.min(TOGETHER)
            };
            if !with.interrupt.pause(with.clock, nap).await {
                return None;
            }
        }
    }

    /// AWS took a call, whatever else came of it.
    pub(super) fn taken(&self, category: Category) {
        self.line(category).bucket().taken();
    }

    /// AWS refused a call that was sent at that time, because there were too many.
    pub(super) fn refused(&self, category: Category, sent: Duration, now: Duration) {
        self.line(category).bucket().refused(sent, now);
    }

    /// For how long AWS has taken no call of the category.
    pub(super) fn refused_for(&self, category: Category, now: Duration) -> Duration {
        self.line(category).bucket().refused_for(now)
    }

    fn line(&self, category: Category) -> &Line {
        &self.0[category as usize]
    }
}

impl Line {
    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets that it was told of a line once the budget has recovered: the next one is news.
    fn look(&self, now: Duration) {
        if self.bucket().is_full(now) {
            self.is_told.store(false, Ordering::SeqCst);
        }
    }

    /// Tells that there is a line, where that is not told and it is a long one.
    fn tell(&self, wait: Duration, tell: &dyn Fn(&str)) {
        let waiting = self.waiting.load(Ordering::SeqCst);
        let each = 1.0 / self.category.budget().per_second;
        let behind = u32::try_from(waiting.saturating_sub(1)).unwrap_or(u32::MAX);
        let whole = wait + Duration::from_secs_f64(each * f64::from(behind));
        if whole > LONG && !self.is_told.swap(true, Ordering::SeqCst) {
            tell(&self.category.told(waiting));
        }
    }
}

/// A place in a line, until the turn has come or is given up.
struct Place<'a>(&'a Line);

impl<'a> Place<'a> {
    fn take(line: &'a Line) -> Self {
        line.waiting.fetch_add(1, Ordering::SeqCst);
        Self(line)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl fmt::Debug for Pacer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pacer").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
