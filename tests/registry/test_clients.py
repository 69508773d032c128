"""What the other tests take for granted: the registries, the proxy, and the clients that are not ours, without `host`."""

import http.client
import json
import os
import pathlib
import signal
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.request

import foreign
from authority import Authority
from foreign import digest, oras_pull, oras_push, raw_manifest, skopeo
from gateway import Gateway
from registries import PASSWORD, USER, Registry, until
from token_server import IDENTITY, TokenServer

# A component of nothing: the registries do not look.
COMPONENT = b"\0asm\x0d\0\x01\0"


class Clients(unittest.TestCase):
    """Tests with a folder of their own and a component in it."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="clients-")))
        self.component = self.folder / "a.wasm"
        self.component.write_bytes(COMPONENT)

    def credentials(self, place, user=USER, password=PASSWORD):
        """Returns a file with a name and a password for a registry."""
        path = self.folder / "credentials.json"
        auth = foreign.base64_of(f"{user}:{password}")
        path.write_text(json.dumps({"auths": {place: {"auth": auth}}}), encoding="utf-8")
        return path


class Plain(Clients):
    def setUp(self):
        super().setUp()
        self.registry = self.enterContext(Registry())

    def test_what_one_client_pushes_the_others_read(self):
        pushed = oras_push(f"{self.registry.place}/a/b:1.0.0", self.component)
        manifest = raw_manifest(f"{self.registry.place}/a/b:1.0.0")
        self.assertEqual(digest(manifest), pushed)
        self.assertEqual(json.loads(manifest)["config"]["mediaType"], foreign.CONFIG)
        self.assertEqual(json.loads(manifest)["layers"][0]["mediaType"], foreign.LAYER)
        self.assertEqual(oras_pull(f"{self.registry.place}/a/b:1.0.0", self.folder / "out").read_bytes(), COMPONENT)

    def test_copies_keep_the_digest(self):
        pushed = oras_push(f"{self.registry.place}/a/b:1.0.0", self.component)
        skopeo("copy", f"docker://{self.registry.place}/a/b:1.0.0", f"docker://{self.registry.place}/c:2")
        self.assertEqual(digest(raw_manifest(f"{self.registry.place}/c:2")), pushed)
        skopeo("copy", f"docker://{self.registry.place}/c:2", f"oci:{self.folder}/layout:1.0.0")
        (entry,) = foreign.layout_manifests(self.folder / "layout")
        self.assertEqual(entry["digest"], pushed)
        skopeo("copy", f"oci:{self.folder}/layout:1.0.0", f"docker://{self.registry.place}/d:3")
        self.assertEqual(digest(raw_manifest(f"{self.registry.place}/d:3")), pushed)

    def test_requests_are_told_in_order(self):
        before = self.registry.requests()
        oras_push(f"{self.registry.place}/a/b:1.0.0", self.component)
        asked = self.registry.since(before)
        self.assertEqual((asked[-1].method, asked[-1].path, asked[-1].status), ("PUT", "/v2/a/b/manifests/1.0.0", 201))

    def test_other_bytes_on_the_disk_are_served_as_they_are(self):
        oras_push(f"{self.registry.place}/a/b:1.0.0", self.component)
        stored = self.registry.stored(digest(COMPONENT))
        self.assertEqual(stored.read_bytes(), COMPONENT)
        stored.write_bytes(COMPONENT[:-1] + b"\x01")
        self.assertNotEqual(oras_pull(f"{self.registry.place}/a/b:1.0.0", self.folder / "out").read_bytes(), COMPONENT)


class Guarded(Clients):
    def test_tls_is_that_of_the_authority(self):
        authority = Authority(self.folder)
        with Registry(authority=authority) as registry:
            pushed = oras_push(f"{registry.place}/a:1", self.component, authority=authority)
            self.assertEqual(digest(raw_manifest(f"{registry.place}/a:1", authority=authority)), pushed)
            with self.assertRaises(urllib.error.URLError) as refused:
                urllib.request.urlopen(f"https://{registry.place}/v2/", context=ssl.create_default_context(), timeout=10)
            self.assertIn("certificate verify failed", str(refused.exception))

    def test_a_password_is_asked_for(self):
        with Registry(password=True) as registry:
            known = self.credentials(registry.place)
            oras_push(f"{registry.place}/a:1", self.component, credentials=known)
            raw_manifest(f"{registry.place}/a:1", credentials=known)
            for other in (foreign.nobody(self.folder), self.credentials(registry.place, password="other")):
                with self.assertRaisesRegex(RuntimeError, "unauthorized|authentication required"):
                    raw_manifest(f"{registry.place}/a:1", credentials=other)

    def test_a_token_is_asked_for(self):
        with TokenServer(Authority(self.folder)) as tokens, Registry(tokens=tokens) as registry:
            known = self.credentials(registry.place)
            for name in ("public/a", "b"):
                foreign.publish(f"{registry.place}/{name}:1", COMPONENT, credentials=known)
            self.assertIn("repository:b:pull,push", [scope for asked in tokens.asked for scope in asked.scopes])
            raw_manifest(f"{registry.place}/b:1", credentials=known)
            self.assertEqual(tokens.asked[-1].scopes, ("repository:b:pull",))
            self.assertEqual((tokens.asked[-1].user, tokens.asked[-1].status), (USER, 200))
            raw_manifest(f"{registry.place}/public/a:1")
            self.assertEqual(tokens.asked[-1].user, None)
            with self.assertRaisesRegex(RuntimeError, "unauthorized|denied"):
                raw_manifest(f"{registry.place}/b:1")

    def test_an_identity_token_stands_for_a_password(self):
        with TokenServer(Authority(self.folder)) as tokens, Registry(tokens=tokens) as registry:
            foreign.publish(f"{registry.place}/b:1", COMPONENT, credentials=self.credentials(registry.place))
            path = self.folder / "identity.json"
            auth = {"auth": foreign.base64_of("<token>:"), "identitytoken": IDENTITY}
            path.write_text(json.dumps({"auths": {registry.place: auth}}), encoding="utf-8")
            raw_manifest(f"{registry.place}/b:1", credentials=path)
            self.assertEqual((tokens.asked[-1].method, tokens.asked[-1].user), ("POST", USER))


class Proxy(Clients):
    def test_tunnels_and_plain_requests_are_passed_on_and_told(self):
        authority = Authority(self.folder)
        name = "recipes.registry.test"
        with Registry(authority=authority, names=[name]) as safe, Registry() as plain:
            with Gateway({name: safe.port, "plain.registry.test": plain.port}) as gateway:
                handler = urllib.request.ProxyHandler({"http": gateway.root, "https": gateway.root})
                context = ssl.create_default_context(cafile=str(authority.file))
                opener = urllib.request.build_opener(handler, urllib.request.HTTPSHandler(context=context))
                for url in (f"https://{name}/v2/", "http://plain.registry.test:81/v2/"):
                    self.assertEqual(opener.open(url, timeout=10).read(), b"{}")
                with self.assertRaises(OSError):
                    opener.open("https://elsewhere.test/", timeout=10)
            passed = [(each.method, each.target) for each in gateway.passed]
        wanted = [("CONNECT", f"{name}:443"), ("GET", "http://plain.registry.test:81/v2/"), ("CONNECT", "elsewhere.test:443")]
        self.assertEqual(passed, wanted)

    def test_a_tunnel_breaks_where_it_is_told_to(self):
        authority = Authority(self.folder)
        component = bytes(200_000)
        with Registry(authority=authority, names=["a.test"]) as registry:
            foreign.publish(f"{registry.place}/a:1", component, authority=authority)
            with Gateway({"a.test": registry.port}, cuts=[50_000]) as gateway:
                handler = urllib.request.ProxyHandler({"https": gateway.root})
                context = ssl.create_default_context(cafile=str(authority.file))
                opener = urllib.request.build_opener(handler, urllib.request.HTTPSHandler(context=context))
                blob = f"https://a.test/v2/a/blobs/{digest(component)}"
                with self.assertRaises((http.client.IncompleteRead, OSError)):
                    opener.open(blob, timeout=10).read()
                rest = urllib.request.Request(blob, headers={"Range": "bytes=150000-"})
                self.assertEqual(opener.open(rest, timeout=10).read(), component[150_000:])


class Life(unittest.TestCase):
    def test_a_registry_ends_with_whoever_started_it(self):
        script = "import registries as it, sys; print(it.Registry().__enter__().process.pid, flush=True); sys.stdin.read()"
        here = pathlib.Path(__file__).resolve().parent
        # Whoever is killed clears nothing away.
        folder = self.enterContext(foreign.scratch())
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        command = [sys.executable, "-c", script]
        with subprocess.Popen(command, cwd=here, env=os.environ | {"TMPDIR": folder}, **pipes) as starter:
            child = int(starter.stdout.readline())
            self.assertTrue(runs(child))
            starter.send_signal(signal.SIGKILL)
            starter.wait()
        until(lambda: not runs(child), f"process {child} outlived who started it")


def runs(process):
    """Says whether a process exists and is no zombie."""
    try:
        state = pathlib.Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


if __name__ == "__main__":
    unittest.main()
