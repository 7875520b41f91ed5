"""What is asked for before files are copied out of a container, or into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.actions.action import Action
from tui.actions.forms.extracting import ENDINGS
from tui.actions.forms.form import EXISTS, Field, FieldKind, Form, NotYet
from tui.actions.selection import Selection
from tui.actions.values.containerfiles import CopyIn, CopyOut, shown_path
from tui.actions.values.containers import ContainerTarget
from tui.i18n import N_, _
from tui.model.text import visible

ITSELF: Final = "itself"
INSIDE: Final = "inside"
TAR: Final = "tar"


def copy_out_form(
    container: ContainerTarget, path: bytes, *, is_folder: bool, is_link: bool
) -> Form:
    """Return the form for copying what is at a path of a container."""
    shown = shown_path(path)
    choices = [(ITSELF, shown)]
    if is_folder and path != b"/":
        choices.append((INSIDE, _("what is in {path}").format(path=shown)))
    choices.append((TAR, _("{path} as one tar").format(path=shown)))
    link = Field("follow", N_("what the link leads to, not the link itself"), kind=FieldKind.SWITCH)

    def build(_selection: Selection, values: Mapping[str, str]) -> Action:
        return _copy_out(container, path, values)

    return Form(
        "copy_out",
        N_("Copy out of the container"),
        N_("Copy"),
        (
            Field("what", N_("What"), kind=FieldKind.CHOICE, choices=tuple(choices)),
            Field(
                "path",
                N_("Where to"),
                N_("a folder that is there, or a new name"),
                FieldKind.WRITE_PATH,
                lambda _selection: _name_for(container, path),
            ),
            *((link,) if is_link else ()),
            Field("overwrite", N_("replace files that are there"), kind=FieldKind.SWITCH),
        ),
        build,
        about=lambda _selection: _(
            "Files become yours: no owners, no setuid, no devices; nothing leaves the destination."
        ),
    )


def _name_for(container: ContainerTarget, path: bytes) -> str:
    """Return what it may be called here; a name that cannot be typed is left out."""
    name = path.rpartition(b"/")[2].decode("utf-8", "surrogateescape")
    return name if name and visible(name) == name else container.name


def _copy_out(container: ContainerTarget, path: bytes, values: Mapping[str, str]) -> Action:
    where, what = values["path"], values["what"]
    if not where:
        raise NotYet(_("Say where to."))
    overwrite = bool(values["overwrite"] or values.get("path" + EXISTS))
    follow = bool(values.get("follow"))
    if what != TAR:
        source = path.rstrip(b"/") + b"/." if what == INSIDE else path
        return CopyOut(container, source, where, overwrite, follow)
    if not where.endswith(ENDINGS):
        raise NotYet(_("Name a file that ends with .tar, .tar.gz or .tar.zst."))
    return CopyOut(container, path, where, overwrite, follow, as_tar=True)


def copy_in_form(folder: bytes = b"/", container: ContainerTarget | None = None) -> Form:
    """Return the form for copying something of this machine into a folder of a container.

    Args:
        folder: Where to, if the user says nothing else.
        container: Which one; by default the one that is selected.
    """

    def target(selection: Selection) -> ContainerTarget:
        if container is None and not selection.containers:
            raise NotYet(_("Nothing is selected."))
        return container or selection.container_targets[0]

    def build(selection: Selection, values: Mapping[str, str]) -> Action:
        return _copy_in(target(selection), values)

    return Form(
        "copy_in",
        N_("Copy into the container"),
        N_("Copy"),
        (
            Field("source", N_("File or folder of this machine"), kind=FieldKind.READ_PATH),
            Field("inside", N_("of a folder only what is in it"), kind=FieldKind.SWITCH),
            Field(
                "path",
                N_("Where to in the container"),
                N_("a folder that is there, or a new name in one"),
                initial=lambda selection: (
                    shown_path(folder) if container or selection.containers else ""
                ),
            ),
        ),
        build,
        about=lambda selection: _(
            "Into {name}. Owners go along by their numbers, modes and links as they are; "
            "sockets are left out. Before a file is replaced you are asked."
        ).format(name=visible(target(selection).name)),
    )


def _copy_in(container: ContainerTarget, values: Mapping[str, str]) -> Action:
    source, path = values["source"], values["path"].strip()
    if not source:
        raise NotYet(_("Name a file or a folder."))
    if not path.startswith("/"):
        raise NotYet(_("A path in the container begins with a slash."))
    if values["inside"]:
        source = source.rstrip("/") + "/."
    return CopyIn(container, source, path.encode("utf-8", "surrogateescape"))


COPY_FORMS: Final = (copy_in_form(),)
