"""Which program a path means, and what plays it."""

from __future__ import annotations

import posixpath
from collections.abc import Generator
from typing import TYPE_CHECKING, Final

from tui.practice.containers import servers, shell, shells
from tui.practice.containers.calls import Run
from tui.practice.containers.filetools import FILE_TOOLS
from tui.practice.containers.mounted import Busy, ReadOnly
from tui.practice.containers.streams import Streams
from tui.practice.containers.tools import TOOLS
from tui.practice.nodes import Kind

if TYPE_CHECKING:
    from tui.practice.containers.machine import Machine
    from tui.practice.containers.process import Program
    from tui.practice.containers.shell import Doing, Shell
    from tui.practice.tree import Tree

SHELLS: Final = frozenset({"sh", "bash", "ash", "dash"})
NOT_FOUND: Final = 127
NOT_PERMITTED: Final = 126

HELLO: Final = """
Hello from the practice engine!
This message shows that a container was made from an image and ran.

To try something more ambitious:
 $ docker run -it centos bash
"""


def which(tree: Tree, name: str, path: str) -> str | None:
    """Return where a program is that is called by its name; without a leading slash."""
    if not name:
        return None
    for folder in path.split(":"):
        found = tree.resolve(posixpath.join(folder, name))
        node = None if found is None else tree.get(found)
        if node is not None and node.kind is Kind.FILE and node.mode & 0o111:
            return posixpath.join(folder, name).lstrip("/")
    return None


def program(machine: Machine, path: str, command: list[str]) -> Program:
    """Return what a command does.

    Args:
        machine: Where it runs.
        path: Of the program, without a leading slash.
        command: As it was called.
    """
    name = posixpath.basename(command[0])
    node = machine.tree.get(path, follow=True)
    first = node.content[:64].partition(b"\n")[0] if node is not None else b""
    if (
        first.startswith(b"#!")
        and posixpath.basename(first.split()[0].decode("latin-1")[2:]) in SHELLS
    ):
        return shells.script(machine, path, command, start)
    if name in SHELLS:
        return shells.main(machine, command, start)
    return _other(machine, command, Streams.of(machine), machine.env)


def _other(machine: Machine, command: list[str], streams: Streams, env: dict[str, str]) -> Program:
    """Run a program that is no shell."""
    name = posixpath.basename(command[0])
    if name == "busybox" and len(command) > 1:
        name, command = command[1], command[1:]
    tool = TOOLS.get(name) or FILE_TOOLS.get(name)
    if tool is not None:
        if name == "env" and len(command) > 1:
            return (yield from _env(machine, command, streams, env))
        try:
            result = tool(Run(machine, command, streams, env))
            return (yield from result) if isinstance(result, Generator) else result
        except (ReadOnly, Busy) as error:
            streams.complain(f"{name}: {error.filename}: {error.strerror}")
            return 1
    server = servers.find(name, command)
    if server is not None:
        return (yield from server(machine, command, streams))
    if name == "hello":
        streams.say(HELLO.strip("\n"))
        return 0
    streams.complain(f"{name}: the practice engine does not play this program")
    return 1


def _env(machine: Machine, command: list[str], streams: Streams, env: dict[str, str]) -> Program:
    words, given = command[1:], dict(env)
    while words and ("=" in words[0] or words[0].startswith("-")):
        name, equals, value = words.pop(0).partition("=")
        if equals:
            given[name] = value
    if not words:
        for name, value in given.items():
            streams.say(f"{name}={value}")
        return 0
    inner = shell.Shell(machine, "env", start, given, exported=set(given))
    return (yield from start(inner, words, streams))


def start(caller: Shell, words: list[str], streams: Streams) -> Doing:
    """Run a program for a shell, which waits for it."""
    machine, name = caller.machine, words[0]
    if "/" in name:
        found = machine.where(name)
        node = None if found is None else machine.tree.get(found)
        if found is None or node is None:
            caller.complain(streams, f"{name}: No such file or directory")
            return NOT_FOUND
        if node.kind is not Kind.FILE or not node.mode & 0o111:
            caller.complain(streams, f"{name}: Permission denied")
            return NOT_PERMITTED
        path: str | None = posixpath.join(machine.cwd, name).lstrip("/")
    else:
        path = which(machine.tree, name, caller.lookup("PATH"))
    if path is None:
        is_bash = caller.name == "bash"
        caller.complain(streams, f"{name}: {'command ' if is_bash else ''}not found")
        return NOT_FOUND
    return (yield from _child(caller, path, words, streams))


def _child(caller: Shell, path: str, words: list[str], streams: Streams) -> Doing:
    machine = caller.machine
    name = posixpath.basename(words[0])
    node = machine.tree.get(path, follow=True)
    is_script = node is not None and node.content.startswith(b"#!")
    if name not in SHELLS and not is_script:
        return (yield from _other(machine, words, streams, caller.env))
    inner = shells.child(caller, name)
    if is_script:
        return (yield from shells.run_file(inner, [f"/{path}", *words[1:]], streams))
    return (yield from shells.called(inner, words, streams))
