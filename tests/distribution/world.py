"""What a registry holds before a case begins, and the steps that a case is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tests.distribution.talk import OCI_MANIFEST, descriptor, digest, index, manifest

NAME: Final = "library/box"
CONFIG: Final = b'{"architecture": "amd64", "os": "linux"}'
LAYER: Final = b"layer " * 1000
OTHER: Final = b"the other half of a chunked blob"
EMPTY: Final = b"{}"
FORM: Final = "application/octet-stream"

IMAGE: Final = manifest(CONFIG, LAYER)
LIST: Final = index(IMAGE)
SUBJECT: Final = descriptor(IMAGE, OCI_MANIFEST)
SIGNATURE: Final = manifest(
    EMPTY, subject=SUBJECT, artifactType="application/x.signature", annotations={"by": "me"}
)
BILL: Final = manifest(EMPTY, LAYER, subject=SUBJECT, artifactType="application/x.bill")
BUNDLE: Final = index(IMAGE, subject=SUBJECT, artifactType="application/x.bundle")
EARLY: Final = manifest(
    EMPTY, subject={"mediaType": OCI_MANIFEST, "digest": digest(b"not yet"), "size": 7}
)
NOBODY: Final = digest(b"nobody has this")

PLACES: Final = {
    "image": digest(IMAGE),
    "list": digest(LIST),
    "layer": digest(LAYER),
    "config": digest(CONFIG),
    "other": digest(OTHER),
    "both": digest(LAYER + OTHER),
    "nobody": NOBODY,
    "early": digest(b"not yet"),
}


@dataclass(frozen=True)
class Step:
    """A request, and what has to come back."""

    method: str
    path: str
    status: int
    body: bytes = b""
    sends: dict[str, str] = field(default_factory=dict)
    gets: dict[str, str] = field(default_factory=dict)
    """Headers of the answer; a value of `*` is anything but nothing."""
    code: str = ""
    """Of the error."""
    content: object = None
    """The body: bytes as they are, anything else as JSON."""


def step(method: str, path: str, status: int, body: bytes = b"", **more: object) -> Step:
    return Step(method, path, status, body, **more)  # type: ignore[arg-type]
