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
    /// Of ECS.
    UntagResource,
    CreateLoadBalancer,
    ConfigureHealthCheck,
    ModifyLoadBalancerAttributes,
    CreateLoadBalancerListeners,
    DeleteLoadBalancerListeners,
    SetLoadBalancerListenerSSLCertificate,
    ApplySecurityGroupsToLoadBalancer,
    AttachLoadBalancerToSubnets,
    DetachLoadBalancerFromSubnets,
    /// Of classic ELB.
    AddTags,
    /// Of classic ELB.
    RemoveTags,
    DeleteLoadBalancer,
}

impl Operation {
    /// Every one of them.
    pub const ALL: [Self; 19] = [
        Self::RegisterTaskDefinition,
        Self::DeregisterTaskDefinition,
        Self::CreateService,
        Self::UpdateService,
        Self::DeleteService,
        Self::TagResource,
        Self::UntagResource,
        Self::CreateLoadBalancer,
        Self::ConfigureHealthCheck,
        Self::ModifyLoadBalancerAttributes,
        Self::CreateLoadBalancerListeners,
        Self::DeleteLoadBalancerListeners,
        Self::SetLoadBalancerListenerSSLCertificate,
        Self::ApplySecurityGroupsToLoadBalancer,
        Self::AttachLoadBalancerToSubnets,
        Self::DetachLoadBalancerFromSubnets,
        Self::AddTags,
        Self::RemoveTags,
        Self::DeleteLoadBalancer,
    ];

    /// AWS's own name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RegisterTaskDefinition => "RegisterTaskDefinition",
            Self::DeregisterTaskDefinition => "DeregisterTaskDefinition",
            Self::CreateService => "CreateService",
            Self::UpdateService => "UpdateService",
            Self::DeleteService => "DeleteService",
            Self::TagResource => "TagResource",
            Self::UntagResource => "UntagResource",
            Self::CreateLoadBalancer => "CreateLoadBalancer",
            Self::ConfigureHealthCheck => "ConfigureHealthCheck",
            Self::ModifyLoadBalancerAttributes => "ModifyLoadBalancerAttributes",
            Self::CreateLoadBalancerListeners => "CreateLoadBalancerListeners",
            Self::DeleteLoadBalancerListeners => "DeleteLoadBalancerListeners",
            Self::SetLoadBalancerListenerSSLCertificate => "SetLoadBalancerListenerSSLCertificate",
            Self::ApplySecurityGroupsToLoadBalancer => "ApplySecurityGroupsToLoadBalancer",
            Self::AttachLoadBalancerToSubnets => "AttachLoadBalancerToSubnets",
            Self::DetachLoadBalancerFromSubnets => "DetachLoadBalancerFromSubnets",
            Self::AddTags => "AddTags",
            Self::RemoveTags => "RemoveTags",
            Self::DeleteLoadBalancer => "DeleteLoadBalancer",
        }
    }

    /// Whether it is an action of classic ELB, and not an operation of ECS.
    pub fn is_of_elb(self) -> bool {
        !matches!(
            self,
            Self::RegisterTaskDefinition
                | Self::DeregisterTaskDefinition
                | Self::CreateService
                | Self::UpdateService
                | Self::DeleteService
                | Self::TagResource
                | Self::UntagResource
        )
    }

    /// Whether sending it twice leaves AWS as sending it once does.
    ///
    /// Where it does not, the SDK must not repeat it after a lost answer: the
    /// second RegisterTaskDefinition makes a second revision, and the second
    /// CreateLoadBalancer fails on the name that the first one took.
    /// CreateService is repeatable because the host sends a client token. What
    /// its body has to say about it, [`Request::is_repeatable`] knows.
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

impl Request {
    /// Whether sending it twice leaves AWS as sending it once does.
    ///
    /// UpdateService does but for one field: every `forceNewDeployment` starts all tasks anew.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        self.operation.is_repeatable() && !self.is_forced()
    }

    /// Whether it starts the tasks of a service anew, whatever it changes.
    #[must_use]
    pub fn is_forced(&self) -> bool {
        self.operation == Operation::UpdateService && self.body["forceNewDeployment"] == true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_forced_deployment_is_not_repeated() {
        let is_repeatable = |operation, body| Request { operation, body }.is_repeatable();
        let update = Operation::UpdateService;
        assert!(is_repeatable(update, json!({"desiredCount": 1})));
        assert!(is_repeatable(update, json!({"forceNewDeployment": false})));
        assert!(!is_repeatable(update, json!({"forceNewDeployment": true})));
        assert!(!is_repeatable(Operation::CreateLoadBalancer, json!({})));
    }
}
