"""Logins for pushing, at real registries that ask for a password or for a token."""

import foreign
from authority import Authority
from machine import HostCase, recipe
from registries import USER, Registry
from token_server import TokenServer


class PushAsSomebody(HostCase):
    def test_with_a_password(self):
        with Registry(password=True) as registry:
            path = self.machine.write("redis.wasm", recipe("redis"))
            self.refused("H0811", "push", path, f"oci://{registry.place}/acme/redis:0.1.0")
            self.machine.know(registry.place)
            self.pushed(recipe("redis"), f"{registry.place}/acme/redis:0.1.0")
            self.assertEqual(self.pulled(f"{registry.place}/acme/redis:0.1.0"), recipe("redis"))

    def test_with_a_token_that_writes_one_repository(self):
        with foreign.scratch() as folder, TokenServer(Authority(folder)) as tokens, Registry(tokens=tokens) as registry:
            self.machine.know(registry.place)
            self.pushed(recipe("redis"), f"{registry.place}/acme/redis:0.1.0")
            scopes = {scope for asked in tokens.asked for scope in asked.scopes}
            # An index of recipes beside it is looked for.
            index = "repository:acme/index:pull"
            self.assertLessEqual(scopes, {"repository:acme/redis:pull", "repository:acme/redis:pull,push", index})
            self.assertIn("repository:acme/redis:pull,push", scopes)
            self.assertLessEqual(len(tokens.asked), 3, tokens.asked)
            self.assertEqual({asked.user for asked in tokens.asked}, {USER})

    def test_a_token_that_only_reads_is_told(self):
        with foreign.scratch() as folder, TokenServer(Authority(folder)) as tokens, Registry(tokens=tokens) as registry:
            path = self.machine.write("redis.wasm", recipe("redis"))
            said = self.refused("H0811", "push", path, f"oci://{registry.place}/public/redis:0.1.0")
            self.assertIn(f"`{registry.place}` does not let `public/redis` be written to", said)
