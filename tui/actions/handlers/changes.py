"""What a container has changed: told at once, then again as sizes become known."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.changes import ReadDiff, ViewContainerFile
from tui.config.paths import cache_directory, home_directory
from tui.i18n import _, ngettext
from tui.model.filetext import FileText
from tui.model.progress import Progress
from tui.store import events

if TYPE_CHECKING:
    from tui.contents.changes import Changes, ContainerDiff
    from tui.engine.client import EngineClient
    from tui.engine.wire_disk import DiskPlace
    from tui.layers.union import Union

FIRST: Final = 0.5
"""Seconds after which what is known by then is told again; each time it is twice as long."""

SLOWER: Final = 10_000
"""Changes for which it is so much longer: making a tree of very many takes seconds."""

LOOK: Final = 0.1
"""Seconds between two looks at how far the asking is."""

READ: Final = 1_000_000
"""Bytes of a file that are shown."""


def read_diff(action: ReadDiff, context: JobContext) -> Ending:
    """Read the changes, then their sizes from the disk or from the Engine."""
    with _gone_if_missing():
        reading = _Reading(action, context)
        reading.begin()
        reading.measure()
        reading.end()
    return Ending()


def view_container_file(action: ViewContainerFile, context: JobContext) -> Ending:
    """Read the beginning of a file, as the container has it now."""
    from tui.contents.containerfile import first_bytes

    client = context.client()
    context.on_cancel(client.cut)
    data, has_more = first_bytes(client, action.container.container_id, action.path, READ)
    text = FileText(action.container.container_id, 0, action.path, data, has_more)
    context.tell(events.FileRead(text))
    return Ending()


@contextmanager
def _gone_if_missing() -> Iterator[None]:
    """Say of a container that it is gone, rather than that there is no such thing.

    Raises:
        ContainerGone: something was not found.
    """
    from tui.engine.changes import ContainerGone
    from tui.engine.errors import NotFound

    try:
        yield
    except NotFound as error:
        raise ContainerGone(error.detail) from None


class _Reading:
    """One reading of a container's changes."""

    def __init__(self, action: ReadDiff, context: JobContext) -> None:
        from tui.contents.changesizes import SizesBook

        self._action = action
        self._context = context
        self._client = context.client()
        context.on_cancel(self._client.cut)
        self._book = SizesBook()
        self._changes: Changes
        self._place: DiskPlace
        self._mounts: tuple[str, ...] = ()
        self._image: Union | None = None
        self._source = ""

    def begin(self) -> None:
        """Read the changes."""
        from tui.contents.changes import Changes
        from tui.engine import changes, containers
        from tui.engine.wire_disk import disk_place, mount_points

        container_id = self._action.container.container_id
        self._context.report(Progress(_("the Engine looks through the files")))
        inspected = containers.inspect_container(self._client, container_id)
        self._place, self._mounts = disk_place(inspected), mount_points(inspected)
        told = self._counted(changes.changes(self._client, container_id))
        self._changes = Changes(container_id, self._action.container.name, told)

    def _counted(self, told: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for number, line in enumerate(told, 1):
            if not number % 1000:
                self._context.check()
                text = ngettext("{count} change", "{count} changes", number)
                self._context.report(Progress(text.format(count=number), number))
            yield line

    def measure(self) -> None:
        """Find out how large they are: from the disk where that can be read, which is quick."""
        from tui.contents.changesizes import SizeSource, UpperDir, open_upper

        # What the practice engine lays on the disk has no devices, and modes that are safe there.
        is_near = self._client.endpoint.is_local and not self._client.info.practice
        number = open_upper(self._place.upper) if is_near else None
        if number is not None:
            try:
                upper = UpperDir(number)
                if upper.fits(self._changes):
                    self._source = SizeSource.DISK
                    upper.read(self._changes, self._book, self._progress)
                    if upper.is_whole:
                        return
            finally:
                os.close(number)
        self._source = self._source or SizeSource.ARCHIVE
        self._ask()

    def _ask(self) -> None:
        from tui.contents.changesasked import Asked
        from tui.engine.errors import EngineError

        asked = Asked(self._context.client, self._changes, self._book, self._mounts)
        self._tell()
        asked.start()
        self._context.on_cancel(asked.stop)
        wait, told_at = FIRST * (1 + len(self._changes.lines) / SLOWER), time.monotonic()
        try:
            while not asked.ended.wait(LOOK):
                self._progress()
                if time.monotonic() - told_at > wait:
                    self._tell()
                    wait, told_at = 2 * wait, time.monotonic()
            asked.join()
            self._context.check()
        except EngineError:
            self._tell()  # what came before it ended is good
            raise

    def _progress(self) -> None:
        self._context.check()
        done, total = len(self._book.told), len(self._changes.lines)
        text = _("sizes: {done} of {total}").format(done=done, total=total)
        self._context.report(Progress(text, done, total))

    def end(self) -> None:
        """Tell all that is known now; what was there before; how large the layer is in all."""
        from tui.engine import containers
        from tui.engine.errors import NotFound

        container_id = self._action.container.container_id
        diff = self._tell()
        measured = containers.measured_containers(self._client, [container_id])
        if not measured:
            raise NotFound
        if self._changes.touches_image and self._place.image_id:
            self._image = kept_union(self._client, self._place.image_id)
        if self._image is not None:
            diff = self._made()
        diff = replace(diff, size_rw=measured[0].size_rw)
        self._context.tell(events.DiffRead(diff, self._book))

    def _made(self) -> ContainerDiff:
        return self._changes.diff(self._book.told, self._image, source=self._source)

    def _tell(self) -> ContainerDiff:
        diff = self._made()
        self._context.tell(events.DiffRead(diff, self._book))
        return diff


def kept_union(client: EngineClient, image_id: str) -> Union | None:
    """Return the files of an image where all its layers were listed before; reads no layer."""
    from tui.contents.image import unread_image
    from tui.contents.source import kept_layers
    from tui.engine import images
    from tui.engine.errors import NotFound
    from tui.layers.cache import ListingCache
    from tui.layers.errors import LayerError
    from tui.layers.history import stack_of

    try:
        facts = images.image_facts(client, image_id)
    except NotFound:  # removed by force, or not told: the container lives without it
        return None
    image = unread_image("", stack_of(facts), "")
    cache = ListingCache(cache_directory(os.environ, home_directory()) / "listings")
    try:
        image = image.with_layers(kept_layers(image, cache))
        is_whole = bool(image.layers) and all(layer.is_read for layer in image.layers)
        return image.union() if is_whole else None
    except LayerError:
        return None
