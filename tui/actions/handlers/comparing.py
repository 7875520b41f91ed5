"""Comparing two images: both are read, then what differs is told."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.handlers.listing import remember_probe
from tui.actions.values.files import CompareImages, DiffImages
from tui.config.paths import cache_directory, home_directory
from tui.i18n import _
from tui.model.listing import SourceName
from tui.model.progress import Progress
from tui.model.text import visible
from tui.store import events

if TYPE_CHECKING:
    from tui.contents.source import Watch
    from tui.engine.client import EngineClient
    from tui.layers.compare import FileComparison


def compare_images(action: CompareImages, context: JobContext) -> Ending:
    """Read both images and compare them; one that can only be had at a cost is asked for."""
    from tui.contents.comparing import ComparedImages, compare_images, open_side, read_side
    from tui.layers.cache import ListingCache

    if not action.read_only and any(one.reading == SourceName.PROBE for one in action.sides):
        remember_probe()
    connected = _connecting(context)
    cache = ListingCache(cache_directory(os.environ, home_directory()) / "listings")
    a, b = (open_side(side, connected, cache, read_only=action.read_only) for side in action.sides)
    if a.asks or b.asks:
        asks = (a.asks, b.asks)
        context.tell(events.ImagesCompared(ComparedImages(action.sides, (a.image, b.image), asks)))
        return Ending(_("It has to be chosen first where the files are read from."))
    one = read_side(a, _watch(context, action.sides[0].name, 1))
    other = read_side(b, _watch(context, action.sides[1].name, 2))
    context.report(Progress(_("comparing")))
    context.check()
    compared = compare_images(action.sides, one, other)
    context.check()
    context.tell(events.ImagesCompared(compared))
    return Ending(_summary(compared.files))


def diff_images(action: DiffImages, context: JobContext) -> Ending:
    """Compare a file as two images have it."""
    from tui.contents.sidefile import SideReader
    from tui.contents.source import Watch
    from tui.layers.cache import ListingCache

    cache = ListingCache(cache_directory(os.environ, home_directory()) / "listings")
    watch = Watch(check=context.check, on_cancel=context.on_cancel)
    reader = SideReader(_connecting(context), cache, watch, read_only=action.read_only)
    diff = reader.diff(action.path, action.sides, (action.old, action.new))
    context.tell(events.FileDiffed(diff))
    return Ending()


def _connecting(context: JobContext) -> Callable[[], EngineClient]:
    """Return what connects to the Engine when it is first needed: for files it is not."""
    client: list[EngineClient] = []

    def connected() -> EngineClient:
        if not client:
            client.append(context.client())
            context.on_cancel(client[0].cut)
        return client[0]

    return connected


def _summary(files: FileComparison | None) -> str:
    if files is None:
        return ""
    return _("{added} added, {modified} modified, {removed} removed.").format(
        added=files.added_sum.count,
        modified=files.content_sum.count + files.metadata_sum.count,
        removed=files.removed_sum.count,
    )


def _watch(context: JobContext, name: str, number: int) -> Watch:
    from tui.contents.source import Watch

    text = _("reading {name}, {number} of 2").format(name=visible(name), number=number)

    def tell(done: int, total: int) -> None:
        context.report(Progress(text, done, total, in_bytes=True))

    context.report(Progress(text))
    return Watch(context.check, tell, context.on_cancel)
