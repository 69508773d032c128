"""`host push` into a real registry, and what clients that are not ours make of it."""

import json

import foreign
from foreign import digest, oras_pull, publish, raw_manifest, skopeo
from machine import HostCase, of_other_content, of_version, recipe
from registries import Registry

# What changes something in a registry.
WRITES = ("POST", "PUT", "PATCH", "DELETE")


class Push(HostCase):
    @classmethod
    def setUpClass(cls):
        cls.registry = cls.enterClassContext(Registry())
        cls.redis = recipe("redis")

    def setUp(self):
        super().setUp()
        # Each test has its own repository.
        self.place = f"{self.registry.place}/acme/{self._testMethodName.replace('_', '-')}"

    def writes(self, before):
        """Returns what was changed in the registry since `before`."""
        return [each for each in self.registry.since(before) if each.method in WRITES]

    def test_it_is_the_artifact_of_the_cncf(self):
        self.pushed(self.redis, f"{self.place}:0.1.0")
        manifest = json.loads(raw_manifest(f"{self.place}:0.1.0"))
        self.assertEqual(manifest["mediaType"], foreign.MANIFEST)
        self.assertEqual(manifest["config"]["mediaType"], foreign.CONFIG)
        (layer,) = manifest["layers"]
        self.assertEqual((layer["mediaType"], layer["digest"], layer["size"]), (foreign.LAYER, digest(self.redis), len(self.redis)))
        said = manifest["annotations"]
        self.assertEqual(said["org.opencontainers.image.title"], "redis")
        self.assertEqual(said["org.opencontainers.image.version"], "0.1.0")
        config = json.loads(skopeo("inspect", "--config", "--raw", f"docker://{self.place}:0.1.0"))
        self.assertEqual((config["architecture"], config["os"]), ("wasm", "wasip2"))
        self.assertEqual(config["layerDigests"], [digest(self.redis)])
        self.assertEqual(config["component"], {"exports": ["host:recipe/guest@0.1.0"], "imports": []})

    def test_oras_fetches_the_same_bytes_under_the_name_of_the_recipe(self):
        self.pushed(self.redis, f"{self.place}:0.1.0")
        path = oras_pull(f"{self.place}:0.1.0", self.machine.home / "oras")
        self.assertEqual((path.name, path.read_bytes()), ("redis.wasm", self.redis))

    def test_skopeo_copies_it_everywhere_with_its_digest(self):
        printed = self.pushed(self.redis, f"{self.place}:0.1.0")
        name = digest(raw_manifest(f"{self.place}:0.1.0"))
        self.assertIn(name, printed)
        home = self.machine.home
        skopeo("copy", f"docker://{self.place}:0.1.0", f"docker://{self.place}/copy:0.1.0")
        self.assertEqual(digest(raw_manifest(f"{self.place}/copy:0.1.0")), name)
        skopeo("copy", f"docker://{self.place}:0.1.0", f"oci:{home}/layout:0.1.0")
        (entry,) = foreign.layout_manifests(home / "layout")
        self.assertEqual(entry["digest"], name)
        self.assertEqual(foreign.layout_blob(home / "layout", digest(self.redis)), self.redis)
        skopeo("copy", f"docker://{self.place}:0.1.0", f"dir:{home}/dir")
        self.assertEqual(digest((home / "dir/manifest.json").read_bytes()), name)
        self.assertEqual((home / "dir" / digest(self.redis).partition(":")[2]).read_bytes(), self.redis)
        self.assertEqual(self.pulled(f"{self.place}/copy:0.1.0"), self.redis)

    def test_skopeo_lists_the_version(self):
        self.pushed(self.redis, f"{self.place}:0.1.0")
        self.assertEqual(json.loads(skopeo("list-tags", f"docker://{self.place}"))["Tags"], ["0.1.0"])

    def test_without_a_version_it_is_that_of_the_recipe(self):
        self.pushed(self.redis, self.place)
        self.assertEqual(json.loads(skopeo("list-tags", f"docker://{self.place}"))["Tags"], ["0.1.0"])

    def test_two_machines_make_one_artifact(self):
        self.pushed(self.redis, f"{self.place}/one:0.1.0")
        self.machine = self.new_machine()
        self.pushed(self.redis, f"{self.place}/two:0.1.0")
        manifests = [raw_manifest(f"{self.place}/{name}:0.1.0") for name in ("one", "two")]
        self.assertEqual(*manifests)

    def test_the_same_again_uploads_nothing(self):
        first = self.pushed(self.redis, f"{self.place}:0.1.0")
        before = self.registry.requests()
        self.assertEqual(self.pushed(self.redis, f"{self.place}:0.1.0"), first)
        self.assertTrue(self.registry.since(before))
        self.assertEqual(self.writes(before), [])

    def test_what_the_registry_has_is_not_uploaded_for_the_next_version(self):
        self.pushed(self.redis, f"{self.place}:0.1.0")
        before = self.registry.requests()
        self.pushed(of_version(self.redis, "0.1.1"), f"{self.place}:0.1.1")
        put = [each for each in self.writes(before) if each.method == "PUT" and "/manifests/" in each.path]
        self.assertEqual([each.path.rpartition("/")[2] for each in put], ["0.1.1"])
        self.assertEqual(self.pulled(f"{self.place}:0.1.x"), of_version(self.redis, "0.1.1"))

    def test_other_content_under_a_version_that_there_is_is_refused(self):
        self.pushed(self.redis, f"{self.place}:0.1.0")
        manifest, before = raw_manifest(f"{self.place}:0.1.0"), self.registry.requests()
        other = self.machine.write("other.wasm", of_other_content(self.redis))
        said = self.refused("H0818", "push", other, f"oci://{self.place}:0.1.0")
        self.assertIn(f"{self.place}:0.1.0", said)
        self.assertEqual(self.writes(before), [])
        self.assertEqual(raw_manifest(f"{self.place}:0.1.0"), manifest)

    def test_another_version_than_the_recipe_says_is_refused(self):
        before = self.registry.requests()
        path = self.machine.write("redis.wasm", self.redis)
        finished = self.machine.host("push", path, f"oci://{self.place}:0.2.0")
        self.assertEqual((finished.returncode, finished.stdout), (1, ""), finished.stderr)
        self.assertIn("0.1.0", finished.stderr)
        self.assertIn("0.2.0", finished.stderr)
        self.assertEqual(self.writes(before), [])

    def test_what_is_no_recipe_is_not_pushed(self):
        before = self.registry.requests()
        path = self.machine.write("nothing.wasm", b"\0asm\x0d\0\x01\0")
        finished = self.machine.host("push", path, f"oci://{self.place}:0.1.0")
        self.assertEqual((finished.returncode, finished.stdout), (1, ""), finished.stderr)
        self.assertEqual(self.writes(before), [])

    def test_a_version_that_breaks_users_of_the_one_before_is_refused(self):
        # Another tool published one with a parameter that is gone, and wrote nothing of it beside it.
        former = self.redis.replace(b"data-volume-driver", b"data-volume-dreamt")
        publish(f"{self.place}:0.1.0", former)
        before = self.registry.requests()
        path = self.machine.write("redis.wasm", of_version(self.redis, "0.1.1"))
        said = self.refused("H0805", "push", path, f"oci://{self.place}:0.1.1")
        self.assertIn("parameters.data-volume-dreamt", said)
        self.assertIn("0.1.0", said)
        self.assertEqual(self.writes(before), [])

    def test_another_recipe_is_refused_whatever_its_version(self):
        publish(f"{self.place}:0.1.0", self.redis)
        before = self.registry.requests()
        path = self.machine.write("mysql.wasm", of_version(recipe("mysql"), "0.2.0"))
        for tag in ("", ":edge"):
            said = self.refused("H0820", "push", path, f"oci://{self.place}{tag}")
            self.assertIn("holds `redis`, at 0.1.0, and this is `mysql`", said)
        self.assertEqual(self.writes(before), [])

    def test_versions_that_others_pushed_count_as_well(self):
        publish(f"{self.place}:0.1.0", of_other_content(self.redis))
        path = self.machine.write("redis.wasm", self.redis)
        self.assertIn("0.1.0", self.refused("H0818", "push", path, f"oci://{self.place}:0.1.0"))
