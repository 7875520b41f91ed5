"""A JSON text as a tree of nodes in arrays, made without recursion. Pure.

Nothing is made of a value but where it stands in the text: half a million nodes are six
lists, and ten thousand levels are as good as two.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Final

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_SCALAR: Final = re.compile(
    r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null|NaN|-?Infinity"
)
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")

Key = str | int
"""A name in an object, or a place in an array."""


class BadJson(ValueError):
    """The text is no JSON value."""


def _never() -> None:
    """Nobody wants to stop."""


class JsonTree:
    """The nodes in the order of the text; 0 is the whole."""

    def __init__(self, text: str, check: Callable[[], None] = _never) -> None:
        """Find all nodes.

        Args:
            text: One JSON value.
            check: Called now and then; may raise to stop.

        Raises:
            BadJson: it is none.
        """
        self.text = text
        self.keys: list[Key] = []
        self.parents: list[int] = []
        self.depths: list[int] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._last: list[int] = []
        """The last node inside each one, or itself."""
        self._sizes: list[int] = []
        """Members of an object, elements of an array; -1: it is neither."""
        self._check = check
        try:
            self._parse()
        except ValueError as error:
            raise BadJson(str(error)) from error

    def __len__(self) -> int:
        return len(self.keys)

    # What a node is

    def is_container(self, node: int) -> bool:
        """Tell whether it is an object or an array."""
        return self._sizes[node] >= 0

    def is_object(self, node: int) -> bool:
        """Tell whether it is an object."""
        return self.text[self._starts[node]] == "{"

    def size(self, node: int) -> int:
        """Return how many members or elements it has; -1 for anything else."""
        return self._sizes[node]

    def last(self, node: int) -> int:
        """Return the last node inside it, or itself."""
        return self._last[node]

    def token(self, node: int) -> str:
        """Return a value as it stands in the text."""
        return self.text[self._starts[node] : self._ends[node]]

    def value(self, node: int) -> str:
        """Return a value for people: a string without its quotes, others as they stand there.

        Objects and arrays keep their lines, moved to the left.
        """
        token = self.token(node)
        if token.startswith('"'):
            return str(scanstring(token, 1, False)[0])
        if self.is_container(node) and "\n" in token:
            line = self.text.rfind("\n", 0, self._starts[node]) + 1
            margin = self._skip(line) - line
            return token.replace("\n" + " " * margin, "\n")
        return token

    def ancestors(self, node: int) -> list[int]:
        """Return the nodes around it, the nearest first."""
        found: list[int] = []
        while (node := self.parents[node]) >= 0:
            found.append(node)
        return found

    def way(self, node: int) -> list[Key]:
        """Return the keys that lead to it, from the whole on."""
        around = [node, *self.ancestors(node)][:-1]
        return [self.keys[one] for one in reversed(around)]

    # Reading

    def _parse(self) -> None:
        """Go through the text once; `open` holds the containers that have not ended."""
        position = self._skip(0)
        position = self._begin(position, "", -1)
        open_nodes = [0] if self._sizes[0] >= 0 else []
        while open_nodes:
            node = open_nodes[-1]
            position, child = self._step(node, self._skip(position))
            if child < 0:
                self._ends[node] = position
                self._last[node] = len(self.keys) - 1
                open_nodes.pop()
            elif self._sizes[child] >= 0:
                open_nodes.append(child)
            if not len(self.keys) % 4096:
                self._check()
        if self._skip(position) != len(self.text):
            raise ValueError("something follows the JSON value")

    def _step(self, node: int, position: int) -> tuple[int, int]:
        """Read the next member of a container; the second value is -1 where it ends."""
        text, count = self.text, self._sizes[node]
        closing = "}" if self.is_object(node) else "]"
        sign = text[position : position + 1]
        if sign == closing:
            return position + 1, -1
        if count:
            if sign != ",":
                raise ValueError(f"a comma is missing at {position}")
            position = self._skip(position + 1)
        key: Key = count
        if closing == "}":
            key, position = self._name(position)
        self._sizes[node] += 1
        child = len(self.keys)
        return self._begin(position, key, node), child

    def _name(self, position: int) -> tuple[str, int]:
        if self.text[position : position + 1] != '"':
            raise ValueError(f"a name is missing at {position}")
        name, position = scanstring(self.text, position + 1, False)
        position = self._skip(position)
        if self.text[position : position + 1] != ":":
            raise ValueError(f"a colon is missing at {position}")
        return name, self._skip(position + 1)

    def _begin(self, position: int, key: Key, parent: int) -> int:
        """Note a node; returns where the text goes on, inside it if it is a container."""
        sign = self.text[position : position + 1]
        node = len(self.keys)
        self.keys.append(key)
        self.parents.append(parent)
        self.depths.append(self.depths[parent] + 1 if parent >= 0 else 0)
        self._starts.append(position)
        self._sizes.append(0 if sign in {"{", "["} else -1)
        self._last.append(node)
        end = position + 1
        if sign == '"':
            end = scanstring(self.text, position + 1, False)[1]
        elif sign not in {"{", "["}:
            match = _SCALAR.match(self.text, position)
            if match is None:
                raise ValueError(f"a value is missing at {position}")
            end = match.end()
        self._ends.append(end)
        return end

    def _skip(self, position: int) -> int:
        match = _SPACE.match(self.text, position)
        assert match is not None
        return match.end()


def jq_path(way: list[Key]) -> str:
    """Return a way as jq takes it: `.State.Health.Status`, `.Mounts[0].Source`, `.a["b c"]`."""
    path = ""
    for key in way:
        if isinstance(key, str) and _NAME.match(key):
            path += f".{key}"
        else:
            path += ("" if path else ".") + f"[{key if isinstance(key, int) else _quoted(key)}]"
    return path or "."


def go_template(way: list[Key], *, is_container: bool) -> str:
    """Return a way as `docker inspect -f` takes it.

    `{{.State.Health.Status}}`, `{{(index .Mounts 0).Source}}`, `{{index .Config.Labels "a.b"}}`;
    what is no single value is written as JSON: `{{json .Mounts}}`.
    """
    path, is_call = "", False
    for key in way:
        if isinstance(key, str) and _NAME.match(key):
            path, is_call = (f"({path})" if is_call else path) + f".{key}", False
        else:
            step = str(key) if isinstance(key, int) else _quoted(key)
            path, is_call = (path if is_call else f"index {path or '.'}") + f" {step}", True
    if is_container:
        path = f"json ({path})" if is_call else f"json {path or '.'}"
    return f"{{{{{path or '.'}}}}}"


def _quoted(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


class TreeView:
    """Which nodes of a tree are in sight, as one opens and closes them."""

    def __init__(self, tree: JsonTree) -> None:
        self.tree = tree
        self.opened: set[int] = set()
        self.rows: list[int] = []
        """The nodes in sight, in the order of the text."""
        self._found: list[int] = []
        self._sought = ""
        self.open_level()

    def open_level(self) -> None:
        """Show the whole's own members, and nothing inside them."""
        self.opened = {0} if self.tree.is_container(0) else set()
        self._lay_out()

    def open_all(self) -> None:
        """Show every node."""
        tree = self.tree
        self.opened = {node for node in range(len(tree)) if tree.size(node) > 0}
        self._lay_out()

    def open(self, node: int) -> None:
        """Show what is in a node."""
        if self.tree.size(node) > 0 and node not in self.opened:
            self.opened.add(node)
            at = self.index_of(node)
            if at is not None:
                self.rows[at + 1 : at + 1] = self._inside(node)

    def close(self, node: int) -> int:
        """Hide what is in a node, or in the one around it; returns the one that was closed."""
        if node not in self.opened:
            node = max(self.tree.parents[node], 0)
        if node in self.opened:
            self.opened.discard(node)
            at = bisect_left(self.rows, node)
            end = bisect_right(self.rows, self.tree.last(node))
            del self.rows[at + 1 : end]
        return node

    def toggle(self, node: int) -> bool:
        """Open or close a node; False where there is nothing in it."""
        if self.tree.size(node) <= 0:
            return False
        if node in self.opened:
            self.close(node)
        else:
            self.open(node)
        return True

    def reveal(self, node: int) -> int:
        """Open what is around a node; returns its row."""
        hidden = [one for one in self.tree.ancestors(node) if one not in self.opened]
        if hidden:
            self.opened.update(hidden)
            self._lay_out()
        at = self.index_of(node)
        assert at is not None
        return at

    def index_of(self, node: int) -> int | None:
        """Return the row of a node; None where it is not in sight."""
        at = bisect_left(self.rows, node)
        return at if at < len(self.rows) and self.rows[at] == node else None

    def _lay_out(self) -> None:
        self.rows = [0, *self._inside(0)] if 0 in self.opened else [0]

    def _inside(self, node: int) -> list[int]:
        """Return what is in sight below an open node."""
        tree, opened, rows = self.tree, self.opened, list[int]()
        at, end = node + 1, tree.last(node)
        while at <= end:
            rows.append(at)
            at = at + 1 if at in opened else tree.last(at) + 1
        return rows

    # Searching

    def search(self, text: str) -> int:
        """Look for a part of a key or a value, whatever the case; returns how many there are."""
        tree, sought = self.tree, text.casefold()
        self._sought = sought
        self._found = [node for node in range(len(tree)) if self._fits(node)] if sought else []
        return len(self._found)

    def _fits(self, node: int) -> bool:
        tree, key = self.tree, self.tree.keys[node]
        if isinstance(key, str) and self._sought in key.casefold():
            return True
        return not tree.is_container(node) and self._sought in tree.value(node).casefold()

    def next(self, node: int, *, back: bool = False) -> tuple[int, int]:
        """Return the next hit after a node, or before it, and its number; (-1, 0) for none.

        After the last one comes the first.
        """
        found = self._found
        if not found:
            return -1, 0
        at = bisect_left(found, node) - 1 if back else bisect_right(found, node)
        at %= len(found)
        return found[at], at + 1

    @property
    def hits(self) -> int:
        """How many nodes the last search found."""
        return len(self._found)
