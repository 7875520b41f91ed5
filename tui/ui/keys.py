"""Keys made from the catalogue: bindings, and the line that reminds of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.cells import cell_len
from textual.binding import Binding

from tui.actions.spec import ActionSpec
from tui.i18n import _
from tui.store.state import Pane
from tui.ui.widgets.columns import CellText, Piece

KEY_NAMES: Final = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "percent_sign": "%",
}

REMINDED: Final = {
    Pane.IMAGES: (
        "help", "palette", "quit", "filter", "mark", "remove_images", "pull", "inspect",
        "open_layers", "files", "prune_images", "tag", "tags", "newer", "sort_next", "copy",
    ),
    Pane.CONTAINERS: (
        "help", "palette", "quit", "filter", "mark", "start", "stop", "remove_containers",
        "exec", "inspect", "all_containers", "rename", "kill",
    ),
    Pane.HUB: (
        "help", "palette", "quit", "search", "pull_result", "tags", "repository", "browse", "web",
        "filter", "copy",
    ),
    Pane.LAYERS: (
        "help", "palette", "quit", "layer_text", "files", "matrix", "inspect", "remove_images",
        "copy",
    ),
}  # fmt: skip
"""The actions that the bottom line reminds of, by pane."""

CHOSEN_BY_LIST: Final = "enter"
"""The lists tell of Enter by a message of their own; it gets no binding."""


def bindings(specs: Iterable[ActionSpec]) -> list[Binding]:
    """Return one binding for each key; what it does is looked up by pane when it is pressed."""
    first: dict[str, ActionSpec] = {}
    for spec in specs:
        for key in spec.keys:
            first.setdefault(key, spec)
    return [
        Binding(
            key,
            f"press('{_name(key)}')",
            spec.title,
            show=False,
            id=f"key.{_name(key)}",
            tooltip=spec.help,
        )
        for key, spec in first.items()
        if key != CHOSEN_BY_LIST
    ]


def _name(key: str) -> str:
    """Return a key's name as it can stand inside an action string."""
    return {shown: name for name, shown in KEY_NAMES.items()}.get(key, key)


def key_of(name: str) -> str:
    """Return the key that the catalogue knows by this name."""
    return KEY_NAMES.get(name, name)


def shown_key(key: str) -> str:
    """Return a key as people read it."""
    return {"delete": "del", "space": "space"}.get(key, key)


def spec_for(specs: Iterable[ActionSpec], key: str, pane: Pane) -> ActionSpec | None:
    """Return what a key does in a pane."""
    return next((spec for spec in specs if key in spec.keys and pane in spec.panes), None)


def reminder(specs: Iterable[ActionSpec], pane: Pane, width: int) -> tuple[Piece, ...]:
    """Return the bottom line: keys and what they do, as many as fit whole into `width` cells."""
    by_id = {spec.action_id: spec for spec in specs}
    panes, panes_title = f" 1-{len(Pane)}", f" {_('panes')} "
    pieces: list[Piece] = [CellText(panes, "key"), panes_title]
    width -= cell_len(panes) + cell_len(panes_title)
    for action_id in REMINDED[pane]:
        spec = by_id.get(action_id)
        if spec is None:
            continue
        key, title = f" {shown_key(spec.keys[0])}", f" {_(spec.title).lower()} "
        width -= cell_len(key) + cell_len(title)
        if width < 0:
            break
        pieces += [CellText(key, "key"), title]
    return tuple(pieces)
