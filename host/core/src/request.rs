//! One call that changes AWS, as plain data.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The AWS operations that the host may use to change something.
///
/// Reads are not here: they are the door's own business.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Deserialize, Serialize)]
pub enum Operation {
    RegisterTaskDefinition,
    DeregisterTaskDefinition,
    CreateService,
    UpdateService,
    DeleteService,
    /// Of ECS.
    TagResource,
    CreateLoadBalancer,
    ConfigureHealthCheck,
    ModifyLoadBalancerAttributes,
    DeleteLoadBalancer,
}

impl Operation {
    /// AWS's own name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RegisterTaskDefinition => "RegisterTaskDefinition",
            Self::DeregisterTaskDefinition => "DeregisterTaskDefinition",
            Self::CreateService => "CreateService",
            Self::UpdateService => "UpdateService",
            Self::DeleteService => "DeleteService",
            Self::TagResource => "TagResource",
            Self::CreateLoadBalancer => "CreateLoadBalancer",
            Self::ConfigureHealthCheck => "ConfigureHealthCheck",
            Self::ModifyLoadBalancerAttributes => "ModifyLoadBalancerAttributes",
            Self::DeleteLoadBalancer => "DeleteLoadBalancer",
        }
    }

    /// Whether sending it twice leaves AWS as sending it once does.
    ///
    /// Where it does not, the SDK must not repeat it after a lost answer: the
    /// second RegisterTaskDefinition makes a second revision, and the second
    /// CreateLoadBalancer fails on the name that the first one took.
    /// CreateService is repeatable because the host sends a client token.
    pub fn is_repeatable(self) -> bool {
        !matches!(
            self,
            Self::RegisterTaskDefinition | Self::CreateLoadBalancer
        )
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One call: the operation, and its whole body in AWS's own names.
///
/// What is validated and planned is this value, and it is what is sent.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Request {
    pub operation: Operation,
    pub body: Value,
}
