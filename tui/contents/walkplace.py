"""What the walks of all stores share: the Engine's host and data root, and making a step."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tui.contents.dataroot import DataRoot, NotThere
from tui.i18n import _
from tui.model.engine import Endpoint, EngineInfo
from tui.model.text import visible
from tui.model.walk import Facts, WalkStep


class Seen(NamedTuple):
    """What was found on the disk."""

    facts: Facts
    output: str = ""
    """What the shell line writes."""
    error: str = ""
    """What is wrong with it."""


@dataclass(frozen=True, slots=True)
class Place:
    """The data root of an Engine, and how a shell gets there."""

    root: Path
    host: str = ""
    """The Engine's host; empty for this machine."""
    ssh: str = ""
    """What `ssh` takes to reach that host; empty where the endpoint is not ssh."""

    def step(
        self,
        title: str,
        explanation: str,
        path: Path,
        command: str,
        look: Callable[[DataRoot], Seen],
        *,
        instead: Facts = (),
        layer: int = 0,
    ) -> WalkStep:
        """Return a step about a file or folder.

        Args:
            title: A few words.
            explanation: A sentence or two.
            path: The file or folder.
            command: The shell command that shows it, for a user who may read it.
            look: Reads it; raises NotThere.
            instead: What the Engine tells, for when it cannot be read.
            layer: The layer it is about.
        """
        seen, why = Seen(instead), ""
        try:
            if self.host:
                raise NotThere(_("It lies on host {host}.").format(host=visible(self.host)))
            seen = look(DataRoot(self.root))
        except NotThere as error:
            why = str(error)
        return WalkStep(
            title,
            explanation,
            str(path),
            read=not why,
            facts=seen.facts,
            shell=self.line(command, as_root=(bool(why) and os.geteuid() != 0) or bool(self.host)),
            output=seen.output,
            error=why or seen.error,
            layer=layer,
        )

    def line(self, command: str, *, as_root: bool) -> str:
        """Return a command as it is typed here: through ssh where that leads to the host."""
        if as_root:
            whole = any(sign in command for sign in ("&&", "|", "LC_ALL"))
            command = f"sudo sh -c {shlex.quote(command)}" if whole else f"sudo {command}"
        return f"ssh {self.ssh} {shlex.quote(command)}" if self.ssh else command


def place_of(endpoint: Endpoint, info: EngineInfo) -> Place:
    """Return where an Engine keeps its things.

    A unix socket may lead to another host (forwarded by ssh, Docker Desktop's machine), whose
    paths mean something else here: the Engine's host name must be this machine's.
    """
    here = endpoint.is_local and (info.practice or info.name in {"", os.uname().nodename})
    root = Path(info.data_root)
    if here:
        return Place(root)
    return Place(root, info.name or endpoint.label, _ssh_words(endpoint.url))


def _ssh_words(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme != "ssh" or not host:
        return ""
    target = f"{parts.username}@{host}" if parts.username else host
    return shlex.join([*(("-p", str(port)) if port else ()), target])


def chain_step(index: int, diff_id: str, chain_id: str, below: str) -> WalkStep:
    """Return the step that computes a layer's chain ID from the one below."""
    title = _("Layer {index}: chain ID").format(index=index)
    if not below:
        return WalkStep(
            title,
            _("The chain ID of the bottom layer is its diff ID."),
            facts=((_("Diff ID"), diff_id), (_("Chain ID"), chain_id)),
            layer=index,
        )
    digest = hashlib.sha256(f"{below} {diff_id}".encode()).hexdigest()
    return WalkStep(
        title,
        _("The chain ID names a layer with all below it: the SHA-256 of two IDs and a space."),
        facts=(
            (_("Diff ID"), diff_id),
            (_("Chain ID below"), below),
            (_("Formula"), f'sha256("{below} {diff_id}")'),
            (_("Chain ID"), chain_id),
        ),
        shell=f'echo -n "{below} {diff_id}" | sha256sum',
        output=f"{digest}  -\n",
        layer=index,
    )


def quoted(path: Path) -> str:
    """Return a path as a word of the shell."""
    return shlex.quote(str(path))


def in_folder(folder: Path, command: str) -> str:
    """Return a command that runs in a folder."""
    return f"cd {quoted(folder)} && {command}"


def grep_files(names: list[str]) -> str:
    """Return the command that writes small files, each line after its file's name."""
    return shlex.join(["grep", "-H", "", *names])


def grepped(name: str, text: str) -> str:
    """Return what that command writes of one file."""
    return "".join(f"{name}:{line}\n" for line in text.removesuffix("\n").split("\n"))


def sha256_seen(data: bytes, digits: str, path: Path, facts: Facts = ()) -> Seen:
    """Return what is seen of a file that is named by its SHA-256."""
    found = hashlib.sha256(data).hexdigest()
    same = _("yes") if found == digits else _("no")
    return Seen(
        (
            (_("SHA-256 of the file"), found),
            (_("Equals its name"), same),
            (_("Size"), str(len(data))),
            *facts,
        ),
        f"{found}  {path}\n",
        "" if found == digits else _("The file is not what its name says."),
    )
