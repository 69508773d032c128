#!/usr/bin/env python3
"""A stand-in for AWS on this machine: moto's server with the tutorial's cluster in it.

    target/venv/bin/python tests/moto/stand_in.py --port-file target/port

It listens on 127.0.0.1 only, prints its address as the one line of standard
output, and ends with its parent, at its time limit or at a signal.
"""

import argparse
import io
import os
import pathlib
import signal
import sys
import threading
import time

# Taken first: what follows needs a second to load, and a parent may be gone by then.
PARENT = os.getppid()

# moto reads it when a service is created: one of its tasks is running.
os.environ.setdefault("MOTO_ECS_SERVICE_RUNNING", "1")

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

import calls
import cluster
import scheduler


class Quiet(WSGIRequestHandler):
    """Serves without a line per request; connections stay open, as those of AWS do."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code="-", size="-"):
        pass


class StandIn:
    """The WSGI application: moto, one call at a time, each of them written down."""

    def __init__(self, log, task_start):
        # moto's state has no locks of its own.
        self.lock = threading.Lock()
        self.log = log
        self.scheduler = scheduler.Scheduler(self.lock, task_start)
        self.moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ, start_response):
        started = time.monotonic()
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        service, operation, parameters = calls.name_call(environ, body)
        answer = {}

        def note_status(status, headers, exc_info=None):
            answer["status"] = int(status.split()[0])
            return start_response(status, headers, exc_info)

        with self.lock:
            chunks = list(self.moto(environ, note_status))
            self.log.add(service, operation, parameters, answer["status"], started)
        if answer["status"] < 300:
            self.scheduler.after(operation)
        return chunks


def serve(options):
    """Serves until a signal, the time limit or the end of the parent."""
    if not options.bare:
        cluster.prepare()
    scheduler.play_deployments()
    app = StandIn(calls.CallLog(options.calls), options.task_start)
    server = make_server("127.0.0.1", options.port, app, threaded=True, request_handler=Quiet)
    server.daemon_threads = True

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()

    announce(server.server_port, options.port_file)
    limit = time.monotonic() + options.seconds
    while not ended.wait(0.2):
        if os.getppid() != PARENT or time.monotonic() > limit:
            break
    server.shutdown()


def announce(port, port_file):
    """Says where it listens. The file appears at once with all of its content."""
    if port_file:
        unfinished = pathlib.Path(f"{port_file}.{os.getpid()}")
        unfinished.write_text(f"{port}\n", encoding="utf-8")
        unfinished.replace(port_file)
    print(f"http://127.0.0.1:{port}", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    arguments.add_argument("--port-file", help="a file that gets the port once it can be used")
    arguments.add_argument("--calls", help="a file that gets one JSON line per call")
    arguments.add_argument("--seconds", type=float, default=600, help="time limit, 600 unless told")
    arguments.add_argument("--task-start", type=float, default=0.2, help="seconds until a new service's instance is registered")
    arguments.add_argument("--bare", action="store_true", help="prepare no cluster: an account with nothing in it")
    serve(arguments.parse_args())


if __name__ == "__main__":
    sys.exit(main())
