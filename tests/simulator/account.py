"""The base of tests that speak to a simulator of their own with boto3, every answer of it held against AWS's models."""

import unittest

from served import Simulator
from shapes import checked

CLUSTER = "searchapp"
SUBNET = "subnet-39706b4e"
GROUP = "sg-c70ff2a1"

# What is gone is told for an hour more: 18 seconds of ours, for a machine that is busy.
SCRIPT = "speed = 200\n"

# botocore's waiters rest 15 seconds between two looks.
OFTEN = {"Delay": 0.02, "MaxAttempts": 1000}


class Account(unittest.TestCase):
    """A fresh account for every class of tests, and a client of each service for every test."""

    @classmethod
    def setUpClass(cls):
        cls.simulator = cls.enterClassContext(Simulator(SCRIPT))
        cls.ecs = checked(cls.simulator.client("ecs"))
        cls.elb = checked(cls.simulator.client("elb"))

    def tearDown(self):
        for client in (self.ecs, self.elb):
            wrong, client.checker.wrong = client.checker.wrong, []
            self.assertEqual(wrong, [])

    def refused(self, error, call, **arguments):
        """Makes a call that has to fail with an error (a class, or a code); returns its message."""
        if isinstance(error, str):
            with self.assertRaises(self.ecs.exceptions.ClientError) as caught:
                call(**arguments)
            self.assertEqual(caught.exception.response["Error"]["Code"], error)
        else:
            with self.assertRaises(error) as caught:
                call(**arguments)
        return caught.exception.response["Error"]["Message"]

    def register(self, family, **more):
        """Registers a task definition of one container, and returns its ARN."""
        container = {"name": family, "image": f"{family}:7", "memory": 64, **more}
        answer = self.ecs.register_task_definition(family=family, containerDefinitions=[container])
        return answer["taskDefinition"]["taskDefinitionArn"]

    def instances(self):
        """Returns the ids of the EC2 instances in the cluster."""
        arns = self.ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]
        described = self.ecs.describe_container_instances(cluster=CLUSTER, containerInstances=arns)
        return [it["ec2InstanceId"] for it in described["containerInstances"]]

    def balancer(self, name, instance_port=80, protocol="TCP", **more):
        """Makes an internal load balancer, and returns its DNS name."""
        listener = {"Protocol": protocol, "LoadBalancerPort": 80, "InstancePort": instance_port}
        place = {"Subnets": [SUBNET], "SecurityGroups": [GROUP], "Scheme": "internal"}
        return self.elb.create_load_balancer(LoadBalancerName=name, Listeners=[listener], **place, **more)["DNSName"]
