"""What a pull would fetch: the registry's layers against what is here.

The classic store keeps a layer that it has under the same chain ID *and* knows by the same blob,
from the bottom up to the first that it has not (`image/<driver>/distribution/diffid-by-digest`).
The containerd store keeps what it has a blob or a snapshot of, in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tui.contents.chains import images_and_chains
from tui.contents.content import PLACES, STORE
from tui.contents.dataroot import DataRoot, NotThere, digits_of
from tui.layers.chain import chain_ids
from tui.model.engine import StoreKind
from tui.model.pullplan import PlannedLayer, Presence

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


class WantedLayer(NamedTuple):
    """A layer of an image in a registry, as far as that tells."""

    digest: str
    """Of the blob; empty where nobody tells."""
    size: int
    created_by: str
    diff_id: str = ""
    """Empty on Docker Hub, whose API knows no config."""


class Here(Protocol):
    """What an Engine has of an image's layers."""

    def presences(self, layers: Sequence[WantedLayer]) -> list[Presence]:
        """Return for each layer, bottom first, whether it is here."""


@dataclass(frozen=True, slots=True)
class KnownChains:
    """What the API alone tells: the chain IDs of the images that are here."""

    chains: frozenset[str]
    keeps_snapshots: bool = False
    """Whether a chain that is here is never fetched again (containerd store)."""

    def presences(self, layers: Sequence[WantedLayer]) -> list[Presence]:
        """Return what may be here: of the classic store a row from the bottom."""
        if not all(layer.diff_id for layer in layers):  # nobody tells which layers these are
            nothing = Presence.MAYBE if self.chains else Presence.MISSING
            return [nothing] * len(layers)
        found = Presence.HERE if self.keeps_snapshots else Presence.MAYBE
        told: list[Presence] = []
        for chain_id in chain_ids(layer.diff_id for layer in layers):
            is_reached = self.keeps_snapshots or Presence.MISSING not in told
            known = is_reached and chain_id in self.chains
            told.append(found if known else Presence.MISSING)
        return told


@dataclass(frozen=True, slots=True)
class ClassicRoot:
    """The classic store's own records, where this user may read them."""

    root: DataRoot
    driver: str

    @property
    def _folder(self) -> Path:
        return self.root.root / "image" / self.driver

    def is_readable(self) -> bool:
        """Tell whether the records may be read."""
        try:
            self.root.names(self._folder / "layerdb")
            return True
        except NotThere:
            return False

    def presences(self, layers: Sequence[WantedLayer]) -> list[Presence]:
        """Return what is here, to the letter of the Engine's own rule."""
        told: list[Presence] = []
        below: list[str] = []
        for layer in layers:
            is_here = Presence.MISSING not in told and self._has(layer, below)
            told.append(Presence.HERE if is_here else Presence.MISSING)
        return told

    def _has(self, layer: WantedLayer, below: list[str]) -> bool:
        """Tell whether a layer is here on top of these diff IDs, and add its own to them."""
        try:
            blob = digits_of(layer.digest)
            known = self._folder / "distribution" / "diffid-by-digest" / "sha256" / blob
            diff_id = self.root.text(known).strip()
            if layer.diff_id not in ("", diff_id):
                return False
            below.append(diff_id)
            chain = digits_of(chain_ids(below)[-1])
            self.root.size(self._folder / "layerdb" / "sha256" / chain / "diff")
        except NotThere:
            return False
        return True


@dataclass(frozen=True, slots=True)
class ContentRoot:
    """The containerd store's blobs, where this user may read them, and the chains of the API."""

    blobs: Path
    chains: KnownChains

    def presences(self, layers: Sequence[WantedLayer]) -> list[Presence]:
        """Return what is here: as a blob, or unpacked."""
        return [
            Presence.HERE if self._has(layer.digest) else by_chain
            for layer, by_chain in zip(layers, self.chains.presences(layers), strict=True)
        ]

    def _has(self, digest: str) -> bool:
        try:
            return (self.blobs / "sha256" / digits_of(digest)).is_file()
        except (NotThere, OSError):
            return False


def here_of(client: EngineClient, check: Callable[[], None]) -> Here:
    """Return what tells best what an Engine has.

    Args:
        client: The Engine.
        check: Raises `Cancelled` when it is to stop; called between two requests.

    Raises:
        EngineError: as the Engine tells.
    """
    info = client.info
    store = info.capabilities.store
    root = Path(info.data_root)
    is_local = client.endpoint.is_local
    if store is StoreKind.CLASSIC and is_local:
        classic = ClassicRoot(DataRoot(root), info.storage_driver)
        if classic.is_readable():
            return classic
    chains = KnownChains(images_and_chains(client, check)[1], store is StoreKind.CONTAINERD)
    if store is StoreKind.CONTAINERD and is_local:
        for place in PLACES:
            blobs = root / place / STORE / "blobs"
            try:
                if any((blobs / "sha256").iterdir()):
                    return ContentRoot(blobs, chains)
            except OSError:
                continue
    return chains


def planned(layers: Sequence[WantedLayer], here: Here) -> tuple[PlannedLayer, ...]:
    """Return the layers of an image in a registry, with what is here of them."""
    return tuple(
        PlannedLayer(at, layer.digest, layer.size, layer.created_by, presence)
        for at, (layer, presence) in enumerate(zip(layers, here.presences(layers), strict=True), 1)
    )
