"""What is there before the first command: the tutorial's cluster, with one instance in it.

The tutorial's earlier chapters made these by hand. Names and ids are theirs, so
that every command of this chapter works as it is printed.
"""

from unittest import mock

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends

REGION = "us-east-1"
CLUSTER = "searchapp"
SUBNET = "subnet-39706b4e"
SECURITY_GROUP = "sg-c70ff2a1"
NETWORK = "172.31.0.0/20"

# Instances in moto need an image that it knows; this one is an Amazon Linux.
IMAGE = "ami-760aaa0f"


def prepare():
    """Makes the cluster, its subnet, its security group and its one instance."""
    ec2 = ec2_backends[DEFAULT_ACCOUNT_ID][REGION]
    ecs = ecs_backends[DEFAULT_ACCOUNT_ID][REGION]

    vpc = ec2.create_vpc(NETWORK)
    # AWS gives out ids and so does moto: it takes none, but one function makes them.
    with mock.patch("moto.ec2.models.subnets.random_subnet_id", return_value=SUBNET):
        ec2.create_subnet(vpc.id, NETWORK, availability_zone=f"{REGION}a")
    with mock.patch("moto.ec2.models.security_groups.random_security_group_id", return_value=SECURITY_GROUP):
        ec2.create_security_group(CLUSTER, "searchapp's instances and load balancers", vpc_id=vpc.id)

    ecs.create_cluster(CLUSTER, tags=[])
    (instance,) = ec2.run_instances(
        image_id=IMAGE,
        count=1,
        user_data="",
        security_group_names=[],
        security_group_ids=[SECURITY_GROUP],
        instance_type="t2.medium",
        is_instance_type_default=False,
        subnet_id=SUBNET,
        private_ip="172.31.1.132",
    ).instances
    joined = ecs.register_container_instance(CLUSTER, instance.id)
    # The agent of a real instance reports these two as well.
    joined.attributes["ecs.subnet-id"] = SUBNET
    joined.attributes["ecs.vpc-id"] = vpc.id


def instances(cluster_name):
    """Returns the ids of the EC2 instances that joined a cluster."""
    ecs = ecs_backends[DEFAULT_ACCOUNT_ID][REGION]
    return [joined.ec2_instance_id for joined in ecs.container_instances.get(cluster_name, {}).values()]
