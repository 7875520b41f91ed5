"""Listing a layer from the metadata that the classic store and Podman keep of it (tar-split).

`tar-split.json.gz` holds the layer's tar without the contents of its files: a JSON object a line,
`{"type":2,"payload":BASE64,...}` for raw bytes (headers, padding), and after the header of each
entry `{"type":1,...,"payload":CRC64,...}`. The lines are cut, not parsed as JSON.
"""

from __future__ import annotations

import binascii
from pathlib import Path
from typing import Final

from tui.layers.bytesource import ByteSource, Inflated, Readable
from tui.layers.errors import BadTar, LayerError, NotReadable
from tui.layers.tarscan import LIMITS, Limits, TarScanner, collecting_later
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
    """The raw bytes of a tar-split file, one after the other; notes the files' CRCs."""

    def __init__(self, stream: Readable) -> None:
        super().__init__(None)
        self._lines = stream
        self._rest = b""
        self._read = 0
        self.crcs: list[bytes] = []
        """CRC-64 of each file that has content, in base64."""

    def _more(self) -> bytes:
        while True:
            data = self._lines.read(_INFLATE)
            self._read += len(data)
            if len(self._rest) > _LINE or self._read > _ALL:
                raise BadTar("tar-split: it is too long")
            if not data and not self._rest:
                return b""
            # A segment is cut out with the entry that follows it: half the pieces of lines.
            _before, *pieces = (self._rest + data).split(_RAW)
            if not pieces and data:
                self._rest += data
                continue
            self._rest = _RAW + pieces.pop() if data else b""
            if raw := self._raw(pieces):
                return raw

    def _raw(self, pieces: list[bytes]) -> bytes:
        """Return the bytes of the segments, and note the CRCs of the entries between them."""
        decode, crcs, parts = binascii.a2b_base64, self.crcs, []
        try:
            for piece in pieces:
                end = piece.index(b'"')
                parts.append(decode(piece[:end]))
                at = piece.find(_CRC, end)
                while at > 0:
                    at += len(_CRC)
                    crcs.append(piece[at : at + _CRC_LENGTH])
                    at = piece.find(_CRC, at)
        except ValueError as error:  # binascii.Error is one
            raise BadTar(f"tar-split: {error}") from error
        return b"".join(parts)


def read_split(stream: Readable, *, limits: Limits = LIMITS) -> tuple[LayerEntry, ...]:
    """Return the entries that a tar-split file tells, files with their CRC as fingerprint.

    Args:
        stream: The file, still compressed.
        limits: What it may hold.

    Raises:
        LayerError: it cannot be read, or goes beyond the limits.
    """
    headers = _Headers(Inflated(stream))
    with collecting_later():
        entries = tuple(TarScanner(headers, contents=False, limits=limits))
        return _with_fingerprints(entries, headers.crcs)


def _with_fingerprints(
    entries: tuple[LayerEntry, ...], crcs: list[bytes]
) -> tuple[LayerEntry, ...]:
    """Give each file that has content its CRC; none to any where they do not fit."""
    file, new = Kind.FILE, tuple.__new__
    if sum(entry[2] > 0 and entry[1] is file for entry in entries) != len(crcs):
        return entries
    left = iter(crcs)
    return tuple(
        [
            new(LayerEntry, (*entry[:-1], next(left))) if entry[2] and entry[1] is file else entry
            for entry in entries
        ]
    )


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
