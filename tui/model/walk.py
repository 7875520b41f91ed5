"""The path walk: where an image or a container lies on the Engine's disk, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Facts = tuple[tuple[str, str], ...]
"""Label and value; values come from outside."""


@dataclass(frozen=True, slots=True)
class WalkStep:
    """One step: a file or folder, what it tells, and how a shell shows the same."""

    title: str
    explanation: str
    path: str = ""
    """The file or folder; empty where the step is a calculation, or nobody knows."""
    read: bool = False
    """Whether orlop read it itself; else the facts are what the Engine tells."""
    facts: Facts = ()
    shell: str = ""
    """The line that shows the same; empty where there is none."""
    output: str = ""
    """What that line writes; empty where that is not known."""
    error: str = ""
    """Why it was not read, or what is wrong with it; a sentence."""
    layer: int = 0
    """The layer it is about, 1 is the bottom; 0 for none."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The walk to an image or a container."""

    name: str
    target_id: str
    store: str
    """A value of `StoreKind`."""
    host: str = ""
    """The Engine's host; empty for this machine."""
    steps: tuple[WalkStep, ...] = ()
    is_container: bool = False


NO_WALK: Final = Walk("", "", "")
