"""Moving files without layers: a container's file system out, a tar in."""

from __future__ import annotations

import shlex
from typing import Final, NamedTuple

from tui.actions.action import docker_line
from tui.actions.values.containers import ContainerTarget
from tui.i18n import _
from tui.model.text import visible

STANDARD: Final = "-"
"""Instead of a path: standard output, or standard input."""


class ExportContainer(NamedTuple):
    """Write the files of a container to a tar: `docker export`."""

    container: ContainerTarget
    path: str
    """STANDARD, or a file; its name chooses gzip or zstd."""
    overwrite: bool = False
    """Replace a file that is there."""
    kind: str = "export"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`export web to web.tar`."""
        return _("export {container} to {path}").format(
            container=visible(self.container.name), path=visible(self.path)
        )

    @property
    def docker(self) -> str:
        """`docker export -o FILE NAME`; through gzip or zstd where the file is compressed."""
        from tui.transfer.packing import Packing, packing_of

        packing = packing_of(self.path)
        if packing is not Packing.PLAIN:
            line = docker_line("export", self.container.name)
            return f"{line} | {packing} > {shlex.quote(visible(self.path))}"
        output = () if self.path == STANDARD else ("-o", self.path)
        return docker_line("export", *output, self.container.name)

    @property
    def targets(self) -> frozenset[str]:
        """The file: a container may be read by several."""
        return frozenset({f"file {self.path}"})


class ImportTar(NamedTuple):
    """Make an image of one layer from a tar of files: `docker import`."""

    source: str
    """STANDARD, a file, or an address that the Engine fetches by itself."""
    reference: str = ""
    """What the image is called; empty for nothing."""
    message: str = ""
    platform: str = ""
    """`os[/architecture[/variant]]`; empty for the Engine's own."""
    changes: tuple[str, ...] = ()
    """Instructions of a Dockerfile: an imported image has no config of its own."""
    kind: str = "import"
    quiet: bool = False

    @property
    def is_address(self) -> bool:
        """Whether the Engine fetches it."""
        return self.source.startswith(("http://", "https://"))

    @property
    def title(self) -> str:
        """`import centos7.tar as centos7:v1`."""
        if not self.reference:
            return _("import {source}").format(source=visible(self.source))
        return _("import {source} as {reference}").format(
            source=visible(self.source), reference=visible(self.reference)
        )

    @property
    def docker(self) -> str:
        """`docker import [--change C]... [--message M] [--platform P] SOURCE [REFERENCE]`."""
        return docker_line(
            "import",
            *(word for change in self.changes for word in ("--change", change)),
            *(("--message", self.message) if self.message else ()),
            *(("--platform", self.platform) if self.platform else ()),
            self.source,
            self.reference,
        )

    @property
    def targets(self) -> frozenset[str]:
        """The name that the image gets."""
        return frozenset({self.reference} if self.reference else ())
