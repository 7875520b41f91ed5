"""Instructions of a Dockerfile that change an image's config: what `--change` takes.

Source: `ValidCommitCommands` and the instruction parser of moby's builder. The Engine has the last
word; this is to tell at once what it would refuse, and what it would take for something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tui.i18n import _

NAMES: Final = (
    "CMD",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "HEALTHCHECK",
    "LABEL",
    "ONBUILD",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
)
"""What the Engine takes."""

_PORT: Final = re.compile(r"\d{1,5}(-\d{1,5})?(/(tcp|udp|sctp))?\Z", re.I)
_PORT_MAX: Final = 65535
_SIGNAL: Final = re.compile(r"(?:SIG)?[A-Z][A-Z0-9+-]*\Z|\d{1,2}\Z", re.I)
_HEALTH_FLAG: Final = re.compile(
    r"--(interval|timeout|start-period|start-interval|retries)=\S+\s+", re.I
)
_NOT_ON_BUILD: Final = frozenset({"ONBUILD", "FROM", "MAINTAINER"})


class InvalidInstruction(ValueError):
    """The Engine would not take it; `str()` is a sentence that says why."""


def checked_instructions(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the instructions of some lines, without empty ones.

    Raises:
        InvalidInstruction: one of them will not do.
    """
    return tuple(checked_instruction(line) for line in lines if line.strip())


def checked_instruction(line: str) -> str:
    """Return an instruction with its name in upper case.

    Raises:
        InvalidInstruction: it will not do.
    """
    name, _blank, rest = line.strip().partition(" ")
    name, rest = name.upper(), rest.strip()
    if name not in NAMES:
        raise InvalidInstruction(
            _("{name} cannot be changed; these can: {names}.").format(
                name=name, names=", ".join(NAMES)
            )
        )
    if not rest:
        raise InvalidInstruction(_("{name} needs something behind it.").format(name=name))
    check = _CHECKS.get(name)
    if check is not None:
        check(name, rest)
    return f"{name} {rest}"


def _command(name: str, rest: str) -> None:
    """Refuse a list that is none: the Engine would run it as a command of the shell."""
    if rest.startswith("[") and rest.endswith("]") and not _is_list(rest):
        raise InvalidInstruction(
            _('{name} with a list is written as ["one", "two"], in double quotes.').format(
                name=name
            )
        )


def _is_list(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, list) and all(isinstance(item, str) for item in found)


def _pairs(name: str, rest: str) -> None:
    """Take `NAME=VALUE ...` or the older `NAME VALUE`."""
    first = rest.split(None, 1)
    if first[0].startswith("="):
        raise InvalidInstruction(_("{name}: a name stands before the =.").format(name=name))
    if "=" not in first[0] and len(first) == 1:
        raise InvalidInstruction(_("{name} is written as NAME=VALUE.").format(name=name))


def _ports(name: str, rest: str) -> None:
    for word in rest.split():
        numbers = re.findall(r"\d+", word.partition("/")[0])
        is_port = _PORT.match(word) and all(int(number) <= _PORT_MAX for number in numbers)
        if not is_port and "$" not in word:
            raise InvalidInstruction(
                _("{name} takes ports such as 80, 8000-8010 or 53/udp.").format(name=name)
            )


def _signal(name: str, rest: str) -> None:
    if not _SIGNAL.match(rest) and "$" not in rest:
        raise InvalidInstruction(
            _("{name} takes a signal such as SIGTERM or 15.").format(name=name)
        )


def _one_word(name: str, rest: str) -> None:
    if len(rest.split()) > 1 and not rest.startswith(('"', "'")):
        raise InvalidInstruction(_("{name} takes one word.").format(name=name))


def _health_check(name: str, rest: str) -> None:
    while flag := _HEALTH_FLAG.match(rest):
        rest = rest[flag.end() :]
    kind, _blank, command = rest.partition(" ")
    if kind.upper() == "NONE" and not command.strip():
        return
    if kind.upper() != "CMD" or not command.strip():
        raise InvalidInstruction(
            _("{name} is NONE, or [--interval=30s ...] CMD command.").format(name=name)
        )
    _command(name, command.strip())


def _on_build(name: str, rest: str) -> None:
    trigger = rest.split()[0].upper()
    if trigger in _NOT_ON_BUILD:
        raise InvalidInstruction(
            _("{name} cannot hold {trigger}.").format(name=name, trigger=trigger)
        )


_CHECKS: Final[Mapping[str, Callable[[str, str], None]]] = {
    "CMD": _command,
    "ENTRYPOINT": _command,
    "ENV": _pairs,
    "EXPOSE": _ports,
    "HEALTHCHECK": _health_check,
    "LABEL": _pairs,
    "ONBUILD": _on_build,
    "STOPSIGNAL": _signal,
    "USER": _one_word,
    "VOLUME": _command,
}
"""What is behind the names; WORKDIR takes anything."""
