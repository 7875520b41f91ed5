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
