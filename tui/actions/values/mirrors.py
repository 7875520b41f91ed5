"""What is done with the mirrors of Docker Hub."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from tui.actions.action import docker_line
from tui.i18n import _, ngettext
from tui.mirrors.addresses import without_secret
from tui.model.text import visible

_IN_FORCE = ("info", "--format", "{{json .RegistryConfig.Mirrors}}")
"""The docker command that tells which mirrors the Engine asks."""


class ReadMirrors(NamedTuple):
    """Read which mirrors there are: those in force and those in the file."""

    quiet: bool = True
    kind: str = "read_mirrors"

    @property
    def title(self) -> str:
        """`read the mirrors`."""
        return _("read the mirrors")

    @property
    def docker(self) -> str:
        """`docker info --format '{{json .RegistryConfig.Mirrors}}'`."""
        return docker_line(*_IN_FORCE)

    @property
    def targets(self) -> frozenset[str]:
        """Not while they are changed."""
        return frozenset({"mirrors"})


class ProbeMirrors(NamedTuple):
    """Ask mirrors what the Engine would ask them."""

    mirrors: tuple[str, ...] = ()
    """None: all there are."""
    image: str = ""
    """The image to ask for; empty for hello-world."""
    quiet: bool = False
    kind: str = "probe_mirrors"

    @property
    def title(self) -> str:
        """`test 3 mirrors`."""
        count = len(self.mirrors)
        if not count:
            return _("test the mirrors")
        return ngettext("test {count} mirror", "test {count} mirrors", count).format(count=count)

    @property
    def docker(self) -> str:
        """None: the docker command tests no mirrors."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """One test at a time."""
        return frozenset({"probes of mirrors"})


class MirrorEdit(StrEnum):
    """What becomes of the list."""

    SET = "set"
    ADD = "add"
    ADD_FIRST = "add_first"
    REMOVE = "remove"


class Consent(StrEnum):
    """What the user has agreed to."""

    GIVEN = "given"
    ASK = "ask"
    """Nothing yet: tell what would change, so that he can be asked."""
    TRIAL = "trial"
    """Nothing: only tell what would change."""


class ChangeMirrors(NamedTuple):
    """Write other mirrors into the Engine's file, and have it read that again."""

    edit: MirrorEdit
    mirrors: tuple[str, ...]
    consent: Consent = Consent.GIVEN
    expected: bytes | None = None
    """The file as it was shown; None where it was not."""
    sudo: bool = False
    """Whether sudo may be used; it must not have to ask."""
    quiet: bool = False
    kind: str = "change_mirrors"

    @property
    def title(self) -> str:
        """`set the mirrors: https://a.example`."""
        names = without_secret(", ".join(map(visible, self.mirrors))) or _("none")
        sentences = {
            MirrorEdit.SET: _("set the mirrors: {names}"),
            MirrorEdit.REMOVE: _("remove mirrors: {names}"),
        }
        return sentences.get(self.edit, _("add mirrors: {names}")).format(names=names)

    @property
    def docker(self) -> str:
        """The command that proves it; the docker command itself changes no mirrors."""
        return docker_line(*_IN_FORCE)

    @property
    def targets(self) -> frozenset[str]:
        """One change at a time."""
        return frozenset({"mirrors"})


class RollBackMirrors(NamedTuple):
    """Put the newest backup of the Engine's file in place again."""

    consent: Consent = Consent.GIVEN
    expected: bytes | None = None
    """The file as it was shown; None where it was not."""
    sudo: bool = False
    quiet: bool = False
    kind: str = "roll_back_mirrors"

    @property
    def title(self) -> str:
        """`roll the mirrors back`."""
        return _("roll the mirrors back")

    @property
    def docker(self) -> str:
        """The command that proves it; the docker command itself changes no mirrors."""
        return docker_line(*_IN_FORCE)

    @property
    def targets(self) -> frozenset[str]:
        """One change at a time."""
        return frozenset({"mirrors"})
