//! Where load balancers are: subnets, zones, security groups.

use host_simulator::World;
use host_simulator::world::{SecurityGroup, Subnet};
use serde_json::json;

use super::{SUBNET, balancer, changing, making, of_balancer};
use crate::rules::case::{Case, Step, with};

/// In another zone of the same VPC.
const ELSEWHERE: &str = "subnet-5d1c8a2f";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = places();
    cases.extend(subnets());
    cases.extend(zones());
    cases.extend(security_groups());
    cases
}

fn add_subnet(world: &mut World, id: &str, vpc: &str, zone: &str) {
    let subnet = Subnet {
        vpc: vpc.into(),
        zone: zone.into(),
    };
    world.network.subnets.insert(id.into(), subnet);
}

/// A second subnet in the zone of the first.
fn crowd(world: &mut World) {
    add_subnet(world, "subnet-00000001", "vpc-2f09a348", "us-east-1a");
}

fn add_vpc(world: &mut World) {
    add_subnet(world, "subnet-00000002", "vpc-00000002", "us-east-1c");
    let group = SecurityGroup {
        vpc: "vpc-00000002".into(),
        name: "default".into(),
    };
    world
        .network
        .security_groups
        .insert("sg-00000002".into(), group);
}

fn places() -> Vec<Case> {
    vec![
        making(
            "elb-subnets-or-zones",
            json!({"AvailabilityZones": ["us-east-1a"]}),
            "ValidationError: Only one of SubnetIds or AvailabilityZones may be specified",
        ),
        making(
            "elb-no-place",
            json!({"Subnets": null}),
            "ValidationError: Either AvailabilityZones or SubnetIds must be specified",
        ),
        making(
            "elb-zone",
            json!({"Subnets": null, "AvailabilityZones": ["us-east-1a", "us-east-1z"]}),
            "ValidationError: Invalid Availability Zone: us-east-1z",
        ),
        making(
            "elb-no-gateway",
            json!({"Scheme": "internet-facing"}),
            "InvalidSubnet: VPC vpc-2f09a348 has no internet gateway",
        )
        .step(Step::Change(|world| world.network.gateways.clear())),
        // Without a scheme a load balancer is public.
        making(
            "elb-no-gateway",
            json!({"Scheme": null, "Subnets": ["subnet-00000002"]}),
            "InvalidSubnet: VPC vpc-00000002 has no internet gateway",
        )
        .step(Step::Change(add_vpc)),
    ]
}

fn subnets() -> Vec<Case> {
    let attaching = |rule, id: &str, says| {
        changing(
            rule,
            "AttachLoadBalancerToSubnets",
            json!({"Subnets": [ELSEWHERE, id]}),
            says,
        )
    };
    let detaching = |ids: &[&str]| {
        changing(
            "elb-last-subnet",
            "DetachLoadBalancerFromSubnets",
            json!({"Subnets": ids}),
            "InvalidConfigurationRequest: Load balancer must have at least one subnet attached.",
        )
    };
    vec![
        making(
            "elb-subnet-not-found",
            json!({"Subnets": [SUBNET, "subnet-00000000"]}),
            "SubnetNotFound: The subnet ID 'subnet-00000000' does not exist",
        ),
        attaching(
            "elb-subnet-not-found",
            "subnet-00000000",
            "SubnetNotFound: The subnet ID 'subnet-00000000' does not exist",
        ),
        making(
            "elb-subnets-one-zone",
            json!({"Subnets": [SUBNET, "subnet-00000001"]}),
            "InvalidConfigurationRequest: ELB cannot be attached to multiple subnets in the same AZ.",
        )
        .step(Step::Change(crowd)),
        attaching(
            "elb-subnets-one-zone",
            "subnet-00000001",
            "InvalidConfigurationRequest: ELB cannot be attached to multiple subnets in the same AZ.",
        )
        .step(Step::Change(crowd)),
        making(
            "elb-subnets-two-vpcs",
            json!({"Subnets": [SUBNET, "subnet-00000002"]}),
            "InvalidConfigurationRequest: All subnets must belong to the same VPC.",
        )
        .step(Step::Change(add_vpc)),
        attaching(
            "elb-subnets-two-vpcs",
            "subnet-00000002",
            "InvalidConfigurationRequest: All subnets must belong to the same VPC.",
        )
        .step(Step::Change(add_vpc)),
        detaching(&[SUBNET]),
        detaching(&[SUBNET, ELSEWHERE]).after(
            "AttachLoadBalancerToSubnets",
            of_balancer(json!({"Subnets": [ELSEWHERE]})),
        ),
    ]
}

fn zones() -> Vec<Case> {
    let both = with(
        balancer(),
        json!({"LoadBalancerName": "both", "Subnets": [SUBNET, ELSEWHERE]}),
    );
    vec![
        changing(
            "elb-zones-of-vpc",
            "EnableAvailabilityZonesForLoadBalancer",
            json!({"AvailabilityZones": ["us-east-1a", "us-east-1b"]}),
            "InvalidConfigurationRequest: Availability zones cannot be changed on a load balancer in a VPC. Attach or detach subnets instead.",
        ),
        changing(
            "elb-zones-of-vpc",
            "DisableAvailabilityZonesForLoadBalancer",
            json!({"LoadBalancerName": "both", "AvailabilityZones": ["us-east-1b"]}),
            "InvalidConfigurationRequest: Availability zones cannot be changed on a load balancer in a VPC. Attach or detach subnets instead.",
        )
        .after("CreateLoadBalancer", both),
        changing(
            "elb-last-zone",
            "DisableAvailabilityZonesForLoadBalancer",
            json!({"AvailabilityZones": ["us-east-1a", "us-east-1b"]}),
            "InvalidConfigurationRequest: Load balancer must have at least one Availability Zone enabled.",
        ),
    ]
}

fn security_groups() -> Vec<Case> {
    vec![
        making(
            "elb-security-group",
            json!({"SecurityGroups": ["sg-c70ff2a1", "sg-00000000"]}),
            "InvalidSecurityGroup: One or more of the specified security groups do not exist.",
        ),
        // It exists, in another VPC.
        changing(
            "elb-security-group",
            "ApplySecurityGroupsToLoadBalancer",
            json!({"SecurityGroups": ["sg-00000002"]}),
            "InvalidSecurityGroup: One or more of the specified security groups do not exist.",
        )
        .step(Step::Change(add_vpc)),
        changing(
            "elb-no-security-groups",
            "ApplySecurityGroupsToLoadBalancer",
            json!({"SecurityGroups": []}),
            "InvalidConfigurationRequest: A load balancer in a VPC must have at least one security group.",
        ),
    ]
}
