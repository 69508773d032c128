//! Which permission each operation of AWS takes, on what, and which verb of the host calls it.
//!
//! Sources, all of the AWS *Service Authorization Reference* or beside it: *Actions, resources, and condition keys for
//! Amazon Elastic Container Service* (`list_amazonelasticcontainerservice`), *… for AWS Elastic Load Balancing*
//! (`list_awselasticloadbalancing`, the classic ones), and *Elastic Load Balancing API permissions* for what a call
//! needs of EC2. An action for which those pages name no resource takes `*` and nothing else.

/// What a permission is for, as AWS's ARNs can say it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub(super) enum On {
    /// AWS knows no resource for it.
    Anything,
    /// Nor here, but the condition key `ecs:cluster`.
    AnythingOfCluster,
    Cluster,
    /// Container instances, whose names ECS makes up.
    ContainerInstances,
    /// Tasks, whose names ECS makes up.
    Tasks,
    /// The services of the cluster, whoever made them.
    AllServices,
    /// The stack's own.
    Services,
    /// All revisions of the stack's families.
    TaskDefinitions,
    /// The stack's own.
    LoadBalancers,
}

/// What a stack must have, or a target leave open, for the permission to be of use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum When {
    Always,
    /// No cluster is named, so that the only one is looked for.
    NoCluster,
    Balancer,
    /// A load balancer whose attributes the recipe sets.
    Attributes,
    /// A listener with a certificate.
    Certificate,
}

/// One permission.
pub(super) struct Row {
    /// `ecs:ListTasks`: for ECS and classic ELB the operation has the name of its action.
    pub(super) action: &'static str,
    /// Verbs, by [`PLAN`] and its like.
    pub(super) verbs: u8,
    pub(super) on: On,
    pub(super) when: When,
}

pub(super) const PLAN: u8 = 1;
pub(super) const APPLY: u8 = 2;
pub(super) const DESTROY: u8 = 4;
const SHOW: u8 = PLAN | APPLY;
const EVERY: u8 = PLAN | APPLY | DESTROY;

const fn row(action: &'static str, verbs: u8, on: On) -> Row {
    Row {
        action,
        verbs,
        on,
        when: When::Always,
    }
}

impl Row {
    const fn when(self, when: When) -> Self {
        Self { when, ..self }
    }
}

/// Every operation that the host calls, and what AWS asks for beside those. What makes an object with tags needs the
/// permission to tag as well; the host tags the same objects later too, so the condition keys `ecs:CreateAction` and
/// `elasticloadbalancing:CreateAction` would take away what is needed. Turning back after a failure goes to a revision
/// that the tags name. Roles are in [`super::roles`].
#[rustfmt::skip]
pub(super) const TABLE: &[Row] = &[
    row("ecs:ListClusters", EVERY, On::Anything).when(When::NoCluster),
    row("ecs:DescribeTaskDefinition", EVERY, On::Anything),
    row("ecs:ListTaskDefinitions", APPLY | DESTROY, On::Anything),
    row("ecs:ListTaskDefinitionFamilies", DESTROY, On::Anything),
    row("ecs:DeregisterTaskDefinition", DESTROY, On::Anything),
    row("elasticloadbalancing:DescribeLoadBalancers", EVERY, On::Anything),
    row("elasticloadbalancing:DescribeTags", EVERY, On::Anything),
    row("elasticloadbalancing:DescribeLoadBalancerAttributes", SHOW, On::Anything).when(When::Attributes),
    row("elasticloadbalancing:DescribeInstanceHealth", APPLY, On::Anything).when(When::Balancer),
    // ELB asks EC2 in the caller's name, for CreateLoadBalancer, subnets and security groups.
    row("ec2:DescribeAccountAttributes", APPLY, On::Anything).when(When::Balancer),
    row("ec2:DescribeInternetGateways", APPLY, On::Anything).when(When::Balancer),
    row("ec2:DescribeSecurityGroups", APPLY, On::Anything).when(When::Balancer),
    row("ec2:DescribeSubnets", APPLY, On::Anything).when(When::Balancer),
    row("ec2:DescribeVpcs", APPLY, On::Anything).when(When::Balancer),
    row("ecs:ListServices", EVERY, On::AnythingOfCluster),
    // The page names container instances, but those are a filter that the host does not set.
    row("ecs:ListTasks", APPLY | DESTROY, On::AnythingOfCluster),
    row("ecs:DescribeClusters", EVERY, On::Cluster),
    row("ecs:ListContainerInstances", SHOW, On::Cluster),
    row("ecs:DescribeContainerInstances", SHOW, On::ContainerInstances),
    row("ecs:DescribeTasks", APPLY | DESTROY, On::Tasks),
    // What is to be deleted, and what is called otherwise now, is found by its tags; and others may use the same load
    // balancer or data.
    row("ecs:DescribeServices", EVERY, On::AllServices),
    row("ecs:CreateService", APPLY, On::Services),
    row("ecs:UpdateService", APPLY | DESTROY, On::Services),
    row("ecs:DeleteService", APPLY | DESTROY, On::Services),
    row("ecs:TagResource", APPLY, On::Services),
    row("ecs:UntagResource", APPLY, On::Services),
    row("ecs:RegisterTaskDefinition", APPLY, On::TaskDefinitions),
    row("ecs:TagResource", APPLY, On::TaskDefinitions),
    row("ecs:UntagResource", APPLY, On::TaskDefinitions),
    row("elasticloadbalancing:CreateLoadBalancer", APPLY, On::LoadBalancers),
    row("elasticloadbalancing:DeleteLoadBalancer", APPLY | DESTROY, On::LoadBalancers),
    row("elasticloadbalancing:ConfigureHealthCheck", APPLY, On::LoadBalancers),
    // Also where none are set: what was set before goes back to what is usual.
    row("elasticloadbalancing:ModifyLoadBalancerAttributes", APPLY, On::LoadBalancers),
    row("elasticloadbalancing:CreateLoadBalancerListeners", APPLY, On::LoadBalancers),
    row("elasticloadbalancing:DeleteLoadBalancerListeners", APPLY, On::LoadBalancers),
    row("elasticloadbalancing:SetLoadBalancerListenerSSLCertificate", APPLY, On::LoadBalancers).when(When::Certificate),
    row("elasticloadbalancing:ApplySecurityGroupsToLoadBalancer", APPLY, On::LoadBalancers),
    row("elasticloadbalancing:AttachLoadBalancerToSubnets", APPLY, On::LoadBalancers),
    row("elasticloadbalancing:DetachLoadBalancerFromSubnets", APPLY, On::LoadBalancers),
    row("elasticloadbalancing:AddTags", APPLY, On::LoadBalancers),
    row("elasticloadbalancing:RemoveTags", APPLY, On::LoadBalancers),
];

/// Whether the table says which permission an operation takes, by AWS's own name of it.
///
/// A constant function, so that an operation without a row does not compile where it is sent.
#[must_use]
pub const fn covers(operation: &str) -> bool {
    let mut index = 0;
    while index < TABLE.len() {
        if is_of(TABLE[index].action.as_bytes(), operation.as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether an action is called so behind its colon.
const fn is_of(action: &[u8], operation: &[u8]) -> bool {
    if action.len() <= operation.len() {
        return false;
    }
    let start = action.len() - operation.len();
    if action[start - 1] != b':' {
        return false;
    }
    let mut index = 0;
    while index < operation.len() {
        if action[start + index] != operation[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Category;
    use crate::request::Operation;

    #[test]
    fn every_operation_that_changes_something_has_a_row() {
        for operation in Operation::ALL {
            assert!(covers(operation.name()), "{operation} has no permission");
        }
        for other in ["Service", "", "ecs:ListTasks", "RunTask"] {
            assert!(!covers(other), "`{other}`");
        }
    }

    #[test]
    fn every_row_is_an_operation_that_the_host_calls() {
        for row in TABLE.iter().filter(|it| !it.action.starts_with("ec2:")) {
            let (service, name) = row.action.split_once(':').unwrap();
            assert!(Category::of(name).is_some(), "{name} is not called");
            let of_elb = Operation::ALL.iter().find(|it| it.name() == name);
            if let Some(operation) = of_elb {
                assert_eq!(operation.is_of_elb(), service != "ecs", "{name}");
            }
        }
    }
}
