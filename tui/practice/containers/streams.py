"""Standard input and output of a command, and where they may lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.practice.nodes import Kind, Node

if TYPE_CHECKING:
    from tui.practice.containers.machine import Machine
    from tui.practice.containers.process import Input

Sink = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Streams:
    """What a command reads and writes."""

    stdin: Input
    out: Sink
    err: Sink

    @classmethod
    def of(cls, machine: Machine) -> Streams:
        """Return those of a process."""
        process = machine.process
        return cls(
            process.stdin,
            lambda data: process.write(1, data),
            lambda data: process.write(2, data),
        )

    def with_sink(self, stream: int, sink: Sink) -> Streams:
        """Return these with another standard output (1) or error (2)."""
        return replace(self, err=sink) if stream == 2 else replace(self, out=sink)

    def say(self, text: str) -> None:
        """Write a line."""
        self.out(text.encode("utf-8", "surrogateescape") + b"\n")

    def complain(self, text: str) -> None:
        """Write a line of error."""
        self.err(text.encode("utf-8", "surrogateescape") + b"\n")


def into_buffer(buffer: bytearray) -> Sink:
    """Return a sink that collects."""
    return buffer.extend


def into_file(machine: Machine, path: str, *, appends: bool) -> Sink:
    """Return a sink that writes a file; the file is there at once."""
    old = machine.tree.get(path)
    content = bytearray(old.content) if appends and old is not None else bytearray()
    made = old if old is not None and old.kind is Kind.FILE else Node(Kind.FILE, 0o644)

    def write(data: bytes) -> None:
        content.extend(data)
        node = Node(Kind.FILE, made.mode, made.uid, made.gid, int(machine.now), bytes(content))
        machine.tree.put(path, node)

    write(b"")
    return write
