"""Debian's `docker-registry` as a process of its own, for tests: the reference implementation, with a disk and a log."""

import hashlib
import http.client
import itertools
import json
import pathlib
import re
import ssl
import subprocess
import tempfile
import time
import typing
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / "target/tools/registry"
PROGRAM = TOOLS / "usr/bin/docker-registry"

USER = "tester"
PASSWORD = "recipes-and-cream"
# The same as `htpasswd -B` writes it; other hashes the registry does not read.
HTPASSWD = f"{USER}:$2b$04$6hTs00FtZgyL3/CWSn9lsOlk/5hYCc3udmiSJBXTb8v1R.c3K4uSm\n"

LINE = re.compile(r'^\S+ - \S+ \[[^]]+\] "(?P<method>[A-Z]+) (?P<path>\S+) [^"]*" (?P<status>\d+) (?P<size>\d+) ')


class Request(typing.NamedTuple):
    """One request that was answered."""

    method: str
    path: str
    status: int
    # Bytes of the answer's body.
    size: int


def until(condition, what, seconds=20):
    """Returns the first true answer of `condition`."""
    limit = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > limit:
            raise TimeoutError(f"{what}, after {seconds} s")
        time.sleep(0.01)
    return answer


class Registry:
    """A registry that lives as long as the `with` block, or until `stop`. `place` is what stands before a repository's name.

    `authority` makes it speak TLS, `names` says how it is called beside `127.0.0.1` and `localhost`; `password` has it ask for
    USER and PASSWORD, or for what a line of `htpasswd` says, `tokens` for a token of a `TokenServer`.
    `entries` is how many repositories it lists at once.
    """

    marks = itertools.count()

    def __init__(self, authority=None, names=(), password=False, tokens=None, entries=None):
        if not PROGRAM.exists():
            raise FileNotFoundError(f"`{PROGRAM}` is missing; hint: run `tests/run setup`")
        self.authority, self.names, self.password, self.tokens = authority, names, password, tokens
        self.entries = entries
        self.folder = tempfile.TemporaryDirectory(prefix="registry-")
        self.inside = pathlib.Path(self.folder.name)
        self.log, self.errors = self.inside / "log", self.inside / "errors"

    def __enter__(self):
        (self.inside / "config.yml").write_text(self.config(), encoding="utf-8")
        command = ["setpriv", "--pdeathsig", "TERM", PROGRAM, "serve", self.inside / "config.yml"]
        with open(self.log, "wb") as log, open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=errors)
        try:
            self.port = int(until(self.listens, "the registry does not serve"))
        except BaseException:
            self.__exit__()
            raise
        self.place = f"127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    def stop(self):
        """Ends it. What it stored stays until the block ends."""
        self.process.terminate()
        self.process.wait()

    def config(self):
        """Returns its configuration: version 0.1 of the reference implementation, any free port."""
        lines = ["version: 0.1", "log: {level: info}", "http:", "  addr: 127.0.0.1:0", "  secret: of-the-tests"]
        if self.authority:
            certificate, key = self.authority.server(*self.names)
            lines += ["  tls:", f"    certificate: {certificate}", f"    key: {key}"]
        lines += ["storage:", f"  filesystem: {{rootdirectory: {self.inside}/stored}}", "  delete: {enabled: true}"]
        if self.entries:
            lines += [f"catalog: {{maxentries: {self.entries}}}"]
        if self.password:
            (self.inside / "htpasswd").write_text(HTPASSWD if self.password is True else self.password, encoding="utf-8")
            lines += [f"auth: {{htpasswd: {{realm: a registry of the tests, path: {self.inside}/htpasswd}}}}"]
        if self.tokens:
            from token_server import ISSUER, SERVICE

            lines += ["auth:", "  token:", f"    realm: {self.tokens.address}", f"    service: {SERVICE}"]
            lines += [f"    issuer: {ISSUER}", f"    rootcertbundle: {self.tokens.authority.file}"]
        return "\n".join(lines) + "\n"

    def listens(self):
        """Returns the port on which it listens, or nothing as long as it does not."""
        said = self.errors.read_text(encoding="utf-8", errors="replace")
        if self.process.poll() is not None:
            raise RuntimeError(f"the registry ended with status {self.process.returncode} before it served: {said}")
        found = re.search(r"listening on 127\.0\.0\.1:(\d+)", said)
        return found and found[1]

    def connection(self):
        """Returns a connection to it that is no client's under test."""
        if not self.authority:
            return http.client.HTTPConnection(self.place, timeout=10)
        context = ssl.create_default_context(cafile=str(self.authority.file))
        return http.client.HTTPSConnection(self.place, timeout=10, context=context)

    def put(self, path, kind, document):
        """Puts a document of a media type, and returns its digest."""
        return self.send("PUT", path, json.dumps(document).encode(), {"Content-Type": kind})["Docker-Content-Digest"]

    def upload(self, repository, data):
        """Puts bytes where manifests may name them."""
        place = urllib.parse.urlsplit(self.send("POST", f"/v2/{repository}/blobs/uploads/")["Location"])
        name = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.send("PUT", f"{place.path}?{place.query}&digest={name}", data, {"Content-Type": "application/octet-stream"})

    def send(self, method, path, body=b"", headers=None):
        """Sends a request, which must be taken, and returns the headers of the answer."""
        connection = self.connection()
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {said}")
        return answer.headers

    def requests(self):
        """Returns what clients asked so far, in the order in which it was answered."""
        # Answers are written down after they are sent. One more request, and what was answered before is there.
        mark = f"/v2/?mark={next(self.marks)}"
        connection = self.connection()
        connection.request("GET", mark)
        connection.getresponse().read()
        connection.close()

        def read():
            lines = self.log.read_text(encoding="utf-8").splitlines()
            matches = [LINE.match(line) for line in lines]
            found = [Request(it["method"], it["path"], int(it["status"]), int(it["size"])) for it in matches if it]
            return found if any(request.path == mark for request in found) else None

        return [request for request in until(read, "the registry does not write its log") if "?mark=" not in request.path]

    def since(self, before):
        """Returns what was asked after `before`, an earlier answer of `requests`."""
        return self.requests()[len(before) :]

    def stored(self, digest):
        """Returns the file in which it keeps the bytes of a digest."""
        kind, _, name = digest.partition(":")
        return self.inside / "stored/docker/registry/v2/blobs" / kind / name[:2] / name / "data"
