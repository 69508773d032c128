"""Verbs that take recipes take those of a registry by `oci://`, and run them from what is kept when it is away."""

import json

from foreign import digest, publish
from machine import HostCase, of_version, recipe
from registries import Registry


class References(HostCase):
    def setUp(self):
        super().setUp()
        self.registry = self.enterContext(Registry())
        self.redis = recipe("redis")
        self.place = f"{self.registry.place}/acme/redis"
        self.name = publish(f"{self.place}:0.1.0", self.redis)

    def file(self):
        """Returns the path of the same recipe as a file."""
        return self.machine.write("redis.wasm", self.redis)

    def test_render_says_the_same_as_of_the_file(self):
        by_file = self.done("render", self.file())
        self.assertIn("taskDefinition", json.loads(by_file))
        for reference in (f"{self.place}:0.1.0", f"{self.place}:0.1.x", self.place, f"{self.place}@{self.name}"):
            self.assertEqual(self.done("render", f"oci://{reference}"), by_file, reference)

    def test_a_newer_version_of_the_range_is_taken(self):
        publish(f"{self.place}:0.1.1", of_version(self.redis, "0.1.1"))
        said = self.done("plan", f"oci://{self.place}:0.1.x", "--local")
        self.assertIn("redis@0.1.1", said)

    def test_run_tags_what_it_makes_with_the_digest_of_the_component(self):
        printed = self.done("run", f"oci://{self.place}:0.1.0", "--local")
        self.assertRegex(printed, r"(?m)^redis +internal-redis-elb-\d+\.us-east-1\.elb\.amazonaws\.com:80$")
        shown = json.loads(self.done("plan", self.file(), "--local", "--output", "json"))
        self.assertEqual([step for step in shown.get("steps", []) if step.get("action") != "none"], [], shown)

    def test_what_pull_prints_is_what_runs(self):
        pinned = self.done("pull", f"oci://{self.place}").strip()
        self.assertEqual(pinned, f"oci://{self.place}:0.1.0@{self.name}")
        self.assertIn("redis@0.1.0", self.done("plan", pinned, "--local"))

    def test_a_stack_takes_them_beside_files(self):
        self.machine.write("memcached.wasm", recipe("memcached"))
        text = f'[services.redis]\nrecipe = "oci://{self.place}:0.1.x"\n\n[services.memcached]\nrecipe = "memcached.wasm"\n'
        self.machine.write("host.toml", text)
        printed = self.done("run", "--local")
        self.assertEqual(sorted(line.split()[0] for line in printed.splitlines()), ["memcached", "redis"])

    def test_offline_everything_runs_that_was_seen(self):
        references = [f"{self.place}:0.1.0", f"{self.place}@{self.name}", f"{self.place}:0.1.x", self.place]
        rendered = {self.done("render", f"oci://{reference}") for reference in references}
        self.registry.stop()
        for reference in references:
            rendered.add(self.done("render", f"oci://{reference}"))
        self.assertEqual(len(rendered), 1)
        self.done("run", f"oci://{self.place}:0.1.0", "--local")

    def test_offline_it_is_said_that_a_tag_may_be_another_by_now(self):
        self.done("render", f"oci://{self.place}:0.1.0")
        self.registry.stop()
        finished = self.machine.host("render", f"oci://{self.place}:0.1.0")
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertIn(self.registry.place, finished.stderr)
        # A digest is the same for ever: nothing is to be said.
        finished = self.machine.host("render", f"oci://{self.place}@{self.name}")
        self.assertNotIn(self.registry.place, finished.stderr)

    def test_offline_what_was_never_seen_is_told(self):
        self.registry.stop()
        for reference in (f"{self.place}:0.1.0", f"{self.place}@{self.name}"):
            self.assertIn(self.registry.place, self.refused("H0810", "render", f"oci://{reference}"))

    def test_a_digest_that_is_there_asks_nobody(self):
        self.done("render", f"oci://{self.place}@{self.name}")
        before = self.registry.requests()
        self.done("render", f"oci://{self.place}@{self.name}")
        self.done("run", f"oci://{self.place}@{self.name}", "--local")
        self.assertEqual(self.registry.since(before), [])

    def test_a_tag_that_was_moved_is_the_new_one(self):
        self.done("render", f"oci://{self.place}:0.1.0")
        other = recipe("memcached")
        publish(f"{self.place}:0.1.0", other)
        moved = self.done("render", f"oci://{self.place}:0.1.0")
        self.assertEqual(json.loads(moved)["taskDefinition"]["family"], "memcached")

    def test_what_is_changed_in_the_cache_is_not_run(self):
        self.done("render", f"oci://{self.place}@{self.name}")
        hexadecimal = digest(self.redis).partition(":")[2]
        found = (self.machine.home / "cache").rglob(f"*{hexadecimal}*")
        (kept,) = [path for path in found if path.is_file() and path.read_bytes() == self.redis]
        kept.chmod(0o600)
        kept.write_bytes(self.redis[:-1] + bytes([self.redis[-1] ^ 1]))
        # It is fetched again where there is a registry, and refused where there is none.
        self.assertIn("taskDefinition", self.done("render", f"oci://{self.place}@{self.name}"))
        self.assertEqual(kept.read_bytes(), self.redis)

    def test_a_reference_that_is_none_is_told(self):
        self.assertIn("oci://REGISTRY/REPOSITORY", self.refused("H0801", "render", "oci://127.0.0.1:5000"))
