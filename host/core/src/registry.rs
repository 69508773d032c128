//! The pure half of recipes in registries: how they are named, what they are made of, what is locked, and what may change.

pub mod artifact;
pub mod change;
pub mod lock;
pub mod reference;
pub mod version;

pub use lock::{Lock, Locked};
pub use reference::{Reference, Wanted};
