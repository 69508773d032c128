"""What the servers of these tests have in common."""

import http.server
import threading


class Listener(http.server.ThreadingHTTPServer):
    """Takes as many connections at once as there may be: one that has to wait for its turn asks again a second later."""

    request_queue_size = 64


class Server:
    """Answers on a free port of loopback as long as the `with` block. `root` is its URL."""

    def __init__(self, handler):
        self.handler = handler

    def __enter__(self):
        self.server = Listener(("127.0.0.1", 0), self.handler)
        self.root = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one connection, and says nothing about it."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Says nothing."""

    def body(self):
        """Returns the body of the request, in either form in which it may be sent."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def answer(self, status, headers, body):
        """Sends an answer whose length is that of its body, unless the headers say it."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if "content-length" not in {name.lower() for name, _ in headers}:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
