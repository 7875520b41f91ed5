"""The whole state of the app as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tui.model.container import ContainerSummary
from tui.model.engine import NO_ENDPOINT, NO_ENGINE, NO_GAUGE, DiskGauge, Endpoint, EngineInfo
from tui.model.filediff import NO_DIFF, FileDiff
from tui.model.filetext import NO_TEXT, FileText
from tui.model.image import ImageFacts, ImageSummary, SearchResult
from tui.model.job import Job
from tui.model.loadplan import NO_LOAD_PLAN, LoadPlan
from tui.model.ownregistry import NO_OWN_REGISTRY, OwnRegistry
from tui.model.pullplan import NO_PULL_PLAN, PullPlan
from tui.model.sendplan import NO_SEND_PLAN, SendPlan
from tui.model.walk import NO_WALK, Walk
from tui.store.browsing import NOTHING_BROWSED, Browsed
from tui.store.insides import NOTHING_INSIDE, Inside

if TYPE_CHECKING:  # not part of a start
    from tui.contents.comparing import ComparedImages
    from tui.contents.image import ListedImage
    from tui.contents.source import Offer
    from tui.credentials.login import Account
    from tui.model.mirrors import MirrorProbe, Mirrors


class Pane(StrEnum):
    """The four panes, in the order of their number keys."""

    IMAGES = "images"
    CONTAINERS = "containers"
    HUB = "hub"
    LAYERS = "layers"


class Phase(StrEnum):
    """Where the connection to the Engine stands."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    """It was there and went; orlop tries again by itself."""
    FAILED = "failed"
    """It was not there; orlop tries again by itself."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error as a person needs it: what, what to do, what the Engine said."""

    title: str = ""
    remedy: str = ""
    detail: str = ""


NO_TROUBLE: Final = Trouble()


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """Which Engine, and whether it answers."""

    phase: Phase = Phase.CONNECTING
    endpoint: Endpoint = NO_ENDPOINT
    trouble: Trouble = NO_TROUBLE
    attempts: int = 0
    """Tries since the last success."""


@dataclass(frozen=True, slots=True)
class ListView:
    """How one list is looked at: filter, order, marks, cursor."""

    filter: str = ""
    sort: str = ""
    """Key of the column; empty = the list's own order."""
    descending: bool = False
    marks: frozenset[str] = frozenset()
    """Keys of marked rows; they stay when a filter hides them."""
    cursor: str = ""
    """Key of the row under the cursor."""


@dataclass(frozen=True, slots=True)
class SearchState:
    """The last search and what it found."""

    term: str = ""
    results: tuple[SearchResult, ...] = ()
    answered_by: str = ""
    """An `Answerer`."""
    is_running: bool = False
    trouble: Trouble = NO_TROUBLE


@dataclass(frozen=True, slots=True)
class Contents:
    """The image whose files are looked at, as far as they have been read."""

    image: ListedImage
    offers: tuple[Offer, ...] = ()
    """What its files could be read from, the best first."""


@dataclass(frozen=True, slots=True)
class Logins:
    """The logins to registries, without their secrets."""

    accounts: tuple[Account, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    """Why some of them cannot be told."""
    registries: tuple[str, ...] = ()
    """Registries that the Engine is set to trust."""
    are_known: bool = False
    """False until they were read."""


NO_FACTS: Final[Mapping[str, ImageFacts]] = MappingProxyType({})
NO_PROBES: Final[Mapping[str, MirrorProbe]] = MappingProxyType({})
DEFAULT_VIEWS: Final[Mapping[Pane, ListView]] = MappingProxyType(
    {
        Pane.IMAGES: ListView(sort="created", descending=True),
        Pane.CONTAINERS: ListView(),
        Pane.HUB: ListView(),
        Pane.LAYERS: ListView(),
    }
)


@dataclass(frozen=True, slots=True)
class State:
    """Everything the screens show."""

    connection: ConnectionState = ConnectionState()
    engine: EngineInfo = NO_ENGINE
    gauge: DiskGauge = NO_GAUGE
    images: tuple[ImageSummary, ...] = ()
    """Every image, untagged parents included."""
    images_known: bool = False
    """False until the first list came: an empty pane then says so."""
    containers: tuple[ContainerSummary, ...] = ()
    containers_known: bool = False
    facts: Mapping[str, ImageFacts] = field(default_factory=lambda: NO_FACTS)
    """What inspect and history told, by image ID; never grows old."""
    contents: Contents | None = None
    """Of one image only: half a million files take a quarter of a gigabyte."""
    file_text: FileText = NO_TEXT
    """The file that was read last."""
    file_diff: FileDiff = NO_DIFF
    """The file that was compared last."""
    asked: tuple[Offer, ...] = ()
    """What the user was to choose from last."""
    compared: ComparedImages | None = None
    """The two images that were compared last."""
    walk: Walk = NO_WALK
    """The last way to the disk that was found."""
    own_registry: OwnRegistry = NO_OWN_REGISTRY
    """The user's own registry, as it was read last."""
    pull_plan: PullPlan = NO_PULL_PLAN
    """What the pull that was looked at last would fetch."""
    load_plan: LoadPlan = NO_LOAD_PLAN
    """What loading the archive that was looked at last would do."""
    send_plan: SendPlan = NO_SEND_PLAN
    """What the sending that was looked at last would do."""
    logins: Logins = Logins()
    mirrors: Mirrors | None = None
    """None until they were read."""
    probes: Mapping[str, MirrorProbe] = field(default_factory=lambda: NO_PROBES)
    """What became of testing mirrors, by their addresses as the Engine tells them."""
    search: SearchState = SearchState()
    inside: Inside = NOTHING_INSIDE
    """What is known of containers beyond their list."""
    browsed: Browsed = NOTHING_BROWSED
    """What was looked up in registries."""
    jobs: tuple[Job, ...] = ()
    """Oldest first."""
    views: Mapping[Pane, ListView] = field(default_factory=lambda: DEFAULT_VIEWS)
    all_containers: bool = True
    """Whether stopped containers are shown."""
    show_figures: bool = False
    """Whether what containers use stands in their list."""
    last_docker: str = ""
    """The docker command line of the last action."""

    def view(self, pane: Pane) -> ListView:
        """How `pane` is looked at."""
        return self.views[pane]

    def with_view(self, pane: Pane, view: ListView) -> State:
        """Return the state with `pane` looked at as `view` says."""
        if view == self.views[pane]:
            return self
        return replace(self, views=MappingProxyType({**self.views, pane: view}))


EMPTY: Final = State()
