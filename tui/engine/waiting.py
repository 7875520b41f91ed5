"""Waiting for the end of a container that is about to be started: `POST /containers/{id}/wait`.

Asked before the start, so that no end is missed, not even of one that is removed at its end.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote

from tui.engine import wire
from tui.engine.client import READ_TIMEOUT, REFUSAL, EngineClient, refusal
from tui.engine.translate import from_answer

NEXT_EXIT: Final = "next-exit"
REMOVED: Final = "removed"


class ExitWatch:
    """What tells of the end. For one thread."""

    def __init__(self, sock: socket.socket, response: http.client.HTTPResponse) -> None:
        self._sock = sock
        self._response = response
        self._is_over = False
        self._code: int | None = None

    def code(self, seconds: float) -> int | None:
        """Return the exit code; None if it goes on for so long. Then it cannot be asked again.

        Raises:
            OSError: the connection broke.
            http.client.HTTPException: it ended, or what came is no answer.
        """
        if self._is_over:
            return self._code
        self._sock.settimeout(seconds)
        try:
            told = wire.loads(self._response.read())
        except TimeoutError:
            return None
        except ValueError as error:
            raise http.client.RemoteDisconnected("the end was not told") from error
        self._is_over = True
        status = wire.table(told).get("StatusCode")
        self._code = wire.number(status) if status is not None else None
        return self._code


@contextmanager
def watching_exit(client: EngineClient, container: str, *, removed: bool) -> Iterator[ExitWatch]:
    """Wait for the next end of a container that does not run yet.

    Args:
        client: The Engine.
        container: Name or ID.
        removed: It is removed at its end; then wait for that too.

    Raises:
        NotFound: there is no such container.
        EngineError: it was refused, cut, there is no Engine, or the connection broke.
    """
    condition = REMOVED if removed else NEXT_EXIT
    path = f"/containers/{quote(container, safe='')}/wait?condition={condition}"
    head = (
        f"POST /v{client.api_version}{path} HTTP/1.1\r\nHost: engine\r\n"
        "Connection: close\r\nContent-Length: 0\r\n\r\n"
    )
    with client.connection() as sock:
        sock.settimeout(READ_TIMEOUT)
        sock.sendall(head.encode("ascii"))
        with http.client.HTTPResponse(sock, method="POST") as response:
            response.begin()  # every Engine answers at once that it waits
            if response.status >= http.client.BAD_REQUEST:
                raise from_answer(response.status, refusal(response.read(REFUSAL)))
            yield ExitWatch(sock, response)
