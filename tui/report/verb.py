"""A verb on the command line: how its action is made, and how its end is told.

Light on purpose: the command line is understood before anything that takes time is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.i18n import _

if TYPE_CHECKING:
    from tui.actions.action import Action
    from tui.actions.dispatcher import Ending
    from tui.store.state import State

Given = Mapping[str, Any]
"""What was typed, by the names of argparse."""


class Unusable(ValueError):
    """What was typed makes no action; `str()` is the sentence that says why."""


def may_change(*, read_only: bool) -> None:
    """Go on, but not with --read-only.

    Raises:
        Unusable: with it.
    """
    if read_only:
        raise Unusable(_("This changes something: not with --read-only."))


@dataclass(frozen=True, slots=True)
class Told:
    """How a verb ended, as lines for a person and as a document for a program."""

    lines: tuple[str, ...] = ()
    document: object = None
    code: int = 0
    """The exit code; 1 where something was refused or found wanting."""


def _summary(ending: Ending, _state: State) -> Told:
    """Tell the sentence that a handler ends with, and what became of each target."""
    from tui.report.doing import told_of

    return told_of(ending)


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb; the functions import what they need when they are called."""

    make: Callable[[Given], Action]
    """Raises `Unusable` (or another ValueError) where what was typed will not do."""
    tell: Callable[[Ending, State], Told] = _summary
    """Takes how the handler ended and the state that its events made."""
    then: Callable[[Action, State], Action | None] | None = None
    """Takes the action and the state when all was told; what shall be done next, if anything."""
    changes: bool = True
    """Whether it changes anything on the Engine or in a registry: not with --read-only."""


@dataclass(frozen=True, slots=True)
class Doing:
    """An action that the command line asks for."""

    action: Action
    tell: Callable[[Ending, State], Told] = _summary
    then: Callable[[Action, State], Action | None] | None = None
    json: bool = False
