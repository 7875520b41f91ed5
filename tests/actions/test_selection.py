"""What an action works on: marks before cursor, hidden ones too."""

from __future__ import annotations

from tui.actions.selection import EMPTY_SELECTION, select, under_cursor
from tui.model.container import ContainerState, ContainerSummary
from tui.model.image import ImageSummary, SearchResult
from tui.model.removal import RemovalTarget
from tui.store import events
from tui.store.reduce import image_row_key, reduce
from tui.store.state import EMPTY, Pane, State

A = ImageSummary("sha256:a", tags=("a:1", "a:2"))
B = ImageSummary("sha256:b")
UP = ContainerSummary("c1", "web", "a:1", "sha256:a", state=ContainerState.RUNNING)
DOWN = ContainerSummary("c2", "old", "a:1", "sha256:a", state=ContainerState.EXITED)
KEY_A1, KEY_A2, KEY_B = (
    image_row_key(*row) for row in (("sha256:a", "a:1"), ("sha256:a", "a:2"), ("sha256:b", ""))
)


def state_after(*told: events.Event) -> State:
    state = EMPTY
    for event in (
        events.ImagesListed((A, B)),
        events.ContainersListed((UP, DOWN)),
        *told,
    ):
        state = reduce(event, state)
    return state


def test_without_marks_it_is_the_row_of_the_cursor() -> None:
    selection = select(state_after(events.CursorMoved(Pane.IMAGES, KEY_A2)), Pane.IMAGES)
    assert [row.reference for row in selection.images] == ["a:2"]
    assert not selection.is_marked


def test_marks_come_before_the_cursor_and_count_when_a_filter_hides_them() -> None:
    state = state_after(
        events.CursorMoved(Pane.IMAGES, KEY_A2),
        events.MarksSet(Pane.IMAGES, frozenset({KEY_A1, KEY_B})),
        events.FilterSet(Pane.IMAGES, "nothing"),
    )
    selection = select(state, Pane.IMAGES)
    assert selection.is_marked
    assert selection.removal_targets == (
        RemovalTarget("sha256:a", "a:1"),
        RemovalTarget("sha256:b"),
    )
    assert [row.key for row in under_cursor(state, Pane.IMAGES).images] == [KEY_A2]


def test_the_layers_are_those_of_the_image() -> None:
    state = state_after(events.CursorMoved(Pane.IMAGES, KEY_B))
    selection = select(state, Pane.LAYERS)
    assert selection.pane is Pane.LAYERS
    assert [row.key for row in selection.images] == [KEY_B]


def test_marked_containers_count_when_stopped_ones_are_hidden() -> None:
    hidden = state_after(events.AllContainersToggled(), events.CursorMoved(Pane.CONTAINERS, "c2"))
    assert select(hidden, Pane.CONTAINERS).is_empty
    marked = reduce(events.MarksSet(Pane.CONTAINERS, frozenset({"c1", "c2"})), hidden)
    targets = select(marked, Pane.CONTAINERS).container_targets
    assert [target.name for target in targets] == ["web", "old"]


def test_a_result_of_the_search() -> None:
    results = (
        SearchResult("x", "", 1, is_official=False),
        SearchResult("y", "", 1, is_official=False),
    )
    state = state_after(
        events.SearchStarted("t"),
        events.SearchEnded("t", results),
        events.CursorMoved(Pane.HUB, "y"),
    )
    assert select(state, Pane.HUB).results == under_cursor(state, Pane.HUB).results == results[1:]


def test_nothing_is_selected_in_empty_lists() -> None:
    for pane in Pane:
        assert select(EMPTY, pane).is_empty
        assert under_cursor(EMPTY, pane).is_empty
    assert EMPTY_SELECTION.is_empty
