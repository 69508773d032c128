"""The open questions about AWS, each a probe: what is assumed, and the calls that settle it."""

QUESTIONS = []


class Question:
    def __init__(self, title, assumed, probe):
        self.title, self.assumed, self.probe = title, assumed, probe


def question(title, assumed):
    """Takes a function of a [`Ground`] that makes the calls."""

    def take(probe):
        QUESTIONS.append(Question(title, assumed, probe))
        return probe

    return take


def made(ground, what, *, host_port=18080, balancer=True):
    """Registers a task definition and makes a load balancer of one name."""
    container = ground.container(host_port)
    ground.ecs("RegisterTaskDefinition", **ground.definition(what, containerDefinitions=[container]))
    if balancer:
        ground.elb("CreateLoadBalancer", **ground.balancer(what))


@question(
    "Is CreateService idempotent for identical parameters without `clientToken`?",
    "Identical parameters are answered with the service that is there, other ones with “Creation of service was not idempotent.”",
)
def creating_twice(ground):
    made(ground, "twice")
    body = ground.service("twice", "twice", "twice")
    ground.ecs("CreateService", **body)
    ground.ecs("CreateService", **body)
    ground.ecs("CreateService", **body | {"deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100}})


@question(
    "And with the same `clientToken`?",
    "The answer is that of the first call, whatever the parameters are.",
)
def creating_twice_with_a_token(ground):
    made(ground, "token", balancer=False)
    body = ground.service("token", "token", clientToken=ground.name("token"))
    ground.ecs("CreateService", **body)
    ground.ecs("CreateService", **body)
    ground.ecs("CreateService", **body | {"deploymentConfiguration": {"minimumHealthyPercent": 0, "maximumPercent": 100}})


@question(
    "Does UpdateService take `loadBalancers` for a service behind a classic load balancer?",
    "It refuses an empty list as well as another load balancer, so that such a change is a replacement.",
)
def updating_balancers(ground):
    made(ground, "fixed")
    ground.ecs("CreateService", **ground.service("fixed", "fixed", "fixed"))
    named = {"cluster": ground.cluster, "service": ground.name("fixed")}
    ground.ecs("UpdateService", **named, loadBalancers=[])
    other = {"loadBalancerName": ground.name("other"), "containerName": "web", "containerPort": 80}
    ground.ecs("UpdateService", **named, loadBalancers=[other])


@question(
    "What does CreateService say when no listener leads to the container's port?",
    "It is refused, in a text that is not known.",
)
def missing_listener(ground):
    made(ground, "listener", host_port=18081)
    ground.ecs("CreateService", **ground.service("listener", "listener", "listener"))


@question(
    "Does StopServiceDeployment work for a service behind a classic load balancer?",
    "It is not relied on: `host` turns back with UpdateService.",
)
def stopping(ground):
    made(ground, "stop")
    ground.ecs("CreateService", **ground.service("stop", "stop", "stop", desiredCount=1))
    listed = ground.ecs("ListServiceDeployments", cluster=ground.cluster, service=ground.name("stop"))
    deployments = (listed.answer or {}).get("serviceDeployments", [])
    # Without a list there is still an answer to a name that does not exist.
    arn = deployments[0]["serviceDeploymentArn"] if deployments else (
        f"arn:aws:ecs:{ground.region}:{ground.account}:service-deployment/{ground.cluster}/{ground.name('stop')}/none"
    )
    ground.ecs("DescribeServiceDeployments", serviceDeploymentArns=[arn])
    ground.ecs("StopServiceDeployment", serviceDeploymentArn=arn, stopType="ABORT")


@question(
    "Which defaults does AWS give `deploymentConfiguration` and the rest of a service today?",
    "minimumHealthyPercent 100 and maximumPercent 200; there is no `rolloutState` behind a classic load balancer.",
)
def defaults(ground):
    made(ground, "default")
    ground.ecs("CreateService", **ground.service("default", "default", "default"))
    ground.ecs("DescribeServices", cluster=ground.cluster, services=[ground.name("default")], include=["TAGS"])
    ground.ecs("DescribeTaskDefinition", taskDefinition=ground.name("default"), include=["TAGS"])


@question(
    "Is CreateLoadBalancer idempotent, and which defaults has a new load balancer?",
    "Both calls after the first are refused with DuplicateLoadBalancerName; the health check is TCP to the first listener's instance port, 30 s, 5 s, 2, 10.",
)
def balancing_twice(ground):
    body = ground.balancer("same")
    ground.elb("CreateLoadBalancer", **body)
    ground.elb("CreateLoadBalancer", **body)
    other = [{"Protocol": "TCP", "LoadBalancerPort": 81, "InstancePort": 18081}]
    ground.elb("CreateLoadBalancer", **body | {"Listeners": other})
    ground.elb("DescribeLoadBalancers", LoadBalancerNames=[ground.name("same")])
    ground.elb("DescribeLoadBalancerAttributes", LoadBalancerName=ground.name("same"))


@question(
    "Can a classic load balancer be deleted while a service uses it?",
    "It can: ELB does not know of the service. So `host` deletes the service first.",
)
def deleting_used(ground):
    made(ground, "used")
    ground.ecs("CreateService", **ground.service("used", "used", "used"))
    ground.elb("DeleteLoadBalancer", LoadBalancerName=ground.name("used"))
    ground.elb("DeleteLoadBalancer", LoadBalancerName=ground.name("used"))
    ground.ecs("UpdateService", cluster=ground.cluster, service=ground.name("used"), desiredCount=0)


@question(
    "Does IAM match RegisterTaskDefinition against the ARN of a task definition?",
    "It may not: the policies that are recommended allow it for every resource.",
)
def arns_of_definitions(ground):
    arn = f"arn:aws:ecs:{ground.region}:{ground.account}:task-definition/{ground.run}-*:*"
    statement = {"Effect": "Allow", "Action": "ecs:RegisterTaskDefinition", "Resource": arn}
    policy = str({"Version": "2012-10-17", "Statement": [statement]}).replace("'", '"')
    asked = {"PolicyInputList": [policy], "ActionNames": ["ecs:RegisterTaskDefinition"]}
    ground.call("iam", "SimulateCustomPolicy", **asked, ResourceArns=[arn.replace("*", "1")])
    ground.call("iam", "SimulateCustomPolicy", **asked)
