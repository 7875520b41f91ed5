"""A layer's tar, byte for byte as its diff ID says: from where it is stored, or put together.

The classic store and Podman keep no tars, but what it takes to make each again: `tar-split` has all
but the contents of the files, which lie unpacked beside it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, Final

from tui.contents.content import ContentStore, content_folder
from tui.contents.files import open_beneath
from tui.contents.image import ListedImage, ListedLayer
from tui.contents.source import NoSource, NotInAnswer, Watch, Watched
from tui.contents.stream import stream_cost
from tui.i18n import N_, _
from tui.layers.archives import is_archive, open_archive
from tui.layers.blobs import Folder, decompressed
from tui.layers.bytesource import CHUNK, Inflated, Readable
from tui.layers.errors import BadTar, LayerError, NotReadable
from tui.layers.saved import SavedArchive, named
from tui.layers.tarscan import clean_path
from tui.layers.tarsplit import FILE, layer_folder
from tui.model.engine import StoreKind
from tui.model.listing import SourceName
from tui.model.reference import REGISTRY, parse_reference

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

LINE: Final = 1 << 25
"""Bytes of the longest line of tar-split."""

Opening = Callable[[Watch], AbstractContextManager[Iterator[bytes]]]
"""Lends the bytes of a tar, piece by piece."""


class NotTheLayer(LayerError):
    """What was read is not the layer."""

    TITLE = N_("What was read is not what the layer's diff ID says.")
    REMEDY = N_("The stored layer is damaged: pull or load the image again.")


@dataclass(frozen=True, slots=True)
class TarPlace:
    """Where a layer's tar can be had, or the reason why not."""

    name: SourceName
    opened: Opening
    why_not: str = ""
    cost: str = ""
    """A sentence on what reading costs, to be said before; empty where it costs nothing."""
    asks: bool = False
    """Whether it changes something on the Engine; none of these does."""


def chosen_place(places: Sequence[TarPlace], wanted: str = "", *, free: bool = False) -> TarPlace:
    """Return the place of this name, else the first that can be had.

    Raises:
        NoSource: there is none.
    """
    for place in places:
        fits = place.name == wanted if wanted else not (free and place.cost)
        if fits and not place.why_not:
            return place
    why = (place.why_not for place in places if place.why_not and wanted in ("", place.name))
    raise NoSource(" ".join(why) or wanted)


def engine_places(
    client: EngineClient, image: ListedImage, layer: ListedLayer
) -> tuple[TarPlace, ...]:
    """Return where the tar of a layer of an image of the Engine can be had, the nearest first."""
    name = SourceName.METADATA
    opening, why = _on_disk(client, image, layer)
    if client.info.capabilities.store is StoreKind.CONTAINERD:
        name = SourceName.CONTENT
    others = frozenset(one.diff_id for one in image.layers) - {layer.diff_id}
    size = sum(max(one.size, 0) for one in image.layers)

    @contextmanager
    def saved(watch: Watch) -> Iterator[Iterator[bytes]]:
        from tui.engine.save import saved as open_saved

        with open_saved(client, image.image_id) as body, TemporaryFile(prefix="orlop-") as aside:
            yield _of_saved(Watched(body, watch), layer.diff_id, others, aside)

    stream = TarPlace(SourceName.STREAM, saved, cost=stream_cost(client, size))
    return TarPlace(name, opening, why), stream


def _on_disk(client: EngineClient, image: ListedImage, layer: ListedLayer) -> tuple[Opening, str]:
    """Return how the tar is read on this disk, and why it cannot be."""
    info = client.info
    root, store = Path(info.data_root), info.capabilities.store
    why = _("The layers are not on this disk, or not for this user.")
    if not client.endpoint.is_local:
        return _nothing, why
    if store is StoreKind.CONTAINERD:
        folder = content_folder(root, image.image_id)[0]
        if folder is None:
            return _nothing, why
        diff_ids = [one.diff_id for one in image.layers]
        content = ContentStore(Folder(folder), image.image_id, diff_ids)
        blob = content.layer_blobs()[layer.index - 1]
        is_there = Folder(folder).has(blob)
        return _blob(Folder(folder), blob), "" if is_there else why
    unpacked = Path(layer.path)
    split = layer_folder(root, info.storage_driver, layer.chain_id) / FILE
    if store is StoreKind.PODMAN:
        split = root / f"{info.storage_driver}-layers" / f"{unpacked.name}.tar-split.gz"
    try:
        if not layer.path or not split.is_file() or not (unpacked / "diff").is_dir():
            return _nothing, why
        split.open("rb").close()
    except OSError:
        return _nothing, why

    @contextmanager
    def opening(_watch: Watch) -> Iterator[Iterator[bytes]]:
        with split.open("rb") as stream:
            yield assembled(Inflated(stream), unpacked / "diff")

    return opening, ""


@contextmanager
def _nothing(_watch: Watch) -> Iterator[Iterator[bytes]]:
    yield iter(())


def _blob(blobs: Folder, name: str) -> Opening:
    @contextmanager
    def opening(watch: Watch) -> Iterator[Iterator[bytes]]:
        with blobs.open(name) as opened:
            yield _pieces(decompressed(Watched(opened.stream, watch)))

    return opening


def places_apart(source: str, layer: ListedLayer) -> tuple[TarPlace, ...]:
    """Return where the tar of a layer of an image in a file or a registry can be had.

    Raises:
        LayerError: there is no such image.
    """

    @contextmanager
    def archive(watch: Watch) -> Iterator[Iterator[bytes]]:
        image = open_archive(source)
        with image.blobs.open(image.layers[layer.index - 1].blob) as opened:
            yield _pieces(decompressed(Watched(opened.stream, watch)))

    @contextmanager
    def registry(watch: Watch) -> Iterator[Iterator[bytes]]:
        from tui.contents.registry import login_for
        from tui.registry.client import RegistryClient

        reference = parse_reference(source.removeprefix(REGISTRY))
        client = RegistryClient(reference, lambda: login_for(reference))
        watch.on_cancel(client.connections.hang_up)
        with client.blob(layer.blob) as answer:
            yield _pieces(decompressed(Watched(answer, watch)))

    if is_archive(source):
        return (TarPlace(SourceName.ARCHIVE, archive),)
    return (TarPlace(SourceName.REGISTRY, registry),)


def copied(
    pieces: Iterator[bytes], write: Callable[[bytes], object], layer: ListedLayer, watch: Watch
) -> int:
    """Copy a tar; returns its bytes.

    Raises:
        NotTheLayer: it is another one; what was written is not to be kept.
        LayerError: it cannot be read on.
    """
    digest, size = hashlib.sha256(), 0
    for data in pieces:
        watch.check()
        digest.update(data)
        write(data)
        size += len(data)
        watch.tell(size, max(layer.size, size))
    if layer.diff_id != f"sha256:{digest.hexdigest()}":
        raise NotTheLayer(layer.diff_id)
    return size


def _pieces(stream: Readable) -> Iterator[bytes]:
    while data := stream.read(CHUNK):
        yield data


def assembled(split: Readable, folder: Path) -> Iterator[bytes]:
    """Yield the tar that a tar-split stream tells, with the files' contents from a folder.

    Raises:
        LayerError: it makes no sense, or a file is not there as it was.
    """
    for line in _lines(split):
        try:
            told: dict[str, Any] = json.loads(line)
            if told["type"] == 2:
                yield base64.b64decode(told["payload"], validate=True)
            elif told.get("size"):
                yield from _content(folder, _path(told), int(told["size"]))
        except (ValueError, TypeError, KeyError, AttributeError, binascii.Error) as error:
            raise BadTar(f"tar-split: {error}") from error


def _lines(stream: Readable) -> Iterator[bytes]:
    rest = b""
    while data := stream.read(CHUNK):
        *lines, rest = (rest + data).split(b"\n")
        if len(rest) > LINE:
            raise BadTar("tar-split: it is too long")
        yield from filter(None, lines)
    if rest:
        yield rest


def _path(told: dict[str, Any]) -> bytes:
    if told.get("name_raw"):
        return clean_path(base64.b64decode(told["name_raw"], validate=True))
    return clean_path(str(told["name"]).encode("utf-8", "surrogateescape"))


def _content(folder: Path, path: bytes, size: int) -> Iterator[bytes]:
    try:
        with open(open_beneath(folder, path), "rb", buffering=0) as file:
            left = size
            while left and (data := file.read(min(left, CHUNK))):
                left -= len(data)
                yield data
    except OSError as error:
        raise NotReadable(str(error)) from error
    if left:
        raise NotReadable(_("a file of the layer is shorter than it was"))


def _of_saved(
    stream: Readable, diff_id: str, others: frozenset[str], aside: Any
) -> Iterator[bytes]:
    """Yield the tar of one layer of `docker save`: the one whose bytes are those of its diff ID.

    Most archives tell only at their end which is which, so each is put aside until it is summed.

    Raises:
        NotInAnswer: it is not among them.
    """
    for name, part in SavedArchive(stream).layers():
        if named(name) in others:
            continue
        aside.seek(0)
        aside.truncate()
        digest = hashlib.sha256()
        for data in _pieces(decompressed(part)):
            digest.update(data)
            aside.write(data)
        if f"sha256:{digest.hexdigest()}" == diff_id:
            aside.seek(0)
            yield from iter(lambda: aside.read(CHUNK), b"")
            return
    raise NotInAnswer
