"""Signatures that others make and others check: cosign's form, by the cryptography of Python and the words of its specification."""

import base64
import json

import foreign
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from foreign import digest, publish
from machine import HostCase, recipe
from registries import Registry

PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
SIGNATURE = "dev.cosignproject.cosign/signature"
ALGORITHM = ec.ECDSA(hashes.SHA256())


class Signatures(HostCase):
    @classmethod
    def setUpClass(cls):
        cls.registry = cls.enterClassContext(Registry())

    def setUp(self):
        super().setUp()
        self.repository = f"acme/{self._testMethodName.replace('_', '-')}"
        self.place = f"{self.registry.place}/{self.repository}"
        self.digest = publish(f"{self.place}:0.1.0", recipe("redis"))
        self.reference = f"oci://{self.place}:0.1.0"

    def pair(self, name):
        """Returns a new private key, and the files of it and of its public one."""
        key = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return key, self.machine.write(f"{name}.key", private), self.machine.write(f"{name}.pub", public)

    def signers(self, name, keys):
        """Returns who of the keys' owners signed a manifest, as somebody reads it who has never heard of `host`."""
        found = set()
        manifest = json.loads(foreign.raw_manifest(f"{self.place}:{tag(name)}"))
        for layer in manifest["layers"]:
            self.assertEqual(layer["mediaType"], PAYLOAD)
            payload = self.blob(layer["digest"])
            self.assertEqual((digest(payload), len(payload)), (layer["digest"], layer["size"]))
            critical = json.loads(payload)["critical"]
            self.assertEqual(critical["type"], "cosign container image signature")
            self.assertEqual(critical["identity"], {"docker-reference": self.place})
            self.assertEqual(critical["image"], {"docker-manifest-digest": name})
            for owner, key in keys.items():
                try:
                    key.public_key().verify(base64.b64decode(layer["annotations"][SIGNATURE]), payload, ALGORITHM)
                except InvalidSignature:
                    continue
                found.add(owner)
        return found

    def blob(self, name):
        """Returns the bytes of a digest."""
        connection = self.registry.connection()
        connection.request("GET", f"/v2/{self.repository}/blobs/{name}")
        data = connection.getresponse().read()
        connection.close()
        return data

    def sign(self, beside, signed, key, place=None):
        """Signs a manifest as cosign does, and puts that beside one."""
        identity = {"docker-reference": place or self.place}
        critical = {
            "identity": identity,
            "image": {"docker-manifest-digest": signed},
            "type": "cosign container image signature",
        }
        payload = json.dumps({"critical": critical, "optional": {"creator": "somebody"}}).encode()
        signature = base64.b64encode(key.sign(payload, ALGORITHM)).decode()
        config = b"{}"
        layer = {"mediaType": PAYLOAD, "size": len(payload), "digest": digest(payload), "annotations": {SIGNATURE: signature}}
        manifest = {
            "schemaVersion": 2,
            "mediaType": foreign.MANIFEST,
            "config": {"mediaType": CONFIG, "size": len(config), "digest": digest(config)},
            "layers": [layer],
        }
        for data in (payload, config):
            self.registry.upload(self.repository, data)
        self.registry.put(f"/v2/{self.repository}/manifests/{tag(beside)}", foreign.MANIFEST, manifest)

    def test_what_host_signs_others_check(self):
        one, one_file, _ = self.pair("one")
        two, two_file, _ = self.pair("two")
        keys = {"one": one, "two": two}
        self.done("sign", "--key", one_file, self.reference)
        self.assertEqual(self.signers(self.digest, keys), {"one"})
        self.done("sign", "--key", two_file, self.reference)
        self.assertEqual(self.signers(self.digest, keys), {"one", "two"})

    def test_what_others_sign_host_checks_and_keeps(self):
        one, _, one_public = self.pair("one")
        two, two_file, two_public = self.pair("two")
        said = self.refused("H0807", "verify", "--key", one_public, self.reference)
        self.assertIn("is not signed", said)
        self.sign(self.digest, self.digest, one)
        self.refused("H0808", "verify", "--key", two_public, self.reference)
        said = json.loads(self.done("verify", "--key", one_public, self.reference, "--output", "json"))
        (verified,) = said["recipes"]
        self.assertEqual(verified["pinned"], f"{self.reference}@{self.digest}")
        self.done("sign", "--key", two_file, self.reference)
        self.assertEqual(self.signers(self.digest, {"one": one, "two": two}), {"one", "two"})
        for public in (one_public, two_public):
            self.done("verify", "--key", public, self.reference)

    def test_a_signature_of_other_content_does_not_count(self):
        one, _, one_public = self.pair("one")
        other = publish(f"{self.place}:0.1.0", recipe("memcached"))
        self.sign(other, self.digest, one)
        said = self.refused("H0808", "verify", "--key", one_public, self.reference)
        self.assertIn(self.digest, said)


def tag(name):
    """Returns the tag at which the signatures of a digest lie."""
    return f"{name.replace(':', '-')}.sig"
