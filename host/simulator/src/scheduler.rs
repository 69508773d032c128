//! What the control plane does by itself: places tasks, rolls out deployments, checks health, tells events.
//!
//! Time is played as a series of moments: at each, everything that is due happens, and what follows from it at once;
//! then it is the next moment at which something is due. Between moments nothing changes, so days of rest cost nothing.
//!
//! A service whose tasks run and exit is never at rest: AWS replaces them at once, for ever (aws-facts §5). Where too
//! much happens in too long a time, the account stands still for a part of it ([`advance`]).

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

/// So many moments of a time are played. A year of rest has fewer for each service.
const MOMENTS: u32 = 5000;
/// The last part of a time, which is always played: longer than anything is remembered, and than until it is told again.
const RECENT: Duration = Duration::from_hours(9);
/// More moments than this are a loop: a world that somebody wrote by hand, or a mistake of ours.
const LOOP: u32 = 200_000;
/// At one moment one thing follows from another, and then no more.
const ROUNDS: u32 = 200;

/// How long stopped tasks are remembered.
const REMEMBERED: Duration = Duration::from_hours(1);

/// Plays time up to a moment. Does nothing when the world is already there.
///
/// Of a long time in which thousands of things happen the first 5000 moments are played and the last nine hours. In
/// between the account stands still, but for what a script sets a time for. Tasks are remembered for an hour and what
/// lasts is told every six, so that afterwards it looks as if all had been played, but for how often tasks have failed.
pub fn advance(world: &mut World, script: &Script, to: Time) {
    play(world, script, to);
}

/// Gives how many moments were played.
fn play(world: &mut World, script: &Script, to: Time) -> u32 {
    let mut played = 0;
    while played < LOOP {
        settle(world, script);
        forget(world);
        played += 1;
        let Some(moment) = due(world, script).filter(|it| *it <= to) else {
            break;
        };
        let recent = to - RECENT;
        let next = if played >= MOMENTS && moment < recent {
            let scripted = others::due(world, script).into_iter();
            let scripted = scripted.filter(|it| *it > world.now);
            scripted.chain([recent]).min().unwrap_or(recent)
        } else {
            moment
        };
        world.now = world.now.max(next);
    }
    world.now = world.now.max(to);
    forget(world);
    played
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
