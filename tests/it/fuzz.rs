//! What comes from strangers, at random: bytes that are loaded, and blueprints on their way to a plan.
//!
//! In the suite, some seconds of it from seeds that are always the same; for hours with `tests/fuzz/run --seconds N`,
//! from seeds that are always others; and guided by coverage, by `tests/fuzz/run --guided`. A failure names the seed that finds it again, and leaves the case beside it.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::harness::scratch;

mod blueprint;
mod load;
mod mutate;
mod target;

use target::{Target, corpus};

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// `cases` are tried in the suite, and none may take longer than `most`, whatever is in it.
fn fuzz<T: Target>(target: &T, cases: u64, most: Duration) {
    for (name, case) in corpus(T::NAME) {
        attempt(target, &case, &name);
    }
    let seconds = number("HOST_FUZZ_SECONDS").map(Duration::from_secs);
    let first =
        number("HOST_FUZZ_SEED").unwrap_or_else(|| seconds.map_or(1, |_| fastrand::u64(..)));
    let begun = Instant::now();
    let (mut tried, mut ends, mut slowest) = (0, 0, (Duration::ZERO, first));
    let goes_on = |tried: u64| seconds.map_or(tried < cases, |it| begun.elapsed() < it);
    while goes_on(tried) {
        let seed = first.wrapping_add(tried);
        let case = target.next(&mut fastrand::Rng::with_seed(seed));
        let start = Instant::now();
        ends += u64::from(attempt(target, &case, &format!("HOST_FUZZ_SEED={seed}")));
        slowest = slowest.max((start.elapsed(), seed));
        assert!(slowest.0 < most, "HOST_FUZZ_SEED={seed} took {slowest:?}");
        tried += 1;
    }
    let took = begun.elapsed().as_secs_f64();
    let name = T::NAME;
    let (slow, seed) = slowest;
    #[allow(clippy::print_stdout, reason = "it is what whoever fuzzes waits for")]
    {
        println!(
            "{name}: {tried} cases from seed {first} in {took:.0} s, {ends} of them to the end; the slowest took {slow:.0?} (seed {seed})"
        );
    }
    // A mutator that breaks everything at the first step tests that step alone.
    assert!(ends * 50 > tried, "{ends} of {tried} get to the end");
}

fn attempt<T: Target>(target: &T, case: &[u8], name: &str) -> bool {
    catch_unwind(AssertUnwindSafe(|| target.run(case))).unwrap_or_else(|_| {
        let path = PathBuf::from(scratch(&format!("fuzz-{}.case", T::NAME)));
        fs::write(&path, case).unwrap();
        panic!(
            "`{}` fails for {name}: the case is `{}`; put it into tests/fuzz/corpus once it is mended",
            T::NAME,
            path.display()
        )
    })
}

#[test]
fn bytes_from_strangers_are_loaded_or_refused() {
    fuzz(&load::Load::new(), 100, Duration::from_secs(10));
}

#[test]
fn blueprints_from_strangers_are_planned_or_refused() {
    fuzz(&blueprint::Blueprints::new(), 2_000, Duration::from_secs(5));
}
