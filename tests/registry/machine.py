"""A user's machine, on which `host` runs, and what its tests have in common."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import foreign
from registries import PASSWORD, ROOT, USER

HOST = pathlib.Path(os.environ.get("HOST_TEST_BINARY", ROOT / "target/release/host"))
RECIPES = ROOT / "recipes"

# What of the environment would lead `host` elsewhere.
FOREIGN = re.compile(r"(AWS_|RECIPE_HOST_|SSL_CERT_|DOCKER_|XDG_).*|(HTTPS?|ALL|NO)_PROXY", re.IGNORECASE)


def recipe(name):
    """Returns the bytes of one of our recipes."""
    path = RECIPES / f"{name}.wasm"
    if not path.exists():
        raise FileNotFoundError(f"`{path}` is missing; hint: run `tests/run build recipes`")
    return path.read_bytes()


def of_version(component, version):
    """Returns a recipe of version 0.1.0 as one of another version, which has as many characters.

    What it says of itself lies among its data; those behind an `@` are of the contract.
    """
    if len(version) != len("0.1.0"):
        raise ValueError(f"`{version}` is longer or shorter than `0.1.0`")
    changed, count = re.subn(rb"(?<!@)0\.1\.0", version.encode(), component)
    if count == 0:
        raise ValueError("the recipe does not say `0.1.0`")
    return changed


def of_other_content(component):
    """Returns a recipe that is the same but for its bytes: with a custom section, which nobody runs, at its end."""
    name, content = b"of-the-tests", b"x"
    return component + bytes([0, 1 + len(name) + len(content), len(name)]) + name + content


class Machine:
    """The folders of one user, empty at first. `folder` is where `host` is called."""

    def __init__(self, folder):
        self.home = pathlib.Path(folder)
        self.folder = self.home / "work"
        self.docker = self.home / ".docker"
        self.programs = self.home / "bin"
        for each in (self.folder, self.docker, self.programs):
            each.mkdir(parents=True)

    def environment(self, **more):
        """Returns the variables that lead a program here, and nowhere else."""
        kept = {name: value for name, value in os.environ.items() if not FOREIGN.fullmatch(name)}
        of_user = {
            "HOME": str(self.home),
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_STATE_HOME": str(self.home / "state"),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_COLOR": "1",
        }
        return kept | of_user | {name: str(value) for name, value in more.items()}

    def host(self, *arguments, given="", **more):
        """Runs `host`; `given` is its standard input, `more` are variables beside the usual ones."""
        if not HOST.exists():
            raise FileNotFoundError(f"`{HOST}` is missing; hint: run `tests/run build`")
        return subprocess.run(
            [HOST, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment(**more),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def write(self, name, data):
        """Writes a file into the folder, and returns its path."""
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def configure(self, **members):
        """Writes docker's configuration."""
        (self.docker / "config.json").write_text(json.dumps(members), encoding="utf-8")

    def know(self, place, user=USER, password=PASSWORD):
        """Writes a name and a password into docker's configuration."""
        self.configure(auths={place: {"auth": foreign.base64_of(f"{user}:{password}")}})

    @property
    def credentials(self):
        """The file in which docker's configuration lies, for clients that are not ours."""
        return self.docker / "config.json"

    def add_helper(self, name, answers):
        """Adds a credential helper that knows `{registry: (user, secret)}`, and returns the file in which it writes down what
        it was asked."""
        asked = self.home / f"{name}.asked"
        cases = [
            f"{place}) printf '%s' '{json.dumps({'ServerURL': place, 'Username': user, 'Secret': secret})}';;"
            for place, (user, secret) in answers.items()
        ]
        lines = ["#!/bin/sh", 'read -r place || [ -n "$place" ]', f'echo "$1 $place" >>"{asked}"', 'case "$place" in', *cases]
        lines += ["*) echo 'credentials not found in native keychain'; exit 1;;", "esac", ""]
        program = self.programs / f"docker-credential-{name}"
        program.write_text("\n".join(lines), encoding="utf-8")
        program.chmod(0o755)
        return asked

    def add_keeper(self, name):
        """Adds a credential helper that keeps one login, and returns the file in which it does, as it was told."""
        kept = self.home / f"{name}.kept"
        lines = [
            "#!/bin/sh",
            'case "$1" in',
            f'store) cat >"{kept}";;',
            f'get) cat "{kept}" 2>/dev/null || {{ echo "credentials not found in native keychain"; exit 1; }};;',
            f'erase) rm "{kept}";;',
            "esac",
            "",
        ]
        program = self.programs / f"docker-credential-{name}"
        program.write_text("\n".join(lines), encoding="utf-8")
        program.chmod(0o755)
        return kept

    def add_program(self, name, *cases):
        """Adds a credential helper that answers each verb as it is told, in lines of a shell's `case`."""
        program = self.programs / f"docker-credential-{name}"
        program.write_text("\n".join(["#!/bin/sh", 'case "$1" in', *cases, "esac", ""]), encoding="utf-8")
        program.chmod(0o755)


class HostCase(unittest.TestCase):
    """Tests on a machine of their own."""

    def setUp(self):
        self.machine = self.new_machine()

    def new_machine(self):
        """Returns another user's machine."""
        return Machine(self.enterContext(tempfile.TemporaryDirectory(prefix="machine-")))

    def done(self, *arguments, **more):
        """Runs `host`, which must do it, and returns what it printed."""
        finished = self.machine.host(*arguments, **more)
        self.assertEqual(finished.returncode, 0, f"host {arguments}: {finished.stderr}")
        return finished.stdout

    def refused(self, code, *arguments, **more):
        """Runs `host`, which must refuse with a code and a next step and print nothing else. Returns what it said."""
        finished = self.machine.host(*arguments, **more)
        self.assertEqual((finished.returncode, finished.stdout), (1, ""), f"host {arguments}: {finished.stderr}")
        self.assertIn(f"[{code}]", finished.stderr)
        self.assertIn("hint:", finished.stderr)
        self.assertNotIn(PASSWORD, finished.stderr)
        self.assertNotIn(foreign.base64_of(f"{USER}:{PASSWORD}"), finished.stderr)
        return finished.stderr

    def pulled(self, reference, *flags, **more):
        """Pulls a recipe by `host`, and returns its bytes."""
        said = self.done("pull", f"oci://{reference}", "--output", "json", *flags, **more)
        (one,) = json.loads(said)["recipes"]
        return pathlib.Path(one["path"]).read_bytes()

    def kept(self):
        """Returns the contents of all files that `host` keeps of registries."""
        paths = (self.machine.home / "cache/host/registry").rglob("*")
        return [path.read_bytes() for path in paths if path.is_file()]

    def pushed(self, component, reference, **more):
        """Pushes the bytes of a recipe by `host`, and returns what it printed."""
        path = self.machine.write("pushed.wasm", component)
        return self.done("push", path, f"oci://{reference}", **more)

    def assert_asked(self, asked, *patterns):
        """Holds requests, as `METHOD PATH STATUS`, to regular expressions in their order."""
        lines = [f"{each.method} {each.path} {each.status}" for each in asked]
        for line, pattern in zip(lines, patterns):
            self.assertRegex(line, f"^{pattern}$", lines)
        self.assertEqual(len(lines), len(patterns), lines)
