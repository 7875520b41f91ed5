"""Reading what `docker save` wrote, here or elsewhere: 20.10's format, and that of 25 and later.

Both have a `manifest.json`; where it says that configs and layers lie is all that differs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from tui.practice.archives import Archive, bad_tar, inflated
from tui.practice.layers import Layer, chain_ids
from tui.practice.names import parse
from tui.practice.progress import layer_done, layer_said
from tui.practice.removal import tell
from tui.practice.tars import BadTar
from tui.practice.wire import ApiError, line

if TYPE_CHECKING:
    from tui.practice.hold import Hold
    from tui.practice.images import Image

_FIRST: Final = 32_768
"""Bytes after which the first line about a layer comes."""

_WORDS: Final = "Loading layer"

_STEP: Final = 8 << 20
"""Bytes between the lines about a big layer."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One image, as `manifest.json` tells of it."""

    config: str
    tags: tuple[str, ...]
    layers: tuple[str, ...]
    parent: str


def load(hold: Hold, source: BinaryIO, *, quiet: bool) -> Generator[bytes, None, None]:
    """Load an archive; iterate over the lines of the stream, of which the first is empty.

    Raises:
        ApiError: it cannot be loaded; the message ends the stream. Images before it are here.
    """
    root = str(hold.settings.data_root or "/var/lib/docker")
    archive: Archive | None = None
    refused: ApiError | None = None
    try:
        archive = Archive(source, f"{root}/tmp")
    except ApiError as error:
        refused = error  # told in the stream, and only after it has begun
    try:
        yield b""
        if refused or archive is None:
            raise refused or bad_tar("unexpected EOF")
        if hold.faults.is_disk_full():
            raise bad_tar("write /layer.tar: no space left on device")
        yield from _load_all(hold, archive, quiet)
    finally:
        if archive:
            archive.close()


def _load_all(hold: Hold, archive: Archive, quiet: bool) -> Iterator[bytes]:
    items = _items(archive)
    if not items:
        yield b"{}"
        return
    loaded: list[Image] = []
    for item in _parents_first(archive, items):
        loading = _Loading(hold, archive, item)
        try:
            for each in loading.layers():
                yield b"" if quiet else each
            image = loading.finish({each.image_id: each for each in loaded})
        finally:
            loading.close()
        loaded.append(image)
        for tag in item.tags:
            yield from _tag(hold, image, tag)
        tell(hold, "load", image.image_id, image.image_id)
    if not any(item.tags for item in items):
        for image in loaded:
            yield line({"stream": f"Loaded image ID: {image.image_id}\n"})


def _items(archive: Archive) -> list[_Item]:
    """Return what `manifest.json` tells.

    Raises:
        ApiError: there is none, or it tells nonsense.
    """
    try:
        text = archive.read("manifest.json")
    except ApiError as error:
        if "no such file" not in error.message:
            raise
        archive.size("repositories")  # what dockerd looks for then, and misses
        raise ApiError(500, "archives without manifest.json are not loaded") from error
    value = _parsed(text)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ApiError(500, _wrong(value, "[]tarexport.manifestItem"))
    return [_item(entry) for entry in value]


def _parents_first(archive: Archive, items: list[_Item]) -> list[_Item]:
    """Return the images in an order in which none comes before its parent."""
    if not any(item.parent for item in items):
        return items
    by_id: dict[str, _Item] = {}
    for item in items:
        by_id[f"sha256:{hashlib.sha256(archive.read(item.config)).hexdigest()}"] = item
    ordered: dict[str, _Item] = {}
    for image_id in by_id:
        line_up = []
        while image_id in by_id and image_id not in ordered and image_id not in line_up:
            line_up.append(image_id)
            image_id = by_id[image_id].parent
        ordered.update((each, by_id[each]) for each in reversed(line_up))
    return list(ordered.values())


def _item(entry: object) -> _Item:
    if not isinstance(entry, dict):
        raise ApiError(500, _wrong(entry, "tarexport.manifestItem"))
    lists: dict[str, tuple[str, ...]] = {}
    for name in ("RepoTags", "Layers"):
        given = entry.get(name) or []
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            raise ApiError(500, _wrong(given, f"struct field manifestItem.{name} of type []string"))
        lists[name] = tuple(given)
    config, parent = entry.get("Config") or "", entry.get("Parent") or ""
    if not isinstance(config, str) or not isinstance(parent, str):
        raise ApiError(500, _wrong(config, "struct field manifestItem.Config of type string"))
    return _Item(config, lists["RepoTags"], lists["Layers"], parent)


class _Loading:
    """One image on its way from an archive into the engine."""

    def __init__(self, hold: Hold, archive: Archive, item: _Item) -> None:
        """Read its config.

        Raises:
            ApiError: it has none, or one that does not fit its layers.
        """
        self._hold = hold
        self._archive = archive
        self._item = item
        self._config = archive.read(item.config)
        told = _parsed(self._config)
        if not isinstance(told, dict):
            raise ApiError(500, _wrong(told, "image.Image"))
        self._diff_ids = _diff_ids(told)
        system = told.get("os") or "linux"
        if system != "linux":
            raise ApiError(500, f"cannot load {system} image on linux")
        if len(self._diff_ids) != len(item.layers):
            expected, got = len(item.layers), len(self._diff_ids)
            words = f"layers length mismatch: expected {expected}, got {got}"
            raise ApiError(500, f"invalid manifest, {words}")
        self._held = ""

    def layers(self) -> Iterator[bytes]:
        """Register the layers that are not here; iterate over the lines about it.

        Raises:
            ApiError: one is missing, broken, or another than the config says.
        """
        chains = chain_ids(self._diff_ids)
        for number, (diff_id, chain_id) in enumerate(zip(self._diff_ids, chains, strict=True)):
            with self._hold.lock:
                if chain_id in self._hold.layers:
                    self._keep(chain_id)
                    continue
            tar = yield from self._read(self._item.layers[number], diff_id)
            with self._hold.lock:
                layer = self._register(tar)
                self._keep(layer.chain_id)
            if layer.diff_id != diff_id:
                words = f'layer {number}: expected "{diff_id}", got "{layer.diff_id}"'
                raise ApiError(500, f"invalid diffID for {words}")

    def finish(self, loaded: Mapping[str, Image]) -> Image:
        """Put the image into the engine, and return it.

        Args:
            loaded: The images of the archive that came before; only among them is its parent.

        Raises:
            ApiError: it is not the child of what it says is its parent.
        """
        parent = loaded.get(self._item.parent)
        if parent:
            mine = json.loads(self._config).get("history") or []
            if mine[:-1] != (parent.parsed().get("history") or []):
                child = f"sha256:{hashlib.sha256(self._config).hexdigest()}"
                words = f"image {parent.image_id} is not a valid parent for {child}"
                raise ApiError(500, words)
        with self._hold.lock:
            parent_id = parent.image_id if parent else ""
            return self._hold.images.add(self._config, self._held, parent=parent_id)

    def close(self) -> None:
        """Let go of the layers; without an image they are gone."""
        with self._hold.lock:
            self._hold.layers.release(self._held)
        self._held = ""

    def _read(self, path: str, diff_id: str) -> Generator[bytes, None, bytes]:
        """Read a layer; iterate over the lines about it, and return its uncompressed tar.

        Raises:
            ApiError: it is missing, broken or too big.
        """
        total, name = self._archive.size(path), diff_id.removeprefix("sha256:")[:12]
        with self._archive.open(path) as opened:
            blocks = []
            told = 0
            for block in inflated(opened):
                blocks.append(block)
                if not told or opened.tell() - told >= _STEP:
                    told = min(opened.tell(), total) if told else min(_FIRST, total)
                    yield layer_done(_WORDS, name, told, total)
        if not told:
            yield layer_said(_WORDS, name)
        for _end in range(2 if told < total or not total else 1):
            yield layer_done(_WORDS, name, total, total)
        return b"".join(blocks)

    def _register(self, tar: bytes) -> Layer:
        try:
            return self._hold.layers.register(tar, self._held)
        except BadTar as error:
            raise bad_tar(str(error)) from error
        except OSError as error:
            raise bad_tar(str(error)) from error

    def _keep(self, chain_id: str) -> None:
        before, self._held = self._held, chain_id
        self._hold.layers.retain(chain_id)
        self._hold.layers.release(before)


def _tag(hold: Hold, image: Image, tag: str) -> Iterator[bytes]:
    """Give a loaded image a name; an image that had it loses it.

    Raises:
        ApiError: it is none.
    """
    reference = parse(tag)
    if not reference.tag or reference.digest:
        raise ApiError(400, f"invalid tag {json.dumps(tag)}")
    familiar = reference.familiar
    with hold.lock:
        before = hold.images.reference(reference.full)
        hold.images.tag(image.image_id, reference.full)
    if before and before != image.image_id:
        words = f"renaming the old one with ID {before} to empty string"
        yield line({"stream": f"The image {familiar} already exists, {words}\n"})
    yield line({"stream": f"Loaded image: {familiar}\n"})


def _diff_ids(told: dict[str, Any]) -> list[str]:
    """Return the diff IDs that a config tells.

    Raises:
        ApiError: it tells none, or nonsense.
    """
    rootfs = told.get("rootfs")
    if not isinstance(rootfs, dict):
        raise ApiError(500, "invalid image JSON, no RootFS key")
    found = rootfs.get("diff_ids") or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ApiError(500, _wrong(found, "struct field RootFS.diff_ids of type []layer.DiffID"))
    for name in ("config", "container_config"):
        if not isinstance(told.get(name) or {}, dict):
            raise ApiError(500, _wrong(told[name], f"struct field Image.{name}"))
    if not isinstance(told.get("history") or [], list):
        raise ApiError(500, _wrong(told["history"], "struct field Image.history"))
    return found


def _parsed(text: bytes) -> Any:
    """Return what JSON says; only its first value counts, as for Go's decoder.

    Raises:
        ApiError: it is none; the words are about Go's.
    """
    decoded = text.decode("utf-8", "replace").lstrip()
    try:
        value, _end = json.JSONDecoder().raw_decode(decoded)
    except json.JSONDecodeError as error:
        if error.pos >= len(decoded):
            raise ApiError(500, "unexpected EOF") from error
        char = decoded[error.pos]
        words = f"invalid character '{char}' looking for beginning of value"
        raise ApiError(500, words) from error
    except RecursionError as error:
        raise ApiError(500, "exceeded max depth") from error
    return value


def _wrong(value: object, wanted: str) -> str:
    """Return Go's words for JSON of the wrong kind."""
    kinds: dict[type, str] = {dict: "object", list: "array", str: "string", bool: "bool"}
    return (
        f"json: cannot unmarshal {kinds.get(type(value), 'number')} into Go value of type {wanted}"
    )
