//! The doors and use cases of `host`; the binary is a thin `main`.
#![doc = include_str!("../ARCHITECTURE.md")]

pub mod author;
pub mod cloud;
pub mod component;
pub mod ops;
pub mod cli;
pub mod commands;
pub mod failure;
pub mod progress;
pub mod settings;
pub mod shell;
