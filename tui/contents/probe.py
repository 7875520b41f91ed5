"""The classic store's metadata, read through a container that is never started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui.contents.image import ListedLayer
from tui.contents.source import NotInAnswer, Watch, listed
from tui.engine.errors import NotFound
from tui.layers.bytesource import ByteSource
from tui.layers.errors import BadTar
from tui.layers.saved import Part
from tui.layers.tarscan import TarScanner
from tui.layers.tarsplit import FILE, read_split
from tui.model.listing import LayerListing, SourceName

if TYPE_CHECKING:
    from tui.engine.client import EngineClient
    from tui.engine.probe import Probe


class ProbeSource:
    """`layerdb` of an Engine whose disk this user cannot read, or that is elsewhere."""

    name = SourceName.PROBE

    def __init__(self, client: EngineClient, image_id: str, driver: str, data_root: str) -> None:
        self._client = client
        self._image_id = image_id
        self._folder = f"{data_root.rstrip('/')}/image/{driver}/layerdb/sha256"

    def read(self, layers: Sequence[ListedLayer], watch: Watch) -> Iterator[ListedLayer]:
        """Yield the layers, bottom first."""
        from tui.engine.probe import probe

        watch.tell(0, 0)
        with probe(self._client, self._image_id, self._folder) as bound:
            for layer in layers:
                watch.check()
                yield listed(layer, partial(self._listing, bound, layer))

    def _listing(self, bound: Probe, layer: ListedLayer) -> LayerListing:
        name = f"{layer.chain_id.removeprefix('sha256:')}/{FILE}"
        try:
            with bound.tar_of(name) as body:
                source = ByteSource(body)
                scanner = TarScanner(source)
                if next(iter(scanner), None) is None:
                    raise BadTar("it is empty")
                entries = read_split(Part(b"", source, scanner.stored))
        except NotFound as error:
            raise NotInAnswer(error.detail) from error
        return LayerListing(layer.diff_id, self.name, entries)
