"""The beginning of one file of a container, out of the tar that the Engine makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.i18n import N_
from tui.layers.bytesource import CHUNK, ByteSource
from tui.layers.errors import LayerError
from tui.layers.tarscan import TarScanner
from tui.model.listing import Kind

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


class NoFile(LayerError):
    """There is no file at the path."""

    TITLE = N_("There is no file at this path any more.")
    REMEDY = N_("r reads the changes again.")


def first_bytes(
    client: EngineClient, container: str, path: bytes, limit: int
) -> tuple[bytes, bool]:
    """Return the first bytes of a file, and whether it goes on.

    Raises:
        NoFile: something else is there.
        LayerError: the tar is damaged.
        EngineError: it was refused, cut, or the connection broke.
    """
    from tui.engine.archive import read_tar
    from tui.engine.errors import NotFound

    try:
        with read_tar(client, container, b"/" + path) as body:
            source = ByteSource(body)
            scanner = TarScanner(source)
            for entry in scanner:
                if entry.kind is not Kind.FILE:
                    break
                return _content(source, scanner.stored, limit), scanner.stored > limit
    except NotFound:
        pass
    raise NoFile


def _content(source: ByteSource, size: int, limit: int) -> bytes:
    left = min(size, limit)
    pieces: list[bytes] = []
    while left:
        pieces.append(source.take(min(left, CHUNK)))
        left -= len(pieces[-1])
    return b"".join(pieces)
