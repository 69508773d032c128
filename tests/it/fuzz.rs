//! What comes from strangers, at random: bytes that are loaded, and blueprints on their way to a plan.
//!
//! In the suite, some seconds of it from seeds that are always the same; for hours with `tests/fuzz/run --seconds N`,
//! from seeds that are always others. A failure names the seed that finds it again, and leaves the case beside it.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::harness::{root, scratch};

mod blueprint;
mod load;
mod mutate;

/// What is tried with one case after the other.
trait Target {
    /// The name of its corpus.
    const NAME: &'static str;

    /// The cases of the suite.
    const CASES: u64;

    /// The longest that a case may take, whatever is in it.
    const MOST: Duration;

    /// A case that was made from the corpus.
    fn next(&self, chance: &mut fastrand::Rng) -> Vec<u8>;

    /// Panics where something is wrong with our program. Says whether the case got to the end of the way.
    fn run(&self, case: &[u8]) -> bool;
}

/// The committed cases of a target.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = root().join("tests/fuzz/corpus").join(name);
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|it| (it.display().to_string(), fs::read(&it).unwrap()))
        .collect()
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn fuzz<T: Target>(target: &T) {
    for (name, case) in corpus(T::NAME) {
        attempt(target, &case, &name);
    }
    let seconds = number("HOST_FUZZ_SECONDS").map(Duration::from_secs);
    let first =
        number("HOST_FUZZ_SEED").unwrap_or_else(|| seconds.map_or(1, |_| fastrand::u64(..)));
    let begun = Instant::now();
    let (mut cases, mut ends, mut slowest) = (0, 0, (Duration::ZERO, first));
    let goes_on = |cases: u64| seconds.map_or(cases < T::CASES, |it| begun.elapsed() < it);
    while goes_on(cases) {
        let seed = first.wrapping_add(cases);
        let case = target.next(&mut fastrand::Rng::with_seed(seed));
        let start = Instant::now();
        ends += u64::from(attempt(target, &case, &format!("HOST_FUZZ_SEED={seed}")));
        slowest = slowest.max((start.elapsed(), seed));
        assert!(
            slowest.0 < T::MOST,
            "HOST_FUZZ_SEED={seed} took {slowest:?}"
        );
        cases += 1;
    }
    let took = begun.elapsed().as_secs_f64();
    let name = T::NAME;
    let (slow, seed) = slowest;
    #[allow(clippy::print_stdout, reason = "it is what whoever fuzzes waits for")]
    {
        println!(
            "{name}: {cases} cases from seed {first} in {took:.0} s, {ends} of them to the end; the slowest took {slow:.0?} (seed {seed})"
        );
    }
    // A mutator that breaks everything at the first step tests that step alone.
    assert!(ends * 50 > cases, "{ends} of {cases} get to the end");
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
    fuzz(&load::Load::new());
}

#[test]
fn blueprints_from_strangers_are_planned_or_refused() {
    fuzz(&blueprint::Blueprints::new());
}
