//! What the control plane does by itself: places tasks, rolls out deployments, checks health, tells events.
//!
//! Time is played as a series of moments: at each, everything that is due happens, and what follows from it at once;
//! then it is the next moment at which something is due. Between moments nothing changes, so days of rest cost nothing.

use std::time::Duration;

use crate::script::Script;
use crate::time::Time;
use crate::world::World;

mod events;
mod health;
mod others;
mod placement;
mod registration;
mod rollout;
mod tasks;

pub(crate) use placement::{fits, place};
pub(crate) use tasks::{Order, start};

/// More moments than this are a loop: a world that somebody wrote by hand, or a mistake of ours.
const MOMENTS: u32 = 200_000;
/// At one moment one thing follows from another, and then no more.
const ROUNDS: u32 = 200;

/// How long stopped tasks are remembered.
const REMEMBERED: Duration = Duration::from_hours(1);

/// Plays time up to a moment. Does nothing when the world is already there.
pub fn advance(world: &mut World, script: &Script, to: Time) {
    for _ in 0..MOMENTS {
        settle(world, script);
        forget(world);
        match due(world, script) {
            Some(moment) if moment <= to => world.now = world.now.max(moment),
            _ => break,
        }
    }
    world.now = world.now.max(to);
    forget(world);
}

/// Does all that is due now, and what follows from it at once.
fn settle(world: &mut World, script: &Script) {
    for _ in 0..ROUNDS {
        let mut is_changed = others::play(world, script);
        is_changed |= tasks::play(world, script);
        is_changed |= health::play(world, script);
        is_changed |= rollout::play(world, script);
        if !is_changed {
            break;
        }
    }
}

/// The next moment after now at which something happens by itself.
fn due(world: &World, script: &Script) -> Option<Time> {
    let candidates = tasks::due(world)
        .into_iter()
        .chain(health::due(world, script))
        .chain(rollout::due(world))
        .chain(others::due(world, script));
    candidates.filter(|it| *it > world.now).min()
}

/// Stopped tasks are gone after an hour.
fn forget(world: &mut World) {
    let now = world.now;
    for cluster in world.clusters.values_mut() {
        cluster
            .tasks
            .retain(|_, it| it.stopped.is_none_or(|at| now.since(at) < REMEMBERED));
    }
}

/// Seconds of a script as time.
fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number).unwrap_or_default()
}

#[cfg(test)]
mod tests;
