"""The outcomes of all scenarios on one Engine, kept in a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import tests.contract.scenarios  # noqa: F401  they fill SCENARIOS
from tests.contract.scenario import SCENARIOS, Played
from tests.contract.site import Site
from tests.contract.verdict import Verdict, judge

RECORDED: Final = Path(__file__).with_name("docker-20.10.json")
"""What Docker 20.10 did: so the practice engine is held to it where there is no Engine."""


@dataclass(frozen=True, slots=True)
class Recording:
    """Scenario → outcome, for those that suit the Engine."""

    label: str
    played: dict[str, Played]


def play_all(site: Site) -> Recording:
    """Play every scenario that suits an Engine."""
    suit = [each for each in SCENARIOS.values() if site.store in each.stores]
    return Recording(site.label, {each.name: site.play(each) for each in suit})


def compare(ours: Recording, theirs: Recording) -> dict[str, Verdict]:
    """Judge each scenario that was played on the other Engine."""
    return {
        name: judge(theirs.label, name, ours.played[name].seen, played.seen)
        for name, played in theirs.played.items()
    }


def save(recording: Recording, path: Path) -> None:
    """Write a recording."""
    path.parent.mkdir(parents=True, exist_ok=True)
    played = {
        name: {"calls": each.calls, "seen": each.seen} for name, each in recording.played.items()
    }
    whole = {"label": recording.label, "played": played}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=0) + "\n")


def load(path: Path) -> Recording:
    """Read a recording."""
    whole = json.loads(path.read_text())
    played = {name: Played(each["seen"], each["calls"]) for name, each in whole["played"].items()}
    return Recording(whole["label"], played)
