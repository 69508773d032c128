"""What the other tests take for granted of the stand-in."""

import pathlib
import signal
import subprocess
import sys
import unittest

from process import HERE, StandInProcess, until

CONTAINER = {"name": "c", "image": "redis", "memory": 128}
LISTENER = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 6379}


class PreparedCluster(unittest.TestCase):
    def test_has_the_tutorials_ids_and_an_instance_that_tells_its_subnet(self):
        with StandInProcess() as stand_in:
            ecs = stand_in.client("ecs")
            arns = ecs.list_container_instances(cluster="searchapp")["containerInstanceArns"]
            described = ecs.describe_container_instances(cluster="searchapp", containerInstances=arns)
            (instance,) = described["containerInstances"]
            attributes = {each["name"]: each["value"] for each in instance["attributes"]}
            self.assertEqual(attributes["ecs.subnet-id"], "subnet-39706b4e")
            self.assertEqual(attributes["ecs.availability-zone"], "us-east-1a")
            self.assertEqual(attributes["ecs.os-type"], "linux")
            ec2 = stand_in.client("ec2")
            (group,) = ec2.describe_security_groups(GroupIds=["sg-c70ff2a1"])["SecurityGroups"]
            self.assertEqual(group["VpcId"], attributes["ecs.vpc-id"])

    def test_is_absent_when_asked(self):
        with StandInProcess("--bare") as stand_in:
            self.assertEqual(stand_in.client("ecs").list_clusters()["clusterArns"], [])


class Scheduling(unittest.TestCase):
    """The two things that ECS does and moto does not."""

    def setUp(self):
        self.stand_in = self.enterContext(StandInProcess("--task-start", "0.05"))
        self.ecs, self.elb = self.stand_in.client("ecs"), self.stand_in.client("elb")
        self.elb.create_load_balancer(LoadBalancerName="a-elb", Listeners=[LISTENER], Subnets=["subnet-39706b4e"])
        self.register()
        self.created = self.ecs.create_service(
            cluster="searchapp",
            serviceName="a-service",
            taskDefinition="a",
            desiredCount=1,
            loadBalancers=[{"loadBalancerName": "a-elb", "containerName": "c", "containerPort": 6379}],
        )["service"]

    def register(self):
        registered = self.ecs.register_task_definition(family="a", containerDefinitions=[CONTAINER])
        return registered["taskDefinition"]["taskDefinitionArn"]

    def health(self):
        return self.elb.describe_instance_health(LoadBalancerName="a-elb")["InstanceStates"]

    def test_instance_is_in_service_while_the_service_runs(self):
        states = until(self.health)
        self.assertEqual([state["State"] for state in states], ["InService"])
        self.ecs.delete_service(cluster="searchapp", service="a-service", force=True)
        self.assertTrue(until(lambda: not self.health()), "the instance stayed registered")

    def test_new_task_definition_is_a_new_deployment(self):
        second = self.register()
        updated = self.ecs.update_service(cluster="searchapp", service="a-service", taskDefinition="a:2")["service"]
        (deployment,) = updated["deployments"]
        self.assertEqual((updated["taskDefinition"], deployment["taskDefinition"]), (second, second))
        self.assertNotEqual(deployment["id"], self.created["deployments"][0]["id"])

    def test_new_count_is_no_new_deployment(self):
        updated = self.ecs.update_service(cluster="searchapp", service="a-service", desiredCount=3)["service"]
        (deployment,) = updated["deployments"]
        self.assertEqual(deployment["id"], self.created["deployments"][0]["id"])
        self.assertEqual((deployment["desiredCount"], deployment["runningCount"]), (3, 3))


class Calls(unittest.TestCase):
    def test_are_written_down_in_order_with_what_was_sent(self):
        with StandInProcess() as stand_in:
            stand_in.client("ecs").register_task_definition(family="a", containerDefinitions=[CONTAINER])
            stand_in.client("elb").describe_load_balancers()
            register, describe = stand_in.calls()
        self.assertEqual(register["parameters"], {"family": "a", "containerDefinitions": [CONTAINER]})
        self.assertEqual(self.named(register), ("ecs", "RegisterTaskDefinition", True))
        self.assertEqual(self.named(describe), ("elasticloadbalancing", "DescribeLoadBalancers", False))

    def named(self, call):
        return call["service"], call["operation"], call["write"]

    def test_refused_ones_count_too(self):
        with StandInProcess() as stand_in:
            ecs = stand_in.client("ecs")
            with self.assertRaises(ecs.exceptions.ClusterNotFoundException):
                ecs.describe_services(cluster="elsewhere", services=["a"])
            self.assertEqual([call["status"] for call in stand_in.calls()], [400])


class Life(unittest.TestCase):
    def test_ends_with_its_parent(self):
        # A shell that starts it, says its process id and is gone once it serves.
        script = f'"{sys.executable}" "{HERE}/stand_in.py" & echo $!; read -r _'
        with subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as shell:
            child = int(shell.stdout.readline())
            self.assertRegex(shell.stdout.readline(), r"^http://127\.0\.0\.1:\d+$")
            shell.stdin.close()
            shell.wait()
        self.assertTrue(until(lambda: not runs(child)), f"process {child} outlived its parent")

    def test_ends_at_its_time_limit(self):
        command = [sys.executable, HERE / "stand_in.py", "--seconds", "0"]
        self.assertEqual(subprocess.run(command, stdout=subprocess.DEVNULL, timeout=30).returncode, 0)

    def test_ends_at_a_signal(self):
        with StandInProcess() as stand_in:
            stand_in.process.send_signal(signal.SIGTERM)
            self.assertEqual(stand_in.process.wait(timeout=10), 0)


def runs(process):
    """Says whether a process exists and is no zombie."""
    try:
        state = pathlib.Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


if __name__ == "__main__":
    unittest.main()
