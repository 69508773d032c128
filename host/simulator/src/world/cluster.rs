//! Clusters and their container instances.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Service, StopCode, Tags, Task};
use crate::time::Time;

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Cluster {
    pub name: String,
    pub arn: String,
    /// False once it is deleted: it is described as INACTIVE then.
    pub is_active: bool,
    /// What CreateCluster and UpdateCluster set beside the name: `settings`, `configuration`, `serviceConnectDefaults`,
    /// `capacityProviders`, `defaultCapacityProviderStrategy`, each as AWS describes it.
    pub body: Value,
    pub tags: Tags,
    /// Container instances, by id: the last part of their ARNs.
    pub instances: BTreeMap<String, Instance>,
    /// By name. An INACTIVE one stays until another of its name takes its place.
    pub services: BTreeMap<String, Service>,
    /// By id: the last part of their ARNs. Stopped ones stay for an hour.
    pub tasks: BTreeMap<String, Task>,
    /// Attributes that PutAttributes put, by (target id, name); absent values are null.
    pub attributes: Vec<Value>,
}

/// A container instance: an EC2 instance whose agent joined the cluster.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Instance {
    /// The last part of its ARN.
    pub id: String,
    pub arn: String,
    /// `i-…`.
    pub ec2: String,
    /// `t2.medium`.
    pub kind: String,
    pub subnet: String,
    /// `us-east-1a`.
    pub zone: String,
    pub private_ip: String,
    pub security_groups: Vec<String>,
    /// CPU units: 1024 for each vCPU.
    pub cpu: u32,
    /// MiB that tasks may reserve.
    pub memory: u32,
    /// `ACTIVE`, or `DRAINING`: no new tasks, and those of services move away.
    pub status: String,
    /// Without its agent nothing is placed on it.
    pub is_connected: bool,
    pub registered: Time,
    pub tags: Tags,
    /// Whether clients and load balancers reach its ports. False is what a missing security group rule looks like.
    pub is_reachable: bool,
    /// Attributes that it does not have, of those that all have.
    pub lacks: Vec<String>,
    /// When AWS takes it away, if it does.
    pub ends: Option<End>,
}

/// How an instance ends that nobody of the account has ended.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct End {
    pub at: Time,
    /// What its tasks say: `SpotInterruption` or `TerminationNotice`.
    pub code: StopCode,
}
