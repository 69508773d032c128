"""Layouts: what skopeo writes is read by `host`."""

import json

from foreign import digest, layout_manifests, publish, skopeo
from machine import HostCase, of_version, recipe
from registries import Registry


class Layouts(HostCase):
    @classmethod
    def setUpClass(cls):
        cls.registry = cls.enterClassContext(Registry())
        cls.redis = recipe("redis")

    def setUp(self):
        super().setUp()
        # Each test has its own repository.
        self.place = f"{self.registry.place}/acme/{self._testMethodName.replace('_', '-')}"
        self.layout = self.machine.folder / "vendor"

    def test_what_skopeo_copied_runs_under_the_name_that_skopeo_gave_it(self):
        name = publish(f"{self.place}:0.1.0", self.redis)
        newer = publish(f"{self.place}:0.2.0", of_version(self.redis, "0.2.0"))
        for tag in ("0.1.0", "0.2.0"):
            skopeo("copy", f"docker://{self.place}:{tag}", f"oci:{self.layout}:{tag}")
        self.assertEqual([each["digest"] for each in layout_manifests(self.layout)], [name, newer])
        before = self.registry.requests()
        pulled = self.done("pull", "oci:vendor:0.1.x", "oci:vendor:0.2.0", f"oci:vendor@{name}")
        wanted = [f"oci:vendor:0.1.0@{name}", f"oci:vendor:0.2.0@{newer}", f"oci:vendor@{name}"]
        self.assertEqual(pulled.splitlines(), wanted)
        self.assertIn(self.redis, self.kept())
        self.machine.write("recipe.wasm", self.redis)
        self.assertEqual(self.done("render", "oci:vendor:0.1.0"), self.done("render", "recipe.wasm"))
        said = self.refused("H0825", "render", "oci:vendor")
        self.assertIn("`0.1.0`, `0.2.0`", said)
        self.assertEqual(self.registry.since(before), [])

    def test_a_recipe_without_a_name_is_the_only_one(self):
        name = publish(f"{self.place}:0.1.0", self.redis)
        skopeo("copy", f"docker://{self.place}:0.1.0", f"oci:{self.layout}")
        self.assertNotIn("annotations", layout_manifests(self.layout)[0])
        said = json.loads(self.done("pull", "oci:vendor", "--output", "json"))
        (one,) = said["recipes"]
        self.assertEqual((one["pinned"], one["component"]["digest"]), (f"oci:vendor@{name}", digest(self.redis)))
