#!/usr/bin/env python3
"""Measures `host` beside what it takes the place of, and prints one table.

    tests/bench/run

Measured and reference runs alternate, so that a busy machine slows both; each figure is a median.
"""

import contextlib
import json
import math
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "moto"), str(HERE.parent / "tutorial")]

import budgets
import measure
import pulls
import slow_stand_in
import tutorial
from measure import Row, against, at_most, median
from process import AWS, HOST, ROOT, StandInProcess

# Where files are made, if it is there: a disk that has just deleted much is slow to make them, for minutes, whoever asks.
MEMORY = pathlib.Path("/dev/shm")
RECIPE = ROOT / "recipes/redis.wasm"
EXAMPLE = ROOT / "examples/searchapp"

# Repeats. All together take a minute and a half on two idle cores.
COMMANDS = 15
WARM_PER_COMMAND = 10
COLD_PER_COMMAND = 3
DEPLOYMENTS = 5
SERVICES = (1, 3, 12, 25)
AT_ONCE = 8

MOST_ROUNDS = 4

MANY = 50
MOST_OVER_BUDGET = 1.2
MOST_THROTTLED = 5

RUN = [HOST, "run", *tutorial.PORTS, "--no-wait"]


class SlowStandIn(StandInProcess):
    """The stand-in behind a long way."""

    def __enter__(self):
        command = [sys.executable, HERE / "slow_stand_in.py", "--calls", self.log]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            raise RuntimeError(f"the slow stand-in ended with status {self.process.wait()} before it served")
        return self


def renders(scratch, compiling):
    """`host render` as a process of its own, with a warm and with a cold cache, beside one call of `aws`.

    `compiling` is how many milliseconds wasmtime alone needs to compile the recipe.
    """
    warm, cold, aws, version = [], [], [], []
    with StandInProcess() as stand_in:
        environment = stand_in.environment() | {"XDG_CACHE_HOME": str(scratch / "warm")}
        render = [HOST, "render", RECIPE]
        list_clusters = [AWS, "ecs", "list-clusters"]
        check_render(render, scratch, environment)
        measure.milliseconds(list_clusters, scratch, environment)
        for command in range(COMMANDS):
            aws.append(measure.milliseconds(list_clusters, scratch, environment))
            for _ in range(WARM_PER_COMMAND):
                warm.append(measure.milliseconds(render, scratch, environment))
                version.append(measure.milliseconds([HOST, "--version"], scratch, environment))
            for repeat in range(COLD_PER_COMMAND):
                nothing = {"XDG_CACHE_HOME": str(scratch / f"cold-{command}-{repeat}")}
                cold.append(measure.milliseconds(render, scratch, environment | nothing))
        peak = measure.peak_mebibytes(render, scratch, environment | {"XDG_CACHE_HOME": str(scratch / "cold")})
    warm, cold, aws = median(warm), median(cold), median(aws)
    return [
        at_most("1 `host render`, cache warm", warm, "ms", 10),
        against("1 the same", warm, "ms", "one `aws` call", aws, 1 / 40),
        at_most("2 `host render`, cache cold", cold, "ms", 80),
        against("2 the same", cold, "ms", "cache warm", warm),
        against("2 the same", cold, "ms", "wasmtime compiling", compiling),
    ], [
        Row("start: `host --version`", f"{measure.number(median(version))} ms"),
        at_most("peak memory of `host render`, cold", peak, "MiB", 60),
    ]


def check_render(command, folder, environment):
    """Runs a render once: into its cache, and to see that it says what is measured."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    if "taskDefinition" not in json.loads(done.stdout):
        raise RuntimeError(f"`{measure.shown(command)}` renders no task definition")


def in_process(figures):
    """One render inside of a process, beside wasmtime alone."""
    whole, bare = figures["whole"], figures["bare"]
    return [
        at_most("3 one render in process", whole, "µs", 100),
        against("3 the same", whole, "µs", "bare wasmtime", bare, 2),
    ]


def deployments(scratch):
    """The tutorial's three services from nothing: by `host`, by its nine commands, and by one script."""
    folder = scratch / "tutorial"
    shutil.copytree(tutorial.FOLDER, folder)
    tutorial.correct_redis(folder)
    ways = {by_host: [], by_hand: [], by_script: []}
    answering = []
    for _ in range(DEPLOYMENTS):
        for way, times in ways.items():
            with ready() as stand_in:
                before = len(stand_in.calls())
                times.append(way(folder, stand_in))
                calls = stand_in.calls()[before:]
                check_deployed(calls)
                if way is by_host:
                    answering.append(busy(calls) * 1000)
    with ready() as stand_in:
        cold = {"XDG_CACHE_HOME": str(scratch / "cold-run")}
        peak = measure.peak_mebibytes(RUN, EXAMPLE, stand_in.environment() | cold)
    host, hand, script = map(median, ways.values())
    return [
        against("4 three services from nothing", host, "ms", "nine `aws` commands", hand, 1 / 30),
        against("4 the same", host, "ms", "one boto3 script", script, 1 / 3),
        Row("4 of it, the stand-in answering", f"{measure.number(median(answering))} ms", "(by host)"),
    ], [at_most("peak memory of `host run`, cold", peak, "MiB", 60)]


@contextlib.contextmanager
def ready():
    """A stand-in of its own for one deployment, that has answered its first calls."""
    with StandInProcess() as stand_in:
        # It loads a service's code with the first call, whoever sends it; the plan also fills the compile cache.
        measure.milliseconds([HOST, "plan", *tutorial.PORTS], EXAMPLE, stand_in.environment())
        yield stand_in


def by_host(_, stand_in):
    return measure.milliseconds(RUN, EXAMPLE, stand_in.environment())


def by_hand(folder, stand_in):
    lines = [line.replace(*tutorial.SLIP_IN_MEMCACHED) for line in tutorial.commands()]
    commands = [[AWS, *shlex.split(line)[1:]] for line in lines]
    return sum(measure.milliseconds(command, folder, stand_in.environment()) for command in commands)


def by_script(folder, stand_in):
    return measure.milliseconds([sys.executable, HERE / "by_boto3.py", folder], folder, stand_in.environment())


def check_deployed(calls):
    """A deployment that is measured is one: three of each were made."""
    made = [call["operation"] for call in calls if call["write"] and call["status"] == 200]
    for operation in ("RegisterTaskDefinition", "CreateLoadBalancer", "CreateService"):
        if made.count(operation) != len(tutorial.PORTS):
            raise RuntimeError(f"{made.count(operation)} calls of {operation} succeeded")


def busy(calls):
    """Returns the seconds in which at least one of the calls was being answered."""
    total = end = 0
    for call in sorted(calls, key=lambda it: it["at"]):
        total += max(call["at"] + call["took"] - max(call["at"], end), 0)
        end = max(end, call["at"] + call["took"])
    return total


def calls_to_plan(scratch):
    """The calls that a plan of N unchanged services sends, and how many wait for others."""
    rows = []
    with SlowStandIn() as stand_in:
        environment = stand_in.environment()
        for count in SERVICES:
            folder = scratch / f"services-{count}"
            folder.mkdir()
            (folder / "host.toml").write_text(stack_of(count), encoding="utf-8")
            # AWS takes ten new load balancers at once: in several runs nobody waits for more.
            names = [f"redis-{number}" for number in range(count)]
            for first in range(0, count, AT_ONCE):
                some = names[first : first + AT_ONCE]
                measure.milliseconds([HOST, "run", "--no-wait", *some], folder, environment)
            before = len(stand_in.calls())
            plan = [HOST, "plan", "--detailed-exitcode"]
            # Status 2, which would be changes, is a failure here.
            measure.milliseconds(plan, folder, environment)
            calls = stand_in.calls()[before:]
            if any(call["write"] for call in calls):
                raise RuntimeError(f"planning {count} services sent a call that writes")
            most = count + math.ceil(count / 10) + math.ceil(count / 20) + 2
            services = f"{count} unchanged service" + ("s" if count > 1 else "")
            rows.append(at_most(f"5 plan {services}", len(calls), "calls", most))
            rows.append(at_most("5 the same", slow_stand_in.rounds(calls), "rounds", MOST_ROUNDS))
    return rows


def stack_of(count):
    """Returns a stack file with so many services of redis, which share a cluster."""
    target = (EXAMPLE / "host.toml").read_text(encoding="utf-8").partition("[services.")[0]
    service = '[services.redis-{0}]\nrecipe = "{1}"\n\n[services.redis-{0}.parameters]\nport = {2}\n'
    # More load balancers than are free.
    limits = f"[limits]\nload-balancers = {count}\n\n"
    return target + limits + "\n".join(service.format(number, RECIPE, 6379 + number) for number in range(count))


def on_a_simulated_account(scratch):
    """The first run that a newcomer types, until it is steady, beside one call of `aws`."""
    first, again, aws = [], [], []
    line = [HOST, "run", RECIPE, "--local"]
    with StandInProcess() as stand_in:
        environment = stand_in.environment()
        # The address of another stand-in is in nobody's way.
        local = {name: value for name, value in environment.items() if name != "AWS_ENDPOINT_URL"}
        local["XDG_CACHE_HOME"] = str(scratch / "warm")
        for repeat in range(COMMANDS):
            account = local | {"XDG_STATE_HOME": str(scratch / f"account-{repeat}")}
            aws.append(measure.milliseconds([AWS, "ecs", "list-clusters"], scratch, environment))
            first.append(measure.milliseconds(line, scratch, account))
            again.append(measure.milliseconds(line, scratch, account))
        account = local | {"XDG_STATE_HOME": str(scratch / "account-of-peak")}
        peak = measure.peak_mebibytes(line, scratch, account)
    first, again, aws = median(first), median(again), median(aws)
    return [
        against("6 `host run redis --local`, first", first, "ms", "one `aws` call", aws, 1),
        against("6 the same, nothing to do", again, "ms", "first", first),
    ], [at_most("peak memory of `host run --local`", peak, "MiB", 60)]


def many_services(scratch):
    """Fifty new services in an account that enforces AWS's budgets, beside the time that these allow at least."""
    folder = scratch / "many"
    folder.mkdir()
    (folder / "host.toml").write_text(stack_of(MANY), encoding="utf-8")
    (folder / "script.toml").write_text("throttle = true\nload-balancers = 100\n", encoding="utf-8")
    command = [HOST, "run", "--no-wait", "--local", "--script", "script.toml", "-vv"]
    environment = os.environ | {"XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(scratch / "warm")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"`{measure.shown(command)}` ended with {done.returncode}: {done.stderr.strip()}")
    calls, throttled = traced(done.stderr)
    for operation in ("RegisterTaskDefinition", "CreateLoadBalancer", "CreateService"):
        if calls.get(operation, 0) != MANY:
            raise RuntimeError(f"{calls.get(operation, 0)} calls of {operation} were taken")
    [account] = (folder / "state/host/local").glob("*.json")
    world = json.loads(account.read_text(encoding="utf-8"))["world"]
    # In milliseconds, of the simulated clock.
    seconds = (world["now"] - world["others"]["began"]) / 1000
    least, category = budgets.least_seconds(calls)
    name = f"budget `{category}`"
    return [
        against(f"7 {MANY} new services, simulated", seconds, "s", name, least, MOST_OVER_BUDGET),
        at_most("7 the same", throttled, "throttled answers", MOST_THROTTLED),
    ]


def traced(stderr):
    """Returns the calls that AWS took, by operation, and how many it answered with `Rate exceeded`, from a trace."""
    calls, throttled = {}, 0
    for line in stderr.splitlines():
        call = re.match(r"(?:ecs|elb) (\w+), ", line)
        if not call:
            continue
        attempts = re.search(r", (\d+) attempts", line)
        refused = (int(attempts[1]) if attempts else 1) - 1
        is_taken = ", Throttling" not in line
        throttled += refused + (not is_taken)
        calls[call[1]] = calls.get(call[1], 0) + is_taken
    return calls, throttled


def sizes():
    """What is released, and what is shared."""
    rows = [at_most("release binary", HOST.stat().st_size / 2**20, "MiB", 40)]
    for recipe in sorted((ROOT / "recipes").glob("*.wasm")):
        rows.append(Row(f"recipes/{recipe.name}", f"{recipe.stat().st_size / 2**10:.0f} KiB"))
    return rows


def main(path):
    started, load = time.monotonic(), os.getloadavg()[0]
    # What `render.rs` printed.
    figures = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    if MEMORY.is_dir():
        tempfile.tempdir = str(MEMORY)
    with tempfile.TemporaryDirectory(prefix="host-bench-") as folder:
        scratch = pathlib.Path(folder)
        render, started_up = renders(scratch, figures["compile"] / 1000)
        deployed, memory = deployments(scratch)
        local, memory_of_local = on_a_simulated_account(scratch)
        many = many_services(scratch)
        registry = pulls.rows(scratch)
        rows = [*render, *in_process(figures), *deployed, *calls_to_plan(scratch), *local, *many, *registry]
        rows += [*started_up, *memory, *memory_of_local, *sizes()]
    print(measure.table(rows))
    print()
    print(
        f"Medians: of {COMMANDS} `aws` calls, {COMMANDS * WARM_PER_COMMAND} warm and {COMMANDS * COLD_PER_COMMAND} cold"
        f" renders and {figures['compilations']} compilations; row 3 of {figures['batches']} batches of"
        f" {figures['calls']}; row 4 of {DEPLOYMENTS} deployments each way; row 8 of {pulls.PULLS}"
        f" pulls, row 9 of {pulls.MANY_PULLS}. Rows 5, 7 and 10 are counted once."
    )
    print(
        f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {time.monotonic() - started:.0f} s. The load was {load:.1f}"
        " before: where that is not near 0, times are too long, and ratios hold."
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
