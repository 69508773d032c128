"""A proxy of our own: it opens tunnels (CONNECT), passes on plain requests, writes both down, and knows where names lead."""

import http.client
import math
import select
import socket
import typing
import urllib.parse

from loopback import Handler, Server

# What concerns one connection only, and the length, which is said anew.
OF_THE_CONNECTION = {
    *("connection", "proxy-connection", "keep-alive", "te", "transfer-encoding", "upgrade", "proxy-authorization"),
    *("content-length", "date", "server"),
}


class Passed(typing.NamedTuple):
    """One request to the proxy."""

    method: str
    # `HOST:PORT` of a tunnel, the URL of a plain request.
    target: str
    # The header `Proxy-Authorization`, if there was one.
    authorization: str | None


class Gateway(Server):
    """A proxy that lives as long as the `with` block. `root` is its URL, `passed` what went through.

    `names` says to which port of loopback a name leads, whatever port is asked for. Everything else is refused: nothing leaves
    this machine. `cuts` says for one tunnel after the other after how many bytes from afar it breaks; those beyond it hold.
    """

    def __init__(self, names, cuts=()):
        super().__init__(self.handler_of())
        self.names = names
        self.cuts = iter(cuts)
        self.passed = []

    def handler_of(self):
        """Returns what answers one connection."""
        owner = self

        class Both(Handler):
            """Tunnels and plain requests."""

            def do_CONNECT(self):
                owner.note(self)
                port = owner.names.get(self.path.rpartition(":")[0])
                if port is None:
                    self.send_error(403)
                    return
                with socket.create_connection(("127.0.0.1", port)) as far:
                    self.send_response(200)
                    self.end_headers()
                    join(self.connection, far, next(owner.cuts, math.inf))
                self.close_connection = True

            def pass_on(self):
                owner.note(self)
                url = urllib.parse.urlsplit(self.path)
                body = self.body()
                port = owner.names.get(url.hostname)
                if port is None:
                    self.send_error(403)
                    return
                far = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                far.request(self.command, urllib.parse.urlunsplit(("", "", *url[2:])), body, kept(self.headers.items()))
                answer = far.getresponse()
                content = answer.read()
                far.close()
                headers = kept(answer.getheaders())
                # Of an answer to HEAD it is the length of what is not sent.
                length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
                self.answer(answer.status, [*headers.items(), ("Content-Length", length or "0")], content)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

        return Both

    def note(self, request):
        """Writes a request down."""
        self.passed.append(Passed(request.command, request.path, request.headers.get("Proxy-Authorization")))


def kept(headers):
    """Returns the headers that do not concern one connection only."""
    return {name: value for name, value in headers if name.lower() not in OF_THE_CONNECTION}


def join(near, far, most):
    """Passes on what either end says until one of them has said all, or the far one as much as it may."""
    both = {near: far, far: near}
    while True:
        readable, _, _ = select.select(list(both), [], [], 30)
        for end in readable:
            data = end.recv(int(min(65536, most)))
            if not data:
                return
            both[end].sendall(data)
            if end is far:
                most -= len(data)
            if most <= 0:
                return
        if not readable:
            return
