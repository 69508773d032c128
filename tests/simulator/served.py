"""Starts `host simulator` as a process of its own, for tests."""

import json
import os
import pathlib
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HOST = pathlib.Path(os.environ.get("HOST_TEST_BINARY", ROOT / "target/release/host"))

# So many seconds of the account pass in one of ours.
SPEED = 600


def until(condition, seconds=20):
    """Returns the first true answer of `condition`, or its last one when the time is up."""
    limit = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < limit:
        time.sleep(0.02)
    return answer


class Simulator:
    """A simulator that lives as long as the `with` block. `address` is its endpoint."""

    def __init__(self, script=f"speed = {SPEED}\n"):
        self.folder = tempfile.TemporaryDirectory(prefix="simulator-")
        self.inside = pathlib.Path(self.folder.name)
        self.script = script

    def __enter__(self):
        if not HOST.exists():
            raise FileNotFoundError(f"`{HOST}` is missing; hint: run `tests/run build`")
        (self.inside / "script.toml").write_text(self.script, encoding="utf-8")
        arguments = ["--listen", "127.0.0.1:0", "--stop-after", "10m", "--script", self.inside / "script.toml"]
        arguments += ["--port-file", self.inside / "port", "--calls", self.inside / "calls"]
        self.process = subprocess.Popen([HOST, "simulator", *arguments], stderr=subprocess.PIPE, text=True)
        until(lambda: (self.inside / "port").exists() or self.process.poll() is not None)
        if self.process.poll() is not None:
            raise RuntimeError(f"the simulator ended before it served: {self.process.stderr.read()}")
        self.address = f"http://127.0.0.1:{(self.inside / 'port').read_text(encoding='utf-8').strip()}"
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()
        self.folder.cleanup()

    def calls(self):
        """Returns the calls that were answered so far, oldest first."""
        return [json.loads(line) for line in (self.inside / "calls").read_text(encoding="utf-8").splitlines()]

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
        """Returns a boto3 client of this simulator."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.address,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
