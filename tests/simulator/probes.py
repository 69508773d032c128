"""Calls that are made once to moto and once to the simulator, and what comes of each."""

import json
import re

from botocore.exceptions import ClientError

CLUSTER = "searchapp"

# Every probe by its name. Each has names of its own for what it makes: none depends on another.
PROBES = {}


def probe(function):
    """Takes a function of an [`Account`] that returns what matters of an answer."""
    PROBES[function.__name__.replace("_", "-")] = function
    return function


class Account:
    """An account of either side: a cluster with two instances, a subnet and a security group.

    `ids` says what the ids of this side are called in outcomes, so that those of both sides compare.
    """

    def __init__(self, ecs, elb, *, subnet, group, instances, account):
        self.ecs, self.elb = ecs, elb
        self.subnet, self.group, self.instances = subnet, group, instances
        self.ids = {subnet: "SUBNET", group: "GROUP", account: "ACCOUNT"}
        self.ids |= {instance: f"INSTANCE-{number}" for number, instance in enumerate(instances)}

    def outcome(self, function):
        """Returns what came of a probe, as a line of text."""
        try:
            text = "answers " + json.dumps(function(self), sort_keys=True, default=str, ensure_ascii=False)
        except ClientError as error:
            told = error.response["Error"]
            text = f"refuses {told['Code']}: {told.get('Message', '')}".strip()
            # A page for people, of a server that fell over.
            text = text if "<html" not in text else f"fails with status {told['Code']}"
        for id, name in self.ids.items():
            text = text.replace(id, name)
        text = re.sub(r"\b[0-9a-f]{32}\b", "ID", text)
        return re.sub(r"-\d{6,}\.us", "-NUMBER.us", text)

    def register(self, family, **container):
        """Registers a task definition of one container, and returns it."""
        container = {"name": "one", "image": "one:1", "memory": 64} | container
        kept = {name: value for name, value in container.items() if value is not None}
        return self.ecs.register_task_definition(family=family, containerDefinitions=[kept])["taskDefinition"]

    def serve(self, name, **more):
        """Makes a service of a task definition of the same name, and returns it."""
        self.register(name, portMappings=[{"containerPort": 80, "hostPort": 8080}])
        asked = {"cluster": CLUSTER, "serviceName": name, "taskDefinition": name, "desiredCount": 0}
        return self.ecs.create_service(**(asked | more))["service"]

    def balance(self, name, *, listeners=None, **more):
        """Makes an internal load balancer, and returns the answer."""
        asked = {"LoadBalancerName": name, "Subnets": [self.subnet], "Scheme": "internal"}
        return self.elb.create_load_balancer(Listeners=[LISTENER] if listeners is None else listeners, **(asked | more))

    def described(self, name):
        """Returns a load balancer as it is described."""
        (found,) = self.elb.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"]
        return found

    def container_instances(self):
        return self.ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]


LISTENER = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 8080}
HEALTH = {"Target": "TCP:80", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2}


def behind(balancer, container="one", port=80):
    """The `loadBalancers` of a service."""
    return [{"loadBalancerName": balancer, "containerName": container, "containerPort": port}]


def pick(found, *names):
    """The members of these names; those that are absent are told as such."""
    return {name: found.get(name, "absent") for name in names}
