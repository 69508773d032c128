//! What both ways of fuzzing have in common: the suite's own, from a seed, and libFuzzer's in `tests/fuzz`.

use std::fs;
use std::path::PathBuf;

use fastrand::Rng;

use super::mutate::one_of;
use crate::harness::root;

/// What is tried with one case after the other.
pub(crate) trait Target {
    /// The name of its corpus.
    const NAME: &'static str;

    /// What cases are made from.
    fn seeds(&self) -> &[Vec<u8>];

    /// Another case, by a small change.
    fn change(&self, chance: &mut Rng, case: &[u8]) -> Vec<u8>;

    /// Panics where something is wrong with our program. Says whether the case got to the end of the way.
    fn run(&self, case: &[u8]) -> bool;

    /// A case of one change.
    fn next(&self, chance: &mut Rng) -> Vec<u8> {
        let seed = one_of(chance, self.seeds());
        self.change(chance, seed)
    }
}

/// The committed cases of a target, by name.
pub(crate) fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
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
