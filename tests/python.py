#!/usr/bin/env python3
"""Runs the tests in `test_*.py` of the folders given, and says how many passed.

A skipped test and a folder without tests are failures: both would pass for green.
"""

import pathlib
import sys
import unittest


def main(folders):
    ran = failed = 0
    empty = []
    for folder in folders:
        # Beside the tests lie the modules that they import.
        sys.path.insert(0, str(pathlib.Path(folder).resolve()))
        suite = unittest.TestLoader().discover(folder)
        result = unittest.TextTestRunner(verbosity=2).run(suite)
        bad = {test.id() for test, _ in result.errors + result.failures + result.skipped}
        bad |= {test.id() for test in result.unexpectedSuccesses}
        ran += result.testsRun
        failed += len(bad)
        if result.testsRun == 0:
            empty.append(folder)
    print(f"{max(ran - failed, 0)} passed, {failed} failed")
    for folder in empty:
        print(f"error: no test ran in `{folder}`", file=sys.stderr)
    return 1 if failed or empty else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
