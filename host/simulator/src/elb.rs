//! The operations of classic ELB.

use crate::call::Operation;

mod load_balancers;
pub(crate) mod rules;

/// All that are simulated, by AWS's name.
pub(crate) const OPERATIONS: &[(&str, Operation)] =
    &[("CreateLoadBalancer", load_balancers::create)];
