//! The integration tests: the real binary, as people use it.
//!
//! `cargo test --release -p host --test it` needs what `tests/run setup recipes authors` makes; what is missing is
//! named with the command that makes it. `BLESS=1` rewrites the golden commands in `tests/cli`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod authors;
mod cli;
mod credentials;
mod deploy;
mod destroy;
mod drawing;
mod faults;
mod fuzz;
mod harness;
mod hostile;
mod lint;
mod matrix;
mod policy;
mod recipes;
mod registry;
mod saved;
mod terminal;
mod tidy;
mod way;
