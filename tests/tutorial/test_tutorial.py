"""The tutorial by hand into one stand-in, `host run` into another, and both compared field by field."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "moto"))

import beyond
import described
import tutorial
from process import HOST, ROOT, StandInProcess, until

EXAMPLE = ROOT / "examples/searchapp"


def run_host(*arguments, stand_in):
    """Runs `host` in the example's folder, against a stand-in."""
    if not HOST.exists():
        raise FileNotFoundError(f"`{HOST}` is missing; hint: run `tests/run build recipes`")
    return subprocess.run(
        [HOST, *arguments],
        cwd=EXAMPLE,
        env=stand_in.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


class Comparison(unittest.TestCase):
    """Nine commands on one side, one on the other."""

    @classmethod
    def setUpClass(cls):
        cls.tutorial = cls.enterClassContext(StandInProcess())
        cls.ours = cls.enterClassContext(StandInProcess())
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tutorial-"))
        tutorial.type_all(folder, cls.tutorial)
        if not until(lambda: described.all_in_service(cls.tutorial, tutorial.PORTS)):
            raise RuntimeError("no instance came into service behind the tutorial's own load balancers")
        cls.finished = run_host("run", *tutorial.PORTS, "--timeout", "60s", stand_in=cls.ours)
        if cls.finished.returncode != 0:
            raise RuntimeError(f"`host run` ended with {cls.finished.returncode}: {cls.finished.stderr.strip()}")
        cls.writes = cls.ours.writes()

    def compare(self, listed, by_hand, by_host, name, kind):
        """Holds the differences of two tables to the list of `beyond`."""
        found = described.differences(by_hand, by_host)
        for path, (theirs, ours) in found.items():
            self.assertIn(path, listed, f"{kind} of {name}: `{path}` is {theirs!r} in the tutorial and {ours!r} by host")
        for path, entry in listed.items():
            same = f"{kind} of {name}: `{path}` is listed as a difference, and both say {by_host.get(path)!r}"
            self.assertIn(path, found, same)
            expected = entry if isinstance(entry, tuple) else (None, entry)
            for pattern, value in zip(expected, found[path]):
                self.assert_says(pattern, value, name, f"{kind} of {name}: `{path}`")

    def assert_says(self, pattern, value, name, where):
        if pattern is None:
            self.assertIsNone(value, f"{where}: the tutorial says {value!r}")
            return
        wanted = pattern.format(name=name, port=tutorial.PORTS[name])
        self.assertIsNotNone(re.fullmatch(wanted, str(value)), f"{where} is {value!r}, and the list says `{wanted}`")

    def test_the_same_objects(self):
        for name in tutorial.PORTS:
            by_hand, by_host = described.describe(self.tutorial, name), described.describe(self.ours, name)
            for kind, listed in beyond.DESCRIBED.items():
                with self.subTest(name=name, kind=kind):
                    self.assertGreater(len(by_hand[kind]), 10, "the tutorial's own object is hardly there")
                    self.compare(listed, by_hand[kind], by_host[kind], name, kind)

    def test_the_same_service_is_asked_for(self):
        for name in tutorial.PORTS:
            with self.subTest(name=name):
                key = ("CreateService", "serviceName", f"{name}-service")
                by_hand, by_host = described.sent(self.tutorial, *key), described.sent(self.ours, *key)
                self.compare(beyond.SENT, by_hand, by_host, name, "CreateService")

    def test_nothing_more_is_made(self):
        ecs, elb = self.ours.client("ecs"), self.ours.client("elb")
        services = sorted(arn.rpartition("/")[2] for arn in ecs.list_services(cluster="searchapp")["serviceArns"])
        self.assertEqual(services, [f"{name}-service" for name in tutorial.PORTS])
        balancers = elb.describe_load_balancers()["LoadBalancerDescriptions"]
        self.assertEqual(sorted(each["LoadBalancerName"] for each in balancers), [f"{name}-elb" for name in tutorial.PORTS])
        revisions = sorted(arn.rpartition("/")[2] for arn in ecs.list_task_definitions()["taskDefinitionArns"])
        self.assertEqual(revisions, [f"{name}:1" for name in tutorial.PORTS])

    def test_each_kind_of_write_is_sent_once_per_service(self):
        once = ["ConfigureHealthCheck", "CreateLoadBalancer", "CreateService", "RegisterTaskDefinition"]
        # What was seen steady is noted on the service and on its revision.
        noted = ["TagResource", "TagResource"]
        self.assertEqual(sorted(self.writes), sorted((once + noted) * len(tutorial.PORTS)))

    def test_endpoints_are_those_of_the_load_balancers(self):
        balancers = self.ours.client("elb").describe_load_balancers()["LoadBalancerDescriptions"]
        addresses = {each["LoadBalancerName"]: each["DNSName"] for each in balancers}
        wanted = [[name, f"{addresses[f'{name}-elb']}:80"] for name in tutorial.PORTS]
        self.assertEqual(sorted(line.split() for line in self.finished.stdout.splitlines()), wanted)

    def test_a_second_run_sends_no_write(self):
        again = run_host("run", *tutorial.PORTS, stand_in=self.ours)
        self.assertEqual((again.returncode, again.stdout), (0, self.finished.stdout), again.stderr)
        self.assertEqual(self.ours.writes(), self.writes)


class Slips(unittest.TestCase):
    """The tutorial's mistakes are mistakes: `host` cannot be made to make them."""

    def test_redis_names_a_family_that_is_not_there(self):
        with StandInProcess() as stand_in:
            for line in ("task-definitions/redis.json", "redis-elb"):
                done = tutorial.type_in(tutorial.command(line), tutorial.FOLDER, stand_in)
                self.assertEqual(done.returncode, 0, done.stderr)
            slip = tutorial.type_in(tutorial.command("redis-service.json"), tutorial.FOLDER, stand_in)
            self.assertNotEqual(slip.returncode, 0)
            self.assertIn("Unable to describe task definition", slip.stderr)

    def test_memcached_names_a_file_that_is_not_there(self):
        with StandInProcess() as stand_in:
            slip = tutorial.type_in(tutorial.command("memcached-service.json"), tutorial.FOLDER, stand_in)
            self.assertNotEqual(slip.returncode, 0)
            self.assertIn("No such file", slip.stderr)
            self.assertEqual(stand_in.calls(), [])


if __name__ == "__main__":
    unittest.main()
