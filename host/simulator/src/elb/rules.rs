//! The rules of classic ELB, each with AWS's text.

use crate::rules::rules;

rules! {
    /// There is one of that name.
    DUPLICATE_NAME = ("elb-duplicate-name", "§1.5", Documented, "DuplicateLoadBalancerName", 400,
        "The specified load balancer name already exists for this account.");
}
