"""`host pull` from a real registry, of what clients that are not ours published."""

import concurrent.futures
import json
import tempfile

import foreign
from foreign import digest, oras_push, publish, skopeo
from machine import HostCase, of_other_content, of_version, recipe
from registries import Registry


class Pull(HostCase):
    @classmethod
    def setUpClass(cls):
        cls.registry = cls.enterClassContext(Registry())
        cls.redis = recipe("redis")

    def setUp(self):
        super().setUp()
        # Each test has its own repository.
        self.place = f"{self.registry.place}/acme/{self._testMethodName.replace('_', '-')}"
        self.path = self.place.partition("/")[2]

    def test_what_oras_pushed_has_the_same_bytes(self):
        oras_push(f"{self.place}:0.1.0", self.machine.write("redis.wasm", self.redis))
        self.assertEqual(self.pulled(f"{self.place}:0.1.0"), self.redis)

    def test_what_skopeo_copied_from_a_layout_has_the_same_bytes(self):
        layout = self.machine.folder / "layout"
        name = foreign.write_layout(layout, self.redis, "0.1.0")
        skopeo("copy", f"oci:{layout}:0.1.0", f"docker://{self.place}:0.1.0")
        self.assertEqual(self.pulled(f"{self.place}:0.1.0"), self.redis)
        self.assertEqual(self.pulled(f"{self.place}@{name}"), self.redis)

    def test_it_prints_each_by_its_digest(self):
        name = publish(f"{self.place}:0.1.0", self.redis)
        other = publish(f"{self.place}/other:0.1.0", recipe("memcached"))
        asked = [f"oci://{self.place}:0.1.x", f"oci://{self.place}/other:0.1.0", f"oci://{self.place}@{name}"]
        wanted = [f"oci://{self.place}:0.1.0@{name}", f"oci://{self.place}/other:0.1.0@{other}", f"oci://{self.place}@{name}"]
        self.assertEqual(self.done("pull", *asked).splitlines(), wanted)

    def test_a_range_and_no_version_take_the_newest_that_is_none_to_try_out(self):
        others = {version: of_version(self.redis, version) for version in ("0.1.9", "0.2.0", "1.0.0")}
        for version, component in {"0.1.0": self.redis, **others}.items():
            publish(f"{self.place}:{version}", component)
        for tag in ("0.1.10-rc.1", "latest", "sha256-00.sig"):
            publish(f"{self.place}:{tag}", of_other_content(self.redis))
        self.assertEqual(self.pulled(f"{self.place}:0.1.x"), others["0.1.9"])
        self.assertEqual(self.pulled(f"{self.place}:0.x"), others["0.2.0"])
        self.assertEqual(self.pulled(self.place), others["1.0.0"])

    def test_what_is_not_there_is_told_with_what_is(self):
        publish(f"{self.place}:0.1.0", self.redis)
        said = self.refused("H0812", "pull", f"oci://{self.place}:0.1.1")
        self.assertIn(f"{self.place}:0.1.1", said)
        self.assertIn("`0.1.0`", said)
        self.assertIn("`0.1.0`", self.refused("H0812", "pull", f"oci://{self.place}:2.x"))
        self.assertIn("unknown-one", self.refused("H0812", "pull", f"oci://{self.registry.place}/acme/unknown-one:0.1.0"))
        none = "sha256:" + "0" * 64
        self.assertIn(none, self.refused("H0812", "pull", f"oci://{self.place}@{none}"))

    def test_what_is_no_recipe_is_told_by_what_it_is(self):
        with tempfile.TemporaryDirectory() as folder:
            text = f"{folder}/notes.txt"
            with open(text, "w", encoding="utf-8") as file:
                file.write("no recipe")
            oras = foreign.oras(None, None)
            target = f"{self.place}:0.1.0"
            nobody = str(foreign.nobody(folder))
            oras.push(target=target, files=[f"{text}:text/plain"], config_path=nobody, disable_path_validation=True, quiet=True)
        before = self.registry.requests()
        self.assertIn(f"{self.place}:0.1.0", self.refused("H0802", "pull", f"oci://{self.place}:0.1.0"))
        self.assertFalse([each for each in self.registry.since(before) if "/blobs/" in each.path], "its content was fetched")

    def test_an_image_and_an_index_of_images_are_told_as_what_they_are(self):
        path = f"/v2/{self.path}/manifests"
        image = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(b"{}"), "size": 2}
        self.registry.upload(self.path, b"{}")
        manifest = {"schemaVersion": 2, "mediaType": foreign.MANIFEST, "config": image, "layers": []}
        name = self.registry.put(f"{path}/image", foreign.MANIFEST, manifest)
        entry = {"mediaType": foreign.MANIFEST, "digest": name, "size": len(json.dumps(manifest))}
        index = {"schemaVersion": 2, "mediaType": foreign.INDEX, "manifests": [entry]}
        self.registry.put(f"{path}/index", foreign.INDEX, index)
        self.assertIn("application/vnd.oci.image.config.v1+json", self.refused("H0802", "pull", f"oci://{self.place}:image"))
        self.assertIn(foreign.INDEX, self.refused("H0802", "pull", f"oci://{self.place}:index"))

    def test_what_is_larger_than_a_recipe_may_be_is_not_fetched(self):
        publish(f"{self.place}:0.1.0", bytes(1 << 20))
        before = self.registry.requests()
        finished = self.machine.host("pull", f"oci://{self.place}:0.1.0", "--sandbox", "size=1000KiB")
        self.assertEqual((finished.returncode, finished.stdout), (1, ""), finished.stderr)
        self.assertIn("1048576 bytes", finished.stderr)
        self.assertFalse([each for each in self.registry.since(before) if "/blobs/" in each.path])

    def test_several_at_once_share_what_they_keep(self):
        components = [of_version(self.redis, f"0.1.{patch}") for patch in range(4)]
        for patch, component in enumerate(components):
            publish(f"{self.place}:0.1.{patch}", component)
        references = [f"oci://{self.place}:0.1.{patch}" for patch in range(4)]
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            all_finished = list(pool.map(lambda _: self.machine.host("pull", *references), range(6)))
        for finished in all_finished:
            self.assertEqual((finished.returncode, finished.stdout), (0, all_finished[0].stdout), finished.stderr)
        # With the manifests, and nothing half done.
        kept = self.kept()
        for component in components:
            self.assertEqual(kept.count(component), 1)

    def test_it_asks_for_the_manifest_and_the_component_and_nothing_twice(self):
        name = publish(f"{self.place}:0.1.0", self.redis)
        layer = digest(self.redis)
        before = self.registry.requests()
        self.pulled(f"{self.place}:0.1.0")
        blobs = [each for each in self.registry.since(before) if "/blobs/" in each.path]
        self.assert_asked([each for each in blobs if each.path.endswith(layer)], rf"GET /v2/{self.path}/blobs/{layer} 200")
        self.assertLessEqual(len(self.registry.since(before)), 3, self.registry.since(before))
        before = self.registry.requests()
        self.pulled(f"{self.place}@{name}")
        self.assertEqual(self.registry.since(before), [], "what was fetched by its digest is asked for again")

    def test_the_same_component_of_another_repository_is_not_fetched_again(self):
        for name in ("one", "two"):
            publish(f"{self.place}/{name}:0.1.0", self.redis)
        self.assertEqual(self.pulled(f"{self.place}/one:0.1.0"), self.redis)
        before = self.registry.requests()
        self.assertEqual(self.pulled(f"{self.place}/two:0.1.0"), self.redis)
        asked = self.registry.since(before)
        self.assertTrue(asked)
        self.assertFalse([each for each in asked if each.path.endswith(digest(self.redis))], asked)

    def test_other_bytes_on_the_disk_of_the_registry_are_refused(self):
        publish(f"{self.place}:0.1.0", of_other_content(self.redis))
        layer = digest(of_other_content(self.redis))
        stored = self.registry.stored(layer)
        right = stored.read_bytes()
        # Of the same length, and a recipe.
        stored.write_bytes(right[:-1] + b"y")
        self.addCleanup(stored.write_bytes, right)
        said = self.refused("H0803", "pull", f"oci://{self.place}:0.1.0")
        self.assertIn(layer, said)
        self.assertIn(digest(right[:-1] + b"y"), said)
        self.assertNotIn(right[:-1] + b"y", self.kept())
        # When the disk is mended, it is fetched again.
        stored.write_bytes(right)
        self.assertEqual(self.pulled(f"{self.place}:0.1.0"), right)

    def test_another_manifest_on_the_disk_of_the_registry_is_refused(self):
        name = publish(f"{self.place}:0.1.0", self.redis)
        stored = self.registry.stored(name)
        right = stored.read_bytes()
        stored.write_bytes(right.replace(digest(self.redis).encode(), ("sha256:" + "0" * 64).encode()))
        self.addCleanup(stored.write_bytes, right)
        self.assertIn(name, self.refused("H0803", "pull", f"oci://{self.place}@{name}"))

    def test_a_component_that_is_gone_from_the_disk_is_told(self):
        component = of_other_content(of_other_content(self.redis))
        publish(f"{self.place}:0.1.0", component)
        self.registry.stored(digest(component)).unlink()
        self.assertIn(f"{self.place}:0.1.0", self.refused("H0813", "pull", f"oci://{self.place}:0.1.0"))

    def test_a_registry_that_is_not_there_is_told(self):
        with Registry() as other:
            other.stop()
            said = self.refused("H0810", "pull", f"oci://{other.place}/acme/redis:0.1.0")
        self.assertIn(other.place, said)
