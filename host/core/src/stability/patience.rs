//! How long what looks bad may last before it ends the wait, and why so long.
//!
//! ECS and its reads are eventually consistent, resources free up in a rolling deployment, and AWS tries again by itself.
//! So nothing here ends a wait on one look. On the other side nothing that AWS goes on trying for ever is waited for
//! until the time is over.

use std::time::Duration;

use super::Balancer;

/// Good looks in a row that make a service steady: tasks that crash flicker through "running".
pub(super) const HOLD: u32 = 2;
/// The same, where tasks of the deployment have crashed before.
pub(super) const HOLD_AFTER_CRASH: u32 = 3;
/// And for how long, then: most programs that cannot run die within seconds of their start.
pub(super) const CALM_AFTER_CRASH: Duration = Duration::from_secs(30);

/// Tasks that ended by themselves: once may be a dependency that was not there yet, twice bad luck.
pub(super) const CRASHES: usize = 3;
/// Tasks whose end AWS itself gives a lasting cause for: killed for memory, no image, no start, unhealthy. The first
/// try may have met a registry or a disk at a bad moment.
pub(super) const SAME_CAUSE: usize = 2;
/// A crash of which nothing new came for so long, while everything runs, is over.
pub(super) const CRASH_IS_RECENT: Duration = Duration::from_mins(1);

/// No room for a task. Nothing of the service itself will free any, but a neighbour's task may just be stopping.
pub(super) const NO_ROOM: Duration = Duration::from_secs(45);
/// No room while older tasks of the service may still be stopped: SIGTERM is given 30 seconds, deregistering takes some.
pub(super) const NO_ROOM_WHILE_DRAINING: Duration = Duration::from_mins(2);
/// No room by an event that is older than our deployment, or against what the instances show. AWS does not repeat an
/// event for six hours while its cause lasts, so it counts, but later.
pub(super) const NO_ROOM_BY_HEARSAY: Duration = Duration::from_mins(2);
/// No room where a capacity provider may start an instance: that takes minutes.
pub(super) const NO_ROOM_WITH_PROVIDER: Duration = Duration::from_mins(7);
/// The agent of an instance reconnects several times an hour, within a minute or two.
pub(super) const AGENT_AWAY: Duration = Duration::from_secs(90);
/// AWS itself says that the configuration allows no step.
pub(super) const COUNT_DEADLOCK: Duration = Duration::from_secs(20);
/// AWS says that tasks do not start: time to read why.
pub(super) const START_IMPAIRED: Duration = Duration::from_secs(20);
/// AWS may not register at the load balancer. A role that was just made takes up to a minute to be seen everywhere.
pub(super) const NOT_REGISTERED: Duration = Duration::from_mins(1);
/// A running task's instance is registered within seconds.
pub(super) const NEVER_REGISTERED: Duration = Duration::from_secs(90);
/// An instance in a zone that the load balancer does not serve stays out for good, once zones have settled.
pub(super) const ZONE_NOT_SERVED: Duration = Duration::from_mins(1);

/// How long a running service may be out of service: its time to start, the checks that fail and then pass, and a margin.
///
/// The time to start is the grace period, at least a minute: AWS replaces what stays unhealthy after it, so one more
/// task may come. Without numbers AWS's defaults hold (30 seconds, 2 to fail, 10 to pass).
pub(super) fn unhealthy(grace: Duration, balancer: Option<&Balancer>) -> Duration {
    let number =
        |read: fn(&Balancer) -> Option<u32>, default| balancer.and_then(read).unwrap_or(default);
    let interval = number(|it| it.interval, 30);
    let checks = number(|it| it.unhealthy_threshold, 2) + number(|it| it.healthy_threshold, 10);
    let start = grace.max(Duration::from_mins(1));
    start + Duration::from_secs(u64::from(interval) * u64::from(checks)) + Duration::from_secs(15)
}

/// How many tasks must have ended: with many desired each may fail once, so at least one place failed twice.
pub(super) fn strikes(least: usize, desired: i64) -> usize {
    let desired = usize::try_from(desired.clamp(0, 19)).unwrap_or_default();
    least.max(desired + 1)
}
