"""What is noted of an Engine's behaviour, so that it can be compared with another Engine's.

An observation is flat: `step aspect` → text. IDs, times and names that differ by nature are
replaced by words; of a JSON answer its shape is noted (path → types), and the values asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

Observation = dict[str, str]
"""`step aspect` → what was seen there."""

_GENERAL: Final = (
    (re.compile(r"(/[\w.-]+)*/docker-import-\d+/"), "<temporary>/"),
    (re.compile(r"(/[\w.-]+)+/image/overlay2/"), "<data root>/image/overlay2/"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"), "<time>"),
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:<id>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<short id>"),
)
_HEX: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


class Notes:
    """Collects one observation and knows which words to put for what differs by nature."""

    def __init__(self) -> None:
        self.seen: Observation = {}
        self._words: dict[str, str] = {}

    def know(self, word: str, *texts: str) -> None:
        """From now on write `<word>` for each of these texts; of an ID also for its short form."""
        for text in texts:
            if found := _HEX.fullmatch(text):
                self._words[found[1]] = f"<{word}>"
                self._words[found[1][:12]] = f"<{word}, short>"
            elif text:
                self._words[text] = f"<{word}>"

    def clean(self, text: str) -> str:
        """Return a text without what differs by nature."""
        for known in sorted(self._words, key=len, reverse=True):
            text = text.replace(known, self._words[known])
        for pattern, word in _GENERAL:
            text = pattern.sub(word, text)
        return text

    def note(self, key: str, value: object) -> None:
        """Note a value; a key can be noted once."""
        if key in self.seen:
            raise AssertionError(f"noted twice: {key}")
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self.seen[key] = self.clean(text)

    def shape(self, key: str, value: object, keep: Iterable[str] = ()) -> None:
        """Note the shape of JSON: each path (`Config.Labels`, `#` for a list's items) → its types.

        Args:
            key: Goes before each path.
            value: Just parsed.
            keep: Patterns of paths whose values are noted whole, not their types.
        """
        patterns = tuple(keep)
        kept: dict[str, list[str]] = {}
        types: dict[str, set[str]] = {}

        def is_kept(path: str) -> bool:
            return any(fnmatchcase(self.clean(path), pattern) for pattern in patterns)

        for path, leaf in _walk(value, "", is_kept):
            if is_kept(path):
                text = json.dumps(leaf, ensure_ascii=False)
                kept.setdefault(self.clean(path), []).append(text)
            else:
                types.setdefault(self.clean(path), set()).add(_type(leaf))
        for path, names in types.items():
            self.note(f"{key} {path}", "|".join(sorted(names)))
        for path, values in kept.items():
            self.note(f"{key} {path}", ", ".join(values))


def _walk(
    value: object, path: str, is_whole: Callable[[str], bool]
) -> Iterator[tuple[str, object]]:
    """Yield a value and all inside it, each with its path; not inside of what is kept whole."""
    yield path or ".", value
    if is_whole(path or "."):
        return
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _walk(each, f"{path}.{name}" if path else str(name), is_whole)
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each, f"{path}#", is_whole)


def _type(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float"
        case str():
            return "string"
        case list():
            return "list" if value else "empty list"
        case _:
            return "object" if value else "empty object"


def differing(ours: Observation, theirs: Observation) -> dict[str, tuple[str | None, str | None]]:
    """Return what is not the same on both sides: key → (ours, theirs); None: not seen there."""
    keys = [*ours, *(key for key in theirs if key not in ours)]
    return {
        key: (ours.get(key), theirs.get(key)) for key in keys if ours.get(key) != theirs.get(key)
    }


def layer_words(lines: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the progress words of each layer in the order they first came: ID → words."""
    found: dict[str, list[str]] = {}
    for line in lines:
        words = found.setdefault(str(line.get("id", "")), [])
        word = str(line.get("status", ""))
        if word and word not in words:
            words.append(word)
    return found
