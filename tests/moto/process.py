"""Starts the stand-in as a process of its own, for tests."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
AWS = pathlib.Path(sys.executable).parent / "aws"
HOST = pathlib.Path(os.environ.get("HOST_TEST_BINARY", ROOT / "target/release/host"))


def until(condition, seconds=10):
    """Returns the first true answer of `condition`, or its last one when the time is up."""
    limit = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < limit:
        time.sleep(0.02)
    return answer


class StandInProcess:
    """A stand-in that lives as long as the `with` block. `address` is its endpoint."""

    def __init__(self, *arguments):
        self.arguments = arguments
        self.folder = tempfile.TemporaryDirectory(prefix="stand-in-")
        self.log = pathlib.Path(self.folder.name) / "calls"

    def __enter__(self):
        command = [sys.executable, HERE / "stand_in.py", "--calls", self.log, *self.arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            raise RuntimeError(f"the stand-in ended with status {self.process.wait()} before it served")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def calls(self):
        """Returns the calls that were answered so far, oldest first."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def writes(self):
        """Returns the names of the calls so far that may have changed something."""
        return [call["operation"] for call in self.calls() if call["write"]]

    def environment(self):
        """Returns the variables that lead a program here, and nowhere else."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RECIPE_HOST_"))}
        return kept | {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "XDG_STATE_HOME": f"{self.folder.name}/state",
            "XDG_CACHE_HOME": f"{self.folder.name}/cache",
            "NO_COLOR": "1",
        }

    def client(self, service):
        """Returns a boto3 client of this stand-in."""
        # Only the tests that look for themselves pay for the import.
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.address,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
