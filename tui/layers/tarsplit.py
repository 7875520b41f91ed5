"""Listing a layer from the metadata that the classic store and Podman keep of it (tar-split).

`tar-split.json.gz` holds the layer's tar without the contents of its files: a JSON object a line,
`{"type":2,"payload":BASE64,...}` for raw bytes (headers, padding), and after the header of each
entry `{"type":1,...,"payload":CRC64,...}`. The lines are cut, not parsed as JSON.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tui.layers.bytesource import BLOCK, ByteSource, Inflated, Readable
from tui.layers.errors import BadTar, LayerError, NotReadable
from tui.layers.tarscan import LIMITS, Limits, TarScanner, collecting_later
from tui.layers.usualheads import usual_headers
from tui.model.listing import Kind, LayerEntry, LayerListing

SOURCE: Final = "metadata"
"""How a listing of this kind is called."""

FILE: Final = "tar-split.json.gz"

_INFLATE: Final = 1 << 18
"""Bytes of JSON looked at together."""

_LINE: Final = 1 << 25
"""Bytes of the longest line: dockerd writes raw bytes in pieces of a megabyte."""

_ALL: Final = 1 << 36
"""Bytes of all lines: those of four million entries with names of four kilobytes."""

_NAME: Final = 128
"""Characters of the longest cache ID."""

_RAW: Final = b'{"type":2,"payload":"'
"""How a segment of raw bytes begins; inside of a JSON string its quotes would be escaped."""

_CRC: Final = b'"payload":"'
_CRC_LENGTH: Final = 12


class _Headers(ByteSource):
    """The raw bytes of a tar-split file, one after the other."""

    def __init__(self, stream: Readable) -> None:
        super().__init__(None)
        self._lines = stream
        self._handed = b""
        self.pieces = self._split()
        """The segments that nobody has read: base64, and after a quote the entry that follows."""
        self.crc = b""
        """CRC-64, in base64, of the file whose header was read last; empty where it has none."""

    @property
    def is_drained(self) -> bool:
        """Whether the next byte is the first of a segment."""
        return self._at == len(self._data)

    def hand(self, piece: bytes) -> None:
        """Give a segment back, which will be read next."""
        self._handed = piece

    def _split(self) -> Iterator[bytes]:
        """Cut segments out, each with the entry that follows it: half the pieces of lines."""
        rest, count = b"", 0
        while data := self._lines.read(_INFLATE):
            count += len(data)
            if len(rest) > _LINE or count > _ALL:
                raise BadTar("tar-split: it is too long")
            _before, *pieces = (rest + data).split(_RAW)
            if not pieces:
                rest += data
                continue
            rest = _RAW + pieces.pop()
            yield from pieces
        yield from rest.split(_RAW)[1:]

    def _more(self) -> bytes:
        piece, self._handed = self._handed or next(self.pieces, b""), b""
        if not piece:
            return b""
        end = piece.index(b'"')
        at = piece.find(_CRC, end) + len(_CRC)
        self.crc = piece[at : at + _CRC_LENGTH] if at >= len(_CRC) else b""
        return binascii.a2b_base64(piece[:end]) or self._more()


def read_split(stream: Readable, *, limits: Limits = LIMITS) -> tuple[LayerEntry, ...]:
    """Return the entries that a tar-split file tells, files with their CRC as fingerprint.

    Args:
        stream: The file, still compressed.
        limits: What it may hold.

    Raises:
        LayerError: it cannot be read, or goes beyond the limits.
    """
    try:
        with collecting_later():
            return tuple(_entries(_Headers(Inflated(stream)), limits))
    except ValueError as error:  # binascii.Error is one
        raise BadTar(f"tar-split: {error}") from error


def _entries(source: _Headers, limits: Limits) -> Iterator[LayerEntry]:
    """Yield the entries: usual headers by the short way, the others as the scanner reads them."""
    scanner = TarScanner(source, contents=False, limits=limits)
    general, usual, file = iter(scanner), usual_headers(), Kind.FILE
    count = kept = padding = 0
    for piece in source.pieces:
        count += 1
        if count > limits.entries or kept > limits.kept:
            raise BadTar("too many entries")
        if not scanner.has_globals:
            entry = usual(piece, piece.index(b'"'), padding)
            if entry is not None:
                padding = -entry[2] % BLOCK if entry[1] is file else 0
                kept += len(entry[0])
                yield entry
                continue
        source.hand(piece)
        while True:
            source.skip(padding)
            found = next(general, None)
            if found is None:
                return
            padding, scanner.stored = -scanner.stored % BLOCK, 0  # which it would pass over
            is_alone = source.is_drained and found.kind is file and found.size
            yield found._replace(fingerprint=source.crc) if is_alone else found
            if source.is_drained:
                break
    if padding:
        raise BadTar("it ends in the middle")


def split_listing(path: Path, diff_id: str = "") -> LayerListing:
    """Return the listing that a `tar-split.json.gz` tells.

    Raises:
        LayerError: it is not there, may not be read, or is damaged.
    """
    try:
        with path.open("rb", buffering=0) as stream:
            return LayerListing(diff_id, SOURCE, read_split(stream))
    except OSError as error:
        raise NotReadable(str(error)) from error


def layer_folder(data_root: Path, driver: str, chain_id: str) -> Path:
    """Return where the classic store keeps the metadata of a layer.

    Raises:
        LayerError: the chain ID is none.
    """
    algorithm, _colon, digits = chain_id.partition(":")
    if not (algorithm.isalnum() and digits.isalnum() and driver.replace("-", "").isalnum()):
        raise LayerError(chain_id)
    return data_root / "image" / driver / "layerdb" / algorithm / digits


def cache_id(folder: Path) -> str:
    """Return what the storage driver calls a layer; empty where its metadata do not tell."""
    try:
        with (folder / "cache-id").open("rb") as file:
            told = file.read(_NAME + 1).decode("ascii")
    except (OSError, UnicodeDecodeError):
        return ""
    return told if told.isalnum() and len(told) <= _NAME else ""
