"""docker's config.json: read, and changed without losing what else stands in it.

Source: cli/config/configfile of the docker command, which writes it with tabs, a folder of 0700
and a file of 0600.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias

from tui.config.paths import docker_directory, home_directory
from tui.credentials.errors import ConfigNotWritten, CredentialsUnreadable

FILE: Final = "config.json"
LONGEST: Final = 4 << 20
"""Bytes that are read of it."""

_OTHERS: Final = 0o077
"""Everybody but the file's owner."""

Table: TypeAlias = dict[str, object]
"""A JSON object."""


def config_path(environ: Mapping[str, str]) -> Path:
    """Return the path of docker's config.json; it may not exist."""
    return docker_directory(environ, home_directory()) / FILE


def read_config(environ: Mapping[str, str]) -> Table:
    """Return what stands in it; nothing where it is missing.

    Raises:
        CredentialsUnreadable: it cannot be read or understood.
    """
    path = config_path(environ)
    try:
        return _parsed(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise CredentialsUnreadable(f"{path}: {_reason(error)}") from None


def change_config(
    environ: Mapping[str, str], change: Callable[[Table], None], *, private: bool = False
) -> None:
    """Change what stands in it, at once and whole; other keys stay, in their order.

    Args:
        environ: Names the folder.
        change: Changes the document; nothing is written where it changes nothing.
        private: The file is to hold a secret: nobody but its owner may read it from now on.
            Otherwise a file keeps its mode.

    Raises:
        ConfigNotWritten: it cannot be read, understood or written; it is as it was.
    """
    path = Path(os.path.realpath(config_path(environ)))  # a link stays one
    try:
        try:
            document = _parsed(path)
        except FileNotFoundError:
            document = {}
        before = _text(document)
        change(document)
        after = _text(document)
        if after != before:
            _write(path, after, private=private)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigNotWritten(f"{path}: {_reason(error)}") from None


def table(value: object) -> Table:
    """Return a JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    """Return a string, or an empty one."""
    return value if isinstance(value, str) else ""


def own_table(document: Table, key: str) -> Table:
    """Return the object under a key, made where there is none, for changing it.

    Raises:
        ValueError: something else is there.
    """
    found = document.get(key)
    if found is None:
        found = document[key] = {}
    if not isinstance(found, dict):
        raise ValueError(f"{key}: not an object")
    return found


def _parsed(path: Path) -> Table:
    """Return the object in a file.

    Raises:
        OSError, ValueError, RecursionError: it cannot be read, is no JSON or no object.
    """
    with path.open("rb") as file:
        content = file.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise ValueError("too long")
    if not content.strip():  # what the docker command takes for an empty one too
        return {}
    document: object = json.loads(content)
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    return document


def _text(document: Table) -> bytes:
    """Return the file's text; a lone surrogate goes back to what it was, an escape of JSON."""
    told = json.dumps(document, indent="\t", ensure_ascii=False, allow_nan=False)
    return told.encode("utf-8", "backslashreplace")


def _write(path: Path, content: bytes, *, private: bool) -> None:
    """Replace a file whole; owner and mode stay."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            _take_after(file.fileno(), path, private=private)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _take_after(descriptor: int, path: Path, *, private: bool) -> None:
    """Give a new file the owner and the mode of the one that it replaces."""
    try:
        old = path.stat()
    except FileNotFoundError:
        return
    with suppress(PermissionError):  # not root: then it is ours from now on
        os.fchown(descriptor, old.st_uid, old.st_gid)
    mode = old.st_mode & 0o777
    os.fchmod(descriptor, mode & ~_OTHERS if private else mode)


def _sync(folder: Path) -> None:
    """Have the folder's entry on the disk too, where the file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: BaseException) -> str:
    """Return what an error says: of the system, its words; of JSON, the place, no content."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return str(error)
