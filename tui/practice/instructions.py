"""The `changes` of an import or a commit: instructions of a Dockerfile, applied to a config."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tui.practice.wire import ApiError

Config = dict[str, Any]

_SHELL: Final = ["/bin/sh", "-c"]
_PORT: Final = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?", re.IGNORECASE)
_VARIABLE: Final = re.compile(r"\\(.)|\$(?:(\w+)|\{(\w+)\})")
_WORD: Final = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+""")
_PIECE: Final = re.compile(r"""("(?:\\.|[^"\\])*")|('[^']*')|((?:\\.|[^"'\\])+)""", re.DOTALL)
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_NANOSECONDS: Final = {"ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_FLAG: Final = re.compile(r"--([a-z-]+)=(\S+)\s*")


def apply(config: Mapping[str, Any], changes: Iterable[str]) -> Config:
    """Return a config after some instructions.

    Args:
        config: As `container_config` gives it; it stays as it is.
        changes: Lines of a Dockerfile; each text may have several.

    Raises:
        ApiError: 400, one cannot be applied.
    """
    changed = dict(config)
    text = re.sub(r"\\\n\s*", "", "\n".join(changes))
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines:
        raise ApiError(400, "file with no instructions")
    split = [line.split(None, 1) for line in lines]
    names = [words[0].upper() for words in split]
    for name, words in zip(names, split, strict=True):
        handler = _HANDLERS.get(name)
        if handler is None:
            raise ApiError(400, f"{name.lower()} is not a valid change command")
        handler(changed, words[1].strip() if len(words) > 1 else "")
        if name == "ENTRYPOINT" and "CMD" not in names[: names.index(name)]:
            changed["Cmd"] = None  # the old one was meant for the old entry point
    return changed


def _command(field: str) -> Callable[[Config, str], None]:
    def handle(config: Config, rest: str) -> None:
        words = _array(rest)
        config[field] = words if words is not None else [*_SHELL, *([rest] if rest else [])]

    return handle


def _env(config: Config, rest: str) -> None:
    known = dict(entry.partition("=")[::2] for entry in config.get("Env") or ())
    known |= _pairs("ENV", rest, known)
    config["Env"] = [f"{name}={value}" for name, value in known.items()]


def _label(config: Config, rest: str) -> None:
    config["Labels"] = {**(config.get("Labels") or {}), **_pairs("LABEL", rest, _known(config))}


def _expose(config: Config, rest: str) -> None:
    ports = dict(config.get("ExposedPorts") or {})
    for word in _some("EXPOSE", _words(rest, _known(config))):
        found = _PORT.fullmatch(word)
        if not found:
            raise ApiError(400, f"Invalid containerPort: {word.partition('/')[0]}")
        first, last = int(found[1]), int(found[2] or found[1])
        if not first <= last <= 65535:
            raise ApiError(400, f"Invalid containerPort: {word.partition('/')[0]}")
        kind = (found[3] or "tcp").lower()
        ports.update({f"{port}/{kind}": {} for port in range(first, last + 1)})
    config["ExposedPorts"] = ports


def _volume(config: Config, rest: str) -> None:
    words = _array(rest)
    paths = _words(rest, _known(config)) if words is None else words
    volumes: dict[str, Any] = {path: {} for path in _some("VOLUME", paths)}
    config["Volumes"] = {**(config.get("Volumes") or {}), **volumes}


def _workdir(config: Config, rest: str) -> None:
    path = _expanded(_one("WORKDIR", rest), _known(config))
    config["WorkingDir"] = posixpath.normpath(
        posixpath.join("/", config.get("WorkingDir") or "", path)
    )


def _user(config: Config, rest: str) -> None:
    config["User"] = _expanded(_one("USER", rest), _known(config))


def _on_build(config: Config, rest: str) -> None:
    trigger = _one("ONBUILD", rest).split()[0].upper()
    if trigger == "ONBUILD":
        raise ApiError(400, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if trigger in {"FROM", "MAINTAINER"}:
        raise ApiError(400, f"{trigger} isn't allowed as an ONBUILD trigger")
    config["OnBuild"] = [*(config.get("OnBuild") or ()), rest]


def _health_check(config: Config, rest: str) -> None:
    check: dict[str, Any] = {}
    fields = {"interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod"}
    while flag := _FLAG.match(rest):
        rest = rest[flag.end() :]
        if flag[1] in fields:
            check[fields[flag[1]]] = _duration(flag[2])
        elif flag[1] == "retries" and flag[2].isdecimal():
            check["Retries"] = int(flag[2])
        else:
            raise ApiError(400, f"Unknown flag: {flag[1]}")
    kind, _space, command = rest.partition(" ")
    if kind.upper() == "NONE":
        test = ["NONE"]
    elif kind.upper() == "CMD" and command.strip():
        words = _array(command.strip())
        test = ["CMD", *words] if words is not None else ["CMD-SHELL", command.strip()]
    elif kind.upper() == "CMD":
        raise ApiError(400, "Missing command after HEALTHCHECK CMD")
    else:
        raise ApiError(400, f'Unknown type "{kind.upper()}" in HEALTHCHECK (try CMD)')
    config["Healthcheck"] = {"Test": test, **check}


_HANDLERS: Final[Mapping[str, Callable[[Config, str], None]]] = {
    "CMD": _command("Cmd"),
    "ENTRYPOINT": _command("Entrypoint"),
    "ENV": _env,
    "EXPOSE": _expose,
    "HEALTHCHECK": _health_check,
    "LABEL": _label,
    "ONBUILD": _on_build,
    "USER": _user,
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}


def _array(text: str) -> list[str] | None:
    """Return the words of a JSON array of strings; None if the text is something else."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None  # then it is a line for the shell, as dockerd takes it
    return found if all(isinstance(word, str) for word in found) else None


def _pairs(name: str, rest: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return the names and values of `a=b c="d e"`, or of the old `a b and more`."""
    words = _WORD.findall(rest)
    if not words:
        raise ApiError(400, f"{name} requires at least one argument")
    if "=" not in words[0]:
        first, _space, value = rest.partition(" ")
        if not value.strip():
            raise ApiError(400, f"{name} must have two arguments")
        return {_expanded(first, known): _expanded(value.strip(), known)}
    pairs: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            complaint = f"Syntax error - can't find = in {json.dumps(word)}. Must be of the form"
            raise ApiError(400, f"{complaint}: name=value")
        if not key:
            raise ApiError(400, f"{name} names can not be blank")
        pairs[_expanded(key, known)] = _expanded(value, known)
    return pairs


def _words(rest: str, known: Mapping[str, str]) -> list[str]:
    return [_expanded(word, known) for word in _WORD.findall(rest)]


def _expanded(text: str, known: Mapping[str, str]) -> str:
    """Return a word without its quotes, and with what its variables stand for."""

    def value(found: re.Match[str]) -> str:
        return found[1] if found[1] else known.get(found[2] or found[3], "")

    parts = []
    for double, single, plain in _PIECE.findall(text):
        parts.append(single[1:-1] if single else _VARIABLE.sub(value, double[1:-1] or plain))
    return "".join(parts)


def _known(config: Config) -> dict[str, str]:
    """Return the variables that an instruction may use."""
    return dict(entry.partition("=")[::2] for entry in config.get("Env") or ())


def _some(name: str, words: list[str]) -> list[str]:
    if not words:
        raise ApiError(400, f"{name} requires at least one argument")
    return words


def _one(name: str, rest: str) -> str:
    if not rest:
        raise ApiError(400, f"{name} requires exactly one argument")
    return rest


def _duration(text: str) -> int:
    """Return a Go duration of one unit in nanoseconds.

    Raises:
        ApiError: 400, it is none.
    """
    found = _DURATION.fullmatch(text)
    if not found:
        raise ApiError(400, f'time: invalid duration "{text}"')
    return int(float(found[1]) * _NANOSECONDS[found[2]])
