"""What is asked for before a container becomes an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.actions.action import Action
from tui.actions.forms.form import Field, FieldKind, Form, NotYet, checked_tag
from tui.actions.selection import Selection
from tui.actions.values.committing import CommitContainer
from tui.i18n import N_, _
from tui.model.instructions import InvalidInstruction, checked_instructions
from tui.model.text import visible


def checked_changes(text: str) -> tuple[str, ...]:
    """Return the instructions of several lines.

    Raises:
        NotYet: the Engine would not take one.
    """
    try:
        return checked_instructions(text.split("\n"))
    except InvalidInstruction as error:
        raise NotYet(str(error)) from error


def optional_tag(text: str) -> str:
    """Return the name for a new image; empty if it gets none.

    Raises:
        NotYet: it is no name.
    """
    return checked_tag(text) if text.strip() else ""


def _build(selection: Selection, values: Mapping[str, str]) -> Action:
    if not selection.containers:
        raise NotYet(_("Nothing is selected."))
    return CommitContainer(
        selection.container_targets[0],
        optional_tag(values["reference"]),
        author=values["author"].strip(),
        message=values["message"].strip(),
        changes=checked_changes(values["changes"]),
        pause=not values["no_pause"],
    )


def _about(selection: Selection) -> str:
    if not selection.containers:
        return ""
    container = selection.containers[0]
    name = visible(container.name)
    text = _("{name} does not run: its files stay as they are.")
    if container.state.is_alive:
        text = _("{name} runs: its processes are paused until its files are copied.")
    return text.format(name=name)


CHANGES: Final = Field(
    "changes",
    N_("Changes, one a line"),
    N_('such as CMD ["bash"], ENV A=b, EXPOSE 80'),
    FieldKind.LINES,
)

COMMIT_FORMS: Final = (
    Form(
        "commit",
        N_("Make an image of the container"),
        N_("Commit"),
        (
            Field("reference", N_("Name of the image"), N_("name[:tag]; empty: none")),
            Field("message", N_("Message"), N_("what was changed")),
            Field("author", N_("Author"), N_("Name <address>")),
            Field(
                "no_pause",
                N_("Let its processes go on while the files are copied"),
                kind=FieldKind.SWITCH,
            ),
            CHANGES,
        ),
        _build,
        about=_about,
    ),
)
