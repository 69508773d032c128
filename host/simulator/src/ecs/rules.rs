//! The rules of ECS, each with AWS's text.

use crate::refusal::Rule;

pub(crate) mod clusters;
pub(crate) mod definitions;
pub(crate) mod services;
pub(crate) mod tasks;

/// All tables of ECS.
pub(crate) const ALL: &[&[Rule]] = &[clusters::ALL, definitions::ALL, services::ALL, tasks::ALL];
