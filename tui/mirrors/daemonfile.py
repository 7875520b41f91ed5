"""`daemon.json`: the mirrors in it, and the same text with other mirrors.

Source: dockerd's own reading (daemon/config): UTF-8, a byte order mark is passed over, an empty
file is an empty object, no comments; of a doubled key the last one counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Final, NoReturn

from tui.i18n import _
from tui.mirrors.addresses import without_secret
from tui.mirrors.errors import BadDaemonFile
from tui.mirrors.jsonspans import Member, Span, elements_of, members_of

KEY: Final = "registry-mirrors"

LONGEST: Final = 1 << 20
"""Bytes of a daemon.json that is looked at."""

_BOM: Final = "\ufeff"
_SPACE: Final = " \t\r\n"
_COMMENT: Final = re.compile(r"//|/\*|#")


@dataclass(frozen=True, slots=True)
class DaemonFile:
    """A daemon.json that was understood."""

    data: bytes
    """As it is on the disk; empty where there is none."""
    mirrors: tuple[str, ...] = ()
    """As they are written."""
    has_key: bool = False
    """Whether anything is said about mirrors: an empty list clears them, a missing one does not."""
    is_doubled: bool = False
    """Whether the key is there more than once; the last one counts."""
    keys: tuple[str, ...] = ()

    def with_mirrors(self, mirrors: Sequence[str]) -> bytes:
        """Return the file with these mirrors; every other byte is as it was."""
        text = _decoded(self.data)
        if not text.removeprefix(_BOM).strip(_SPACE):
            return _encoded(f'{text}{{\n  "{KEY}": {_literal(mirrors)}\n}}\n')
        start = text.index("{")
        members = members_of(text, start)
        own = next((one for one in reversed(members) if one.key == KEY), None)
        if own is None:
            return _encoded(_inserted(text, start, members, mirrors))
        array = _rewritten(text, own.value, mirrors)
        return _encoded(text[: own.value.start] + array + text[own.value.end :])


def read_daemon_file(data: bytes, path: str = "daemon.json") -> DaemonFile:
    """Understand a daemon.json.

    Raises:
        BadDaemonFile: dockerd would refuse it, or it holds comments.
    """
    if len(data) > LONGEST:
        raise BadDaemonFile(_("it is too long"), path=path)
    text = _decoded(data)
    body = text.removeprefix(_BOM)
    if not body.strip(_SPACE):
        return DaemonFile(data)
    told = _loaded(body, path)
    if not isinstance(told, dict):
        raise BadDaemonFile(_("it holds no object: {...}"), path=path)
    members = members_of(text, text.index("{"))
    names = [member.key for member in members]
    mirrors = told.get(KEY)
    if mirrors is None:  # a null is read as an empty list
        mirrors = []
    if not isinstance(mirrors, list) or not all(isinstance(one, str) for one in mirrors):
        raise BadDaemonFile(_("registry-mirrors is no list of addresses"), path=path)
    return DaemonFile(
        data,
        mirrors=tuple(mirrors),
        has_key=KEY in told,
        is_doubled=names.count(KEY) > 1,
        keys=tuple(told),
    )


def differs_in_more(one: bytes, other: bytes) -> bool:
    """Tell whether two files that were understood differ in more than their mirrors."""
    rests = []
    for data in (one, other):
        body = _decoded(data).removeprefix(_BOM).strip(_SPACE)
        told = json.loads(body or "{}")
        rests.append({key: value for key, value in told.items() if key != KEY})
    return bool(rests[0] != rests[1])


def difference(before: bytes, after: bytes, path: str) -> tuple[str, ...]:
    """Return what changes, as `diff -u` shows it, but for passwords in addresses."""
    old, new = (_decoded(data).split("\n") for data in (before, after))
    lines = unified_diff(
        old[:-1] if old[-1] == "" else old,
        new[:-1] if new[-1] == "" else new,
        path,
        path,
        lineterm="",
    )
    return tuple(map(without_secret, lines))


def _loaded(body: str, path: str) -> object:
    """Read JSON as strictly as dockerd does.

    Raises:
        BadDaemonFile: it is none; a comment is called by its name.
    """
    try:
        value: object = json.loads(body, parse_constant=_no_constant)
    except RecursionError:
        raise BadDaemonFile(_("it is nested too deeply"), path=path) from None
    except json.JSONDecodeError as error:
        if _COMMENT.match(body, error.pos):
            raise BadDaemonFile(
                _("line {line} is a comment, which JSON does not have").format(line=error.lineno),
                path=path,
            ) from error
        raise BadDaemonFile(str(error), path=path) from error
    except ValueError as error:
        raise BadDaemonFile(str(error), path=path) from error
    return value


def _no_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python's reader takes."""
    raise ValueError(name)


def _inserted(text: str, start: int, members: Sequence[Member], mirrors: Sequence[str]) -> str:
    """Return an object's text with the key added at its end, written as its neighbour is."""
    line = "\r\n" if "\r\n" in text else "\n"
    if not members:
        at = start + 1
        end = text.index("}", at)
        tail = "" if "\n" in text[at:end] else line
        return f'{text[:at]}{line}  "{KEY}": {_literal(mirrors)}{tail}{text[at:]}'
    last = members[-1]
    before = text[: last.name.start]
    lead = before[len(before.rstrip(_SPACE)) :]
    colon = text[last.name.end : last.value.start]
    if len(members) == 1 and not lead and colon[-1] in _SPACE:
        lead = " "  # nothing shows how members are parted here
    at = last.value.end
    return f'{text[:at]},{lead}"{KEY}"{colon}{_literal(mirrors)}{text[at:]}'


def _rewritten(text: str, value: Span, mirrors: Sequence[str]) -> str:
    """Return the array with other elements, laid out as it was; what stays is written as it was."""
    if text[value.start] != "[":
        return _literal(mirrors)
    spans = elements_of(text, value.start)
    if not spans or not mirrors:
        return _literal(mirrors)
    written = {json.loads(span.of(text)): span.of(text) for span in spans}
    lead = text[value.start + 1 : spans[0].start]
    tail = text[spans[-1].end : value.end - 1]
    between = f",{lead or ' '}"
    if len(spans) > 1:
        between = text[spans[0].end : spans[1].start]
    literals = (written.get(one) or json.dumps(one) for one in mirrors)
    return f"[{lead}{between.join(literals)}{tail}]"


def _literal(mirrors: Sequence[str]) -> str:
    return json.dumps(list(mirrors))


def _decoded(data: bytes) -> str:
    """Return the text; bytes that are no UTF-8 come back as they were."""
    return data.decode("utf-8", "surrogateescape")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
