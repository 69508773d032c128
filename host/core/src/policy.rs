//! The second wall: what a recipe may emit.
//!
//! The sandbox keeps a recipe from doing anything; what it *emits* can still ask for the whole instance, a role or a
//! secret. So everything beyond a plain container on the target's network has a [`Grant`] of its own, denied unless
//! `host.toml` gives it. [`asks`] reads off the bodies of the requests, and nothing else, what is asked for, so typed
//! fields and `extra` are one, and what the AWS model does not know needs a grant too. [`rules`](rules::rules) is the
//! table of all leaves, from which `host/PERMISSIONS.md` is made.

mod approval;
mod ask;
mod back;
mod capability;
mod check;
mod former;
mod grant;
mod image;
mod judge;
mod kind;
pub mod limits;
mod offer;
mod page;
mod path;
mod permit;
mod place;
mod plain;
pub mod rules;
mod scope;
mod secret;
mod whole;
mod wish;

pub use approval::{Approval, Successor, check_granted_to, check_successor};
pub use ask::{Ask, Body, Fixed, Need, asks, bodies};
pub use back::check_back;
pub use capability::{Capability, check_capabilities, undeclared};
pub use check::{By, Granted, check, check_load_balancers, check_pinned};
pub use former::{former, is_known, placed};
pub use grant::{Grant, Unreadable, read_grants};
pub use image::Image;
pub use kind::{Form, Kind};
pub use offer::offer;
pub use page::page;
pub use permit::{Basis, Entry, Permit};
pub use place::Place;
pub use plain::{in_plain, masked_arn, secret_arns};
pub use scope::Scope;
pub use secret::{MASK, is_masked, looks_secret, mask, open_secrets};
pub use wish::{Wish, wishes};
