"""How far a download is, on a terminal and nowhere else."""

import os
import pty
import re
import subprocess
import threading
import time

from loopback import Handler, Server
from machine import HOST, HostCase, of_other_content, recipe
from registries import Registry

# Seconds between two parts of a component: together longer than a bar needs to be drawn.
PAUSE = 0.1
PARTS = 8


class Dripping(Server):
    """What a registry answers, components a part at a time."""

    def __init__(self, registry):
        super().__init__(self.handler_of())
        self.registry = registry

    def handler_of(self):
        """Returns what answers one connection."""
        owner = self

        class Answer(Handler):
            """The registry's answers."""

            def do_GET(self):
                connection = owner.registry.connection()
                connection.request("GET", self.path, headers={"Accept": self.headers.get("Accept", "*/*")})
                answer = connection.getresponse()
                body = answer.read()
                connection.close()
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.getheader("Content-Type"))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                size = len(body) // PARTS + 1 if "/blobs/" in self.path else len(body)
                for first in range(0, len(body), size):
                    self.wfile.write(body[first : first + size])
                    time.sleep(PAUSE if size < len(body) else 0)

        return Answer


class Progress(HostCase):
    @classmethod
    def setUpClass(cls):
        cls.registry = cls.enterClassContext(Registry())
        cls.dripping = cls.enterClassContext(Dripping(cls.registry))
        cls.place = cls.dripping.root.removeprefix("http://")

    def setUp(self):
        super().setUp()
        for repository, component in (("one", recipe("redis")), ("two", of_other_content(recipe("redis")))):
            file = self.machine.folder / f"{repository}.wasm"
            file.write_bytes(component)
            pushed = self.machine.host("push", file, f"oci://{self.registry.place}/acme/{repository}")
            self.assertEqual(pushed.returncode, 0, pushed.stderr)
        self.references = [f"oci://{self.place}/acme/{it}:0.1.0" for it in ("one", "two")]

    def on_a_terminal(self, *arguments, **variables):
        """Runs `host` with a terminal for its stderr, and returns what stood on stdout and on the terminal."""
        near, far = pty.openpty()
        shown = []

        def read():
            try:
                while part := os.read(near, 65536):
                    shown.append(part)
            except OSError:
                # So Linux says that nobody has the other end any more.
                pass

        environment = self.machine.environment(TERM="xterm", COLUMNS=120, **variables)
        reader = threading.Thread(target=read)
        reader.start()
        finished = subprocess.run(
            [HOST, *arguments],
            cwd=self.machine.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=far,
            timeout=60,
            check=False,
        )
        os.close(far)
        reader.join()
        os.close(near)
        terminal = b"".join(shown).decode()
        self.assertEqual(finished.returncode, 0, terminal)
        return finished.stdout.decode(), terminal

    def test_a_terminal_shows_how_far_each_is_and_then_only_that_it_is_there(self):
        stdout, terminal = self.on_a_terminal("pull", *self.references)
        self.assertEqual([line.partition("@")[0] for line in stdout.splitlines()], self.references)
        for reference in self.references:
            bars = re.findall(rf"{re.escape(reference)} \S* +([\d.]+ \w+) of ([\d.]+ \w+)", terminal)
            self.assertGreater(len(set(bars)), 1, terminal)
        # What is left are the lines of stderr, under bars that were taken away again.
        last = terminal.splitlines()[-2:]
        self.assertEqual([line.partition("pulled ")[2].partition(": ")[0] for line in last], self.references)

    def test_quiet_and_programs_see_nothing_of_it(self):
        _, terminal = self.on_a_terminal("pull", "--quiet", *self.references)
        self.assertEqual(terminal, "")
        finished = self.machine.host("pull", *self.references, XDG_CACHE_HOME=self.machine.home / "other")
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertEqual(len(finished.stderr.splitlines()), 2, finished.stderr)
        self.assertNotIn("\x1b", finished.stderr)
