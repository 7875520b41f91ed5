"""Moving images to files, from files, and to other Engines."""

from __future__ import annotations

import shlex
from typing import Final, NamedTuple

from tui.actions.action import docker_line, some_names
from tui.i18n import _
from tui.model.text import visible

STDIO: Final = "-"
"""As a path: the standard output, or input."""

_PROGRAMS: Final = {"gzip": "gzip", "zstd": "zstd"}


class SaveImages(NamedTuple):
    """Write images to one archive: `docker save`."""

    names: tuple[str, ...]
    """References, which the archive then knows, or IDs."""
    path: str
    """Where to; `-` is the standard output."""
    packing: str = "plain"
    """`plain`, `gzip` or `zstd`."""
    overwrite: bool = False
    check: bool = True
    """Whether the finished archive is checked."""
    kind: str = "save_images"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`save nginx:1.27, redis:7 to all.tar`."""
        return _("save {names} to {path}").format(
            names=some_names(self.names), path=visible(self.path)
        )

    @property
    def docker(self) -> str:
        """`docker save -o FILE NAME...`, through gzip or zstd if it is compressed."""
        program = _PROGRAMS.get(self.packing)
        to_file = self.path != STDIO
        if program is None:
            return docker_line("save", *(("-o", self.path) if to_file else ()), *self.names)
        line = f"{docker_line('save', *self.names)} | {program}"
        return f"{line} > {shlex.quote(visible(self.path))}" if to_file else line

    @property
    def targets(self) -> frozenset[str]:
        """The file."""
        return frozenset({f"file {self.path}"})


class LoadImages(NamedTuple):
    """Take the images of an archive in: `docker load`."""

    path: str
    """`-` is the standard input."""
    check: bool = True
    """Whether the archive is looked through before the Engine is asked."""
    silent: bool = False
    """Without progress."""
    kind: str = "load_images"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`load all.tar`."""
        return _("load {path}").format(path=visible(self.path))

    @property
    def docker(self) -> str:
        """`docker load [-q] -i FILE`."""
        quiet = "-q" if self.silent else ""
        return docker_line("load", quiet, *(("-i", self.path) if self.path != STDIO else ()))

    @property
    def targets(self) -> frozenset[str]:
        """The file."""
        return frozenset({f"file {self.path}"})


class PlanLoad(NamedTuple):
    """Find out what loading an archive would do."""

    path: str
    quiet: bool = True
    kind: str = "plan_load"

    @property
    def title(self) -> str:
        """`look into all.tar`."""
        return _("look into {path}").format(path=visible(self.path))

    @property
    def docker(self) -> str:
        """None: docker loads without a word."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class SendImages(NamedTuple):
    """Bring images to another Engine: `docker save | docker load`, without a file."""

    names: tuple[str, ...]
    to: str
    """A docker context, or an address such as ssh://host."""
    kind: str = "send_images"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`send nginx:1.27 to build-host`."""
        return _("send {names} to {to}").format(names=some_names(self.names), to=visible(self.to))

    @property
    def docker(self) -> str:
        """`docker save NAME... | docker --context NAME load`."""
        option = "--host" if "://" in self.to else "--context"
        return f"{docker_line('save', *self.names)} | {docker_line(option, self.to, 'load')}"

    @property
    def targets(self) -> frozenset[str]:
        """The other Engine: one after the other."""
        return frozenset({f"engine {self.to}"})


class PlanSend(NamedTuple):
    """Find out what another Engine has of these images."""

    names: tuple[str, ...]
    to: str
    quiet: bool = True
    kind: str = "plan_send"

    @property
    def title(self) -> str:
        """`ask build-host what it has of nginx:1.27`."""
        return _("ask {to} what it has of {names}").format(
            names=some_names(self.names), to=visible(self.to)
        )

    @property
    def docker(self) -> str:
        """None."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()
