//! How containers of an image behave.

use serde::{Deserialize, Serialize};

/// The behaviour of all images that a pattern matches.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Image {
    /// The image, with `*` for any text: `redis*`, `*/search:1.*`.
    pub image: String,
    #[serde(flatten)]
    pub behaviour: Behaviour,
}

/// What a container does. Times are in seconds. The default starts at once and runs for ever.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Behaviour {
    /// From placement until it runs, 2 when absent.
    pub starts_after: Option<f64>,
    /// Ends by itself.
    pub exits: Option<Exit>,
    /// MiB that it comes to need. With a smaller `memory` it is killed: exit code 137, `OutOfMemoryError`.
    pub needs_memory: Option<u32>,
    /// Cannot be pulled, and why: `manifest for redis:9 not found`.
    pub cannot_pull: Option<String>,
    /// Cannot be started, and why: `CannotStartContainerError: …` is told.
    pub cannot_start: Option<String>,
    /// Never answers a health check.
    pub fails_health_check: bool,
    /// Answers health checks only so many seconds after it runs.
    pub healthy_after: Option<f64>,
}

/// A container that ends by itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Exit {
    /// Seconds after it runs.
    pub after: f64,
    pub code: i32,
    /// Only so often; absent: every time.
    pub times: Option<u32>,
}
