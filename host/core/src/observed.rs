//! What AWS has, as AWS says it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::ownership::Tags;

/// What was read for a plan, by name. What is not there is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Observed {
    /// By service name. One that is INACTIVE is absent.
    pub services: BTreeMap<String, ObservedService>,
    /// Services that are no more, by name, as long as AWS remembers them.
    pub inactive: BTreeMap<String, ObservedService>,
    /// The latest ACTIVE revision, by family.
    pub latest: BTreeMap<String, Revision>,
    /// Revisions that services use, by ARN, where they are not the latest.
    pub in_use: BTreeMap<String, Revision>,
    /// By load balancer name.
    pub load_balancers: BTreeMap<String, ObservedLoadBalancer>,
    /// Where load balancers can be put: the subnets of the cluster's container instances, one per zone.
    /// Read only when one must be created and no subnets were named.
    pub subnets: Vec<String>,
}

impl Observed {
    /// The revision that a service says it runs, where it was read.
    pub fn revision(&self, said: &str) -> Option<&Revision> {
        let mut revisions = self.latest.values().chain(self.in_use.values());
        revisions.find(|it| it.is(said))
    }
}

/// A service of the cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ObservedService {
    /// A member of `services` of DescribeServices.
    pub body: Value,
    pub tags: Tags,
}

impl ObservedService {
    /// Reads one member of `services`, or nothing when the service is gone.
    pub fn read(body: Value) -> Option<(String, Self)> {
        let (name, service) = Self::named(body)?;
        (!service.is_inactive()).then_some((name, service))
    }

    /// The same of a service in whatever state.
    pub fn named(body: Value) -> Option<(String, Self)> {
        let name = body["serviceName"].as_str()?.to_owned();
        let tags = crate::ownership::read_ecs(&body["tags"]);
        Some((name, Self { body, tags }))
    }

    /// Whether it is no more: AWS remembers services for a while.
    pub fn is_inactive(&self) -> bool {
        self.body["status"] == "INACTIVE"
    }

    /// Whether it was deleted and its tasks still stop.
    pub fn is_draining(&self) -> bool {
        self.body["status"] == "DRAINING"
    }

    /// The classic load balancers that it has. AWS takes one for a service.
    pub fn load_balancers(&self) -> impl Iterator<Item = &str> {
        let balancers = self.body["loadBalancers"].as_array();
        let balancers = balancers.into_iter().flatten();
        balancers.filter_map(|it| it["loadBalancerName"].as_str())
    }

    /// Whether a rollout can neither stop nor start a task: the minimum, rounded up, keeps all of them, and the maximum,
    /// rounded down, allows no more. A count that fell since the minimum was set leaves such numbers.
    pub fn is_jammed(&self) -> bool {
        is_jam(
            &self.body["desiredCount"],
            &self.body["deploymentConfiguration"],
        )
    }

    /// Whether a deployment is going on.
    pub fn is_rolling(&self) -> bool {
        self.body["deployments"]
            .as_array()
            .is_some_and(|it| it.len() > 1)
    }

    /// The ARN of the revision it runs.
    pub fn task_definition(&self) -> Option<&str> {
        self.body["taskDefinition"].as_str()
    }
}

/// Whether these numbers of a service let no rollout go on. AWS's defaults are 100 and 200 percent.
pub(crate) fn is_jam(count: &Value, configuration: &Value) -> bool {
    let percent = |key: &str, default| configuration[key].as_u64().unwrap_or(default);
    let (minimum, maximum) = (
        percent("minimumHealthyPercent", 100),
        percent("maximumPercent", 200),
    );
    count.as_u64().is_some_and(|count| {
        count > 0 && (count * minimum).div_ceil(100) >= count && count * maximum / 100 <= count
    })
}

/// A revision of a task definition.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Revision {
    pub arn: String,
    /// `taskDefinition` of DescribeTaskDefinition.
    pub body: Value,
    pub tags: Tags,
}

impl Revision {
    /// Reads the answer of DescribeTaskDefinition with `include: [TAGS]`.
    pub fn read(answer: &Value) -> Option<Self> {
        let body = answer["taskDefinition"].clone();
        let arn = body["taskDefinitionArn"].as_str()?.to_owned();
        Some(Self {
            arn,
            body,
            tags: crate::ownership::read_ecs(&answer["tags"]),
        })
    }

    /// Whether services may be given it. A deregistered revision is INACTIVE, and as good as absent.
    pub fn is_active(&self) -> bool {
        self.body["status"] != "INACTIVE" && self.body["status"] != "DELETE_IN_PROGRESS"
    }

    /// Whether this is what a service says it runs: control planes say either the ARN or `family:revision`.
    pub fn is(&self, said: &str) -> bool {
        is_revision(&self.arn, said)
    }

    /// `redis:3`.
    pub fn short(&self) -> &str {
        short(&self.arn)
    }
}

/// Whether an ARN is of the revision that something names, by its ARN or as `family:revision`.
pub(crate) fn is_revision(arn: &str, said: &str) -> bool {
    arn == said || short(arn) == said
}

/// The last part of an ARN: `redis:3`, `redis-service`.
pub fn short(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// A classic load balancer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ObservedLoadBalancer {
    /// A member of `LoadBalancerDescriptions` of DescribeLoadBalancers.
    pub description: Value,
    pub tags: Tags,
    /// `LoadBalancerAttributes`, read only where a blueprint sets one.
    pub attributes: Option<Value>,
}

impl ObservedLoadBalancer {
    /// Its DNS name, where clients connect.
    pub fn address(&self) -> Option<&str> {
        self.description["DNSName"].as_str()
    }

    /// The ports it listens on, in order.
    pub fn ports(&self) -> Vec<u16> {
        let listeners = self.description["ListenerDescriptions"]
            .as_array()
            .into_iter()
            .flatten();
        let mut ports: Vec<u16> = listeners
            .filter_map(|it| it["Listener"]["LoadBalancerPort"].as_u64())
            .filter_map(|port| u16::try_from(port).ok())
            .collect();
        ports.sort_unstable();
        ports
    }
}
