//! A strict stand-in for the control planes of ECS and classic ELB.
//!
//! The account is a value ([`World`]). Two pure functions change it: [`call`], one operation of AWS, and
//! [`advance`], time. Everything else is a door: [`server`] speaks the AWS wire protocols on loopback,
//! `state` keeps the account in a file. Nothing here knows the host that is tested with it.
#![doc = include_str!("../README.md")]

mod call;
pub mod clock;
mod ecs;
mod elb;
mod faults;
mod model;
pub mod pages;
pub mod refusal;
pub mod rules;
mod scheduler;
pub mod script;
pub mod server;
pub mod state;
mod time;
mod wire;
pub mod world;

pub use call::{Api, call};
pub use refusal::Refusal;
pub use scheduler::advance;
pub use script::Script;
pub use time::Time;
pub use world::World;
