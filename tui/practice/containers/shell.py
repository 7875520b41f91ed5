"""A tiny shell: runs scripts, and talks to somebody at a terminal."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from tui.practice.containers import expansion, syntax
from tui.practice.containers.machine import Machine
from tui.practice.containers.mounted import ReadOnly
from tui.practice.containers.process import (
    Input,
    Reading,
    Signal,
    Until,
)
from tui.practice.containers.streams import Streams, into_buffer, into_file
from tui.practice.nodes import Kind

if TYPE_CHECKING:
    from tui.practice.containers.syntax import (
        Command,
        For,
        Group,
        If,
        Loop,
        Pipeline,
        Redirect,
        Script,
        Simple,
        Word,
    )

BREATH: Final = 200
"""Turns of a loop after which a shell that never waits lets others go on."""

BREATH_SECONDS: Final = 0.05

Doing = Generator[Until | Reading, None, int]


class Leave(Exception):
    """`exit`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class LoopEnd(Exception):
    """`break` and `continue`."""

    def __init__(self, *, goes_on: bool) -> None:
        super().__init__()
        self.goes_on = goes_on


class Refused(Exception):
    """A redirection cannot be had; the text is the complaint."""


Starter = Callable[["Shell", list[str], Streams], Doing]
"""Runs a program that is no builtin."""


@dataclass(eq=False, slots=True)
class Shell:
    """The state of a shell."""

    machine: Machine
    name: str
    """As it was called: `sh`, `bash`."""
    start: Starter
    variables: dict[str, str] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    exported: set[str] = field(default_factory=set)
    traps: dict[int, str] = field(default_factory=dict)
    status: int = 0
    stops_on_error: bool = False
    is_interactive: bool = False
    turns: int = 0

    @property
    def env(self) -> dict[str, str]:
        """What programs get."""
        return {name: self.variables[name] for name in self.exported if name in self.variables}

    def complain(self, streams: Streams, text: str) -> None:
        """Write an error as shells do."""
        streams.complain(f"{self.name}: {text}")

    # Scripts

    def run_text(self, text: str, streams: Streams) -> Doing:
        """Run a script that comes as text."""
        try:
            script = syntax.parse(text)
        except syntax.SyntaxFault as fault:
            self.complain(streams, f'syntax error: unexpected "{fault}"')
            self.status = 2
            return 2
        return (yield from self.run(script, streams))

    def run(self, script: Script, streams: Streams, *, tested: bool = False) -> Doing:
        """Run the steps of a script one after another.

        Args:
            script: What to do.
            streams: Where from and where to.
            tested: Its outcome is looked at, so `set -e` does not end the shell.
        """
        for number, step in enumerate(script):
            if (step.after == "&&" and self.status) or (step.after == "||" and not self.status):
                continue
            following = script[number + 1].after if number + 1 < len(script) else ""
            is_tested = tested or bool(following) or step.pipeline.is_negated
            self.status = yield from self._pipeline(step.pipeline, streams, tested=is_tested)
            if self.status and self.stops_on_error and not is_tested:
                raise Leave(self.status)
        return self.status

    def _pipeline(self, pipeline: Pipeline, streams: Streams, *, tested: bool) -> Doing:
        stdin, status = streams.stdin, 0
        for command in pipeline.commands[:-1]:
            buffer = bytearray()
            piped = replace(streams, stdin=stdin, out=into_buffer(buffer))
            yield from self._subshell()._command(command, piped, tested=True)
            stdin = Input(buffer, is_closed=True)
        last = replace(streams, stdin=stdin)
        status = yield from self._command(pipeline.commands[-1], last, tested=tested)
        return int(not status) if pipeline.is_negated else status

    def _subshell(self) -> Shell:
        machine = replace(self.machine)
        return replace(self, machine=machine, variables=dict(self.variables), traps={})

    def _command(self, command: Command, streams: Streams, *, tested: bool) -> Doing:
        try:
            streams = yield from self._redirected(command.redirects, streams)
        except Refused as refusal:
            self.complain(streams, str(refusal))
            return 1
        match command.what:
            case syntax.Simple():
                return (yield from self._simple(command.what, streams))
            case syntax.If():
                return (yield from self._if(command.what, streams, tested))
            case syntax.Loop():
                return (yield from self._loop(command.what, streams, tested))
            case syntax.For():
                return (yield from self._for(command.what, streams, tested))
            case syntax.Group():
                return (yield from self._group(command.what, streams, tested))

    def _group(self, group: Group, streams: Streams, tested: bool) -> Doing:
        if not group.is_subshell:
            return (yield from self.run(group.body, streams, tested=tested))
        try:
            return (yield from self._subshell().run(group.body, streams, tested=tested))
        except Leave as leave:
            return leave.status

    def _if(self, what: If, streams: Streams, tested: bool) -> Doing:
        for condition, body in what.branches:
            if not (yield from self.run(condition, streams, tested=True)):
                return (yield from self.run(body, streams, tested=tested))
        if what.otherwise is not None:
            return (yield from self.run(what.otherwise, streams, tested=tested))
        return 0

    def _loop(self, what: Loop, streams: Streams, tested: bool) -> Doing:
        status = 0
        while True:
            failed = yield from self.run(what.condition, streams, tested=True)
            if bool(failed) != what.is_until:
                return status
            try:
                status = yield from self.run(what.body, streams, tested=tested)
            except LoopEnd as end:
                if not end.goes_on:
                    return 0
            yield from self._breathe()

    def _for(self, what: For, streams: Streams, tested: bool) -> Doing:
        words = list(self.arguments)
        if what.words is not None:
            words = yield from self.expand(what.words, streams)
        status = 0
        for word in words:
            self.variables[what.name] = word
            try:
                status = yield from self.run(what.body, streams, tested=tested)
            except LoopEnd as end:
                if not end.goes_on:
                    return 0
            yield from self._breathe()
        return status

    def _breathe(self) -> Generator[Until | Reading, None, None]:
        self.turns += 1
        if self.turns % BREATH == 0:
            yield Until(self.machine.now + BREATH_SECONDS)

    # One command

    def _simple(self, simple: Simple, streams: Streams) -> Doing:
        words = yield from self.expand(simple.words, streams)
        given: dict[str, str] = {}
        for name, word in simple.assignments:
            given[name] = yield from self._joined(word, streams)
        if not words:
            self.variables.update(given)
            return self.status if simple.words else 0
        from tui.practice.containers import builtins

        builtin = builtins.BUILTINS.get(words[0])
        if builtin is not None:
            self.variables.update(given)
            return (yield from builtin(self, words, streams))
        before, exported = dict(self.variables), set(self.exported)
        self.variables.update(given)
        self.exported |= given.keys()
        try:
            return (yield from self.start(self, words, streams))
        except Signal as signal:
            return (yield from self._trapped(signal, streams))
        finally:
            if given:
                self.variables, self.exported = before, exported

    def _trapped(self, signal: Signal, streams: Streams) -> Doing:
        """Do what was set for a signal.

        Raises:
            Signal: nothing was.
        """
        if signal.number not in self.traps:
            raise signal
        self.status = 128 + signal.number
        return (yield from self.run_text(self.traps[signal.number], streams))

    def _redirected(
        self, redirects: tuple[Redirect, ...], streams: Streams
    ) -> Generator[Until | Reading, None, Streams]:
        for redirect in redirects:
            target = yield from self._joined(redirect.target, streams)
            if redirect.operator == ">&":
                sink = streams.err if target == "2" else streams.out
                streams = streams.with_sink(redirect.stream, sink)
            elif redirect.operator == "<":
                streams = replace(streams, stdin=self._opened(target))
            else:
                sink = self._sink(target, appends=redirect.operator == ">>")
                streams = streams.with_sink(redirect.stream, sink)
        return streams

    def _opened(self, target: str) -> Input:
        path = self.machine.where(target)
        node = None if path is None else self.machine.tree.get(path)
        if target == "/dev/null":
            return Input(is_closed=True)
        if node is None or node.kind is not Kind.FILE:
            raise Refused(f"can't open {target}: no such file")
        return Input(bytearray(node.content), is_closed=True)

    def _sink(self, target: str, *, appends: bool) -> Callable[[bytes], None]:
        if target == "/dev/null":
            return lambda _data: None
        if target in {"/dev/stdout", "/dev/stderr"}:
            return lambda data: self.machine.process.write(1 + (target[-1] == "r"), data)
        path = self.machine.where(target)
        node = None if path is None else self.machine.tree.get(path)
        if path is None or not self._has_parent(path):
            raise Refused(f"can't create {target}: nonexistent directory")
        if node is not None and node.kind is Kind.DIRECTORY:
            raise Refused(f"can't create {target}: Is a directory")
        try:
            return into_file(self.machine, path, appends=appends)
        except ReadOnly as error:
            raise Refused(f"can't create {target}: {error.strerror}") from error

    def _has_parent(self, path: str) -> bool:
        folder = self.machine.tree.get(posixpath.dirname(path))
        return folder is not None and folder.kind is Kind.DIRECTORY

    # Words

    def expand(
        self, words: tuple[Word, ...], streams: Streams
    ) -> Generator[Until | Reading, None, list[str]]:
        """Return words with variables, commands and patterns filled in."""
        found: list[str] = []
        for word in words:
            pieces: list[tuple[str, bool]] = []
            for part in word:
                if part.kind == "variable" and part.text == "@" and part.is_quoted:
                    found += self.arguments[:-1]
                    pieces += [(x, True) for x in self.arguments[-1:]]
                    continue
                value = yield from self._value(part, streams)
                pieces.append((value, part.is_quoted or part.kind == "text"))
            found += expansion.fields(pieces, self.machine, word)
        return found

    def _joined(self, word: Word, streams: Streams) -> Generator[Until | Reading, None, str]:
        text = ""
        for part in word:
            text += yield from self._value(part, streams)
        return text

    def _value(self, part: syntax.Part, streams: Streams) -> Generator[Until | Reading, None, str]:
        if part.kind == "variable":
            return expansion.variable(part.text, self.lookup)
        if part.kind == "arithmetic":
            return expansion.arithmetic(part.text, self.lookup)
        if part.kind == "command":
            buffer = bytearray()
            inner = replace(streams, out=into_buffer(buffer))
            shell = self._subshell()
            try:
                self.status = yield from shell.run_text(part.text, inner)
            except Leave as leave:
                self.status = leave.status
            return buffer.decode("utf-8", "surrogateescape").rstrip("\n")
        return part.text

    def lookup(self, name: str) -> str:
        """Return a variable, or one of those with a sign for a name."""
        special: Mapping[str, str] = {
            "?": str(self.status),
            "$": "1" if self.machine.process.is_first else str(self.machine.process.pid),
            "#": str(len(self.arguments)),
            "@": " ".join(self.arguments),
            "*": " ".join(self.arguments),
            "0": self.name,
            "-": "",
            "!": "",
            "PWD": self.machine.cwd,
            "RANDOM": str(int(self.machine.now * 7919) % 32768),
        }
        if name in special:
            return special[name]
        if name.isdecimal():
            return self.arguments[int(name) - 1] if int(name) <= len(self.arguments) else ""
        return self.variables.get(name, "")
