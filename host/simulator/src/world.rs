//! The simulated account: everything there is, as plain data that can be written to a file.
//!
//! Calls change it ([`crate::call`]), and so does time ([`crate::advance`]); nothing else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Time;

mod balancer;
mod cluster;
mod definition;
mod ids;
mod network;
mod prepared;
mod reservation;
mod service;
mod task;

pub use balancer::{
    Attributes, HealthCheck, HealthState, Listener, LoadBalancer, Policy, Registration,
};
pub use cluster::{Cluster, End, Instance};
pub use definition::{Family, Revision, RevisionStatus};
pub use ids::Ids;
pub use network::{Network, Role, SecurityGroup, Subnet};
pub use prepared::Wanted;
pub use reservation::{Reservation, free, reserved};
pub use service::{Deployment, Event, Service, ServiceMemory, ServiceStatus};
pub use task::{Container, Stop, StopCode, Task, TaskStatus};

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// A letter, a number, one of Unicode's separators, or one of few signs: of ECS and classic ELB alike.
pub(crate) fn is_tag_character(it: char) -> bool {
    let is_separator = it.is_whitespace() && !it.is_control();
    it.is_alphanumeric() || is_separator || "_.:/=+-@".contains(it)
}

/// One account in one region.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct World {
    /// How far time has been played.
    pub now: Time,
    /// The twelve digits of the account.
    pub account: String,
    pub region: String,
    /// Makes ids and names that nobody chose.
    pub ids: Ids,
    pub network: Network,
    /// By name. IAM itself is not simulated: these are all the roles that services may be given.
    pub roles: BTreeMap<String, Role>,
    /// Account settings of ECS that someone put, by name.
    pub settings: BTreeMap<String, String>,
    /// By name.
    pub clusters: BTreeMap<String, Cluster>,
    /// By name. A family stays when all of its revisions are gone, because their numbers are never given out again.
    pub families: BTreeMap<String, Family>,
    /// Classic load balancers, by name.
    pub balancers: BTreeMap<String, LoadBalancer>,
    /// What scripted others wait for and have done.
    pub others: Others,
}

/// Where the others of a script are.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Others {
    /// When the account began.
    pub began: Time,
    /// When an operation that some wait for first succeeded.
    pub seen: BTreeMap<String, Time>,
    /// How each ended that was carried out: nothing, or why it was refused. By all that its script said of it, as JSON,
    /// and its place among those of which the same was said: another script has others.
    pub done: BTreeMap<String, Option<String>>,
}

impl World {
    /// `arn:aws:ecs:us-east-1:387705308362:` and what follows.
    #[must_use]
    pub fn ecs_arn(&self, rest: &str) -> String {
        format!("arn:aws:ecs:{}:{}:{rest}", self.region, self.account)
    }

    /// The revision that an ARN names exactly.
    #[must_use]
    pub fn revision(&self, arn: &str) -> Option<&Revision> {
        let (family, number) = arn.rsplit('/').next()?.rsplit_once(':')?;
        let number = number.parse().ok()?;
        self.families.get(family)?.revisions.get(&number)
    }

    /// The same, to be changed.
    pub(crate) fn revision_mut(&mut self, arn: &str) -> Option<&mut Revision> {
        let (family, number) = arn.rsplit('/').next()?.rsplit_once(':')?;
        let number = number.parse().ok()?;
        self.families.get_mut(family)?.revisions.get_mut(&number)
    }

    /// The cluster and the container instance of an EC2 instance.
    #[must_use]
    pub fn instance_of(&self, ec2: &str) -> Option<(&Cluster, &Instance)> {
        self.clusters.values().find_map(|cluster| {
            let instance = cluster.instances.values().find(|it| it.ec2 == ec2)?;
            Some((cluster, instance))
        })
    }
}
