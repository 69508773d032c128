//! The pure half of `host`: no I/O, no clock, no AWS SDK, no wasmtime.
//!
//! Values flow one way: a [`spec::Blueprint`] is lowered to a
//! [`desired::DesiredService`] ([`lower`]), checked ([`validate`]), compared with what AWS
//! has ([`observed`]) by [`plan`], and what comes of it is judged by
//! [`stability`] and told by [`report`].
#![forbid(unsafe_code)]

pub mod bounds;
pub mod codes;
pub mod diag;
pub mod digest;
pub mod escape;
pub mod near;
pub mod spec;

pub mod manifest;
pub mod params;
pub mod tokens;

pub mod desired;
pub mod iam;
pub mod lint;
pub mod lower;
pub mod model;
pub mod validate;

pub mod normal;
pub mod observed;
pub mod ownership;
pub mod plan;
pub mod policy;
pub mod registry;
pub mod request;
pub mod rollback;
pub mod room;
pub mod saved;

pub mod budget;
pub mod fault;
pub mod recognition;
pub mod report;
pub mod stability;
pub mod time;
