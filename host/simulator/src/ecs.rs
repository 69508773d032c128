//! The operations of ECS.

use crate::call::Operation;

mod clusters;
mod container_instances;
pub(crate) mod rules;
mod services;
mod tags;
mod task_definitions;
mod tasks;

/// All that are simulated, by AWS's name.
pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateCluster", clusters::create),
    ("DescribeClusters", clusters::describe),
    ("CreateService", services::create),
    ("DescribeServices", services::describe),
    ("RegisterTaskDefinition", task_definitions::register),
    ("DescribeTaskDefinition", task_definitions::describe),
    ("DescribeContainerInstances", container_instances::describe),
    ("DescribeTasks", tasks::describe),
    ("TagResource", tags::tag),
];
