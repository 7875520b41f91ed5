"""The keys of the sheets that show files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len
from textual.binding import Binding, BindingType

from tui.i18n import N_, _
from tui.layers.union import Change
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.textline import Piece

TOGGLES: Final = {
    "a": frozenset({Change.ADDED}),
    "m": frozenset({Change.CONTENT, Change.METADATA}),
    "r": frozenset({Change.REMOVED}),
    "u": frozenset({Change.SAME}),
}
"""Which kinds of entries a key shows or hides."""


class Key(NamedTuple):
    """One key."""

    shown: str
    """As people read it."""
    action: str
    """Textual's name of the action."""
    word: str
    """For the line of keys."""
    sentence: str
    """For the help."""
    names: tuple[str, ...] = ()
    """As Textual calls it; `shown` by default."""


HELP: Final = Key(
    "?", "entry('help')", N_("keys"), N_("Show all keys of this screen."), ("question_mark",)
)
OPEN: Final = (
    Key("right", "tree('open')", N_("open"), N_("Open the folder; Enter opens and closes.")),
    Key("left", "tree('close')", N_("close"), N_("Close the folder, or the one around it.")),
)
FILTER: Final = Key(
    "/", "tree('filter')", N_("filter"), N_("Part of a path, *.so, >10MB."), ("slash",)
)
NEXT: Final = Key("n", "tree('next', False)", N_("next"), N_("Go to the next change."))
REST: Final = (
    Key("E", "tree('expand')", N_("all"), N_("Open all folders, as far as that is bounded.")),
    Key("o", "tree('order')", N_("sort"), N_("Sort by size, or by name again.")),
    Key("F", "tree('flat')", N_("flat"), N_("One list of all files, or folders again.")),
    Key("N", "tree('next', True)", N_("before"), N_("Go to the change before.")),
    Key("a", "tree('kinds', 'a')", N_("added"), N_("Show or hide what was added.")),
    Key("m", "tree('kinds', 'm')", N_("modified"), N_("Show or hide what was modified.")),
    Key("r", "tree('kinds', 'r')", N_("removed"), N_("Show or hide what was removed.")),
)
COPY: Final = Key("c", "entry('copy_path')", N_("copy"), N_("Copy the path."))

FILE_KEYS: Final = (
    HELP,
    *OPEN,
    Key("[", "layer(-1)", N_("lower"), N_("The layer below."), ("left_square_bracket", "comma")),
    Key(
        "]", "layer(1)", N_("upper"), N_("The layer above."), ("right_square_bracket", "full_stop")
    ),
    Key("S", "tree('alone')", N_("alone"), N_("What the layer itself brought, or all up to it.")),
    NEXT,
    FILTER,
    Key("i", "entry('details')", N_("details"), N_("All of an entry; what each layer did there.")),
    Key("v", "entry('view')", N_("view"), N_("Show the text of the file, as its layer has it.")),
    Key("D", "entry('diff')", N_("diff"), N_("What differs from the version below.")),
    Key("x", "entry('extract')", N_("extract"), N_("Write it, or the whole layer, to the disk.")),
    Key("X", "stop", N_("stop"), N_("Stop the extraction.")),
    Key("W", "entry('waste')", N_("waste"), N_("What is in the layers, but does not show.")),
    *REST,
    Key("u", "tree('kinds', 'u')", N_("unmodified"), N_("Show or hide what stayed as it was.")),
    Key("s", "entry('sources')", N_("source"), N_("Choose where the files are read from.")),
    COPY,
)
"""The keys of the files of one image; the usual ones first."""


def bindings(keys: Sequence[Key], screen: str) -> list[BindingType]:
    """Return one binding for each key, each with an id that begins with the screen's name."""
    return [
        Binding(name, key.action, key.word, show=False, id=f"{screen}.{name}", tooltip=key.sentence)
        for key in keys
        for name in key.names or (key.shown,)
    ]


def reminder(keys: Sequence[Key], width: int) -> list[Piece]:
    """Return keys and their words, as many as fit."""
    pieces: list[Piece] = []
    for key in keys:
        text = f" {_(key.word)} "
        width -= cell_len(key.shown) + cell_len(text) + 1
        if width < 0:
            break
        pieces += [CellText(f" {key.shown}", "key"), text]
    return pieces
