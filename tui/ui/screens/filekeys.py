"""The keys of the files screen."""

from __future__ import annotations

from typing import Final

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

KEYS: Final = (
    ("?", ("question_mark",), "entry('help')", N_("keys"), N_("Show all keys of this screen.")),
    (
        "right",
        ("right",),
        "tree('open')",
        N_("open"),
        N_("Open the folder; Enter opens and closes."),
    ),
    (
        "left",
        ("left",),
        "tree('close')",
        N_("close"),
        N_("Close the folder, or the one around it."),
    ),
    (
        "[",
        ("left_square_bracket", "comma"),
        "tree('layer', -1)",
        N_("lower"),
        N_("The layer below."),
    ),
    (
        "]",
        ("right_square_bracket", "full_stop"),
        "tree('layer', 1)",
        N_("upper"),
        N_("The layer above."),
    ),
    (
        "S",
        ("S",),
        "tree('alone')",
        N_("alone"),
        N_("What the layer itself brought, or all up to it."),
    ),
    ("n", ("n",), "tree('next', False)", N_("next"), N_("Go to the next change.")),
    ("/", ("slash",), "tree('filter')", N_("filter"), N_("Part of a path, *.so, >10MB.")),
    (
        "i",
        ("i",),
        "entry('details')",
        N_("details"),
        N_("All of an entry, and what each layer did there."),
    ),
    (
        "v",
        ("v",),
        "entry('view')",
        N_("view"),
        N_("Show the text of the file, as its layer has it."),
    ),
    ("D", ("D",), "entry('diff')", N_("diff"), N_("What differs from the version below.")),
    ("W", ("W",), "entry('waste')", N_("waste"), N_("What is in the layers, but does not show.")),
    ("E", ("E",), "tree('expand')", N_("all"), N_("Open all folders, as far as that is bounded.")),
    ("o", ("o",), "tree('order')", N_("sort"), N_("Sort by size, or by name again.")),
    ("N", ("N",), "tree('next', True)", N_("before"), N_("Go to the change before.")),
    ("a", ("a",), "tree('kinds', 'a')", N_("added"), N_("Show or hide what was added.")),
    ("m", ("m",), "tree('kinds', 'm')", N_("modified"), N_("Show or hide what was modified.")),
    ("r", ("r",), "tree('kinds', 'r')", N_("removed"), N_("Show or hide what was removed.")),
    (
        "u",
        ("u",),
        "tree('kinds', 'u')",
        N_("unmodified"),
        N_("Show or hide what stayed as it was."),
    ),
    ("s", ("s",), "entry('sources')", N_("source"), N_("Choose where the files are read from.")),
    ("c", ("c",), "entry('copy_path')", N_("copy"), N_("Copy the path.")),
)
"""Key as people read it, as Textual calls it, action, a word, a sentence; the usual ones first."""


def bindings() -> list[BindingType]:
    """Return one binding for each key, each with an id."""
    return [
        Binding(key, action, word, show=False, id=f"files.{key}", tooltip=sentence)
        for _shown, keys, action, word, sentence in KEYS
        for key in keys
    ]


def reminder(width: int) -> list[Piece]:
    """Return keys and their words, as many as fit."""
    pieces: list[Piece] = []
    for shown, _keys, _action, word, _sentence in KEYS:
        text = f" {_(word)} "
        width -= cell_len(shown) + cell_len(text) + 1
        if width < 0:
            break
        pieces += [CellText(f" {shown}", "key"), text]
    return pieces
