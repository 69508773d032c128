//! The clock of a simulated account. It stands still while the host works, and jumps when all that is left to do is wait.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use host_simulator::Time;

use crate::cloud::clock::Clock;

/// Time passes only when everybody sleeps: then it is at once the moment at which the first one wants to wake.
#[derive(Debug)]
pub(super) struct Stepped {
    clock: host_simulator::clock::Clock,
    begun: Time,
    /// Calls that were sent and not answered yet.
    in_flight: Arc<AtomicUsize>,
    sleepers: Mutex<Sleepers>,
}

#[derive(Debug, Default)]
struct Sleepers {
    last: u64,
    /// When each wants to wake, by its number.
    until: BTreeMap<u64, Time>,
}

/// How often a sleeper looks whether it is its turn, by the clock on the wall.
const GLANCE: Duration = Duration::from_millis(1);
/// So many glances in a row nobody else must be at work: a task that has just woken needs a moment to send its call.
const QUIET: u32 = 2;

impl Stepped {
    pub(super) fn new(clock: host_simulator::clock::Clock, in_flight: Arc<AtomicUsize>) -> Self {
        Self {
            begun: clock.now(),
            clock,
            in_flight,
            sleepers: Mutex::default(),
        }
    }

    /// Sleeps on a list, from which it is struck when it wakes or is given up.
    async fn sleep_until(&self, deadline: Time) {
        let place = Place::take(self, deadline);
        let mut quiet = 0;
        while self.clock.now() < deadline {
            tokio::time::sleep(GLANCE).await;
            let is_quiet = self.in_flight.load(Ordering::SeqCst) == 0 && place.is_first();
            quiet = if is_quiet { quiet + 1 } else { 0 };
            if quiet >= QUIET {
                self.clock.step(deadline.since(self.clock.now()));
            }
        }
    }

    fn sleepers(&self) -> std::sync::MutexGuard<'_, Sleepers> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place on the list of sleepers.
struct Place<'a> {
    of: &'a Stepped,
    number: u64,
}

impl<'a> Place<'a> {
    fn take(of: &'a Stepped, deadline: Time) -> Self {
        let mut sleepers = of.sleepers();
        sleepers.last += 1;
        let number = sleepers.last;
        sleepers.until.insert(number, deadline);
        Self { of, number }
    }

    /// Whether nobody wants to wake earlier.
    fn is_first(&self) -> bool {
        let sleepers = self.of.sleepers();
        let own = sleepers.until.get(&self.number);
        own <= sleepers.until.values().min()
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.of.sleepers().until.remove(&self.number);
    }
}

impl Clock for Stepped {
    fn now(&self) -> Duration {
        self.clock.now().since(self.begun)
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let deadline = self.clock.now() + time;
        Box::pin(self.sleep_until(deadline))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stepped() -> Arc<Stepped> {
        let clock = host_simulator::clock::Clock::stepped(Time(1_000_000));
        Arc::new(Stepped::new(clock, Arc::default()))
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(work)
    }

    #[test]
    fn an_hour_passes_at_once_and_in_order() {
        let clock = stepped();
        let (short, long) = (Duration::from_mins(1), Duration::from_hours(1));
        let woken = run(async {
            let at = async |time| {
                clock.sleep(time).await;
                clock.now()
            };
            tokio::join!(at(long), at(short))
        });
        assert_eq!(woken, (long, short));
    }

    #[test]
    fn it_stands_still_while_a_call_is_under_way() {
        let clock = stepped();
        clock.in_flight.store(1, Ordering::SeqCst);
        run(async {
            tokio::select! {
                () = clock.sleep(Duration::from_secs(1)) => panic!("time passed"),
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
            assert_eq!(clock.now(), Duration::ZERO);
            assert!(
                clock.sleepers().until.is_empty(),
                "who gives up is struck from the list"
            );
            clock.in_flight.store(0, Ordering::SeqCst);
            clock.sleep(Duration::from_secs(1)).await;
        });
        assert_eq!(clock.now(), Duration::from_secs(1));
    }
}
