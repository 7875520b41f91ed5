"""What is asked for before a program of a container gets the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Final

from tui.actions.action import Action
from tui.actions.forms.form import Field, FieldKind, Form, NotYet
from tui.actions.selection import Selection
from tui.actions.values.exec import AttachContainer, ExecCommand
from tui.i18n import N_, _
from tui.model.container import ContainerState

ATTACH: Final = "attach"


def _build(selection: Selection, values: Mapping[str, str]) -> Action:
    if not selection.containers:
        raise NotYet(_("The container is not there any more."))
    state = selection.containers[0].state
    if state is ContainerState.PAUSED:
        raise NotYet(_("The container is paused: B lets it go on."))
    if state is not ContainerState.RUNNING:
        raise NotYet(_("The container does not run: s starts it."))
    target = selection.container_targets[0]
    if values["what"] == ATTACH:
        return AttachContainer(target)
    return ExecCommand(
        target,
        command_of(values["command"]),
        values["user"].strip(),
        _directory(values["directory"]),
        variables_of(values["environment"]),
        privileged=bool(values["privileged"]),
    )


def command_of(text: str) -> tuple[str, ...]:
    """Return the words of a command as a shell would have them.

    Raises:
        NotYet: a quote is not closed.
    """
    try:
        return tuple(shlex.split(text))
    except ValueError:
        raise NotYet(_("A quote is not closed.")) from None


def _directory(text: str) -> str:
    directory = text.strip()
    if directory and not directory.startswith("/"):
        raise NotYet(_("The directory begins with /."))
    return directory


def variables_of(text: str) -> tuple[str, ...]:
    """Return variables that were typed with spaces between, each `NAME=VALUE`.

    Raises:
        NotYet: one has no name or no value, or a quote is not closed.
    """
    variables = command_of(text)
    if not all(variable.partition("=")[0] and "=" in variable for variable in variables):
        raise NotYet(_("A variable is NAME=VALUE."))
    return variables


def _about(selection: Selection) -> str:
    return _(
        "{name}: the terminal is the program's until it ends.\n"
        "ctrl+p ctrl+q, or docker's detachKeys, leaves it and lets it go on."
    ).format(name=", ".join(container.name for container in selection.containers))


EXEC_FORMS: Final = (
    Form(
        "exec",
        N_("Run a command in the container"),
        N_("Run"),
        (
            Field("command", N_("Command"), N_("empty: a shell")),
            Field("user", N_("User"), N_("name or number; empty: the container's own")),
            Field("directory", N_("Directory"), N_("empty: the container's own")),
            Field("environment", N_("Environment"), N_("NAME=VALUE, more with spaces between")),
            Field(
                "privileged",
                N_("Privileged"),
                N_("it may do what the machine's own root may"),
                kind=FieldKind.SWITCH,
            ),
            Field(
                "what",
                N_("Where"),
                kind=FieldKind.CHOICE,
                choices=(("exec", N_("a new process")), (ATTACH, N_("attach to the main one"))),
            ),
        ),
        _build,
        about=_about,
    ),
)
