//! What the event messages of ECS say.
//!
//! AWS documents the texts without promising them, so a message is matched by the words that carry its meaning.

use super::past::Mark;

/// An event of the service.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) id: String,
    /// When AWS made it, in seconds since 1970.
    pub(super) at: f64,
    pub(super) message: String,
    pub(super) sign: Option<Sign>,
    /// When the judge first saw it.
    pub(super) seen: Mark,
    /// Whether it is younger than our call.
    pub(super) is_ours: bool,
}

impl Event {
    /// Whether it tells more than that the scheduler does its work.
    pub(super) fn is_telling(&self) -> bool {
        let is_routine = matches!(
            self.sign,
            Some(
                Sign::Started
                    | Sign::Stopped
                    | Sign::Steady
                    | Sign::Draining
                    | Sign::Registered
                    | Sign::Deregistered
            )
        );
        !is_routine
    }
}

/// What an event is a sign of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sign {
    Started,
    Stopped,
    Steady,
    Draining,
    Registered,
    Deregistered,
    Throttled,
    NoRoom(Shortage),
    CountDeadlock,
    StartImpaired,
    Unhealthy,
    NotRegistered,
    BalancerGone,
}

/// What no instance has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shortage {
    Instances,
    Port,
    Memory,
    Cpu,
    Agent,
    Attribute,
    /// In AWS's words only.
    Other,
}

impl Sign {
    /// Absent: a message that says nothing to a judge.
    pub(super) fn of(message: &str) -> Option<Self> {
        let text = message.to_ascii_lowercase();
        let says = |words: &str| text.contains(words);
        Some(if says("unable to place a task") {
            Self::NoRoom(Shortage::of(&text))
        } else if says("unable to consistently start tasks") {
            Self::StartImpaired
        } else if says("unable to stop or start tasks during a deployment") {
            Self::CountDeadlock
        } else if says("operations are being throttled") {
            Self::Throttled
        } else if says("loadbalancernotfound")
            || says("no active load balancer")
            || says("cannot find load balancer")
            || (says("load balancer") && says("does not exist"))
        {
            Self::BalancerGone
        } else if says("failed to register")
            || says("accessdenied")
            || says("is not authorized to perform: elasticloadbalancing")
        {
            Self::NotRegistered
        } else if says("is unhealthy in") {
            Self::Unhealthy
        } else if says("has started") {
            Self::Started
        } else if says("has begun draining") {
            Self::Draining
        } else if says("has stopped") {
            Self::Stopped
        } else if says("has reached a steady state") {
            Self::Steady
        } else if says(") deregistered ") {
            Self::Deregistered
        } else if says(") registered ") {
            Self::Registered
        } else {
            return None;
        })
    }
}

impl Shortage {
    fn of(text: &str) -> Self {
        let says = |words: &str| text.contains(words);
        if says("no container instances were found") {
            Self::Instances
        } else if says("already using a port") {
            Self::Port
        } else if says("insufficient memory") {
            Self::Memory
        } else if says("insufficient cpu") {
            Self::Cpu
        } else if says("error \"agent\"") {
            Self::Agent
        } else if says("missing an attribute") {
            Self::Attribute
        } else {
            Self::Other
        }
    }
}

/// The container instance that a message names as the closest: `(container-instance 0f9de…)`.
pub(super) fn closest(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("container-instance ")?;
    let end = rest.find([')', ' '])?;
    Some(&rest[..end]).filter(|it| it.len() >= 8)
}
