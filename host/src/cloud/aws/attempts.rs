//! How a call is sent: when its turn comes, and again where that may help and does no harm.
//!
//! The SDK's own repeating is off. It goes by the clock on the wall, knows no budgets, and would repeat what must not be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use host_core::budget::Category;
use host_core::fault::{Class, Fault, FaultKind, explain, is_throttled};

use super::failure::Context;
use super::pace::Waiting;
use super::{Aws, failure};

/// As many as AWS's SDKs make.
const ATTEMPTS: u32 = 3;
/// As many while AWS takes some calls of the category and refuses others: then it is a matter of luck.
const UNLUCKY: u32 = 12;
/// The pause after the first attempt takes at most so long, each further one twice as long. That after a refusal for
/// too many calls is the budget's.
const PAUSE: Duration = Duration::from_millis(200);

/// The budget that an operation belongs to. One without does not compile, nor one that `host iam` does not know.
macro_rules! category {
    ($operation:expr) => {
        const {
            assert!(
                host_core::iam::covers($operation),
                "the operation has no permission in `host_core::iam`"
            );
            match host_core::budget::Category::of($operation) {
                Some(category) => category,
                None => panic!("the operation has no category in `host_core::budget`"),
            }
        }
    };
}
pub(super) use category;

/// A call, for those who hear of it.
pub(super) struct Call<'a> {
    /// `ecs` or `elb`.
    pub(super) service: &'static str,
    pub(super) category: Category,
    pub(super) context: &'a Context,
}

/// What became of the attempts of a call.
#[derive(Default)]
struct Spent {
    attempts: u32,
    /// From sending to the answer, of all of them.
    took: Duration,
    /// For turns.
    waited: Duration,
}

impl Aws {
    /// Sends a call when its turn comes. `attempt` sends it once.
    ///
    /// It is sent again where [`explain`] says that the same call may come out a little later. The trace hears of it once.
    ///
    /// # Errors
    /// What became of the last attempt; or [`FaultKind::Interrupted`], and nothing was sent.
    pub(super) async fn attempts<T, F>(
        &self,
        call: &Call<'_>,
        attempt: impl Fn() -> F,
    ) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let mut spent = Spent::default();
        let mut first_refusal = None;
        let mut result = Err(failure::interrupted(call.context));
        loop {
            let asked = self.clock.now();
            let Some((sent, flight)) = self.turn(call.category).await else {
                break;
            };
            spent.attempts += 1;
            spent.waited += sent.saturating_sub(asked);
            let start = Instant::now();
            result = attempt().await;
            spent.took += start.elapsed();
            let now = self.clock.now();
            drop(flight);
            let Err(fault) = &result else {
                self.pacer.taken(call.category);
                break;
            };
            if is_throttled(fault) {
                self.pacer.refused(call.category, sent, now);
                let first = *first_refusal.get_or_insert(now);
                let refused_for = self.pacer.refused_for(call.category, now);
                let takes_others = refused_for < now.saturating_sub(first);
                if spent.attempts >= if takes_others { UNLUCKY } else { ATTEMPTS } {
                    break;
                }
                continue;
            }
            if fault.kind == FaultKind::Answered {
                self.pacer.taken(call.category);
            }
            if spent.attempts >= ATTEMPTS || explain(fault).class != Class::Retry {
                break;
            }
            let pause = PAUSE.mul_f64(fastrand::f64()) * 2_u32.pow(spent.attempts - 1);
            if !self.interrupt.pause(&*self.clock, pause).await {
                break;
            }
        }
        self.settle(call, &spent, &mut result);
        result
    }

    /// For how long AWS has refused all calls of an operation's category because there were too many; nothing where it
    /// took the last one.
    #[must_use]
    pub fn refused_for(&self, operation: &str) -> Duration {
        Category::of(operation).map_or(Duration::ZERO, |it| {
            self.pacer.refused_for(it, self.clock.now())
        })
    }

    /// Waits for a turn. Gives when it came; nothing where the run was stopped.
    async fn turn(&self, category: Category) -> Option<(Duration, Flight)> {
        let waiting = Waiting {
            clock: &*self.clock,
            interrupt: &self.interrupt,
            tell: &|line| {
                if let Some(news) = &self.news {
                    news(line);
                }
            },
        };
        let take_off = |now| (now, Flight::begin(&self.in_flight));
        self.pacer.turn(category, &waiting, take_off).await
    }

    /// Ends one call: says of missing credentials whose they are, and tells the trace.
    fn settle<T>(&self, call: &Call<'_>, spent: &Spent, result: &mut Result<T, Fault>) {
        if let Err(fault) = &mut *result {
            let (profile, network) = &*self.circumstances;
            profile.tell(fault);
            network.tell(fault);
        }
        if let Some(trace) = self.trace.as_ref().filter(|_| spent.attempts > 0) {
            trace(&call.line(spent, result.as_ref().err()));
        }
    }
}

impl Call<'_> {
    /// Its line for the trace.
    fn line(&self, spent: &Spent, fault: Option<&Fault>) -> String {
        let Context {
            operation,
            resource,
            ..
        } = self.context;
        let attempts = match spent.attempts {
            0 | 1 => String::new(),
            attempts => format!(", {attempts} attempts"),
        };
        let waited = match spent.waited.as_secs_f64() {
            waited if waited < 0.1 => String::new(),
            waited => format!(", {waited:.1} s waited"),
        };
        let outcome = fault.map_or_else(String::new, |fault| {
            format!(", {}", fault.code.as_deref().unwrap_or(&fault.message))
        });
        let took = spent.took.as_millis();
        format!(
            "{} {operation}, {resource}: {took} ms{attempts}{waited}{outcome}",
            self.service
        )
    }
}

/// A call that is under way: it counts until it is dropped.
struct Flight(Arc<AtomicUsize>);

impl Flight {
    fn begin(in_flight: &Arc<AtomicUsize>) -> Self {
        in_flight.fetch_add(1, Ordering::SeqCst);
        Self(in_flight.clone())
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
