"""The form of a log that is written to a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.actions.action import Action
from tui.actions.forms.form import EXISTS, Field, FieldKind, Form, NotYet
from tui.actions.selection import Selection
from tui.actions.values.logs import SaveLogs
from tui.i18n import N_, _


def _build(selection: Selection, values: Mapping[str, str]) -> Action:
    if not selection.containers:
        raise NotYet(_("The container is not there any more."))
    path = values["path"]
    if not path.strip():
        raise NotYet(_("Type where to write it."))
    return SaveLogs(selection.container_targets[0], path, bool(values.get(f"path{EXISTS}")))


def _file_name(selection: Selection) -> str:
    return f"{selection.containers[0].name}.log" if selection.containers else ""


LOG_FORMS: Final = (
    Form(
        "save_logs",
        N_("Save the log"),
        N_("Save"),
        (
            Field(
                "path",
                N_("File"),
                N_("the whole log, as docker logs prints it; .gz or .zst compresses it"),
                FieldKind.WRITE_PATH,
                initial=_file_name,
            ),
        ),
        _build,
    ),
)
