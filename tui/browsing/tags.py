"""The tags of a repository, and what is behind one: by Docker Hub's API, or by a registry's own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from tui.browsing.ways import Ways, in_parallel
from tui.i18n import _
from tui.model.reference import HUB, ImageReference
from tui.model.registry import (
    NO_QUOTA,
    Answerer,
    Deletion,
    Quota,
    RemoteBlob,
    RemotePlatform,
    RemoteTag,
    TagDetails,
    TagList,
    natural_order,
)
from tui.registry.client import RegistryClient
from tui.registry.errors import (
    EndOfPages,
    HubBlocked,
    HubBusy,
    LoginRefused,
    NoPlatform,
    NotThere,
    RegistryError,
    TagMoved,
    Unreachable,
)
from tui.registry.hub import HubClient, preview_reference, pull_quota
from tui.registry.hubwire import HubImage
from tui.registry.listing import tag_pages
from tui.registry.remote import RemoteImage, image_of, platforms_of

HUB_PAGES: Final = 10
"""Pages of 100 tags that are read at once; `name` finds the others."""

CHECKED_MAX: Final = 2_000
"""Tags whose digest is asked for before one is deleted."""

Check = Callable[[], None]
"""Raises when nobody wants the answer any more."""


def read_tags(
    ways: Ways, reference: ImageReference, *, name: str = "", platform: str = "", anew: bool = False
) -> Iterator[TagList]:
    """Yield the tags of a repository as far as they are read; each value has all before it.

    Docker Hub's are those pushed last first. Of registries, which keep no order, the highest
    version comes first.

    Args:
        ways: The ways to where it is.
        reference: Which repository.
        name: Only tags with this in their name.
        platform: The one whose size is told, where that costs nothing.
        anew: Do without kept answers.

    Raises:
        RegistryError: there is no such repository, or it cannot be asked for.
    """
    if reference.domain != HUB:
        yield from _by_registry(ways, reference, name)
        return
    seen = False
    try:
        for told in _by_hub(ways.hub(anew=anew), reference, name, platform):
            seen = True
            yield told
    except (EndOfPages, HubBlocked, HubBusy, LoginRefused, NotThere, Unreachable) as error:
        if seen:
            raise  # and else its registry may tell more to who is logged in
        try:
            for names in _by_registry(ways, reference, name):
                yield names._replace(note=f"{error.title} {error.detail}".strip())
        except RegistryError:
            raise error from None


def _by_hub(
    hub: HubClient, reference: ImageReference, name: str, platform: str
) -> Iterator[TagList]:
    told = TagList(reference.repository, answered_by=Answerer.HUB)
    pages = hub.tag_pages(reference.path, name=name, platform=platform)
    number = 0
    while True:
        try:
            page = next(pages, None)
        except EndOfPages as end:
            if not number:
                raise
            yield told._replace(is_whole=False, note=end.title)
            return
        if page is None:
            break
        number += 1
        tags = (*told.tags, *page.tags)
        told = told._replace(tags=tags, total=page.total, is_whole=len(tags) >= page.total)
        yield told
        if number >= HUB_PAGES:
            return
    if not number:
        yield told


def _by_registry(ways: Ways, reference: ImageReference, name: str) -> Iterator[TagList]:
    told = TagList(reference.repository, is_whole=False)
    for page in tag_pages(ways.registry(reference)):
        if told.tags:  # the last page comes in order alone, or the cursor would be carried away
            yield told
        tags = (*told.tags, *(RemoteTag(tag) for tag in page if name in tag))
        told = told._replace(tags=tags, total=len(tags))
    tags = tuple(sorted(told.tags, key=lambda tag: natural_order(tag.name), reverse=True))
    yield told._replace(tags=tags, is_whole=True)


def pulls_left(ways: Ways) -> Quota:
    """Return how many pulls Docker Hub still allows; nothing where that cannot be had."""
    try:
        return pull_quota(ways.registry(preview_reference()))
    except RegistryError:
        return NO_QUOTA


def read_tag_facts(
    ways: Ways, reference: ImageReference, names: Iterable[str], platform: str, check: Check
) -> Iterator[RemoteTag]:
    """Yield what is to be known of some tags, in their order; each may have its own trouble.

    Raises:
        Unreachable: the registry does not answer.
    """
    if reference.domain == HUB:
        hub = ways.hub()
        for name in names:
            check()
            yield _troubled(name, lambda name: hub.tag(reference.path, name, platform=platform))
        return
    own = threading.local()

    def read(name: str) -> RemoteTag:
        if not hasattr(own, "client"):
            own.client = ways.registry(reference)
        return _troubled(name, lambda name: _tag_of(own.client, name, platform))

    yield from in_parallel(read, names, check)


def _troubled(name: str, read: Callable[[str], RemoteTag]) -> RemoteTag:
    try:
        return read(name)
    except Unreachable:
        raise
    except RegistryError as error:
        return RemoteTag(name, trouble=f"{error.title} {error.detail}".strip())


def _tag_of(client: RegistryClient, name: str, platform: str) -> RemoteTag:
    """Return a tag by its manifest and config: date and size are of one platform's image."""
    found = client.manifest(name)
    platforms = platforms_of(found)
    try:
        image = image_of(client, found, platform)
    except NoPlatform:
        return RemoteTag(name, found.digest, platforms=platforms)
    return _tag(name, found.digest, platforms, image)


def _tag(
    name: str, digest: str, platforms: tuple[RemotePlatform, ...], image: RemoteImage
) -> RemoteTag:
    own = RemotePlatform(image.details.platform, image.digest, image.size)
    sized = tuple(own if one.digest == image.digest else one for one in platforms) or (own,)
    return RemoteTag(name, digest, _seconds(image.details.created), image.size, sized)


def read_tag(ways: Ways, reference: ImageReference, platform: str) -> TagDetails:
    """Return everything of one tag, of its image for a platform: nothing of it is pulled.

    Raises:
        RegistryError: there is none, or none for this platform.
    """
    if reference.domain == HUB:
        return _hub_details(ways.hub(), reference, platform)
    client = ways.registry(reference)
    name = reference.digest or reference.tag_or_default
    found = client.manifest(name)
    platforms = platforms_of(found)
    image = image_of(client, found, platform)
    layers = tuple(RemoteBlob(one.digest, one.size, one.created_by) for one in image.layers)
    tag = _tag(name, found.digest, platforms, image)
    own = next(one for one in tag.platforms if one.digest == image.digest)
    return TagDetails(str(reference), tag, found.media_type, own, layers, image.details)


def _hub_details(hub: HubClient, reference: ImageReference, platform: str) -> TagDetails:
    """Return a tag by Docker Hub's API, which knows layers but no config."""
    name = reference.tag_or_default
    tag = hub.tag(reference.path, name, platform=platform)
    every = hub.images(reference.path, name)
    image = _fitting(every, platform)
    if image is None:
        raise NoPlatform(", ".join(one.platform.platform for one in every))
    return TagDetails(str(reference), tag, "", image.platform, image.layers)


def _fitting(every: tuple[HubImage, ...], platform: str) -> HubImage | None:
    if not platform:
        return next(iter(every), None)
    exact = (one for one in every if one.platform.platform == platform)
    near = (one for one in every if one.platform.platform.startswith(f"{platform}/"))
    return next(exact, next(near, None))


def plan_deletion(
    ways: Ways, reference: ImageReference, check: Check, tell: Callable[[int, int], None]
) -> Deletion:
    """Find out what deleting a tag would take: every tag of its digest.

    Args:
        ways: The ways to the registry.
        reference: Which tag.
        check: Raises when nobody wants the answer any more.
        tell: Takes how many tags of how many were compared.

    Raises:
        RegistryError: there is no such tag, or it cannot be asked for.
    """
    client = ways.registry(reference)
    digest = digest_of_tag(client, reference.tag)
    every = [name for page in tag_pages(client) for name in page if name != reference.tag]
    own = threading.local()

    def head(name: str) -> tuple[str, str]:
        if not hasattr(own, "client"):
            own.client = ways.registry(reference)
        try:
            return name, own.client.head(name).digest
        except NotThere:
            return name, "gone"

    same = [reference.tag]
    for number, (name, found) in enumerate(in_parallel(head, every[:CHECKED_MAX], check), 1):
        tell(number, len(every))
        if found == digest:
            same.append(name)
    unchecked = max(len(every) - CHECKED_MAX, 0)
    return Deletion(reference.repository, reference.tag, digest, tuple(sorted(same)), unchecked)


def delete(client: RegistryClient, deletion: Deletion) -> None:
    """Delete what a plan named, if it still is what the tag means.

    Raises:
        TagMoved: it is not.
        RegistryError: the registry refuses.
    """
    found = digest_of_tag(client, deletion.tag)
    if found != deletion.digest:
        raise TagMoved(_("{tag} is {digest} now").format(tag=deletion.tag, digest=found))
    client.delete(deletion.digest)


def digest_of_tag(client: RegistryClient, tag: str) -> str:
    """Return a tag's digest; where a registry does not tell it, of the manifest itself.

    On Docker Hub that would be a pull, but the Hub always tells.
    """
    return client.head(tag).digest or client.manifest(tag).digest


def _seconds(text: str) -> int:
    """Return a time of RFC 3339 as seconds of the epoch; 0 where it is none."""
    try:
        return max(int(datetime.fromisoformat(text).timestamp()), 0)
    except (ValueError, OverflowError, OSError):
        return 0
