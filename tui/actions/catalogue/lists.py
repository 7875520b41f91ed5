"""Verbs that every list has: look closer, copy, filter, sort, mark."""

from __future__ import annotations

from typing import Final

from tui.actions.catalogue.lines import image_line, inspect_line
from tui.actions.spec import ON_IMAGE_LIST, ON_LISTS, ActionSpec
from tui.i18n import N_
from tui.store.state import Pane

LIST_VERBS: Final = (
    ActionSpec(
        "inspect",
        N_("Inspect"),
        N_("Show everything the Engine tells of it; each field can be copied."),
        ("i",),
        frozenset({Pane.IMAGES, Pane.CONTAINERS, Pane.LAYERS}),
        needs_selection=True,
        line=inspect_line,
        docker="docker inspect NAME",
    ),
    ActionSpec(
        "open_layers",
        N_("Layers"),
        N_("Go to the layers of the image."),
        ("l", "enter"),
        ON_IMAGE_LIST,
        needs_selection=True,
        line=image_line("history"),
        docker="docker history IMAGE",
    ),
    ActionSpec(
        "layer_text",
        N_("Full text"),
        N_("Show the layer's IDs and its whole command."),
        ("enter",),
        frozenset({Pane.LAYERS}),
        docker="docker history --no-trunc IMAGE",
    ),
    ActionSpec(
        "copy",
        N_("Copy"),
        N_("Copy a field of the row, through the terminal (OSC 52)."),
        ("c",),
        needs_selection=False,
    ),
    ActionSpec(
        "filter",
        N_("Filter"),
        N_("Show only rows with this text in name, tag or ID; is:dangling, is:unused, is:used."),
        ("/",),
        frozenset({Pane.IMAGES, Pane.CONTAINERS, Pane.HUB}),
    ),
    ActionSpec(
        "sort_next",
        N_("Sort"),
        N_("Sort by the next column."),
        ("o",),
        frozenset({Pane.IMAGES, Pane.CONTAINERS, Pane.HUB}),
    ),
    ActionSpec(
        "sort_reverse",
        N_("Reverse"),
        N_("Turn the order round."),
        ("O",),
        frozenset({Pane.IMAGES, Pane.CONTAINERS, Pane.HUB}),
    ),
    ActionSpec("mark", N_("Mark"), N_("Mark the row, or unmark it."), ("space",), ON_LISTS),
    ActionSpec("mark_all", N_("Mark all"), N_("Mark all rows that are shown."), ("a",), ON_LISTS),
    ActionSpec("unmark_all", N_("Clear marks"), N_("Take all marks away."), ("u",), ON_LISTS),
)
