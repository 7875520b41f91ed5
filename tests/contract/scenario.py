"""A scenario: a named sequence of calls, to be made on any Engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.contract.bench import Bench, Refused
from tests.contract.observation import Observation

Play = Callable[[Bench], None]

STORES: Final = ("classic", "containerd", "podman")


@dataclass(frozen=True, slots=True)
class Scenario:
    """What to do, and on which Engines it makes sense."""

    name: str
    play: Play
    stores: tuple[str, ...] = STORES


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario's outcome on one Engine."""

    seen: Observation
    calls: dict[str, str]
    """Step → call."""


SCENARIOS: Final[dict[str, Scenario]] = {}
"""All of them, by name, in the order of the modules."""


def scenario(*stores: str) -> Callable[[Play], Play]:
    """Return a decorator that adds a function to the scenarios, for these stores or all."""

    def add(play: Play) -> Play:
        SCENARIOS[play.__name__] = Scenario(play.__name__, play, stores or STORES)
        return play

    return add


def perform(scenario: Scenario, bench: Bench) -> Played:
    """Play a scenario to its end and clean up; a breakdown half-way is part of what is seen."""
    _note_breakdown(bench, "broke down", scenario.play)
    _note_breakdown(bench, "could not be cleaned up", Bench.clean)
    return Played(bench.notes.seen, bench.calls)


def _note_breakdown(bench: Bench, key: str, step: Play) -> None:
    try:
        step(bench)
    except (Refused, OSError, LookupError, ValueError, TypeError, AssertionError) as error:
        bench.notes.note(key, f"{type(error).__name__}: {error}")
