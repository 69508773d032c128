"""Clients of registries that are not ours: skopeo, of the container tools, and oras, for artifacts."""

import base64
import glob
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

from registries import TOOLS

PROGRAM = TOOLS / "usr/bin/skopeo"

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.wasm.config.v0+json"
LAYER = "application/wasm"


def digest(data):
    """Returns the digest of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def scratch():
    """Returns a folder that lives as long as a `with` block."""
    return tempfile.TemporaryDirectory(prefix="scratch-")


def base64_of(text):
    """Returns a text as docker's file of credentials has it."""
    return base64.b64encode(text.encode()).decode()


def skopeo(*arguments, credentials=None, authority=None):
    """Runs skopeo with nobody's settings, and returns what it prints, as bytes.

    `credentials` is a file in docker's format, `authority` who signed the certificate; without it plain HTTP is tried, too.
    """
    if not PROGRAM.exists():
        raise FileNotFoundError(f"`{PROGRAM}` is missing; hint: run `tests/run setup`")
    verb, *rest = arguments
    sides = ["src-", "dest-"] if verb == "copy" else [""]
    flags = [f"--{side}tls-verify=false" for side in sides if authority is None]
    with tempfile.TemporaryDirectory(prefix="skopeo-") as home:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "XDG_RUNTIME_DIR": home,
            "LD_LIBRARY_PATH": ":".join(glob.glob(f"{TOOLS}/lib/*") + glob.glob(f"{TOOLS}/usr/lib/*")),
        }
        if authority is not None:
            environment["SSL_CERT_FILE"] = str(authority.file)
        if credentials is not None:
            environment["REGISTRY_AUTH_FILE"] = str(credentials)
        command = [PROGRAM, "--insecure-policy", "--registries.d", home, verb, *flags, *map(str, rest)]
        done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"skopeo {' '.join(map(str, arguments))}: {done.stderr.decode().strip()}")
    return done.stdout


def raw_manifest(reference, **settings):
    """Returns the bytes of a manifest as skopeo reads them."""
    return skopeo("inspect", "--raw", f"docker://{reference}", **settings)


def layout_blob(layout, name):
    """Returns the bytes of a digest in an OCI layout."""
    return (pathlib.Path(layout) / "blobs" / name.replace(":", "/")).read_bytes()


def layout_manifests(layout):
    """Returns the entries of an OCI layout's index."""
    index = json.loads((pathlib.Path(layout) / "index.json").read_text(encoding="utf-8"))
    return index["manifests"]


def nobody(folder):
    """Returns a file of credentials in which there are none."""
    path = pathlib.Path(folder) / "nobody.json"
    path.write_text("{}", encoding="utf-8")
    return path


def oras(authority, credentials):
    """Returns a client of oras, with nobody's proxies."""
    # Only those that need it pay for the import.
    import oras.client

    verify = True if authority is None else str(authority.file)
    backend = "token" if credentials is None else "basic"
    client = oras.client.OrasClient(insecure=authority is None, tls_verify=verify, auth_backend=backend)
    client.session.trust_env = False
    return client


def oras_push(reference, component, authority=None, credentials=None):
    """Publishes a component as the Wasm artifact of the CNCF. Returns the digest of the manifest.

    This client uses one token for all it does, which a registry that looks at scopes refuses: there, use `write_layout`.
    """
    with tempfile.TemporaryDirectory(prefix="oras-") as folder:
        config = pathlib.Path(folder) / "config.json"
        config.write_bytes(wasm_config(pathlib.Path(component).read_bytes()))
        answer = oras(authority, credentials).push(
            target=str(reference),
            files=[f"{component}:{LAYER}"],
            manifest_config=f"{config}:{CONFIG}",
            config_path=str(credentials or nobody(folder)),
            disable_path_validation=True,
            quiet=True,
        )
    return answer.headers["Docker-Content-Digest"]


def oras_pull(reference, folder, authority=None, credentials=None):
    """Fetches an artifact into a folder, and returns its only file."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    config = str(credentials or nobody(folder))
    (path,) = oras(authority, credentials).pull(target=str(reference), outdir=str(folder), config_path=config)
    return pathlib.Path(path)


def wasm_config(component):
    """Returns the config of a Wasm artifact as its specification has it, with a time as other tools write it."""
    config = {
        "created": "2026-01-01T00:00:00Z",
        "architecture": "wasm",
        "os": "wasip2",
        "layerDigests": [digest(component)],
        "component": {"exports": ["host:recipe/guest@0.1.0"], "imports": []},
    }
    return json.dumps(config).encode()


def write_layout(layout, component, tag):
    """Makes an OCI layout with a Wasm artifact in it. Returns the digest of the manifest."""
    layout = pathlib.Path(layout)
    (layout / "blobs/sha256").mkdir(parents=True)

    def put(kind, data):
        (layout / "blobs" / digest(data).replace(":", "/")).write_bytes(data)
        return {"mediaType": kind, "digest": digest(data), "size": len(data)}

    config, layer = put(CONFIG, wasm_config(component)), put(LAYER, component)
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]}
    entry = put(MANIFEST, json.dumps(manifest).encode())
    named = {**entry, "annotations": {"org.opencontainers.image.ref.name": tag}}
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}), encoding="utf-8")
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="utf-8")
    return entry["digest"]


def publish(reference, component, **settings):
    """Publishes the bytes of a component by skopeo, whatever a registry asks for. Returns the digest of the manifest."""
    with tempfile.TemporaryDirectory(prefix="publish-") as folder:
        name = write_layout(f"{folder}/layout", component, "it")
        skopeo("copy", f"oci:{folder}/layout:it", f"docker://{reference}", **settings)
    return name
