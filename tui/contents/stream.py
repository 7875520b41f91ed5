"""The Engine's own archive of an image, read as it flows: needs the socket alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tui.contents.image import ListedLayer
from tui.contents.source import Watch
from tui.i18n import _
from tui.layers.bytesource import Readable
from tui.layers.errors import LayerError
from tui.layers.saved import SavedReader
from tui.model.engine import EngineInfo, StoreKind
from tui.model.listing import LayerListing, SourceName
from tui.model.text import human_size

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

STOPS: Final = 28
"""The first Docker that stops saving when nobody reads any more."""


class EngineStream:
    """`docker save`, of which only the headers are looked at."""

    name = SourceName.STREAM

    def __init__(self, client: EngineClient, image_id: str, size: int) -> None:
        """Prepare to read.

        Args:
            client: The Engine.
            image_id: Which image.
            size: Bytes that are expected, about.
        """
        self._client = client
        self._image_id = image_id
        self._size = size

    def read(self, layers: Sequence[ListedLayer], watch: Watch) -> Iterator[ListedLayer]:
        """Yield the layers in the order of the archive; nothing comes while the Engine spools."""
        from tui.engine.save import saved

        by_diff = {layer.diff_id: layer for layer in layers}
        watch.tell(0, 0)
        with saved(self._client, self._image_id) as body:
            for diff_id, found in SavedReader(_Watched(body, watch, self._size), by_diff):
                layer = by_diff[diff_id]
                if isinstance(found, LayerError):
                    yield replace(layer, error=found)
                else:
                    yield replace(layer, listing=LayerListing(diff_id, self.name, found))


class _Watched:
    """A stream whose reader may be told to stop, and tells how far it is."""

    def __init__(self, stream: Readable, watch: Watch, total: int) -> None:
        self._stream = stream
        self._watch = watch
        self._total = total
        self._done = 0

    def read(self, size: int, /) -> bytes:
        self._watch.check()
        data = self._stream.read(size)
        self._done += len(data)
        self._watch.tell(self._done, max(self._total, self._done))
        return data


def stream_cost(client: EngineClient, size: int) -> str:
    """Return what reading that way costs, in sentences."""
    return saving_cost(client.info, size, _free(client))


def saving_cost(info: EngineInfo, size: int, free: int | None) -> str:
    """Return what it costs to have an Engine save something, in sentences.

    Args:
        info: The Engine.
        size: Bytes, about.
        free: Bytes that are free on the Engine's disk; None where nobody knows.
    """
    if info.capabilities.store is StoreKind.CONTAINERD:
        return _("The Engine sends the whole image, {size} or more.").format(size=human_size(size))
    text = _(
        "The Engine first writes the whole image, {size}, to its own disk; nothing comes till then."
    ).format(size=human_size(size))
    if free is not None:
        text += " " + _("{free} are free there.").format(free=human_size(free))
    if info.capabilities.store is StoreKind.CLASSIC and major(info.version) < STOPS:
        text += " " + _("This Engine cannot be stopped at it.")
    return text


def _free(client: EngineClient) -> int | None:
    """Return the free bytes of the data root's disk; None where they cannot be told."""
    if not client.endpoint.is_local:
        return None
    try:
        return shutil.disk_usage(client.info.data_root).free
    except OSError:
        return None


def major(version: str) -> int:
    """Return the first number of a version; 0 where there is none."""
    digits = version.partition(".")[0]
    return int(digits) if digits.isdecimal() else 0
