//! What is to happen: how images behave, which faults come, how fast time runs. A TOML file.

use serde::{Deserialize, Serialize};

mod fault;
mod image;

pub use fault::{Fault, FaultKind, Moment};
pub use image::{Behaviour, Exit, Image};

/// A script, as its file says it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Script {
    /// How many simulated seconds pass in a second; 1 when absent. Not for `--local`, whose time passes when it is waited for.
    pub speed: Option<f64>,
    /// Whether calls are throttled by the budgets that AWS publishes.
    pub throttle: bool,
    /// The cluster's instances, in place of the prepared two.
    pub instances: Option<Vec<InstanceScript>>,
    /// The first that matches an image counts.
    pub images: Vec<Image>,
    /// Each counts by itself.
    pub faults: Vec<Fault>,
}

/// A container instance of the script. What is absent is as in the prepared account.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct InstanceScript {
    /// CPU units.
    pub cpu: Option<u32>,
    /// MiB.
    pub memory: Option<u32>,
    pub subnet: Option<String>,
    /// False: its agent is disconnected, and nothing is placed on it.
    pub connected: Option<bool>,
    /// False: no load balancer reaches its ports, as without the security group rules for it.
    pub reachable: Option<bool>,
}
