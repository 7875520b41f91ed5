"""A request and its answer, as the handlers see them; and the body of a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from io import BufferedIOBase
from typing import BinaryIO, Final

from tui.distribution.refusals import NO_HEADERS, Refused

BLOCK: Final = 1 << 18
"""Bytes of a body that are held at once."""

_CHUNK_HEAD: Final = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LINE_MAX: Final = 8192
_TRAILERS_MAX: Final = 100


class BodyEnded(Exception):
    """The client hung up in the middle of a body, or its chunks are none."""


class Body:
    """The body of a request, read once."""

    def __init__(self, source: BufferedIOBase, headers: Message, go_on: Callable[[], None]) -> None:
        """Prepare to read.

        Args:
            source: The connection, after the head.
            headers: The head's.
            go_on: Called before the first byte is read; tells a client that waits for it.

        Raises:
            Refused: nobody can tell how long the body is.
        """
        self._source = source
        self._go_on = go_on
        coding = headers.get_all("Transfer-Encoding", [])
        lengths = set(headers.get_all("Content-Length", []))
        self._is_chunked = bool(coding)
        if coding and (lengths or [each.strip().lower() for each in coding] != ["chunked"]):
            raise Refused(400, "UNSUPPORTED", "the length of the body is not clear")
        if len(lengths) > 1 or any(not re.fullmatch(r"[0-9]{1,18}", each) for each in lengths):
            raise Refused(400, "SIZE_INVALID", "the Content-Length is no number")
        self.length: int | None = None if coding else int(next(iter(lengths), "0"))
        """Bytes as the head tells; None if it does not."""
        self._left = self.length or 0
        self.has_ended = not coding and not self._left
        """Whether all of it was read."""

    def blocks(self) -> Iterator[bytes]:
        """Yield what comes, in blocks.

        Raises:
            BodyEnded: the client hung up, or sends what is no body.
        """
        if self.has_ended:
            return
        self._go_on()
        self._go_on = _nothing
        while not self.has_ended:
            if self._is_chunked and not self._left:
                self._begin_chunk()
                continue
            block = self._read(min(self._left, BLOCK))
            self._left -= len(block)
            if not self._left:
                self._end_part()
            yield block

    def whole(self, limit: int) -> bytes:
        """Return all of it.

        Raises:
            Refused: it is longer than `limit` bytes.
            BodyEnded: as for `blocks`.
        """
        if (self.length or 0) > limit:
            raise Refused(413, "SIZE_INVALID", f"a manifest has at most {limit} bytes")
        found = bytearray()
        for block in self.blocks():
            found += block
            if len(found) > limit:
                raise Refused(413, "SIZE_INVALID", f"a manifest has at most {limit} bytes")
        return bytes(found)

    def _begin_chunk(self) -> None:
        head = _CHUNK_HEAD.fullmatch(self._line())
        if head is None:
            raise BodyEnded
        self._left = int(head[1], 16)
        if self._left:
            return
        for _line in range(_TRAILERS_MAX):
            if self._line() in {b"\r\n", b"\n"}:
                self.has_ended = True
                return
        raise BodyEnded

    def _end_part(self) -> None:
        if not self._is_chunked:
            self.has_ended = True
        elif self._line() not in {b"\r\n", b"\n"}:
            raise BodyEnded

    def _read(self, count: int) -> bytes:
        try:
            block = self._source.read(count)
        except OSError as error:  # the disk's are other errors, so they are told apart here
            raise BodyEnded from error
        if not block:
            raise BodyEnded
        return block

    def _line(self) -> bytes:
        try:
            return self._source.readline(_LINE_MAX)
        except OSError as error:
            raise BodyEnded from error


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks."""

    method: str
    """GET stands for HEAD too: the server leaves the body out."""
    name: str
    """The repository; empty where the path has none."""
    reference: str
    """A tag, a digest or the ID of an upload, as the path has it; nothing is checked yet."""
    query: Mapping[str, str]
    headers: Message
    body: Body


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file that are sent from the disk; whoever sends them closes it."""

    file: BinaryIO
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client gets."""

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    body: bytes | Part = b""


def _nothing() -> None:
    return
