#!/usr/bin/env python3
"""Writes the leaf fields of the AWS operations that a recipe's output becomes.

    target/venv/bin/python wit/fields.py           writes host/core/src/model/fields.tsv
    target/venv/bin/python wit/fields.py --check   fails when that file is out of date

The service models are those of the pinned `botocore` (`tests/requirements.txt`):
a request shape in them is what the AWS API takes, whatever the SDK of one
language has caught up with.

One line per leaf, in the order of the model: operation, path, type, and the
values of an enum joined by commas (nothing for other types). In a path `a.b` is
a member, `a[]` an element of a list and `a{}` a map, which is one leaf because
its keys are the user's. `document` is a structure that the model leaves empty:
whatever JSON it is given.
"""

import argparse
import difflib
import pathlib
import sys

import botocore
import botocore.session

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "host/core/src/model/fields.tsv"
REQUIREMENTS = ROOT / "tests/requirements.txt"

OPERATIONS = [
    ("ecs", "RegisterTaskDefinition"),
    ("ecs", "CreateService"),
    ("elb", "CreateLoadBalancer"),
    ("elb", "ConfigureHealthCheck"),
    ("elb", "ModifyLoadBalancerAttributes"),
]

# The models' word for a scalar, in ours. Any other word is an error: a new kind
# of value needs somebody who decides how the host reads it.
SCALARS = {
    "string": "string",
    "integer": "integer",
    "long": "integer",
    "boolean": "boolean",
    "double": "double",
}


def pinned_botocore():
    """Returns the version of `botocore` that the requirements pin."""
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("botocore=="):
            return line.removeprefix("botocore==").strip()
    raise SystemExit("error: `tests/requirements.txt` does not pin botocore")


def leaves(shape, path, ancestors=()):
    """Yields `(path, type, enum values)` of every leaf at or below `shape`."""
    kind = shape.type_name
    if shape.name in ancestors:
        raise SystemExit(f"error: `{path}` contains itself (`{shape.name}`)")
    if kind == "structure" and shape.members:
        for name, member in shape.members.items():
            below = f"{path}.{name}" if path else name
            yield from leaves(member, below, (*ancestors, shape.name))
    elif kind == "structure":
        yield path, "document", []
    elif kind == "list":
        yield from leaves(shape.member, f"{path}[]", (*ancestors, shape.name))
    elif kind == "map":
        yield f"{path}{{}}", "map", []
    elif kind in SCALARS:
        yield path, SCALARS[kind], getattr(shape, "enum", [])
    else:
        raise SystemExit(f"error: `{path}` is a `{kind}`, which has no place in the table yet")


def table():
    """Returns the whole table as text."""
    session = botocore.session.get_session()
    lines = []
    for service, operation in OPERATIONS:
        shape = session.get_service_model(service).operation_model(operation).input_shape
        for path, kind, values in leaves(shape, ""):
            lines.append("\t".join([operation, path, kind, ",".join(values)]) + "\n")
    return "".join(lines)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--check", action="store_true", help="write nothing, fail when the file is out of date")
    check = arguments.parse_args().check

    if botocore.__version__ != pinned_botocore():
        return (
            f"error: botocore is {botocore.__version__}, the table is made from {pinned_botocore()}\n"
            "hint: run `tests/run setup`, then this with `target/venv/bin/python`"
        )
    wanted = table()
    if not check:
        TABLE.parent.mkdir(parents=True, exist_ok=True)
        TABLE.write_text(wanted, encoding="utf-8")
        return None
    found = TABLE.read_text(encoding="utf-8") if TABLE.exists() else ""
    if found != wanted:
        before, after = found.splitlines(True), wanted.splitlines(True)
        sys.stderr.writelines(difflib.unified_diff(before, after, "in the repository", "in the model", n=0))
        return "error: `host/core/src/model/fields.tsv` is out of date\nhint: run `wit/fields.py` without `--check`"
    return None


if __name__ == "__main__":
    sys.exit(main())
