"""`host search` at real registries: more repositories than a page holds, and those who may not list them."""

import json

import foreign
from authority import Authority
from foreign import digest
from machine import HostCase, recipe
from registries import Registry
from token_server import TokenServer


def fill(registry, count, component=b"\0asm-of-nobody"):
    """Puts so many recipes of version 0.1.0, and as many images, into a registry."""
    config, image = foreign.wasm_config(component), b"{}"
    for number in range(count):
        name = f"acme/recipe-{number:03}"
        for data in (config, component):
            registry.upload(name, data)
        document = {
            "schemaVersion": 2,
            "mediaType": foreign.MANIFEST,
            "config": {"mediaType": foreign.CONFIG, "digest": digest(config), "size": len(config)},
            "layers": [{"mediaType": foreign.LAYER, "digest": digest(component), "size": len(component)}],
            "annotations": {"org.opencontainers.image.description": f"the one of number {number}"},
        }
        registry.put(f"/v2/{name}/manifests/0.1.0", foreign.MANIFEST, document)
        other = f"other/image-{number:03}"
        registry.upload(other, image)
        kind = "application/vnd.oci.image.config.v1+json"
        document = {
            "schemaVersion": 2,
            "mediaType": foreign.MANIFEST,
            "config": {"mediaType": kind, "digest": digest(image), "size": len(image)},
            "layers": [],
        }
        registry.put(f"/v2/{other}/manifests/1.0.0", foreign.MANIFEST, document)


class Search(HostCase):
    COUNT = 70

    @classmethod
    def setUpClass(cls):
        cls.registry = cls.enterClassContext(Registry(entries=50))
        fill(cls.registry, cls.COUNT)

    def found(self, *arguments, **more):
        """Returns what is found, as documents."""
        return json.loads(self.done("search", *arguments, "--output", "json", **more))["recipes"]

    def test_all_pages_are_read_and_no_component(self):
        before = self.registry.requests()
        found = self.found("--registry", f"oci://{self.registry.place}")
        expected = [f"oci://{self.registry.place}/acme/recipe-{number:03}" for number in range(self.COUNT)]
        self.assertEqual(sorted(each["reference"] for each in found), expected)
        self.assertEqual({each["version"] for each in found}, {"0.1.0"})
        asked = self.registry.since(before)
        self.assertEqual([each for each in asked if "/blobs/" in each.path], [])
        self.assertGreater(len([each for each in asked if "/_catalog" in each.path]), 2)

    def test_a_word_and_a_part_of_the_registry(self):
        place = f"oci://{self.registry.place}/acme"
        (one,) = self.found("NUMBER 42", "--registry", place)
        self.assertEqual((one["name"], one["summary"]), ("recipe-042", "the one of number 42"))
        self.assertEqual(self.found("--registry", f"oci://{self.registry.place}/other"), [])
        said = self.machine.host("search", "image", "--registry", f"oci://{self.registry.place}", "-v").stderr
        self.assertIn(f"hold no version of a recipe: {self.COUNT}", said)

    def test_what_is_found_can_be_inspected(self):
        with Registry() as registry:
            self.pushed(recipe("redis"), f"{registry.place}/acme/redis")
            (one,) = self.found("redis", "--registry", f"oci://{registry.place}")
            before = registry.requests()
            said = self.machine.host("inspect", one["reference"])
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertIn("redis 0.1.0", said.stdout)
            self.assertIn("as its publisher described it", said.stderr)
            self.assert_asked(registry.since(before), "GET /v2/acme/redis/tags/list.* 200", "GET /v2/acme/redis/manifests/0.1.0 200")

    def test_an_index_serves_those_who_may_not_list(self):
        with foreign.scratch() as folder, TokenServer(Authority(folder)) as tokens, Registry(tokens=tokens) as registry:
            self.machine.know(registry.place)
            self.done("push", self.machine.write("redis.wasm", recipe("redis")), f"oci://{registry.place}/public/redis", "--index")
            place = f"oci://{registry.place}/public"
            tokens.asked.clear()
            (listed,) = self.found("--registry", place)
            self.assertIn("registry:catalog:*", {scope for asked in tokens.asked for scope in asked.scopes})
            self.machine.configure()
            before = registry.requests()
            (of_index,) = self.found("--registry", place)
            self.assertEqual(of_index, listed)
            self.assertEqual([each for each in registry.since(before) if "/public/redis/" in each.path], [])
            said = self.refused("H0811", "search", "--registry", f"oci://{registry.place}")
            self.assertIn("does not let its list of repositories be read without a login", said)
            self.assertIn("host push --index", said)
