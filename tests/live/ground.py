"""What the probes stand on: clients that write down every call, and the removal of all that was made."""

import json
import re
import secrets
import time

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Everything that is made is called `hostlive-RUN-…` and has the tag `host-live` with the run.
PREFIX = "hostlive-"
TAG = "host-live"
OURS = re.compile(r"^hostlive-[0-9a-f]{6}-")

THROTTLED = ("ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException")
PATIENCE = 600


class Exchange:
    """One call, word for word: what was sent and what came back."""

    def __init__(self, operation, sent, answer, metadata, error=None):
        self.operation, self.sent, self.answer, self.error = operation, sent, answer, error
        self.status = metadata.get("HTTPStatusCode")
        self.request_id = metadata.get("RequestId")

    def said(self):
        """Returns the outcome in a line: `Code: text`, or `accepted`."""
        return self.error or "accepted"


class Ground:
    """A cluster and a place for load balancers, which are there already, and everything of one run."""

    def __init__(self, session, *, cluster, subnet, group, pace, note):
        # What is sent is to be judged by AWS, not by botocore, and is never sent twice behind our back.
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=60)
        self.clients = {name: session.client(name, config=config) for name in ("ecs", "elb", "iam")}
        self.region = session.region_name
        self.cluster, self.subnet, self.group = cluster, subnet, group
        self.pace, self.note = pace, note
        self.run = f"{PREFIX}{secrets.token_hex(3)}"
        self.exchanges = []
        self.account = ""
        self.instances = 0

    def name(self, what):
        return f"{self.run}-{what}"

    def tags(self):
        return [{"key": TAG, "value": self.run}]

    def call(self, service, operation, /, **sent):
        """Makes a call, waits out what AWS puts off, and returns the [`Exchange`]."""
        client = self.clients[service]
        for attempt in range(8):
            if self.pace:
                time.sleep(self.pace * (1 if attempt == 0 else 2**attempt))
            exchange = self.once(client, operation, sent)
            if not any((exchange.error or "").startswith(code) for code in THROTTLED):
                break
        self.exchanges.append(exchange)
        return exchange

    @staticmethod
    def once(client, operation, sent):
        try:
            answer = getattr(client, xform_name(operation))(**sent)
            metadata = answer.pop("ResponseMetadata", {})
            return Exchange(operation, sent, answer, metadata)
        except ClientError as error:
            told = error.response.get("Error", {})
            text = f"{told.get('Code', '')}: {told.get('Message', '')}".strip()
            return Exchange(operation, sent, None, error.response.get("ResponseMetadata", {}), text)
        except (BotoCoreError, ValueError, TypeError) as error:
            return Exchange(operation, sent, None, {}, f"no answer: {type(error).__name__}: {error}")

    def ecs(self, operation, /, **sent):
        return self.call("ecs", operation, **sent)

    def elb(self, operation, /, **sent):
        return self.call("elb", operation, **sent)

    # What is there before.

    def check(self):
        """Returns why the probes cannot run here, or nothing."""
        found = self.ecs("DescribeClusters", clusters=[self.cluster])
        if found.error:
            return f"cluster `{self.cluster}` cannot be read: {found.error}"
        clusters = [it for it in found.answer["clusters"] if it["status"] == "ACTIVE"]
        if not clusters:
            return f"there is no active cluster `{self.cluster}` in {self.region}"
        self.account = clusters[0]["clusterArn"].split(":")[4]
        self.instances = clusters[0].get("registeredContainerInstancesCount", 0)
        if not self.instances:
            return f"cluster `{self.cluster}` has no container instance"
        return None

    # What a run makes.

    def container(self, host_port=18080, **more):
        return {"name": "web", "image": "busybox", "memory": 16, "portMappings": [{"containerPort": 80, "hostPort": host_port}]} | more

    def definition(self, what, **more):
        """The body of a task definition that no instance can run: nothing is ever started."""
        nowhere = [{"type": "memberOf", "expression": "attribute:ecs.instance-type == none"}]
        body = {"family": self.name(what), "containerDefinitions": [self.container()], "placementConstraints": nowhere}
        return body | {"tags": self.tags()} | more

    def balancer(self, what, **more):
        """The body of an internal load balancer."""
        listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 18080}
        place = {"Subnets": [self.subnet], "SecurityGroups": [self.group], "Scheme": "internal"}
        tags = {"Tags": [{"Key": TAG, "Value": self.run}]}
        return {"LoadBalancerName": self.name(what), "Listeners": [listener]} | place | tags | more

    def service(self, what, definition, balancer=None, **more):
        """The body of a service without tasks."""
        body = {"cluster": self.cluster, "serviceName": self.name(what), "taskDefinition": self.name(definition)}
        body |= {"desiredCount": 0, "tags": self.tags()}
        if balancer:
            behind = {"loadBalancerName": self.name(balancer), "containerName": "web", "containerPort": 80}
            body["loadBalancers"] = [behind]
        return body | more

    # How it is removed.

    def leftovers(self, every_run=False):
        """Returns what is there of this run, or of every run, by kind, and why a kind could not be listed.

        Of this run a name is enough. Of others the tag has to be there too.
        """
        def is_ours(name, tags):
            if name.startswith(f"{self.run}-"):
                return True
            return every_run and bool(OURS.match(name)) and tags.get(TAG, "") + "-" == OURS.match(name)[0]

        kinds = {"service": self.all_services, "load balancer": self.all_balancers, "task definition": self.all_definitions}
        left, failed = {}, []
        for kind, all in kinds.items():
            left[kind] = []
            try:
                left[kind] += [id for id, name, tags in all() if is_ours(name, tags)]
            except (ClientError, BotoCoreError) as error:
                # The others are to go all the same.
                failed.append(f"each {kind}: cannot be listed: {error}")
        return left, failed

    def pages(self, service, operation, field, /, **sent):
        client = self.clients[service]
        for page in client.get_paginator(operation).paginate(**sent):
            yield from page[field]

    def all_services(self):
        arns = [it for it in self.pages("ecs", "list_services", "serviceArns", cluster=self.cluster) if f"/{PREFIX}" in it]
        for start in range(0, len(arns), 10):
            asked = {"cluster": self.cluster, "services": arns[start : start + 10], "include": ["TAGS"]}
            for it in self.clients["ecs"].describe_services(**asked)["services"]:
                if it["status"] != "INACTIVE":
                    yield it["serviceName"], it["serviceName"], {tag["key"]: tag.get("value") for tag in it.get("tags", [])}

    def all_balancers(self):
        all = self.pages("elb", "describe_load_balancers", "LoadBalancerDescriptions")
        names = [it["LoadBalancerName"] for it in all if it["LoadBalancerName"].startswith(PREFIX)]
        for start in range(0, len(names), 20):
            asked = {"LoadBalancerNames": names[start : start + 20]}
            for it in self.clients["elb"].describe_tags(**asked)["TagDescriptions"]:
                yield it["LoadBalancerName"], it["LoadBalancerName"], {tag["Key"]: tag.get("Value") for tag in it.get("Tags", [])}

    def all_definitions(self):
        for family in self.pages("ecs", "list_task_definition_families", "families", familyPrefix=PREFIX, status="ACTIVE"):
            for arn in self.pages("ecs", "list_task_definitions", "taskDefinitionArns", familyPrefix=family):
                found = self.clients["ecs"].describe_task_definition(taskDefinition=arn, include=["TAGS"])
                yield arn, family, {tag["key"]: tag.get("value") for tag in found.get("tags", [])}

    def clean(self, every_run=False):
        """Deletes what is left, and returns what could not be deleted, each with its reason."""
        left, failed = self.leftovers(every_run)

        def attempt(kind, name, operation, /, **sent):
            service = "elb" if "LoadBalancer" in operation else "ecs"
            exchange = self.call(service, operation, **sent)
            if exchange.error:
                failed.append(f"{kind} {name}: {exchange.error}")

        for name in left["service"]:
            self.note(f"deleting service {name}")
            attempt("service", name, "DeleteService", cluster=self.cluster, service=name, force=True)
        self.wait_until_gone(left["service"])
        for name in left["load balancer"]:
            self.note(f"deleting load balancer {name}")
            attempt("load balancer", name, "DeleteLoadBalancer", LoadBalancerName=name)
        for arn in left["task definition"]:
            short = arn.rpartition("/")[2]
            self.note(f"deleting task definition {short}")
            attempt("task definition", short, "DeregisterTaskDefinition", taskDefinition=arn)
        for start in range(0, len(left["task definition"]), 10):
            batch = left["task definition"][start : start + 10]
            # Without the right to delete them they stay as they are: deregistered, and free.
            self.call("ecs", "DeleteTaskDefinitions", taskDefinitions=batch)
        still, _ = self.leftovers(every_run)
        failed += [f"{kind} {name}: is still there" for kind, names in still.items() for name in names]
        return failed

    def wait_until_gone(self, names):
        limit = time.monotonic() + PATIENCE
        while names and time.monotonic() < limit:
            there = {name for name, *_ in self.all_services()}
            names = [name for name in names if name in there]
            if names:
                time.sleep(max(self.pace, 0.05))

    def masked(self, text):
        """Takes the account and who asks out of a text."""
        if self.account:
            text = text.replace(self.account, "ACCOUNT")
        return re.sub(r"(:(?:user|assumed-role|federated-user)/)[^\s\"]+", r"\1WHO", text)


def shown(value):
    return json.dumps(value, indent=2, default=str, ensure_ascii=False)
