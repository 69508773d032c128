"""The tutorial's own commands, typed by a machine into a stand-in for AWS.

They and their files lie in `examples/searchapp/tutorial`, slips included. The
slips are corrected here, each by name.
"""

import json
import pathlib
import shlex
import shutil
import subprocess

from process import AWS, ROOT

FOLDER = ROOT / "examples/searchapp/tutorial"

# The chapter's three services, and the port of each.
PORTS = {"elasticsearch": 9200, "memcached": 11211, "redis": 6379}

# The service of redis names a family that nobody registered.
SLIP_IN_REDIS = ("services/redis-service.json", "taskDefinition", "searchapp-redis:1", "redis:1")

# The last command names a file that lies one folder deeper.
SLIP_IN_MEMCACHED = ("file://memcached-service.json", "file://services/memcached-service.json")


def commands():
    """Returns the nine commands as they are printed."""
    return (FOLDER / "commands").read_text(encoding="utf-8").splitlines()


def command(part):
    """Returns the one command that contains `part`."""
    (found,) = [line for line in commands() if part in line]
    return found


def type_in(line, folder, stand_in):
    """Runs one line of the tutorial, with this environment's `aws`."""
    program, *arguments = shlex.split(line)
    if program != "aws":
        raise ValueError(f"`{line}` is no command of the tutorial")
    return subprocess.run(
        [AWS, *arguments],
        cwd=folder,
        env=stand_in.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def type_all(folder, stand_in):
    """Runs all nine commands, corrected, from a copy of the tutorial's files in `folder`."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    correct_redis(pathlib.Path(folder))
    for line in commands():
        done = type_in(line.replace(*SLIP_IN_MEMCACHED), folder, stand_in)
        if done.returncode != 0:
            raise RuntimeError(f"`{line}` ended with {done.returncode}: {done.stderr.strip()}")


def correct_redis(folder):
    """Corrects the task definition that the service of redis names."""
    name, field, wrong, right = SLIP_IN_REDIS
    service = json.loads((folder / name).read_text(encoding="utf-8"))
    if service[field] != wrong:
        raise RuntimeError(f"`{name}` says `{service[field]}` where the tutorial says `{wrong}`")
    service[field] = right
    (folder / name).write_text(json.dumps(service), encoding="utf-8")
