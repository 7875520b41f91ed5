"""The forms of containers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tui.actions.action import Action
from tui.actions.forms.form import Field, Form, NotYet
from tui.actions.selection import Selection
from tui.actions.values.containers import RenameContainer
from tui.i18n import N_, _


def _build_rename(selection: Selection, values: Mapping[str, str]) -> Action:
    if not selection.containers:
        raise NotYet(_("Nothing is selected."))
    name = values["name"].strip()
    if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", name):
        raise NotYet(_("A name has two or more letters, digits, _ . or -."))
    if name == _current_name(selection):
        raise NotYet(_("That is its name already."))
    return RenameContainer(selection.container_targets[0], name)


def _current_name(selection: Selection) -> str:
    return selection.containers[0].name if selection.containers else ""


CONTAINER_FORMS: Final = (
    Form(
        "rename",
        N_("Rename the container"),
        N_("Rename"),
        (Field("name", N_("New name"), initial=_current_name),),
        _build_rename,
    ),
)
