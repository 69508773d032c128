"""Times, memory and the table: what the benchmarks are made of."""

import dataclasses
import statistics
import subprocess
import sys
import tempfile
import time

# Prints the most memory, in KiB, that a command had. A process counts what its parent had when it began, so
# that the parent has to be small.
PEAK = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(pid, 0)
with open("/proc/self/status") as me:
    floor = next(line.split()[1] for line in me if line.startswith("VmHWM"))
os.write(3, f"{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss} {floor}".encode())
"""


def milliseconds(command, folder, environment):
    """Runs a command, which has to succeed, and returns how long the whole process took."""
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        status = process.wait()
        took = time.perf_counter() - started
        if status != 0:
            said.seek(0)
            raise RuntimeError(f"`{shown(command)}` ended with {status}: {said.read().decode(errors='replace').strip()}")
    return took * 1000


def peak_mebibytes(command, folder, environment):
    """Runs a command, which has to succeed, and returns the most memory that it had at any moment."""
    with tempfile.TemporaryFile("w+") as said:
        launcher = [sys.executable, "-I", "-S", "-c", PEAK, *map(str, command)]
        # Descriptor 3 of the launcher is our file: what the command prints goes elsewhere.
        wrapped = ["/bin/sh", "-c", f'exec 3<&{said.fileno()}; exec "$@"', "sh", *launcher]
        done = subprocess.run(
            wrapped, cwd=folder, env=environment, capture_output=True, text=True, pass_fds=[said.fileno()], check=False
        )
        said.seek(0)
        answer = said.read().split()
    if done.returncode != 0 or answer[:1] != ["0"]:
        raise RuntimeError(f"`{shown(command)}` failed: {(done.stdout + done.stderr).strip()}")
    peak, floor = int(answer[1]), int(answer[2])
    if peak <= floor:
        raise RuntimeError(f"`{shown(command)}` has less memory than the {floor} KiB of the program that looks at it")
    return peak / 1024


def shown(command):
    """Returns a command as one would type it."""
    return " ".join(map(str, command))


def median(values):
    """Returns the middle of the values: one slow run changes nothing."""
    return statistics.median(values)


@dataclasses.dataclass
class Row:
    """One line of the table. Texts are as they are printed; `held` is `None` where there is no limit."""

    what: str
    measured: str
    reference: str = ""
    ratio: str = ""
    limit: str = ""
    held: bool | None = None


def against(what, measured, unit, reference_name, reference, most=None):
    """Returns the row of a ratio. `most` is the limit: measured ÷ reference."""
    ratio = measured / reference
    return Row(
        what,
        f"{number(measured)} {unit}",
        f"{reference_name}: {number(reference)} {unit}",
        fraction(ratio),
        "" if most is None else fraction(most),
        None if most is None else ratio <= most,
    )


def fraction(ratio):
    """Returns a ratio as `2.5×`, and one below 1 as `1/40`."""
    return f"{number(ratio)}×" if ratio >= 1 else f"1/{number(1 / ratio)}"


def at_most(what, measured, unit, most):
    """Returns the row of a figure that stands alone."""
    return Row(what, f"{number(measured)} {unit}", limit=f"{most:g} {unit}", held=measured <= most)


def number(value):
    """Returns three digits, or all that stand before the point."""
    if isinstance(value, int):
        return str(value)
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def table(rows):
    """Returns the rows in columns, under their heading."""
    heading = ("row", "measured", "reference", "ratio", "limit", "held?")
    answer = {True: "yes", False: "NO", None: ""}
    lines = [heading]
    for row in rows:
        lines.append((row.what, row.measured, row.reference, row.ratio, row.limit, answer[row.held]))
    widths = [max(len(line[column]) for line in lines) for column in range(len(heading))]
    lines.insert(1, tuple("-" * width for width in widths))
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)
