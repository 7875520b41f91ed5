"""What a running job tells: lines, bars of layers, outcomes per target."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class LayerProgress:
    """One line of a pull or a push, as the Engine's stream tells it."""

    layer_id: str
    """First twelve digits of the compressed blob's digest; of a classic push, of the diff ID."""
    status: str
    """The Engine's words: `Downloading`, `Extracting`, `Pull complete`, `Pushing`..."""
    current: int = 0
    """Bytes; of what, the status says."""
    total: int = 0
    """Bytes, 0 when the Engine does not tell."""


@dataclass(frozen=True, slots=True)
class PullNote:
    """A line of a pull or a push that is about the whole image."""

    text: str
    """The Engine's words: `Status: Downloaded newer image for x`."""
    digest: str = ""
    """`sha256:...` when the line tells the digest of what was pulled or pushed."""
    tag: str = ""
    """The tag that was pushed, beside its digest."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job stands. A newer value replaces the older one whole."""

    text: str = ""
    """One sentence: what happens now."""
    done: int = 0
    """Units done: bytes for a pull, targets for a removal."""
    total: int = 0
    """Units in all; 0 = not known (indeterminate)."""
    in_bytes: bool = False
    """Whether `done` and `total` count bytes."""
    speed: float = 0.0
    """Bytes a second, smoothed; 0 = not known."""
    parts: tuple[LayerProgress, ...] = ()
    lines: tuple[str, ...] = ()
    """What happened so far, newest last (`Untagged: ...`, `Deleted: ...`)."""


NO_PROGRESS: Final = Progress()


class Outcome(StrEnum):
    """How one target of a job ended."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TargetOutcome:
    """One target of a job over several: what became of it and why."""

    target: str
    outcome: Outcome
    why: str = ""
