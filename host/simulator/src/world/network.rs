//! What EC2 and IAM would hold. Neither is simulated: this is what may be referred to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// VPCs, by what is in them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Network {
    /// By id.
    pub subnets: BTreeMap<String, Subnet>,
    /// By id.
    pub security_groups: BTreeMap<String, SecurityGroup>,
    /// The VPCs with an internet gateway.
    pub gateways: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Subnet {
    pub vpc: String,
    /// `us-east-1a`.
    pub zone: String,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct SecurityGroup {
    pub vpc: String,
    /// `default` is the VPC's own.
    pub name: String,
}

/// A role of IAM.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Role {
    pub arn: String,
    /// The principals that it trusts: `ecs.amazonaws.com`.
    pub trusts: Vec<String>,
    /// Whether it may describe load balancers and register instances at them.
    pub may_register: bool,
}
