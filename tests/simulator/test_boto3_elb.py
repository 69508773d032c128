"""Programs for classic load balancers as people write them with boto3, run against `host simulator`."""

import unittest

import boto3
from botocore.config import Config

from account import CLUSTER, GROUP, OFTEN, SUBNET, Account
from served import Simulator
from shapes import checked

OTHER_SUBNET = "subnet-5d1c8a2f"


class LoadBalancers(Account):
    def described(self, name):
        (found,) = self.elb.describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"]
        return found

    def test_one_is_made_described_and_deleted(self):
        address = self.balancer("made", Tags=[{"Key": "team", "Value": "search"}])
        self.assertRegex(address, r"^internal-made-\d+\.us-east-1\.elb\.amazonaws\.com$")
        found = self.described("made")
        self.assertEqual((found["DNSName"], found["Scheme"], found["VPCId"][:4]), (address, "internal", "vpc-"))
        self.assertEqual((found["Subnets"], found["SecurityGroups"]), ([SUBNET], [GROUP]))
        self.assertEqual(found["AvailabilityZones"], ["us-east-1a"])
        self.assertEqual(found["SourceSecurityGroup"]["GroupName"], "searchapp")
        (listener,) = found["ListenerDescriptions"]
        expected = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 80}
        self.assertEqual(listener, {"Listener": expected, "PolicyNames": []})
        self.assertLess(abs((found["CreatedTime"] - found["CreatedTime"].now(found["CreatedTime"].tzinfo)).days), 2)
        self.elb.delete_load_balancer(LoadBalancerName="made")
        # AWS documents that deleting what is gone succeeds.
        self.elb.delete_load_balancer(LoadBalancerName="made")
        error = self.elb.exceptions.AccessPointNotFoundException
        message = self.refused(error, self.elb.describe_load_balancers, LoadBalancerNames=["made"])
        self.assertEqual(message, "There is no ACTIVE Load Balancer named 'made'")

    def test_pages(self):
        names = [f"page-{number}" for number in range(5)]
        for name in names:
            self.balancer(name)
        pages = self.elb.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 2})
        listed = [[it["LoadBalancerName"] for it in page["LoadBalancerDescriptions"]] for page in pages]
        self.assertLessEqual(max(map(len, listed)), 2)
        self.assertLessEqual(set(names), {name for page in listed for name in page})
        self.refused("ValidationError", self.elb.describe_load_balancers, PageSize=401)
        self.refused("ValidationError", self.elb.describe_load_balancers, Marker="made up")
        for name in names:
            self.elb.delete_load_balancer(LoadBalancerName=name)

    def test_refusals_are_classes_of_their_own(self):
        self.balancer("taken")
        errors = self.elb.exceptions
        listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80}
        asked = {"LoadBalancerName": "new", "Listeners": [listener], "Subnets": [SUBNET], "Scheme": "internal"}
        for error, changed in [
            (errors.DuplicateAccessPointNameException, {"LoadBalancerName": "taken"}),
            (errors.SubnetNotFoundException, {"Subnets": ["subnet-00000000"]}),
            (errors.InvalidSecurityGroupException, {"SecurityGroups": ["sg-00000000"]}),
            (errors.InvalidSchemeException, {"Scheme": "sideways"}),
            (errors.UnsupportedProtocolException, {"Listeners": [listener | {"Protocol": "UDP"}]}),
            (errors.CertificateNotFoundException, {"Listeners": [self.secure("none")]}),
            (errors.InvalidConfigurationRequestException, {"Listeners": [listener | {"InstanceProtocol": "HTTP"}]}),
            (errors.DuplicateTagKeysException, {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}),
            (errors.TooManyTagsException, {"Tags": [{"Key": f"k{number}"} for number in range(11)]}),
            ("ValidationError", {"LoadBalancerName": "bad_name"}),
            ("ValidationError", {"Listeners": []}),
            ("ValidationError", {"Listeners": [listener | {"LoadBalancerPort": 0}]}),
            ("ValidationError", {"Subnets": []}),
        ]:
            self.refused(error, self.elb.create_load_balancer, **(asked | changed))
        self.refused(errors.AccessPointNotFoundException, self.elb.describe_load_balancers, LoadBalancerNames=["new"])

    def secure(self, certificate):
        return {"Protocol": "HTTPS", "LoadBalancerPort": 443, "InstancePort": 80, "SSLCertificateId": certificate}

    def test_listeners_change(self):
        self.balancer("listens")
        more = {"Protocol": "tcp", "LoadBalancerPort": 81, "InstancePort": 8081}
        self.elb.create_load_balancer_listeners(LoadBalancerName="listens", Listeners=[more])
        # The same one once more is no error, another one on its port is.
        self.elb.create_load_balancer_listeners(LoadBalancerName="listens", Listeners=[more])
        error = self.elb.exceptions.DuplicateListenerException
        asked = {"LoadBalancerName": "listens", "Listeners": [more | {"InstancePort": 8082}]}
        self.refused(error, self.elb.create_load_balancer_listeners, **asked)
        self.elb.delete_load_balancer_listeners(LoadBalancerName="listens", LoadBalancerPorts=[80, 4711])
        (left,) = self.described("listens")["ListenerDescriptions"]
        self.assertEqual((left["Listener"]["LoadBalancerPort"], left["Listener"]["Protocol"]), (81, "TCP"))
        error = self.elb.exceptions.ListenerNotFoundException
        asked = {"LoadBalancerName": "listens", "LoadBalancerPort": 80, "SSLCertificateId": "arn:aws:acm:a:1:certificate/b"}
        self.refused(error, self.elb.set_load_balancer_listener_ssl_certificate, **asked)

    def test_a_certificate_that_nothing_would_use_is_forgotten(self):
        plain = {"Protocol": "TCP", "LoadBalancerPort": 443, "InstancePort": 443}
        place = {"LoadBalancerName": "plain", "Subnets": [SUBNET], "Scheme": "internal"}
        self.elb.create_load_balancer(**place, Listeners=[plain | {"SSLCertificateId": "arn:aws:acm:a:1:certificate/b"}])
        (listener,) = self.described("plain")["ListenerDescriptions"]
        self.assertNotIn("SSLCertificateId", listener["Listener"])

    def test_health_checks_and_attributes(self):
        self.balancer("healthy", instance_port=6379)
        usual = {"Target": "TCP:6379", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 10}
        self.assertEqual(self.described("healthy")["HealthCheck"], usual)
        check = {"Target": "HTTP:80/up?a=<1>&b", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 3, "HealthyThreshold": 2}
        told = self.elb.configure_health_check(LoadBalancerName="healthy", HealthCheck=check)["HealthCheck"]
        self.assertEqual((told, self.described("healthy")["HealthCheck"]), (check, check))
        asked = {"LoadBalancerName": "healthy", "HealthCheck": check | {"Timeout": 10}}
        self.refused("ValidationError", self.elb.configure_health_check, **asked)
        wanted = {
            "CrossZoneLoadBalancing": {"Enabled": True},
            "ConnectionDraining": {"Enabled": True, "Timeout": 7},
            "ConnectionSettings": {"IdleTimeout": 30},
            "AdditionalAttributes": [{"Key": "elb.http.desyncmitigationmode", "Value": "strictest"}],
        }
        self.elb.modify_load_balancer_attributes(LoadBalancerName="healthy", LoadBalancerAttributes=wanted)
        told = self.elb.describe_load_balancer_attributes(LoadBalancerName="healthy")["LoadBalancerAttributes"]
        self.assertEqual(told, wanted | {"AccessLog": {"Enabled": False}})
        error = self.elb.exceptions.LoadBalancerAttributeNotFoundException
        wrong = {"AdditionalAttributes": [{"Key": "elb.nope", "Value": "1"}]}
        asked = {"LoadBalancerName": "healthy", "LoadBalancerAttributes": wrong}
        self.refused(error, self.elb.modify_load_balancer_attributes, **asked)

    def test_policies(self):
        self.balancer("sticky", protocol="HTTP")
        one = {"LoadBalancerName": "sticky"}
        self.elb.create_lb_cookie_stickiness_policy(**one, PolicyName="an-hour", CookieExpirationPeriod=3600)
        self.elb.create_app_cookie_stickiness_policy(**one, PolicyName="by-session", CookieName="SESSION")
        proxy = [{"AttributeName": "ProxyProtocol", "AttributeValue": "true"}]
        self.elb.create_load_balancer_policy(
            **one, PolicyName="proxied", PolicyTypeName="ProxyProtocolPolicyType", PolicyAttributes=proxy
        )
        self.elb.set_load_balancer_policies_of_listener(**one, LoadBalancerPort=80, PolicyNames=["an-hour"])
        self.elb.set_load_balancer_policies_for_backend_server(**one, InstancePort=80, PolicyNames=["proxied"])
        found = self.described("sticky")
        self.assertEqual(found["ListenerDescriptions"][0]["PolicyNames"], ["an-hour"])
        self.assertEqual(found["BackendServerDescriptions"], [{"InstancePort": 80, "PolicyNames": ["proxied"]}])
        policies = found["Policies"]
        expected = [{"PolicyName": "an-hour", "CookieExpirationPeriod": 3600}]
        self.assertEqual(policies["LBCookieStickinessPolicies"], expected)
        self.assertEqual(policies["AppCookieStickinessPolicies"], [{"PolicyName": "by-session", "CookieName": "SESSION"}])
        self.assertEqual(policies["OtherPolicies"], ["proxied"])
        told = self.elb.describe_load_balancer_policies(**one, PolicyNames=["proxied"])["PolicyDescriptions"]
        self.assertEqual(told[0]["PolicyTypeName"], "ProxyProtocolPolicyType")
        kinds = self.elb.describe_load_balancer_policy_types()["PolicyTypeDescriptions"]
        self.assertIn("LBCookieStickinessPolicyType", [it["PolicyTypeName"] for it in kinds])
        errors = self.elb.exceptions
        self.refused(errors.PolicyNotFoundException, self.elb.describe_load_balancer_policies, **one, PolicyNames=["no"])
        asked = {"PolicyName": "an-hour", "CookieName": "A"}
        self.refused(errors.DuplicatePolicyNameException, self.elb.create_app_cookie_stickiness_policy, **one, **asked)
        asked = {"PolicyName": "odd", "PolicyTypeName": "OddType"}
        self.refused(errors.PolicyTypeNotFoundException, self.elb.create_load_balancer_policy, **one, **asked)
        error = errors.InvalidConfigurationRequestException
        self.refused(error, self.elb.delete_load_balancer_policy, **one, PolicyName="an-hour")
        self.elb.set_load_balancer_policies_of_listener(**one, LoadBalancerPort=80, PolicyNames=[])
        self.elb.delete_load_balancer_policy(**one, PolicyName="an-hour")

    def test_tags(self):
        self.balancer("tagged")
        self.elb.add_tags(LoadBalancerNames=["tagged"], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
        self.elb.add_tags(LoadBalancerNames=["tagged"], Tags=[{"Key": "a", "Value": "2"}])
        self.elb.remove_tags(LoadBalancerNames=["tagged"], Tags=[{"Key": "b"}, {"Key": "never"}])
        (told,) = self.elb.describe_tags(LoadBalancerNames=["tagged"])["TagDescriptions"]
        self.assertEqual((told["LoadBalancerName"], told["Tags"]), ("tagged", [{"Key": "a", "Value": "2"}]))
        more = [{"Key": f"k{number}"} for number in range(10)]
        error = self.elb.exceptions.TooManyTagsException
        self.refused(error, self.elb.add_tags, LoadBalancerNames=["tagged"], Tags=more)
        error = self.elb.exceptions.AccessPointNotFoundException
        self.refused(error, self.elb.describe_tags, LoadBalancerNames=["tagged", "nope"])
        self.refused("ValidationError", self.elb.describe_tags, LoadBalancerNames=["tagged"] * 21)

    def test_subnets_and_security_groups(self):
        self.balancer("placed")
        one = {"LoadBalancerName": "placed"}
        both = self.elb.attach_load_balancer_to_subnets(**one, Subnets=[OTHER_SUBNET])["Subnets"]
        self.assertCountEqual(both, [SUBNET, OTHER_SUBNET])
        self.assertEqual(self.described("placed")["AvailabilityZones"], ["us-east-1a", "us-east-1b"])
        self.assertEqual(self.elb.detach_load_balancer_from_subnets(**one, Subnets=[SUBNET])["Subnets"], [OTHER_SUBNET])
        errors = self.elb.exceptions
        error = errors.InvalidConfigurationRequestException
        self.refused(error, self.elb.detach_load_balancer_from_subnets, **one, Subnets=[OTHER_SUBNET])
        error = errors.SubnetNotFoundException
        self.refused(error, self.elb.attach_load_balancer_to_subnets, **one, Subnets=["subnet-00000000"])
        told = self.elb.apply_security_groups_to_load_balancer(**one, SecurityGroups=[GROUP])
        self.assertEqual(told["SecurityGroups"], [GROUP])
        error = errors.InvalidSecurityGroupException
        self.refused(error, self.elb.apply_security_groups_to_load_balancer, **one, SecurityGroups=["sg-00000000"])

    def test_limits(self):
        limits = self.elb.describe_account_limits()["Limits"]
        self.assertEqual({it["Name"]: it["Max"] for it in limits}["classic-load-balancers"], "20")


class Instances(Account):
    def test_a_service_brings_its_instance_into_service(self):
        self.balancer("used", instance_port=6379)
        quick = {"Target": "TCP:6379", "Interval": 5, "Timeout": 2, "UnhealthyThreshold": 2, "HealthyThreshold": 2}
        self.elb.configure_health_check(LoadBalancerName="used", HealthCheck=quick)
        self.register("used", portMappings=[{"containerPort": 6379, "hostPort": 6379}])
        behind = {"loadBalancerName": "used", "containerName": "used", "containerPort": 6379}
        service = {"cluster": CLUSTER, "serviceName": "used", "taskDefinition": "used", "role": "ecsServiceRole"}
        self.ecs.create_service(**service, desiredCount=1, loadBalancers=[behind])
        self.ecs.get_waiter("services_stable").wait(cluster=CLUSTER, services=["used"], WaiterConfig=OFTEN)
        # Without instances to look at the waiter is content before the first is registered.
        (task,) = self.ecs.list_tasks(cluster=CLUSTER, serviceName="used")["taskArns"]
        (task,) = self.ecs.describe_tasks(cluster=CLUSTER, tasks=[task])["tasks"]
        described = self.ecs.describe_container_instances(
            cluster=CLUSTER, containerInstances=[task["containerInstanceArn"]]
        )
        instance = [{"InstanceId": described["containerInstances"][0]["ec2InstanceId"]}]
        asked = {"LoadBalancerName": "used", "Instances": instance, "WaiterConfig": OFTEN}
        self.elb.get_waiter("any_instance_in_service").wait(**asked)
        self.elb.get_waiter("instance_in_service").wait(**asked)
        (state,) = self.elb.describe_instance_health(LoadBalancerName="used")["InstanceStates"]
        self.assertEqual((state["State"], state["ReasonCode"], state["Description"]), ("InService", "N/A", "N/A"))
        self.ecs.delete_service(cluster=CLUSTER, service="used", force=True)
        self.elb.get_waiter("instance_deregistered").wait(**asked)
        self.ecs.get_waiter("services_inactive").wait(cluster=CLUSTER, services=["used"], WaiterConfig=OFTEN)

    def test_an_instance_registered_by_hand_without_a_task_fails_its_checks(self):
        self.balancer("by-hand", instance_port=8080)
        (first, second) = self.instances()
        one = {"LoadBalancerName": "by-hand"}
        told = self.elb.register_instances_with_load_balancer(**one, Instances=[{"InstanceId": first}])
        self.assertEqual(told["Instances"], [{"InstanceId": first}])
        asked = [{"InstanceId": first}, {"InstanceId": second}]
        states = self.elb.describe_instance_health(**one, Instances=asked)["InstanceStates"]
        self.assertEqual([it["State"] for it in states], ["OutOfService", "OutOfService"])
        self.assertEqual(states[1]["Description"], "Instance is not currently registered with the LoadBalancer.")
        left = self.elb.deregister_instances_from_load_balancer(**one, Instances=[{"InstanceId": first}])["Instances"]
        self.assertEqual(left, [])
        self.elb.get_waiter("instance_deregistered").wait(**one, Instances=[{"InstanceId": first}], WaiterConfig=OFTEN)
        error = self.elb.exceptions.InvalidEndPointException
        unknown = [{"InstanceId": "i-00000000000000000"}]
        for call in (
            self.elb.register_instances_with_load_balancer,
            self.elb.deregister_instances_from_load_balancer,
            self.elb.describe_instance_health,
        ):
            self.refused(error, call, **one, Instances=unknown)

    def test_what_is_missing_is_missing_everywhere(self):
        error = self.elb.exceptions.AccessPointNotFoundException
        check = {"Target": "TCP:1", "Interval": 5, "Timeout": 2, "UnhealthyThreshold": 2, "HealthyThreshold": 2}
        for call, arguments in [
            (self.elb.configure_health_check, {"HealthCheck": check}),
            (self.elb.describe_instance_health, {}),
            (self.elb.describe_load_balancer_attributes, {}),
            (self.elb.delete_load_balancer_listeners, {"LoadBalancerPorts": [80]}),
            (self.elb.apply_security_groups_to_load_balancer, {"SecurityGroups": [GROUP]}),
            (self.elb.attach_load_balancer_to_subnets, {"Subnets": [SUBNET]}),
        ]:
            self.refused(error, call, LoadBalancerName="nope", **arguments)


class Wire(unittest.TestCase):
    def test_botocore_tries_again_when_it_is_throttled(self):
        script = '[[faults]]\noperation = "DescribeLoadBalancers"\ntimes = 2\nkind = "throttle"\n'
        with Simulator(script) as simulator:
            elb = checked(
                boto3.client(
                    "elb",
                    endpoint_url=simulator.address,
                    region_name="us-east-1",
                    aws_access_key_id="test",
                    aws_secret_access_key="test",
                    config=Config(retries={"mode": "standard", "total_max_attempts": 3}),
                )
            )
            answer = elb.describe_load_balancers()
            self.assertEqual(answer["LoadBalancerDescriptions"], [])
            self.assertEqual(answer["ResponseMetadata"]["RetryAttempts"], 2)
            self.assertEqual(elb.checker.wrong, [])

    def test_its_successor_is_another_service(self):
        with Simulator() as simulator, self.assertRaises(simulator.client("elb").exceptions.ClientError) as caught:
            simulator.client("elbv2").describe_load_balancers()
        self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidAction")


if __name__ == "__main__":
    unittest.main()
