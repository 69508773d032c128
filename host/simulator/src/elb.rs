//! The operations of classic ELB: all 29 of version 2012-06-01.

use crate::call::Operation;

mod arguments;
mod attributes;
mod health;
mod instances;
mod limits;
mod listeners;
mod load_balancers;
mod network;
mod policies;
pub(crate) mod rules;
mod tags;

/// All that are simulated, by AWS's name.
pub(crate) const OPERATIONS: &[(&str, Operation)] = &[
    ("AddTags", tags::add),
    (
        "ApplySecurityGroupsToLoadBalancer",
        network::apply_security_groups,
    ),
    ("AttachLoadBalancerToSubnets", network::attach_subnets),
    ("ConfigureHealthCheck", health::configure),
    (
        "CreateAppCookieStickinessPolicy",
        policies::create_app_cookie,
    ),
    ("CreateLBCookieStickinessPolicy", policies::create_lb_cookie),
    ("CreateLoadBalancer", load_balancers::create),
    ("CreateLoadBalancerListeners", listeners::create),
    ("CreateLoadBalancerPolicy", policies::create),
    ("DeleteLoadBalancer", load_balancers::delete),
    ("DeleteLoadBalancerListeners", listeners::delete),
    ("DeleteLoadBalancerPolicy", policies::delete),
    ("DeregisterInstancesFromLoadBalancer", instances::deregister),
    ("DescribeAccountLimits", limits::describe),
    ("DescribeInstanceHealth", health::describe),
    ("DescribeLoadBalancerAttributes", attributes::describe),
    ("DescribeLoadBalancerPolicies", policies::describe),
    ("DescribeLoadBalancerPolicyTypes", policies::describe_types),
    ("DescribeLoadBalancers", load_balancers::describe),
    ("DescribeTags", tags::describe),
    ("DetachLoadBalancerFromSubnets", network::detach_subnets),
    (
        "DisableAvailabilityZonesForLoadBalancer",
        network::disable_zones,
    ),
    (
        "EnableAvailabilityZonesForLoadBalancer",
        network::enable_zones,
    ),
    ("ModifyLoadBalancerAttributes", attributes::modify),
    ("RegisterInstancesWithLoadBalancer", instances::register),
    ("RemoveTags", tags::remove),
    (
        "SetLoadBalancerListenerSSLCertificate",
        listeners::set_certificate,
    ),
    (
        "SetLoadBalancerPoliciesForBackendServer",
        policies::set_for_backend,
    ),
    (
        "SetLoadBalancerPoliciesOfListener",
        policies::set_of_listener,
    ),
];
