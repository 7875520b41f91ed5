"""What inspect told of containers, and how it grows old. Pure."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from tui.store.events import ContainersInspected, ContainersTouched
from tui.store.state import State


def inspected(event: ContainersInspected, state: State) -> State:
    """Note what came; containers that are no longer there are dropped."""
    there = {item.container_id for item in state.containers}
    kept = {
        container_id: details
        for container_id, details in state.inspected.items()
        if container_id in there
    }
    new = {details.container_id: details for details in event.details}
    counts = {one: state.touched.get(one, 0) for one in (*kept, *new)}
    return replace(
        state,
        inspected=MappingProxyType({**kept, **new}),
        touched=MappingProxyType(counts),
    )


def touched(event: ContainersTouched, state: State) -> State:
    """Count what happened to containers that somebody looked at; others are of no interest."""
    known = event.container_ids & state.inspected.keys()
    if not known:
        return state
    counts = {one: state.touched.get(one, 0) + 1 for one in known}
    return replace(state, touched=MappingProxyType({**state.touched, **counts}))
