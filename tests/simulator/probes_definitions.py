"""Probes of task definitions (aws-facts §1.1, §1.2, §6)."""

from probes import pick, probe


def revision(at, family, **container):
    return at.register(family, **container)["revision"]


def whole(at, family, containers=None, **more):
    """Registers all but the family as it is given, and returns the revision."""
    containers = [{"name": "one", "image": "one:1", "memory": 64}] if containers is None else containers
    answer = at.ecs.register_task_definition(family=family, containerDefinitions=containers, **more)
    return answer["taskDefinition"]["revision"]


@probe
def definition_container_defaults(at):
    told = at.register("container-defaults")["containerDefinitions"][0]
    return {name: value for name, value in told.items() if name not in ("name", "image", "memory")}


@probe
def definition_port_defaults(at):
    told = at.register("port-defaults", portMappings=[{"containerPort": 80}])
    return told["containerDefinitions"][0]["portMappings"]


@probe
def definition_defaults(at):
    told = at.ecs.register_task_definition(
        family="defaults",
        containerDefinitions=[{"name": "one", "image": "one:1", "memory": 64}],
        volumes=[{"name": "data"}],
    )["taskDefinition"]
    return pick(told, "revision", "status", "networkMode", "volumes", "placementConstraints")


@probe
def definition_members(at):
    return sorted(at.register("members"))


@probe
def definition_family_without_an_active_revision(at):
    at.register("retired")
    at.ecs.deregister_task_definition(taskDefinition="retired:1")
    return at.ecs.describe_task_definition(taskDefinition="retired")["taskDefinition"]["status"]


@probe
def definition_described_when_inactive(at):
    at.register("inactive")
    at.ecs.deregister_task_definition(taskDefinition="inactive:1")
    return at.ecs.describe_task_definition(taskDefinition="inactive:1")["taskDefinition"]["status"]


@probe
def definition_unknown(at):
    return at.ecs.describe_task_definition(taskDefinition="unknown")


@probe
def definition_deregistered_without_a_revision(at):
    at.register("norevision")
    return at.ecs.deregister_task_definition(taskDefinition="norevision")["taskDefinition"]["status"]


@probe
def definition_deleted_while_active(at):
    at.register("still-active")
    answer = at.ecs.delete_task_definitions(taskDefinitions=["still-active:1"])
    return {"deleted": len(answer["taskDefinitions"]), "failures": [it["reason"] for it in answer["failures"]]}


@probe
def family_with_a_blank(at):
    return revision(at, "a family")


@probe
def family_of_256(at):
    return revision(at, "f" * 256)


@probe
def no_containers(at):
    return whole(at, "no-containers", [])


@probe
def no_image(at):
    return revision(at, "no-image", image=None)


@probe
def no_memory(at):
    return revision(at, "no-memory", memory=None)


@probe
def memory_of_one(at):
    return revision(at, "memory-of-one", memory=1)


@probe
def memory_below_the_reservation(at):
    return revision(at, "below", memory=64, memoryReservation=128)


@probe
def port_70000(at):
    return revision(at, "port-70000", portMappings=[{"containerPort": 70000}])


@probe
def protocol_of_a_port(at):
    return revision(at, "protocol", portMappings=[{"containerPort": 80, "protocol": "icmp"}])


@probe
def host_port_twice(at):
    ports = [{"containerPort": 80, "hostPort": 80}, {"containerPort": 81, "hostPort": 80}]
    return revision(at, "host-port-twice", portMappings=ports)


@probe
def container_twice(at):
    return whole(at, "container-twice", [{"name": "one", "image": "one:1", "memory": 64}] * 2)


@probe
def nothing_essential(at):
    return revision(at, "nothing-essential", essential=False)


@probe
def volume_that_is_not_declared(at):
    return revision(at, "volume", mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}])


@probe
def network_mode_unknown(at):
    return whole(at, "network-mode", networkMode="star")


@probe
def host_mode_with_another_host_port(at):
    ports = [{"containerPort": 80, "hostPort": 81}]
    containers = [{"name": "one", "image": "one:1", "memory": 64, "portMappings": ports}]
    return whole(at, "host-mode", containers, networkMode="host")


@probe
def fargate_without_a_size(at):
    return whole(at, "fargate", requiresCompatibilities=["FARGATE"], networkMode="awsvpc")


@probe
def definition_with_a_reserved_tag(at):
    return whole(at, "reserved-tag", tags=[{"key": "aws:mine", "value": "1"}])


@probe
def definition_tags_come_back(at):
    whole(at, "with-tags", tags=[{"key": "a", "value": "1"}])
    return at.ecs.describe_task_definition(taskDefinition="with-tags", include=["TAGS"])["tags"]
