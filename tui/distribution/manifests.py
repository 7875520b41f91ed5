"""What a manifest says, as far as a registry has to know: its kind and what it refers to.

Source: the image specification (image manifest, image index) and Docker's schema 2.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from tui.distribution.names import checked_digest
from tui.distribution.refusals import Refused

MANIFEST_MAX: Final = 4 << 20
"""Bytes of a manifest, as the specification advises."""

OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"

INDEXES: Final = frozenset({OCI_INDEX, DOCKER_LIST})
MEDIA_TYPES: Final = INDEXES | {OCI_MANIFEST, DOCKER_MANIFEST}

_REFERENCES_MAX: Final = 10_000
"""Descriptors in one manifest; images have at most some hundred."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest or an index that was understood."""

    media_type: str
    blobs: tuple[str, ...]
    """Digests of the config and the layers; not of layers that lie elsewhere (`urls`)."""
    children: tuple[str, ...]
    """Digests that an index lists."""
    subject: str
    """Digest of the manifest that this one is about; empty without."""
    artifact_type: str
    """The artifact's kind: its own word, or else the media type of its config."""
    annotations: dict[str, str]
    size: int
    """Bytes of all that is in `blobs`, as the manifest tells."""


def read(data: bytes, content_type: str = "") -> Manifest:
    """Understand a manifest.

    Args:
        data: Its bytes.
        content_type: What the client calls it; empty to go by the manifest alone.

    Raises:
        Refused: it is none, or it is not what the client calls it.
    """
    document = _document(data)
    media_type = _media_type(document, content_type)
    config = _descriptor(document.get("config"), "config") if "config" in document else None
    layers = _descriptors(document, "layers")
    stored = [*([config] if config else []), *(one for one in layers if not one.get("urls"))]
    subject = _descriptor(document["subject"], "subject") if document.get("subject") else None
    own = _text(document, "artifactType")
    return Manifest(
        media_type,
        blobs=tuple(dict.fromkeys(_text(one, "digest") for one in stored)),
        children=tuple(_text(one, "digest") for one in _descriptors(document, "manifests")),
        subject=_text(subject, "digest") if subject else "",
        artifact_type=own or (_text(config, "mediaType") if config else ""),
        annotations=_annotations(document),
        size=sum(_size(one) for one in stored),
    )


def _document(data: bytes) -> dict[str, object]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise _invalid("the manifest is not JSON") from None
    if not isinstance(document, dict):
        raise _invalid("the manifest is not a JSON object")
    if document.get("schemaVersion") != 2:
        raise _invalid("the manifest has no schemaVersion 2")
    return document


def _media_type(document: dict[str, object], content_type: str) -> str:
    """Return what kind it is; a text that could be taken for two kinds is refused."""
    inner = _text(document, "mediaType")
    is_index, is_image = "manifests" in document, "config" in document or "layers" in document
    if is_index == is_image:
        raise _invalid("a manifest has either manifests, or config and layers")
    given = content_type.partition(";")[0].strip().lower()
    if given == "application/json":
        given = ""
    if inner and given and inner != given:
        raise _invalid(f"the mediaType is {inner}, but the Content-Type {given}")
    media_type = inner or given or (OCI_INDEX if is_index else OCI_MANIFEST)
    if media_type not in MEDIA_TYPES:
        raise _invalid(f"manifests of this media type are not kept: {media_type}")
    if (media_type in INDEXES) != is_index:
        raise _invalid(f"the manifest is no {media_type}")
    return media_type


def _descriptors(document: dict[str, object], key: str) -> list[dict[str, object]]:
    """Return a list of descriptors; `null`, which Go writes for an empty one, is empty."""
    found = document.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise _invalid(f"{key} is not a list")
    if len(found) > _REFERENCES_MAX:
        raise _invalid(f"{key} has more than {_REFERENCES_MAX} entries")
    return [_descriptor(each, key) for each in found]


def _descriptor(value: object, key: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _invalid(f"{key} is not a descriptor")
    checked_digest(_text(value, "digest"))
    return value


def _text(document: dict[str, object], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) else ""


def _size(descriptor: dict[str, object]) -> int:
    value = descriptor.get("size")
    return value if isinstance(value, int) and 0 <= value < 1 << 62 else 0


def _annotations(document: dict[str, object]) -> dict[str, str]:
    found = document.get("annotations")
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)}


def _invalid(why: str) -> Refused:
    return Refused(400, "MANIFEST_INVALID", why)
