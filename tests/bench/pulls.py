"""Recipes from a registry: what `host` needs beside the bare requests, one recipe and fifty; and what it asks when all is locked.

The registry is Debian's `docker-registry`, over TLS as registries are; and the same again a long way off.
"""

import dataclasses
import functools
import hashlib
import http.client
import pathlib
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "registry"))

import measure
from authority import Authority
from loopback import Handler, Server
from machine import RECIPES, Machine, of_other_content
from measure import against, at_most, median
from process import HOST, ROOT
from registries import Registry

# Seconds.
WAY = 0.02
PULLS = 15
MANY = 50
MANY_PULLS = 5
# As many as `host` has on their way at once.
AT_ONCE = 8
MOST_OVER_BARE = 1.2
VERSION = "0.1.0"

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclasses.dataclass
class Recipe:
    """What is pulled: its place in the registry, and the digest of its component."""

    repository: str
    digest: str

    def paths(self):
        """Returns what has to be asked for: the manifest behind a tag, and the component."""
        return f"/v2/{self.repository}/manifests/{VERSION}", f"/v2/{self.repository}/blobs/{self.digest}"

    def check(self, component):
        """What was fetched is what was published."""
        if f"sha256:{hashlib.sha256(component).hexdigest()}" != self.digest:
            raise RuntimeError(f"the component of {self.repository} is another one")


class Distant(Server):
    """What a registry answers, a moment later. `asked` are the paths of all requests."""

    def __init__(self, registry, way):
        super().__init__(self.handler_of())
        self.registry, self.way = registry, way
        self.asked = []
        self.kept = {}

    def connection(self):
        """Returns a connection to it."""
        return http.client.HTTPConnection(self.root.removeprefix("http://"), timeout=10)

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


def rows(scratch):
    """Returns the rows of the table."""
    if shutil.which("curl") is None:
        raise FileNotFoundError("`curl` is missing, beside which pulls are measured; hint: `apt install curl`")
    machine = Machine(scratch / "machine")
    authority = Authority(scratch)
    environment = machine.environment(SSL_CERT_FILE=authority.file)
    with Registry(authority=authority) as registry, Distant(registry, WAY) as distant:
        recipes = publish(machine, registry, environment)
        of_registry = functools.partial(pulled, scratch, environment, f"https://{registry.place}", registry.requests)
        from_afar = functools.partial(pulled, scratch, environment, distant.root, lambda: distant.asked)
        one, one_far = [way(recipes[:1], PULLS) for way in (of_registry, from_afar)]
        running, running_far = [
            median([in_process(each, recipes[0]) for _ in range(PULLS)]) for each in (registry, distant)
        ]
        many, many_far = [way(recipes, MANY_PULLS) for way in (of_registry, from_afar)]
        asked = locked(scratch, machine, distant, [it.repository for it in recipes])
    afar = f"{WAY * 1000:.0f} ms away"
    curl, at_once, process = "`curl`", f"`curl`, {AT_ONCE} at once", "in a running process"
    return [
        against("8 `host pull` of one recipe", one[0], "ms", curl, one[1], MOST_OVER_BARE),
        against(f"8 the same, {afar}", one_far[0], "ms", curl, one_far[1], MOST_OVER_BARE),
        against("8 the same", one[0], "ms", process, running),
        against(f"8 the same, {afar}", one_far[0], "ms", process, running_far, MOST_OVER_BARE),
        against(f"9 `host pull` of {MANY} recipes", many[0], "ms", at_once, many[1], MOST_OVER_BARE),
        against(f"9 the same, {afar}", many_far[0], "ms", at_once, many_far[1], MOST_OVER_BARE),
        at_most(f"10 `host run` of {MANY}, locked and kept", asked, "requests", 0),
    ]


def publish(machine, registry, environment):
    """Puts as many recipes there as are pulled, none like another, and returns them."""
    component = (RECIPES / "redis.wasm").read_bytes()
    recipes = []
    for number in range(MANY):
        recipe = Recipe(f"recipes/redis-{number}", f"sha256:{hashlib.sha256(component).hexdigest()}")
        file = machine.write("redis.wasm", component)
        measure.milliseconds([HOST, "push", file, f"oci://{registry.place}/{recipe.repository}"], machine.folder, environment)
        recipes.append(recipe)
        component = of_other_content(component)
    return recipes


def pulled(scratch, environment, root, asked, recipes, times):
    """Returns the milliseconds of `host` pulling into an empty cache, and of `curl` sending the same requests.

    `root` is the URL of the registry, `asked` returns the requests that it was sent so far.
    """
    place = root.partition("://")[2]
    ours = [HOST, "pull", *(f"oci://{place}/{it.repository}:{VERSION}" for it in recipes)]
    host, curl = [], []
    # The registry's first answers are slower than its others, whoever asks: they do not count.
    for number in range(times + 1):
        folder = scratch / f"{place}-{len(recipes)}-{number}"
        bare = by_curl(root, recipes, folder, environment["SSL_CERT_FILE"])
        curl.append(measure.milliseconds(bare, scratch, environment))
        for each, recipe in enumerate(recipes):
            recipe.check((folder / f"{each}.wasm").read_bytes())
        before = len(asked())
        host.append(measure.milliseconds(ours, scratch, environment | {"XDG_CACHE_HOME": str(folder / "cache")}))
        if (sent := len(asked()) - before) != 2 * len(recipes):
            raise RuntimeError(f"{len(recipes)} recipes took {sent} requests")
    return median(host[1:]), median(curl[1:])


def by_curl(root, recipes, folder, authority):
    """Returns the command that asks for the same as `host`, and keeps it in a folder.

    It knows each digest beforehand, so that no component waits for its manifest, and it checks nothing.
    """
    command = ["curl", "--silent", "--show-error", "--fail", "--cacert", authority, "--create-dirs"]
    command += ["--header", f"Accept: {MANIFEST}"]
    if len(recipes) > 1:
        command += ["--parallel", "--parallel-max", str(AT_ONCE)]
    for number, recipe in enumerate(recipes):
        manifest, component = recipe.paths()
        command += ["--output", folder / f"{number}.json", root + manifest]
        command += ["--output", folder / f"{number}.wasm", root + component]
    return command


def in_process(server, recipe):
    """Sends the two requests of a recipe on a connection of this process, keeps nothing, and returns milliseconds."""
    started = time.perf_counter()
    connection = server.connection()
    for path in recipe.paths():
        connection.request("GET", path, headers={"Accept": MANIFEST})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"GET {path}: {answer.status}")
    connection.close()
    took = time.perf_counter() - started
    recipe.check(body)
    return took * 1000


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

