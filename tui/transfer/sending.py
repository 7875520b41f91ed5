"""Sending images from one Engine to another: `docker save | docker load`, without a file.

One thread reads here and writes there, so that no more than a piece is ever held; where the
receiver takes no more, the sender waits. Layers that the receiver has are left out where its store
allows that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.contents.chains import images_and_chains
from tui.contents.source import Watch
from tui.i18n import _
from tui.layers.history import stack_of
from tui.model.engine import StoreKind
from tui.model.image import ImageFacts
from tui.model.sendplan import SendPlan
from tui.transfer.archive import Copied
from tui.transfer.loading import Told, send_archive
from tui.transfer.saving import archive_size
from tui.transfer.thinning import Thinner, droppable

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


@dataclass(frozen=True, slots=True)
class Route:
    """Images, and what of them another Engine has."""

    images: tuple[ImageFacts, ...]
    there: frozenset[str]
    """Chain IDs that the receiver has."""
    plan: SendPlan


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent."""

    names: tuple[str, ...]
    """As the receiver tells."""
    read: int
    """Bytes that the sender gave."""
    sent: int
    """Bytes that went over."""
    left_out: int
    """Layers that were there already."""


def route_to(
    source: EngineClient, target: EngineClient, names: Iterable[str], to: str, watch: Watch
) -> Route:
    """Compare images with what another Engine has.

    Args:
        source: The Engine that has the images.
        target: The Engine that gets them.
        names: References or IDs.
        to: How the receiver is called.
        watch: How it is watched.

    Raises:
        EngineError: as one of the Engines tells.
    """
    from tui.engine.images import image_facts

    images = tuple(image_facts(source, name) for name in names)
    _images, there = images_and_chains(target, watch.check)
    layers = {layer.chain_id: layer for one in images for layer in stack_of(one).layers}
    known = layers.keys() & there
    left_out = droppable([one.details.diff_ids for one in images], there)
    plan = SendPlan(
        to,
        f"{target.info.product} {target.info.version}",
        archive_size(images),
        len(layers),
        len(known),
        sum(max(layers[chain].size, 0) for chain in known if layers[chain].diff_id in left_out),
        is_thin=can_leave_out(source, target) and bool(left_out),
    )
    return Route(images, there, plan)


def can_leave_out(source: EngineClient, target: EngineClient) -> bool:
    """Tell whether layers that are there may be missing in what is sent.

    The classic store looks only for what it does not have; the containerd store and Podman refuse
    an archive with a file missing. The containerd store saves layers compressed, so that which is
    which is not known before the end.
    """
    knows = source.capabilities.store is not StoreKind.CONTAINERD
    return knows and target.capabilities.store is StoreKind.CLASSIC


def send(
    source: EngineClient,
    target: EngineClient,
    names: tuple[str, ...],
    route: Route,
    watch: Watch,
    tell: Told,
) -> Sent:
    """Send images.

    Args:
        source: The Engine that has them, for this alone.
        target: The Engine that gets them, for this alone.
        names: References, which the other one then knows, or IDs.
        route: What is there.
        watch: How it is watched; it tells bytes read here.
        tell: Takes what happens now.

    Raises:
        EngineError: as one of the Engines tells.
        CutOff: the sender ended in the middle.
    """
    from tui.engine.save import saved_together

    watch.on_cancel(source.cut)
    watch.on_cancel(target.cut)
    tell(_("The Engine makes the archive."))
    watch.tell(0, 0)
    with saved_together(source, names) as body:
        copied = Copied(body, watch, route.plan.size, None)
        diff_ids = [facts.details.diff_ids for facts in route.images]
        # All goes through it: a stream that breaks off must not look like one that has ended.
        thinner = Thinner(copied, diff_ids, route.there if route.plan.is_thin else frozenset())
        counted = _Counted(thinner, tell)
        loaded = send_archive(target, iter(counted), tell)
    return Sent(loaded, copied.done, counted.count, thinner.left_out)


class _Counted:
    """Pieces, and how many bytes they were."""

    def __init__(self, pieces: Iterable[bytes], tell: Told) -> None:
        self._pieces = pieces
        self._tell = tell
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if not self.count:
                self._tell(_("Sending"))
            self.count += len(piece)
            yield piece
