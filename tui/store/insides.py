"""What is known of containers beyond their list: a part of the state, and what changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from tui.model.commit import NO_CHANGES, NOT_COMMITTED, Committed, ContainerChanges
from tui.model.folder import NO_FOLDERS, Folder, Folders
from tui.model.replacing import NOTHING_REPLACED, Replacing

if TYPE_CHECKING:  # not part of a start
    from tui.contents.changes import ContainerDiff
    from tui.contents.changesizes import SizesBook
    from tui.engine.console import Console
    from tui.logs.book import LogBook
    from tui.model.containerdetails import ContainerDetails
    from tui.model.resources import Resources
    from tui.model.stats import Processes
    from tui.store.statsbook import StatsBook


@dataclass(frozen=True, slots=True)
class OpenLog:
    """The logs that are read now. The book grows by itself: a line is no event."""

    container_ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """What these are called; a line's `source` counts in both."""
    book: LogBook | None = None
    """The newest lines."""
    earlier: LogBook | None = None
    """Lines from before those, where somebody went back."""


NO_LOG: Final = OpenLog()
NOT_INSPECTED: Final[Mapping[str, ContainerDetails]] = MappingProxyType({})
NOT_TOUCHED: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Inside:
    """What was looked into last, one of each kind; and what containers were made and run."""

    inspected: Mapping[str, ContainerDetails] = field(default_factory=lambda: NOT_INSPECTED)
    """The containers that were inspected, by ID, as they were then."""
    touched: Mapping[str, int] = field(default_factory=lambda: NOT_TOUCHED)
    """How often something happened to them since."""
    changes: ContainerChanges = NO_CHANGES
    """Of the container whose changes were counted last."""
    diff: ContainerDiff | None = None
    """What the container that is looked at has changed, as far as it has been read."""
    sizes: SizesBook | None = None
    """How large that is, as it comes. The book grows by itself: a size is no event."""
    committed: Committed = NOT_COMMITTED
    """The image that was made last of a container."""
    folders: Folders = NO_FOLDERS
    """Of the container whose files are looked at."""
    replacing: Replacing = NOTHING_REPLACED
    """What the copy into a container that was asked for last would replace."""
    log: OpenLog = NO_LOG
    """The logs that were opened last."""
    stats: StatsBook | None = None
    """What containers use, as it was read last. The book grows by itself: a sample is no event."""
    processes: Processes | None = None
    """Of the container whose processes were read last."""
    resources: tuple[Resources, ...] = ()
    """What the containers may use whose limits were asked for last."""
    console: Console | None = None
    """What asked for the terminal last."""
    networks: tuple[str, ...] = ()
    """Names of the Engine's networks, as they were read last."""
    ran: str = ""
    """ID of the container that was run last."""


NOTHING_INSIDE: Final = Inside()


class ContainersInspected(NamedTuple):
    """Everything of some containers came."""

    details: tuple[ContainerDetails, ...]


class ContainersTouched(NamedTuple):
    """Something happened to containers: what inspect tells of them may be another."""

    container_ids: frozenset[str]


class ProcessesRead(NamedTuple):
    """The processes of a container were read."""

    processes: Processes


class ResourcesRead(NamedTuple):
    """What containers may use was read."""

    resources: tuple[Resources, ...]


class LogOpened(NamedTuple):
    """Logs are read; what was read of others goes."""

    log: OpenLog


class EarlierLogRead(NamedTuple):
    """What a container wrote before was read."""

    container_id: str
    book: LogBook


class StatsOpened(NamedTuple):
    """What containers use is read; what was read before goes."""

    stats: StatsBook


class DiffRead(NamedTuple):
    """What a container has changed was read, or more of it; None: nobody looks any more."""

    diff: ContainerDiff | None
    book: SizesBook | None = None
    """What is known of the sizes meanwhile."""


class FolderRead(NamedTuple):
    """A folder of a container was read."""

    folder: Folder


class ReplacingAsked(NamedTuple):
    """A copy into a container would replace files: the user has to agree."""

    replacing: Replacing


class ChangesRead(NamedTuple):
    """What a container has of its own was counted."""

    changes: ContainerChanges


class ContainerCommitted(NamedTuple):
    """An image was made of a container."""

    committed: Committed


class NetworksRead(NamedTuple):
    """The names of the Engine's networks were read."""

    names: tuple[str, ...]


class ContainerRan(NamedTuple):
    """A container was made of an image, and started if that could be."""

    container_id: str


class ConsoleOpened(NamedTuple):
    """A program of a container wants the terminal."""

    console: Console


InsideEvent = (
    ContainersInspected
    | ContainersTouched
    | ProcessesRead
    | ResourcesRead
    | LogOpened
    | EarlierLogRead
    | StatsOpened
    | DiffRead
    | FolderRead
    | ReplacingAsked
    | ChangesRead
    | ContainerCommitted
    | NetworksRead
    | ContainerRan
    | ConsoleOpened
)


def inside(event: InsideEvent, now: Inside, there: frozenset[str]) -> Inside:
    """Return what is known after an event; `there` are the IDs of the containers. Pure."""
    match event:
        case ContainersInspected(details):
            return _inspected(details, now, there)
        case ContainersTouched(container_ids):
            return _touched(container_ids, now)
        case EarlierLogRead(container_id, book):
            is_open = now.log.container_ids == (container_id,)
            return replace(now, log=replace(now.log, earlier=book)) if is_open else now
        case FolderRead(folder):
            return replace(now, folders=now.folders.with_folder(folder))
        case DiffRead(diff, book):
            return replace(now, diff=diff, sizes=book)
        case ChangesRead(changes):
            return replace(now, changes=changes)
        case ContainerCommitted(committed):
            return replace(now, committed=committed)
        case ReplacingAsked(replacing):
            return replace(now, replacing=replacing)
    return _opened(event, now)


def _opened(
    event: LogOpened
    | StatsOpened
    | ProcessesRead
    | ResourcesRead
    | ConsoleOpened
    | NetworksRead
    | ContainerRan,
    now: Inside,
) -> Inside:
    match event:
        case LogOpened(log):
            return replace(now, log=log)
        case StatsOpened(stats):
            return replace(now, stats=stats)
        case ProcessesRead(processes):
            return replace(now, processes=processes)
        case ResourcesRead(resources):
            return replace(now, resources=resources)
        case ConsoleOpened(console):
            return replace(now, console=console)
        case NetworksRead(names):
            return replace(now, networks=names)
        case ContainerRan(container_id):
            return replace(now, ran=container_id)


def _inspected(details: tuple[ContainerDetails, ...], now: Inside, there: frozenset[str]) -> Inside:
    """Note what came; containers that are no longer there are dropped."""
    kept = {one: known for one, known in now.inspected.items() if one in there}
    new = {one.container_id: one for one in details}
    counts = {one: now.touched.get(one, 0) for one in (*kept, *new)}
    inspected = MappingProxyType({**kept, **new})
    return replace(now, inspected=inspected, touched=MappingProxyType(counts))


def _touched(container_ids: frozenset[str], now: Inside) -> Inside:
    """Count what happened to containers that somebody looked at; others are of no interest."""
    known = container_ids & now.inspected.keys()
    if not known:
        return now
    counts = {one: now.touched.get(one, 0) + 1 for one in known}
    return replace(now, touched=MappingProxyType({**now.touched, **counts}))
