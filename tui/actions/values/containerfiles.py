"""What is done with the files of containers: looked at, copied out, copied in."""

from __future__ import annotations

import os
import shlex
from typing import NamedTuple

from tui.actions.action import docker_line
from tui.actions.values.containers import ContainerTarget
from tui.i18n import _
from tui.model.text import visible


class OpenPath(NamedTuple):
    """Read what is at a path of a container: the entries of a folder, the text of a file."""

    container: ContainerTarget
    path: bytes
    """Absolute; links are followed, by asking the Engine."""
    reach: int = 0
    """How far a large folder is read: each number eight times as far as the one before."""
    mounts: frozenset[bytes] | None = None
    """Of a path that was a folder when the one above was read: where the container has mounts, so
    that neither needs to be asked for. Through ssh each question is a login."""
    quiet: bool = True
    kind: str = "open_path"

    @property
    def title(self) -> str:
        """`read /etc of web`."""
        return _("read {path} of {name}").format(
            path=shown_path(self.path), name=visible(self.container.name)
        )

    @property
    def docker(self) -> str:
        """`docker cp NAME:PATH -`: the tar that is read."""
        return docker_line("cp", place_of(self.container, self.path), "-")

    @property
    def targets(self) -> frozenset[str]:
        """One reading at a time of a container."""
        return frozenset({f"files of {self.container.container_id}"})


class CopyOut(NamedTuple):
    """Copy a file or folder out of a container: `docker cp NAME:PATH DESTINATION`."""

    container: ContainerTarget
    path: bytes
    """Absolute; with `/.` at its end what is in the folder, and not the folder itself."""
    destination: str
    """A folder that is there, or the name that is made; of a tar, its file."""
    overwrite: bool = False
    """Replace files that are there."""
    follow: bool = False
    """Of a link: what it leads to, under the link's name."""
    as_tar: bool = False
    """One tar as the Engine sends it, compressed as its name says."""
    quiet: bool = False
    kind: str = "copy_out"

    @property
    def title(self) -> str:
        """`copy web:/etc/nginx to ~/nginx`."""
        return _("copy {place} to {destination}").format(
            place=visible(place_of(self.container, self.path)),
            destination=visible(self.destination),
        )

    @property
    def docker(self) -> str:
        """`docker cp [-L] NAME:PATH DESTINATION`; of a tar `docker cp [-L] NAME:PATH - > FILE`."""
        words = ("cp", *(("-L",) if self.follow else ()), place_of(self.container, self.path))
        if not self.as_tar:
            return docker_line(*words, local_word(self.destination))
        from tui.transfer.packing import Packing, packing_of

        packing = packing_of(self.destination)
        through = "" if packing is Packing.PLAIN else f" | {packing}"
        target = shlex.quote(visible(self.destination))
        return f"{docker_line(*words, '-')}{through} > {target}"

    @property
    def targets(self) -> frozenset[str]:
        """The destination: a container may be read by several."""
        return frozenset({f"file {self.destination}"})


class CopyIn(NamedTuple):
    """Copy a file or folder of this machine into a container: `docker cp SOURCE NAME:PATH`."""

    container: ContainerTarget
    source: str
    """With `/.` at its end what is in the folder, and not the folder itself."""
    path: bytes
    """Absolute: a folder that is there, or the name that is made in one."""
    overwrite: bool = False
    """What is there may be replaced; without it the user is asked first."""
    quiet: bool = False
    kind: str = "copy_in"

    @property
    def title(self) -> str:
        """`copy ~/nginx to web:/etc`."""
        return _("copy {source} to {place}").format(
            source=visible(self.source), place=visible(place_of(self.container, self.path))
        )

    @property
    def docker(self) -> str:
        """`docker cp SOURCE NAME:PATH`."""
        place = place_of(self.container, self.path)
        return docker_line("cp", local_word(self.source), place)

    @property
    def targets(self) -> frozenset[str]:
        """The container's files."""
        return frozenset({f"copy into {self.container.container_id}"})


def place_of(container: ContainerTarget, path: bytes) -> str:
    """Return `NAME:PATH`, as `docker cp` takes it."""
    return f"{container.name}:{os.fsdecode(path)}"


def local_word(path: str) -> str:
    """Return a path of this machine as `docker cp` takes it: a colon would make a container."""
    is_plain = path.startswith(("/", ".")) or not (":" in path or path.startswith("-"))
    return path if is_plain else f"./{path}"


def shown_path(path: bytes) -> str:
    """Return a path as a person reads it."""
    return visible(path.decode("utf-8", "surrogateescape"))
