"""A push: the layers that the registry has not, from the top down, and the manifest at last."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from tui.practice.layers import Layer
from tui.practice.names import Reference
from tui.practice.progress import layer_done, layer_said, said
from tui.practice.recipes import packed_layer
from tui.practice.registry import Blob, Platform, Refused, manifest_of
from tui.practice.wire import ApiError, line

if TYPE_CHECKING:
    from tui.practice.hold import Hold
    from tui.practice.images import Image

UPLOADS: Final = 5
"""Layers that the Engine uploads at once (`max-concurrent-uploads`)."""

TICK: Final = 0.1
"""Seconds between two lines about a layer."""


class _State(Enum):
    WAITING = auto()
    PUSHING = auto()
    DONE = auto()


@dataclass(slots=True, eq=False)
class _Part:
    """One layer on its way."""

    layer: Layer
    tar: bytes
    state: _State = _State.WAITING
    sent: int = 0
    blob: Blob | None = None

    @property
    def name(self) -> str:
        """How lines name it: the beginning of its diff ID."""
        return self.layer.diff_id.removeprefix("sha256:")[:12]


def push(
    hold: Hold, reference: Reference, user: str, password: str
) -> Generator[bytes, None, None]:
    """Push a name, or all tags of a repository; iterate over the lines of the stream.

    Raises:
        ApiError: it went wrong; the message ends the stream.
    """
    yield said(f"The push refers to repository [{reference.repository}]")
    for tag, image in _images(hold, reference):
        yield from _Push(hold, reference.repository, tag, image, (user, password)).lines()
    hold.events.publish("image", "push", reference.familiar, name=reference.familiar_repository)


def _images(hold: Hold, reference: Reference) -> list[tuple[str, Image]]:
    """Return the tags that are pushed, and their images.

    Raises:
        ApiError: there are none.
    """
    images = hold.images
    with hold.lock:
        tags = {
            name.tag: image
            for image in images.all()
            for name in images.references(image.image_id)
            if name.repository == reference.repository and name.tag
        }
    if not tags:
        familiar = reference.familiar_repository
        raise ApiError(404, f"An image does not exist locally with the tag: {familiar}")
    if reference.tag and reference.tag not in tags:
        raise ApiError(404, f"tag does not exist: {reference.familiar}")
    return [(tag, tags[tag]) for tag in sorted(tags) if reference.tag in ("", tag)]


class _Push:
    """One image on its way to a registry."""

    def __init__(
        self, hold: Hold, repository: str, tag: str, image: Image, login: tuple[str, str]
    ) -> None:
        self._hold = hold
        self._repository = repository
        self._tag = tag
        self._image = image
        self._login = login
        with hold.lock:
            stack = hold.layers.stack(image.top)
        self._parts = [_Part(layer, layer.tar()) for layer in stack]

    def lines(self) -> Iterator[bytes]:
        """Send it; iterate over the lines about it.

        Raises:
            ApiError: the registry does not want it.
        """
        parts = self._parts[::-1]  # the top first, as dockerd goes through them
        for part in parts:
            yield layer_said("Preparing", part.name)
        for part in parts[UPLOADS:]:
            yield layer_said("Waiting", part.name)
        try:
            self._hold.registry.check_push(self._repository, *self._login)
        except Refused as refused:
            raise ApiError(refused.status, refused.message) from refused
        while any(part.state is not _State.DONE for part in parts):
            left = [part for part in parts if part.state is not _State.DONE]
            for part in left[:UPLOADS]:
                yield from self._step(part, min(len(left), UPLOADS))
            if self._speed():
                self._hold.sleep(TICK)
            yield b""
        yield from self._finish()

    def _step(self, part: _Part, active: int) -> Iterator[bytes]:
        """Let one step of time pass for a layer."""
        if part.state is _State.WAITING:
            part.blob = packed_layer(part.tar)
            there = self._there(part.blob, part.layer)
            if there:
                part.state = _State.DONE
                yield layer_said(there, part.name)
                return
            part.state = _State.PUSHING
        speed = self._speed()
        # the bytes that are counted are those of the tar, before it is packed
        step = int(speed * TICK / active) if speed else -(-len(part.tar) // 2)
        part.sent = min(part.sent + max(step, 1), len(part.tar))
        yield layer_done("Pushing", part.name, part.sent, part.layer.size)
        if part.sent == len(part.tar) and part.blob:
            self._hold.registry.put_blob(self._repository, part.blob)
            part.state = _State.DONE
            yield layer_said("Pushed", part.name)

    def _there(self, blob: Blob, layer: Layer) -> str:
        """Return the words for a layer that need not be sent; empty if it must."""
        registry = self._hold.registry
        if registry.has_blob(self._repository, blob.digest):
            return "Layer already exists"
        for digest, source in self._hold.distribution.sources(layer.diff_id):
            if digest == blob.digest and registry.mount(source, self._repository, digest):
                return f"Mounted from {source.partition('/')[2]}"
        return ""

    def _finish(self) -> Iterator[bytes]:
        """Put the manifest under its tag, and note where everything lies now."""
        registry, config = self._hold.registry, Blob(self._image.image_id, self._image.config)
        blobs = [part.blob for part in self._parts if part.blob]
        told = self._image.parsed()
        platform = Platform(told["os"], told["architecture"], told.get("variant", ""))
        manifest = manifest_of(config, blobs, platform)
        registry.put_blob(self._repository, config)
        registry.put_manifest(self._repository, self._tag, manifest)
        with self._hold.lock:
            for part, blob in zip(self._parts, blobs, strict=True):
                self._hold.distribution.note(blob.digest, part.layer.diff_id, self._repository)
            if self._image.image_id in self._hold.images:
                name = Reference(self._repository, digest=manifest.digest)
                self._hold.images.tag(self._image.image_id, name.full)
        size = len(manifest.data)
        yield said(f"{self._tag}: digest: {manifest.digest} size: {size}")
        aux = {"Tag": self._tag, "Digest": manifest.digest, "Size": size}
        yield line({"progressDetail": {}, "aux": aux})

    def _speed(self) -> int:
        return self._hold.faults.speed(self._hold.settings.speed)
