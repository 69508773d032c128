"""Calls that AWS should refuse, one for each rule of the simulator whose text is ours.

Nothing of this changes what is there already. What AWS takes all the same has a name of the run, and is removed.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| [^|]+ \| (\d+) (\w+) \| (.*) \| assumed \|$")

# What is not tried, and why.
NOT_TRIED = {
    "setting-value": "taken all the same, it would change a setting of the account",
    "elb-last-zone": "needs a load balancer outside a VPC, and AWS has none any more",
    "elb-instance-port-mixed": "needs a certificate of the account",
    "service-classic-health-check": "needs a load balancer and a task definition that fits it; AWS may take it and leave the check out",
    "service-security-groups-too-many": "needs six security groups in one VPC",
    "container-instance-filter": "the simulator knows a part of the filters' language, and refuses what it does not know",
}


def assumed():
    """Returns the rules whose text is ours: the code and the text, `…` for what a call fills in."""
    lines = (ROOT / "host/simulator/RULES.md").read_text(encoding="utf-8").splitlines()
    rows = (ROW.match(line) for line in lines)
    return {row[1]: f"{row[3]}: {row[4]}" for row in rows if row}


def is_same(assumed, said):
    """Whether AWS says what we thought."""
    pattern = ".*".join(re.escape(part) for part in assumed.split("…"))
    return re.fullmatch(pattern, said, re.DOTALL) is not None


def containers(ground, **more):
    return {"containerDefinitions": [{"name": "web", "image": "busybox", "memory": 16} | more]}


def definitions(ground):
    """Members of a task definition of one container, for each rule."""
    one, two = (lambda **more: containers(ground, **more)), {"name": "web", "image": "busybox", "memory": 64}
    ports = lambda *mappings: one(portMappings=list(mappings))
    check = {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3}
    volumes = {"volumes": [{"name": "data"}, {"name": "data"}]}
    return {
        "container-name-twice": {"containerDefinitions": [two, two]},
        "memory-sum": {"memory": "127", "containerDefinitions": [two, two | {"name": "other"}]},
        "cpu-negative": one(cpu=-1),
        "host-port-with-range": ports({"containerPortRange": "8000-8010", "hostPort": 80}),
        "host-port-range": ports({"containerPort": 80, "hostPort": 65536}),
        "host-port-reserved": ports({"containerPort": 80, "hostPort": 22}),
        "port-two-protocols": ports({"containerPort": 53}, {"containerPort": 53, "protocol": "udp"}),
        "port-protocol": ports({"containerPort": 80, "protocol": "sctp"}),
        "port-name": ports({"containerPort": 80, "name": "-web"}),
        "network-mode": one() | {"networkMode": "star"},
        "link-unknown": one(links=["db:database"]),
        "volume-twice": one() | volumes,
        "volumes-from-unknown": one(volumesFrom=[{"sourceContainer": "db"}]),
        "container-health-range": one(healthCheck=check | {"interval": 4}),
        "container-health-command": one(healthCheck=check | {"command": []}),
        "ulimit-order": one(ulimits=[{"name": "nofile", "softLimit": 2, "hardLimit": 1}]),
        "dependency-unknown": one(dependsOn=[{"containerName": "db", "condition": "START"}]),
        "dependency-cycle": one(dependsOn=[{"containerName": "web", "condition": "START"}]),
        "definition-word": one(linuxParameters={"devices": [{"hostPath": "/dev/null", "permissions": ["execute"]}]}),
        "compatibility": one() | {"requiresCompatibilities": ["LAMBDA"]},
    }


def services(ground):
    """Members of a service of the run's own task definition, for each rule."""
    return {
        "service-desired-large": {"desiredCount": 5001},
        "service-desired-daemon": {"desiredCount": 1, "schedulingStrategy": "DAEMON"},
        "service-classic-fargate": {"launchType": "FARGATE", "balancer": "ground"},
        "service-percent-range": {"deploymentConfiguration": {"minimumHealthyPercent": -1, "maximumPercent": 200}},
        "service-launch-type": {"launchType": "ec2"},
        "service-scheduling-strategy": {"schedulingStrategy": "SPREAD"},
        "placement-field": {"placementStrategy": [{"type": "binpack", "field": "instanceId"}]},
        "placement-expression": {"placementConstraints": [{"type": "distinctInstance", "expression": "agentVersion > 1"}]},
        "ecs-word": {"propagateTags": "BOTH"},
        "ecs-text-as-boolean": {"enableECSManagedTags": "yes"},
    }


def tags(ground):
    """Tags for the run's own service, for each rule."""
    return {
        "tag-too-many": [{"key": f"k{number}", "value": "v"} for number in range(51)],
        "tag-key": [{"key": "a,b", "value": "v"}],
        "tag-value": [{"key": "team", "value": "search & find"}],
        "tag-reserved": [{"key": "aws:team", "value": "search"}],
        "tag-twice": [{"key": "team", "value": "search"}, {"key": "team", "value": "find"}],
    }


def balancers(ground):
    """Members of a load balancer that is to be made, for each rule."""
    listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 18080}
    one = lambda **more: {"Listeners": [listener | more]}
    many = [{"Protocol": "TCP", "LoadBalancerPort": port, "InstancePort": port} for port in range(1, 102)]
    return {
        "elb-name-dash": {"LoadBalancerName": ground.name("")},
        "elb-protocol": one(Protocol="UDP"),
        "elb-layers": one(InstanceProtocol="HTTP"),
        "elb-port": one(LoadBalancerPort=0),
        "elb-instance-port": one(InstancePort=65536),
        "elb-listener-twice": {"Listeners": [listener, listener | {"InstancePort": 18081}]},
        "elb-too-many-listeners": {"Listeners": many},
        "elb-scheme": {"Scheme": "public"},
        "elb-malformed-input": one(InstancePort="eighty"),
    }


def changes(ground):
    """Calls about the run's own load balancer, for each rule."""
    health = {"Target": "TCP:18080", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2}
    without = {name: value for name, value in health.items() if name != "Target"}
    check = lambda **more: ("ConfigureHealthCheck", {"HealthCheck": health | more})
    attributes = lambda **more: ("ModifyLoadBalancerAttributes", {"LoadBalancerAttributes": more})
    sticky = lambda **more: ("CreateLBCookieStickinessPolicy", {"PolicyName": "sticky"} | more)
    added = lambda key, value: ("AddTags", {"LoadBalancerNames": [ground.name("ground")], "Tags": [{"Key": key, "Value": value}]})
    log = {"Enabled": True, "S3BucketName": ground.name("logs"), "EmitInterval": 7}
    wrong = [{"AttributeName": "Proxy", "AttributeValue": "true"}]
    proxy = {"PolicyName": "proxy", "PolicyTypeName": "ProxyProtocolPolicyType", "PolicyAttributes": wrong}
    return {
        "elb-no-security-groups": ("ApplySecurityGroupsToLoadBalancer", {"SecurityGroups": []}),
        "elb-tag-key": added("", "a"),
        "elb-tag-value": added("team", "a\nb"),
        "elb-health-missing": ("ConfigureHealthCheck", {"HealthCheck": without}),
        "elb-health-protocol": check(Target="UDP:80"),
        "elb-health-path": check(Target="HTTP:80"),
        "elb-health-long": check(Target="HTTP:80/" + "a" * 1017),
        "elb-idle-timeout": attributes(ConnectionSettings={"IdleTimeout": 4001}),
        "elb-drain-timeout": attributes(ConnectionDraining={"Enabled": True, "Timeout": 3601}),
        "elb-log-interval": attributes(AccessLog=log),
        "elb-policy-name": sticky(PolicyName="sticky_one"),
        "elb-policy-attribute": ("CreateLoadBalancerPolicy", proxy),
        "elb-sticky-period": sticky(CookieExpirationPeriod=0),
    }


def others(ground):
    """Calls about nothing that is there."""
    nothing = [f"{ground.name('none')}:{number}" for number in range(1, 12)]
    here = {"cluster": ground.cluster}
    instance = "0" * 32
    return {
        "clusters-too-many": ("DescribeClusters", {"clusters": [ground.cluster] * 101}),
        "container-instance-state": ("UpdateContainerInstancesState", here | {"containerInstances": [instance], "status": "STOPPED"}),
        "tag-list-target": ("ListTagsForResource", {"resourceArn": f"arn:aws:ecs:{ground.region}:{ground.account}:service/{ground.cluster}/{ground.name('none')}"}),
        "setting-name": ("PutAccountSetting", {"name": "longNames", "value": "enabled"}),
        "attribute-name": ("PutAttributes", here | {"attributes": [{"name": "a b", "targetId": instance}]}),
        "attributes-empty": ("PutAttributes", here | {"attributes": []}),
        "definition-delete-too-many": ("DeleteTaskDefinitions", {"taskDefinitions": nothing}),
        "definition-list-status": ("ListTaskDefinitions", {"status": "ALL"}),
        "tasks-status": ("ListTasks", here | {"desiredStatus": "DEACTIVATING"}),
        "elb-marker": ("DescribeLoadBalancers", {"Marker": "none"}),
    }


def calls(ground):
    """Yields each rule with the call that it should refuse: service, operation, parameters."""
    for rule, more in definitions(ground).items():
        yield rule, "ecs", "RegisterTaskDefinition", ground.definition("refused") | more
    for rule, more in services(ground).items():
        more = dict(more)
        body = ground.service("refused", "ground", more.pop("balancer", None)) | more
        if body.get("schedulingStrategy") == "DAEMON":
            body |= {"deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100}}
        yield rule, "ecs", "CreateService", body
    other = {"loadBalancerName": ground.name("other"), "containerName": "web", "containerPort": 80}
    fixed = {"cluster": ground.cluster, "service": ground.name("ground"), "loadBalancers": [other]}
    yield "service-balancer-fixed", "ecs", "UpdateService", fixed
    arn = f"arn:aws:ecs:{ground.region}:{ground.account}:service/{ground.cluster}/{ground.name('ground')}"
    for rule, given in tags(ground).items():
        yield rule, "ecs", "TagResource", {"resourceArn": arn, "tags": given}
    for rule, more in balancers(ground).items():
        yield rule, "elb", "CreateLoadBalancer", ground.balancer("refused") | more
    for rule, (operation, more) in changes(ground).items():
        named = {} if "LoadBalancerNames" in more else {"LoadBalancerName": ground.name("ground")}
        yield rule, "elb", operation, named | more
    for rule, (operation, more) in others(ground).items():
        yield rule, "elb" if "LoadBalancer" in operation else "ecs", operation, more


def prepare(ground):
    """Makes what the calls are about."""
    ground.ecs("RegisterTaskDefinition", **ground.definition("ground"))
    ground.elb("CreateLoadBalancer", **ground.balancer("ground"))
    ground.ecs("CreateService", **ground.service("ground", "ground", "ground"))


def attempts(ground):
    """Makes every call, and yields the rule, what we assume, and the exchange."""
    texts = assumed()
    prepare(ground)
    for rule, service, operation, sent in calls(ground):
        yield rule, texts[rule], ground.call(service, operation, **sent)
