"""The tutorial's commands as they are printed, typed with the `aws` command into `host simulator`.

Nothing is corrected before it fails: the slips of the tutorial have to fail as they fail on AWS.
"""

import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

from served import HOST, ROOT, Simulator, until

AWS = pathlib.Path(sys.executable).parent / "aws"
TUTORIAL = ROOT / "examples/searchapp/tutorial"
PORTS = {"elasticsearch": 9200, "memcached": 11211, "redis": 6379}


class Verbatim(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = cls.enterClassContext(Simulator())
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tutorial-")))
        shutil.copytree(TUTORIAL, cls.folder, dirs_exist_ok=True)
        lines = (TUTORIAL / "commands").read_text(encoding="utf-8").splitlines()
        cls.done = {line: cls.type_in(line) for line in lines}

    @classmethod
    def type_in(cls, line):
        program, *arguments = shlex.split(line)
        if program != "aws":
            raise ValueError(f"`{line}` is no command of the tutorial")
        return subprocess.run(
            [AWS, *arguments],
            cwd=cls.folder,
            env=cls.simulator.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def of(self, part):
        """Returns what came of the one command that contains `part`."""
        (done,) = [done for line, done in self.done.items() if part in line]
        return done

    def test_all_but_the_two_slips_are_accepted(self):
        failed = [line for line, done in self.done.items() if done.returncode != 0]
        self.assertEqual(len(self.done), 9)
        self.assertEqual(len(failed), 2, [self.done[line].stderr for line in failed])

    def test_task_definitions_come_back_as_the_tutorial_shows_them(self):
        for name, port in PORTS.items():
            registered = json.loads(self.of(f"task-definitions/{name}.json").stdout)["taskDefinition"]
            arn = f"arn:aws:ecs:us-east-1:387705308362:task-definition/{name}:1"
            self.assertEqual((registered["taskDefinitionArn"], registered["revision"]), (arn, 1))
            self.assertEqual((registered["status"], registered["family"]), ("ACTIVE", name))
            (container,) = registered["containerDefinitions"]
            self.assertEqual(container["portMappings"], [{"containerPort": port, "hostPort": port, "protocol": "tcp"}])
            self.assertEqual((container["essential"], container["cpu"], container["links"]), (True, 128, []))
        volumes = json.loads(self.of("task-definitions/elasticsearch.json").stdout)["taskDefinition"]["volumes"]
        self.assertEqual(volumes, [{"name": "elasticsearch-data", "host": {}}])

    def test_dns_names_look_like_those_of_aws(self):
        for name in PORTS:
            address = json.loads(self.of(f"--load-balancer-name {name}-elb").stdout)["DNSName"]
            self.assertRegex(address, rf"^internal-{name}-elb-\d{{8,10}}\.us-east-1\.elb\.amazonaws\.com$")

    def test_a_new_service_is_described_as_the_tutorial_shows_it(self):
        service = json.loads(self.of("services/elasticsearch-service.json").stdout)["service"]
        self.assertEqual((service["status"], service["desiredCount"]), ("ACTIVE", 1))
        self.assertEqual((service["runningCount"], service["pendingCount"], service["events"]), (0, 0, []))
        self.assertEqual(service["roleArn"], "arn:aws:iam::387705308362:role/ecsServiceRole")
        (deployment,) = service["deployments"]
        self.assertEqual((deployment["status"], deployment["desiredCount"]), ("PRIMARY", 1))
        self.assertRegex(deployment["id"], r"^ecs-svc/\d{19}$")
        self.assertNotIn("rolloutState", deployment, "AWS does not tell it behind a classic load balancer")

    def test_the_slip_of_redis_fails_in_the_words_of_aws(self):
        slip = self.of("services/redis-service.json")
        self.assertIn("An error occurred (ClientException) when calling the CreateService operation", slip.stderr)
        self.assertIn("TaskDefinition not found.", slip.stderr)

    def test_the_slip_of_memcached_never_leaves_the_command(self):
        self.assertIn("No such file", self.of("file://memcached-service.json").stderr)

    def test_corrected_all_of_it_comes_up(self):
        service = self.folder / "services/redis-service.json"
        service.write_text(service.read_text(encoding="utf-8").replace("searchapp-redis:1", "redis:1"), encoding="utf-8")
        for name in ("redis", "memcached"):
            line = f"aws ecs create-service --cluster searchapp --service-name {name}-service"
            done = self.type_in(f"{line} --cli-input-json file://services/{name}-service.json")
            self.assertEqual(done.returncode, 0, done.stderr)
        done = self.type_in("aws ecs list-services --cluster searchapp")
        listed = sorted(arn.rpartition("/")[2] for arn in json.loads(done.stdout)["serviceArns"])
        self.assertEqual(listed, [f"{name}-service" for name in PORTS])
        ecs, elb = self.simulator.client("ecs"), self.simulator.client("elb")

        def is_up(name):
            (service,) = ecs.describe_services(cluster="searchapp", services=[f"{name}-service"])["services"]
            states = elb.describe_instance_health(LoadBalancerName=f"{name}-elb")["InstanceStates"]
            steady = any(re.search("has reached a steady state", event["message"]) for event in service["events"])
            return steady and service["runningCount"] == 1 and any(it["State"] == "InService" for it in states)

        for name in PORTS:
            self.assertTrue(until(lambda: is_up(name)), f"{name} never came up")
        self.take_over()

    def take_over(self):
        """All of it is handed to `host`, which shows first what it would change and is then done with it."""
        names = sorted(PORTS)
        recipes = [ROOT / f"recipes/{name}.wasm" for name in names]
        target = ["--subnet", "subnet-39706b4e", "--security-group", "sg-c70ff2a1", "--service-role", "ecsServiceRole"]

        def host(*arguments):
            return subprocess.run(
                [HOST, *arguments, *recipes, *target],
                cwd=self.folder,
                env=self.simulator.environment() | {"XDG_CACHE_HOME": str(self.folder / "cache")},
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )

        refused = host("run")
        self.assertEqual(refused.returncode, 1, refused.stderr)
        self.assertIn("was not made by host", refused.stderr)
        self.assertIn("take it over with `--adopt`", refused.stderr)
        shown = host("plan", "--adopt")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for name in names:
            self.assertIn(f"~ adopt   task definition {name} (taken over", shown.stdout)
            self.assertIn(f"~ adopt   load balancer {name}-elb", shown.stdout)
            self.assertIn(f"~ adopt   service {name}-service", shown.stdout)
        self.assertNotIn("delete", shown.stdout.replace("0 to delete", ""))
        taken = host("run", "--adopt")
        self.assertEqual(taken.returncode, 0, taken.stderr)
        registered = [it for it in self.simulator.calls() if it["operation"] == "RegisterTaskDefinition"]
        self.assertEqual(len(registered), len(PORTS), "the revisions that were typed are the ones that run")
        again = host("run")
        self.assertEqual((again.returncode, "No changes." in again.stderr), (0, True), again.stderr)


if __name__ == "__main__":
    unittest.main()
