//! What every test here stands on: the real binary in a sandbox, a stand-in for AWS, and faults on the way to it.

mod author;
mod built;
mod fault;
mod folder;
mod gate;
mod http;
mod proxy;
mod registry;
mod run;
mod sandbox;
mod simulator;
mod stand_in;
mod way;

pub(crate) use author::build;
pub(crate) use built::{author_recipe, native_recipe, recipe, root, scratch};
pub(crate) use fault::{Answer, Fault, Faulty};
pub(crate) use folder::Folder;
pub(crate) use gate::{Gate, Point, Seen, Turn, hold};
pub(crate) use registry::{Access, Asked, Hook, Registry, reply};
pub(crate) use run::{Run, Running};
pub(crate) use sandbox::Sandbox;
pub(crate) use simulator::Simulator;
pub(crate) use stand_in::{Call, StandIn};
pub(crate) use way::Way;

/// The recipes of this repository.
pub(crate) const RECIPES: [&str; 4] = ["elasticsearch", "memcached", "mysql", "redis"];
