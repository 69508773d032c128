//! The targets of `tests/it/fuzz` for libFuzzer: it chooses the cases by what code they reach, and they are changed as in the suite, so
//! that what comes of it is mostly a blueprint or a component still.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use fastrand::Rng;
use target::Target;

#[path = "../it/fuzz/blueprint.rs"]
mod blueprint;
#[allow(dead_code, reason = "the tests make other guests of it")]
#[path = "../it/hostile/guests.rs"]
mod guests;
#[path = "../it/fuzz/load.rs"]
mod load;
#[path = "../it/fuzz/mutate.rs"]
mod mutate;
#[allow(dead_code, reason = "libFuzzer chooses what comes next")]
#[path = "../it/fuzz/target.rs"]
mod target;

/// What the targets take from the tests' harness.
mod harness {
    use super::{Path, PathBuf};

    pub(crate) fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }
}

mod hostile {
    pub(crate) use super::guests;
}

static LOAD: LazyLock<load::Load> = LazyLock::new(load::Load::new);
static BLUEPRINTS: LazyLock<blueprint::Blueprints> = LazyLock::new(blueprint::Blueprints::new);

/// Bytes → recipe → its manifest and what it renders.
pub fn load(case: &[u8]) {
    LOAD.run(case);
}

/// A change of bytes, in place; says how long they are now.
pub fn change_load(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    change(&*LOAD, data, size, most, seed)
}

/// Blueprint → plan.
pub fn blueprint(case: &[u8]) {
    BLUEPRINTS.run(case);
}

/// A change of a blueprint, in place; says how long it is now.
pub fn change_blueprint(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    change(&*BLUEPRINTS, data, size, most, seed)
}

fn change(target: &impl Target, data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let mut chance = Rng::with_seed(seed.into());
    // One in eight is changed by libFuzzer itself, which knows what the code compares with.
    if chance.u8(..8) == 0 {
        return libfuzzer_sys::fuzzer_mutate(data, size, most);
    }
    // Some begin from a seed, as the very first must: libFuzzer's is a single byte.
    let changed = match chance.u8(..8) {
        _ if size < 8 => target.next(&mut chance),
        0 => target.next(&mut chance),
        _ => target.change(&mut chance, &data[..size]),
    };
    let length = changed.len().min(most);
    data[..length].copy_from_slice(&changed[..length]);
    length
}
