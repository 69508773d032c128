//! Classic load balancers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Tags;
use crate::time::Time;

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct LoadBalancer {
    pub name: String,
    /// `internal-redis-elb-124984907.us-east-1.elb.amazonaws.com`.
    pub dns_name: String,
    pub created: Time,
    /// `internal` or `internet-facing`.
    pub scheme: String,
    pub vpc: String,
    pub subnets: Vec<String>,
    pub zones: Vec<String>,
    pub security_groups: Vec<String>,
    /// By the port of the load balancer.
    pub listeners: BTreeMap<u16, Listener>,
    pub health_check: HealthCheck,
    pub attributes: Attributes,
    /// By name.
    pub policies: BTreeMap<String, Policy>,
    /// The policies of each instance port (SetLoadBalancerPoliciesForBackendServer).
    pub backend_policies: BTreeMap<u16, Vec<String>>,
    pub tags: Tags,
    /// By the id of the EC2 instance.
    pub instances: BTreeMap<String, Registration>,
}

/// `Protocol` and its kin are in upper case.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Listener {
    pub protocol: String,
    pub port: u16,
    pub instance_protocol: String,
    pub instance_port: u16,
    pub certificate: Option<String>,
    pub policies: Vec<String>,
}

/// Times in seconds.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct HealthCheck {
    /// `TCP:6379`, `HTTP:80/health`.
    pub target: String,
    pub interval: u32,
    pub timeout: u32,
    pub unhealthy_threshold: u32,
    pub healthy_threshold: u32,
}

/// `LoadBalancerAttributes`, as DescribeLoadBalancerAttributes shows them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Attributes(pub Value);

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Policy {
    pub kind: String,
    /// Names and values, in the order they were given; names may repeat.
    pub attributes: Vec<(String, String)>,
}

/// An instance at a load balancer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Registration {
    pub since: Time,
    pub health: HealthState,
    /// Health checks in a row that came out as the last one did.
    pub streak: u32,
    /// Whether the last one came out well.
    pub last_passed: bool,
    /// When the next one is.
    pub next: Time,
    /// Deregistered with connection draining: it is gone at this time.
    pub draining_until: Option<Time>,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub enum HealthState {
    /// `OutOfService`: `Instance registration is still in progress.`
    #[default]
    Registering,
    InService,
    /// `OutOfService`: it failed the unhealthy threshold in a row.
    Failed,
}
