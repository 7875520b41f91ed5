"""Speaks to a registry as its clients do: one request, one answer."""

from __future__ import annotations

import hashlib
import http.client
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
OCI_LAYER: Final = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The error's code; empty without an error."""
        return str(self.json["errors"][0]["code"]) if self.body and self.status >= 400 else ""

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


def ask(
    address: str,
    method: str,
    path: str,
    body: bytes | Iterable[bytes] = b"",
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Ask once; a body that comes in pieces is sent chunked."""
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        chunked = not isinstance(body, bytes)
        connection.request(method, path, body or None, dict(headers or {}), encode_chunked=chunked)
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def descriptor(data: bytes, media_type: str, **more: object) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}


def manifest(config: bytes, *layers: bytes, **more: object) -> bytes:
    """Return an OCI image manifest."""
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": descriptor(config, OCI_CONFIG),
            "layers": [descriptor(layer, OCI_LAYER) for layer in layers],
            **more,
        }
    ).encode()


def index(*manifests: bytes, **more: object) -> bytes:
    """Return an OCI index."""
    children = [descriptor(each, OCI_MANIFEST) for each in manifests]
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children, **more}
    return json.dumps(document).encode()


def push_blob(address: str, name: str, data: bytes) -> str:
    """Push a blob, as every registry takes it; returns its digest."""
    begun = ask(address, "POST", f"/v2/{name}/blobs/uploads/").header("Location")
    place = begun.removeprefix(f"http://{address}")
    mark = "&" if "?" in place else "?"
    assert ask(address, "PUT", f"{place}{mark}digest={digest(data)}", data).status == 201
    return digest(data)


def push_manifest(
    address: str, name: str, reference: str, data: bytes, media_type: str = OCI_MANIFEST
) -> Reply:
    path = f"/v2/{name}/manifests/{reference}"
    return ask(address, "PUT", path, data, {"Content-Type": media_type})


def push_image(address: str, name: str, tag: str, config: bytes, *layers: bytes) -> str:
    """Push an image; returns the digest of its manifest."""
    for data in (config, *layers):
        push_blob(address, name, data)
    reply = push_manifest(address, name, tag, manifest(config, *layers))
    assert reply.status == 201
    return reply.header("Docker-Content-Digest")
