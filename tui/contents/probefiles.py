"""Reading files of layers through a container that is never started."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tui.contents.files import ByPath, Content, Wanted
from tui.contents.image import ListedImage
from tui.contents.probe import ContentProbe, layer_folders
from tui.contents.source import Watch, Watched
from tui.engine.errors import NotFound
from tui.i18n import _
from tui.layers.errors import BadSource
from tui.model.engine import StoreKind

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def probed_contents(client: EngineClient, image: ListedImage) -> FolderProbe | BlobProbe:
    """Return the way to the contents of an image's layers that the Engine's store allows.

    Raises:
        BadSource: the Engine does not tell what is needed.
    """
    if client.info.capabilities.store is StoreKind.CONTAINERD:
        return BlobProbe(client, image)
    folders = layer_folders(image.details)
    if len(folders) != len(image.layers):
        raise BadSource(_("the Engine does not tell where its layers lie"))
    return FolderProbe(client, image, folders)


class BlobProbe:
    """containerd's blobs."""

    def __init__(self, client: EngineClient, image: ListedImage) -> None:
        self._probe = ContentProbe(client, image)
        self._layers = image.layers

    def read(self, wanted: Wanted, watch: Watch) -> Iterator[Content]:
        """Yield the files, layer by layer."""
        with self._probe.store() as store:
            yield from store.contents(self._layers, watch).read(wanted, watch)


class FolderProbe:
    """The folders of the classic store's or Podman's layers, as inspect tells them."""

    def __init__(self, client: EngineClient, image: ListedImage, folders: Sequence[str]) -> None:
        self._client = client
        self._image_id = image.image_id
        self._layers = image.layers
        self._folders = folders

    def read(self, wanted: Wanted, watch: Watch) -> Iterator[Content]:
        """Yield the files; one that is not as it was listed comes with its error.

        Of each layer the folder that has all that is wanted is asked for, once. What is bound is
        the folder above the layer's: the names in a tar of a bound folder itself differ by Engine.
        """
        from tui.engine.probe import probe

        order = [index for index in sorted(wanted) if wanted[index]]
        folders = [PurePosixPath(self._folders[index - 1]) for index in order]
        if not order:
            return
        above = [str(folder.parent) for folder in folders]
        with probe(self._client, self._image_id, *above) as bound:
            for number, index in enumerate(order):
                layer = ByPath(self._layers[index - 1], wanted[index])
                name = posixpath.join(folders[number].name.encode(), layer.folder).rstrip(b"/")
                try:
                    with bound.tar_of(name, number) as body:
                        yield from layer.read(Watched(body, watch), layer.folder)
                except NotFound:
                    pass  # told below, of each file
                yield from layer.missing()
