"""The small programs of a Unix system that read files."""

from __future__ import annotations

import posixpath
import re
import stat
import time
from typing import TYPE_CHECKING, Final

from tui.practice.containers.changetools import CHANGE_TOOLS, MISSING, new_file, new_path
from tui.practice.nodes import Kind, Node

if TYPE_CHECKING:
    from tui.practice.containers.calls import Run, Tool
    from tui.practice.containers.process import Program

_HALF_YEAR: Final = 182 * 86400
_LETTERS: Final = {
    Kind.FILE: stat.S_IFREG, Kind.DIRECTORY: stat.S_IFDIR, Kind.SYMLINK: stat.S_IFLNK,
    Kind.CHARACTER: stat.S_IFCHR, Kind.BLOCK: stat.S_IFBLK, Kind.FIFO: stat.S_IFIFO,
}  # fmt: skip


# ls


def _ls(run: Run) -> int:
    letters, operands, _values = run.split()
    files, folders, status = [], [], 0
    for name in operands or ["."]:
        path = run.machine.where(name, last="l" not in letters and "d" not in letters)
        node = None if path is None else run.machine.tree.get(path)
        if path is None or node is None:
            status = run.fail(f"cannot access '{name}': {MISSING}", 2)
        elif node.kind is Kind.DIRECTORY and "d" not in letters:
            folders.append((name, path))
        else:
            files.append((name, node))
    _list(run, files, letters)
    for number, (name, path) in enumerate(folders):
        if len(folders) + len(files) > 1 or "R" in letters:
            run.streams.out(b"\n" if number or files else b"")
            run.say(f"{name}:")
        entries = _entries(run, path, letters)
        if "l" in letters:
            run.say(f"total {sum(-(-node.size // 4096) * 4 for _name, node in entries)}")
        _list(run, entries, letters)
        if "R" in letters:
            below = [
                x for x, node in entries if node.kind is Kind.DIRECTORY and x not in {".", ".."}
            ]
            folders[number + 1 : number + 1] = [
                (posixpath.join(name, x), posixpath.join(path, x)) for x in below
            ]
    return status


def _entries(run: Run, path: str, letters: str) -> list[tuple[str, Node]]:
    tree = run.machine.tree
    names = [x for x in tree.children(path) if not x.startswith(".") or set(letters) & set("aA")]
    if "a" in letters:
        names = [".", "..", *names]
    found = [(name, node) for name in names if (node := tree.get(posixpath.join(path, name)))]
    if "t" in letters:
        found.sort(key=lambda entry: -entry[1].mtime)
    return found[::-1] if "r" in letters else found


def _list(run: Run, entries: list[tuple[str, Node]], letters: str) -> None:
    if "l" in letters:
        width = max((len(_size(node, letters)) for _name, node in entries), default=0)
        for name, node in entries:
            run.say(_long(run, name, node, letters, width))
        return
    names = [
        name + ("/" if "F" in letters and node.kind is Kind.DIRECTORY else "")
        for name, node in entries
    ]
    columns = run.machine.columns if "1" not in letters else 0
    for text in _in_columns(names, columns) if columns else names:
        run.say(text)


def _in_columns(names: list[str], columns: int) -> list[str]:
    """Return lines of names, sorted downwards as `ls` writes them to a terminal."""
    if not names:
        return []
    width = max(map(len, names)) + 2
    count = max(1, columns // width)
    rows = -(-len(names) // count)
    lines = ("".join(f"{name:{width}}" for name in names[row::rows]) for row in range(rows))
    return [line.rstrip() for line in lines]


def _long(run: Run, name: str, node: Node, letters: str, width: int) -> str:
    mode = stat.filemode(_LETTERS[node.kind] | node.mode)
    owner, group = (_named(run, "passwd", node.uid), _named(run, "group", node.gid))
    moment = time.gmtime(node.mtime)
    is_recent = abs(run.machine.now - node.mtime) < _HALF_YEAR
    when = time.strftime("%b %e %H:%M" if is_recent else "%b %e  %Y", moment)
    links = 1 if node.kind is not Kind.DIRECTORY else 2
    target = f" -> {node.target}" if node.kind is Kind.SYMLINK else ""
    return f"{mode} {links} {owner} {group} {_size(node, letters):>{width}} {when} {name}{target}"


def _size(node: Node, letters: str) -> str:
    size = 4096 if node.kind is Kind.DIRECTORY else node.size
    if "h" not in letters:
        return str(size)
    for unit in ("", "K", "M", "G"):
        if size < 1024:
            return f"{size}{unit}"
        size = -(-size // 1024)
    return f"{size}T"


def _named(run: Run, table: str, number: int) -> str:
    node = run.machine.tree.get(f"etc/{table}", follow=True)
    if node is not None:
        for line in node.content.decode("utf-8", "replace").splitlines():
            fields = line.split(":")
            if len(fields) > 2 and fields[2] == str(number):
                return fields[0]
    return str(number)


# Contents


def _cat(run: Run) -> Program:
    _letters, operands, _values = run.split()
    status = 0
    for name in operands or ["-"]:
        if name == "-":
            while line := (yield from run.line()):
                run.streams.out(line)
            continue
        found = run.content(name)
        if isinstance(found, str):
            status = run.fail(f"{name}: {found}")
        else:
            run.streams.out(found)
    return status


def _head(run: Run) -> Program:
    _letters, operands, values = run.split("nc")
    short = next((word[1:] for word in run.arguments if re.fullmatch(r"-\d+", word)), "")
    content, status = yield from run.inputs(operands)
    if "c" in values:
        run.streams.out(content[: _number(values["c"])])
        return status
    count = _number(short or values.get("n", "10"))
    run.streams.out(b"".join(content.splitlines(keepends=True)[:count]))
    return status


def _tail(run: Run) -> Program:
    letters, operands, values = run.split("nc")
    short = next((word[1:] for word in run.arguments if re.fullmatch(r"-\d+", word)), "")
    content, status = yield from run.inputs(operands)
    count = _number(short or values.get("n", "10"))
    lines = content.splitlines(keepends=True)
    run.streams.out(b"".join(lines[-count:] if count else []))
    if "f" in letters.lower() and not status:
        yield from _follow(run, operands, content)
    return status


def _follow(run: Run, names: list[str], seen: bytes) -> Program:
    """Write what is added to files, for ever."""
    from tui.practice.containers.process import FOREVER, Until

    while True:
        if not names or names[0] == "/dev/null":
            yield FOREVER
        yield Until(run.machine.now + 1)
        now = run.content(names[0])
        if isinstance(now, bytes):
            run.streams.out(now[len(seen) :] if now.startswith(seen) else now)
            seen = now


def _wc(run: Run) -> Program:
    letters, operands, _values = run.split()
    status = 0
    for name in operands or [""]:
        content, failed = yield from run.inputs([name] if name else [])
        if failed:
            status = failed
            continue
        counts = {"l": content.count(b"\n"), "w": len(content.split()), "c": len(content)}
        chosen = [counts[x] for x in "lwc" if x in letters] or list(counts.values())
        text = " ".join(f"{count:>7}" if len(chosen) > 1 else str(count) for count in chosen)
        run.say(f"{text} {name}".rstrip())
    return status


def _grep(run: Run) -> Program:
    letters, operands, values = run.split("e")
    pattern = values.get("e") or (operands.pop(0) if operands else "")
    try:
        wanted = re.compile(
            re.escape(pattern) if "F" in letters else pattern,
            re.IGNORECASE if "i" in letters else 0,
        )
    except re.error:
        return run.fail(f"bad regex '{pattern}'", 2)
    content, status = yield from run.inputs(operands)
    found = [
        (number, line)
        for number, line in enumerate(content.decode("utf-8", "surrogateescape").splitlines(), 1)
        if bool(wanted.search(line)) != ("v" in letters)
    ]
    if "c" in letters:
        run.say(str(len(found)))
    elif "q" not in letters:
        for number, line in found:
            run.say(f"{number}:{line}" if "n" in letters else line)
    return 2 if status else int(not found)


def _sort(run: Run) -> Program:
    letters, operands, _values = run.split()
    content, status = yield from run.inputs(operands)
    lines = content.decode("utf-8", "surrogateescape").splitlines()
    lines.sort(key=_by_number if "n" in letters else None, reverse="r" in letters)
    for line in dict.fromkeys(lines) if "u" in letters else lines:
        run.say(line)
    return status


def _by_number(line: str) -> float:
    found = re.match(r"\s*(-?\d+(?:\.\d+)?)", line)
    return float(found[1]) if found else 0.0


def _uniq(run: Run) -> Program:
    _letters, operands, _values = run.split()
    content, status = yield from run.inputs(operands)
    last: str | None = None
    for line in content.decode("utf-8", "surrogateescape").splitlines():
        if line != last:
            run.say(line)
        last = line
    return status


def _tee(run: Run) -> Program:
    letters, operands, _values = run.split()
    content, _status = yield from run.inputs([])
    run.streams.out(content)
    for name in operands:
        old = run.content(name) if "a" in letters else b""
        path = new_path(run, name)
        if path is None:
            return 1
        before = old if isinstance(old, bytes) else b""
        run.machine.tree.put(path, new_file(run, before + content))
    return 0


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 10


def _df(run: Run) -> int:
    run.say("Filesystem     1K-blocks     Used Available Use% Mounted on")
    run.say("overlay         61202244 12240448  45820468  22% /")
    return 0


def _du(run: Run) -> int:
    _letters, operands, _values = run.split()
    status = 0
    for name in operands or ["."]:
        path = run.machine.where(name)
        if path is None or run.machine.tree.get(path) is None:
            status = run.fail(f"cannot access '{name}': {MISSING}")
            continue
        blocks = sum(
            -(-max(node.size, 1) // 4096) * 4 for _path, node in run.machine.tree.walk(path)
        )
        run.say(f"{blocks}\t{name}")
    return status


def _find(run: Run) -> int:
    words = list(run.arguments)
    starts = []
    while words and not words[0].startswith("-"):
        starts.append(words.pop(0))
    wanted = re.compile(".*")
    if "-name" in words[:-1]:
        import fnmatch

        wanted = re.compile(fnmatch.translate(words[words.index("-name") + 1]))
    kind = words[words.index("-type") + 1] if "-type" in words[:-1] else ""
    kinds = {"f": Kind.FILE, "d": Kind.DIRECTORY, "l": Kind.SYMLINK}
    status = 0
    for name in starts or ["."]:
        path = run.machine.where(name)
        if path is None or run.machine.tree.get(path) is None:
            status = run.fail(f"'{name}': {MISSING}")
            continue
        for below, node in run.machine.tree.walk(path):
            if (
                wanted.fullmatch(posixpath.basename(below))
                and kinds.get(kind, node.kind) is node.kind
            ):
                rest = below[len(path) :].lstrip("/")
                run.say(posixpath.join(name, rest) if rest else name)
    return status


def _readlink(run: Run) -> int:
    letters, operands, _values = run.split()
    if not operands:
        return run.fail("missing operand")
    path = run.machine.where(operands[0], last="f" in letters)
    if path is None:
        return 1
    node = run.machine.tree.get(path)
    if "f" in letters:
        run.say(f"/{path}")
    elif node is None or node.kind is not Kind.SYMLINK:
        return 1
    else:
        run.say(node.target)
    return 0


def _which(run: Run) -> int:
    from tui.practice.containers.programs import which

    status = 0
    for name in run.arguments:
        path = which(run.machine.tree, name, run.env.get("PATH", ""))
        if path:
            run.say(f"/{path}")
        else:
            status = 1
    return status


def _name(run: Run) -> int:
    if not run.arguments:
        return run.fail("missing operand")
    function = posixpath.basename if run.name == "basename" else posixpath.dirname
    found = function(run.arguments[0].rstrip("/"))
    suffix = run.arguments[1] if len(run.arguments) > 1 else ""
    run.say(found.removesuffix(suffix) or ("." if run.name == "dirname" else ""))
    return 0


FILE_TOOLS: Final[dict[str, Tool]] = {
    **CHANGE_TOOLS,
    "basename": _name,
    "cat": _cat,
    "df": _df,
    "dir": _ls,
    "dirname": _name,
    "du": _du,
    "find": _find,
    "grep": _grep,
    "head": _head,
    "ls": _ls,
    "readlink": _readlink,
    "sort": _sort,
    "tail": _tail,
    "tee": _tee,
    "uniq": _uniq,
    "wc": _wc,
    "which": _which,
}
