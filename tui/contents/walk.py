"""The path walk: from a name to the files of each layer, as the training text goes it by hand.

Blocking reads of the data root where this user may; else what the Engine tells.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tui.contents import walk_classic, walk_containerd, walk_containers, walk_podman
from tui.contents.dataroot import NotThere, digits_of
from tui.contents.walkplace import Place, place_of
from tui.engine.wire_disk import disk_place
from tui.i18n import _
from tui.layers.history import stack_of
from tui.model.engine import EngineInfo, StoreKind
from tui.model.image import ImageFacts
from tui.model.walk import Walk, WalkStep

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

_DRIVER: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")

_STORES: Final = {
    StoreKind.CLASSIC: walk_classic.image_steps,
    StoreKind.CONTAINERD: walk_containerd.image_steps,
    StoreKind.PODMAN: walk_podman.image_steps,
}


def walk_image(client: EngineClient, facts: ImageFacts, name: str) -> Walk:
    """Walk to an image of the Engine; asks nothing of the Engine.

    Args:
        client: The Engine.
        facts: Inspect and history of the image.
        name: What it is called.
    """
    info = client.info
    place = place_of(client.endpoint, info)
    image_id = facts.details.image_id
    store = info.capabilities.store
    try:
        _check(place, info, (image_id, *facts.details.diff_ids))
        steps = _STORES[store](place, info, facts, stack_of(facts))
    except NotThere as why:
        steps = (_dead_end(why),)
    return Walk(name, image_id, store, place.host, steps)


def walk_container(client: EngineClient, container: str) -> Walk:
    """Walk to a container: its layer, what that lies on, and what it changed.

    Raises:
        EngineError: as the Engine tells.
    """
    from tui.engine import containers

    told = disk_place(containers.inspect_container(client, container))
    changes = containers.container_changes(client, container)
    info = client.info
    place = place_of(client.endpoint, info)
    try:
        _check(place, info, (told.target_id,))
        steps = walk_containers.container_steps(place, info, told, changes)
    except NotThere as why:
        steps = (_dead_end(why),)
    return Walk(told.name, told.target_id, info.capabilities.store, place.host, steps, True)


def _check(place: Place, info: EngineInfo, digests: tuple[str, ...]) -> None:
    """Make sure that what becomes part of a path can do no harm.

    Raises:
        NotThere: the Engine tells something else.
    """
    for digest in digests:
        digits_of(digest)
    if not place.root.is_absolute() or ".." in place.root.parts:
        raise NotThere(_("The Engine does not tell where its data root is."))
    if not _DRIVER.fullmatch(info.storage_driver):
        raise NotThere(_("The Engine does not tell its storage driver."))


def _dead_end(why: NotThere) -> WalkStep:
    explanation = _("What the Engine tells leads nowhere.")
    return WalkStep(_("The walk ends here"), explanation, error=str(why))
