"""The forms of moving images: where to save, what to load."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

from tui.actions.action import Action
from tui.actions.forms.form import EXISTS, Field, FieldKind, Form, NotYet
from tui.actions.selection import Selection
from tui.actions.values.moving import LoadImages, SaveImages
from tui.i18n import N_, _
from tui.transfer.packing import packing_of

NAME_MAX: Final = 80
"""Characters of the file name that is proposed."""


def names_of(selection: Selection) -> tuple[str, ...]:
    """Return the selected images as an archive shall know them: names, or whole IDs."""
    return tuple(dict.fromkeys(row.reference or row.image.image_id for row in selection.images))


def _build_save(selection: Selection, values: Mapping[str, str]) -> Action:
    names, path = names_of(selection), values["path"].strip()
    if not names:
        raise NotYet(_("Nothing is selected."))
    if not path or path.endswith("/"):
        raise NotYet(_("Type the name of a file, such as images.tar.gz."))
    if os.path.isdir(path):
        raise NotYet(_("This is a folder: add the name of a file."))
    return SaveImages(
        names,
        path,
        packing_of(path).value,
        overwrite=bool(values.get("path" + EXISTS)),
        check=not values["no_check"],
    )


def _build_load(_selection: Selection, values: Mapping[str, str]) -> Action:
    path = values["path"].strip()
    if not path:
        raise NotYet(_("Type the path of an archive that docker save, or orlop, has made."))
    if not os.path.isfile(path):
        raise NotYet(_("There is no such file."))
    return LoadImages(path)


def proposed_name(selection: Selection) -> str:
    """Return a name for the file: `nginx-1.27.tar`."""
    names = names_of(selection)
    if not names:
        return ""
    if len(names) > 1:
        return "images.tar"
    name = names[0].rpartition("/")[2].removeprefix("sha256:")
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")
    return f"{plain[:NAME_MAX] or 'image'}.tar"


MOVING_FORMS: Final = (
    Form(
        "save",
        N_("Save images to a file"),
        N_("Save"),
        (
            Field(
                "path",
                N_("File"),
                N_(".tar, or compressed: .tar.gz, .tar.zst"),
                FieldKind.WRITE_PATH,
                proposed_name,
            ),
            Field(
                "no_check",
                N_("Do not check the archive while it is written"),
                kind=FieldKind.SWITCH,
            ),
        ),
        _build_save,
    ),
    Form(
        "load",
        N_("Load images from a file"),
        N_("Look"),
        (
            Field(
                "path",
                N_("Archive"),
                N_("plain, gzip, bzip2, xz or zstd; shown before it is loaded"),
                FieldKind.READ_PATH,
            ),
        ),
        _build_load,
    ),
)
