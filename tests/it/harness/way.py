"""What may lie between a program and AWS: TLS with the certificate of a private authority, and proxies.

`way.py FOLDER HOST:PORT` serves on loopback until it is ended: TLS in front of HOST:PORT, a proxy that lets everybody
through, one that wants the password `open:sesame`, and one that refuses. It writes the authority's certificate to
FOLDER/ca.pem, every CONNECT to FOLDER/connects, and prints one line of JSON with the addresses.
"""

import base64
import datetime
import ipaddress
import json
import pathlib
import socket
import ssl
import sys
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PASSWORD = "Basic " + base64.b64encode(b"open:sesame").decode()


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, by, *extensions):
    """Returns a certificate for `key`, signed with the key `by`."""
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder(named(issuer), named(subject), key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(by, hashes.SHA256())


def pem(thing):
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def trust(folder):
    """Makes an authority and a certificate of it for loopback; returns the server's side of TLS."""
    authority, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    is_authority = (x509.BasicConstraints(ca=True, path_length=None), True)
    root = certificate("the test's own authority", authority, "the test's own authority", authority, is_authority)
    here = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    leaf = certificate("loopback", server, "the test's own authority", authority, (here, False))
    (folder / "ca.pem").write_bytes(pem(root))
    (folder / "server.pem").write_bytes(pem(leaf) + pem(server))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # One side has gone, and the other one is told by closing.


def join(one, other):
    """Passes bytes both ways until both sides have ended."""
    back = threading.Thread(target=pump, args=(other, one), daemon=True)
    back.start()
    pump(one, other)
    back.join()
    one.close()
    other.close()


def serve(handle):
    """Handles every connection to a new port of loopback in a thread of its own; returns the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=guarded, args=(handle, connection), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def guarded(handle, connection):
    try:
        handle(connection)
    except OSError:
        connection.close()  # Whoever does not trust the certificate hangs up.


def proxy(log, password=None, refuses=False):
    """Returns what a proxy does with a connection."""

    def handle(connection):
        head = b""
        while b"\r\n\r\n" not in head and (more := connection.recv(4096)):
            head += more
        lines = head.decode("latin-1").split("\r\n")
        method, target, *_ = lines[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{method} {target}\n")
        if password and headers.get("proxy-authorization") != password:
            asks = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"way\"\r\n"
            connection.sendall(asks + b"Content-Length: 0\r\n\r\n")
        elif refuses or method != "CONNECT":
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        else:
            # Whatever the name is: everything is on loopback.
            behind = socket.create_connection(("127.0.0.1", int(target.rpartition(":")[2])))
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            join(connection, behind)
            return
        connection.close()

    return handle


def main(folder, behind):
    folder = pathlib.Path(folder)
    host, _, port = behind.rpartition(":")
    context = trust(folder)
    log = folder / "connects"
    log.touch()

    def unwrap(connection):
        secure = context.wrap_socket(connection, server_side=True)
        join(secure, socket.create_connection((host, int(port))))

    ports = {
        "tls": serve(unwrap),
        "open": serve(proxy(log)),
        "locked": serve(proxy(log, password=PASSWORD)),
        "closed": serve(proxy(log, refuses=True)),
    }
    print(json.dumps(ports), flush=True)
    # Whoever started this closes its end of the pipe, at the latest by ending.
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
