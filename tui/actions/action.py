"""What every verb is: a frozen value that knows the docker command line it equals.

An action says *what* (`values`) and nothing of *how* (`handlers`) or *when* (`dispatcher`).
"""

from __future__ import annotations

import shlex
from typing import Protocol

from tui.i18n import _
from tui.model.text import visible


class Action(Protocol):
    """What the dispatcher needs to know of every action."""

    @property
    def kind(self) -> str:
        """Which handler and which limit apply."""
        ...

    @property
    def title(self) -> str:
        """What it does, for the jobs pane."""
        ...

    @property
    def docker(self) -> str:
        """The docker command line it equals; empty where there is none."""
        ...

    @property
    def targets(self) -> frozenset[str]:
        """What it works on; two jobs with a target in common run one after the other."""
        ...

    @property
    def quiet(self) -> bool:
        """Whether it is a read that the app makes by itself."""
        ...


def docker_line(*words: str) -> str:
    """Return a docker command line that a shell reads as these words."""
    return shlex.join(["docker", *(visible(word) for word in words if word)])


def some_names(names: tuple[str, ...]) -> str:
    """Return the first three names, and how many more there are."""
    shown = ", ".join(visible(name) for name in names[:3])
    more = len(names) - 3
    if more <= 0:
        return shown
    return _("{names} and {count} more").format(names=shown, count=more)
