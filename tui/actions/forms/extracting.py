"""What is asked for before files of an image go to the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tui.actions.action import Action
from tui.actions.forms.form import EXISTS, Field, FieldKind, Form, NotYet
from tui.actions.selection import Selection
from tui.actions.values.files import ExtractFiles, SaveLayer
from tui.i18n import N_, _
from tui.model.text import visible

if TYPE_CHECKING:
    from tui.contents.image import ListedImage

ENTRY: Final = "entry"
LAYER: Final = "layer"
TAR: Final = "tar"

ENDINGS: Final = (".tar", ".tar.gz", ".tgz", ".tar.zst")
"""How the name of a tar ends; it chooses the compression."""


@dataclass(frozen=True, slots=True)
class Extractable:
    """What the cursor is on."""

    image: ListedImage
    layer: int
    """The layer in view; 1 is the bottom."""
    alone: bool
    """Whether only what it brought is in view."""
    path: bytes
    """The entry under the cursor; empty where there is none."""
    is_folder: bool = False
    read_only: bool = False

    @property
    def shown_path(self) -> str:
        """Its path as a person reads it."""
        return visible("/" + self.path.decode("utf-8", "surrogateescape"))

    @property
    def name(self) -> str:
        """What it may be called on the disk; a name that cannot be typed is left out."""
        name = self.path.rpartition(b"/")[2].decode("utf-8", "surrogateescape")
        return name if name and visible(name) == name else f"layer-{self.layer}"


def extract_form(what: Extractable) -> Form:
    """Return the form for what is under the cursor."""
    number = what.layer
    entry = _("{path}, as layer {layer} brought it") if what.alone else _("{path}")
    choices = [
        (ENTRY, entry.format(path=what.shown_path, layer=number)),
        (LAYER, _("all that layer {layer} brought, as files").format(layer=number)),
        (TAR, _("layer {layer} as a tar, byte for byte").format(layer=number)),
    ]

    def build(_selection: Selection, values: Mapping[str, str]) -> Action:
        return _action(what, values)

    return Form(
        "extract",
        N_("Extract to the disk"),
        N_("Extract"),
        (
            Field(
                "what",
                N_("What"),
                kind=FieldKind.CHOICE,
                choices=tuple(choices if what.path else choices[1:]),
            ),
            Field(
                "path",
                N_("Where to"),
                help=N_("a folder that is there, or a new name"),
                kind=FieldKind.WRITE_PATH,
                initial=lambda _selection: what.name,
            ),
            Field("overwrite", N_("replace files that are there"), kind=FieldKind.SWITCH),
        ),
        build,
        about=lambda _selection: _(
            "Files become yours: no owners, no setuid, no devices; nothing leaves the destination."
        ),
    )


def _action(what: Extractable, values: Mapping[str, str]) -> Action:
    path = values["path"]
    if not path:
        raise NotYet(_("Say where to."))
    overwrite = bool(values["overwrite"] or values.get("path" + EXISTS))
    if values["what"] == TAR:
        if not path.endswith(("/", *ENDINGS)):
            raise NotYet(_("Name a file that ends with .tar, .tar.gz or .tar.zst; or a folder/."))
        return SaveLayer(what.image, what.layer, path, overwrite)
    is_layer = values["what"] == LAYER
    return ExtractFiles(
        what.image,
        what.layer,
        what.alone or is_layer,
        b"" if is_layer else what.path,
        path,
        overwrite,
        read_only=what.read_only,
    )
