//! The doors and use cases of `host`; the binary is a thin `main`.
#![doc = include_str!("../ARCHITECTURE.md")]

pub mod author;
pub mod cli;
pub mod cloud;
pub mod commands;
pub mod component;
pub mod failure;
pub mod files;
mod folder;
pub mod network;
pub mod ops;
pub mod progress;
pub mod registry;
pub mod settings;
pub mod shell;
