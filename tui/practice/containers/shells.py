"""How a shell begins: with a script, or talking to somebody at a terminal."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Generator
from dataclasses import replace

from tui.practice.containers import syntax
from tui.practice.containers.machine import Machine
from tui.practice.containers.process import READING, SIGINT, Program, Reading, Signal, Until
from tui.practice.containers.shell import Doing, Leave, LoopEnd, Shell, Starter
from tui.practice.containers.streams import Streams
from tui.practice.nodes import Kind


def main(machine: Machine, command: list[str], start: Starter) -> Program:
    """Run a shell as it was called: with `-c`, with a script, or reading its input."""
    name = posixpath.basename(command[0]).lstrip("-")
    return (yield from called(_made(machine, name, start), command, Streams.of(machine)))


def script(machine: Machine, path: str, command: list[str], start: Starter) -> Program:
    """Run a program that is a shell script."""
    shell = _made(machine, posixpath.basename(command[0]), start)
    return (yield from run_file(shell, [f"/{path}", *command[1:]], Streams.of(machine)))


def child(caller: Shell, name: str) -> Shell:
    """Return a shell that another one starts: it knows what that one exported."""
    machine = replace(caller.machine)
    return Shell(machine, name, caller.start, caller.env, exported=set(caller.exported))


def called(shell: Shell, command: list[str], streams: Streams) -> Doing:
    """Run a shell with the words that it was called with."""
    options, letters = command[1:], ""
    while options and options[0][:1] in "-+" and options[0] not in {"-", "--"}:
        option = options.pop(0)
        letters += "" if option.startswith("--") else option[1:]
    shell.stops_on_error = "e" in letters
    if "c" in letters:
        if not options:
            streams.complain(f"{shell.name}: -c: option requires an argument")
            return 2
        shell.arguments = options[2:]
        return (yield from _left(shell.run_text(options[0], streams)))
    if options:
        return (yield from run_file(shell, options, streams))
    has_terminal = shell.machine.process.terminal is not None
    shell.is_interactive = has_terminal and streams.stdin is shell.machine.process.stdin
    return (yield from _left(_reading(shell, streams)))


def run_file(shell: Shell, arguments: list[str], streams: Streams) -> Doing:
    """Run a script that lies in a file; the words after its path are its arguments."""
    path = shell.machine.where(arguments[0])
    node = None if path is None else shell.machine.tree.get(path)
    if node is None or node.kind is not Kind.FILE:
        shell.complain(streams, f"{arguments[0]}: No such file or directory")
        return 127
    shell.arguments = arguments[1:]
    text = node.content.decode("utf-8", "replace")
    return (yield from _left(shell.run_text(text, streams)))


def _made(machine: Machine, name: str, start: Starter) -> Shell:
    return Shell(machine, name, start, dict(machine.env), exported=set(machine.env))


def _left(doing: Doing) -> Doing:
    try:
        return (yield from doing)
    except Leave as leave:
        return leave.status
    except LoopEnd:
        return 0


def _reading(shell: Shell, streams: Streams) -> Doing:
    """Read commands from input, a line after the other."""
    if shell.is_interactive:
        shell.machine.process.handles.add(SIGINT)
    text = ""
    while True:
        try:
            if shell.is_interactive:
                streams.err(_prompt(shell, goes_on=bool(text)).encode("utf-8", "surrogateescape"))
            line = streams.stdin.take_line()
            while line is None:
                yield READING
                line = streams.stdin.take_line()
            if not line:
                if shell.is_interactive:
                    streams.err(b"exit\n" if shell.name == "bash" else b"\n")
                return shell.status
            text += line.decode("utf-8", "surrogateescape")
            text = yield from _one(shell, text, streams)
        except Signal as signal:
            if signal.number != SIGINT or not shell.is_interactive:
                raise
            streams.err(b"\n")
            text, shell.status = "", 128 + SIGINT


def _one(shell: Shell, text: str, streams: Streams) -> Generator[Until | Reading, None, str]:
    """Run what was read; returns it if it goes on in the next line."""
    try:
        script = syntax.parse(text)
    except syntax.Unfinished:
        if not streams.stdin.is_closed:
            return text
        shell.complain(streams, "syntax error: unexpected end of file")
        shell.status = 2
        return ""
    except syntax.SyntaxFault as fault:
        shell.complain(streams, f'syntax error: unexpected "{fault}"')
        shell.status = 2
        return ""
    try:
        yield from shell.run(script, streams)
    except LoopEnd:
        shell.status = 0
    return ""


def _prompt(shell: Shell, *, goes_on: bool) -> str:
    """Return what the shells of the usual images show to root."""
    machine = shell.machine
    if goes_on:
        return "> "
    home = shell.variables.get("HOME", "")
    at_home = bool(home) and re.match(f"{re.escape(home)}(/|$)", machine.cwd) is not None
    cwd = f"~{machine.cwd[len(home) :]}" if at_home else machine.cwd
    host, sign = machine.container.hostname, "#" if machine.process.user == "root" else "$"
    has = machine.tree.get
    if shell.name != "bash":
        is_dash = has("etc/debian_version") is not None
        return f"{sign} " if is_dash else f"{cwd} {sign} "
    if has("etc/centos-release") is not None:
        last = cwd if cwd in {"~", "/"} else posixpath.basename(cwd)
        return f"[{machine.process.user}@{host} {last}]{sign} "
    if has("etc/debian_version") is not None or has("etc/apt") is not None:
        return f"{machine.process.user}@{host}:{cwd}{sign} "
    return f"bash-5.3{sign} "
