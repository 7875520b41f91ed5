"""Two outcomes compared: what differs, and what the list of differences says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.contract.differences import DIFFERENCES, Difference
from tests.contract.observation import Observation, differing


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a scenario's outcome on an Engine compares with the practice engine's."""

    unlisted: dict[str, tuple[str | None, str | None]]
    """`step aspect` → (ours, theirs)."""
    listed: dict[str, frozenset[Difference]]
    """`step aspect` → the entries that speak of it."""


def judge(label: str, scenario: str, ours: Observation, theirs: Observation) -> Verdict:
    """Compare two outcomes of a scenario; `label` says which Engine the second is of."""
    unlisted, listed = {}, {}
    for key, (mine, other) in differing(ours, theirs).items():
        entries = frozenset(
            entry
            for entry in DIFFERENCES
            if label in entry.engines and entry.fits(f"{scenario}: {key}", mine, other)
        )
        if entries:
            listed[key] = entries
        else:
            unlisted[key] = (mine, other)
    return Verdict(unlisted, listed)


def unused(label: str, verdicts: Iterable[Verdict]) -> list[Difference]:
    """Return the entries for an Engine that no difference fits any more."""
    used = {entry for each in verdicts for entries in each.listed.values() for entry in entries}
    return [entry for entry in DIFFERENCES if label in entry.engines and entry not in used]


def told(unlisted: dict[str, tuple[str | None, str | None]]) -> str:
    """Return differences as lines for a person."""
    lines = []
    for key, (ours, theirs) in unlisted.items():
        lines += [f"  {key}", f"    practice: {ours}", f"    engine:   {theirs}"]
    return "\n".join(lines)
