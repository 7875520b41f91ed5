"""`reduce(state, event)`: the only place where the state changes. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import singledispatch
from types import MappingProxyType
from typing import Final

from tui.model.container import UNKNOWN_SIZE
from tui.model.image import ImageSummary
from tui.model.job import Job, JobState
from tui.store import events
from tui.store.browsing import BrowseEvent, browsed
from tui.store.insides import InsideEvent, inside
from tui.store.state import EMPTY, ConnectionState, Logins, Pane, Phase, SearchState, State

HISTORY_MAX: Final = 200
"""Ended jobs that are kept for the history."""

FIGURE_COLUMNS: Final = frozenset({"cpu", "memory", "pids", "net", "block"})
"""Columns of the containers that are there while figures are shown."""

DESCENDING_FIRST: Final = frozenset(
    {"created", "size", "used", "layers", "stars", "pulls", "size_rw"} | FIGURE_COLUMNS
)
"""Columns whose largest value is the interesting one."""


@singledispatch
def reduce(event: events.Event, state: State) -> State:
    """Return the state after `event`."""
    raise TypeError(f"{type(event).__name__} does not change {type(state).__name__}")


@reduce.register
def _(event: events.EndpointChosen, state: State) -> State:
    views = {
        pane: replace(view, marks=frozenset(), cursor="") for pane, view in state.views.items()
    }
    return replace(
        EMPTY,
        connection=ConnectionState(endpoint=event.endpoint),
        jobs=state.jobs,
        views=MappingProxyType(views),
        all_containers=state.all_containers,
        show_figures=state.show_figures,
    )


@reduce.register
def _(event: events.ConnectionChanged, state: State) -> State:
    attempts = 0 if event.phase is Phase.CONNECTED else state.connection.attempts + 1
    connection = replace(
        state.connection, phase=event.phase, trouble=event.trouble, attempts=attempts
    )
    return replace(state, connection=connection)


@reduce.register
def _(event: events.EngineTold, state: State) -> State:
    return replace(state, engine=event.engine)


@reduce.register
def _(event: events.GaugeRead, state: State) -> State:
    return state if event.gauge == state.gauge else replace(state, gauge=event.gauge)


@reduce.register
def _(event: events.ImagesListed, state: State) -> State:
    if state.images_known and event.images == state.images:
        return state
    state = replace(state, images=event.images, images_known=True)
    return _without_lost_marks(state, Pane.IMAGES, frozenset(_row_keys(event.images)))


@reduce.register
def _(event: events.ContainersListed, state: State) -> State:
    known = {item.container_id: item.size_rw for item in state.containers}
    containers = tuple(
        replace(item, size_rw=known.get(item.container_id, UNKNOWN_SIZE))
        if item.size_rw == UNKNOWN_SIZE
        else item
        for item in event.containers
    )
    if state.containers_known and containers == state.containers:
        return state
    state = replace(state, containers=containers, containers_known=True)
    keys = frozenset(item.container_id for item in containers)
    return _without_lost_marks(state, Pane.CONTAINERS, keys)


@reduce.register
def _(event: events.ContainerSizesRead, state: State) -> State:
    containers = tuple(
        replace(item, size_rw=event.sizes.get(item.container_id, item.size_rw))
        for item in state.containers
    )
    return replace(state, containers=containers)


@reduce.register
def _(event: events.FactsRead, state: State) -> State:
    new = {item.details.image_id: item for item in event.facts}
    return replace(state, facts=MappingProxyType({**state.facts, **new}))


@reduce.register
def _(event: events.ContentsOpened, state: State) -> State:
    return replace(state, contents=event.contents)


@reduce.register
def _(event: events.LayersListed, state: State) -> State:
    contents = state.contents
    if contents is None or contents.image.image_id != event.image_id:
        return state
    image = contents.image.with_layers(event.layers)
    return replace(state, contents=replace(contents, image=image))


@reduce.register
def _(event: events.FileRead, state: State) -> State:
    return replace(state, file_text=event.text)


@reduce.register
def _(event: events.FileDiffed, state: State) -> State:
    return replace(state, file_diff=event.diff)


@reduce.register
def _(event: events.ImagesCompared, state: State) -> State:
    return replace(state, compared=event.compared)


@reduce.register
def _(event: events.SourceAsked, state: State) -> State:
    return replace(state, asked=event.offers)


@reduce.register
def _(event: events.Walked, state: State) -> State:
    return replace(state, walk=event.walk)


@reduce.register
def _(event: events.AccountsListed, state: State) -> State:
    logins = Logins(event.accounts, event.troubles, event.registries, are_known=True)
    return replace(state, logins=logins)


@reduce.register
def _(event: events.OwnRegistryRead, state: State) -> State:
    return replace(state, own_registry=event.own)


@reduce.register
def _(event: events.PullPlanned, state: State) -> State:
    return replace(state, pull_plan=event.plan)


@reduce.register
def _(event: events.LoadPlanned, state: State) -> State:
    return replace(state, load_plan=event.plan)


@reduce.register
def _(event: events.SendPlanned, state: State) -> State:
    return replace(state, send_plan=event.plan)


@reduce.register
def _(event: events.MirrorsRead, state: State) -> State:
    return replace(state, mirrors=event.mirrors)


@reduce.register
def _(event: events.MirrorProbed, state: State) -> State:
    probes = MappingProxyType({**state.probes, event.probe.mirror: event.probe})
    return replace(state, probes=probes)


@reduce.register
def _(event: events.SearchStarted, state: State) -> State:
    return replace(state, search=replace(state.search, term=event.term, is_running=True))


@reduce.register
def _(event: events.SearchEnded, state: State) -> State:
    if event.term != state.search.term:
        return state
    found = SearchState(term=event.term, results=event.results, answered_by=event.answered_by)
    return replace(state, search=found)


@reduce.register
def _(event: events.SearchFailed, state: State) -> State:
    if event.term != state.search.term:
        return state
    return replace(state, search=SearchState(term=event.term, trouble=event.trouble))


@reduce.register
def _(event: InsideEvent, state: State) -> State:
    there = frozenset(item.container_id for item in state.containers)
    now = inside(event, state.inside, there)
    return state if now is state.inside else replace(state, inside=now)


@reduce.register
def _(event: BrowseEvent, state: State) -> State:
    now = browsed(event, state.browsed)
    return state if now is state.browsed else replace(state, browsed=now)


@reduce.register
def _(event: events.JobQueued, state: State) -> State:
    ended = [job.job_id for job in state.jobs if job.state.is_final]
    dropped = frozenset(ended[: max(0, len(ended) - HISTORY_MAX)])
    jobs = tuple(job for job in state.jobs if job.job_id not in dropped)
    last_docker = event.job.docker if not event.job.quiet else ""
    return replace(state, jobs=(*jobs, event.job), last_docker=last_docker or state.last_docker)


@reduce.register
def _(event: events.JobStarted, state: State) -> State:
    return _with_job(
        state,
        event.job_id,
        lambda job: replace(
            job,
            state=JobState.RUNNING if job.state is JobState.QUEUED else job.state,
            started_at=event.at,
        ),
    )


@reduce.register
def _(event: events.JobProgressed, state: State) -> State:
    return _with_job(state, event.job_id, lambda job: replace(job, progress=event.progress))


@reduce.register
def _(event: events.JobCancelRequested, state: State) -> State:
    return _with_job(state, event.job_id, lambda job: replace(job, state=JobState.CANCELLING))


@reduce.register
def _(event: events.JobFinished, state: State) -> State:
    return _end_job(
        state,
        event.job_id,
        lambda job: replace(
            job,
            state=JobState.DONE,
            ended_at=event.at,
            summary=event.summary,
            outcomes=event.outcomes,
        ),
    )


@reduce.register
def _(event: events.JobFailed, state: State) -> State:
    return _end_job(
        state,
        event.job_id,
        lambda job: replace(
            job,
            state=JobState.FAILED,
            ended_at=event.at,
            summary=event.trouble.title,
            remedy=" ".join(filter(None, (event.trouble.detail, event.trouble.remedy))),
        ),
    )


@reduce.register
def _(event: events.JobCancelled, state: State) -> State:
    return _end_job(
        state,
        event.job_id,
        lambda job: replace(
            job,
            state=JobState.CANCELLED,
            ended_at=event.at,
            summary=event.summary,
            outcomes=event.outcomes,
        ),
    )


@reduce.register
def _(event: events.FilterSet, state: State) -> State:
    return state.with_view(event.pane, replace(state.view(event.pane), filter=event.text))


@reduce.register
def _(event: events.SortSet, state: State) -> State:
    view = state.view(event.pane)
    descending = event.descending
    if descending is None:
        again = event.column == view.sort
        descending = not view.descending if again else event.column in DESCENDING_FIRST
    return state.with_view(event.pane, replace(view, sort=event.column, descending=descending))


@reduce.register
def _(event: events.MarksSet, state: State) -> State:
    return state.with_view(event.pane, replace(state.view(event.pane), marks=event.marks))


@reduce.register
def _(event: events.CursorMoved, state: State) -> State:
    if event.key == state.view(event.pane).cursor:
        return state
    return state.with_view(event.pane, replace(state.view(event.pane), cursor=event.key))


@reduce.register
def _(_event: events.AllContainersToggled, state: State) -> State:
    return replace(state, all_containers=not state.all_containers)


@reduce.register
def _(_event: events.FiguresToggled, state: State) -> State:
    state = replace(state, show_figures=not state.show_figures)
    view = state.view(Pane.CONTAINERS)
    if state.show_figures or view.sort not in FIGURE_COLUMNS:
        return state
    return state.with_view(Pane.CONTAINERS, replace(view, sort="", descending=False))


def image_row_key(image_id: str, reference: str) -> str:
    """Return the key of an image's row: one row a name, or one for an image without names."""
    return f"{image_id} {reference}"


def _row_keys(images: tuple[ImageSummary, ...]) -> list[str]:
    return [
        image_row_key(image.image_id, reference)
        for image in images
        for reference in row_references(image)
    ]


def row_references(image: ImageSummary) -> tuple[str, ...]:
    """Return the names that get a row each: tags, else digests, else one empty name."""
    return image.tags or image.digests or ("",)


def _without_lost_marks(state: State, pane: Pane, keys: frozenset[str]) -> State:
    view = state.view(pane)
    if view.marks <= keys:
        return state
    return state.with_view(pane, replace(view, marks=view.marks & keys))


def _with_job(state: State, job_id: int, change: Callable[[Job], Job]) -> State:
    """Change one job; a job that has ended stays as it ended."""
    jobs = tuple(
        change(job) if job.job_id == job_id and not job.state.is_final else job
        for job in state.jobs
    )
    return replace(state, jobs=jobs)


def _end_job(state: State, job_id: int, change: Callable[[Job], Job]) -> State:
    """End one job; a quiet one that went well leaves no trace."""
    state = _with_job(state, job_id, change)
    jobs = tuple(
        job
        for job in state.jobs
        if not (job.job_id == job_id and job.quiet and job.state is not JobState.FAILED)
    )
    return replace(state, jobs=jobs)
