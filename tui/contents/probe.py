"""What an Engine keeps of an image's layers, read through a container that is never started.

It is for disks that this user cannot read, or that are elsewhere: the classic store's and Podman's
tar-split metadata, containerd's blobs. Podman makes a folder that it is to bind and that is not
there, so it is asked only for what it must have itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from tui.contents.content import PLACES, STORE, ContentStore
from tui.contents.image import ListedImage, ListedLayer
from tui.contents.source import NotInAnswer, Watch, Watched, listed
from tui.engine.errors import EngineRefused, NotFound
from tui.engine.wire_disk import disk_place
from tui.i18n import _
from tui.layers.blobs import Opened
from tui.layers.bytesource import ByteSource
from tui.layers.errors import BadSource, BadTar
from tui.layers.saved import Part
from tui.layers.tarscan import TarScanner
from tui.layers.tarsplit import FILE, read_split
from tui.model.engine import EngineInfo, StoreKind
from tui.model.image import ImageDetails
from tui.model.listing import Kind, LayerListing, SourceName

if TYPE_CHECKING:
    from tui.engine.client import EngineClient
    from tui.engine.probe import Probe

_ID: Final = re.compile(r"[0-9a-f]{64}")


def probe_source(client: EngineClient, image: ListedImage) -> SplitProbe | ContentProbe:
    """Return the way to an image's layers that the Engine's store allows.

    Raises:
        BadSource: the Engine does not tell what is needed.
    """
    info = client.info
    if info.capabilities.store is StoreKind.CONTAINERD:
        return ContentProbe(client, image)
    if info.capabilities.store is StoreKind.PODMAN:
        return SplitProbe(client, image.image_id, *_podmans(info, image))
    folder = f"{info.data_root.rstrip('/')}/image/{info.storage_driver}/layerdb/sha256"
    names = {one.chain_id: f"{one.chain_id.removeprefix('sha256:')}/{FILE}" for one in image.layers}
    return SplitProbe(client, image.image_id, folder, names)


def _podmans(info: EngineInfo, image: ListedImage) -> tuple[str, dict[str, str]]:
    """Return the folder of Podman's metadata, and by chain ID the files in it."""
    ids = [PurePosixPath(folder).parent.name for folder in layer_folders(image.details)]
    if len(ids) != len(image.layers) or not all(map(_ID.fullmatch, ids)):
        raise BadSource(_("Podman does not tell where its layers lie"))
    folder = f"{info.data_root.rstrip('/')}/{info.storage_driver}-layers"
    every = zip(image.layers, ids, strict=True)
    return folder, {layer.chain_id: f"{name}.tar-split.gz" for layer, name in every}


def layer_folders(details: ImageDetails) -> list[str]:
    """Return where the Engine says that the files of each layer lie, bottom first."""
    told = disk_place(details.raw)
    return [*reversed(told.lower), told.upper] if told.upper else []


class SplitProbe:
    """The tar-split metadata of the classic store or of Podman."""

    name = SourceName.PROBE

    def __init__(
        self, client: EngineClient, image_id: str, folder: str, names: dict[str, str]
    ) -> None:
        """Prepare to read.

        Args:
            client: The Engine.
            image_id: Which image.
            folder: Where its metadata lie on the Engine's disk.
            names: By chain ID, the files in there.
        """
        self._client = client
        self._image_id = image_id
        self._folder = folder
        self._names = names

    def read(self, layers: Sequence[ListedLayer], watch: Watch) -> Iterator[ListedLayer]:
        """Yield the layers, bottom first."""
        from tui.engine.probe import probe

        watch.tell(0, 0)
        with probe(self._client, self._image_id, self._folder) as bound:
            for layer in layers:
                watch.check()
                yield listed(layer, partial(self._listing, bound, layer, watch))

    def _listing(self, bound: Probe, layer: ListedLayer, watch: Watch) -> LayerListing:
        try:
            with file_of(bound, self._names[layer.chain_id]) as file:
                entries = read_split(Watched(file, watch))
        except NotFound as error:
            raise NotInAnswer(error.detail) from error
        return LayerListing(layer.diff_id, self.name, entries)


class ContentProbe:
    """containerd's content store: the layers as they were pulled."""

    name = SourceName.PROBE

    def __init__(self, client: EngineClient, image: ListedImage) -> None:
        self._client = client
        self._image_id = image.image_id
        self._diff_ids = [layer.diff_id for layer in image.layers]

    def read(self, layers: Sequence[ListedLayer], watch: Watch) -> Iterator[ListedLayer]:
        """Yield the layers, bottom first; a blob that is not stored is its layer's error."""
        watch.tell(0, 0)
        with self.store() as store:
            yield from store.read(layers, watch)

    @contextmanager
    def store(self) -> Iterator[ContentStore]:
        """Lend the content store that has the image.

        Raises:
            BadSource: it is in none.
            EngineError: as the Engine tells.
        """
        from tui.engine.probe import probe

        root = PurePosixPath(self._client.info.data_root)
        for folder in (str(root / place / STORE) for place in PLACES):
            with ExitStack() as stack:
                try:
                    bound = stack.enter_context(probe(self._client, self._image_id, folder))
                except EngineRefused:  # there is no such folder
                    continue
                blobs = _Blobs(bound)
                store = ContentStore(blobs, self._image_id, self._diff_ids, self.name)
                if store.has_image():
                    yield store
                    return
        raise BadSource(_("The image's manifest is in no content store there."))


class _Blobs:
    """The files of a bound folder."""

    def __init__(self, bound: Probe) -> None:
        self._bound = bound

    def has(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        return self._bound.has(name)

    @contextmanager
    def open(self, name: str) -> Iterator[Opened]:
        """Read a file.

        Raises:
            BadSource: there is none.
        """
        try:
            with file_of(self._bound, name) as file:
                yield Opened(file, None)
        except NotFound as error:
            raise BadSource(name) from error


@contextmanager
def file_of(bound: Probe, name: str) -> Iterator[Part]:
    """Lend one file of a bound folder.

    Raises:
        BadTar: it is no plain file.
        NotFound: there is none.
        EngineError: it was refused, cut, or the connection broke.
    """
    with bound.tar_of(name) as body:
        source = ByteSource(body)
        scanner = TarScanner(source)
        entry = next(iter(scanner), None)
        if entry is None or entry.kind is not Kind.FILE:
            raise BadTar(_("it is no plain file"))
        yield Part(b"", source, scanner.stored)
