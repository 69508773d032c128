"""Logins as people have them, at real registries that ask for a password or for a token."""

import stat

import foreign
from authority import Authority
from foreign import publish
from machine import HostCase, recipe
from registries import PASSWORD, USER, Registry
from token_server import IDENTITY, TokenServer


class Password(HostCase):
    @classmethod
    def setUpClass(cls):
        cls.registry = cls.enterClassContext(Registry(password=True))
        cls.redis = recipe("redis")

    def setUp(self):
        super().setUp()
        self.reference = f"{self.registry.place}/acme/redis:0.1.0"
        other = self.new_machine()
        other.know(self.registry.place)
        publish(self.reference, self.redis, credentials=other.credentials)

    def test_of_the_file_of_docker(self):
        self.machine.know(self.registry.place)
        self.assertEqual(self.pulled(self.reference), self.redis)

    def test_of_a_file_elsewhere(self):
        self.machine.know(self.registry.place)
        elsewhere = self.machine.home / "elsewhere"
        self.machine.docker.rename(elsewhere)
        self.refused("H0811", "pull", f"oci://{self.reference}")
        self.assertEqual(self.pulled(self.reference, DOCKER_CONFIG=elsewhere), self.redis)

    def test_of_the_helper_of_this_registry(self):
        asked = self.machine.add_helper("own", {self.registry.place: (USER, PASSWORD)})
        of_all = self.machine.add_helper("all", {self.registry.place: (USER, "other")})
        self.machine.configure(credsStore="all", credHelpers={self.registry.place: "own"})
        self.assertEqual(self.pulled(self.reference), self.redis)
        self.assertEqual(asked.read_text(encoding="utf-8"), f"get {self.registry.place}\n")
        self.assertFalse(of_all.exists())

    def test_of_the_helper_of_all(self):
        asked = self.machine.add_helper("all", {self.registry.place: (USER, PASSWORD)})
        self.machine.configure(credsStore="all", auths={self.registry.place: {}})
        self.assertEqual(self.pulled(self.reference), self.redis)
        self.assertEqual(asked.read_text(encoding="utf-8"), f"get {self.registry.place}\n")

    def test_a_helper_that_knows_nothing_leaves_nobody(self):
        self.machine.add_helper("all", {})
        self.machine.configure(credsStore="all")
        self.assertIn(self.registry.place, self.refused("H0811", "pull", f"oci://{self.reference}"))

    def test_a_helper_that_misses_something_of_its_own_is_told(self):
        self.machine.add_program("all", "get) echo 'exec: \"pass\": executable file not found in $PATH'; exit 1;;")
        self.machine.configure(credsStore="all")
        said = self.refused("H0811", "pull", f"oci://{self.reference}")
        self.assertIn("`docker-credential-all`, which", said)
        self.assertIn('exec: "pass": executable file not found in $PATH', said)

    def test_what_is_no_name_of_a_helper_is_told(self):
        self.machine.configure(credsStore="/opt/keeper")
        self.assertIn("`credsStore` names `/opt/keeper`", self.refused("H0811", "pull", f"oci://{self.reference}"))

    def test_null_is_nothing(self):
        auth = {"auth": foreign.base64_of(f"{USER}:{PASSWORD}")}
        others = {"other.io": {"auth": None}, "another.io": None}
        self.machine.configure(auths=others | {self.registry.place: auth}, credHelpers=None, credsStore=None)
        self.assertEqual(self.pulled(self.reference), self.redis)
        self.machine.configure(auths=None)
        self.assertIn("without a login", self.refused("H0811", "pull", f"oci://{self.reference}"))

    def test_a_helper_that_is_missing_is_named(self):
        self.machine.configure(credsStore="not-there")
        self.assertIn("docker-credential-not-there", self.refused("H0811", "pull", f"oci://{self.reference}"))

    def test_none_is_told_with_what_to_type(self):
        said = self.refused("H0811", "pull", f"oci://{self.reference}")
        self.assertIn(self.registry.place, said)
        self.assertRegex(said, rf"hint: .*login {self.registry.place}")

    def test_a_wrong_one_is_told_and_not_repeated(self):
        self.machine.know(self.registry.place, password="wrong-and-secret")
        before = self.registry.requests()
        said = self.refused("H0811", "pull", f"oci://{self.reference}")
        self.assertNotIn("wrong-and-secret", said)
        self.assertNotIn(foreign.base64_of(f"{USER}:wrong-and-secret"), said)
        self.assertLessEqual(len(self.registry.since(before)), 3, self.registry.since(before))

    def test_what_was_seen_is_not_run_for_whoever_may_not_read_it_any_more(self):
        self.machine.know(self.registry.place)
        self.done("render", f"oci://{self.reference}")
        self.machine.know(self.registry.place, password="wrong-and-secret")
        self.refused("H0811", "render", f"oci://{self.reference}")

    def test_a_login_at_another_registry_is_sent_to_no_other(self):
        self.machine.know("127.0.0.1:1")
        self.refused("H0811", "pull", f"oci://{self.reference}")

    def test_it_is_not_kept(self):
        self.machine.know(self.registry.place)
        self.pulled(self.reference)
        secrets = [PASSWORD.encode(), foreign.base64_of(f"{USER}:{PASSWORD}").encode()]
        for path in (path for folder in ("cache", "state") for path in (self.machine.home / folder).rglob("*")):
            if path.is_file() and stat.S_ISREG(path.stat().st_mode):
                content = path.read_bytes()
                self.assertFalse(any(secret in content for secret in secrets), path)


class Token(HostCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(foreign.scratch())
        cls.tokens = cls.enterClassContext(TokenServer(Authority(folder)))
        cls.registry = cls.enterClassContext(Registry(tokens=cls.tokens))
        cls.redis = recipe("redis")

    def setUp(self):
        super().setUp()
        other = self.new_machine()
        other.know(self.registry.place)
        for name in ("public/redis", "acme/redis"):
            publish(f"{self.registry.place}/{name}:0.1.0", self.redis, credentials=other.credentials)
        self.tokens.asked.clear()

    def test_a_pull_takes_one_that_reads_one_repository(self):
        self.machine.know(self.registry.place)
        self.assertEqual(self.pulled(f"{self.registry.place}/acme/redis:0.1.0"), self.redis)
        (asked,) = self.tokens.asked
        self.assertEqual((asked.scopes, asked.user, asked.status), (("repository:acme/redis:pull",), USER, 200))

    def test_a_range_takes_one_as_well(self):
        self.machine.know(self.registry.place)
        self.assertEqual(self.pulled(f"{self.registry.place}/acme/redis:0.1.x"), self.redis)
        (asked,) = self.tokens.asked
        self.assertEqual(asked.scopes, ("repository:acme/redis:pull",))

    def test_what_is_public_takes_no_login(self):
        self.assertEqual(self.pulled(f"{self.registry.place}/public/redis:0.1.0"), self.redis)
        (asked,) = self.tokens.asked
        self.assertEqual((asked.scopes, asked.user), (("repository:public/redis:pull",), None))

    def test_what_is_not_public_takes_one(self):
        said = self.refused("H0811", "pull", f"oci://{self.registry.place}/acme/redis:0.1.0")
        self.assertIn(f"`{self.registry.place}` does not let `acme/redis` be read", said)
        self.assertLessEqual(len(self.tokens.asked), 2, self.tokens.asked)

    def test_a_wrong_password_is_told(self):
        self.machine.know(self.registry.place, password="wrong-and-secret")
        said = self.refused("H0811", "pull", f"oci://{self.registry.place}/acme/redis:0.1.0")
        self.assertNotIn("wrong-and-secret", said)

    def test_an_identity_token_is_exchanged(self):
        auth = {"auth": foreign.base64_of("<token>:"), "identitytoken": IDENTITY}
        self.machine.configure(auths={self.registry.place: auth})
        self.assertEqual(self.pulled(f"{self.registry.place}/acme/redis:0.1.0"), self.redis)
        (asked,) = self.tokens.asked
        self.assertEqual((asked.method, asked.scopes, asked.user), ("POST", ("repository:acme/redis:pull",), USER))

    def test_an_identity_token_of_a_helper_is_exchanged(self):
        self.machine.add_helper("all", {self.registry.place: ("<token>", IDENTITY)})
        self.machine.configure(credsStore="all")
        self.assertEqual(self.pulled(f"{self.registry.place}/acme/redis:0.1.0"), self.redis)
