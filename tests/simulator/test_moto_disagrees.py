"""What a third party makes of the same calls: where moto answers otherwise, `disagreements/` says who is right.

Whoever writes both a program and its stand-in makes the same mistake twice; moto was written by others.
"""

import json
import pathlib
import tomllib
import unittest

import boto3
from botocore.config import Config
from moto.ec2.utils import generate_instance_identity_document

import probes
import probes_balancers  # noqa: F401 - each module adds its probes
import probes_definitions  # noqa: F401
import probes_services  # noqa: F401
from account import GROUP, SUBNET
from bare_moto import Moto
from served import Simulator
from shapes import checked

LISTS = sorted(pathlib.Path(__file__).with_name("disagreements").glob("*.toml"))


def client(service, address):
    return boto3.client(
        service,
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
    )


def ours(address):
    """The simulator's account, with its two instances in the cluster of the probes."""
    ecs, elb = checked(client("ecs", address)), checked(client("elb", address))
    told = ecs.list_container_instances(cluster=probes.CLUSTER)["containerInstanceArns"]
    described = ecs.describe_container_instances(cluster=probes.CLUSTER, containerInstances=told)["containerInstances"]
    return probes.Account(
        ecs,
        elb,
        subnet=SUBNET,
        group=GROUP,
        instances=[it["ec2InstanceId"] for it in described],
        account=told[0].split(":")[4],
    )


def of_moto(address):
    """An account of moto with the same in it: a network, a cluster, and two instances that joined it."""
    ec2, ecs = client("ec2", address), client("ecs", address)
    vpc = ec2.create_vpc(CidrBlock="172.31.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="172.31.0.0/20", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="searchapp", Description="of the probes", VpcId=vpc)["GroupId"]
    image = ec2.describe_images()["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, MinCount=2, MaxCount=2, SubnetId=subnet, InstanceType="t2.medium")
    cluster = ecs.create_cluster(clusterName=probes.CLUSTER)["cluster"]["clusterArn"]
    instances = boto3.resource(
        "ec2", endpoint_url=address, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    for one in made["Instances"]:
        document = json.dumps(generate_instance_identity_document(instances.Instance(one["InstanceId"])))
        ecs.register_container_instance(cluster=probes.CLUSTER, instanceIdentityDocument=document)
    return probes.Account(
        ecs,
        client("elb", address),
        subnet=subnet,
        group=group,
        instances=[it["InstanceId"] for it in made["Instances"]],
        account=cluster.split(":")[4],
    )


def outcomes(account):
    """Returns what comes of every probe."""
    found = {}
    for name, probe in probes.PROBES.items():
        found[name] = account.outcome(probe)
        # An account has a quota of load balancers.
        for balancer in account.elb.describe_load_balancers()["LoadBalancerDescriptions"]:
            account.elb.delete_load_balancer(LoadBalancerName=balancer["LoadBalancerName"])
    return found


class MotoDisagrees(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.maxDiff = None
        cls.listed = [
            entry for path in LISTS for entry in tomllib.loads(path.read_text(encoding="utf-8"))["disagreement"]
        ]
        with Simulator() as simulator:
            account = ours(simulator.address)
            cls.ours = outcomes(account)
            cls.wrong = account.ecs.checker.wrong + account.elb.checker.wrong
        with Moto() as moto:
            cls.moto = outcomes(of_moto(moto.address))

    def test_every_difference_is_listed_and_nothing_else(self):
        listed = {it["probe"]: (it["ours"], it["moto"]) for it in self.listed}
        self.assertLessEqual(set(listed), set(probes.PROBES), "there is no such probe")
        for name in probes.PROBES:
            found = (self.ours[name], self.moto[name])
            with self.subTest(probe=name):
                self.assertEqual(listed.get(name), found if found[0] != found[1] else None)

    def test_every_entry_says_who_is_right_and_why(self):
        names = [it["probe"] for it in self.listed]
        self.assertEqual(len(names), len(set(names)), "a probe is listed twice")
        for entry in self.listed:
            self.assertIn(entry["right"], ("ours", "neither"), "where moto is right, mend the simulator")
            self.assertGreater(len(entry["why"]), 20, entry["probe"])

    def test_our_answers_have_the_shapes_of_aws(self):
        self.assertEqual(self.wrong, [])

    def test_moto_agrees_on_some(self):
        # Were it all differences, the probes would compare nothing.
        same = [name for name in self.ours if self.ours[name] == self.moto[name]]
        self.assertGreater(len(same), 20, same)


if __name__ == "__main__":
    unittest.main()
