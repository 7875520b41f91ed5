"""One call of a small program: its words, its streams, and the files it is given."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.practice.containers.machine import Machine
from tui.practice.containers.process import READING, Program, Reading, Until
from tui.practice.nodes import Kind

if TYPE_CHECKING:
    from tui.practice.containers.streams import Streams


@dataclass(eq=False, slots=True)
class Run:
    """One call of a program."""

    machine: Machine
    words: list[str]
    """The name, and the arguments."""
    streams: Streams
    env: dict[str, str]

    @property
    def name(self) -> str:
        """The program's name."""
        return self.words[0].rpartition("/")[2]

    @property
    def arguments(self) -> list[str]:
        """What follows the name."""
        return self.words[1:]

    def split(self, valued: str = "") -> tuple[str, list[str], dict[str, str]]:
        """Return the letters of the options, the operands, and the options with a value.

        Args:
            valued: Letters that take the next word as their value: `-n 5`, `-n5`.
        """
        letters, operands, values = "", [], {}
        words = list(self.arguments)
        while words:
            word = words.pop(0)
            if word == "--":
                operands += words
                break
            if word[:1] != "-" or word == "-" or word.startswith("--"):
                if not word.startswith("--"):
                    operands.append(word)
                continue
            for number, letter in enumerate(word[1:], 2):
                if letter in valued:
                    values[letter] = word[number:] or (words.pop(0) if words else "")
                    break
                letters += letter
        return letters, operands, values

    def say(self, text: str) -> None:
        """Write a line."""
        self.streams.say(text)

    def fail(self, why: str, status: int = 1) -> int:
        """Complain as the program, and return an exit code."""
        self.streams.complain(f"{self.name}: {why}")
        return status

    def line(self) -> Generator[Until | Reading, None, bytes]:
        """Return the next line of input; b"" at its end."""
        line = self.streams.stdin.take_line()
        while line is None:
            yield READING
            line = self.streams.stdin.take_line()
        if not line and self.machine.process.terminal is not None:
            self.streams.stdin.is_closed = False  # ctrl+d ends what reads, not the terminal
        return line

    def inputs(self, names: list[str]) -> Generator[Until | Reading, None, tuple[bytes, int]]:
        """Return the contents of files, or of input if there are no names, and an exit code."""
        content, status = bytearray(), 0
        for name in names or ["-"]:
            if name == "-":
                while line := (yield from self.line()):
                    content += line
                continue
            found = self.content(name)
            if isinstance(found, str):
                status = self.fail(f"{name}: {found}")
            else:
                content += found
        return bytes(content), status

    def content(self, name: str) -> bytes | str:
        """Return what is in a file, or why it cannot be read."""
        path = self.machine.where(name)
        node = None if path is None else self.machine.tree.get(path)
        if path is not None and (played := _played(self.machine, path)) is not None:
            return played
        if node is None:
            return "No such file or directory"
        if node.kind is Kind.DIRECTORY:
            return "Is a directory"
        return node.content


Tool = Callable[[Run], int | Program]


def _played(machine: Machine, path: str) -> bytes | None:
    """Return the content of files that the Engine mounts into each container."""
    container = machine.container
    if path == "etc/hostname":
        return f"{container.hostname}\n".encode()
    if path == "etc/hosts":
        address = container.endpoint.address if container.endpoint else ""
        own = f"{address}\t{container.hostname}\n" if address else ""
        return f"127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n{own}".encode()
    if path == "etc/resolv.conf":
        return b"nameserver 192.0.2.53\n"
    return b"" if path == "dev/null" else None
