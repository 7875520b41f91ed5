"""Files of a container, running or not: what `docker cp` asks for.

`container` is always a name or an ID, `path` is absolute; each function raises EngineError.
"""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Final
from urllib.parse import quote

from tui.engine.client import READ_TIMEOUT, Body, EngineClient
from tui.engine.translate import from_answer
from tui.engine.wire_archive import path_stat
from tui.model.engine import StoreKind
from tui.model.pathstat import PathStat

_HEADER: Final = "X-Docker-Container-Path-Stat"

_STALE: Final = (ConnectionError, http.client.RemoteDisconnected)
"""What a connection raises that the Engine has closed since its last answer."""


def stat(client: EngineClient, container: str, path: str | bytes) -> PathStat:
    """Return what is at a path (`HEAD /containers/{id}/archive`).

    Args:
        client: The Engine.
        container: Name or ID.
        path: Symlinks on the way are followed inside the container, one at the end is not;
            Podman tells of such a one only where it leads somewhere.

    Raises:
        NotFound: there is no such path, or no such container: the answer does not tell which.
        EngineError: it was refused, cut, or the connection broke.
    """
    with stats(client, container) as asked:
        return asked.stat(path)


def read_tar(
    client: EngineClient, container: str, path: str | bytes
) -> AbstractContextManager[Body]:
    """Lend a tar of a path and all below it, named by its last part (`GET .../archive`).

    What is mounted there is in it too. A body that is cut seems whole: whoever reads it looks
    for the tar's own end. An Engine tells of it by an event (`archive-path`).

    Args:
        client: The Engine; `cut` from another thread ends the reading.
        container: Name or ID.
        path: Symlinks on the way are followed; one at the end is packed as itself, by Podman
            as what it leads to.

    Raises:
        NotFound: there is no such path, or no such container: the detail tells which.
        EngineError: it was refused, cut, or the connection broke.
    """
    return client.body(_place(container, _literal(client, path)))


def put_tar(client: EngineClient, container: str, path: bytes, pieces: Iterable[bytes]) -> None:
    """Send a tar that is laid over a folder (`PUT /containers/{id}/archive`).

    A folder never takes the place of a file there, nor a file that of a folder. What was unpacked
    before something went wrong, or before a cut, stays.

    Args:
        client: The Engine; `cut` from another thread ends the sending.
        container: Name or ID.
        path: Of a folder that is there.
        pieces: The tar; not read on when the Engine takes no more.

    Raises:
        NotFound: there is no such folder, or no such container: the detail tells which.
        EngineError: it was refused, cut, or the connection broke.
    """
    place = f"{_place(container, path)}&noOverwriteDirNonDir=true"
    with client.upload(place, params={}, method="PUT") as upload:
        for piece in pieces:
            if not upload.send(piece):
                break
        for _line in upload.lines():
            pass  # a success says nothing


@contextmanager
def stats(client: EngineClient, container: str) -> Iterator[PathStats]:
    """Lend a connection over which one path after the other is asked for."""
    asked = PathStats(client, container)
    try:
        yield asked
    finally:
        asked.close()


class PathStats:
    """Asks for many paths of one container; the connection stays open in between."""

    def __init__(self, client: EngineClient, container: str) -> None:
        self._client = client
        self._container = container
        self._open = ExitStack()
        self._connection: http.client.HTTPConnection | None = None

    def stat(self, path: str | bytes) -> PathStat:
        """Return what is at a path, as `stat` of this module does.

        Raises:
            NotFound: there is no such path, or no such container.
            EngineError: it was refused, cut, or the connection broke.
        """
        target = (
            f"/v{self._client.api_version}{_place(self._container, _literal(self._client, path))}"
        )
        with self._client.asking():
            response = self._ask(target)
            if response.status >= http.client.BAD_REQUEST:
                raise from_answer(response.status, "")
            return path_stat(response.getheader(_HEADER, ""))

    def close(self) -> None:
        """End the connection."""
        self._connection = None
        with suppress(OSError):  # it broke, and whoever asked has been told
            self._open.close()

    def _ask(self, target: str) -> http.client.HTTPResponse:
        if self._connection is not None:
            try:
                return self._answer(self._connection, target)
            except _STALE:
                self.close()
        self._connection = self._connect()
        return self._answer(self._connection, target)

    def _connect(self) -> http.client.HTTPConnection:
        sock = self._open.enter_context(self._client.connection())
        sock.settimeout(READ_TIMEOUT)
        connection = http.client.HTTPConnection("engine")
        connection.auto_open = 0
        connection.sock = sock
        return connection

    def _answer(
        self, connection: http.client.HTTPConnection, target: str
    ) -> http.client.HTTPResponse:
        connection.request("HEAD", target)
        response = connection.getresponse()
        response.read()  # nothing: it frees the connection for the next
        if response.will_close:
            self.close()
        return response


def _place(container: str, path: str | bytes) -> str:
    raw = path if isinstance(path, bytes) else os.fsencode(path)
    return f"/containers/{quote(container, safe='')}/archive?path={quote(raw, safe='/')}"


def _literal(client: EngineClient, path: str | bytes) -> bytes:
    """Return a path as the Engine takes it for that very name: Podman reads it as a pattern.

    Only where it looks something up; what it writes to, it takes literally.
    """
    raw = path if isinstance(path, bytes) else os.fsencode(path)
    if client.capabilities.store is not StoreKind.PODMAN:
        return raw
    return raw.replace(b"\\", b"\\\\").replace(b"[", b"\\[")
