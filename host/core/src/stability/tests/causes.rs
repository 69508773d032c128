//! Every cause by AWS's own texts, and the whole of what is told.

mod balancer;
mod ended;
mod placement;
mod rollout;

use expect_test::Expect;

use super::scene::Scene;

/// What a scene comes to within five minutes.
pub(super) fn check(mut scene: Scene, expect: &Expect) {
    expect.assert_eq(&scene.told(300.0));
}

/// An event after three seconds.
pub(super) fn event(message: &str) -> Scene {
    let mut scene = Scene::new();
    scene.waits_until(3.0);
    scene.event(message);
    scene
}

pub(super) const NO_ROOM: &str = "(service redis-service) was unable to place a task because no container instance met all of its requirements.";

pub(super) const MORE: &str =
    "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
