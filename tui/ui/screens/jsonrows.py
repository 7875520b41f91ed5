"""The rows of a JSON tree."""

from __future__ import annotations

from typing import Final

from tui.model.jsontree import TreeView
from tui.model.text import SHOWN_MAX
from tui.ui.terminal import Glyphs
from tui.ui.widgets.columns import CellText, Row

DEPTH: Final = 24
"""Levels that are indented; deeper ones stand below each other, with their level as a number."""

INDENT: Final = 2


class JsonRows:
    """The rows of a view; each is formatted only when it comes into sight."""

    def __init__(self, view: TreeView, glyphs: Glyphs) -> None:
        self._view = view
        self._glyphs = glyphs
        self._nodes = tuple(view.rows)

    def __len__(self) -> int:
        return len(self._nodes)

    def __getitem__(self, index: int) -> Row:
        node = self._nodes[index]
        return Row(str(node), (self._cell(node),))

    def index_of(self, key: str) -> int | None:
        """Return the row of a node."""
        at = self._view.index_of(int(key))
        return at if at is not None and at < len(self._nodes) else None

    def _cell(self, node: int) -> CellText:
        """Return the node with what tells that it can be opened."""
        tree, key = self._view.tree, self._view.tree.keys[node]
        depth = tree.depths[node]
        margin = " " * (INDENT * min(depth, DEPTH))
        level = f"{depth}> " if depth > DEPTH else ""
        name = f"{key}: " if isinstance(key, int) or key else ""
        size = tree.size(node)
        if size < 0:
            token = tree.token(node)
            shown = token if len(token) <= SHOWN_MAX else tree.value(node)
            return CellText(f"{margin}  {level}{name}{shown}", "dim" if token == "null" else "")
        brackets = "{}" if tree.is_object(node) else "[]"
        if not size:
            return CellText(f"{margin}  {level}{name}{brackets}", "dim")
        is_open = node in self._view.opened
        sign = self._glyphs.tree_open if is_open else self._glyphs.tree_closed
        count = f"{brackets[0]}{size}{brackets[1]}"
        return CellText(f"{margin}{sign} {level}{name}{count}", "accent")
