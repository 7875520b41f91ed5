"""What shells put in the place of variables, sums and patterns."""

from __future__ import annotations

import ast
import fnmatch
import operator
import posixpath
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tui.practice.containers.machine import Machine
    from tui.practice.containers.syntax import Word

Lookup = Callable[[str], str]

_PARAMETER: Final = re.compile(r"(#?)(\w+|[?$#@*])(?:(:?[-=+]|%%?|##?)(.*))?", re.DOTALL)
_VARIABLE: Final = re.compile(r"\$?\b([A-Za-z_]\w*)")

_BINARY: Final[dict[type[ast.operator], Callable[[int, int], int]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: lambda a, b: abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1) if b else 0,
    ast.Mod: lambda a, b: a % b if b else 0,
}
_COMPARED: Final[dict[type[ast.cmpop], Callable[[int, int], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def variable(text: str, lookup: Lookup) -> str:
    """Return what stands for `${text}`: a name, perhaps with `:-default`, `%end` or the like."""
    found = _PARAMETER.fullmatch(text)
    if not found:
        return ""
    length, name, how, rest = found[1], found[2], found[3], found[4] or ""
    value = lookup(name)
    if length:
        return str(len(value))
    if how in {":-", "-", ":=", "="}:
        return value or rest
    if how in {":+", "+"}:
        return rest if value else ""
    if how in {"%", "%%", "#", "##"}:
        return _cut(value, rest, how)
    return value


def _cut(value: str, pattern: str, how: str) -> str:
    """Return a value without the end (%) or the beginning (#) that a pattern means."""
    places = range(len(value) + 1)
    lengths = places if how in {"#", "%%"} else reversed(places)
    for at in lengths:
        if how[0] == "#" and fnmatch.fnmatchcase(value[:at], pattern):
            return value[at:]
        if how[0] == "%" and fnmatch.fnmatchcase(value[at:], pattern):
            return value[:at]
    return value


def arithmetic(text: str, lookup: Lookup) -> str:
    """Return the result of a sum of whole numbers; 0 for what is none."""
    filled = _VARIABLE.sub(lambda found: lookup(found[1]) or "0", text).strip().replace("/", "//")
    try:
        return str(_calculated(ast.parse(filled, mode="eval").body)) if filled else "0"
    except (SyntaxError, ValueError):
        return "0"


def _calculated(node: ast.expr) -> int:
    """Return the value of an expression.

    Raises:
        ValueError: it is more than a sum.
    """
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_calculated(inner)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
            return _BINARY[type(sign)](_calculated(left), _calculated(right))
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _COMPARED:
            return int(_COMPARED[type(sign)](_calculated(left), _calculated(right)))
    raise ValueError(ast.dump(node))


def fields(pieces: list[tuple[str, bool]], machine: Machine, word: Word) -> list[str]:
    """Return the words that a word becomes: split at blanks, patterns filled in.

    Args:
        pieces: Its parts, and whether each stays as it is.
        machine: Whose files patterns mean.
        word: As it was written, to tell which parts may be patterns.
    """
    found: list[str] = []
    open_word: str | None = None
    for text, stays in pieces:
        if stays:
            open_word = (open_word or "") + text
            continue
        parts = text.split()
        if not parts:
            continue
        if text[:1].isspace() and open_word is not None:
            found.append(open_word)
            open_word = None
        found += [(open_word or "") + part if n == 0 else part for n, part in enumerate(parts[:-1])]
        joined = (open_word or "") + parts[-1] if len(parts) == 1 else parts[-1]
        open_word = joined
        if text[-1:].isspace():
            found.append(open_word)
            open_word = None
    if open_word is not None:
        found.append(open_word)
    is_pattern = any(not part.is_quoted and set(part.text) & set("*?[") for part in word)
    return _filled(found, machine) if is_pattern else [_home(x, machine, word) for x in found]


def _home(text: str, machine: Machine, word: Word) -> str:
    is_plain = bool(word) and word[0].kind == "text" and not word[0].is_quoted
    if is_plain and (text == "~" or text.startswith("~/")):
        return machine.env.get("HOME", "/root") + text[1:]
    return text


def _filled(words: list[str], machine: Machine) -> list[str]:
    found: list[str] = []
    for word in words:
        found += glob(machine, word) or [word]
    return found


def glob(machine: Machine, pattern: str) -> list[str]:
    """Return the paths that a pattern means, written as the pattern is."""
    found = ["/"] if pattern.startswith("/") else [""]
    for part in [part for part in pattern.split("/") if part]:
        matches: list[str] = []
        for base in found:
            folder = machine.where(base or ".")
            if folder is None:
                continue
            if not set(part) & set("*?["):
                names = [part] if machine.tree.get(posixpath.join(folder, part)) else []
            else:
                names = fnmatch.filter(machine.tree.children(folder), part)
            visible = [x for x in names if part.startswith(".") or not x.startswith(".")]
            matches += [posixpath.join(base, name) for name in visible]
        found = matches
    return found
