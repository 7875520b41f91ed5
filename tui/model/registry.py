"""What registries and Docker Hub tell: repositories, tags, platforms, and how they compare."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple

from tui.model.image import EMPTY_DETAILS, ImageDetails

UNKNOWN_BYTES: Final = -1
"""A size that nobody told."""

_NUMBERS: Final = re.compile(r"([0-9]+)")


def natural_order(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Return what sorts tags as people count: 1.9 before 1.10."""
    parts = _NUMBERS.split(name)
    return tuple((not at % 2, int(part) if at % 2 else 0, part) for at, part in enumerate(parts))


class Badge(StrEnum):
    """Why Docker Hub trusts a publisher."""

    NONE = ""
    OFFICIAL = "official"
    VERIFIED = "verified"
    OPEN_SOURCE = "open source"


class Answerer(StrEnum):
    """Who answered a question about Docker Hub or a registry."""

    HUB = "Docker Hub's API"
    ENGINE = "the Engine"
    INDEX = "Docker's index"
    REGISTRY = "the registry"


class Quota(NamedTuple):
    """How many requests or pulls are left, where that was told."""

    limit: int = 0
    """0 = not known, or no limit."""
    remaining: int = 0
    seconds: int = 0
    """The window that the limit is for."""
    who: str = ""
    """An address, or an account's ID: whom the limit is for."""


NO_QUOTA: Final = Quota()


class RemotePlatform(NamedTuple):
    """One image of a tag: that for one platform."""

    platform: str
    """`os/architecture[/variant]`."""
    digest: str = ""
    """Of its manifest."""
    size: int = UNKNOWN_BYTES
    """Bytes of its layers as they are downloaded."""


class RemoteTag(NamedTuple):
    """A tag in a registry; what is not known yet is empty."""

    name: str
    digest: str = ""
    """Of its manifest or index: what `docker pull` prints and RepoDigests keeps."""
    updated: int = 0
    """Seconds of the epoch: when it was pushed (Docker Hub), or its image made (registries)."""
    size: int = UNKNOWN_BYTES
    """Bytes of the layers for the Engine's platform, as they are downloaded."""
    platforms: tuple[RemotePlatform, ...] = ()
    trouble: str = ""
    """Why nothing more is known of it; empty where that was not tried, or went well."""

    @property
    def is_known(self) -> bool:
        """Whether more than its name is known, or cannot be."""
        return bool(self.digest or self.trouble)


class TagList(NamedTuple):
    """The tags of a repository, as far as they were read."""

    repository: str = ""
    """In its familiar form: `nginx`, `host:5000/app`."""
    tags: tuple[RemoteTag, ...] = ()
    total: int = 0
    """How many there are, as far as that was told."""
    is_whole: bool = True
    """Whether these are all."""
    note: str = ""
    """Why they are not all, or where else they come from: a sentence."""
    answered_by: str = Answerer.REGISTRY
    quota: Quota = NO_QUOTA
    """Pulls that are left."""

    def with_tags(self, tags: tuple[RemoteTag, ...]) -> tuple[RemoteTag, ...]:
        """Return the tags with what is newly known of some."""
        known = {tag.name: tag for tag in tags}
        return tuple(known.get(tag.name, tag) for tag in self.tags)


NO_TAGS: Final = TagList()


class RemoteBlob(NamedTuple):
    """One layer of an image in a registry, as it is downloaded."""

    digest: str
    """Empty where Docker Hub does not tell it."""
    size: int
    created_by: str = ""


class TagDetails(NamedTuple):
    """One tag, opened: its platforms, and the layers of one of them."""

    reference: str = ""
    tag: RemoteTag = RemoteTag("")
    media_type: str = ""
    platform: RemotePlatform = RemotePlatform("")
    """The one whose layers these are."""
    layers: tuple[RemoteBlob, ...] = ()
    config: ImageDetails = EMPTY_DETAILS
    """Nothing on Docker Hub: reading it would count as a pull."""


NO_TAG: Final = TagDetails()


class HubRepository(NamedTuple):
    """A repository's page on Docker Hub."""

    name: str = ""
    description: str = ""
    text: str = ""
    """The long description as plain text."""
    stars: int = 0
    pulls: int = 0
    updated: int = 0
    """Seconds of the epoch; so is the next."""
    registered: int = 0
    categories: tuple[str, ...] = ()
    status: str = ""
    """`active`, `inactive`, ...; empty where it was not told."""
    is_private: bool = False
    quota: Quota = NO_QUOTA
    """Requests to the API that are left."""


NO_REPOSITORY: Final = HubRepository()


class RepositoryList(NamedTuple):
    """The repositories of a registry, or why it does not tell them."""

    host: str = ""
    names: tuple[str, ...] = ()
    """Without the host."""
    is_whole: bool = True
    is_told: bool = True
    """False where the registry does not list what it has."""
    why: str = ""
    """What it said then."""


NO_CATALOG: Final = RepositoryList()


class Deletion(NamedTuple):
    """What deleting a tag means: its digest goes, and all tags of that digest with it."""

    repository: str = ""
    tag: str = ""
    digest: str = ""
    tags: tuple[str, ...] = ()
    """All tags that are known to be of this digest."""
    unchecked: int = 0
    """Tags of which that is not known."""


NO_DELETION: Final = Deletion()


class Verdict(StrEnum):
    """How an image here stands to the tag in its registry."""

    CURRENT = "up to date"
    MOVED = "moved"
    GONE = "gone"
    UNKNOWN = "cannot tell"


class Comparison(NamedTuple):
    """One name of an image here, compared with its registry."""

    reference: str
    image_id: str
    verdict: Verdict
    here: str = ""
    """The digest here."""
    there: str = ""
    """The digest there."""
    why: str = ""
    """Why it is gone, or cannot be told."""
    answered_by: str = Answerer.REGISTRY
