"""Removing images as dockerd 20.10 does: names first, then the image, then untagged parents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tui.practice.names import Reference, parse
from tui.practice.times import moment, nanoseconds
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui.practice.hold import Hold
    from tui.practice.images import Image

Records = list[dict[str, str]]
"""What was done: `{"Untagged": reference}` and `{"Deleted": image ID or chain ID}`."""

CONFLICT: Final = 409


class _Conflict(ApiError):
    """An image cannot be deleted, or only by force."""

    def __init__(self, image_id: str, why: str, *, hard: bool = False, used: bool = False) -> None:
        how = "cannot be forced" if hard else "must be forced"
        super().__init__(CONFLICT, f"conflict: unable to delete {short(image_id)} ({how}) - {why}")
        self.used = used


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a prune did."""

    records: Records
    reclaimed: int
    """Bytes of the layers that are gone."""


def remove(hold: Hold, name: str, *, force: bool, prune: bool = True) -> Records:
    """Remove what a name or an ID means: one name, or an image with its layers.

    Args:
        hold: The engine.
        name: A reference, an ID or the beginning of one. By reference only that name goes, unless
            it is the image's last.
        force: Also if stopped containers use it, or several names mean it.
        prune: Also its parents, as far as they have no name, no other child and no container.

    Raises:
        ApiError: 404, there is none; 409, something uses it; nothing has changed then, unless
            names went.
    """
    with hold.lock:
        image = hold.images.find(name)
        names = hold.images.references(image.image_id)
        records: Records = []
        is_quiet = False
        if not _means_id(image.image_id, name):
            _check_reference(hold, image, name, force=force)
            records += _untag(hold, image, parse(name))
            if hold.images.references(image.image_id):
                return records
            is_quiet = True
        elif _is_single(names):
            _check(hold, image, stopped=not force, referenced=False)
            records += _untag_all(hold, image)
        _delete(hold, image, records, force=force, prune=prune, is_quiet=is_quiet)
        return records


def prune(hold: Hold, *, unused: bool, until: str = "", wanted: Callable[[Image], bool]) -> Pruned:
    """Remove the images that have no name, or all that no container uses.

    Args:
        hold: The engine.
        unused: Those with names too, if no container uses them.
        until: Only images made before: a time, or a duration before now.
        wanted: Tells whether an image may go (`label` filters).

    Raises:
        ApiError: 500, `until` is no time.
    """
    try:
        limit = round(moment(until, hold.clock()) * 1e9) if until else None
    except ValueError as error:
        raise ApiError(500, str(error)) from error
    with hold.lock:
        sizes = {layer.chain_id: layer.size for layer in hold.layers.all()}
        records: Records = []
        for image in _prunable(hold, limit):
            names = hold.images.references(image.image_id)
            has_tag = any(not name.digest for name in names)
            if wanted(image) and (unused or not has_tag):
                for name in [name.full for name in names] or [image.image_id]:
                    records += _try(hold, name)
    reclaimed = sum(sizes.get(record.get("Deleted", ""), 0) for record in records)
    hold.events.publish("image", "prune", "", reclaimed=str(reclaimed))
    return Pruned(records, reclaimed)


def tell(hold: Hold, action: str, image_id: str, name: str) -> None:
    """Publish an event of an image, with its labels as long as it is there."""
    labels = hold.images.get(image_id).labels() if image_id in hold.images else {}
    hold.events.publish("image", action, image_id, **{**labels, "name": name})


def short(identifier: str) -> str:
    """Return the beginning of an ID, as Docker shortens it."""
    return identifier.removeprefix("sha256:")[:12]


def _prunable(hold: Hold, limit: int | None) -> list[Image]:
    """Return the images that are no steps of others, and old enough (nanoseconds)."""
    return [
        image
        for image in hold.images.all()
        if (hold.images.references(image.image_id) or not hold.images.children(image.image_id))
        and (limit is None or nanoseconds(str(image.parsed().get("created"))) <= limit)
    ]


def _try(hold: Hold, name: str) -> Records:
    """Remove without force; what is in use, or gone meanwhile, is left as dockerd leaves it."""
    try:
        return remove(hold, name, force=False)
    except ApiError as error:
        if error.status not in {404, CONFLICT}:
            raise
        return []


def _means_id(image_id: str, name: str) -> bool:
    return image_id.startswith(name) or image_id.removeprefix("sha256:").startswith(name)


def _is_single(names: list[Reference]) -> bool:
    """Tell whether an image has at most one tag, and all its names are of one repository."""
    if len(names) <= 1:
        return len(names) == 1
    tags = [name for name in names if not name.digest]
    digests = {name.repository for name in names if name.digest}
    one = tags[0] if tags else names[0]
    return len(tags) <= 1 and digests == {one.repository}


def _check_reference(hold: Hold, image: Image, name: str, *, force: bool) -> None:
    """Refuse to take the last name of an image that a container uses.

    Raises:
        ApiError: 409.
    """
    using = hold.containers.using(image.image_id)
    if using and not force and _is_single(hold.images.references(image.image_id)):
        raise ApiError(
            CONFLICT,
            f'conflict: unable to remove repository reference "{name}" (must force) - container '
            f"{short(using[0].id)} is using its referenced image {short(image.image_id)}",
        )


def _untag(hold: Hold, image: Image, name: Reference) -> Records:
    """Take a name away; with a repository's last tag its digests go too.

    Raises:
        ApiError: 404, it is no name of an image as it is written (tag and digest).
    """
    if name.tag and name.digest:
        raise ApiError(404, "reference does not exist")
    name = name.tagged
    hold.images.untag(name.full)
    tell(hold, "untag", image.image_id, image.image_id)
    records = [{"Untagged": name.familiar}]
    same = [
        other
        for other in hold.images.references(image.image_id)
        if other.repository == name.repository
    ]
    if not name.digest and all(other.digest for other in same):
        for other in same:
            hold.images.untag(other.full)
            records.append({"Untagged": other.familiar})
    return records


def _untag_all(hold: Hold, image: Image) -> Records:
    records: Records = []
    for name in hold.images.references(image.image_id):
        hold.images.untag(name.full)
        tell(hold, "untag", image.image_id, image.image_id)
        records.append({"Untagged": name.familiar})
    return records


def _delete(
    hold: Hold, image: Image, records: Records, *, force: bool, prune: bool, is_quiet: bool
) -> None:
    """Delete an image, and its parents if they are wanted by nobody.

    Args:
        hold: The engine.
        image: The image.
        records: What was done is added to it.
        force: Soft conflicts do not count.
        prune: Go on with the parents.
        is_quiet: A conflict only ends it, unless nothing else refers to the image.

    Raises:
        ApiError: 409.
    """
    while True:
        try:
            _check(hold, image, stopped=not force, referenced=not force)
        except _Conflict as conflict:
            if is_quiet and (conflict.used or not _is_dangling(hold, image)):
                return
            raise
        records += _untag_all(hold, image)
        gone = hold.images.drop(image.image_id)
        tell(hold, "delete", image.image_id, image.image_id)
        records += [{"Deleted": deleted} for deleted in (image.image_id, *gone)]
        if not prune or image.parent not in hold.images:
            return
        image, force, is_quiet = hold.images.get(image.parent), False, True


def _check(hold: Hold, image: Image, *, stopped: bool, referenced: bool) -> None:
    """Refuse to delete what is in use.

    Args:
        hold: The engine.
        image: The image.
        stopped: Stopped containers count.
        referenced: Names count.

    Raises:
        _Conflict: it is.
    """
    image_id = image.image_id
    if hold.images.children(image_id):
        raise _Conflict(image_id, "image has dependent child images", hard=True)
    using = hold.containers.using(image_id)
    running = next((c for c in using if c.state.running or c.state.paused), None)
    if running:
        why = f"image is being used by running container {short(running.id)}"
        raise _Conflict(image_id, why, hard=True, used=True)
    if referenced and hold.images.references(image_id):
        raise _Conflict(image_id, "image is referenced in multiple repositories")
    if stopped and using:
        why = f"image is being used by stopped container {short(using[0].id)}"
        raise _Conflict(image_id, why, used=True)


def _is_dangling(hold: Hold, image: Image) -> bool:
    return not hold.images.references(image.image_id) and not hold.images.children(image.image_id)
