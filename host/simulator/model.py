#!/usr/bin/env python3
"""Writes what AWS's service models say of the two simulated services.

    target/venv/bin/python host/simulator/model.py           writes host/simulator/src/model.tsv
    target/venv/bin/python host/simulator/model.py --check   fails when that file is out of date

The models are those of the pinned `botocore` (`tests/requirements.txt`). One line per operation, with nothing behind its
name, and one per leaf of its input: service, operation, path, type. The words of an enum are its type: `EC2|FARGATE`. In
a path `a.b` is a member, `a[]` an element of a list and `a{}` a value of a map. Of ECS only operations that are simulated have leaves: `ecs.rs` lists them.
"""

import difflib
import pathlib
import re
import sys

import botocore.session

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE / "src/model.tsv"

# The models' words for a scalar, in ours.
SCALARS = {
    "string": "string",
    "integer": "integer",
    "long": "integer",
    "double": "number",
    "float": "number",
    "boolean": "boolean",
    "timestamp": "number",
}


def simulated(service):
    """Returns the operations that the simulator has."""
    source = (HERE / f"src/{service}.rs").read_text(encoding="utf-8")
    return set(re.findall(r'^\s*\(?"([A-Z][A-Za-z]+)"', source, re.MULTILINE))


def leaves(shape, path, ancestors=()):
    """Yields `(path, type)` of every leaf at or below `shape`. What contains itself is cut off there."""
    kind = shape.type_name
    if shape.name in ancestors:
        return
    if kind == "structure":
        for name, member in shape.members.items():
            yield from leaves(member, f"{path}.{name}" if path else name, (*ancestors, shape.name))
        if not shape.members and path:
            yield path, "document"
    elif kind == "list":
        yield from leaves(shape.member, f"{path}[]", (*ancestors, shape.name))
    elif kind == "map":
        yield from leaves(shape.value, f"{path}{{}}", (*ancestors, shape.name))
    else:
        # A single word would not be known from a type by itself.
        words = getattr(shape, "enum", None) or []
        yield path, "|".join(words) + ("|" if len(words) == 1 else "") if words else SCALARS[kind]


def table():
    """Returns the whole table as text."""
    session = botocore.session.get_session()
    lines = []
    for service in ("ecs", "elb"):
        model = session.get_service_model(service)
        ours = simulated(service)
        for name in sorted(model.operation_names):
            lines.append(f"{service}\t{name}\t\t")
            shape = model.operation_model(name).input_shape
            if shape is not None and (service == "elb" or name in ours):
                lines += [f"{service}\t{name}\t{path}\t{kind}" for path, kind in leaves(shape, "")]
    return "\n".join(lines) + "\n"


def main(arguments):
    wanted = table()
    if arguments != ["--check"]:
        TABLE.write_text(wanted, encoding="utf-8")
        return 0
    found = TABLE.read_text(encoding="utf-8")
    if found == wanted:
        return 0
    sys.stderr.writelines(list(difflib.unified_diff(found.splitlines(True), wanted.splitlines(True), n=0))[:20])
    print("error: model.tsv is out of date; hint: run host/simulator/model.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
