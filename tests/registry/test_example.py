"""`examples/registry/up` as somebody who has just cloned types it."""

import os
import pathlib
import re
import subprocess
import tomllib

from foreign import digest
from machine import HostCase, recipe
from registries import ROOT, TOOLS

# Where Rust lies, which is below another home.
TOOLCHAIN = {"CARGO_HOME": ".cargo", "RUSTUP_HOME": ".rustup"}
NAMES = ("elasticsearch", "memcached", "mysql", "redis")


class Example(HostCase):
    def environment(self):
        """Returns the variables of a machine, with the toolchain of this one."""
        homes = {name: os.environ.get(name, str(pathlib.Path.home() / folder)) for name, folder in TOOLCHAIN.items()}
        return self.machine.environment(**homes)

    def test_it_runs_and_leaves_nothing_behind(self):
        finished = subprocess.run(
            [ROOT / "examples/registry/up"],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)
        for name in NAMES:
            self.assertRegex(finished.stdout, rf"(?m)^{name} +internal-{name}-elb-\d+\.us-east-1\.elb\.amazonaws\.com:80$")
        asked = (ROOT / "target/registry-example/requests").read_text(encoding="utf-8")
        for name in NAMES:
            fetched = re.findall(rf'"GET /v2/recipes/{name}/blobs/{digest(recipe(name))} ', asked)
            self.assertEqual(len(fetched), 1, f"the component of {name} was fetched {len(fetched)} times")
        # Two versions of redis, both signed; the other three have one.
        self.assertEqual(len(re.findall(r'"PUT /v2/recipes/\w+/manifests/sha256-[0-9a-f]{64}\.sig ', asked)), 5)
        lock = tomllib.loads((ROOT / "examples/registry/host.lock").read_text(encoding="utf-8"))
        versions = {name: lock["recipes"][name]["version"] for name in NAMES}
        self.assertEqual(versions, {"elasticsearch": "0.1.0", "memcached": "0.1.0", "mysql": "0.1.0", "redis": "0.2.0"})
        self.assertEqual(len({lock["recipes"][name]["signer"] for name in NAMES}), 1)
        running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        self.assertNotIn(f"{TOOLS}/usr/bin/docker-registry serve {ROOT}/target/registry-example", running)
