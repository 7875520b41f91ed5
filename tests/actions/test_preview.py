"""The choice of a removal, and the memo for the marks' line."""

from __future__ import annotations

import pytest

from tests.actions.test_selection import KEY_A1, KEY_A2, KEY_B, A, B, state_after
from tui.actions.preview import MarkedRemoval, RemovalChoice, inventory_of, preview_removal
from tui.actions.selection import EMPTY_SELECTION, select
from tui.model.image import HistoryStep, ImageDetails, ImageFacts
from tui.model.removal import RemovalTarget
from tui.store import events
from tui.store.reduce import reduce
from tui.store.state import EMPTY, Pane, State

FACTS = tuple(
    ImageFacts(
        ImageDetails(image.image_id, diff_ids=(f"sha256:{image.image_id[-1] * 64}",)),
        (HistoryStep(0, "x", size),),
    )
    for image, size in ((A, 100), (B, 10))
)
MARKS = frozenset({KEY_A1, KEY_B})


def marked(*more: events.Event, marks: frozenset[str] = MARKS) -> State:
    return state_after(
        events.ContainersListed(()),
        events.FactsRead(FACTS),
        events.MarksSet(Pane.IMAGES, marks),
        *more,
    )


def choice(state: State, **switches: bool) -> RemovalChoice:
    return RemovalChoice(select(state, Pane.IMAGES), **switches)


def test_names_are_taken_or_whole_images_each_once() -> None:
    state = marked(marks=frozenset({KEY_A1, KEY_A2, KEY_B}))
    inventory = inventory_of(state)
    assert choice(state).targets(inventory) == (
        RemovalTarget("sha256:a", "a:1"),
        RemovalTarget("sha256:a", "a:2"),
        RemovalTarget("sha256:b"),
    )
    assert choice(state, whole=True).targets(inventory) == (
        RemovalTarget("sha256:a"),
        RemovalTarget("sha256:b"),
    )


@pytest.mark.parametrize(
    ("unused", "ids"), [(False, {"sha256:b"}), (True, {"sha256:a", "sha256:b"})]
)
def test_a_prune_looks_at_the_engine_not_at_the_marks(unused: bool, ids: set[str]) -> None:
    state = marked(marks=frozenset())
    pruned = RemovalChoice(EMPTY_SELECTION, prune=True, unused=unused)
    assert {target.image_id for target in pruned.targets(inventory_of(state))} == ids


def test_a_preview_tells_bytes_or_what_has_to_be_read_first() -> None:
    state = marked()
    plan = preview_removal(state, choice(state)).plan
    assert (plan.freed_min, plan.freed_max) == (10, 10)
    whole = preview_removal(state, choice(state, whole=True)).plan
    assert whole.freed_min == 110
    unread = state_after(events.MarksSet(Pane.IMAGES, MARKS))
    assert preview_removal(unread, choice(unread)).missing == ("sha256:a", "sha256:b")


def test_nothing_chosen_needs_nothing() -> None:
    preview = preview_removal(EMPTY, RemovalChoice(EMPTY_SELECTION))
    assert not preview.plan.targets
    assert not preview.missing


def test_the_marks_line_is_worked_out_again_only_when_its_parts_change() -> None:
    memo = MarkedRemoval()
    state = marked()
    first = memo.of(state)
    assert first.plan.freed_min == 10
    unrelated = (
        events.CursorMoved(Pane.IMAGES, KEY_A2),
        events.FilterSet(Pane.IMAGES, "x"),
        events.SortSet(Pane.IMAGES, "name"),
        events.SearchStarted("t"),
        events.AllContainersToggled(),
    )
    for event in unrelated:
        state = reduce(event, state)
        assert memo.of(state) is first


@pytest.mark.parametrize(
    ("event", "freed"),
    [
        (events.MarksSet(Pane.IMAGES, frozenset({KEY_A1, KEY_A2, KEY_B})), 110),
        (events.MarksSet(Pane.IMAGES, frozenset()), 0),
        (events.ImagesListed((A,)), 0),
    ],
)
def test_the_marks_line_follows_what_changed(event: events.Event, freed: int) -> None:
    memo = MarkedRemoval()
    state = marked()
    assert memo.of(state).plan.freed_min == 10
    assert memo.of(reduce(event, state)).plan.freed_min == freed


def test_without_marks_the_line_is_empty_whatever_the_cursor_is_on() -> None:
    state = marked(events.CursorMoved(Pane.IMAGES, KEY_B), marks=frozenset())
    assert not MarkedRemoval().of(state).plan.targets
