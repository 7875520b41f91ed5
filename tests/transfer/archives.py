"""Archives in the form of Docker since 25: an OCI layout with a manifest.json beside it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Mapping

from tests.engines.images import ImageSpec


def sha(data: bytes) -> str:
    """Return `sha256:...`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def as_tar(files: Mapping[str, bytes]) -> bytes:
    """Make a tar of files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def files_of(data: bytes) -> dict[str, bytes]:
    """Return the files of a tar, without folders and links."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        opened = {info.name: tar.extractfile(info) for info in tar if info.isreg()}
    return {name: file.read() for name, file in opened.items() if file is not None}


def layout(
    specs: Iterable[ImageSpec], pack: Callable[[bytes], bytes] = bytes, *, docker: bool = True
) -> dict[str, bytes]:
    """Return the files of an OCI layout of these images.

    Args:
        specs: The images.
        pack: How layers are compressed.
        docker: With a manifest.json.
    """
    files: dict[str, bytes] = {}

    def add(data: bytes) -> dict[str, object]:
        files[f"blobs/sha256/{sha(data)[7:]}"] = data
        return {"digest": sha(data), "size": len(data)}

    def blob(descriptor: dict[str, object]) -> str:
        return f"blobs/{str(descriptor['digest']).replace(':', '/')}"

    top: list[dict[str, object]] = []
    old: list[dict[str, object]] = []
    for spec in specs:
        layers = [add(pack(layer)) for layer in spec.layers]
        config = add(spec.config_json)
        manifest = add(json.dumps({"config": config, "layers": layers}).encode())
        notes = [{"annotations": {"io.containerd.image.name": tag}} for tag in spec.tags]
        top += [{**manifest, **note} for note in notes or [{}]]
        paths = [blob(layer) for layer in layers]
        old.append({"Config": blob(config), "RepoTags": list(spec.tags), "Layers": paths})
    files["index.json"] = json.dumps({"manifests": top}).encode()
    files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    if docker:
        files["manifest.json"] = json.dumps(old).encode()
    return files


def zipped(data: bytes) -> bytes:
    """Compress without a time, so that the same bytes come out."""
    return gzip.compress(data, mtime=0)
