"""Probes of classic load balancers (aws-facts §1.1, §1.5, §2, §4)."""

from probes import HEALTH, LISTENER, behind, pick, probe


@probe
def balancer_made(at):
    return at.balance("made")["DNSName"]


@probe
def balancer_described(at):
    at.balance("described", SecurityGroups=[at.group])
    names = ["ListenerDescriptions", "Subnets", "SecurityGroups", "AvailabilityZones", "Scheme", "Policies"]
    return pick(at.described("described"), *names, "Instances", "BackendServerDescriptions")


@probe
def balancer_members(at):
    at.balance("members")
    return sorted(at.described("members"))


@probe
def balancer_default_health_check(at):
    at.balance("default-check")
    return at.described("default-check").get("HealthCheck")


@probe
def balancer_default_attributes(at):
    at.balance("attributes")
    return at.elb.describe_load_balancer_attributes(LoadBalancerName="attributes")["LoadBalancerAttributes"]


@probe
def balancer_made_twice(at):
    at.balance("twice")
    return bool(at.balance("twice"))


@probe
def balancer_name_with_an_underscore(at):
    return bool(at.balance("bad_name"))


@probe
def balancer_name_of_33(at):
    return bool(at.balance("n" * 33))


@probe
def balancer_without_listeners(at):
    return bool(at.balance("none", listeners=[]))


@probe
def balancer_of_an_unknown_protocol(at):
    return bool(at.balance("protocol", listeners=[LISTENER | {"Protocol": "UDP"}]))


@probe
def balancer_of_two_layers(at):
    return bool(at.balance("layers", listeners=[LISTENER | {"InstanceProtocol": "HTTP"}]))


@probe
def balancer_of_port_0(at):
    return bool(at.balance("port-0", listeners=[LISTENER | {"LoadBalancerPort": 0}]))


@probe
def balancer_with_a_port_twice(at):
    return bool(at.balance("port-twice", listeners=[LISTENER, LISTENER | {"InstancePort": 81}]))


@probe
def balancer_in_a_subnet_that_is_missing(at):
    return bool(at.balance("no-subnet", Subnets=["subnet-00000000"]))


@probe
def balancer_in_a_group_that_is_missing(at):
    return bool(at.balance("no-group", SecurityGroups=["sg-00000000"]))


@probe
def balancer_nowhere(at):
    return bool(at.balance("nowhere", Subnets=[]))


@probe
def balancer_of_an_unknown_scheme(at):
    return bool(at.balance("scheme", Scheme="sideways"))


@probe
def balancer_with_a_tag_twice(at):
    return bool(at.balance("tag-twice", Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]))


@probe
def balancer_with_eleven_tags(at):
    return bool(at.balance("eleven", Tags=[{"Key": f"k{number}", "Value": "1"} for number in range(11)]))


@probe
def balancer_missing(at):
    return at.elb.describe_load_balancers(LoadBalancerNames=["missing"])


@probe
def balancer_deleted_that_is_missing(at):
    at.elb.delete_load_balancer(LoadBalancerName="missing")
    return "done"


@probe
def listener_once_more(at):
    at.balance("once-more")
    at.elb.create_load_balancer_listeners(LoadBalancerName="once-more", Listeners=[LISTENER])
    return "done"


@probe
def listener_of_another_instance_port(at):
    at.balance("another")
    changed = LISTENER | {"InstancePort": 81}
    at.elb.create_load_balancer_listeners(LoadBalancerName="another", Listeners=[changed])
    return "done"


@probe
def certificate_of_a_listener_that_is_missing(at):
    at.balance("no-listener")
    asked = {"LoadBalancerName": "no-listener", "LoadBalancerPort": 443}
    at.elb.set_load_balancer_listener_ssl_certificate(**asked, SSLCertificateId="arn:aws:acm:a:1:certificate/b")
    return "done"


@probe
def health_check_configured(at):
    at.balance("checked")
    return at.elb.configure_health_check(LoadBalancerName="checked", HealthCheck=HEALTH)["HealthCheck"]


@probe
def health_check_of_an_unknown_target(at):
    at.balance("target")
    return at.elb.configure_health_check(LoadBalancerName="target", HealthCheck=HEALTH | {"Target": "UDP:1"})["HealthCheck"]


@probe
def health_check_slower_than_its_interval(at):
    at.balance("slower")
    return at.elb.configure_health_check(LoadBalancerName="slower", HealthCheck=HEALTH | {"Timeout": 60})["HealthCheck"]


@probe
def subnet_detached_that_is_the_last(at):
    at.balance("last")
    return at.elb.detach_load_balancer_from_subnets(LoadBalancerName="last", Subnets=[at.subnet])["Subnets"]


@probe
def subnet_attached_that_is_missing(at):
    at.balance("attached")
    answer = at.elb.attach_load_balancer_to_subnets(LoadBalancerName="attached", Subnets=["subnet-00000000"])
    return len(answer["Subnets"])


@probe
def instance_registered(at):
    at.balance("registered")
    one = [{"InstanceId": at.instances[0]}]
    return at.elb.register_instances_with_load_balancer(LoadBalancerName="registered", Instances=one)["Instances"]


@probe
def instance_registered_that_is_missing(at):
    at.balance("no-instance")
    one = [{"InstanceId": "i-00000000000000000"}]
    return at.elb.register_instances_with_load_balancer(LoadBalancerName="no-instance", Instances=one)["Instances"]


@probe
def instance_health_of_one_that_is_not_registered(at):
    at.balance("not-there")
    one = [{"InstanceId": at.instances[0]}]
    return at.elb.describe_instance_health(LoadBalancerName="not-there", Instances=one)["InstanceStates"]


@probe
def instance_health_of_one_that_is_missing(at):
    at.balance("no-such")
    one = [{"InstanceId": "i-00000000000000000"}]
    return at.elb.describe_instance_health(LoadBalancerName="no-such", Instances=one)["InstanceStates"]


@probe
def attribute_idle_for_too_long(at):
    at.balance("idle")
    wanted = {"ConnectionSettings": {"IdleTimeout": 4001}}
    at.elb.modify_load_balancer_attributes(LoadBalancerName="idle", LoadBalancerAttributes=wanted)
    return "done"


@probe
def policy_of_an_unknown_type(at):
    at.balance("odd")
    at.elb.create_load_balancer_policy(LoadBalancerName="odd", PolicyName="odd", PolicyTypeName="OddType")
    return "done"


@probe
def policy_made_twice(at):
    at.balance("policy-twice")
    for _ in range(2):
        at.elb.create_lb_cookie_stickiness_policy(LoadBalancerName="policy-twice", PolicyName="one")
    return "done"


@probe
def policy_of_a_listener_that_is_missing(at):
    at.balance("unlistened")
    asked = {"LoadBalancerName": "unlistened", "LoadBalancerPort": 81, "PolicyNames": []}
    at.elb.set_load_balancer_policies_of_listener(**asked)
    return "done"


@probe
def policy_that_is_missing(at):
    at.balance("unknown-policy")
    asked = {"LoadBalancerName": "unknown-policy", "LoadBalancerPort": 80, "PolicyNames": ["missing"]}
    at.elb.set_load_balancer_policies_of_listener(**asked)
    return "done"


@probe
def tags_of_a_balancer_that_is_missing(at):
    return at.elb.describe_tags(LoadBalancerNames=["missing"])["TagDescriptions"]


@probe
def tags_of_21_balancers(at):
    at.balance("b")
    return len(at.elb.describe_tags(LoadBalancerNames=["b"] * 21)["TagDescriptions"])


@probe
def tags_of_two_balancers_at_once(at):
    at.balance("at-once-a")
    at.balance("at-once-b")
    at.elb.add_tags(LoadBalancerNames=["at-once-a", "at-once-b"], Tags=[{"Key": "a", "Value": "1"}])
    return "done"


@probe
def balancer_deleted_that_a_service_uses(at):
    at.balance("in-use")
    at.serve("in-use", loadBalancers=behind("in-use"))
    at.elb.delete_load_balancer(LoadBalancerName="in-use")
    return "done"
