"""What was looked up in registries: one part of the state, its events, and how they change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from tui.model.registry import (
    NO_CATALOG,
    NO_DELETION,
    NO_REPOSITORY,
    NO_TAG,
    NO_TAGS,
    Comparison,
    Deletion,
    HubRepository,
    Quota,
    RemoteTag,
    RepositoryList,
    TagDetails,
    TagList,
)


@dataclass(frozen=True, slots=True)
class Browsed:
    """What was looked up last, one of each kind."""

    tags: TagList = NO_TAGS
    tag: TagDetails = NO_TAG
    repository: HubRepository = NO_REPOSITORY
    catalog: RepositoryList = NO_CATALOG
    deletion: Deletion = NO_DELETION
    comparisons: tuple[Comparison, ...] = ()
    compared: int = 0
    """Which comparing they are of: screens tell theirs from an older one."""


NOTHING_BROWSED: Final = Browsed()


class TagsListed(NamedTuple):
    """The tags of a repository came, or more of them."""

    tags: TagList
    anew: bool = False
    """Whether what was known of them is to be forgotten."""


class TagFactsRead(NamedTuple):
    """More is known of some tags."""

    repository: str
    tags: tuple[RemoteTag, ...]


class PullsLeftTold(NamedTuple):
    """Docker Hub told how many pulls are left."""

    repository: str
    quota: Quota


class TagOpened(NamedTuple):
    """Everything of one tag came."""

    details: TagDetails


class RepositoryOpened(NamedTuple):
    """A repository's page on Docker Hub came."""

    repository: HubRepository


class RepositoriesListed(NamedTuple):
    """The repositories of a registry came, or that it does not tell them."""

    catalog: RepositoryList


class DeletionPlanned(NamedTuple):
    """What deleting a tag would take is known."""

    deletion: Deletion


class TagsDeleted(NamedTuple):
    """A digest was deleted, and these tags with it."""

    deletion: Deletion


class ComparingBegun(NamedTuple):
    """Names are about to be compared with their registries; the number tells one from another."""

    number: int


class NamesCompared(NamedTuple):
    """Some more names were compared."""

    number: int
    comparisons: tuple[Comparison, ...]


BrowseEvent = (
    TagsListed
    | TagFactsRead
    | PullsLeftTold
    | TagOpened
    | RepositoryOpened
    | RepositoriesListed
    | DeletionPlanned
    | TagsDeleted
    | ComparingBegun
    | NamesCompared
)


def browsed(event: BrowseEvent, now: Browsed) -> Browsed:
    """Return what was looked up, after an event. Pure."""
    match event:
        case TagsListed() | TagFactsRead() | PullsLeftTold() | TagsDeleted():
            tags = _tags(event, now.tags)
            return now if tags is now.tags else replace(now, tags=tags)
        case TagOpened(details):
            return replace(now, tag=details)
        case RepositoryOpened(repository):
            return replace(now, repository=repository)
        case RepositoriesListed(catalog):
            return replace(now, catalog=catalog)
        case DeletionPlanned(deletion):
            return replace(now, deletion=deletion)
        case ComparingBegun(number):
            return replace(now, comparisons=(), compared=number)
        case NamesCompared(number, comparisons) if number == now.compared:
            return replace(now, comparisons=(*now.comparisons, *comparisons))
    return now


def _tags(event: TagsListed | TagFactsRead | PullsLeftTold | TagsDeleted, now: TagList) -> TagList:
    """Return the tags after an event; what is told of another repository's comes too late."""
    match event:
        case TagsListed(tags, anew):
            return tags if anew else _with_known(tags, now)
        case TagFactsRead(repository, found) if repository == now.repository:
            return now._replace(tags=now.with_tags(found))
        case PullsLeftTold(repository, quota) if repository == now.repository:
            return now._replace(quota=quota)
        case TagsDeleted(deletion):
            return _without(now, deletion)
    return now


def _with_known(tags: TagList, before: TagList) -> TagList:
    """Return a list while it grows, with what was already known of its tags."""
    if tags.repository != before.repository:
        return tags
    known = {tag.name: tag for tag in before.tags if tag.is_known}
    kept = tuple(tag if tag.is_known else known.get(tag.name, tag) for tag in tags.tags)
    return tags._replace(tags=kept, quota=before.quota)


def _without(tags: TagList, deletion: Deletion) -> TagList:
    if tags.repository != deletion.repository:
        return tags
    gone = frozenset(deletion.tags)
    kept = tuple(tag for tag in tags.tags if tag.name not in gone and tag.digest != deletion.digest)
    return tags._replace(tags=kept, total=max(tags.total - len(tags.tags) + len(kept), 0))
