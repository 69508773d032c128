"""What AWS has and what it was sent, as flat tables of path and value."""

# Made up by AWS for each object: they are there on both sides, and never the same.
MADE_UP = (
    "VPCId",
    "InstanceId",
    "CreatedTime",
    "createdAt",
    "updatedAt",
    "registeredAt",
    "id",
    "rolloutStateReason",
    "clientToken",
)

# Lists without an order, by the field that tells their items apart.
KEYS = {"tags": "key", "Tags": "Key", "containerDefinitions": "name", "volumes": "name"}


def describe(stand_in, name):
    """Returns everything that a service of the tutorial made, as `{kind: {path: value}}`."""
    ecs, elb = stand_in.client("ecs"), stand_in.client("elb")
    balancer = f"{name}-elb"
    service = ecs.describe_services(cluster="searchapp", services=[f"{name}-service"], include=["TAGS"])["services"]
    registered = ecs.describe_task_definition(taskDefinition=name, include=["TAGS"])
    described = elb.describe_load_balancers(LoadBalancerNames=[balancer])["LoadBalancerDescriptions"]
    tags = elb.describe_tags(LoadBalancerNames=[balancer])["TagDescriptions"]
    attributes = elb.describe_load_balancer_attributes(LoadBalancerName=balancer)["LoadBalancerAttributes"]
    return {
        "task definition": flatten({**registered["taskDefinition"], "tags": registered.get("tags", [])}),
        "load balancer": flatten({**only(described), "Tags": only(tags)["Tags"], "Attributes": attributes}),
        "service": flatten(only(service)),
    }


def all_in_service(stand_in, names):
    """Says whether each service's load balancer has an instance that works."""
    elb = stand_in.client("elb")
    states = [elb.describe_instance_health(LoadBalancerName=f"{name}-elb")["InstanceStates"] for name in names]
    return all(any(each["State"] == "InService" for each in state) for state in states)


def only(items):
    """Returns the one item of a list that has one."""
    (item,) = items
    return item


def sent(stand_in, operation, field, value):
    """Returns the parameters of the one successful call of an operation whose `field` is `value`."""
    calls = [call for call in stand_in.calls() if call["operation"] == operation and call["status"] < 300]
    return flatten(only([call["parameters"] for call in calls if call["parameters"].get(field) == value]))


def flatten(value, path=""):
    """Returns `{path: leaf}`.

    An empty list, an empty object and nothing at all are one: the tutorial
    writes `"links": []` where it means that there are none. Values that AWS makes
    up become `(made up)`.
    """
    name = path.rpartition(".")[2]
    if value in (None, "", [], {}):
        return {}
    if name in MADE_UP:
        return {path: "(made up)"}
    if isinstance(value, dict):
        below = ((f"{path}.{key}" if path else key, item) for key, item in value.items())
    elif isinstance(value, list):
        below = ((f"{path}[{label(name, index, item)}]", item) for index, item in enumerate(value))
    else:
        return {path: value}
    return {found: leaf for key, item in below for found, leaf in flatten(item, key).items()}


def label(name, index, item):
    """Returns what stands for an item of a list: its name where it has one, else its place."""
    return item[KEYS[name]] if name in KEYS else index


def differences(tutorial, ours):
    """Returns `{path: (the tutorial's value, ours)}` wherever they are not the same."""
    paths = sorted(tutorial.keys() | ours.keys())
    return {path: (tutorial.get(path), ours.get(path)) for path in paths if tutorial.get(path) != ours.get(path)}
