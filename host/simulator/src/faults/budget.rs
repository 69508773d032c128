//! The budgets that AWS publishes: a bucket of calls for each category, refilled by so many in a second (aws-facts §3).

use std::collections::BTreeMap;

use crate::call::Api;
use crate::script::matches;
use crate::time::Time;

/// A category: how many calls at once, and how many a second for ever.
type Category = (&'static str, f64, f64);

const CLUSTER_READ: Category = ("cluster read", 50.0, 20.0);
const CLUSTER_MODIFY: Category = ("cluster modify", 20.0, 1.0);
const DEFINITION_READ: Category = ("task definition read", 50.0, 20.0);
const DEFINITION_MODIFY: Category = ("task definition modify", 20.0, 1.0);
const DEFINITION_DELETE: Category = ("task definition delete", 5.0, 1.0);
const SERVICE_MODIFY: Category = ("service modify", 50.0, 5.0);
const SERVICE_READ: Category = ("service read", 100.0, 20.0);
const RESOURCE_READ: Category = ("cluster resource read", 100.0, 20.0);
const RESOURCE_MODIFY: Category = ("cluster resource modify", 100.0, 40.0);
const TAG_MODIFY: Category = ("tag modify", 20.0, 10.0);
const TAG_READ: Category = ("tag read", 50.0, 20.0);
const ELB_READ: Category = ("elb describe", 40.0, 10.0);
const ELB_MODIFY: Category = ("elb mutating", 20.0, 3.0);
const ELB_INTENSIVE: Category = ("elb resource-intensive", 10.0, 0.2);
const ELB_REGISTER: Category = ("elb register instances", 20.0, 4.0);

/// The category of an operation. What AWS lists nowhere counts as a read of cluster resources.
fn category(api: Api, operation: &str) -> Category {
    match (api, operation) {
        (
            Api::Elb,
            "CreateLoadBalancer" | "AttachLoadBalancerToSubnets" | "DetachLoadBalancerFromSubnets",
        ) => ELB_INTENSIVE,
        (Api::Elb, "RegisterInstancesWithLoadBalancer" | "DeregisterInstancesFromLoadBalancer") => {
            ELB_REGISTER
        }
        (Api::Elb, it) if it.starts_with("Describe") => ELB_READ,
        (Api::Elb, _) => ELB_MODIFY,
        (Api::Ecs, "DescribeClusters" | "ListClusters") => CLUSTER_READ,
        (Api::Ecs, it) if it.ends_with("Cluster") || it.ends_with("ClusterSettings") => {
            CLUSTER_MODIFY
        }
        (
            Api::Ecs,
            "DescribeTaskDefinition" | "ListTaskDefinitions" | "ListTaskDefinitionFamilies",
        ) => DEFINITION_READ,
        (Api::Ecs, "RegisterTaskDefinition" | "DeregisterTaskDefinition") => DEFINITION_MODIFY,
        (Api::Ecs, "DeleteTaskDefinitions") => DEFINITION_DELETE,
        (Api::Ecs, "CreateService" | "UpdateService" | "DeleteService") => SERVICE_MODIFY,
        (Api::Ecs, "DescribeServices" | "ListServices") => SERVICE_READ,
        (Api::Ecs, "RunTask" | "StartTask" | "StopTask") => RESOURCE_MODIFY,
        (Api::Ecs, "TagResource" | "UntagResource") => TAG_MODIFY,
        (Api::Ecs, "ListTagsForResource") => TAG_READ,
        (Api::Ecs, _) => RESOURCE_READ,
    }
}

/// What is left of each budget.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    /// By category: calls left, and when that was counted.
    left: BTreeMap<&'static str, (f64, Time)>,
}

impl Budgets {
    /// Takes one call from its budget. Says whether there was one left.
    ///
    /// Of the budgets of `spent` operations nothing is left at the first call.
    pub(crate) fn take(&mut self, now: Time, api: Api, operation: &str, spent: &[String]) -> bool {
        let (name, burst, per_second) = category(api, operation);
        let is_spent = spent.iter().any(|it| matches(it, operation));
        let first = if is_spent { 0.0 } else { burst };
        let (left, counted) = self.left.entry(name).or_insert((first, now));
        *left = (*left + now.since(*counted).as_secs_f64() * per_second).min(burst);
        *counted = now;
        let is_there = *left >= 1.0;
        if is_there {
            *left -= 1.0;
        }
        is_there
    }
}
