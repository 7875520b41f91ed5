"""The commands in an image's history, as a person would have written them.

Recorded forms: the classic builder's `/bin/sh -c #(nop)  CMD ["sh"]` and
`|1 A=b /bin/sh -c make`; BuildKit's `RUN |1 A=b /bin/sh -c make # buildkit`;
Podman's are the classic builder's. What comes out is still text from outside:
whoever shows it passes it through `visible`.
"""

from __future__ import annotations

import re
from typing import Final

LONG: Final = 72
"""Characters from which a command is broken into lines."""

INDENT: Final = "    "

_SHELL: Final = r"/\S*sh(?: -[A-Za-z]+| pipefail){0,4}? -[A-Za-z]*c"
"""A shell with its options, as SHELL may set it: `/bin/bash -o pipefail -c`."""

_NOP: Final = re.compile(rf"(?:{_SHELL}|cmd /S /C)\s+#\(nop\)\s*")
"""What the classic builder writes before a step that runs nothing."""

_RUN: Final = re.compile(rf"(?:RUN\s+)?(?:{_SHELL})\s+")
_ARGS: Final = re.compile(r"(?:RUN\s+)?\|(\d{1,4})(?:\s+|\Z)")
"""The count of build arguments; their `NAME=value` texts follow."""

_ARGS_SHELL: Final = re.compile(rf"(?:\A|\s){_SHELL}\s+")
_BUILDKIT: Final = " # buildkit"
_PORTS: Final = re.compile(r"EXPOSE map\[(.*)\]\Z")
"""Ports as a printed Go map: `EXPOSE map[80/tcp:{}]`."""

_SPACE: Final = re.compile(r"(?:\\\r?\n|\s)+")
_HASH: Final = re.compile(r"\b((?:file|dir|multi):[0-9a-f]{12})[0-9a-f]{52}\b")
_TOKEN: Final = re.compile(
    r"""\\. | '[^']*' | "(?:\\.|[^"\\])*" | (?P<stop>\ &&\ |\ \|\|\ |;\ ) | .""", re.X | re.S
)


def clean_command(created_by: str) -> str:
    """Return a history entry as one line of a Dockerfile.

    `/bin/sh -c #(nop)  CMD ["sh"]` becomes `CMD ["sh"]`, `/bin/sh -c make` becomes `RUN make`;
    digests of copied files are shortened, runs of white space and line ends become one space.
    What is none of the known forms (PowerShell, a committed container's command) stays as it is.
    """
    return _HASH.sub(r"\1...", _as_written(created_by))


def full_command(created_by: str) -> str:
    """Return a history entry whole, in lines: a long RUN is broken before ` && ` and after `; `.

    Nothing is shortened. Quoted text is never broken.
    """
    line = _as_written(created_by)
    if len(line) <= LONG or not line.startswith("RUN "):
        return line
    return "".join(_broken(token) for token in _TOKEN.finditer(line)).rstrip()


def _broken(token: re.Match[str]) -> str:
    stop = token["stop"]
    if stop is None:
        return token[0]
    return f"; \\\n{INDENT}" if stop == "; " else f" \\\n{INDENT}{stop.lstrip()}"


def _as_written(created_by: str) -> str:
    """Return the entry on one line without what the builder put around it."""
    line = _SPACE.sub(" ", created_by).strip().removesuffix(_BUILDKIT)
    if nop := _NOP.match(line):
        line = line[nop.end() :]
    if ports := _PORTS.match(line):
        return f"EXPOSE {ports[1].replace(':{}', '')}"
    if args := _ARGS.match(line):
        return f"RUN {_without_args(line[args.end() :], int(args[1]))}".rstrip()
    if run := _RUN.match(line):
        return f"RUN {line[run.end() :]}"
    return line


def _without_args(line: str, count: int) -> str:
    """Return what follows the build arguments, whose values may hold spaces."""
    if shell := _ARGS_SHELL.search(line):
        return line[shell.end() :]
    return line.split(" ", count)[-1]
