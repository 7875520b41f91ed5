"""Each event and what it changes; what must survive it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import cast, get_args

import pytest

from tui.contents.changes import ContainerDiff
from tui.contents.changesizes import SizesBook
from tui.contents.comparing import ComparedImages, Side
from tui.contents.image import ListedImage, ListedLayer
from tui.contents.source import Offer
from tui.engine.console import Console
from tui.logs.book import LogBook
from tui.model.commit import Committed, ContainerChanges
from tui.model.container import UNKNOWN_SIZE, ContainerState, ContainerSummary
from tui.model.containerdetails import ContainerDetails
from tui.model.engine import DiskGauge, Endpoint, EngineInfo
from tui.model.filediff import FileDiff, FileVersion
from tui.model.filetext import FileText
from tui.model.folder import Folder
from tui.model.image import ImageDetails, ImageFacts, ImageSummary, SearchResult
from tui.model.job import Job, JobState
from tui.model.listing import LayerListing, SourceName
from tui.model.loadplan import LoadPlan
from tui.model.mirrors import NO_MIRRORS, MirrorProbe
from tui.model.mirrors import Verdict as MirrorVerdict
from tui.model.ownregistry import OwnRegistry
from tui.model.progress import Outcome, Progress, TargetOutcome
from tui.model.pullplan import PullPlan
from tui.model.registry import (
    Comparison,
    Deletion,
    HubRepository,
    Quota,
    RemoteTag,
    RepositoryList,
    TagDetails,
    TagList,
    Verdict,
)
from tui.model.replacing import Replacing
from tui.model.resources import Resources
from tui.model.sendplan import SendPlan
from tui.model.stats import Processes
from tui.model.walk import Walk
from tui.store import browsing, events, insides
from tui.store.reduce import HISTORY_MAX, image_row_key, reduce
from tui.store.state import (
    EMPTY,
    NO_TROUBLE,
    Contents,
    Pane,
    Phase,
    SearchState,
    State,
    Trouble,
)
from tui.store.statsbook import StatsBook
from tui.store.store import Store

IMAGE_A = ImageSummary("sha256:a", tags=("a:1", "a:2"))
IMAGE_B = ImageSummary("sha256:b")
CONTAINER = ContainerSummary("c1", "web", "a:1", "sha256:a", state=ContainerState.RUNNING)
JOB = Job(1, "pull", "pull a", "docker pull a")
TROUBLE = Trouble("It broke.", "Mend it.", "detail")
LAYER = ListedLayer(1, "sha256:d", "sha256:d", "", LayerListing("sha256:d", ""))
UNREAD = ListedImage("a:1", "sha256:a", "", (LAYER,))
ENDPOINT = Endpoint("unix:///other", "--host")
KEY_A1, KEY_A2 = (image_row_key("sha256:a", tag) for tag in IMAGE_A.tags)
KEY_B = image_row_key("sha256:b", "")


def after(*told: events.Event, state: State = EMPTY) -> State:
    for event in told:
        state = reduce(event, state)
    return state


def _jobs(state: State) -> dict[int, Job]:
    return {job.job_id: job for job in state.jobs}


IMAGE = ListedImage("demo:1", "sha256:a", "", ())
NO_LISTING = LayerListing("", "")
DIFF = ContainerDiff("c1", "web", NO_LISTING, NO_LISTING)
CONSOLE = cast(Console, "a program that wants the terminal")
EXAMPLES: tuple[events.Event, ...] = (
    insides.FolderRead(Folder("c", b"/etc")),
    insides.ReplacingAsked(Replacing("c", (b"/etc/hosts",))),
    events.EndpointChosen(ENDPOINT),
    events.ConnectionChanged(Phase.FAILED, TROUBLE),
    events.EngineTold(EngineInfo(name="e")),
    events.GaugeRead(DiskGauge(1, 2, 1)),
    events.ImagesListed((IMAGE_A,)),
    events.ContainersListed((CONTAINER,)),
    events.ContainerSizesRead({"c1": 5}),
    insides.ContainersInspected((ContainerDetails("c1", raw="{}"),)),
    insides.ContainersTouched(frozenset({"c1"})),
    events.FactsRead((ImageFacts(ImageDetails("sha256:a")),)),
    events.ContentsOpened(Contents(UNREAD)),
    events.LayersListed("sha256:a", UNREAD.layers),
    events.ImagesCompared(ComparedImages((Side("a", "a"), Side("b", "b")), (IMAGE, IMAGE))),
    events.SourceAsked((Offer(SourceName.STREAM, cost="much"),)),
    events.FileDiffed(FileDiff(b"x", FileVersion("1", b"x"), FileVersion("2", b"x"))),
    events.FileRead(FileText("sha256:a", 1, b"x", b"text")),
    events.Walked(Walk("a:1", "sha256:a", "classic")),
    events.MirrorsRead(NO_MIRRORS),
    events.MirrorProbed(MirrorProbe("https://a/", "hello-world", MirrorVerdict.FINE)),
    events.SearchStarted("x"),
    events.SearchEnded("x", ()),
    events.SearchFailed("x", TROUBLE),
    events.JobQueued(JOB),
    events.JobStarted(1, 1.0),
    events.JobProgressed(1, Progress("now")),
    events.JobCancelRequested(1),
    events.JobFinished(1, 2.0, "done"),
    events.JobFailed(1, 2.0, TROUBLE),
    events.JobCancelled(1, 2.0),
    events.FilterSet(Pane.IMAGES, "x"),
    events.SortSet(Pane.IMAGES, "size"),
    events.MarksSet(Pane.IMAGES, frozenset({"k"})),
    events.CursorMoved(Pane.IMAGES, "k"),
    events.AllContainersToggled(),
    events.FiguresToggled(),
    browsing.TagsListed(TagList("a")),
    browsing.TagFactsRead("a", (RemoteTag("1"),)),
    events.AccountsListed((), (TROUBLE,)),
    insides.ChangesRead(ContainerChanges("c1", added=1)),
    insides.DiffRead(DIFF, SizesBook()),
    insides.ContainerCommitted(Committed("sha256:a")),
    insides.ConsoleOpened(CONSOLE),
    insides.NetworksRead(("bridge",)),
    insides.ContainerRan("c1"),
    insides.LogOpened(insides.OpenLog(("c1",), ("web",), LogBook())),
    insides.EarlierLogRead("c1", LogBook()),
    insides.StatsOpened(StatsBook()),
    insides.ProcessesRead(Processes("c1", ("PID",), (("1",),))),
    insides.ResourcesRead((Resources("c1", "web", memory=1 << 29),)),
    events.OwnRegistryRead(OwnRegistry("/root")),
    events.PullPlanned(PullPlan("a:1", "", (), "", ())),
    events.LoadPlanned(LoadPlan("a.tar", 1, ())),
    events.SendPlanned(SendPlan("far", "Docker", 1, 1, 0, 0, is_thin=False)),
    browsing.PullsLeftTold("a", Quota(100, 1)),
    browsing.TagOpened(TagDetails("a:1")),
    browsing.RepositoryOpened(HubRepository("a")),
    browsing.RepositoriesListed(RepositoryList("host")),
    browsing.DeletionPlanned(Deletion("a", "1")),
    browsing.TagsDeleted(Deletion("a", "1")),
    browsing.ComparingBegun(1),
    browsing.NamesCompared(1, (Comparison("a:1", "sha256:a", Verdict.GONE),)),
)


def test_the_examples_are_all_events() -> None:
    assert {type(event) for event in EXAMPLES} == set(get_args(events.Event))


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_each_event_is_reduced_and_leaves_the_old_state_alone(event: events.Event) -> None:
    whole = after(*(e for e in EXAMPLES if not isinstance(e, events.EndpointChosen)))
    for state in (EMPTY, whole):
        copy = replace(state)
        assert isinstance(reduce(event, state), State)
        assert state == copy


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(TypeError, match="str"):
        reduce("x", EMPTY)  # type: ignore[arg-type]


# Connection


def test_another_endpoint_forgets_the_old_engine_but_not_how_one_looks_at_it() -> None:
    state = after(
        events.ImagesListed((IMAGE_A,)),
        events.EngineTold(EngineInfo(name="old")),
        events.FilterSet(Pane.IMAGES, "a"),
        events.SortSet(Pane.IMAGES, "size"),
        events.MarksSet(Pane.IMAGES, frozenset({KEY_A1})),
        events.CursorMoved(Pane.IMAGES, KEY_A1),
        events.AllContainersToggled(),
        events.FiguresToggled(),
        events.JobQueued(JOB),
        events.EndpointChosen(ENDPOINT),
    )
    view = state.view(Pane.IMAGES)
    assert state.connection.endpoint == ENDPOINT
    assert state.connection.phase is Phase.CONNECTING
    assert (state.images, state.images_known, state.engine.name) == ((), False, "")
    assert (view.filter, view.sort, view.marks, view.cursor) == ("a", "size", frozenset(), "")
    assert not state.all_containers
    assert state.jobs == (JOB,)


def test_attempts_are_counted_until_it_connects() -> None:
    failed = events.ConnectionChanged(Phase.FAILED, TROUBLE)
    state = after(failed, failed, failed)
    assert (state.connection.attempts, state.connection.trouble) == (3, TROUBLE)
    state = after(events.ConnectionChanged(Phase.CONNECTED, NO_TROUBLE), state=state)
    assert (state.connection.attempts, state.connection.trouble) == (0, NO_TROUBLE)


def test_a_lost_connection_keeps_what_is_on_the_screen() -> None:
    before = after(
        events.ImagesListed((IMAGE_A,)),
        events.MarksSet(Pane.IMAGES, frozenset({KEY_A1})),
        events.CursorMoved(Pane.IMAGES, KEY_A2),
    )
    state = after(events.ConnectionChanged(Phase.LOST, TROUBLE), state=before)
    assert (state.images, state.views) == (before.images, before.views)


# Lists


def test_the_same_list_again_is_no_change() -> None:
    state = after(events.ImagesListed((IMAGE_A,)), events.ContainersListed((CONTAINER,)))
    assert after(events.ImagesListed((IMAGE_A,)), state=state) is state
    assert after(events.ContainersListed((CONTAINER,)), state=state) is state


def test_an_empty_list_is_known() -> None:
    state = after(events.ImagesListed(()), events.ContainersListed(()))
    assert state.images_known
    assert state.containers_known


def test_marks_survive_filter_sort_and_refresh() -> None:
    marks = frozenset({KEY_A1, KEY_B})
    state = after(
        events.ImagesListed((IMAGE_A, IMAGE_B)),
        events.MarksSet(Pane.IMAGES, marks),
        events.FilterSet(Pane.IMAGES, "nothing has this"),
        events.SortSet(Pane.IMAGES, "size"),
        events.ImagesListed((IMAGE_B, replace(IMAGE_A, size=7), ImageSummary("sha256:c"))),
    )
    assert state.view(Pane.IMAGES).marks == marks


def test_a_mark_goes_with_its_row_alone() -> None:
    state = after(
        events.ImagesListed((IMAGE_A, IMAGE_B)),
        events.MarksSet(Pane.IMAGES, frozenset({KEY_A1, KEY_A2, KEY_B})),
        events.ImagesListed((replace(IMAGE_A, tags=("a:2",)), IMAGE_B)),
    )
    assert state.view(Pane.IMAGES).marks == {KEY_A2, KEY_B}


def test_a_containers_mark_goes_with_the_container() -> None:
    other = replace(CONTAINER, container_id="c2")
    state = after(
        events.ContainersListed((CONTAINER, other)),
        events.MarksSet(Pane.CONTAINERS, frozenset({"c1", "c2"})),
        events.ContainersListed((replace(CONTAINER, state=ContainerState.EXITED),)),
    )
    assert state.view(Pane.CONTAINERS).marks == {"c1"}


def test_measured_sizes_stay_when_the_list_is_read_again() -> None:
    state = after(
        events.ContainersListed((CONTAINER,)),
        events.ContainerSizesRead({"c1": 4096, "gone": 1}),
        events.ContainersListed((replace(CONTAINER, status="Up 1 second"),)),
    )
    assert [item.size_rw for item in state.containers] == [4096]
    assert CONTAINER.size_rw == UNKNOWN_SIZE


def test_layers_come_to_the_image_that_is_looked_at() -> None:
    read = replace(LAYER, listing=LayerListing("sha256:d", "metadata"))
    state = after(events.ContentsOpened(Contents(UNREAD)), events.LayersListed("sha256:a", (read,)))
    assert state.contents is not None
    assert state.contents.image.layers == (read,)
    assert after(events.LayersListed("sha256:b", (LAYER,)), state=state) is state
    assert after(events.EndpointChosen(ENDPOINT), state=state).contents is None


def test_facts_add_up() -> None:
    one, two = (ImageFacts(ImageDetails(image_id)) for image_id in ("sha256:a", "sha256:b"))
    state = after(events.FactsRead((one,)), events.FactsRead((two,)))
    assert state.facts == {"sha256:a": one, "sha256:b": two}
    assert isinstance(state.facts, MappingProxyType)


# Search


def test_results_belong_to_the_term_that_was_asked_last() -> None:
    result = SearchResult("x", "", 1, is_official=False)
    state = after(
        events.SearchStarted("old"),
        events.SearchStarted("new"),
        events.SearchEnded("old", (result,)),
        events.SearchFailed("old", TROUBLE),
    )
    assert state.search == SearchState(term="new", is_running=True)
    state = after(events.SearchEnded("new", (result,)), state=state)
    assert state.search == SearchState(term="new", results=(result,))


def test_a_failed_search_says_why_and_shows_nothing_old() -> None:
    result = SearchResult("x", "", 1, is_official=False)
    state = after(
        events.SearchStarted("x"),
        events.SearchEnded("x", (result,)),
        events.SearchStarted("y"),
        events.SearchFailed("y", TROUBLE),
    )
    assert state.search == SearchState(term="y", trouble=TROUBLE)


# Jobs


def test_a_job_from_queue_to_end() -> None:
    outcome = TargetOutcome("a", Outcome.DONE)
    state = after(events.JobQueued(JOB))
    assert _jobs(state)[1].state is JobState.QUEUED
    state = after(events.JobStarted(1, 5.0), state=state)
    assert (_jobs(state)[1].state, _jobs(state)[1].started_at) == (JobState.RUNNING, 5.0)
    state = after(events.JobProgressed(1, Progress("now")), state=state)
    assert _jobs(state)[1].progress.text == "now"
    state = after(events.JobFinished(1, 6.0, "done", (outcome,)), state=state)
    job = _jobs(state)[1]
    assert (job.state, job.ended_at, job.summary) == (JobState.DONE, 6.0, "done")
    assert job.outcomes == (outcome,)


def test_a_job_that_is_to_stop_says_so_even_when_it_starts_late() -> None:
    state = after(events.JobQueued(JOB), events.JobCancelRequested(1), events.JobStarted(1, 5.0))
    assert _jobs(state)[1].state is JobState.CANCELLING


def test_a_failed_job_tells_what_and_what_to_do() -> None:
    state = after(events.JobQueued(JOB), events.JobFailed(1, 2.0, TROUBLE))
    job = _jobs(state)[1]
    assert (job.state, job.summary, job.remedy) == (
        JobState.FAILED, "It broke.", "detail Mend it.",
    )  # fmt: skip


ENDINGS: tuple[events.Event, ...] = (
    events.JobFinished(1, 2.0, "done"),
    events.JobFailed(1, 2.0, TROUBLE),
    events.JobCancelled(1, 2.0, "stopped"),
)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda event: type(event).__name__)
def test_a_job_that_has_ended_stays_as_it_ended(ending: events.Event) -> None:
    ended = after(events.JobQueued(JOB), ending)
    late = (
        events.JobStarted(1, 9.0),
        events.JobProgressed(1, Progress("late")),
        events.JobCancelRequested(1),
        *ENDINGS,
    )
    for event in late:
        assert after(event, state=ended).jobs == ended.jobs


def test_a_quiet_job_leaves_no_trace_unless_it_failed() -> None:
    quiet = replace(JOB, quiet=True)
    assert not after(events.JobQueued(quiet), events.JobFinished(1, 1.0, "")).jobs
    assert not after(events.JobQueued(quiet), events.JobCancelled(1, 1.0)).jobs
    assert after(events.JobQueued(quiet), events.JobFailed(1, 1.0, TROUBLE)).jobs


def test_the_history_has_an_end_and_running_jobs_are_not_dropped() -> None:
    state = after(events.JobQueued(replace(JOB, job_id=0)))
    for number in range(1, HISTORY_MAX + 11):
        job = replace(JOB, job_id=number)
        state = after(events.JobQueued(job), events.JobFinished(number, 1.0, ""), state=state)
    ended = [job.job_id for job in state.jobs if job.state.is_final]
    assert len(ended) <= HISTORY_MAX + 1
    assert ended[-1] == HISTORY_MAX + 10
    assert 0 in _jobs(state)


def test_the_last_docker_line_is_that_of_what_the_user_did() -> None:
    read = replace(JOB, job_id=2, quiet=True, docker="docker history x")
    nothing = replace(JOB, job_id=3, docker="")
    state = after(events.JobQueued(JOB), events.JobQueued(read), events.JobQueued(nothing))
    assert state.last_docker == "docker pull a"


# How lists are looked at


@pytest.mark.parametrize(("column", "first"), [("size", True), ("name", False)])
def test_a_column_sorts_the_interesting_way_first_then_turns_round(
    column: str, first: bool
) -> None:
    state = after(events.SortSet(Pane.HUB, column))
    assert (state.view(Pane.HUB).sort, state.view(Pane.HUB).descending) == (column, first)
    state = after(events.SortSet(Pane.HUB, column), state=state)
    assert state.view(Pane.HUB).descending is not first


def test_a_direction_can_be_given() -> None:
    state = after(events.SortSet(Pane.HUB, "name", descending=True))
    assert state.view(Pane.HUB).descending
    assert after(events.SortSet(Pane.HUB, "name", descending=True), state=state) is state


def test_a_pane_changes_alone() -> None:
    state = after(events.FilterSet(Pane.HUB, "x"), events.CursorMoved(Pane.IMAGES, "k"))
    assert [state.view(pane).filter for pane in Pane] == ["", "", "x", ""]
    assert [state.view(pane).cursor for pane in Pane] == ["k", "", "", ""]


def test_containers_are_shown_all_or_only_the_living() -> None:
    state = after(events.AllContainersToggled())
    assert state.all_containers is not EMPTY.all_containers
    assert after(events.AllContainersToggled(), state=state) == EMPTY


# The holder of the state


def test_listeners_hear_of_changes_alone_in_their_order() -> None:
    store = Store()
    heard: list[tuple[str, int, int]] = []
    store.subscribe(lambda old, new: heard.append(("a", len(old.images), len(new.images))))
    end = store.subscribe(lambda old, new: heard.append(("b", len(old.images), len(new.images))))
    store.apply(events.ImagesListed((IMAGE_A,)))
    store.apply(events.ImagesListed((IMAGE_A,)))
    assert heard == [("a", 0, 1), ("b", 0, 1)]
    end()
    store.apply(events.ImagesListed(()))
    assert heard[2:] == [("a", 1, 0)]


def test_a_listener_may_end_its_subscription_while_it_is_told() -> None:
    store = Store()
    heard: list[str] = []
    ends = [store.subscribe(lambda _old, _new: ends[0]())]
    store.subscribe(lambda _old, _new: heard.append("second"))
    store.apply(events.ImagesListed((IMAGE_A,)))
    assert heard == ["second"]
