"""moto's server as it comes, as a process of its own: run as a program it serves, and prints its address.

`tests/moto` has one too, with deployments played by this repository's hand; here moto has to be a third party.
"""

import subprocess
import sys


class Moto:
    """A server that lives as long as the `with` block. `address` is its endpoint."""

    def __enter__(self):
        # What it logs of failures within itself is the answer 500 to the caller.
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            raise RuntimeError(f"moto ended with status {self.process.wait()} before it served")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def serve():
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    print("http://{}:{}".format(*server.get_host_and_port()), flush=True)
    # It ends with its parent, which holds the other end.
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    serve()
