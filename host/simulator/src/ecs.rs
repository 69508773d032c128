//! The operations of ECS.

use crate::call::Operation;

mod arguments;
mod attributes;
mod clusters;
mod container_instances;
mod paging;
pub(crate) mod requirements;
pub(crate) mod rules;
mod services;
mod settings;
mod tags;
mod task_definitions;
mod tasks;

/// All that are simulated, by AWS's name.
pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("CreateCluster", clusters::create),
    ("CreateService", services::create),
    ("DeleteAccountSetting", settings::delete),
    ("DeleteAttributes", attributes::delete),
    ("DeleteCluster", clusters::delete),
    ("DeleteService", services::delete),
    ("DeleteTaskDefinitions", task_definitions::delete),
    (
        "DeregisterContainerInstance",
        container_instances::deregister,
    ),
    ("DeregisterTaskDefinition", task_definitions::deregister),
    ("DescribeClusters", clusters::describe),
    ("DescribeContainerInstances", container_instances::describe),
    ("DescribeServices", services::describe),
    ("DescribeTaskDefinition", task_definitions::describe),
    ("DescribeTasks", tasks::describe),
    ("ListAccountSettings", settings::list),
    ("ListAttributes", attributes::list),
    ("ListClusters", clusters::list),
    ("ListContainerInstances", container_instances::list),
    ("ListServices", services::list),
    ("ListTagsForResource", tags::list),
    (
        "ListTaskDefinitionFamilies",
        task_definitions::list_families,
    ),
    ("ListTaskDefinitions", task_definitions::list),
    ("ListTasks", tasks::list),
    ("PutAccountSetting", settings::put),
    ("PutAccountSettingDefault", settings::put),
    ("PutAttributes", attributes::put),
    ("RegisterTaskDefinition", task_definitions::register),
    ("RunTask", tasks::run),
    ("StartTask", tasks::start),
    ("StopTask", tasks::stop),
    ("TagResource", tags::tag),
    ("UntagResource", tags::untag),
    ("UpdateCluster", clusters::update),
    ("UpdateClusterSettings", clusters::update_settings),
    (
        "UpdateContainerInstancesState",
        container_instances::update_state,
    ),
    ("UpdateService", services::update),
];
