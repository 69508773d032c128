//! The pure half of recipes in registries: how they are named, what they are made of, what is locked, what may
//! change, and who signed. No verb takes them yet.

pub mod artifact;
pub mod change;
pub mod key;
pub mod lock;
pub mod reference;
pub mod signature;
pub mod trust;
pub mod version;

pub use lock::{Lock, Locked};
pub use reference::{Reference, Wanted};
