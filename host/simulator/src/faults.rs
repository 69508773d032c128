//! Scripted faults, and the throttling of AWS's published budgets.

use crate::refusal::Rule;

pub(crate) const RULES: &[Rule] = &[];
