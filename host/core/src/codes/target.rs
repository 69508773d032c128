//! H03xx: where it goes.

use super::{Code, Entry};

/// The target cannot hold the blueprint.
pub const TARGET: Code = Code(301);
/// No security group is named for the load balancer.
pub const NO_SECURITY_GROUP: Code = Code(302);
/// A dependency is not there.
pub const DEPENDENCY: Code = Code(310);

/// All of this table.
pub const ALL: &[Entry] = &[
    Entry {
        code: TARGET,
        title: "the target cannot hold the blueprint",
        meaning: "Subnets, security groups and role of the target have forms and limits of their own, and some go only with certain load balancers.",
        remedy: "Correct the flag, or `[target]` in `host.toml`.",
    },
    Entry {
        code: NO_SECURITY_GROUP,
        title: "no security group is named for the load balancer",
        meaning: "Without one AWS takes the VPC's default group, which seldom lets clients in.",
        remedy: "Name one with `--security-group sg-…`.",
    },
    Entry {
        code: DEPENDENCY,
        title: "a dependency is not there",
        meaning: "A recipe needs the address of another service of the stack.",
        remedy: "Run both together, or the other one first.",
    },
];
