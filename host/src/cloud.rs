//! The door to the cloud: one control plane per module, plain JSON in and out.
//!
//! What comes through is AWS's own vocabulary as [`serde_json::Value`]; what
//! fails is a [`host_core::fault::Fault`]. No type of an SDK leaves this door.

pub mod aws;
pub mod clock;
pub mod interrupt;
pub mod local;
