"""Selectors: the rows of each list, filtered and sorted, as plain values. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from tui.model.container import ContainerState, ContainerSummary
from tui.model.image import ImageSummary, SearchResult
from tui.model.reference import split_tag
from tui.model.registry import Badge
from tui.model.text import SHORT_ID
from tui.store.reduce import image_row_key, row_references
from tui.store.state import ListView, State

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One name of an image, or an image without a name."""

    key: str
    image: ImageSummary
    reference: str
    """`repository:tag`, `repository@digest`, or empty."""
    used_by: int
    """Containers, in any state, made from the image."""
    platform: str = ""
    """Empty until inspect told it."""
    layer_count: int = 0
    """0 until inspect told it."""

    @property
    def repository(self) -> str:
        """The repository's name, empty for an image without names."""
        return split_tag(self.reference)[0]

    @property
    def is_dangling(self) -> bool:
        """Whether no name holds the image."""
        return not self.reference

    @property
    def shares_id(self) -> int:
        """How many rows show this same image."""
        return max(1, len(self.image.tags) or len(self.image.digests))


def is_intermediate(image: ImageSummary, parents: frozenset[str]) -> bool:
    """Whether the docker command hides it: an untagged image that others were made from."""
    return not image.references and image.image_id in parents


def listed_images(images: Iterable[ImageSummary]) -> tuple[ImageSummary, ...]:
    """Return the images that `docker images` lists: all but intermediate ones."""
    images = tuple(images)
    parents = frozenset(image.parent_id for image in images if image.parent_id)
    return tuple(image for image in images if not is_intermediate(image, parents))


def users_of_images(containers: Iterable[ContainerSummary]) -> Counter[str]:
    """Count the containers of each image ID."""
    return Counter(container.image_id for container in containers)


def image_rows(state: State) -> tuple[ImageRow, ...]:
    """Return all rows of the images pane, unfiltered, in the order of the list."""
    users = users_of_images(state.containers)
    return tuple(
        _image_row(state, image, reference, users[image.image_id])
        for image in listed_images(state.images)
        for reference in row_references(image)
    )


def _image_row(state: State, image: ImageSummary, reference: str, used_by: int) -> ImageRow:
    facts = state.facts.get(image.image_id)
    return ImageRow(
        key=image_row_key(image.image_id, reference),
        image=image,
        reference=reference,
        used_by=used_by,
        platform=facts.details.platform if facts else "",
        layer_count=len(facts.details.diff_ids) if facts else 0,
    )


def _image_matches(row: ImageRow, term: str) -> bool:
    if term == "is:dangling":
        return row.is_dangling
    if term == "is:unused":
        return row.used_by == 0
    if term == "is:used":
        return row.used_by > 0
    return term in row.reference.lower() or _is_part_of_id(term, row.image.image_id)


def _is_part_of_id(term: str, identifier: str) -> bool:
    """Tell whether an ID begins with the term, or shows it among its short digits."""
    digits, term = identifier.removeprefix("sha256:"), term.removeprefix("sha256:")
    return digits.startswith(term) or term in digits[:SHORT_ID]


IMAGE_ORDER: Final[dict[str, Callable[[ImageRow], tuple[object, ...]]]] = {
    "name": lambda row: (row.reference == "", row.reference),
    "image_id": lambda row: (row.image.image_id,),
    "created": lambda row: (row.image.created,),
    "size": lambda row: (row.image.size,),
    "used": lambda row: (row.used_by,),
    "platform": lambda row: (row.platform,),
    "layers": lambda row: (row.layer_count,),
}
"""Column → what the images pane sorts by."""


def visible_image_rows(rows: Iterable[ImageRow], view: ListView) -> tuple[ImageRow, ...]:
    """Filter and sort the rows of the images pane as `view` says."""
    return _ordered(_filtered(rows, view, _image_matches), view, IMAGE_ORDER, _image_name)


def _image_name(row: ImageRow) -> tuple[object, ...]:
    return (row.reference == "", row.reference, row.image.image_id)


STATE_RANK: Final = {
    ContainerState.RUNNING: 0,
    ContainerState.RESTARTING: 0,
    ContainerState.PAUSED: 2,
}
"""Living containers come first; all others rank after them.

One that fails and is restarted again and again stays where it is.
"""


def container_rows(state: State) -> tuple[ContainerSummary, ...]:
    """Return all rows of the containers pane: living ones first, then the newest."""
    shown = (item for item in state.containers if state.all_containers or item.state.is_alive)
    return tuple(
        sorted(shown, key=lambda item: (STATE_RANK.get(item.state, 9), -item.created, item.name))
    )


def _container_matches(row: ContainerSummary, term: str) -> bool:
    if term.startswith("is:"):
        return row.state == term[3:] or (term == "is:stopped" and not row.state.is_alive)
    return (
        term in row.name.lower()
        or term in row.image.lower()
        or _is_part_of_id(term, row.container_id)
    )


CONTAINER_ORDER: Final[dict[str, Callable[[ContainerSummary], tuple[object, ...]]]] = {
    "name": lambda row: (row.name,),
    "image": lambda row: (row.image,),
    "state": lambda row: (STATE_RANK.get(row.state, 9), row.state),
    "status": lambda row: (row.status,),
    "health": lambda row: (row.health,),
    "ports": lambda row: (tuple(str(port) for port in row.ports),),
    "command": lambda row: (row.command,),
    "created": lambda row: (row.created,),
    "size_rw": lambda row: (row.size_rw,),
}
"""Column → what the containers pane sorts by."""


def visible_container_rows(
    rows: Iterable[ContainerSummary], view: ListView
) -> tuple[ContainerSummary, ...]:
    """Filter and sort the rows of the containers pane as `view` says."""
    matching = _filtered(rows, view, _container_matches)
    return _ordered(matching, view, CONTAINER_ORDER, lambda row: (row.name,))


SEARCH_ORDER: Final[dict[str, Callable[[SearchResult], tuple[object, ...]]]] = {
    "name": lambda row: (row.name,),
    "stars": lambda row: (row.stars,),
    "pulls": lambda row: (row.pulls,),
    "official": lambda row: (not row.is_official, not row.badge, row.badge),
    "description": lambda row: (row.description,),
}
"""Column → what the Hub pane sorts by."""


def visible_search_rows(rows: Iterable[SearchResult], view: ListView) -> tuple[SearchResult, ...]:
    """Filter and sort search results as `view` says."""

    def matches(row: SearchResult, term: str) -> bool:
        if term == "is:official":
            return row.is_official
        if term == "is:verified":
            return row.badge == Badge.VERIFIED
        return term in row.name.lower() or term in row.description.lower()

    return _ordered(_filtered(rows, view, matches), view, SEARCH_ORDER, lambda row: (row.name,))


def _filtered(
    rows: Iterable[Row], view: ListView, matches: Callable[[Row, str], bool]
) -> list[Row]:
    terms = view.filter.lower().split()
    return [row for row in rows if all(matches(row, term) for term in terms)]


def _ordered(
    rows: list[Row],
    view: ListView,
    order: dict[str, Callable[[Row], tuple[object, ...]]],
    name: Callable[[Row], tuple[object, ...]],
) -> tuple[Row, ...]:
    """Sort by the chosen column, equal rows by name; two stable sorts."""
    key = order.get(view.sort)
    if key is None:
        return tuple(rows)
    rows.sort(key=name)
    rows.sort(key=key, reverse=view.descending)
    return tuple(rows)
