//! What should be: the requests that would make it, in AWS's own names.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What one recipe wants to be there.
///
/// Each body is complete but for what only AWS can say (the ARN of the revision,
/// the address of a dependency) and for the ownership tags, which follow from
/// the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DesiredService {
    /// The name of the service in its stack (tag `host:service`).
    pub name: String,
    /// `redis@0.1.0` (tag `host:recipe`).
    pub recipe: String,
    /// Of a recipe in a registry or a layout: which content it is, `oci://ghcr.io/acme/redis:0.1.0@sha256:…`. For people alone.
    pub source: Option<String>,
    /// The digest of the recipe's bytes, `sha256:…` (tag `host:digest`).
    pub digest: String,
    /// The body of RegisterTaskDefinition.
    pub task_definition: Option<Value>,
    pub load_balancer: Option<DesiredLoadBalancer>,
    /// The body of CreateService, without its task definition.
    pub service: Option<Value>,
    /// Fields of `service`, and leaves of fields by their path, that are for its creation only: nobody set them, so
    /// what they are afterwards is not the recipe's business.
    pub create_only: BTreeSet<String>,
    /// Endpoint name → port of the load balancer.
    pub endpoints: BTreeMap<String, u16>,
    /// Whether no parameter of its recipe says how its objects are named.
    pub has_fixed_name: bool,
}

impl DesiredService {
    /// Its bodies, each with the contract's word for what it is about.
    pub fn bodies_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut Value)> {
        let balancer = self.load_balancer.as_mut().into_iter().flat_map(|it| {
            let attributes = it
                .attributes
                .as_mut()
                .map(|body| ("load-balancer.attributes", body));
            [
                Some(("load-balancer", &mut it.create)),
                Some(("load-balancer.health-check", &mut it.health_check)),
                attributes,
            ]
        });
        let task = self
            .task_definition
            .as_mut()
            .map(|body| ("task-definition", body));
        let service = self.service.as_mut().map(|body| ("service", body));
        [task, service].into_iter().chain(balancer).flatten()
    }
}

/// A classic load balancer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DesiredLoadBalancer {
    /// The body of CreateLoadBalancer.
    pub create: Value,
    /// The `HealthCheck` of ConfigureHealthCheck.
    pub health_check: Value,
    /// The `LoadBalancerAttributes` of ModifyLoadBalancerAttributes, where the recipe sets any.
    pub attributes: Option<Value>,
}

/// Where it should be, resolved from flags, environment and `host.toml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct DesiredTarget {
    pub region: String,
    /// The cluster's name.
    pub cluster: String,
    /// The tag `host:stack`.
    pub stack: String,
    /// Subnets the user named. Empty: those of the cluster's container instances, for what is created.
    pub subnets: Vec<String>,
    /// Security groups the user named. Empty: the VPC's default, for what is created.
    pub security_groups: Vec<String>,
    /// The role that CreateService passes to ECS. Absent: ECS's service-linked role.
    pub service_role: Option<String>,
    /// Whether objects of the wanted names that have no tags of the host are taken over.
    pub adopt: bool,
}
