//! How containers of an image behave.

use serde::{Deserialize, Serialize};

/// The behaviour of all images that a pattern matches. Times are in seconds.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Image {
    /// The image, with `*` for any text: `redis*`, `*/search:1.*`.
    pub image: String,
    /// From placement until it runs, 2 when absent.
    pub starts_after: Option<f64>,
    /// Ends by itself.
    pub exits: Option<Exit>,
    /// MiB that it comes to need. With a smaller `memory` it is killed: exit code 137, `OutOfMemoryError`.
    pub needs_memory: Option<u32>,
    /// Cannot be pulled, and why: `manifest for redis:9 not found`.
    pub cannot_pull: Option<String>,
    /// Cannot be started, and why. `CannotStartContainerError: …` is told, unless the text names an error of its own:
    /// `DockerTimeoutError: …`, `ResourceInitializationError: …`.
    pub cannot_start: Option<String>,
    /// Never answers a health check.
    pub fails_health_check: bool,
    /// Answers health checks only so many seconds after it runs.
    pub healthy_after: Option<f64>,
}

impl Image {
    /// What its containers do.
    pub(super) fn behaviour(&self) -> Behaviour {
        Behaviour {
            starts_after: self.starts_after,
            exits: self.exits.clone(),
            needs_memory: self.needs_memory,
            cannot_pull: self.cannot_pull.clone(),
            cannot_start: self.cannot_start.clone(),
            fails_health_check: self.fails_health_check,
            healthy_after: self.healthy_after,
        }
    }
}

/// What a container does: an [`Image`] without its name. The default starts after two seconds and runs for ever.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Behaviour {
    pub starts_after: Option<f64>,
    pub exits: Option<Exit>,
    pub needs_memory: Option<u32>,
    pub cannot_pull: Option<String>,
    pub cannot_start: Option<String>,
    pub fails_health_check: bool,
    pub healthy_after: Option<f64>,
}

/// A container that ends by itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Exit {
    /// Seconds after it runs.
    pub after: f64,
    pub code: i32,
    /// Only so often for each revision; absent: every time.
    pub times: Option<u32>,
}
