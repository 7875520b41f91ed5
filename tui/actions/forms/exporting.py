"""What is asked for before a container's files go out, or a tar comes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.actions.action import Action
from tui.actions.forms.committing import CHANGES, checked_changes, optional_tag
from tui.actions.forms.form import EXISTS, Field, FieldKind, Form, NotYet, checked_platform
from tui.actions.selection import Selection
from tui.actions.values.exporting import STANDARD, ExportContainer, ImportTar
from tui.i18n import N_, _

LOST: Final = N_(
    "Kept: all files, with owners, modes and links.\n"
    "Lost: layers, history, how it is run (CMD, ENV, ...); volumes are not in it.\n"
    "To keep all of that, save the image instead."
)
"""What export and import do to an image, against save and load."""


def _build_export(selection: Selection, values: Mapping[str, str]) -> Action:
    if not selection.containers:
        raise NotYet(_("Nothing is selected."))
    path = values["path"]
    if not path or path.endswith("/"):
        raise NotYet(_("Name the file to write."))
    overwrite = bool(values.get("path" + EXISTS))
    return ExportContainer(selection.container_targets[0], path, overwrite)


def _build_import(_selection: Selection, values: Mapping[str, str]) -> Action:
    source = values["source"]
    if not source or source == STANDARD or source.endswith("/"):
        raise NotYet(_("Name a file, or an address that begins with http:// or https://."))
    return import_of(source, values)


def import_of(source: str, values: Mapping[str, str]) -> ImportTar:
    """Return the import of a source.

    Raises:
        NotYet: a value will not do.
    """
    return ImportTar(
        source,
        optional_tag(values["reference"]),
        message=values["message"].strip(),
        platform=checked_platform(values["platform"]),
        changes=checked_changes(values["changes"]),
    )


def _file_name(selection: Selection) -> str:
    return f"{selection.containers[0].name}.tar" if selection.containers else ""


def _about_import(_selection: Selection) -> str:
    return _(
        "One layer, no history, and no command to run but what you say here.\n"
        "An archive of docker save is loaded, not imported: that keeps all."
    )


EXPORT_FORMS: Final = (
    Form(
        "export",
        N_("Export the files of the container"),
        N_("Export"),
        (
            Field(
                "path",
                N_("File"),
                N_("compressed if it ends in .tar.gz or .tar.zst"),
                FieldKind.WRITE_PATH,
                _file_name,
            ),
        ),
        _build_export,
        about=lambda _selection: _(LOST),
    ),
    Form(
        "import",
        N_("Import a tar as an image"),
        N_("Import"),
        (
            Field(
                "source",
                N_("File"),
                N_("or https://...: the Engine fetches it"),
                FieldKind.READ_PATH,
            ),
            Field("reference", N_("Name of the image"), N_("name[:tag]; empty: none")),
            Field("message", N_("Message"), N_("where it comes from")),
            Field("platform", N_("Platform"), N_("such as linux/arm64; empty: the Engine's own")),
            CHANGES,
        ),
        _build_import,
        about=_about_import,
    ),
)
