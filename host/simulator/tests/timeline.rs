//! What happens in an account as time goes by, written down second by second.
//!
//! Each scene makes its calls, lets time pass and compares what was seen with a text: the service and its
//! deployments, its events (their words are those of aws-facts §5), its tasks and its load balancer.

#[cfg(test)]
mod timeline {
    mod ended;
    mod events;
    mod memory;
    mod placement;
    mod rolling;
    mod rollout;
    mod scene;
    mod teardown;
}
