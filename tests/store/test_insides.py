"""What inspect told of containers: kept while they are there, counted when something happens."""

from __future__ import annotations

from tui.model.container import ContainerSummary
from tui.model.containerdetails import ContainerDetails
from tui.model.engine import Endpoint
from tui.store import events, insides
from tui.store.reduce import reduce
from tui.store.state import EMPTY, State

ONE, TWO = ContainerDetails("1", "one"), ContainerDetails("2", "two")


def after(*told: events.Event, state: State = EMPTY) -> State:
    for event in told:
        state = reduce(event, state)
    return state


def listed(*ids: str) -> events.ContainersListed:
    return events.ContainersListed(tuple(ContainerSummary(one, one, "x", "x") for one in ids))


def test_several_are_kept_by_their_ids() -> None:
    state = after(
        listed("1", "2"), insides.ContainersInspected((ONE,)), insides.ContainersInspected((TWO,))
    )
    assert dict(state.inside.inspected) == {"1": ONE, "2": TWO}


def test_those_that_vanished_are_dropped_with_the_next_reading() -> None:
    state = after(listed("1", "2"), insides.ContainersInspected((ONE, TWO)), listed("2"))
    state = after(insides.ContainersInspected((TWO,)), state=state)
    assert dict(state.inside.inspected) == {"2": TWO}
    assert dict(state.inside.touched) == {"2": 0}


def test_only_what_was_looked_at_is_counted() -> None:
    state = after(insides.ContainersInspected((ONE,)))
    assert after(insides.ContainersTouched(frozenset({"2"})), state=state) is state
    touched = insides.ContainersTouched(frozenset({"1", "2"}))
    assert dict(after(touched, touched, state=state).inside.touched) == {"1": 2}


def test_a_reading_forgets_no_touch_that_came_meanwhile() -> None:
    touched = insides.ContainersTouched(frozenset({"1"}))
    read = insides.ContainersInspected((ONE,))
    assert after(read, touched, read).inside.touched["1"] == 1


def test_another_engine_forgets_all_of_it() -> None:
    chosen = events.EndpointChosen(Endpoint("unix:///other", "--host"))
    state = after(insides.ContainersInspected((ONE,)), chosen)
    assert not state.inside.inspected
    assert not state.inside.touched
