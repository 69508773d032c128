//! What the control plane does by itself: places tasks, rolls out deployments, checks health, tells events.

use crate::script::Script;
use crate::time::Time;
use crate::world::World;

/// Plays time up to a moment. Does nothing when the world is already there.
pub fn advance(world: &mut World, _script: &Script, to: Time) {
    world.now = world.now.max(to);
}
