"""A container run from an image, and the networks that it could be in."""

from __future__ import annotations

import shlex
from typing import NamedTuple

from tui.i18n import _
from tui.model.runspec import RunMode, RunSpec
from tui.model.text import visible


class RunContainer(NamedTuple):
    """Make a container of an image and start it: `docker run`."""

    spec: RunSpec
    quiet: bool = False

    @property
    def kind(self) -> str:
        """One that takes the terminal waits for others that do; one that does not, does not."""
        return "run" if self.spec.mode is RunMode.DETACHED else "run_here"

    @property
    def title(self) -> str:
        """`run nginx:1.27`, `run nginx:1.27 as web`."""
        image = visible(self.spec.image)
        if not self.spec.name:
            return _("run {image}").format(image=image)
        return _("run {image} as {name}").format(image=image, name=visible(self.spec.name))

    @property
    def docker(self) -> str:
        """`docker run -d|-it|--sig-proxy=false [OPTIONS] IMAGE [COMMAND]`."""
        return " ".join(["docker", "run", *(_shell_word(word) for word in self.spec.words)])

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: whatever else is done to the container must not wait for its end."""
        return frozenset()


class ReadNetworks(NamedTuple):
    """Read which networks there are: `docker network ls`."""

    kind: str = "read_networks"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`read the networks`."""
        return _("read the networks")

    @property
    def docker(self) -> str:
        """`docker network ls`."""
        return "docker network ls"

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


def _shell_word(word: str) -> str:
    """Return a word as a shell reads it; one that a terminal would obey as bash's `$'...'`."""
    shown = visible(word)
    if shown == word:
        return shlex.quote(word)
    escaped = "".join(_escaped(char) for char in word)
    return f"$'{escaped}'"


def _escaped(char: str) -> str:
    return f"\\{char}" if char in "\\'" else visible(char)
