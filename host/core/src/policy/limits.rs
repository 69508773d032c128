//! How much is free: every cap in one place.

/// Tasks of one service. More need the grant `tasks:N`.
pub const TASKS: u64 = 10;

/// CPU units of all tasks of one service together, 1024 to a core. More need the grant `cpu:N`.
pub const CPU: u64 = 16 * 1024;

/// MiB of all tasks of one service together. More need the grant `memory:N`.
pub const MEMORY: u64 = 32 * 1024;

/// Load balancers of one stack, which is also what AWS gives a region at first. `[limits]` of `host.toml` has another number.
pub const LOAD_BALANCERS: usize = 20;

/// The first host port that is free.
pub const HOST_PORT: u64 = 1024;

/// What `[limits]` of `host.toml` says of the whole stack.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StackLimits {
    /// The most load balancers that the stack has once a call is done, those of services that the call does not name too.
    pub load_balancers: usize,
    /// Whether only images that are named by digest are taken.
    pub digest_only: bool,
}

impl Default for StackLimits {
    fn default() -> Self {
        Self {
            load_balancers: LOAD_BALANCERS,
            digest_only: false,
        }
    }
}
