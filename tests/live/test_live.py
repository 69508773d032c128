"""The probes of `tests/live`, run against `host simulator`: the report is complete, and nothing is left behind."""

import pathlib
import re
import signal
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "simulator"))

from ground import PREFIX, TAG  # noqa: E402
from questions import QUESTIONS  # noqa: E402
from refusals import NOT_TRIED, assumed, is_same  # noqa: E402
from served import Simulator, until  # noqa: E402

PLACE = ["--cluster", "searchapp", "--subnet", "subnet-39706b4e", "--security-group", "sg-c70ff2a1"]
# Deleted services are told for an hour of the account: here they are gone at once.
SCRIPT = "speed = 3600\n"


def command(*arguments):
    return [HERE / "run", *arguments]


class Live(unittest.TestCase):
    def setUp(self):
        self.simulator = self.enterContext(Simulator(SCRIPT))
        self.ecs, self.elb = self.simulator.client("ecs"), self.simulator.client("elb")

    def environment(self, **more):
        return self.simulator.environment() | {"HOST_LIVE_AWS": "1"} | more

    def run_probes(self, *arguments, **more):
        asked = {"env": self.environment(**more), "capture_output": True, "text": True, "check": False}
        return subprocess.run(command(*arguments), timeout=300, **asked)

    def there(self):
        """Returns the names of all that is there of any run."""
        services = self.ecs.list_services(cluster="searchapp", maxResults=100)["serviceArns"]
        active = self.ecs.describe_services(cluster="searchapp", services=services)["services"] if services else []
        names = [it["serviceName"] for it in active if it["status"] != "INACTIVE"]
        names += [it["LoadBalancerName"] for it in self.elb.describe_load_balancers()["LoadBalancerDescriptions"]]
        for status in ("ACTIVE", "INACTIVE"):
            names += self.ecs.list_task_definitions(status=status)["taskDefinitionArns"]
        return [it for it in names if PREFIX in it]

    def test_every_question_is_in_the_report_and_nothing_is_left(self):
        run = self.run_probes(*PLACE, "--pace", "0")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.there(), [])
        report = run.stdout
        sections = re.split(r"^## ", report, flags=re.MULTILINE)[1:]
        self.assertEqual(len(sections), len(QUESTIONS) + 2)
        for section, question in zip(sections, QUESTIONS):
            with self.subTest(question.title):
                self.assertIn(question.title, section)
                answers = re.findall(r"^\*\*\w+\*\*: `[^`]+` \(HTTP \d+, request \S+\)$", section, re.MULTILINE)
                self.assertGreaterEqual(len(answers), 2)
                self.assertNotIn("failed:", section)
        # What is not simulated is said as AWS would say it.
        self.assertIn("**StopServiceDeployment**: `UnknownOperationException", report)
        self.assertIn("Creation of service was not idempotent.", report)
        self.assertIn("Everything that was made is deleted.", sections[-1])
        account = self.ecs.describe_clusters(clusters=["searchapp"])["clusters"][0]["clusterArn"].split(":")[4]
        self.assertNotIn(account, report)
        self.assertIn(":ACCOUNT:", report)
        self.assertNotIn("test", re.findall(r"^Asked: .*$", report, re.MULTILINE)[0])
        # The simulator says its own texts: each call meets the rule that it is for.
        rows = re.findall(r"^\| `([a-z0-9-]+)` \| .* \| (yes|\*\*no\*\*) \| \S+ \|$", sections[-2], re.MULTILINE)
        self.assertEqual([rule for rule, same in rows if same != "yes"], [])
        self.assertEqual({rule for rule, _ in rows} | set(NOT_TRIED), set(assumed()))

    def test_without_its_variable_nothing_is_asked(self):
        run = self.run_probes(*PLACE, HOST_LIVE_AWS="")
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        for words in ("USD", "Rights", TAG, "hint: set HOST_LIVE_AWS=1"):
            self.assertIn(words, run.stderr)
        self.assertEqual(self.simulator.calls(), [])

    def test_a_place_that_does_not_fit_is_told_before_anything_is_made(self):
        for arguments, words in [
            (["--cluster", "nope", *PLACE[2:]], "there is no active cluster `nope`"),
            (["--cluster", "searchapp"], "give `--subnet` and `--security-group`"),
            ([*PLACE, "--profile", "nobody"], "nobody"),
        ]:
            run = self.run_probes(*arguments)
            self.assertNotEqual(run.returncode, 0)
            self.assertIn(words, run.stderr)
        self.ecs.create_cluster(clusterName="bare")
        run = self.run_probes("--cluster", "bare", *PLACE[2:])
        self.assertIn("cluster `bare` has no container instance", run.stderr)
        self.assertEqual(self.there(), [])

    def test_ctrl_c_deletes_what_was_made(self):
        asked = {"env": self.environment(), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command(*PLACE, "--pace", "0.05"), **asked) as process:
            made = until(lambda: self.elb.describe_load_balancers()["LoadBalancerDescriptions"])
            self.assertTrue(made)
            process.send_signal(signal.SIGINT)
            report, told = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 130, told)
        self.assertIn("interrupted", told)
        self.assertIn("Everything that was made is deleted.", report)
        self.assertEqual(self.there(), [])

    def test_clean_deletes_what_is_ours_by_name_and_tag_and_nothing_else(self):
        def register(family, **tags):
            container = {"name": "web", "image": "busybox", "memory": 16}
            tags = [{"key": key, "value": value} for key, value in tags.items()]
            self.ecs.register_task_definition(family=family, containerDefinitions=[container], tags=tags)

        def balance(name, run):
            listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80}
            tags = {"Tags": [{"Key": TAG, "Value": run}]}
            place = {"Subnets": [PLACE[3]], "SecurityGroups": [PLACE[5]], "Scheme": "internal"}
            self.elb.create_load_balancer(LoadBalancerName=name, Listeners=[listener], **place, **tags)

        run = f"{PREFIX}0a1b2c"
        register(f"{run}-left", **{TAG: run})
        serve = {"cluster": "searchapp", "taskDefinition": f"{run}-left", "desiredCount": 0}
        self.ecs.create_service(serviceName=f"{run}-left", tags=[{"key": TAG, "value": run}], **serve)
        balance(f"{run}-left", run)
        # Of the name, but not of the tag; of the tag, but not of the name.
        register(f"{run}-mine")
        balance(f"{run}-other", "somebody")
        balance("mine", run)
        cleaned = self.run_probes("--cluster", "searchapp", "--clean", "--pace", "0")
        self.assertEqual(cleaned.returncode, 0, cleaned.stderr)
        left = self.there()
        self.assertEqual(sorted(it.rpartition("/")[2] for it in left), [f"{run}-mine:1", f"{run}-other"])
        names = [it["LoadBalancerName"] for it in self.elb.describe_load_balancers()["LoadBalancerDescriptions"]]
        self.assertIn("mine", names)


class Texts(unittest.TestCase):
    def test_what_a_call_fills_in_may_be_anything(self):
        self.assertTrue(is_same("A: the … of … (a).", "A: the port of x (a)."))
        self.assertFalse(is_same("A: the … of … (a).", "B: the port of x (a)."))


if __name__ == "__main__":
    unittest.main()
