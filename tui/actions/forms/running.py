"""What is asked for before a container is run from an image."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from tui.actions.action import Action
from tui.actions.forms.exec import command_of
from tui.actions.forms.form import Field, FieldKind, Form, NotYet
from tui.actions.selection import Selection
from tui.actions.values.running import RunContainer
from tui.i18n import N_, _
from tui.model.limits import NO_RESTART, InvalidLimit, parse_cpus, parse_memory_limit, parse_restart
from tui.model.mountspec import InvalidMount, MountSpec, parse_mount, parse_tmpfs
from tui.model.portspec import InvalidPort, parse_ports
from tui.model.runspec import (
    InvalidRun,
    RunMode,
    RunSpec,
    checked_directory,
    checked_label,
    checked_name,
    checked_variable,
)
from tui.model.text import short_id, visible

T = TypeVar("T")

MORE: Final = "more"
"""Key of the tick that shows the rest of the form."""


def image_of(selection: Selection) -> str:
    """Return how docker is told the image: by its name, or by its ID where it has none."""
    row = selection.images[0]
    return row.reference or short_id(row.image.image_id)


def _build(selection: Selection, values: Mapping[str, str]) -> Action:
    if not selection.images:
        raise NotYet(_("The image is not there any more."))
    try:
        spec = _spec(image_of(selection), values)
    except (InvalidRun, InvalidPort, InvalidMount, InvalidLimit) as error:
        raise NotYet(str(error)) from error
    _check_together(spec)
    return RunContainer(spec)


def _spec(image: str, values: Mapping[str, str]) -> RunSpec:
    """Return what the fields say.

    Raises:
        NotYet: a quote is not closed.
        ValueError: InvalidRun, InvalidPort, InvalidMount or InvalidLimit: docker would refuse.
    """
    return RunSpec(
        image,
        command_of(values["command"]),
        RunMode(values["mode"]),
        checked_name(values["name"]),
        auto_remove=bool(values["rm"]),
        ports=_each(values["ports"], parse_ports),
        mounts=(*_each(values["volumes"], _mount), *_each(values["tmpfs"], parse_tmpfs)),
        environment=tuple(checked_variable(line) for line in _lines(values["environment"])),
        restart=parse_restart(values["restart"]) if values["restart"].strip() else NO_RESTART,
        memory=_limit(values["memory"], parse_memory_limit),
        cpus=_limit(values["cpus"], parse_cpus),
        user=values["user"].strip(),
        directory=checked_directory(values["directory"]),
        network=values["network"].strip(),
        hostname=values["hostname"].strip(),
        entrypoint=values["entrypoint"].strip(),
        labels=_each(values["labels"], checked_label),
        init=bool(values["init"]),
        read_only=bool(values["read_only"]),
    )


def _each(text: str, parse: Callable[[str], T]) -> tuple[T, ...]:
    """Return what each word means; words are parted by blanks, and quoted as in a shell."""
    return tuple(parse(word) for word in command_of(text))


def _mount(word: str) -> MountSpec:
    return parse_mount(word, folder=os.getcwd(), home=os.path.expanduser("~"))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _limit(text: str, parse: Callable[[str], int]) -> str:
    """Return a limit as it was typed, once it has been understood."""
    typed = text.strip()
    if typed:
        parse(typed)
    return typed


def _check_together(spec: RunSpec) -> None:
    """Refuse what docker refuses of options together.

    Raises:
        NotYet: two of them exclude each other.
    """
    if spec.auto_remove and spec.restart != NO_RESTART:
        raise NotYet(_("What is removed at its end cannot be restarted: --rm or --restart."))
    places = [mount.target.rstrip("/") for mount in spec.mounts]
    twice = next((place for place in places if places.count(place) > 1), "")
    if twice:
        raise NotYet(_("Two things cannot be mounted at {place}.").format(place=visible(twice)))


def shell_words(words: tuple[str, ...]) -> str:
    """Return words as they are typed into the field of the command."""
    return shlex.join(words)


_FIRST: Final = (
    Field("name", N_("Name"), N_("empty: the Engine makes one up")),
    Field("command", N_("Command"), N_("empty: the image's own")),
    Field(
        "mode",
        N_("How"),
        kind=FieldKind.CHOICE,
        choices=(
            (RunMode.DETACHED, N_("in the background (-d)")),
            (RunMode.INTERACTIVE, N_("in this terminal (-it)")),
            (RunMode.ATTACHED, N_("its output in this terminal")),
        ),
    ),
    Field("rm", N_("Remove it when it ends (--rm)"), kind=FieldKind.SWITCH),
    Field("ports", N_("Ports"), N_("outside:inside, 8080:80 127.0.0.1:5353:53/udp")),
    Field("volumes", N_("Volumes"), N_("data:/data /folder:/data:ro /data")),
    Field(
        "environment",
        N_("Environment, one a line"),
        N_("NAME=VALUE, or NAME as it is in this shell"),
        FieldKind.LINES,
    ),
    Field(MORE, N_("More: limits, restart, network, user..."), kind=FieldKind.SWITCH),
)

LATER: Final = (
    Field("restart", N_("Restart"), N_("no, always, unless-stopped, on-failure[:N]")),
    Field("memory", N_("Memory"), N_("512m, 1.5g; empty: no limit")),
    Field("cpus", N_("CPUs"), N_("1.5; empty: no limit")),
    Field("network", N_("Network"), N_("empty: bridge")),
    Field("hostname", N_("Host name"), N_("empty: its ID")),
    Field("user", N_("User"), N_("name or number[:group]; empty: the image's own")),
    Field("directory", N_("Directory"), N_("empty: the image's own")),
    Field("entrypoint", N_("Entrypoint"), N_("one program, in place of the image's own")),
    Field("labels", N_("Labels"), N_("name=value name='two words'")),
    Field("tmpfs", N_("In memory"), N_("/run /tmp:size=64m (--tmpfs)")),
    Field("init", N_("An init that clears up after its processes (--init)"), kind=FieldKind.SWITCH),
    Field("read_only", N_("Its own files cannot be changed (--read-only)"), kind=FieldKind.SWITCH),
)
"""What is shown once it is asked for."""

RUN_FORMS: Final = (Form("run", N_("Run a container"), N_("Run"), (*_FIRST, *LATER), _build),)
