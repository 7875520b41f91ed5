"""What is mounted into a container, as `docker run` takes it: `-v`, `--mount` and `--tmpfs`.

A folder of this shell (`./data`, `~/data`) becomes a whole path, as docker and the shell make it.
What docker or the Engine would not take raises InvalidMount, with a sentence that says why.
"""

from __future__ import annotations

import posixpath
import re
from enum import StrEnum
from typing import Final, NamedTuple

from tui.i18n import _
from tui.model.text import visible

_VOLUME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", re.ASCII)
_MODES: Final = frozenset(
    {
        "ro", "rw", "z", "Z", "nocopy", "consistent", "cached", "delegated",
        "private", "rprivate", "shared", "rshared", "slave", "rslave",
    }
)  # fmt: skip
_LONG: Final = "type="
_KEYS: Final = {
    "type": "type",
    "source": "source", "src": "source",
    "target": "target", "destination": "target", "dst": "target",
    "readonly": "readonly", "ro": "readonly",
}  # fmt: skip
_YES: Final = frozenset({"", "1", "t", "true"})
_NO: Final = frozenset({"0", "f", "false"})


class InvalidMount(ValueError):
    """What was typed mounts nothing; `str()` is the sentence that says why."""


class MountKind(StrEnum):
    """Where the files come from."""

    BIND = "bind"
    """A folder or file of the Engine's machine."""
    VOLUME = "volume"
    """A volume of the Engine; without a source one without a name, for this container."""
    TMPFS = "tmpfs"
    """Memory."""


class MountSpec(NamedTuple):
    """What one `-v`, `--mount` or `--tmpfs` says."""

    option: str
    """`-v`, `--mount` or `--tmpfs`."""
    word: str
    """What follows it."""
    kind: MountKind
    target: str
    """Inside; absolute."""
    source: str = ""
    """A path or a volume's name; empty for neither."""
    options: str = ""
    """Behind the last colon of `-v` and `--tmpfs`, with commas."""
    read_only: bool = False

    @property
    def makes_folder(self) -> bool:
        """Whether the Engine makes a folder, as root, where the source is missing."""
        return self.option == "-v" and self.kind is MountKind.BIND


def parse_mount(word: str, *, folder: str, home: str) -> MountSpec:
    """Return what `[SOURCE:]TARGET[:OPTIONS]` or `type=...,source=...,target=...` mounts.

    Args:
        word: As it was typed.
        folder: What `.` is.
        home: What `~` is.

    Raises:
        InvalidMount: docker or the Engine would not take it.
    """
    if word.startswith(_LONG):
        return _long(word, folder=folder, home=home)
    parts = word.split(":")
    if len(parts) > 3 or not all(parts):
        raise InvalidMount(
            _("{word}: write data:/data, /folder:/data:ro or /data.").format(
                word=visible(word) or '""'
            )
        )
    if len(parts) == 1:
        return MountSpec("-v", word, MountKind.VOLUME, _target(word, word))
    options = parts[2] if len(parts) == 3 else ""
    _check_modes(word, options)
    source, kind = _source(word, parts[0], folder=folder, home=home)
    target = _target(word, parts[1])
    whole = ":".join([source, parts[1], *([options] if options else [])])
    is_read_only = "ro" in options.split(",")
    return MountSpec("-v", whole, kind, target, source, options, is_read_only)


def parse_tmpfs(word: str) -> MountSpec:
    """Return what `TARGET[:OPTIONS]` of `--tmpfs` mounts.

    Raises:
        InvalidMount: the Engine would not take it.
    """
    target, _colon, options = word.partition(":")
    return MountSpec("--tmpfs", word, MountKind.TMPFS, _target(word, target), "", options)


def _long(word: str, *, folder: str, home: str) -> MountSpec:
    given: dict[str, str] = {}
    for field in word.split(","):
        name, _is, value = field.partition("=")
        key = _KEYS.get(name.lower())
        if key is None:
            raise InvalidMount(
                _("{word}: of a mount, type, source, target and readonly can be said here.").format(
                    word=visible(word)
                )
            )
        given[key] = value
    if given["type"] not in set(MountKind):
        raise InvalidMount(
            _("{word}: the type is bind, volume or tmpfs.").format(word=visible(word))
        )
    kind, source = MountKind(given["type"]), given.get("source", "")
    is_read_only = given.get("readonly", "0").lower()
    if is_read_only not in _YES | _NO:
        raise InvalidMount(_("{word}: readonly is true or false.").format(word=visible(word)))
    if kind is MountKind.TMPFS and source:
        raise InvalidMount(_("{word}: tmpfs has no source.").format(word=visible(word)))
    if kind is MountKind.BIND:
        source, found = _source(word, source, folder=folder, home=home)
        if found is not kind:
            raise InvalidMount(_("{word}: the source is a folder.").format(word=visible(word)))
        word = ",".join(_with_source(field, source) for field in word.split(","))
    elif source and not _VOLUME.fullmatch(source):
        raise InvalidMount(_no_volume(word, source))
    target = _target(word, given.get("target", ""))
    return MountSpec("--mount", word, kind, target, source, "", is_read_only in _YES)


def _with_source(field: str, source: str) -> str:
    name = field.partition("=")[0]
    return f"{name}={source}" if _KEYS.get(name.lower()) == "source" else field


def _source(word: str, text: str, *, folder: str, home: str) -> tuple[str, MountKind]:
    """Return where the files come from: a whole path, or a volume's name."""
    if text == "~" or text.startswith("~/"):
        return home + text[1:], MountKind.BIND
    if text.startswith("."):
        return posixpath.normpath(posixpath.join(folder, text)), MountKind.BIND
    if text.startswith("/"):
        return text, MountKind.BIND
    if not _VOLUME.fullmatch(text):
        raise InvalidMount(_no_volume(word, text))
    return text, MountKind.VOLUME


def _no_volume(word: str, name: str) -> str:
    if "/" in name:
        return _("{word}: a folder begins with / or ./, and a volume's name has no /.").format(
            word=visible(word)
        )
    return _(
        "{word}: a volume's name has two characters or more: letters, digits, and _ . - inside."
    ).format(word=visible(word))


def _target(word: str, text: str) -> str:
    if not text.startswith("/"):
        raise InvalidMount(
            _("{word}: the place in the container begins with /.").format(word=visible(word))
        )
    if posixpath.normpath(text).strip("/") == "":
        raise InvalidMount(
            _("{word}: nothing can be mounted over the container's /.").format(word=visible(word))
        )
    return text


def _check_modes(word: str, options: str) -> None:
    given = options.split(",") if options else []
    wrong = next((one for one in given if one not in _MODES), None)
    if wrong is not None or {"ro", "rw"} <= set(given) or len(set(given)) < len(given):
        raise InvalidMount(
            _("{word}: behind the second colon stand ro, rw, z, Z or nocopy.").format(
                word=visible(word)
            )
        )
