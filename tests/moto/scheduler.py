"""The part of ECS that moto leaves out: what its scheduler does after a call.

1. It registers the instance on which a task runs with the service's load
   balancer, and takes it out again with the service. moto never does.
2. An update that brings another task definition starts a new deployment, which
   replaces the old one. moto keeps the deployment of the beginning.

Nothing else of moto is changed.
"""

import threading

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.utils import utcnow
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.elb.models import elb_backends
from moto.moto_api._internal import mock_random

import cluster

# After these something has to be registered or taken out.
MOVES_TASKS = {"CreateService", "UpdateService", "DeleteService"}


class Scheduler:
    """Brings load balancers in line with services, a moment after each change.

    The moment is there on purpose: on AWS too a service exists before its task
    runs, and whoever waits for it has to look more than once.
    """

    def __init__(self, lock, seconds):
        self.lock = lock
        self.seconds = seconds

    def after(self, operation):
        """Takes note of a call that was answered."""
        if operation in MOVES_TASKS:
            timer = threading.Timer(self.seconds, self.settle)
            timer.daemon = True
            timer.start()

    def settle(self):
        with self.lock:
            register_instances()


def register_instances():
    """Makes the instances of every load balancer those that its services run on."""
    ecs = ecs_backends[DEFAULT_ACCOUNT_ID][cluster.REGION]
    elb = elb_backends[DEFAULT_ACCOUNT_ID][cluster.REGION]
    wanted = {}
    for service in ecs.services.values():
        runs = service.status == "ACTIVE" and service.desired_count > 0
        names = [entry.get("loadBalancerName") for entry in service.load_balancers]
        for name in filter(None, names):
            hosts = cluster.instances(service.cluster_name) if runs else []
            wanted.setdefault(name, set()).update(hosts)
    for name, hosts in wanted.items():
        balancer = elb.load_balancers.get(name)
        if balancer is None:
            continue
        elb.register_instances(name, sorted(hosts - set(balancer.instance_ids)))
        elb.deregister_instances(name, sorted(set(balancer.instance_ids) - hosts))


def play_deployments():
    """Makes UpdateService of moto start and finish a deployment, as ECS does."""
    update_in_moto = EC2ContainerServiceBackend.update_service

    def update_service(backend, properties):
        forced = bool(properties.get("force_new_deployment"))
        service = update_in_moto(backend, properties)
        # moto keeps whatever spelling the request had; ECS keeps the ARN.
        service.task_definition = backend.describe_task_definition(service.task_definition).arn
        if service.deployments:
            service.deployments = [deployment_of(service, service.deployments[0], forced)]
        return service

    EC2ContainerServiceBackend.update_service = update_service


def deployment_of(service, before, forced):
    """Returns the service's one deployment after an update: `before` with new counts, or a new one."""
    now = utcnow()
    counts = {
        "desiredCount": service.desired_count,
        "runningCount": service.running_count,
        "pendingCount": service.pending_count,
        "updatedAt": now,
    }
    if before["taskDefinition"] == service.task_definition and not forced:
        return {**before, **counts}
    started = {
        "id": f"ecs-svc/{mock_random.randint(0, 32**12)}",
        "createdAt": now,
        "taskDefinition": service.task_definition,
    }
    return {**before, **counts, **started}
