"""A certificate authority of our own, made anew for each test run, and what it signs."""

import base64
import datetime
import ipaddress
import json
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


def segment(data):
    """Returns bytes in the base64 of web tokens."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Authority:
    """A key, and the certificate in which it says that it may sign others. `file` is that certificate."""

    def __init__(self, folder, name="an authority of the tests"):
        self.folder = pathlib.Path(folder)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        basic = x509.BasicConstraints(ca=True, path_length=0)
        self.certificate = self.sign(self.name, self.key.public_key(), basic)
        self.file = self.folder / "authority.crt"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def sign(self, name, key, *extensions):
        """Returns a certificate of a name and a public key."""
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - DAY).not_valid_after(now + DAY)
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self.key, hashes.SHA256())

    def server(self, *names):
        """Returns the files of a certificate and of its key, for a server on loopback that also has other names."""
        key = ec.generate_private_key(ec.SECP256R1())
        known = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
        alternatives = x509.SubjectAlternativeName(known + [x509.DNSName(name) for name in names])
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a registry of the tests")])
        basic = x509.BasicConstraints(ca=False, path_length=None)
        certificate = self.sign(name, key.public_key(), basic, alternatives)
        files = self.folder / "server.crt", self.folder / "server.key"
        files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        files[1].write_bytes(key.private_bytes(*pem))
        return files

    def web_token(self, claims):
        """Returns a JSON Web Token that whoever knows the authority believes."""
        chain = base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()
        head = {"typ": "JWT", "alg": "ES256", "x5c": [chain]}
        text = ".".join(segment(json.dumps(part).encode()) for part in (head, claims))
        numbers = utils.decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{segment(b''.join(number.to_bytes(32, 'big') for number in numbers))}"
