//! What recipe authors need: making a recipe from its source.

mod build;
mod cargo;

pub use build::{BuildError, Built, build};
pub use cargo::Toolchain;
