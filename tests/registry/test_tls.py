"""Registries with a private authority, without TLS, and behind a proxy."""

import itertools

import foreign
from authority import Authority
from foreign import digest, publish
from gateway import Gateway
from machine import HostCase, recipe
from registries import Registry

# Names that only the proxy knows.
SAFE, PLAIN = "recipes.registry.test", "plain.registry.test"


class Tls(HostCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(foreign.scratch())
        cls.authority = Authority(folder)
        cls.registry = cls.enterClassContext(Registry(authority=cls.authority, names=[SAFE]))
        cls.plain = cls.enterClassContext(Registry())
        cls.redis = recipe("redis")
        publish(f"{cls.registry.place}/acme/redis:0.1.0", cls.redis, authority=cls.authority)
        publish(f"{cls.plain.place}/acme/redis:0.1.0", cls.redis)

    def proxy(self):
        """Returns a proxy that knows the names."""
        return Gateway({SAFE: self.registry.port, PLAIN: self.plain.port})

    def test_an_authority_that_is_named_is_trusted(self):
        reference = f"{self.registry.place}/acme/redis:0.1.0"
        self.assertEqual(self.pulled(reference, SSL_CERT_FILE=self.authority.file), self.redis)

    def test_an_authority_that_nobody_named_is_refused(self):
        before = self.registry.requests()
        said = self.refused("H0817", "pull", f"oci://{self.registry.place}/acme/redis:0.1.0")
        for word in (self.registry.place, "certificate", "SSL_CERT_FILE"):
            self.assertIn(word, said)
        self.assertEqual(self.registry.since(before), [])

    def test_what_was_seen_is_not_run_in_the_place_of_somebody_whom_nobody_trusts(self):
        reference = f"{self.registry.place}/acme/redis:0.1.0"
        self.pulled(reference, SSL_CERT_FILE=self.authority.file)
        self.refused("H0817", "render", f"oci://{reference}")

    def test_a_certificate_of_another_name_is_refused(self):
        with Registry(authority=self.authority) as other, Gateway({"other.registry.test": other.port}) as proxy:
            variables = {"SSL_CERT_FILE": self.authority.file, "HTTPS_PROXY": proxy.root}
            said = self.refused("H0817", "pull", "oci://other.registry.test/acme/redis:0.1.0", **variables)
            self.assertEqual(other.requests(), [])
        self.assertIn("other.registry.test", said)
        self.assertIn("certificate", said)

    def test_a_tunnel_is_taken_through_the_proxy(self):
        with self.proxy() as proxy:
            variables = {"SSL_CERT_FILE": self.authority.file, "HTTPS_PROXY": proxy.root}
            self.assertEqual(self.pulled(f"{SAFE}/acme/redis:0.1.0", **variables), self.redis)
        self.assertEqual({(each.method, each.target) for each in proxy.passed}, {("CONNECT", f"{SAFE}:443")})

    def test_the_proxy_is_told_its_password(self):
        with self.proxy() as proxy:
            address = proxy.root.replace("http://", "http://me:secret@")
            variables = {"SSL_CERT_FILE": self.authority.file, "HTTPS_PROXY": address}
            self.assertEqual(self.pulled(f"{SAFE}/acme/redis:0.1.0", **variables), self.redis)
        self.assertEqual({each.authorization for each in proxy.passed}, {f"Basic {foreign.base64_of('me:secret')}"})

    def test_no_proxy_is_no_proxy(self):
        with self.proxy() as proxy:
            variables = {"SSL_CERT_FILE": self.authority.file, "HTTPS_PROXY": proxy.root, "NO_PROXY": "127.0.0.1"}
            self.assertEqual(self.pulled(f"{self.registry.place}/acme/redis:0.1.0", **variables), self.redis)
            self.assertEqual(proxy.passed, [])

    def test_a_proxy_that_refuses_is_told(self):
        with Gateway({}) as proxy:
            said = self.refused("H0810", "pull", f"oci://{SAFE}/acme/redis:0.1.0", HTTPS_PROXY=proxy.root)
        self.assertIn(SAFE, said)
        self.assertIn(f"`HTTPS_PROXY` is `{proxy.root}`", said)
        self.assertIn(f"NO_PROXY={SAFE}", said)

    def test_a_file_of_authorities_that_is_none_is_told(self):
        reference = f"oci://{self.registry.place}/acme/redis:0.1.0"
        missing = self.machine.home / "missing.pem"
        said = self.refused("H0817", "pull", reference, SSL_CERT_FILE=missing)
        self.assertIn(f"`{missing}` of `SSL_CERT_FILE` has no certificates to trust: No such file", said)
        said = self.refused("H0817", "pull", reference, SSL_CERT_FILE=__file__)
        self.assertIn("it has no PEM block `CERTIFICATE`", said)

    def test_plain_http_where_tls_is_spoken_is_told(self):
        said = self.refused("H0810", "pull", "--plain-http", f"oci://{self.registry.place}/acme/redis:0.1.0")
        self.assertIn("speaks TLS, and not plain HTTP", said)
        self.assertIn("leave `--plain-http` out", said)

    def test_plain_http_is_not_spoken_elsewhere_by_itself(self):
        before = self.plain.requests()
        with self.proxy() as proxy:
            variables = {"HTTPS_PROXY": proxy.root, "HTTP_PROXY": proxy.root}
            said = self.refused("H0810", "pull", f"oci://{PLAIN}/acme/redis:0.1.0", **variables)
        self.assertIn(PLAIN, said)
        self.assertIn("--plain-http", said)
        self.assertEqual(self.plain.since(before), [])
        self.assertEqual({each.method for each in proxy.passed} - {"CONNECT"}, set())

    def test_plain_http_is_spoken_elsewhere_where_it_is_asked_for(self):
        with self.proxy() as proxy:
            pulled = self.pulled(f"{PLAIN}/acme/redis:0.1.0", "--plain-http", HTTP_PROXY=proxy.root)
        self.assertEqual(pulled, self.redis)
        self.assertEqual({each.target.split("/v2/")[0] for each in proxy.passed}, {f"http://{PLAIN}"})

    def test_a_broken_connection_is_gone_on_with(self):
        before = self.registry.requests()
        with Gateway({SAFE: self.registry.port}, cuts=[50_000]) as proxy:
            variables = {"SSL_CERT_FILE": self.authority.file, "HTTPS_PROXY": proxy.root}
            self.assertEqual(self.pulled(f"{SAFE}/acme/redis:0.1.0", **variables), self.redis)
        first, second = [each for each in self.registry.since(before) if each.path.endswith(digest(self.redis))]
        self.assertEqual((first.status, second.status), (200, 206))
        self.assertLess(second.size, len(self.redis))

    def test_a_connection_that_breaks_each_time_is_told(self):
        with Gateway({SAFE: self.registry.port}, cuts=itertools.repeat(8_000)) as proxy:
            variables = {"SSL_CERT_FILE": self.authority.file, "HTTPS_PROXY": proxy.root}
            said = self.refused("H0813", "pull", f"oci://{SAFE}/acme/redis:0.1.0", **variables)
        self.assertIn(SAFE, said)
        self.assertEqual([each for each in self.kept() if each.startswith(b"\0asm")], [])
