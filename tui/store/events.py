"""Everything that can change the state, in past participles.

Named tuples rather than dataclasses: these are many, and a dataclass takes ten times as
long to define, which every start would pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from tui.model.container import ContainerSummary
from tui.model.engine import DiskGauge, Endpoint, EngineInfo
from tui.model.filediff import FileDiff
from tui.model.filetext import FileText
from tui.model.image import ImageFacts, ImageSummary, SearchResult
from tui.model.job import Job
from tui.model.loadplan import LoadPlan
from tui.model.ownregistry import OwnRegistry
from tui.model.progress import Progress, TargetOutcome
from tui.model.pullplan import PullPlan
from tui.model.sendplan import SendPlan
from tui.model.walk import Walk
from tui.store.browsing import BrowseEvent
from tui.store.insides import InsideEvent
from tui.store.state import Contents, Pane, Phase, Trouble

if TYPE_CHECKING:
    from tui.contents.comparing import ComparedImages
    from tui.contents.image import ListedLayer
    from tui.contents.source import Offer
    from tui.credentials.login import Account
    from tui.model.mirrors import MirrorProbe, Mirrors


class EndpointChosen(NamedTuple):
    """Another Engine was chosen: what was known of the old one goes."""

    endpoint: Endpoint


class ConnectionChanged(NamedTuple):
    """The connection came, failed or was lost."""

    phase: Phase
    trouble: Trouble


class EngineTold(NamedTuple):
    """Version and info were read."""

    engine: EngineInfo


class GaugeRead(NamedTuple):
    """The data root's file system was measured."""

    gauge: DiskGauge


class ImagesListed(NamedTuple):
    """A whole list of images came."""

    images: tuple[ImageSummary, ...]


class ContainersListed(NamedTuple):
    """A whole list of containers came."""

    containers: tuple[ContainerSummary, ...]


class ContainerSizesRead(NamedTuple):
    """Sizes of writable layers came: container ID → bytes."""

    sizes: Mapping[str, int]


class FactsRead(NamedTuple):
    """Inspect and history of some images came."""

    facts: tuple[ImageFacts, ...]


class ContentsOpened(NamedTuple):
    """The files of another image are looked at; what was read of the last one goes."""

    contents: Contents


class LayersListed(NamedTuple):
    """The files of some layers were read."""

    image_id: str
    layers: tuple[ListedLayer, ...]


class FileRead(NamedTuple):
    """The beginning of a file was read."""

    text: FileText


class FileDiffed(NamedTuple):
    """A file was compared as two layers have it."""

    diff: FileDiff


class ImagesCompared(NamedTuple):
    """Two images were compared, or it turned out what has to be asked first."""

    compared: ComparedImages


class SourceAsked(NamedTuple):
    """Nothing can be read without a cost: the user has to choose."""

    offers: tuple[Offer, ...]


class Walked(NamedTuple):
    """Where an image or a container lies was found."""

    walk: Walk


class OwnRegistryRead(NamedTuple):
    """What runs of the user's own registries, and what it holds, was read."""

    own: OwnRegistry


class PullPlanned(NamedTuple):
    """What a pull would fetch was found out."""

    plan: PullPlan


class LoadPlanned(NamedTuple):
    """What loading an archive would do was found out."""

    plan: LoadPlan


class SendPlanned(NamedTuple):
    """What sending images to another Engine would do was found out."""

    plan: SendPlan


class AccountsListed(NamedTuple):
    """The logins to registries were read, without their secrets."""

    accounts: tuple[Account, ...]
    troubles: tuple[Trouble, ...] = ()
    """Why some of them cannot be told."""
    registries: tuple[str, ...] = ()
    """Registries that the Engine is set to trust."""


class MirrorsRead(NamedTuple):
    """Which mirrors there are was read."""

    mirrors: Mirrors


class MirrorProbed(NamedTuple):
    """One mirror was tested."""

    probe: MirrorProbe


class SearchStarted(NamedTuple):
    """A search was sent."""

    term: str


class SearchEnded(NamedTuple):
    """A search came back."""

    term: str
    results: tuple[SearchResult, ...]
    answered_by: str = ""
    """An `Answerer`."""


class SearchFailed(NamedTuple):
    """A search could not be made."""

    term: str
    trouble: Trouble


class JobQueued(NamedTuple):
    """An action was handed in."""

    job: Job


class JobStarted(NamedTuple):
    """Its handler runs."""

    job_id: int
    at: float


class JobProgressed(NamedTuple):
    """Its handler told where it stands."""

    job_id: int
    progress: Progress


class JobCancelRequested(NamedTuple):
    """The user wants it to stop."""

    job_id: int


class JobFinished(NamedTuple):
    """It did what it could; `outcomes` tell of each target."""

    job_id: int
    at: float
    summary: str
    outcomes: tuple[TargetOutcome, ...] = ()


class JobFailed(NamedTuple):
    """It could not be done."""

    job_id: int
    at: float
    trouble: Trouble


class JobCancelled(NamedTuple):
    """It was stopped."""

    job_id: int
    at: float
    summary: str = ""
    outcomes: tuple[TargetOutcome, ...] = ()


class FilterSet(NamedTuple):
    """The filter of a pane was typed."""

    pane: Pane
    text: str


class SortSet(NamedTuple):
    """A column was chosen to sort by; the same one again turns the order round."""

    pane: Pane
    column: str
    descending: bool | None = None


class MarksSet(NamedTuple):
    """The marks of a pane are now these rows."""

    pane: Pane
    marks: frozenset[str]


class CursorMoved(NamedTuple):
    """The cursor of a pane is on this row (empty: on none)."""

    pane: Pane
    key: str


class AllContainersToggled(NamedTuple):
    """Stopped containers are shown, or hidden again."""


class FiguresToggled(NamedTuple):
    """What containers use is shown in their list, or hidden again."""


Event = (
    EndpointChosen
    | ConnectionChanged
    | EngineTold
    | GaugeRead
    | ImagesListed
    | ContainersListed
    | ContainerSizesRead
    | FactsRead
    | ContentsOpened
    | LayersListed
    | FileRead
    | FileDiffed
    | SourceAsked
    | ImagesCompared
    | Walked
    | OwnRegistryRead
    | PullPlanned
    | LoadPlanned
    | SendPlanned
    | AccountsListed
    | MirrorsRead
    | MirrorProbed
    | SearchStarted
    | SearchEnded
    | SearchFailed
    | JobQueued
    | JobStarted
    | JobProgressed
    | JobCancelRequested
    | JobFinished
    | JobFailed
    | JobCancelled
    | FilterSet
    | SortSet
    | MarksSet
    | CursorMoved
    | AllContainersToggled
    | FiguresToggled
    | BrowseEvent
    | InsideEvent
)
