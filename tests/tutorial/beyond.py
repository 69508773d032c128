"""What `host` says beyond the tutorial: the whole list.

The comparison holds to it in both directions: a difference that is not here
fails, and so does an entry that no longer differs. A value is a regular
expression for what `host` says; `{name}` and `{port}` are the service's. What
the tutorial says at such a place is nothing, unless an entry is a pair.
"""

# Ownership: without them nothing is known again, changed or deleted. `host:applied` is
# the digest of what was applied and, after the colon, which fields it set.
TAGS = {
    "host:stack": "searchapp/default",
    "host:service": "{name}",
    "host:recipe": r"{name}@\d+\.\d+\.\d+",
    "host:digest": "sha256:[0-9a-f]{{64}}",
    "host:applied": "[0-9a-f]{{32}}:[A-Za-z0-9_-]+",
}


def tags(key, value, more=()):
    """Returns the entries of the tags in a list called `tags` or `Tags`."""
    entries = {**TAGS, **dict(more)}
    listed = {}
    for name, pattern in entries.items():
        listed[f"{key}[{name}].{value[0]}"] = name
        listed[f"{key}[{name}].{value[1]}"] = pattern
    return listed


# Of what AWS shows afterwards.
DESCRIBED = {
    # When the revision was seen steady: a date that only revisions to go back to have.
    "task definition": tags("tags", ("key", "value"), {"host:stable": r"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ"}),
    "load balancer": {
        **tags("Tags", ("Key", "Value")),
        # AWS's own default needs five minutes until an instance is in service.
        "HealthCheck.Target": "TCP:{port}",
        "HealthCheck.Interval": "10",
        "HealthCheck.Timeout": "5",
        "HealthCheck.UnhealthyThreshold": "2",
        "HealthCheck.HealthyThreshold": "2",
    },
    # The revision that was seen steady: where to roll back to.
    "service": tags("tags", ("key", "value"), {"host:stable": "{name}:1"}),
}

# Of CreateService as it is sent: moto forgets most of these.
SENT = {
    **tags("tags", ("key", "value")),
    # One instance and a static port: the old task has to stop before the new one starts.
    "deploymentConfiguration.minimumHealthyPercent": "0",
    "deploymentConfiguration.maximumPercent": "100",
    # Not possible behind a classic load balancer, and AWS's default since 2025.
    "availabilityZoneRebalancing": "DISABLED",
    # A task gets this many seconds to come up before a failing check stops it.
    "healthCheckGracePeriodSeconds": "120",
    # Makes the call repeatable after a lost answer.
    "clientToken": r"\(made up\)",
    # The revision that was just registered, whichever it is.
    "taskDefinition": ("{name}:1", "arn:aws:ecs:us-east-1:[0-9]{{12}}:task-definition/{name}:1"),
}
