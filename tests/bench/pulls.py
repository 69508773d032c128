"""Recipes from a registry: what `host` needs beside the bare requests, one recipe and fifty; and what it asks when all is locked.

The registry is Debian's `docker-registry`, and each request to it spends `WAY` on its way, as to one in the same region.
"""

import concurrent.futures
import hashlib
import http.client
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "registry"))

import measure
from loopback import Handler, Server
from machine import RECIPES, Machine, of_other_content
from measure import against, at_most, median
from process import HOST, ROOT
from registries import Registry

# Seconds. ECR and GHCR take longer for an answer from the same region.
WAY = 0.03
PULLS = 15
MANY = 50
MANY_PULLS = 5
# As many as `host` has on their way at once.
AT_ONCE = 8
MOST_OVER_BARE = 1.2

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Distant(Server):
    """What a registry answers, a moment later. `asked` are the paths of all requests."""

    def __init__(self, registry, way):
        super().__init__(self.handler_of())
        self.registry, self.way = registry, way
        self.asked = []
        self.kept = {}

    def handler_of(self):
        """Returns what answers one connection."""
        owner = self

        class Answer(Handler):
            """The registry's answers to what only reads, each fetched from it once."""

            # In one packet, and at once.
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self):
                owner.asked.append(self.path)
                time.sleep(owner.way)
                self.answer(*owner.answer(self.path))

        return Answer

    def answer(self, path):
        """Returns status, headers and body."""
        if path not in self.kept:
            connection = self.registry.connection()
            connection.request("GET", path, headers={"Accept": MANIFEST})
            found = connection.getresponse()
            headers = [(name, value) for name, value in found.getheaders() if name in ("Content-Type", "Docker-Content-Digest")]
            self.kept[path] = (found.status, headers, found.read())
            connection.close()
        return self.kept[path]


def bare(place, repositories):
    """Sends the two requests that a recipe needs, for each of the repositories on one connection, and returns milliseconds."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection(place, timeout=10)
    for repository in repositories:
        manifest = read(connection, f"/v2/{repository}/manifests/0.1.0")
        digest = json.loads(manifest)["layers"][0]["digest"]
        component = read(connection, f"/v2/{repository}/blobs/{digest}")
        if f"sha256:{hashlib.sha256(component).hexdigest()}" != digest:
            raise RuntimeError(f"the component of {repository} is another one")
    connection.close()
    return (time.perf_counter() - started) * 1000


def read(connection, path):
    connection.request("GET", path, headers={"Accept": MANIFEST})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"GET {path}: {answer.status}")
    return body


def bare_at_once(place, repositories):
    """The same for all repositories, on as many connections as `host` has."""
    parts = [repositories[first::AT_ONCE] for first in range(AT_ONCE)]
    started = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda part: bare(place, part), parts))
    return (time.perf_counter() - started) * 1000


def publish(machine, registry):
    """Puts as many recipes there as are pulled, none like another, and returns their repositories."""
    component = (RECIPES / "redis.wasm").read_bytes()
    repositories = []
    for number in range(MANY):
        repository = f"recipes/redis-{number}"
        file = machine.folder / "redis.wasm"
        file.write_bytes(component)
        component = of_other_content(component)
        finished = machine.host("push", file, f"oci://{registry.place}/{repository}")
        if finished.returncode != 0:
            raise RuntimeError(finished.stderr)
        repositories.append(repository)
    return repositories


def rows(scratch):
    """Returns the rows of the table."""
    machine = Machine(scratch / "machine")
    with Registry() as registry:
        repositories = publish(machine, registry)
        with Distant(registry, WAY) as distant, Distant(registry, 0) as near:
            one = [pulled(scratch, machine, it, repositories[:1], bare, PULLS) for it in (distant, near)]
            many = pulled(scratch, machine, distant, repositories, bare_at_once, MANY_PULLS)
            asked = locked(scratch, machine, distant, repositories)
    way = f"{WAY * 1000:.0f} ms away"
    [(small, bare_small), (close, bare_close)] = one
    return [
        against(f"8 `host pull` of one recipe, {way}", small, "ms", "its bare requests", bare_small, MOST_OVER_BARE),
        against("8 the same, on this machine", close, "ms", "its bare requests", bare_close),
        against(f"9 `host pull` of {MANY} recipes, {way}", many[0], "ms", f"bare, {AT_ONCE} at once", many[1], MOST_OVER_BARE),
        at_most(f"10 `host run` of {MANY}, locked and kept", asked, "requests", 0),
    ]


def pulled(scratch, machine, server, repositories, reference, times):
    """Returns the milliseconds of pulling into an empty cache, and of the bare requests."""
    place = server.root.removeprefix("http://")
    command = [HOST, "pull", *(f"oci://{place}/{it}:0.1.0" for it in repositories)]
    # What is measured is the way from there.
    reference(place, repositories)
    ours, bare = [], []
    for number in range(times):
        environment = machine.environment(XDG_CACHE_HOME=scratch / f"pull-{len(repositories)}-{server.way}-{number}")
        before = len(server.asked)
        ours.append(measure.milliseconds(command, machine.folder, environment))
        if len(server.asked) - before != 2 * len(repositories):
            raise RuntimeError(f"{len(repositories)} recipes took {len(server.asked) - before} requests")
        bare.append(reference(place, repositories))
    return median(ours), median(bare)


def locked(scratch, machine, server, repositories):
    """Returns how many requests a run of a stack takes whose recipes are locked and were fetched."""
    place = server.root.removeprefix("http://")
    target = (ROOT / "examples/searchapp/host.toml").read_text(encoding="utf-8").partition("[services.")[0]
    service = '[services.redis-{0}]\nrecipe = "oci://{1}/{2}:0.1.0"\n\n[services.redis-{0}.parameters]\nport = {3}\n'
    services = [service.format(number, place, it, 6379 + number) for number, it in enumerate(repositories)]
    stack = target + f"[limits]\nload-balancers = {MANY}\n\n" + "\n".join(services)
    (machine.folder / "host.toml").write_text(stack, encoding="utf-8")
    (machine.folder / "script.toml").write_text("load-balancers = 100\n", encoding="utf-8")
    environment = machine.environment(XDG_CACHE_HOME=scratch / "locked", XDG_STATE_HOME=scratch / "account-of-locked")
    measure.milliseconds([HOST, "lock"], machine.folder, environment)
    before = len(server.asked)
    if before == 0:
        raise RuntimeError("locking asked the registry for nothing")
    measure.milliseconds([HOST, "run", "--local", "--script", "script.toml", "--no-wait"], machine.folder, environment)
    return len(server.asked) - before

