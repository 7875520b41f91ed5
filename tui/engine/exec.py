"""Programs in running containers, and their main process: what `docker exec` and `attach` ask for.

`container` is always a name or an ID.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from tui.engine import wire
from tui.engine.client import EngineClient
from tui.engine.console import Size
from tui.engine.detachkeys import USUAL
from tui.engine.errors import Conflict, EngineError, EngineRefused, NotFound
from tui.engine.hijack import HijackedStream, hijacked
from tui.i18n import N_

SHELLS: Final = ("bash", "ash", "sh")
"""The best first."""

USUAL_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What the Engine takes where a container has no PATH."""

FOLDERS_MAX: Final = 12
"""Folders of a PATH that are looked through."""

BUSYBOX_DEBUG: Final = "/busybox"
"""Where the debug images of distroless keep their shell; it is in no PATH of others."""

SIZED_API: Final = (1, 42)
"""The first API whose programs have a size from their first moment on."""

SETTLING: Final = 2.0
"""Seconds that the Engine may take to note the end of a program whose stream has ended."""

WELL_KNOWN: Final = frozenset(
    {"linux", "rxvt", "screen", "screen-256color", "tmux-256color", "vt100", "vt220", "xterm"}
)
"""Values of TERM that even small images know; for others, which are like it, `xterm-256color`."""


class NoShell(EngineError):
    """There is no shell in the container."""

    TITLE = N_("There is no shell in this container.")
    REMEDY = N_("Type a command that its image has; i shows what it runs.")


@dataclass(frozen=True, slots=True)
class MainProcess:
    """How a container's main process is connected."""

    tty: bool
    """It has a terminal."""
    takes_input: bool
    """Its standard input was kept open (`run -i`)."""


def find_shell(client: EngineClient, container: str) -> str:
    """Return the best shell that the container has, as `exec` takes it; runs nothing there.

    Looks for files (`HEAD /containers/{id}/archive`) in the folders of the container's PATH.

    Raises:
        NoShell: it has none.
    """
    folders = dict.fromkeys(path_of(_inspected(client, container)).split(":"))
    known = [folder for folder in folders if folder.startswith("/")][:FOLDERS_MAX]
    for shell in SHELLS:
        for folder in known:
            if has_file(client, container, f"{folder.rstrip('/')}/{shell}"):
                return shell
    debug = f"{BUSYBOX_DEBUG}/sh"
    if has_file(client, container, debug):
        return debug
    raise NoShell


def path_of(inspected: Mapping[str, object]) -> str:
    """Return the PATH of an inspected container."""
    config = wire.table(inspected.get("Config"))
    for variable in wire.items(config.get("Env")):
        name, _is, value = wire.text(variable).partition("=")
        if name == "PATH" and value:
            return value
    return USUAL_PATH


def has_file(client: EngineClient, container: str, path: str) -> bool:
    """Tell whether there is a file, or a link, at a path of the container.

    Raises:
        EngineError: the Engine cannot be asked, or the container is not there.
    """
    with client.asking() as api:
        url = f"{api.base_url}/v{client.api_version}{_path(container)}/archive"
        answer = api.request("HEAD", url, params={"path": path})
    return answer.status_code == http.client.OK


def create_exec(
    client: EngineClient,
    container: str,
    command: Sequence[str],
    *,
    user: str = "",
    directory: str = "",
    environment: Sequence[str] = (),
    privileged: bool = False,
    terminal: str = "",
    detach_keys: str = USUAL.words,
) -> str:
    """Prepare a program with a terminal; returns the exec's ID (`POST /containers/{id}/exec`).

    Args:
        client: The Engine.
        container: Name or ID.
        command: The program and its arguments.
        user: Who it runs as; empty: as the container does.
        directory: Where it begins; empty: where the container does.
        environment: Variables beside the container's own, each `NAME=VALUE`.
        privileged: It may do what the machine's own root may.
        terminal: TERM of the terminal it is shown in; a TERM in `environment` counts more.
        detach_keys: The keys that leave it, in the Engine's words.

    Raises:
        NotFound: there is no such container.
        Conflict: it does not run.
    """
    variables = [f"TERM={known_terminal(terminal)}"] if terminal else []
    with client.asking() as api:
        answer: object = api.exec_create(
            container,
            list(command),
            stdin=True,
            tty=True,
            privileged=privileged,
            user=user,
            workdir=directory or None,
            environment=[*variables, *environment],
            detach_keys=detach_keys,
        )
    return wire.text(wire.table(answer).get("Id"))


def known_terminal(kind: str) -> str:
    """Return the value of TERM for a program in a container."""
    return kind if kind in WELL_KNOWN else "xterm-256color"


def opened_exec(
    client: EngineClient, exec_id: str, size: Size | None = None
) -> AbstractContextManager[HijackedStream]:
    """Start a prepared program and lend its terminal (`POST /exec/{id}/start`).

    Args:
        client: The Engine.
        exec_id: Of the program.
        size: Of its terminal from the first moment on; older Engines are told it afterwards.

    Raises:
        EngineError: it was refused, cut, or there is no Engine.
    """
    path = f"/exec/{quote(exec_id, safe='')}/start"
    body: dict[str, object] = {"Detach": False, "Tty": True}
    api = tuple(int(part) for part in client.api_version.split("."))
    if size is not None and api >= SIZED_API:
        body["ConsoleSize"] = [size.lines, size.columns]
    return hijacked(client, path, body)


def resize_exec(client: EngineClient, exec_id: str, size: Size) -> None:
    """Tell a program how large its terminal is; one that has ended is left alone."""
    with suppress(NotFound, Conflict, EngineRefused), client.asking() as api:
        api.exec_resize(exec_id, height=size.lines, width=size.columns)


def exit_code(client: EngineClient, exec_id: str) -> int | None:
    """Return the exit code of a program whose stream has ended; None if it goes on all the same.

    The Engine may need a moment to note its end. Not for one that was left: of that Docker 20.10
    says that it ended, with 126, while it runs.
    """
    until = time.monotonic() + SETTLING
    while True:
        with client.asking() as api:
            answer: object = api.exec_inspect(exec_id)
        about = wire.table(answer)
        if about.get("Running") is not True:
            return wire.number(about.get("ExitCode"))
        if time.monotonic() > until:
            return None
        time.sleep(0.05)


def main_process(client: EngineClient, container: str) -> MainProcess:
    """Return how the main process of a container is connected (`GET /containers/{id}/json`)."""
    config = wire.table(_inspected(client, container).get("Config"))
    return MainProcess(config.get("Tty") is True, config.get("OpenStdin") is True)


def opened_attach(
    client: EngineClient, container: str, process: MainProcess, detach_keys: str = USUAL.words
) -> AbstractContextManager[HijackedStream]:
    """Lend the streams of a container's main process (`POST /containers/{id}/attach`).

    Raises:
        NotFound: there is no such container.
        EngineError: it was refused, cut, or there is no Engine.
    """
    asked = {"stream": "1", "stdout": "1", "stderr": "1", "detachKeys": detach_keys}
    if process.takes_input:
        asked["stdin"] = "1"
    return hijacked(client, f"{_path(container)}/attach?{urlencode(asked)}")


def resize_container(client: EngineClient, container: str, size: Size) -> None:
    """Tell the main process how large its terminal is; one that has ended is left alone."""
    with suppress(NotFound, Conflict, EngineRefused), client.asking() as api:
        api.resize(container, height=size.lines, width=size.columns)


def main_exit_code(client: EngineClient, container: str) -> int | None:
    """Return the exit code of a container whose stream has ended; None while it runs."""
    until = time.monotonic() + SETTLING
    while True:
        state = wire.table(_inspected(client, container).get("State"))
        if state.get("Running") is not True:
            return wire.number(state.get("ExitCode"))
        if time.monotonic() > until:
            return None
        time.sleep(0.05)


def _inspected(client: EngineClient, container: str) -> Mapping[str, object]:
    with client.asking() as api:
        answer: object = api.inspect_container(container)
    return wire.table(answer)


def _path(container: str) -> str:
    return f"/containers/{quote(container, safe='')}"
