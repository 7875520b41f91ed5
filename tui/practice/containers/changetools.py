"""The small programs of a Unix system that change files: `touch`, `mkdir`, `rm` and the like."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tui.practice.nodes import Kind, Node

if TYPE_CHECKING:
    from tui.practice.containers.calls import Run, Tool

MISSING: Final = "No such file or directory"


def new_file(run: Run, content: bytes = b"", mode: int = 0o644) -> Node:
    """Return a file that is made now."""
    return Node(Kind.FILE, mode, mtime=int(run.machine.now), content=content)


def new_path(run: Run, name: str) -> str | None:
    """Return the path of what may be made; None, with a complaint, if its folder is missing."""
    path = run.machine.where(name)
    parent = None if path is None else run.machine.tree.get(posixpath.dirname(path))
    if path is None or parent is None or parent.kind is not Kind.DIRECTORY:
        run.fail(
            f"cannot touch '{name}': {MISSING}" if run.name == "touch" else f"{name}: {MISSING}"
        )
        return None
    return path


def _touch(run: Run) -> int:
    letters, operands, _values = run.split("dtr")
    status = 0
    for name in operands:
        path = new_path(run, name)
        if path is None:
            status = 1
            continue
        node = run.machine.tree.get(path)
        if node is not None:
            run.machine.tree.put(path, replace(node, mtime=int(run.machine.now)))
        elif "c" not in letters:
            run.machine.tree.put(path, new_file(run))
    return status


def _mkdir(run: Run) -> int:
    letters, operands, _values = run.split("m")
    tree, status = run.machine.tree, 0
    for name in operands:
        path = run.machine.absolute(name) if "p" in letters else run.machine.where(name)
        parent = None if path is None else tree.get(posixpath.dirname(path), follow=True)
        if path is None or (parent is None and "p" not in letters):
            status = run.fail(f"cannot create directory '{name}': {MISSING}")
        elif tree.get(path) is not None:
            if "p" not in letters:
                status = run.fail(f"cannot create directory '{name}': File exists")
        else:
            tree.put(path, Node(Kind.DIRECTORY, 0o755, mtime=int(run.machine.now)))
    return status


def _rm(run: Run) -> int:
    letters, operands, _values = run.split()
    status = 0
    for name in operands:
        path = run.machine.where(name, last=False)
        node = None if path is None else run.machine.tree.get(path)
        if path is None or node is None:
            if "f" not in letters:
                status = run.fail(f"cannot remove '{name}': {MISSING}")
        elif not path:
            status = run.fail("it is dangerous to operate recursively on '/'")
        elif node.kind is Kind.DIRECTORY and not set(letters) & set("rR"):
            status = run.fail(f"cannot remove '{name}': Is a directory")
        else:
            run.machine.tree.remove(path)
    return status


def _rmdir(run: Run) -> int:
    _letters, operands, _values = run.split()
    status = 0
    for name in operands:
        path = run.machine.where(name, last=False)
        node = None if path is None else run.machine.tree.get(path)
        if not path or node is None:
            status = run.fail(f"failed to remove '{name}': {MISSING}")
        elif node.kind is not Kind.DIRECTORY:
            status = run.fail(f"failed to remove '{name}': Not a directory")
        elif run.machine.tree.children(path):
            status = run.fail(f"failed to remove '{name}': Directory not empty")
        else:
            run.machine.tree.remove(path)
    return status


def _cp(run: Run) -> int:
    letters, operands, _values = run.split()
    if len(operands) < 2:
        return run.fail("missing destination file operand")
    tree, status = run.machine.tree, 0
    for name in operands[:-1]:
        path = run.machine.where(name)
        node = None if path is None else tree.get(path)
        target = _into(run, operands[-1], name)
        if path is None or node is None:
            status = run.fail(f"cannot stat '{name}': {MISSING}")
        elif target is None:
            status = run.fail(f"cannot create '{operands[-1]}': {MISSING}")
        elif node.kind is Kind.DIRECTORY and not set(letters) & set("rRa"):
            status = run.fail(f"-r not specified; omitting directory '{name}'")
        else:
            for below, found in list(tree.walk(path)):
                changed = found if "a" in letters else replace(found, mtime=int(run.machine.now))
                tree.put(target + below[len(path) :], changed)
    return status


def _mv(run: Run) -> int:
    _letters, operands, _values = run.split()
    if len(operands) < 2:
        return run.fail("missing destination file operand")
    tree, status = run.machine.tree, 0
    for name in operands[:-1]:
        path = run.machine.where(name, last=False)
        target = _into(run, operands[-1], name)
        if not path or tree.get(path) is None:
            status = run.fail(f"cannot stat '{name}': {MISSING}")
        elif target is None:
            status = run.fail(f"cannot move '{name}' to '{operands[-1]}': {MISSING}")
        elif target == path or target.startswith(f"{path}/"):
            status = run.fail(f"cannot move '{name}' to itself")
        else:
            moved = list(tree.walk(path))
            tree.remove(path)
            for below, node in moved:
                tree.put(target + below[len(path) :], node)
    return status


def _into(run: Run, target: str, name: str) -> str | None:
    """Return where something goes: into a folder, or under the name itself."""
    path = run.machine.where(target)
    node = None if path is None else run.machine.tree.get(path)
    if path is not None and node is not None and node.kind is Kind.DIRECTORY:
        return posixpath.join(path, posixpath.basename(name.rstrip("/")))
    parent = None if path is None else run.machine.tree.get(posixpath.dirname(path))
    return path if parent is not None and parent.kind is Kind.DIRECTORY else None


def _ln(run: Run) -> int:
    letters, operands, _values = run.split()
    if not operands:
        return run.fail("missing file operand")
    target = operands[0]
    path = _into(run, operands[1] if len(operands) > 1 else ".", target)
    if path is None:
        return run.fail(f"failed to create link: {MISSING}")
    if run.machine.tree.get(path) is not None and "f" not in letters:
        return run.fail(f"failed to create link '{operands[-1]}': File exists")
    if "s" in letters:
        node = Node(Kind.SYMLINK, 0o777, mtime=int(run.machine.now), target=target)
    else:
        found = run.machine.tree.get(target, follow=True)
        if found is None or found.kind is Kind.DIRECTORY:
            return run.fail(f"failed to access '{target}': {MISSING}")
        node = found
    run.machine.tree.put(path, node)
    return 0


def _chmod(run: Run) -> int:
    words = [word for word in run.arguments if word not in {"-R", "-v", "-f"}]
    status = 0
    for name in words[1:]:
        path = run.machine.where(name)
        node = None if path is None else run.machine.tree.get(path)
        mode = _mode(words[0], node.mode) if node is not None else None
        if path is None or node is None:
            status = run.fail(f"cannot access '{name}': {MISSING}")
        elif mode is None:
            return run.fail(f"invalid mode: '{words[0]}'")
        else:
            paths = (
                [x for x, _node in run.machine.tree.walk(path)] if "-R" in run.arguments else [path]
            )
            for below in paths:
                found = run.machine.tree.get(below)
                if found is not None:
                    run.machine.tree.put(below, replace(found, mode=mode))
    return status


def _mode(text: str, old: int) -> int | None:
    if re.fullmatch("[0-7]{1,4}", text):
        return int(text, 8)
    found = re.fullmatch("([ugoa]*)([-+])([rwx]+)", text)
    if not found:
        return None
    bits = sum({"r": 4, "w": 2, "x": 1}[letter] for letter in set(found[3]))
    who = found[1].replace("a", "ugo") or "ugo"
    mask = sum(bits << {"u": 6, "g": 3, "o": 0}[letter] for letter in set(who))
    return old | mask if found[2] == "+" else old & ~mask


def _chown(run: Run) -> int:
    words = [word for word in run.arguments if not word.startswith("-")]
    user, _colon, group = words[0].partition(":") if words else ("", "", "")
    status = 0
    for name in words[1:]:
        path = run.machine.where(name)
        node = None if path is None else run.machine.tree.get(path)
        if path is None or node is None:
            status = run.fail(f"cannot access '{name}': {MISSING}")
            continue
        uid = _numbered(run, "passwd", user, node.uid)
        gid = _numbered(run, "group", group, node.gid)
        if uid is None or gid is None:
            return run.fail(f"invalid user: '{words[0]}'")
        run.machine.tree.put(path, replace(node, uid=uid, gid=gid))
    return status


def _numbered(run: Run, table: str, name: str, old: int) -> int | None:
    if not name or name.isdecimal():
        return int(name) if name else old
    found = run.machine.tree.get(f"etc/{table}", follow=True)
    for line in (found.content if found else b"").decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        if fields[0] == name and len(fields) > 2 and fields[2].isdecimal():
            return int(fields[2])
    return None


CHANGE_TOOLS: Final[dict[str, Tool]] = {
    "chmod": _chmod,
    "chown": _chown,
    "cp": _cp,
    "ln": _ln,
    "mkdir": _mkdir,
    "mv": _mv,
    "rm": _rm,
    "rmdir": _rmdir,
    "touch": _touch,
}
