"""What a shell does itself: `cd`, `exit`, `export` and the like."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Final

from tui.practice.containers.calls import Run
from tui.practice.containers.process import Reading, Until
from tui.practice.containers.shell import Leave, LoopEnd
from tui.practice.containers.signals import NUMBERS
from tui.practice.containers.tools import TOOLS
from tui.practice.nodes import Kind

if TYPE_CHECKING:
    from tui.practice.containers.shell import Doing, Shell
    from tui.practice.containers.streams import Streams

OWN_TOOLS: Final = (
    ":", "[", "echo", "false", "kill", "printf", "pwd", "test", "true", "umask",
)  # fmt: skip
"""Programs that shells bring along."""

Builtin = Callable[["Shell", list[str], "Streams"], "Doing"]


def _cd(shell: Shell, words: list[str], streams: Streams) -> Doing:
    yield from ()
    machine = shell.machine
    wanted = words[1] if len(words) > 1 else shell.lookup("HOME") or "/"
    wanted = shell.lookup("OLDPWD") or "/" if wanted == "-" else wanted
    path = machine.where(wanted)
    node = None if path is None else machine.tree.get(path)
    if node is None or node.kind is not Kind.DIRECTORY:
        why = "Not a directory" if node is not None else "No such file or directory"
        shell.complain(streams, f"cd: {wanted}: {why}")
        return 1
    shell.variables["OLDPWD"] = machine.cwd
    machine.cwd = posixpath.normpath(posixpath.join("/", machine.cwd, wanted))
    return 0


def _exit(shell: Shell, words: list[str], streams: Streams) -> Doing:
    yield from ()
    if shell.is_interactive and shell.name == "bash":
        streams.err(b"exit\n")
    status = words[1] if len(words) > 1 else str(shell.status)
    raise Leave(int(status) & 0xFF if status.lstrip("-").isdecimal() else 2)


def _export(shell: Shell, words: list[str], streams: Streams) -> Doing:
    yield from ()
    if len(words) == 1:
        for name, value in sorted(shell.env.items()):
            streams.say(f"export {name}='{value}'")
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if equals:
            shell.variables[name] = value
        shell.exported.add(name)
    return 0


def _unset(shell: Shell, words: list[str], _streams: Streams) -> Doing:
    yield from ()
    for name in words[1:]:
        shell.variables.pop(name, None)
        shell.exported.discard(name)
    return 0


def _set(shell: Shell, words: list[str], streams: Streams) -> Doing:
    yield from ()
    for number, word in enumerate(words[1:], 1):
        if word == "--":
            shell.arguments = words[number + 1 :]
            return 0
        if "e" in word[1:]:
            shell.stops_on_error = word[0] == "-"
    if len(words) == 1:
        for name, value in sorted(shell.variables.items()):
            streams.say(f"{name}='{value}'")
    return 0


def _shift(shell: Shell, words: list[str], _streams: Streams) -> Doing:
    yield from ()
    count = int(words[1]) if len(words) > 1 and words[1].isdecimal() else 1
    if count > len(shell.arguments):
        return 1
    shell.arguments = shell.arguments[count:]
    return 0


def _exec(shell: Shell, words: list[str], streams: Streams) -> Doing:
    if len(words) == 1:
        return 0
    shell.machine.process.command = words[1:]
    raise Leave((yield from shell.start(shell, words[1:], streams)))


def _eval(shell: Shell, words: list[str], streams: Streams) -> Doing:
    return (yield from shell.run_text(" ".join(words[1:]), streams))


def _source(shell: Shell, words: list[str], streams: Streams) -> Doing:
    path = shell.machine.where(words[1]) if len(words) > 1 else None
    node = None if path is None else shell.machine.tree.get(path)
    if node is None or node.kind is not Kind.FILE:
        shell.complain(streams, f"{' '.join(words[1:2])}: No such file or directory")
        return 1
    return (yield from shell.run_text(node.content.decode("utf-8", "replace"), streams))


def _read(shell: Shell, words: list[str], streams: Streams) -> Doing:
    line = yield from Run(shell.machine, words, streams, shell.env).line()
    names = [word for word in words[1:] if not word.startswith("-")] or ["REPLY"]
    values = line.decode("utf-8", "replace").split(None, len(names) - 1)
    for name, value in zip(names, [*values, *[""] * len(names)], strict=False):
        shell.variables[name] = value.strip()
    return 0 if line else 1


def _trap(shell: Shell, words: list[str], streams: Streams) -> Doing:
    yield from ()
    if len(words) < 3:
        for number, text in sorted(shell.traps.items()):
            streams.say(f"trap -- '{text}' {number}")
        return 0
    for word in words[2:]:
        number = NUMBERS.get(word.upper().removeprefix("SIG"), 0)
        number = int(word) if word.isdecimal() else number
        if words[1] == "-":
            shell.traps.pop(number, None)
            shell.machine.process.handles.discard(number)
        elif number:
            shell.traps[number] = words[1]
            shell.machine.process.handles.add(number)
    return 0


def _loop_end(_shell: Shell, words: list[str], _streams: Streams) -> Doing:
    yield from ()
    raise LoopEnd(goes_on=words[0] == "continue")


def _type(shell: Shell, words: list[str], streams: Streams) -> Doing:
    from tui.practice.containers.programs import which

    yield from ()
    status = 0
    for name in words[1:]:
        if name == "-v":
            continue
        path = which(shell.machine.tree, name, shell.lookup("PATH"))
        if name in BUILTINS:
            streams.say(name if words[0] == "command" else f"{name} is a shell builtin")
        elif path:
            streams.say(f"/{path}" if words[0] == "command" else f"{name} is /{path}")
        else:
            status = 127 if words[0] == "command" else 1
    return status


def _command(shell: Shell, words: list[str], streams: Streams) -> Doing:
    if words[1:2] == ["-v"]:
        return (yield from _type(shell, words, streams))
    builtin = BUILTINS.get(words[1]) if len(words) > 1 else None
    if builtin is not None:
        return (yield from builtin(shell, words[1:], streams))
    return (yield from shell.start(shell, words[1:], streams)) if len(words) > 1 else 0


def _help(_shell: Shell, _words: list[str], streams: Streams) -> Doing:
    yield from ()
    streams.say("This is the practice engine's shell: a small part of a real one. It knows")
    streams.say(" ".join(sorted({*BUILTINS, *TOOLS})))
    return 0


def _tool(name: str) -> Builtin:
    """Return a program that shells bring along, whether or not the image has it."""

    def run(shell: Shell, words: list[str], streams: Streams) -> Doing:
        result = TOOLS[name](Run(shell.machine, words, streams, shell.env))
        if isinstance(result, Generator):
            return (yield from result)
        return result

    return run


def _wait(_shell: Shell, _words: list[str], _streams: Streams) -> Doing:
    yield from _no_waiting()
    return 0


def _no_waiting() -> Generator[Until | Reading, None, None]:
    yield from ()


BUILTINS: Final[dict[str, Builtin]] = {
    ".": _source,
    "break": _loop_end,
    "cd": _cd,
    "command": _command,
    "continue": _loop_end,
    "eval": _eval,
    "exec": _exec,
    "exit": _exit,
    "export": _export,
    "help": _help,
    "read": _read,
    "set": _set,
    "shift": _shift,
    "source": _source,
    "trap": _trap,
    "type": _type,
    "unset": _unset,
    "wait": _wait,
    **{name: _tool(name) for name in OWN_TOOLS},
}
