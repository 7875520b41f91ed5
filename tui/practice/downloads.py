"""Layers on their way from a registry: three at once, checked, unpacked from the bottom up.

Time passes in short steps, and what happens in a step is told as dockerd tells it. Nothing of it
changes the engine: what was downloaded is handed over when all of it is here.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from tui.practice.progress import layer_done, layer_said
from tui.practice.registry import Blob, digest_of
from tui.practice.tars import BadTar, read
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.hold import Hold

TICK: Final = 0.1
"""Seconds of a step: as often dockerd tells about a layer."""

UNPACKING: Final = 6
"""How much faster layers are unpacked than downloaded."""

RETRIES: Final = 5
"""How often a broken download is tried again; the first time after 5 seconds, then 10, ..."""


class _State(Enum):
    WAITING = auto()
    DOWNLOADING = auto()
    HERE = auto()
    DONE = auto()


@dataclass(slots=True, eq=False)
class _Part:
    """One layer on its way."""

    blob: Blob
    state: _State = _State.WAITING
    got: int = 0
    """Bytes that were downloaded."""
    unpacked: int = 0
    """Packed bytes that were unpacked."""
    tar: bytes = b""

    @property
    def name(self) -> str:
        """How lines name it: the beginning of its blob's digest."""
        return self.blob.digest.removeprefix("sha256:")[:12]


class Downloads:
    """The layers that one image needs from a registry."""

    def __init__(self, hold: Hold, blobs: list[Blob]) -> None:
        """Begin with nothing downloaded.

        Args:
            hold: The engine.
            blobs: The packed layers, the bottom first.
        """
        self._hold = hold
        self._parts = [_Part(blob) for blob in blobs]
        self._lines = 0
        self._room: int | None = None
        """Bytes until the connection breaks."""

    @property
    def tars(self) -> list[bytes]:
        """The unpacked layers, once `run` has ended."""
        return [part.tar for part in self._parts]

    def run(self) -> Iterator[bytes]:
        """Download and unpack everything; iterate over the lines about it.

        Raises:
            ApiError: it cannot be finished; the message ends the stream.
        """
        self._room = self._hold.faults.drop_at()
        try:
            for part in self._parts:
                yield layer_said("Pulling fs layer", part.name)
            self._take_lines()
            for part in self._parts:
                if part.state is _State.WAITING:
                    yield layer_said("Waiting", part.name)
            full = bool(self._parts) and self._hold.faults.is_disk_full()
            while any(part.state is not _State.DONE for part in self._parts):
                yield from self._download()
                yield from self._unpack(full)
                self._pause()
                yield b""
        finally:
            for _line in range(self._lines):
                self._hold.registry.give_line()
            self._lines = 0

    def _take_lines(self) -> None:
        for part in self._parts:
            if part.state is _State.WAITING:
                if not self._hold.registry.take_line():
                    return
                self._lines += 1
                part.state = _State.DOWNLOADING

    def _pause(self) -> None:
        waits = all(part.state is _State.WAITING for part in self._parts)
        if waits or self._speed():
            self._hold.sleep(TICK)

    def _speed(self) -> int:
        return self._hold.faults.speed(self._hold.settings.speed)

    def _download(self) -> Iterator[bytes]:
        """Let one step of time pass for the downloads."""
        self._take_lines()
        active = [part for part in self._parts if part.state is _State.DOWNLOADING]
        for part in active:
            speed = self._speed()
            # without a speed two steps do, so that each word of the Engine still comes
            step = int(speed * TICK / len(active)) if speed else -(-part.blob.size // 2)
            before = part.got
            part.got = min(part.got + max(step, 1), part.blob.size)
            if self._room is not None:
                part.got = min(part.got, before + self._room)
                self._room -= part.got - before
                if not self._room and part.got < part.blob.size:
                    yield from self._broken(part)
                    continue
            yield layer_done("Downloading", part.name, part.got, part.blob.size)
            if part.got == part.blob.size:
                yield from self._arrived(part)

    def _arrived(self, part: _Part) -> Iterator[bytes]:
        yield layer_said("Verifying Checksum", part.name)
        if digest_of(part.blob.data) != part.blob.digest:
            message = f"filesystem layer verification failed for digest {part.blob.digest}"
            raise ApiError(500, message)
        part.state = _State.HERE
        self._lines -= 1
        self._hold.registry.give_line()
        yield layer_said("Download complete", part.name)

    def _broken(self, part: _Part) -> Iterator[bytes]:
        """Wait, and try a broken download again, until it lasts.

        Raises:
            ApiError: it breaks each time.
        """
        for retry in range(1, RETRIES + 1):
            for left in range(5 * retry, 0, -1):
                yield layer_said(f"Retrying in {left} second{'' if left == 1 else 's'}", part.name)
                if self._speed():
                    self._hold.sleep(1)
            self._room = self._hold.faults.drop_at()
            if self._room is None:
                return
        raise ApiError(500, "unexpected EOF")

    def _unpack(self, full: bool) -> Iterator[bytes]:
        """Let one step of time pass for the lowest layer that is not unpacked."""
        part = next((part for part in self._parts if part.state is not _State.DONE), None)
        if part is None or part.state is not _State.HERE:
            return
        speed = self._speed()
        step = int(speed * TICK * UNPACKING) if speed else -(-part.blob.size // 2)
        part.unpacked = min(part.unpacked + max(step, 1), part.blob.size)
        yield layer_done("Extracting", part.name, part.unpacked, part.blob.size)
        if part.unpacked < part.blob.size:
            return
        part.tar = unpacked(part.blob)
        if full:
            raise ApiError(500, f"failed to register layer: {no_space(part.tar)}")
        part.state = _State.DONE
        yield layer_said("Pull complete", part.name)


def unpacked(blob: Blob) -> bytes:
    """Return the tar in a packed layer.

    Raises:
        ApiError: it is no gzip.
    """
    try:
        return gzip.decompress(blob.data)
    except (OSError, EOFError, zlib.error) as error:
        raise ApiError(500, f"failed to register layer: {error}") from error


def no_space(tar: bytes) -> str:
    """Return what the Engine says when a layer does not fit on the disk: its biggest file fails."""
    try:
        biggest = max(read(tar), key=lambda entry: entry.stored, default=None)
    except BadTar:
        biggest = None
    path = f"/{biggest.path}" if biggest else "/"
    return f"Error processing tar file(exit status 1): write {path}: no space left on device"
