"""How fast AWS takes calls at best: the budgets that it publishes, written down once more and by themselves.

Sources: *Request throttling for the Amazon ECS API* and *Request throttling for the Elastic Load Balancing API*.
"""

# By category: calls at once, calls a second for ever, and the operations that count.
BUDGETS = {
    "cluster read": (50, 20, {"ListClusters", "DescribeClusters"}),
    "task definition read": (50, 20, {"ListTaskDefinitions", "DescribeTaskDefinition"}),
    "task definition modify": (20, 1, {"RegisterTaskDefinition", "DeregisterTaskDefinition"}),
    "service read": (100, 20, {"ListServices", "DescribeServices"}),
    "service modify": (50, 5, {"CreateService", "UpdateService", "DeleteService"}),
    "cluster resource read": (
        100,
        20,
        {"ListTasks", "DescribeTasks", "ListContainerInstances", "DescribeContainerInstances"},
    ),
    "tag modify": (20, 10, {"TagResource", "UntagResource"}),
    "elb describe": (
        40,
        10,
        {"DescribeLoadBalancers", "DescribeTags", "DescribeLoadBalancerAttributes", "DescribeInstanceHealth"},
    ),
    "elb mutating": (20, 3, {"ConfigureHealthCheck", "ModifyLoadBalancerAttributes", "AddTags"}),
    "elb resource-intensive": (10, 0.2, {"CreateLoadBalancer"}),
}


def least_seconds(calls):
    """Returns the seconds that so many calls of each operation need at least, and the category that needs them."""
    unknown = set(calls) - set().union(*(operations for _, _, operations in BUDGETS.values()))
    if unknown:
        raise ValueError(f"no budget has {', '.join(sorted(unknown))}")

    def seconds(category):
        burst, per_second, operations = BUDGETS[category]
        return max(sum(calls.get(operation, 0) for operation in operations) - burst, 0) / per_second

    longest = max(BUDGETS, key=seconds)
    return seconds(longest), longest
