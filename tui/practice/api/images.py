"""Images: list, inspect, history, tag, remove, prune."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tui.practice import imageviews, removal
from tui.practice.imageviews import summaries
from tui.practice.names import HUB, Reference, matches, parse
from tui.practice.times import nanoseconds
from tui.practice.wire import ROUTES, ApiError, Request, Response, answer

if TYPE_CHECKING:
    from tui.practice.hold import Hold
    from tui.practice.images import Image

__all__ = ["summaries"]

_LIST_FILTERS: Final = frozenset({"dangling", "label", "before", "since", "reference"})
_PRUNE_FILTERS: Final = frozenset({"dangling", "label", "label!", "until"})
_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a list is asked for."""

    has_steps: bool
    """Images without names that others were made from, too."""
    dangling: bool | None
    """Only images without tags, or only others; None: both."""
    is_wanted: Callable[[Image], bool]
    patterns: list[str]
    """At least one of them must fit a name, and only names that fit are told."""


@ROUTES.add("GET", "/images/json")
def list_images(hold: Hold, request: Request) -> Response:
    """List images: all, filters (dangling, label, before, since, reference)."""
    filters = request.filters()
    if request.version < (1, 41) and request.first("filter"):
        filters.setdefault("reference", []).append(request.first("filter"))
    _check_names(filters, _LIST_FILTERS)
    with hold.lock:
        wish = _Wish(
            request.flag("all"),
            _dangling(filters, {"true": True, "false": False}),
            _chosen(hold, filters),
            filters.get("reference", []),
        )
        shown = [told for image in hold.images.all() if (told := _told(hold, image, wish))]
    return answer(imageviews.newest_first(shown))


@ROUTES.add("GET", "/images/{name:path}/json")
def inspect(hold: Hold, request: Request) -> Response:
    """Tell everything about an image."""
    name = request.names["name"]
    with hold.lock:
        try:
            image = hold.images.find(name)
        except ApiError as error:
            raise ApiError(error.status, f"no such image: {name}: {error.message}") from error
        return answer(imageviews.details(hold, image))


@ROUTES.add("GET", "/images/{name:path}/history")
def history(hold: Hold, request: Request) -> Response:
    """Tell how an image came about."""
    with hold.lock:
        image = hold.images.find(request.names["name"])
        try:
            return answer(imageviews.history(hold, image))
        except ValueError as error:
            raise ApiError(500, str(error)) from error


@ROUTES.add("POST", "/images/{name:path}/tag")
def tag(hold: Hold, request: Request) -> Response:
    """Give an image one more name."""
    with hold.lock:
        image_id = hold.images.find(request.names["name"]).image_id
        name = _new_name(request.first("repo"), request.first("tag"))
        hold.images.tag(image_id, name.tagged.full)
        hold.images.touch(image_id)
        removal.tell(hold, "tag", image_id, name.familiar)
    return Response(201, content_type="")


@ROUTES.add("DELETE", "/images/{name:path}")
def delete(hold: Hold, request: Request) -> Response:
    """Take a name from an image, or delete it."""
    name = request.names["name"]
    if not name.strip():
        raise ApiError(400, "image name cannot be blank")
    return answer(
        hold.images.remove(name, force=request.flag("force"), prune=not request.flag("noprune"))
    )


@ROUTES.add("POST", "/images/prune")
def prune(hold: Hold, request: Request) -> Response:
    """Delete the images that have no tag, or with dangling=false all that no container uses."""
    filters = request.filters()
    _check_names(filters, _PRUNE_FILTERS)
    words = {"true": True, "1": True, "false": False, "0": False}
    dangling = _dangling(filters, words)
    until = filters.get("until", [])
    if len(until) > 1:
        raise ApiError(500, "more than one until filter specified")
    has = imageviews.matcher(filters.get("label", []))
    has_not = imageviews.matcher(filters["label!"]) if filters.get("label!") else None

    def wanted(image: Image) -> bool:
        labels = dict(image.labels())
        return has(labels) and not (has_not and has_not(labels))

    done = removal.prune(hold, unused=dangling is False, until="".join(until), wanted=wanted)
    return answer({"ImagesDeleted": done.records or None, "SpaceReclaimed": done.reclaimed})


def _told(hold: Hold, image: Image, wish: _Wish) -> dict[str, Any] | None:
    """Return the summary of an image, None if it is not asked for."""
    if not wish.is_wanted(image):
        return None
    names = hold.images.references(image.image_id)
    if wish.patterns:
        names = [name for name in names if any(matches(x, name) for x in wish.patterns)]
    if names:
        has_tag = any(not name.digest for name in names)
        is_hidden = wish.dangling is True and has_tag
        return None if is_hidden else imageviews.summary(hold, image, names)
    is_step = bool(hold.images.children(image.image_id))
    is_hidden = is_step and (wish.dangling is True or not wish.has_steps)
    if is_hidden or wish.dangling is False or wish.patterns:
        return None
    return imageviews.nameless(imageviews.summary(hold, image, []))


def _chosen(hold: Hold, filters: dict[str, list[str]]) -> Callable[[Image], bool]:
    """Return a test of age and labels.

    Raises:
        ApiError: 404 or 400, an image that the age is compared with is not there.
    """
    before = [_created(hold.images.find(name)) for name in filters.get("before", [])][-1:]
    since = [_created(hold.images.find(name)) for name in filters.get("since", [])][-1:]
    has = imageviews.matcher(filters.get("label", []))

    def test(image: Image) -> bool:
        if before and _created(image) >= before[0]:
            return False
        if since and _created(image) <= since[0]:
            return False
        return has(dict(image.labels())) if "label" in filters else True

    return test


def _created(image: Image) -> int:
    return nanoseconds(str(image.parsed().get("created")))


def _check_names(filters: dict[str, list[str]], known: Collection[str]) -> None:
    for name in filters:
        if name not in known:
            raise ApiError(400, f"Invalid filter '{name}'")


def _dangling(filters: dict[str, list[str]], words: dict[str, bool]) -> bool | None:
    """Return what the filter `dangling` says; None if it says nothing.

    Raises:
        ApiError: 400, it is no such word.
    """
    said = filters.get("dangling")
    if not said:
        return None
    if len(said) > 1 or said[0] not in words:
        raise ApiError(400, f"Invalid filter 'dangling=[{' '.join(said)}]'")
    return words[said[0]]


def _new_name(repository: str, tag: str) -> Reference:
    """Return the name that an image shall get.

    Raises:
        ApiError: 500, it is malformed; 400, no image may have it. As in 20.10.
    """
    try:
        name = parse(repository)
    except ApiError as error:
        raise ApiError(500, error.message) from error
    if tag:
        if not _TAG.fullmatch(tag):
            raise ApiError(500, "invalid tag format")
        name = Reference(name.repository, tag)
    if name.digest:
        raise ApiError(400, "refusing to create a tag with a digest reference")
    if name.repository == f"{HUB}/library/sha256":
        raise ApiError(400, "refusing to create an ambiguous tag using digest algorithm as name")
    return name
