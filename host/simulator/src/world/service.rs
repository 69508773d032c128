//! Services, their deployments and events.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Tags;
use crate::time::Time;

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Service {
    pub name: String,
    pub arn: String,
    pub status: ServiceStatus,
    /// What CreateService and UpdateService set, as DescribeServices shows it, defaults filled in: `loadBalancers`,
    /// `deploymentConfiguration`, `launchType`, `placementStrategy`, `healthCheckGracePeriodSeconds` … It says neither
    /// `serviceName`, `taskDefinition`, `desiredCount` nor `tags`, nor anything that the scheduler finds out.
    pub body: Value,
    /// `desiredCount`.
    pub desired: u32,
    /// The ARN of the role that was given, or of the service-linked role.
    pub role: Option<String>,
    /// The request it was created by, to tell whether another CreateService is the same one.
    pub request: Value,
    pub client_token: Option<String>,
    /// The newest first; that one is PRIMARY, all others are ACTIVE until they are drained and gone.
    pub deployments: Vec<Deployment>,
    /// The newest first, at most 100.
    pub events: VecDeque<Event>,
    pub tags: Tags,
    pub created: Time,
    /// When it became INACTIVE.
    pub gone: Option<Time>,
    /// The ARN of the revision that it had when it became INACTIVE, and lost its deployments.
    pub last_revision: Option<String>,
    pub memory: ServiceMemory,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceStatus {
    #[default]
    Active,
    /// Deleted, and its tasks still stop.
    Draining,
    /// Deleted. As good as absent, but described for a while.
    Inactive,
}

/// A deployment; the first of a service is PRIMARY.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Deployment {
    /// `ecs-svc/9223370592366609492`.
    pub id: String,
    /// The ARN of its revision.
    pub revision: String,
    pub created: Time,
    pub updated: Time,
    pub failed_tasks: u32,
    /// What CreateService and UpdateService set and AWS shows of a deployment alone: `serviceConnectConfiguration`,
    /// `volumeConfigurations`. What was never said, or was taken back, is absent.
    pub settings: Map<String, Value>,
    /// How many it is to run; older deployments are led down to zero.
    pub desired: u32,
    /// Whether it was seen steady once: only then, without a classic load balancer, its `rolloutState` is COMPLETED.
    pub is_completed: bool,
    /// Why its circuit breaker gave it up: `rolloutState` is FAILED then.
    pub failure: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Event {
    pub id: String,
    pub created: Time,
    pub message: String,
}

/// What the scheduler remembers of a service. Only the scheduler reads and writes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct ServiceMemory {
    /// When the service was last said to be steady; absent while it is not.
    pub steady: Option<Time>,
    /// When each failure was last told, by its text: the same is told again only when it was resolved or after six hours.
    pub told: BTreeMap<String, Time>,
    /// Tasks of the newest deployment that could not be started, one after the other.
    pub failures: u32,
    /// No task is started before this.
    pub not_before: Option<Time>,
}
