"""The reports as plain tables, every text from outside made harmless."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tui import __version__
from tui.disk.inventory import Inventory
from tui.i18n import _, ngettext
from tui.layers.command import clean_command
from tui.model.container import ContainerSummary
from tui.model.engine import Endpoint, EngineInfo
from tui.model.image import ImageSummary
from tui.model.removal import ImagePlan, RemovalPlan, Stay, StayCause
from tui.model.text import age, exact_size, human_size, short_id, visible
from tui.report.documents import shared_with

GAP: Final = "   "
"""Between two columns."""

NOTHING: Final = "-"
"""Stands where there is nothing to tell."""

NO_NAME: Final = "<none>"
"""What the docker command calls an image without a name."""


NAMED: Final = 3
"""Holders of a layer that a row names."""


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and rows, as text of the Engine or of ours."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    """Columns that are aligned to the right."""

    def lines(self, width: int = 0) -> Iterator[str]:
        """Yield the table's lines; with a `width` in cells each is cut there."""
        rows = [self.headings, *(tuple(visible(cell) for cell in row) for row in self.rows)]
        widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            yield cut(GAP.join(self._padded(row, widths)).rstrip(), width)

    def _padded(self, row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - cells(cell))
            yield space + cell if column in self.right else cell + space


def cells(text: str) -> int:
    """Return how many cells of a terminal harmless text takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def cut(line: str, width: int) -> str:
    """Return a line of at most `width` cells (0: whole), with `...` where something is cut off."""
    if not width or cells(line) <= width:
        return line
    room = max(width - 3, 0)
    kept = ""
    for char in line:
        room -= _cells(char)
        if room < 0:
            break
        kept += char
    return f"{kept}..."


def images_table(images: Iterable[ImageSummary], users: Counter[str], now: float) -> Table:
    """Return a row for each name of each image; `now` in seconds of the epoch."""
    rows = [
        (
            name,
            short_id(image.image_id),
            age(image.created, now),
            human_size(image.size),
            str(users[image.image_id]),
        )
        for image in images
        for name in image.tags or image.digests or (NO_NAME,)
    ]
    headings = (
        _("REPOSITORY:TAG"),
        _("IMAGE ID"),
        _("CREATED"),
        _("SIZE"),
        _("CONTAINERS"),
    )
    return Table(headings, tuple(sorted(rows, key=_named_first)), frozenset({3, 4}))


def _named_first(row: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
    return row[0] == NO_NAME, row


def containers_table(
    containers: Iterable[ContainerSummary], now: float, *, with_size: bool
) -> Table:
    """Return a row for each container; `now` in seconds of the epoch."""
    headings = [_("NAME"), _("IMAGE"), _("STATUS"), _("CREATED"), _("PORTS"), _("COMMAND")]
    if with_size:
        headings.insert(4, _("SIZE"))
    rows = []
    for one in containers:
        ports = ", ".join(map(str, one.ports)) or NOTHING
        row = [one.name, one.image, one.status, age(one.created, now), ports, one.command]
        if with_size:
            row.insert(4, _size(one.size_rw))
        rows.append(tuple(row))
    return Table(tuple(headings), tuple(rows), frozenset({4}) if with_size else frozenset())


def layers_lines(inventory: Inventory, image_id: str, *, name: str, width: int) -> Iterator[str]:
    """Yield an image's layers, bottom first, below a line that sums them up."""
    stack = inventory.stack(image_id)
    yield ngettext(
        "{image}: {count} layer, {size}", "{image}: {count} layers, {size}", len(stack.layers)
    ).format(image=visible(name), count=len(stack.layers), size=human_size(stack.total))
    rows = tuple(
        (
            str(layer.index),
            _size(layer.size),
            str(len(shared_with(inventory, layer, image_id)) or NOTHING),
            short_id(layer.diff_id),
            clean_command(layer.created_by) or NOTHING,
        )
        for layer in stack.layers
    )
    headings = ("#", _("SIZE"), _("SHARED"), _("DIFF ID"), _("CREATED BY"))
    yield from Table(headings, rows, frozenset({0, 1, 2})).lines(width)


def reclaim_lines(plan: RemovalPlan, *, width: int) -> Iterator[str]:
    """Yield what a removal would free, what becomes of each image, and who keeps which layer."""
    if plan.is_exact:
        yield _("Frees {size}.").format(size=exact_size(plan.freed_min))
    else:
        yield _("Frees between {least} and {most}.").format(
            least=exact_size(plan.freed_min), most=exact_size(plan.freed_max)
        )
    for image in plan.images:
        yield from _image_lines(image)
    rows = tuple(
        (
            short_id(layer.chain_id),
            _size(layer.size),
            _("freed") if layer.freed else _("kept"),
            _holders(layer.kept_by),
        )
        for layer in plan.layers
    )
    if rows:
        yield ""
        headings = (_("CHAIN ID"), _("SIZE"), _("FATE"), _("KEPT BY"))
        yield from Table(headings, rows, frozenset({1})).lines(width)


def _holders(labels: Sequence[str]) -> str:
    """Name some of who keeps a layer, and count the others."""
    named = ", ".join(labels[:NAMED])
    others = len(labels) - NAMED
    if others <= 0:
        return named or NOTHING
    more = ngettext("{names} and {count} other", "{names} and {count} others", others)
    return more.format(names=named, count=others)


def _image_lines(image: ImagePlan) -> Iterator[str]:
    for name in image.untagged:
        yield _("Untags {name}.").format(name=visible(name))
    if image.deleted:
        yield _("Deletes {image}.").format(image=short_id(image.image_id))
    for stay in image.stays:
        yield _stay_sentence(stay).format(
            image=visible(image.label), holder=visible(stay.holder), state=visible(stay.state)
        )
    for name in image.takes_containers:
        yield _("Removes the container {name} too.").format(name=visible(name))
    for name in image.leaves_containers:
        yield _("Leaves the container {name} without its image.").format(name=visible(name))


def _stay_sentence(stay: Stay) -> str:
    match stay.cause:
        case StayCause.TAG:
            return _("{image} stays: it is also called {holder}.")
        case StayCause.CHILD:
            return _("{image} stays: {holder} was made from it.")
        case StayCause.CONTAINER:
            return _("{image} stays: the container {holder} ({state}) uses it.")


def version_lines(endpoint: Endpoint, info: EngineInfo | None) -> Iterator[str]:
    """Yield what runs here and there; without an Engine just what runs here."""
    yield f"orlop {__version__}"
    if info is not None:
        yield _("Engine: {product} {version}, API {api}").format(
            product=info.product, version=visible(info.version), api=visible(info.api_version)
        )
        yield _("Store: {store}, {driver}").format(
            store=info.capabilities.store, driver=visible(info.storage_driver)
        )
        yield _("Data root: {path}").format(path=visible(info.data_root))
    yield _("Endpoint: {url}").format(url=visible(endpoint.url))


def _size(size: int) -> str:
    return human_size(size) if size >= 0 else "?"
