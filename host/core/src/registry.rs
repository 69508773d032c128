//! The pure half of recipes in registries: how they are named, what they are made of, what may change, what registries
//! answer, who may ask, what is locked, and who signed; and layouts, which are registries as folders.

pub mod answer;
pub mod artifact;
pub mod challenge;
pub mod change;
pub mod ecr;
pub mod index;
pub mod key;
pub mod layout;
pub mod lock;
pub mod login;
pub mod publication;
pub mod reference;
pub mod secrets;
pub mod signature;
pub mod source;
pub mod trust;
pub mod version;

pub use lock::{Lock, Locked};
pub use reference::{Reference, Wanted};
pub use source::Source;
