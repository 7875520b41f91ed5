"""Leaving out of a saved archive, as it flows by, the layers that its receiver has already.

The classic store looks a layer up by its chain ID before it opens the layer's file, so that file
need not be there (measured on 20.10 and 28.5). Which file is which layer is known as soon as it
comes: since 25, and from Podman, its name is its diff ID. Before, a layer's folder is named by a
digest over its `json` and the chain ID (moby's `v1.CreateID`), so a chain ID that gives this digest
is proven to be the layer's.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tui.layers.bytesource import BLOCK, Readable
from tui.layers.chain import chain_ids
from tui.layers.errors import BadTar
from tui.layers.tarscan import TarScanner
from tui.model.listing import Kind, LayerEntry
from tui.transfer.archive import named_digest
from tui.transfer.errors import CutOff
from tui.transfer.flow import EndSource

PIECE: Final = 1 << 18
"""Bytes handed on at once."""

_V1_JSON: Final = 1 << 20
"""Bytes of the longest `json` of a layer that is looked at."""

_ESCAPES: Final = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
"""What Go's JSON spells out."""

_TYPES: Final = {
    Kind.DIRECTORY: tarfile.DIRTYPE,
    Kind.SYMLINK: tarfile.SYMTYPE,
    Kind.HARDLINK: tarfile.LNKTYPE,
}


class Thinner:
    """Hands an archive on without some of its layers; iterate over it once."""

    def __init__(
        self, stream: Readable, images: Sequence[Sequence[str]], there: frozenset[str]
    ) -> None:
        """Prepare.

        Args:
            stream: The archive, as an Engine saves it.
            images: The diff IDs of each image in it.
            there: The chain IDs that the receiver has.
        """
        self._source = EndSource(stream)
        self._stream = stream
        self._diffs = droppable(images, there)
        self._chains = {
            chain: diff_id
            for diff_ids in images
            for chain, diff_id in zip(chain_ids(diff_ids), diff_ids, strict=True)
        }
        self._folders: dict[str, str] = {}
        """Diff ID by folder."""
        self.left_out = 0
        """Layers that were not handed on."""
        self.left_out_bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        """Yield the archive.

        Raises:
            CutOff: it ended before its end.
        """
        try:
            yield from self._pieces()
        except BadTar as error:
            raise CutOff(error.detail) from error
        if not self._source.has_end:
            raise CutOff
        yield bytes(2 * BLOCK)
        while self._stream.read(1 << 20):
            pass

    def _pieces(self) -> Iterator[bytes]:
        scanner = TarScanner(self._source)
        for entry in scanner:
            size = scanner.stored
            scanner.stored = 0
            name = posixpath.normpath(entry.path.decode("utf-8", "surrogateescape"))
            if entry.kind is Kind.FILE and size and self._is_there(name):
                self._source.skip(size + -size % BLOCK)
                self.left_out += 1
                self.left_out_bytes += size
                continue
            yield _header(entry, size)
            if posixpath.basename(name) == "json" and size <= _V1_JSON:
                data = self._source.take(size)
                self._learn(posixpath.dirname(name), data)
                yield data
            else:
                yield from self._content(size)
            self._source.skip(-size % BLOCK)
            yield bytes(-size % BLOCK)

    def _content(self, size: int) -> Iterator[bytes]:
        while size:
            data = self._source.take(min(size, PIECE))
            size -= len(data)
            yield data

    def _is_there(self, name: str) -> bool:
        folder, base = posixpath.split(name)
        if base == "layer.tar":
            return self._folders.get(folder) in self._diffs
        is_layer = folder == "blobs/sha256" or (not folder and base.endswith(".tar"))
        return is_layer and named_digest(name) in self._diffs

    def _learn(self, folder: str, data: bytes) -> None:
        """Find the chain ID whose layer a folder holds."""
        chain = proven_chain(folder, data, self._chains)
        if chain:
            self._folders[folder] = self._chains[chain]


def proven_chain(folder: str, data: bytes, chains: Iterable[str]) -> str:
    """Return which chain ID a layer's folder is named by; empty where none fits.

    Args:
        folder: Its name: 64 digits.
        data: Its `json`.
        chains: Those that come into question.
    """
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    told.pop("id", None)
    if isinstance(told.get("parent"), str):
        told["parent"] = f"sha256:{told['parent']}"
    bare = {key: value for key, value in told.items() if key != "os"}  # which came in later
    for chain in chains:
        for config in (bare, told):
            if _go_digest({**config, "layer_id": chain}) == folder:
                return chain
    return ""


def _go_digest(config: dict[str, object]) -> str:
    """Return the digest of a JSON object as Go writes it: its own keys in order."""
    ordered = dict(sorted(config.items()))
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))
    for char, escape in _ESCAPES.items():
        text = text.replace(char, escape)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def droppable(images: Sequence[Sequence[str]], there: frozenset[str]) -> frozenset[str]:
    """Return the diff IDs of which the receiver has every layer, whatever it lies on.

    Equal layers are one file in an archive, and symlinks to it: it goes if one of them is missing.
    """
    needed: set[str] = set()
    found: set[str] = set()
    for diff_ids in images:
        for diff_id, chain in zip(diff_ids, chain_ids(diff_ids), strict=True):
            (found if chain in there else needed).add(diff_id)
    return frozenset(found - needed)


def _header(entry: LayerEntry, size: int) -> bytes:
    info = tarfile.TarInfo(entry.path.decode("utf-8", "surrogateescape"))
    info.type = _TYPES.get(entry.kind, tarfile.REGTYPE)
    info.linkname = entry.link.decode("utf-8", "surrogateescape")
    info.mode, info.mtime = entry.mode & 0o7777, entry.mtime
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")
