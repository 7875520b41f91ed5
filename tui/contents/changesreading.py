"""Reading what a container has changed: told at once, then again as sizes become known."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tui.config.paths import cache_directory, home_directory
from tui.contents.changes import Changes, ContainerDiff
from tui.contents.changesizes import SizesBook, SizeSource, UpperDir, open_upper
from tui.i18n import _, ngettext

if TYPE_CHECKING:
    from tui.engine.client import EngineClient
    from tui.engine.wire_disk import DiskPlace
    from tui.layers.union import Union

FIRST: Final = 0.5
"""Seconds after which what is known by then is told again; each time it is twice as long."""

SLOWER: Final = 10_000
"""Changes for which it is so much longer: making a tree of very many takes seconds."""

LOOK: Final = 0.1
"""Seconds between two looks at how far the asking is."""

STEP: Final = 1000
"""Changes between two words on how far the reading is."""


def _nothing(*_: object) -> None:
    return


@dataclass(frozen=True, slots=True)
class DiffWatch:
    """How a reading is watched: whether it shall go on, how far it is, what is known."""

    check: Callable[[], None] = _nothing
    """Raises `Cancelled` when the reading is to stop."""
    report: Callable[[str, int, int], None] = _nothing
    """Takes a sentence, and how many of how many; 0 in all: nobody knows."""
    tell: Callable[[ContainerDiff, SizesBook], None] = _nothing
    """Takes what is known by now."""
    on_cancel: Callable[[Callable[[], None]], None] = _nothing
    """Takes what ends the asking at once, from another thread."""


UNWATCHED: Final = DiffWatch()


class DiffReading:
    """One reading of a container's changes."""

    def __init__(
        self, client: EngineClient, container: str, name: str, watch: DiffWatch = UNWATCHED
    ) -> None:
        """Prepare to read.

        Args:
            client: The Engine; other threads get clients of their own.
            container: Name or ID.
            name: What it is called; empty: as the Engine says.
            watch: How the reading is watched.
        """
        self._client = client
        self._container = container
        self._name = name
        self._watch = watch
        self._book = SizesBook()
        self._changes: Changes
        self._place: DiskPlace
        self._mounts: tuple[str, ...] = ()
        self._image: Union | None = None
        self._source = ""
        self._is_bounded = False

    def read(self) -> ContainerDiff:
        """Read the changes, their sizes, and what the image had there if that was listed before.

        Raises:
            ContainerGone: there is no such container, or it was removed meanwhile.
            EngineError: it was refused, cut, or the connection broke.
            LayerError: its names stand for too many folders.
        """
        from tui.engine.changes import ContainerGone
        from tui.engine.errors import NotFound

        try:
            self._begin()
            self._measure()
            return self._end()
        except NotFound as error:
            raise ContainerGone(error.detail) from None

    def _begin(self) -> None:
        """Read the changes."""
        from tui.engine import changes, containers
        from tui.engine.wire_disk import disk_place, mount_points

        self._watch.report(_("the Engine looks through the files"), 0, 0)
        inspected = containers.inspect_container(self._client, self._container)
        self._place, self._mounts = disk_place(inspected), mount_points(inspected)
        container_id = self._place.target_id or self._container
        told = self._counted(changes.changes(self._client, container_id))
        self._changes = Changes(container_id, self._name or self._place.name, told)

    def _counted(self, told: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for number, line in enumerate(told, 1):
            if not number % STEP:
                self._watch.check()
                text = ngettext("{count} change", "{count} changes", number)
                self._watch.report(text.format(count=number), number, 0)
            yield line

    def _measure(self) -> None:
        """Find out how large they are: from the disk where that can be read, which is quick."""
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

        asked = Asked(self._client.for_job, self._changes, self._book, self._mounts)
        self._tell()
        asked.start()
        self._watch.on_cancel(asked.stop)
        wait, told_at = FIRST * (1 + len(self._changes.lines) / SLOWER), time.monotonic()
        try:
            while not asked.ended.wait(LOOK):
                self._progress()
                if time.monotonic() - told_at > wait:
                    self._tell()
                    wait, told_at = 2 * wait, time.monotonic()
            asked.join()
            self._watch.check()
            self._is_bounded = asked.is_bounded
        except EngineError:
            asked.stop()
            self._tell()  # what came before it ended is good
            raise

    def _progress(self) -> None:
        self._watch.check()
        done, total = len(self._book.told), len(self._changes.lines)
        text = _("sizes: {done} of {total}").format(done=done, total=total)
        self._watch.report(text, done, total)

    def _end(self) -> ContainerDiff:
        """Tell all that is known now; what was there before; how large the layer is in all."""
        from tui.engine import containers
        from tui.engine.errors import NotFound

        diff = self._tell()
        measured = containers.measured_containers(self._client, [diff.container_id])
        if not measured:
            raise NotFound
        if self._changes.touches_image and self._place.image_id:
            self._image = kept_union(self._client, self._place.image_id)
        if self._image is not None:
            diff = self._made()
        diff = replace(diff, size_rw=measured[0].size_rw, is_bounded=self._is_bounded)
        self._watch.tell(diff, self._book)
        return diff

    def _made(self) -> ContainerDiff:
        return self._changes.diff(self._book.told, self._image, source=self._source)

    def _tell(self) -> ContainerDiff:
        diff = self._made()
        self._watch.tell(diff, self._book)
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
