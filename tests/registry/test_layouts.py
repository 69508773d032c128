"""Layouts: what skopeo writes is read by `host`, and the other way round; `host save` and `load` between real registries."""

import json

from foreign import digest, layout_blob, layout_manifests, publish, raw_manifest, skopeo
from machine import HostCase, of_version, recipe
from registries import ROOT, Registry

FIXTURES = ROOT / "host/core/src/registry/key/fixtures"
KEY, PUBLIC = FIXTURES / "openssl.key", FIXTURES / "openssl.pub"


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

    def test_what_host_saved_is_read_by_skopeo_under_its_full_name(self):
        self.pushed(self.redis, self.place)
        self.done("sign", "--key", KEY, f"oci://{self.place}:0.1.0")
        name = digest(raw_manifest(f"{self.place}:0.1.0"))
        self.assertEqual(self.done("save", f"oci://{self.place}:0.x", "-o", "vendor"), f"oci://{self.place}:0.1.0@{name}\n")
        signatures = f"{name.replace(':', '-')}.sig"
        named = [each["annotations"]["org.opencontainers.image.ref.name"] for each in layout_manifests(self.layout)]
        self.assertEqual(named, [f"{self.place}:0.1.0", f"{self.place}:{signatures}"])
        self.assertEqual(layout_blob(self.layout, digest(self.redis)), self.redis)
        for tag in ("0.1.0", signatures):
            skopeo("copy", f"oci:{self.layout}:{self.place}:{tag}", f"docker://{self.place}/copied:{tag}")
            self.assertEqual(raw_manifest(f"{self.place}/copied:{tag}"), raw_manifest(f"{self.place}:{tag}"))
        self.done("verify", "--key", PUBLIC, f"oci://{self.place}/copied:0.1.0")

    def test_what_skopeo_put_beside_it_stays(self):
        publish(f"{self.place}:0.2.0", of_version(self.redis, "0.2.0"))
        skopeo("copy", f"docker://{self.place}:0.2.0", f"oci:{self.layout}:other")
        publish(f"{self.place}:0.1.0", self.redis)
        self.done("save", f"oci://{self.place}:0.1.0", "-o", "vendor")
        skopeo("copy", f"oci:{self.layout}:other", f"docker://{self.place}/other:1")
        skopeo("copy", f"docker://{self.place}:0.2.0", f"oci:{self.layout}:another")
        skopeo("copy", f"oci:{self.layout}:{self.place}:0.1.0", f"docker://{self.place}/other:2")
        self.assertEqual(raw_manifest(f"{self.place}/other:2"), raw_manifest(f"{self.place}:0.1.0"))

    def test_it_goes_from_one_registry_into_another_with_its_signatures(self):
        self.pushed(self.redis, self.place)
        self.done("sign", "--key", KEY, f"oci://{self.place}:0.1.0")
        pinned = self.done("save", f"oci://{self.place}", "-o", "vendor").strip()
        name = pinned.partition("@")[2]
        inside = self.new_machine()
        with Registry() as closed:
            target = f"oci://{closed.place}/mirror/redis"
            loaded = inside.host("load", self.layout, target)
            self.assertEqual((loaded.returncode, loaded.stdout), (0, f"{target}:0.1.0@{name}\n"), loaded.stderr)
            verified = inside.host("verify", "--key", PUBLIC, f"{target}:0.1.0")
            self.assertEqual(verified.returncode, 0, verified.stderr)
            self.assertEqual(digest(raw_manifest(f"{closed.place}/mirror/redis:0.1.0")), name)
            signatures = f"{name.replace(':', '-')}.sig"
            self.assertEqual(raw_manifest(f"{closed.place}/mirror/redis:{signatures}"), raw_manifest(f"{self.place}:{signatures}"))
            before = closed.requests()
            self.assertEqual(inside.host("load", self.layout, target).returncode, 0)
            self.assertEqual({each.method for each in closed.since(before)}, {"GET"})

    def test_a_locked_stack_runs_from_what_was_loaded_and_nobody_is_asked(self):
        self.pushed(self.redis, self.place)
        self.done("sign", "--key", KEY, f"oci://{self.place}:0.1.0")
        host, key = f"[trust]\n\"{self.registry.place}\" = [\"their.pub\"]\n", PUBLIC.read_bytes()
        stack = f"{host}\n[services.redis]\nrecipe = \"oci://{self.place}:0.x\"\n"
        self.machine.write("their.pub", key)
        self.machine.write("host.toml", stack)
        self.done("lock")
        self.done("save", "-o", "vendor")
        inside = self.new_machine()
        for file, data in {"their.pub": key, "host.toml": stack, "host.lock": (self.machine.folder / "host.lock").read_bytes()}.items():
            inside.write(file, data)
        before = self.registry.requests()
        loaded = inside.host("load", self.layout)
        self.assertEqual(loaded.returncode, 0, loaded.stderr)
        ran = inside.host("run", "--local", "--yes")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("redis", ran.stdout)
        self.assertEqual(self.registry.since(before), [])
